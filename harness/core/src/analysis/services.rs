//! Services that did not start, died, or whose environment was lost.

use envparity_model::{Code, FailureKind, LogLine};

use super::{Analysis, Pending, Side};
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

    /// How it ended, and the last words of its output.
    fn with_last_words(&self, how: String) -> String {
        match self.last_words() {
            Some(words) if !how.contains(&words) => format!("{how}: {words}"),
            _ => how,
        }
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
            let why = side.with_last_words(short(&why));
            let message = format!("the service does not start in `{name}`, the reference: {why}");
            self.blame(Some(name), 3, message, Some("start it there by hand and look at its output"));
            return false;
        }
        if side.line.is_none() {
            self.blame_absence(name);
            return false;
        }
        let exited = side.primary_log().and_then(|log| log.exit_code);
        if exited.is_some() && side.ended_as() != Some("not-started") {
            let code = exited.unwrap_or_default();
            let how =
                format!("the service exited with {code} in `{name}`, the reference, while the suite ran");
            let message = side.with_last_words(how);
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
        if let Some(why) = side.line.as_ref().and_then(|line| line.failed.clone()) {
            if !reference_up {
                let why = side.with_last_words(short(&why));
                let message = format!("the service does not start in `{name}` either: {why}");
                return self.blame(Some(name), 3, message, None);
            }
            let shown = why.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or(&why);
            let drift = Drift::new(Code::ServiceNotStarted)
                .sides("starts", side.with_last_words(short(shown)))
                .hint("see the tail of its output in the journal");
            return self.push_with_log(name, drift, &[why.clone(), log]);
        }
        if side.line.is_none() {
            return self.blame_absence(name);
        }
        let exited = side.primary_log().and_then(|log| log.exit_code);
        let later = side.logs.iter().find(|log| log.of == "resample").and_then(|log| log.exit_code);
        if exited.is_some() || side.died || later.is_some() {
            let how = match exited.or(later) {
                Some(code) => format!("exited with {code}"),
                None => "died".to_owned(),
            };
            let shown = side.with_last_words(how);
            let mut drift = Drift::new(Code::ServiceDied).sides("runs to the end", shown);
            drift.unstable = exited.is_none() && later.is_some() && !self.sides[name].died;
            let killer = self.take_killer(name);
            self.push_with_log(name, drift, &[log]);
            if let (Some((killer, others)), Some(pending)) = (killer, self.pending.last_mut()) {
                pending.drift.hint = Some(match others {
                    0 => "it died while this case was asked".to_owned(),
                    many => format!("it died while this case was asked, and {many} beside it"),
                });
                (pending.place, pending.request) = (killer.place, killer.request);
            }
        }
    }

    /// The case that was asked when the service died, and how many were asked beside it: their missing answers are
    /// no findings of their own.
    fn take_killer(&mut self, name: &str) -> Option<(Pending, usize)> {
        let died = |pending: &Pending| {
            let words = pending.drift.candidate.as_deref().unwrap_or_default();
            pending.environment == name
                && pending.drift.at.as_deref() == Some("outcome")
                && words.starts_with(FailureKind::Died.name())
        };
        let (killers, others) = std::mem::take(&mut self.pending).into_iter().partition::<Vec<_>, _>(died);
        self.pending = others;
        let beside = killers.len().saturating_sub(1);
        killers.into_iter().next().map(|killer| (killer, beside))
    }

    /// Nothing was recorded of it. Where the run has said why, there is nothing to add.
    fn blame_absence(&mut self, name: &str) {
        let reference = self.reference();
        let explains = |environment: &str| environment == name || environment == reference;
        let said =
            self.causes.iter().any(|c| c.exit_code == 3 && c.environment.as_deref().is_none_or(explains));
        if !said {
            self.blame(Some(name), 3, format!("`{name}` never came up"), None);
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
        self.pending.push(Pending {
            environment: name.to_owned(),
            place: None,
            drift,
            request: None,
            evidence,
        });
    }
}
