//! The containers that prove a culprit, left running for a look.

use std::collections::BTreeMap;

use envparity_core::culprit::{Conclusion, End, Found, Outcome, Trial};
use envparity_model::KeptTrial;

use super::trial::Bench;
use crate::run::Keep;

/// More containers than this are not left: each is a whole service.
const MOST: usize = 8;

/// Starts what proves the conclusions once more, where it is to stay.
pub(super) async fn keep(bench: &Bench<'_, '_>, conclusions: &[Conclusion]) -> BTreeMap<Trial, KeptTrial> {
    let wanted = match bench.session.keep {
        Keep::Never => false,
        Keep::OnFailure => bench.targets.fails,
        Keep::Always => true,
    };
    let mut kept = BTreeMap::new();
    if !wanted {
        return kept;
    }
    let mut trials: Vec<Trial> = conclusions.iter().flat_map(proving).collect();
    trials.sort();
    trials.dedup();
    for (number, trial) in (1..).zip(trials.into_iter().take(MOST)) {
        if let Some(container) = bench.leave(&trial, number).await {
            kept.insert(trial, container);
        }
    }
    kept
}

/// The trials that a proof stands on: each culprit in the reference, and all of them put back.
fn proving(conclusion: &Conclusion) -> Vec<Trial> {
    if conclusion.end != End::Complete {
        return Vec::new();
    }
    let steady = conclusion.found.iter().filter(|found| found.repeated == Some(Outcome::Flips));
    let mut trials: Vec<Trial> = steady.map(Found::breaks).collect();
    if conclusion.found.iter().any(|found| found.mended == Some(Outcome::Flips)) {
        trials.push(conclusion.mends());
    }
    trials
}
