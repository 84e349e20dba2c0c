//! Services that did not start, died, or whose environment was lost.

use envparity_model::{Code, LogLine};

use super::{Analysis, Side};
use crate::drift::Drift;
use crate::excerpt::short;

/// Bytes of a service's output that may name a suspect.
const LOG_LOOKED_AT: usize = 8192;

impl Side {
    pub(super) fn primary_log(&self) -> Option<&LogLine> {
        self.logs.iter().find(|log| log.of == "primary")
    }

    fn ended_as(&self) -> Option<&str> {
        self.footer.as_ref().map(|footer| footer.end.as_str())
    }

    /// The last words of the service's output.
    fn last_words(&self) -> Option<String> {
        let tail = &self.primary_log()?.tail;
        tail.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(short)
    }
}

impl Analysis {
    pub(super) fn judge_services(&mut self) {
        let reference = self.reference();
        let reference_up = self.judge_reference(&reference);
        for candidate in self.candidates() {
            self.judge_candidate(&candidate, reference_up);
        }
    }

    /// Everything about the reference that stands in the way. True where its service started.
    fn judge_reference(&mut self, name: &str) -> bool {
        self.judge_end(name);
        let Some(side) = self.sides.get(name) else {
            self.blame(Some(name), 3, format!("no recording of `{name}`"), None);
            return false;
        };
        if let Some(why) = side.line.as_ref().and_then(|line| line.failed.clone()) {
            let message = format!("the service does not start in `{name}`, the reference: {}", short(&why));
            self.blame(Some(name), 3, message, Some("start it there by hand and look at its output"));
            return false;
        }
        if side.line.is_none() {
            self.blame(Some(name), 3, format!("`{name}` never came up"), None);
            return false;
        }
        let exited = side.primary_log().and_then(|log| log.exit_code);
        if exited.is_some() && side.ended_as() != Some("not-started") {
            let code = exited.unwrap_or_default();
            let message =
                format!("the service exited with {code} in `{name}`, the reference, while the suite ran");
            self.blame(Some(name), 3, message, Some("nothing can be compared with a reference that dies"));
        }
        let control = self.sides[name].logs.iter().find(|log| log.of == "control" && log.exit_code.is_some());
        if let Some(code) = control.and_then(|log| log.exit_code) {
            let message = format!("the service exited with {code} in the second sample of `{name}`");
            self.blame(Some(name), 5, message, None);
        }
        true
    }

    fn judge_candidate(&mut self, name: &str, reference_up: bool) {
        self.judge_end(name);
        let Some(side) = self.sides.get(name) else {
            return self.blame(Some(name), 3, format!("no recording of `{name}`"), None);
        };
        let log = side.primary_log().map(|log| log.tail.clone()).unwrap_or_default();
        let words = side.last_words();
        if let Some(why) = side.line.as_ref().and_then(|line| line.failed.clone()) {
            if !reference_up {
                let message = format!("the service does not start in `{name}` either: {}", short(&why));
                return self.blame(Some(name), 3, message, None);
            }
            let shown = why.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or(&why);
            let drift = Drift::new(Code::ServiceNotStarted)
                .sides("starts", short(shown))
                .hint("see the tail of its output in the journal");
            return self.push_with_log(name, drift, &[why.clone(), log]);
        }
        if side.line.is_none() {
            return self.blame(Some(name), 3, format!("`{name}` never came up"), None);
        }
        let exited = side.primary_log().and_then(|log| log.exit_code);
        let later = side.logs.iter().find(|log| log.of == "resample").and_then(|log| log.exit_code);
        if exited.is_some() || side.died || later.is_some() {
            let how = match exited.or(later) {
                Some(code) => format!("exited with {code}"),
                None => "died".to_owned(),
            };
            let shown = words.map(|words| format!("{how}: {words}")).unwrap_or(how);
            let mut drift = Drift::new(Code::ServiceDied).sides("runs to the end", shown);
            drift.unstable = exited.is_none() && later.is_some() && !self.sides[name].died;
            self.push_with_log(name, drift, &[log]);
        }
    }

    /// A journal without footer, or one that says that it ended early.
    fn judge_end(&mut self, name: &str) {
        let Some(side) = self.sides.get(name) else {
            return;
        };
        let (code, message, hint) = match (&side.footer, side.ended_as()) {
            (None, _) => (
                5,
                format!("the recording of `{name}` is incomplete"),
                Some("it has no last line: the run was killed, or its disk is full"),
            ),
            (_, Some("environment-lost")) => (
                3,
                format!("`{name}` was lost while the suite ran"),
                Some("look at its engine and the way there"),
            ),
            (_, Some("interrupted")) => (5, format!("the recording of `{name}` was interrupted"), None),
            _ => return,
        };
        self.blame(Some(name), code, message, hint);
    }

    fn push_with_log(&mut self, name: &str, drift: Drift, texts: &[String]) {
        let tails: Vec<String> = texts
            .iter()
            .map(|text| {
                let start = text.len().saturating_sub(LOG_LOOKED_AT);
                let start = (start..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
                text[start..].to_owned()
            })
            .collect();
        let evidence = self.evidence.add(&tails);
        self.pending.push(super::Pending {
            environment: name.to_owned(),
            place: None,
            drift,
            request: None,
            evidence,
        });
    }
}
