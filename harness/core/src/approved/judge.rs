//! A suite's cases, one after the other: written to be approved, or held against what was approved.

use std::collections::BTreeMap;

use envparity_config::Rule;
use envparity_model::{Capture, CasePlace, Code, Exchange, Severity};

use super::{Approved, Normal, Sampled, mirrored, normalise};
use crate::authority::{Authorities, Authority};
use crate::comparator::Comparator;
use crate::input::{CaseInput, CaseResult, CaseStatus, Side};
use crate::rules::UnusedRule;

/// The name under which approved exchanges are a candidate.
pub const BASELINE: &str = "baseline";

/// Brings the reference's answers into their normal form, in suite order: values captured by one case are known in
/// the following ones.
#[derive(Debug)]
pub struct Approver {
    comparator: Comparator,
    authority: Authority,
    clock: i64,
    /// By sample: captured values that differ by nature, (name, value).
    symbols: Vec<Vec<(String, String)>>,
}

impl Approver {
    /// For samples that were taken at `clock`, in seconds since the epoch.
    pub fn new(rules: &[Rule], authority: Authority, clock: i64) -> Self {
        let authorities = Authorities { reference: authority.clone(), candidate: authority.clone() };
        Self {
            comparator: Comparator::new(BASELINE, rules, authorities),
            authority,
            clock,
            symbols: Vec::new(),
        }
    }

