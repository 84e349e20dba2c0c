//! What a trial shows of a finding.

use envparity_model::{Code, Finding};

use crate::drift::Drift;
use crate::input::{CaseResult, CaseStatus};
use crate::path::without_indices;

/// Whose answer a trial gives at the place of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The reference's.
    Reference,
    /// The candidate's.
    Candidate,
    /// Neither: nothing follows from it.
    Other,
}

/// What the comparison of a trial with the reference shows of `finding`; `known` are all findings of its case.
pub fn shown(finding: &Finding, known: &[&Finding], trial: &CaseResult) -> Shown {
    if trial.status != CaseStatus::Compared {
        return Shown::Other;
    }
    if let Some(drift) = trial.drifts.iter().find(|drift| is_at(finding, drift)) {
        let alike = skeleton(finding.candidate.as_deref()) == skeleton(drift.candidate.as_deref());
        return if alike { Shown::Candidate } else { Shown::Other };
    }
    // Another response altogether hides what is looked for.
    let hides = |drift: &&Drift| {
        let foreign = !known.iter().any(|finding| is_at(finding, drift));
        foreign && (is_whole(drift.code) || place(drift.at.as_deref()) == place(finding.at.as_deref()))
    };
    // So does one that the candidate gives as well, unless it is what is looked for.
    let covers = |drift: &&Drift| is_class(drift) && !is_class_of(finding);
    if trial.drifts.iter().any(|drift| hides(&drift) || covers(&drift)) {
        Shown::Other
    } else {
        Shown::Reference
    }
}

fn is_at(finding: &Finding, drift: &Drift) -> bool {
    finding.code == drift.code
        && finding.kind == drift.kind
        && place(finding.at.as_deref()) == place(drift.at.as_deref())
}

fn place(at: Option<&str>) -> Option<String> {
    at.map(without_indices)
}

const fn is_whole(code: Code) -> bool {
    matches!(
        code,
        Code::ResponseOutcome | Code::ResponseStatus | Code::ResponseUnparsable | Code::ResponseMediaType
    )
}

fn is_class(drift: &Drift) -> bool {
    drift.code == Code::ResponseOutcome
        || (drift.code == Code::ResponseStatus && drift.kind.as_deref() == Some("class"))
}

fn is_class_of(finding: &Finding) -> bool {
    finding.code == Code::ResponseOutcome
        || (finding.code == Code::ResponseStatus && finding.kind.as_deref() == Some("class"))
}

/// Digits say little: what is made anew, as a time or an id, differs from trial to trial.
fn skeleton(text: Option<&str>) -> String {
    let digit = |c: char| if c.is_ascii_digit() { '9' } else { c };
    text.unwrap_or_default().chars().map(digit).collect()
}
