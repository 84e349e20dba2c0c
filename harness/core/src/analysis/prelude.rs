//! What a failed set-up or tear-down means for the run.

use envparity_model::{CasePlace, Cause};

use super::{Analysis, Pending};
use crate::prelude::PreludeResult;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prelude {
    /// Asked before the suites.
    SetUp,
    /// Asked after them.
    TearDown,
}

impl Analysis {
    /// What one entry of a set-up or tear-down came to. On the reference, a failed set-up leaves nothing to compare
    /// with; a failed tear-down leaves it unknown what the next sample began with.
    pub fn prelude(&mut self, which: Prelude, candidate: &str, place: &CasePlace, result: PreludeResult) {
        let reference = self.reference();
        let what = if which == Prelude::SetUp { "set-up" } else { "tear-down" };
        let at = format!("`{}` ({}:{})", place.id, place.file, place.line);
        if let Some(why) = &result.broken {
            let exit_code = if which == Prelude::SetUp { 3 } else { 5 };
            let message = format!("the {what} fails on `{reference}`, the reference: {at}: {why}");
            let hint = match which {
                Prelude::SetUp => "nothing can be compared without it: mend it, or the reference",
                Prelude::TearDown => "what it leaves behind may be found by the next sample",
            };
            self.blame_once(&reference, exit_code, message, hint);
        }
        if let Some(why) = &result.broken_later {
            let message = format!("the {what} fails in the second sample of `{reference}`: {at}: {why}");
            let hint = "it must succeed as often as it is asked: once for every sample";
            self.blame_once(&reference, 5, message, hint);
        }
        for mut drift in result.drifts {
            let words = format!("the {what} fails here and not on the reference");
            drift.hint = Some(drift.hint.map_or(words.clone(), |hint| format!("{words}; {hint}")));
            let texts: Vec<String> = drift.candidate.iter().cloned().collect();
            let evidence = self.evidence.add(&texts);
            self.pending.push(Pending {
                environment: candidate.to_owned(),
                place: Some(place.clone()),
                drift,
                request: result.request.clone(),
                evidence,
            });
        }
    }

    /// Several candidates meet the same reference.
    fn blame_once(&mut self, environment: &str, exit_code: i32, message: String, hint: &str) {
        let (environment, hint) = (Some(environment.to_owned()), Some(hint.to_owned()));
        let cause = Cause { environment, exit_code, message, hint };
        if !self.causes.contains(&cause) {
            self.causes.push(cause);
        }
    }
}