    /// Takes in an entry of the set-up, before any case: what it captured is known in all of them.
    pub fn prelude(&mut self, place: &CasePlace, primary: Side<'_>, others: &[Side<'_>]) {
        let control = others.first().copied();
        let input =
            CaseInput { place, reference: primary, control, candidate: primary, resample: None, later: &[] };
        self.comparator.prelude(&input, others.iter().skip(1).copied());
        let all: Vec<Side<'_>> = std::iter::once(primary).chain(others.iter().copied()).collect();
        self.learn_symbols(&all);
    }

    /// The normal form of one case's answer: `primary`, with what further samples of the reference show to differ by
    /// nature.
    ///
    /// # Errors
    /// Why there is nothing to approve: the contract fails, or the reference does not repeat its answer.
    pub fn normal_form(
        &mut self,
        place: &CasePlace,
        primary: Side<'_>,
        others: &[Side<'_>],
    ) -> Result<String, String> {
        let control = others.first().copied();
        // A further sample stands in for a candidate: what differs between the two is all that differs by nature.
        let differs = |side: &&Side<'_>| side.exchange.outcome != primary.exchange.outcome;
        let candidate = others.iter().find(differs).copied().or(control).unwrap_or(primary);
        let input = CaseInput { place, reference: primary, control, candidate, resample: None, later: &[] };
        let result = self.comparator.compare_rechecked(&input, others.iter().skip(1).copied());
        match result.status {
            CaseStatus::Compared => {}
            CaseStatus::Broken(why) | CaseStatus::Inconclusive(why) => return Err(why),
            CaseStatus::NotCompared { reason, .. } => return Err(reason),
        }
        let all: Vec<Side<'_>> = std::iter::once(primary).chain(others.iter().copied()).collect();
        self.learn_symbols(&all);
        let samples: Vec<Sampled<'_>> = all
            .into_iter()
            .enumerate()
            .map(|(at, side)| Sampled { side, symbols: self.symbols.get(at).cloned().unwrap_or_default() })
            .collect();
        let learned: Vec<_> = result.noise.into_iter().chain(result.shape_only).collect();
        normalise(&Normal {
            samples: &samples,
            authority: &self.authority,
            learned: &learned,
            clock: self.clock,
        })
    }

    /// Captured values that the samples do not share.
    fn learn_symbols(&mut self, samples: &[Side<'_>]) {
        self.symbols.resize(self.symbols.len().max(samples.len()), Vec::new());
        for (name, value) in captured(samples[0].exchange) {
            let find = |side: &Side<'_>| {
                captured(side.exchange).find(|(other, _)| *other == name).map(|(_, value)| value)
            };
            let values: Vec<Option<String>> = samples[1..].iter().map(find).collect();
            if values.iter().flatten().all(|other| *other == value) {
                continue;
            }
            let values = std::iter::once(Some(value)).chain(values);
            for (symbols, value) in self.symbols.iter_mut().zip(values) {
                // A name that is captured anew stands for its new value.
                symbols.retain(|(known, _)| known != name);
                symbols.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
    }
}

/// Holds the reference's answers against the approved ones, in suite order.
#[derive(Debug)]
pub struct BaselineComparator {
    comparator: Comparator,
    authority: Authority,
    /// Everything captured so far, by name.
    symbols: BTreeMap<String, String>,
}

impl BaselineComparator {
    /// A comparator for the reference of one run.
    pub fn new(rules: &[Rule], authority: Authority) -> Self {
        let authorities = Authorities { reference: authority.clone(), candidate: authority.clone() };
        let comparator = Comparator::new(BASELINE, rules, authorities);
        Self { comparator, authority, symbols: BTreeMap::new() }
    }

    /// Takes in an entry of the set-up, before any case: what it captured is known in all of them.
    pub fn prelude(
        &mut self,
        place: &CasePlace,
        today: Side<'_>,
        control: Option<Side<'_>>,
        rechecks: &[Side<'_>],
    ) {
        self.symbols.extend(captured(today.exchange).map(|(name, value)| (name.to_owned(), value)));
        let input =
            CaseInput { place, reference: today, control, candidate: today, resample: None, later: &[] };
        self.comparator.prelude(&input, rechecks.iter().copied());
    }

    /// Compares one case. In what is found, `reference` is the approved side and `candidate` today's.
    pub fn compare(
        &mut self,
        place: &CasePlace,
        approved: &Approved,
        today: Side<'_>,
        control: Option<Side<'_>>,
        rechecks: &[Side<'_>],
    ) -> CaseResult {
        self.symbols.extend(captured(today.exchange).map(|(name, value)| (name.to_owned(), value)));
        let (exchange, body) = approved.exchange(today, &self.authority, &self.symbols);
        let candidate = Side { exchange: &exchange, body: &body };
        let input = CaseInput { place, reference: today, control, candidate, resample: None, later: &[] };
        let result = self.comparator.compare_rechecked(&input, rechecks.iter().copied());
        mirrored(result)
    }

    /// A case without a snapshot: not approved yet, unless nothing could be approved either.
    pub fn unapproved(
        &mut self,
        place: &CasePlace,
        today: Side<'_>,
        control: Option<Side<'_>>,
    ) -> CaseResult {
        self.symbols.extend(captured(today.exchange).map(|(name, value)| (name.to_owned(), value)));
        let candidate = control.unwrap_or(today);
        let input = CaseInput { place, reference: today, control, candidate, resample: None, later: &[] };
        let mut result = self.comparator.compare(&input);
        if result.status == CaseStatus::Compared {
            return CaseResult::unapproved();
        }
        result.drifts.clear();
        result
    }

    /// Whether a further sample of the reference would tell more, after so many of them: what differs from the
    /// approved answer may differ by nature, and the samples so far have agreed by chance.
    pub fn needs_recheck(result: &CaseResult, rechecks: usize) -> bool {
        let by_chance = |code: Code| {
            matches!(code, Code::ResponseOrder | Code::ResponseLength | Code::ResponseFieldAdded)
        };
        let loud = result.drifts.iter().filter(|drift| drift.severity > Severity::Info);
        loud.into_iter().any(|drift| rechecks == 0 || drift.doubtful || by_chance(drift.code))
    }

    /// Rules that matched nothing.
    pub fn unused_rules(&self) -> Vec<UnusedRule> {
        self.comparator.unused_rules()
    }
}

fn captured(exchange: &Exchange) -> impl Iterator<Item = (&str, String)> {
    exchange.captures.iter().filter_map(|Capture { name, value }| {
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some((name.as_str(), text))
    })
}
