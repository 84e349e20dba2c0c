//! What is to be explained: findings in responses, and a service that does not start.

use std::collections::BTreeMap;
use std::path::Path;

use envparity_core::CaseResult;
use envparity_core::culprit::{Direction, Outcome, Shown, shown};
use envparity_model::{
    CaseId, Code, Disposition, ExplainedEnvironment, ExplainedFinding, Finding, Problem, Severity,
};

use crate::analysis::analyse;
use crate::run_folder::{RunEnd, RunFile};

/// More findings than this are not explained one by one.
const MOST: usize = 40;

/// The findings of one candidate that a search can be made for, the most severe first.
#[derive(Debug)]
pub(super) struct Targets {
    pub(super) findings: Vec<Finding>,
    /// How many more there are.
    pub(super) left_out: usize,
    /// The run fails by what was found so far.
    pub(super) fails: bool,
}

impl Targets {
    /// Those of a run so far.
    pub(super) fn of(file: &RunFile, folder: &Path, candidate: &str) -> Result<Self, Problem> {
        let mut so_far = file.clone();
        so_far.end = Some(RunEnd {
            duration_ms: 0,
            timings: envparity_model::Timings::default(),
            causes: Vec::new(),
            signal: None,
            kept: false,
        });
        let report = analyse(folder, &so_far)?;
        let is_target = |finding: &Finding| {
            finding.environment == candidate
                && finding.severity > Severity::Info
                && finding.disposition != Disposition::Waived
                && !finding.unstable
                && (finding.case.is_some() || finding.code == Code::ServiceNotStarted)
                && !matches!(finding.code, Code::ContractBroken | Code::ServiceDied)
        };
        let fails = !report.gate.passed;
        let mut findings: Vec<Finding> = report.findings.into_iter().filter(is_target).collect();
        let left_out = findings.len().saturating_sub(MOST);
        findings.truncate(MOST);
        Ok(Self { findings, left_out, fails })
    }

    /// Nothing was tried, for one reason.
    pub(super) fn unexplained(&self, reason: &str) -> ExplainedEnvironment {
        let remark = Some(format!("no culprit: {reason}"));
        let finding = ExplainedFinding { remark: remark.clone(), ..ExplainedFinding::default() };
        let findings = self.findings.iter().map(|known| (known.fingerprint.clone(), finding.clone()));
        ExplainedEnvironment { findings: findings.collect(), remark, ..ExplainedEnvironment::default() }
    }

    /// The cases that show them.
    pub(super) fn cases(&self) -> Vec<CaseId> {
        self.findings.iter().filter_map(|finding| Some(finding.case.as_ref()?.id.clone())).collect()
    }

    /// How strongly each subject is suspected in any of them.
    pub(super) fn suspicion(&self) -> BTreeMap<String, f64> {
        let mut scores: BTreeMap<String, f64> = BTreeMap::new();
        for suspect in self.findings.iter().flat_map(|finding| &finding.suspects) {
            let score = scores.entry(suspect.subject.clone()).or_default();
            *score = score.max(suspect.score);
        }
        scores
    }

    /// What a trial shows of each, from the comparison of its answers with the reference's.
    pub(super) fn outcomes(
        &self,
        direction: Direction,
        results: &BTreeMap<CaseId, CaseResult>,
    ) -> Vec<Outcome> {
        let outcome = |finding: &Finding| {
            let Some(place) = &finding.case else {
                // It has started, as on the reference.
                return told(direction, Shown::Reference);
            };
            let known: Vec<&Finding> =
                self.findings.iter().filter(|other| other.case.as_ref() == Some(place)).collect();
            results
                .get(&place.id)
                .map_or(Outcome::Unresolved, |result| told(direction, shown(finding, &known, result)))
        };
        self.findings.iter().map(outcome).collect()
    }

    /// What a trial shows whose service does not start, with the end of its output; `log` is the candidate's.
    pub(super) fn not_started(&self, direction: Direction, tail: &str, log: &str) -> Vec<Outcome> {
        let alike = last_words(tail).is_some_and(|words| Some(words) == last_words(log));
        let outcome = |finding: &Finding| {
            if finding.code == Code::ServiceNotStarted && alike {
                told(direction, Shown::Candidate)
            } else {
                Outcome::Unresolved
            }
        };
        self.findings.iter().map(outcome).collect()
    }
}

const fn told(direction: Direction, shown: Shown) -> Outcome {
    match (direction, shown) {
        (Direction::Break, Shown::Candidate) | (Direction::Mend, Shown::Reference) => Outcome::Flips,
        (Direction::Break, Shown::Reference) | (Direction::Mend, Shown::Candidate) => Outcome::Holds,
        (_, Shown::Other) => Outcome::Unresolved,
    }
}

/// The last line of an output, digits aside: what a service says when it gives up.
fn last_words(output: &str) -> Option<String> {
    let line = output.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect())
}
