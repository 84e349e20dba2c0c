//! Conclusions in the words of reports.

use std::collections::BTreeMap;
use std::time::Duration;

use envparity_core::culprit::{Conclusion, Difference, End, Found, Outcome, Trial};
use envparity_model::{Culprit, ExplainedEnvironment, ExplainedFinding, Factor, KeptTrial, Proof, TrialLine};

use super::targets::Targets;
use crate::session::Session;

/// What they are told from.
pub(super) struct Telling<'t> {
    pub(super) session: &'t Session<'t>,
    pub(super) list: &'t [Difference],
    pub(super) wall: Duration,
    /// The search was not ended by its time.
    pub(super) in_time: bool,
    /// Why a trial could not be made, of the first one that could not.
    pub(super) failure: Option<String>,
    /// Containers that were left running, by what they show.
    pub(super) kept: BTreeMap<Trial, KeptTrial>,
}

impl Telling<'_> {
    /// Everything that is said of one candidate.
    pub(super) fn environment(
        &self,
        targets: &Targets,
        conclusions: Vec<Conclusion>,
        trials: Vec<TrialLine>,
    ) -> ExplainedEnvironment {
        let complete: Vec<&Conclusion> = conclusions.iter().filter(|c| !c.found.is_empty()).collect();
        let harmless = (0..self.list.len())
            .filter(|index| !complete.is_empty() && complete.iter().all(|c| c.harmless.contains(index)));
        let harmless = harmless.map(|index| self.list[index].subject.clone()).collect();
        let remark = (targets.left_out > 0)
            .then(|| format!("{} more findings were not explained one by one", targets.left_out));
        let findings = targets
            .findings
            .iter()
            .zip(conclusions)
            .map(|(finding, conclusion)| (finding.fingerprint.clone(), self.finding(&conclusion)))
            .collect();
        ExplainedEnvironment { findings, harmless, trials, remark }
    }

    fn finding(&self, conclusion: &Conclusion) -> ExplainedFinding {
        let remark = match conclusion.end {
            End::Complete => None,
            End::Unsteady => Some(self.with_failure(
                "the reference does not answer as itself in a throw-away: nothing can be shown",
            )),
            End::Outside => Some(self.outside()),
            End::Untriable => Some(self.with_failure(
                "the reference with everything of the candidate does not start or gives a third answer: not found",
            )),
            End::Stopped => Some(self.stopped(conclusion)),
        };
        if conclusion.end != End::Complete {
            return ExplainedFinding { culprits: Vec::new(), remark };
        }
        let (steady, others): (Vec<&Found>, Vec<&Found>) =
            conclusion.found.iter().partition(|found| found.repeated == Some(Outcome::Flips));
        let remark = others
            .first()
            .map(|found| format!("{} made the difference once and not again: not proven", self.names(found)));
        let culprits = steady.into_iter().map(|found| self.culprit(found, conclusion)).collect();
        ExplainedFinding { culprits, remark }
    }

    /// What a trial could not even be made for, behind what follows from it.
    fn with_failure(&self, words: &str) -> String {
        self.failure.as_ref().map_or_else(|| words.to_owned(), |failure| format!("{words} ({failure})"))
    }

    /// A set that was found before the end may hold more than is needed: nothing is claimed of it.
    fn stopped(&self, conclusion: &Conclusion) -> String {
        let budget = &self.session.config.explain;
        let limit = if self.in_time {
            format!("`explain.trials` = {}", budget.trials)
        } else {
            format!("`explain.time` = {} s", budget.time.as_secs_f64())
        };
        let known = match conclusion.found.first() {
            Some(found) => format!(
                "the smallest set so far that makes the difference is {}, of which not everything may be needed",
                self.names(found)
            ),
            None => "no set is known yet that makes the difference".to_owned(),
        };
        format!("the search ended early ({limit}): {known}")
    }

    fn outside(&self) -> String {
        if self.list.is_empty() {
            "nothing differs that can be moved: the cause lies outside of the image".to_owned()
        } else {
            let count = self.list.len();
            format!(
                "all {count} things that differ, moved at once, do not make the difference: the cause lies outside of the image"
            )
        }
    }

    fn culprit(&self, found: &Found, conclusion: &Conclusion) -> Culprit {
        let (proof, reason) = match found.mended {
            Some(Outcome::Flips) => (Proof::BothWays, None),
            Some(Outcome::Holds) => (Proof::OneWay, Some("put back into the candidate it does not mend it")),
            _ => (
                Proof::OneWay,
                Some("the candidate with the reference's does not start or gives a third answer"),
            ),
        };
        Culprit {
            factors: found.factors.iter().map(|index| self.factor(*index)).collect(),
            companions: found.companions.iter().map(|index| self.factor(*index)).collect(),
            proof,
            reason: reason.map(str::to_owned),
            trials: conclusion.trials,
            wall_ms: self.wall.as_millis() as u64,
            kept: [found.breaks(), conclusion.mends()]
                .iter()
                .filter_map(|trial| self.kept.get(trial).cloned())
                .collect(),
        }
    }

    fn factor(&self, index: usize) -> Factor {
        let difference = &self.list[index];
        let mut factor = difference.factor.clone();
        if let Some(name) = &difference.env {
            let mask = |pair: &mut String| {
                let value = pair.split_once('=').map(|(_, value)| value.to_owned()).unwrap_or_default();
                *pair = format!("{name}={}", self.session.context.masker.by_name(name, &value));
            };
            factor.reference.iter_mut().for_each(mask);
            factor.candidate.iter_mut().for_each(mask);
        }
        for side in factor.reference.iter_mut().chain(&mut factor.candidate) {
            *side = self.session.journal.redact(side);
        }
        factor
    }

    fn names(&self, found: &Found) -> String {
        let names: Vec<&str> =
            found.factors.iter().take(5).map(|index| self.list[*index].subject.as_str()).collect();
        let more = found.factors.len().saturating_sub(names.len());
        let names = names.join(", ");
        if more > 0 { format!("{names} and {more} more") } else { names }
    }
}
