//! One case at a time: reference, control, candidate and resample in, what differs out.

use envparity_config::Rule;
use envparity_model::{Code, Severity};

use crate::asserts;
use crate::authority::Authorities;
use crate::case::Case;
use crate::drift::Drift;
use crate::excerpt::short;
use crate::input::{CaseInput, CaseResult, Repeated, Side};
use crate::prelude::{self, PreludeResult};
use crate::rules::{CaseRules, Marks, Rules, UnusedRule};
use crate::shaky;
use crate::symbols::{Captured, Symbols, Who};

/// Compares one candidate with the reference, case by case in suite order: values captured by one case are known
/// in the following ones.
#[derive(Debug)]
pub struct Comparator {
    candidate: String,
    rules: Rules,
    authorities: Authorities,
    symbols: Symbols,
}

impl Comparator {
    /// A comparator for one candidate.
    pub fn new(candidate: &str, rules: &[Rule], authorities: Authorities) -> Self {
        let rules = Rules::new(rules);
        let mut symbols = Symbols::default();
        symbols.keep(rules.captures());
        Self { candidate: candidate.to_owned(), rules, authorities, symbols }
    }

    /// Compares one case. Feeding a case again (with a resample, say) is harmless.
    pub fn compare(&mut self, input: &CaseInput<'_>) -> CaseResult {
        self.compare_rechecked(input, None)
    }

    /// Compares one case with further samples of the reference, made where the candidate drifted: chance agreement
    /// of two samples (a shuffled pair, a coin) is then seen through. See [`needs_recheck`].
    pub fn compare_rechecked<'a>(
        &mut self,
        input: &CaseInput<'a>,
        rechecks: impl IntoIterator<Item = Side<'a>>,
    ) -> CaseResult {
        let rechecks: Vec<Side<'a>> = rechecks.into_iter().collect();
        self.remember_captures(input, &rechecks);
        let collisions = self.learn_symbols(input, &rechecks);
        let mut marks = Marks::default();
        let rules = self.rules.of(&input.place.id);
        let known =
            Known { candidate: &self.candidate, symbols: &self.symbols, authorities: &self.authorities };
        let result = known.compare(input, &rechecks, &rules, collisions, &mut marks);
        self.rules.mark(&marks);
        result
    }

    /// Judges an entry of the set-up, before any case, or of the tear-down, after all of them. What it captured is
    /// known in everything that is compared later.
    pub fn prelude<'a>(
        &mut self,
        input: &CaseInput<'a>,
        rechecks: impl IntoIterator<Item = Side<'a>>,
    ) -> PreludeResult {
        let rechecks: Vec<Side<'a>> = rechecks.into_iter().collect();
        self.remember_captures(input, &rechecks);
        self.learn_symbols(input, &rechecks);
        prelude::judge(input, &self.rules.of(&input.place.id))
    }

    /// What the comparison of a case would say under more rules. Nothing is learned: the case has been compared
    /// before.
    pub fn try_rules<'a>(
        &mut self,
        input: &CaseInput<'a>,
        rechecks: impl IntoIterator<Item = Side<'a>>,
        more: &[Rule],
    ) -> CaseResult {
        let rechecks: Vec<Side<'a>> = rechecks.into_iter().collect();
        // What was learned once is not learned again, but collisions are told again.
        let collisions = self.learn_symbols(input, &rechecks);
        let mut all = self.rules.and(more);
        let rules = all.of(&input.place.id);
        let known =
            Known { candidate: &self.candidate, symbols: &self.symbols, authorities: &self.authorities };
        known.compare(input, &rechecks, &rules, collisions, &mut Marks::default())
    }

    /// Keeps every captured value, for rules that are tried later.
    pub fn keep_captures(&mut self) {
        self.symbols.keep_all();
    }

    /// The names of captures that both sides have a value of, among those that are kept.
    pub fn captures(&self) -> Vec<String> {
        self.symbols.captured_names()
    }

    /// Rules that matched no case, or nothing in any body that was parsed. To be judged on a full run only.
    pub fn unused_rules(&self) -> Vec<UnusedRule> {
        self.rules.unused()
    }

    fn remember_captures(&mut self, input: &CaseInput<'_>, rechecks: &[Side<'_>]) {
        let sides = [
            (Who::Reference, Some(input.reference)),
            (Who::Control, input.control),
            (Who::Candidate, Some(input.candidate)),
            (Who::Resample, input.resample),
        ];
        let again = rechecks.iter().enumerate().map(|(time, side)| (Who::Recheck(time), Some(*side)));
        for (who, side) in sides.into_iter().chain(again) {
            if let Some(side) = side {
                self.symbols.remember(who, &side.exchange.captures);
            }
        }
    }

    fn learn_symbols(&mut self, input: &CaseInput<'_>, rechecks: &[Side<'_>]) -> Vec<Drift> {
        let Some(control) = input.control else {
            return Vec::new();
        };
        let captured = Captured {
            reference: &input.reference.exchange.captures,
            control: &control.exchange.captures,
            rechecks: rechecks.iter().map(|side| side.exchange.captures.as_slice()).collect(),
            candidate: &input.candidate.exchange.captures,
            resample: input.resample.map(|side| side.exchange.captures.as_slice()).unwrap_or_default(),
        };
        let collisions = self.symbols.learn(&captured);
        let drift = |collision: crate::symbols::Collision| {
            Drift::at(Code::ResponseValue, "body")
                .kind("symbol")
                .sides(short(&collision.reference), short(&collision.candidate))
                .hint(format!(
                    "`{}` was captured before: one side repeats a value that the other makes anew",
                    collision.name
                ))
        };
        collisions.into_iter().map(drift).collect()
    }
}

