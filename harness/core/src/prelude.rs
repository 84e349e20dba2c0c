//! Set-up and tear-down: they are asked so that there is something to compare, so only whether they succeed counts.

use envparity_model::{Code, Exchange, NotSent, Outcome, SentRequest, Severity};

use crate::asserts;
use crate::drift::{Drift, Drifts};
use crate::input::CaseInput;
use crate::outcome::{Pairing, pair, shown};
use crate::rules::CaseRules;

/// What one entry of a set-up or tear-down came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PreludeResult {
    /// Why it failed on the reference itself.
    pub broken: Option<String>,
    /// Why it failed on the reference in a further sample only.
    pub broken_later: Option<String>,
    /// How the candidate alone failed.
    pub drifts: Vec<Drift>,
    /// The candidate's request, where it failed.
    pub request: Option<SentRequest>,
}

/// Judges one entry.
pub(crate) fn judge(input: &CaseInput<'_>, rules: &CaseRules<'_>) -> PreludeResult {
    let (reference, candidate) = (input.reference.exchange, input.candidate.exchange);
    let mut result = PreludeResult { broken: failure(reference, rules), ..PreludeResult::default() };
    if result.broken.is_none() {
        result.broken_later = input.control.and_then(|control| failure(control.exchange, rules));
    }
    if result.broken.is_some() {
        return result;
    }
    let mut drifts = Drifts::default();
    match pair(&reference.outcome, &candidate.outcome) {
        Pairing::Responses(mine, theirs) => {
            if mine.status / 100 != theirs.status / 100 && !rules.ignores_status() {
                let drift = Drift::at(Code::ResponseStatus, "status").kind("class");
                let (mine, theirs) = (mine.status.to_string(), theirs.status.to_string());
                drifts.push(drift.severity(Severity::Critical).sides(mine, theirs));
            } else {
                asserts::judge(reference, candidate, rules, &mut drifts);
            }
        }
        Pairing::OneSided { kind, reference, candidate } if !rules.ignores_outcome() => {
            drifts.push(Drift::at(Code::ResponseOutcome, "outcome").kind(kind).sides(reference, candidate));
        }
        Pairing::NotAsked { on_reference: false, intended: false, reason }
            if !is_consequence(&candidate.outcome) =>
        {
            let drift = Drift::at(Code::ResponseOutcome, "outcome").kind("not-sent");
            drifts.push(drift.sides(shown(&reference.outcome), reason));
        }
        _ => {}
    }
    result.drifts = drifts.into_vec();
    if !result.drifts.is_empty() {
        result.request.clone_from(&candidate.request);
    }
    result
}

/// Why an exchange is a failure in itself.
fn failure(exchange: &Exchange, rules: &CaseRules<'_>) -> Option<String> {
    match &exchange.outcome {
        Outcome::NotSent(NotSent::Skipped | NotSent::Unsafe | NotSent::Excluded { .. }) => None,
        outcome if is_consequence(outcome) => None,
        outcome @ (Outcome::NotSent(_) | Outcome::Failure { .. }) => Some(shown(outcome)),
        Outcome::Response(_) | Outcome::Finished(_) => asserts::broken(exchange, rules),
    }
}

/// Not sent because of something that is told where it happened.
fn is_consequence(outcome: &Outcome) -> bool {
    let Outcome::NotSent(reason) = outcome else { return false };
    matches!(reason, NotSent::SetUpFailed { .. } | NotSent::EnvironmentLost | NotSent::ServiceDied)
}