/// Which samples were answered on a later attempt only.
fn flaky(input: &CaseInput<'_>, rechecks: &[Side<'_>]) -> Vec<Repeated> {
    let reference = std::iter::once(input.reference).chain(input.control).chain(rechecks.iter().copied());
    let candidate = std::iter::once(input.candidate).chain(input.resample);
    let reference = reference.filter_map(|side| Repeated::of(side.exchange, true));
    reference.chain(candidate.filter_map(|side| Repeated::of(side.exchange, false))).collect()
}

/// What is known beside one case and its rules.
struct Known<'k> {
    candidate: &'k str,
    symbols: &'k Symbols,
    authorities: &'k Authorities,
}

impl Known<'_> {
    fn compare(
        &self,
        input: &CaseInput<'_>,
        rechecks: &[Side<'_>],
        rules: &CaseRules<'_>,
        collisions: Vec<Drift>,
        marks: &mut Marks,
    ) -> CaseResult {
        let case = Case {
            input,
            rechecks,
            candidate: self.candidate,
            rules,
            symbols: self.symbols,
            authorities: self.authorities,
        };
        let mut result = case.compare(collisions, marks);
        result.flaky = flaky(input, rechecks);
        result.expects_status = asserts::expects_status(input.reference.exchange);
        result
    }
}

/// Whether a second sample of the candidate would tell more: something drifted that a second look can shake.
pub fn needs_resample(result: &CaseResult) -> bool {
    result.drifts.iter().any(|drift| !drift.unstable && drift.code.default_severity() > Severity::Info)
}

/// Whether further samples of the candidate would tell more: it differs from itself where a response may, and how
/// often it does decides how bad that is.
pub fn needs_more(result: &CaseResult) -> bool {
    result.drifts.iter().any(|drift| drift.unstable && shaky::may_vary(drift))
}

/// Whether a further sample of the reference would tell more: what differs is drift, or noise that the few samples so
/// far have hidden by chance. The candidate differs from itself there, or the place lies in a list whose items differ
/// by nature. Worth a few more samples.
pub fn needs_recheck(result: &CaseResult) -> bool {
    result.drifts.iter().any(|drift| drift.unstable || drift.doubtful)
}
