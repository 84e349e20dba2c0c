//! What was and what was not compared.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use envparity_model::{Broken, CaseId, CasePlace, Code, Coverage, Flaky, Learned, NotCompared};

use super::Analysis;
use super::contract::Held;
use super::latency::Times;
use super::wording::count;
use crate::drift::Drift;
use crate::input::{CaseResult, CaseStatus};

/// Results by case, without what they are about.
#[derive(Debug, Default)]
pub(super) struct Tally {
    index: HashMap<CaseId, usize>,
    places: Vec<CasePlace>,
    /// For each case, in how many candidates it was compared.
    compared: Vec<u32>,
    /// (case, candidate) pairs for which a result came.
    seen: BTreeSet<(usize, usize)>,
    candidates: Vec<String>,
    broken: BTreeMap<usize, String>,
    not_compared: BTreeMap<(usize, Option<String>), (String, bool)>,
    inconclusive: BTreeMap<(usize, String), String>,
    flaky: BTreeSet<Flaky>,
    noise: BTreeSet<Learned>,
    shape_only: BTreeSet<Learned>,
    /// Answers whose status the suite says nothing about: all of them, those with 404 on both sides, and those
    /// with an error of the server on both.
    answered: u64,
    both_missing: u64,
    both_failing: u64,
    times: Times,
    held: Held,
}

impl Tally {
    pub(super) fn new(cases: &[CasePlace], candidates: &[String]) -> Self {
        let mut out = Self { candidates: candidates.to_vec(), ..Self::default() };
        for place in cases {
            out.case_index(place);
        }
        out
    }

    fn case_index(&mut self, place: &CasePlace) -> usize {
        if let Some(index) = self.index.get(&place.id) {
            return *index;
        }
        let index = self.places.len();
        self.index.insert(place.id.clone(), index);
        self.places.push(place.clone());
        self.compared.push(0);
        index
    }

    pub(super) fn candidate_index(&mut self, candidate: &str) -> usize {
        self.candidates.iter().position(|name| name == candidate).unwrap_or_else(|| {
            self.candidates.push(candidate.to_owned());
            self.candidates.len() - 1
        })
    }

    pub(super) fn add(
        &mut self,
        (reference, candidate): (&str, &str),
        place: &CasePlace,
        result: &CaseResult,
    ) {
        let (case, by) = (self.case_index(place), self.candidate_index(candidate));
        if !self.seen.insert((case, by)) {
            return;
        }
        if let Some(contract) = &result.contract {
            self.held.add([reference, candidate], (case, &place.id), contract);
        }
        match &result.status {
            CaseStatus::Compared => self.compared[case] += 1,
            CaseStatus::Broken(reason) => {
                self.broken.entry(case).or_insert_with(|| reason.clone());
            }
            CaseStatus::NotCompared { environment, reason, intended } => {
                self.not_compared.insert((case, environment.clone()), (reason.clone(), *intended));
            }
            CaseStatus::Inconclusive(reason) => {
                self.inconclusive.insert((case, candidate.to_owned()), reason.clone());
            }
        }
        if let Some((mine, theirs)) = result.statuses.filter(|_| !result.expects_status) {
            self.answered += 1;
            self.both_missing += u64::from(mine == 404 && theirs == 404);
            self.both_failing += u64::from(mine >= 500 && theirs >= 500);
        }
        if let Some(latency) = &result.latency {
            self.times.add(by, case, latency);
        }
        self.flaky.extend(result.flaky.iter().map(|repeated| Flaky {
            case: place.id.clone(),
            environment: if repeated.on_reference { reference } else { candidate }.to_owned(),
            sample: repeated.sample,
            attempts: repeated.attempts,
            first_failure: repeated.first_failure.clone(),
        }));
        self.noise.extend(result.noise.iter().cloned());
        self.shape_only.extend(result.shape_only.iter().cloned());
    }

    /// Cases compared in every candidate.
    pub(super) fn fully_compared(&self) -> u64 {
        let all = self.candidates.len() as u32;
        self.compared.iter().filter(|count| **count >= all && all > 0).count() as u64
    }

    /// Places learned as noise.
    pub(super) fn noise_places(&self) -> u64 {
        self.noise.len() as u64
    }

    /// Cases that were answered on a later attempt only.
    pub(super) fn flaky_cases(&self) -> u64 {
        self.flaky.iter().map(|flaky| &flaky.case).collect::<BTreeSet<_>>().len() as u64
    }

    /// In how many cases a candidate was compared, and in how many it was left out by intention.
    pub(super) fn of_candidate(&self, candidate: &str) -> (u64, u64) {
        let by = self.candidates.iter().position(|name| name == candidate);
        let seen = self.seen.iter().filter(|(_, seen_by)| Some(*seen_by) == by).count() as u64;
        let out = |intended: bool| {
            let of = self.not_compared.iter().filter(|((_, environment), (_, by_intention))| {
                environment.as_deref() == Some(candidate) && *by_intention == intended
            });
            of.count() as u64
        };
        let unsure = self.inconclusive.keys().filter(|(_, name)| name == candidate).count() as u64;
        let nowhere =
            self.not_compared.keys().filter(|(_, environment)| environment.is_none()).count() as u64;
        let missing = out(true) + out(false) + unsure + self.broken.len() as u64 + nowhere;
        (seen.saturating_sub(missing), out(true))
    }

    fn broken_cases(&self) -> impl Iterator<Item = (&CasePlace, &String)> {
        self.broken.iter().map(|(case, reason)| (&self.places[*case], reason))
    }

    pub(super) fn candidates(&self) -> &[String] {
        &self.candidates
    }

    pub(super) fn times(&self) -> &Times {
        &self.times
    }

    pub(super) fn place(&self, case: usize) -> &CasePlace {
        &self.places[case]
    }

    /// Pairs of case and candidate without any result.
    fn missing(&self) -> Vec<(usize, usize)> {
        let cases = 0..self.places.len();
        let all = cases.flat_map(|case| (0..self.candidates.len()).map(move |by| (case, by)));
        all.filter(|pair| !self.seen.contains(pair)).collect()
    }
}

impl Analysis {
    /// Cases whose contract the reference itself does not keep.
    pub(super) fn judge_contracts(&mut self) {
        let reference = self.reference();
        let broken: Vec<(CasePlace, String)> =
            self.tally.broken_cases().map(|(place, reason)| (place.clone(), reason.clone())).collect();
        for (place, reason) in broken {
            let mut drift = Drift::new(Code::ContractBroken).hint("mend the suite, or the reference");
            drift.reference = Some(reason);
            self.pending.push(super::Pending {
                environment: reference.clone(),
                place: Some(place),
                drift,
                request: None,
                evidence: Vec::new(),
            });
        }
    }

    /// What stands in the way of parity because it was not compared.
    pub(super) fn judge_coverage(&mut self) {
        let tally = &self.tally;
        let mut found: Vec<(String, Option<&str>)> = Vec::new();
        if !tally.broken.is_empty() {
            let (place, reason) = tally.broken_cases().next().map_or(("", ""), |(p, r)| (p.id.as_str(), r));
            let cases = count(tally.broken.len() as u64, "case breaks its", "cases break their");
            found.push((
                format!("{cases} contract on the reference itself, first `{place}`: {reason}"),
                Some("mend the suite or the reference; a wrong base path looks like this too"),
            ));
        }
        let unintended: Vec<_> = tally.not_compared.iter().filter(|(_, (_, intended))| !intended).collect();
        if let Some(((case, environment), (reason, _))) = unintended.first() {
            let cases = count(unintended.len() as u64, "case was", "cases were");
            let there = environment.as_deref().map(|e| format!(" in `{e}`")).unwrap_or_default();
            let place = &tally.places[*case].id;
            found.push((format!("{cases} not compared, first `{place}`{there}: {reason}"), None));
        }
        if let Some(((case, _), reason)) = tally.inconclusive.iter().next() {
            let cases = count(tally.inconclusive.len() as u64, "case is", "cases are");
            found.push((
                format!("{cases} inconclusive, first `{}`: {reason}", tally.places[*case].id),
                Some("what the reference does not repeat cannot be compared: mend it, or ignore the place by rule"),
            ));
        }
        let missing = tally.missing().len() as u64;
        if missing > 0 {
            found.push((format!("{} has no result", count(missing, "case", "cases")), None));
        }
        // Each case is told by its id: what shares one is compared once.
        let shared = (self.meta.cases.len() as u64).saturating_sub(tally.places.len() as u64);
        if shared > 0 {
            let cases = count(shared, "case shares its id", "cases share their ids");
            found.push((
                format!("{cases} with another and was not compared"),
                Some("give it an id of its own"),
            ));
        }
        if tally.answered > 0 && tally.both_missing == tally.answered {
            found.push((
                "both sides answer 404 to every case that expects no status".to_owned(),
                Some("check the base path and the port; a suite that means 404 says `HTTP 404`"),
            ));
        } else if tally.answered > 0 && tally.both_missing + tally.both_failing == tally.answered {
            found.push((
                "both sides fail in every case that expects no status".to_owned(),
                Some("look at the output of the service; a suite that means an error says so, as `HTTP 500`"),
            ));
        }
        if self.meta.suites && tally.fully_compared() == 0 && found.is_empty() {
            found.push(("no case was compared".to_owned(), None));
        }
        for (message, hint) in found {
            self.blame(None, 5, message, hint);
        }
    }

    pub(super) fn coverage(&self, packages_equal: u64, facts_equal: u64) -> Coverage {
        let tally = &self.tally;
        let broken = tally
            .broken_cases()
            .map(|(place, reason)| Broken { case: place.id.clone(), reason: reason.clone() });
        let case = |case: usize| tally.places[case].id.clone();
        let mut not_compared: Vec<NotCompared> = Vec::new();
        for ((index, environment), (reason, intended)) in &tally.not_compared {
            not_compared.push(NotCompared {
                case: case(*index),
                environment: environment.clone(),
                reason: reason.clone(),
                intended: *intended,
            });
        }
        for ((index, environment), reason) in &tally.inconclusive {
            not_compared.push(NotCompared {
                case: case(*index),
                environment: Some(environment.clone()),
                reason: reason.clone(),
                intended: false,
            });
        }
        for (index, by) in tally.missing() {
            not_compared.push(NotCompared {
                case: case(index),
                environment: tally.candidates.get(by).cloned(),
                reason: "no result was recorded".to_owned(),
                intended: false,
            });
        }
        Coverage {
            cases: self.meta.cases.len() as u64,
            case_ids: self.meta.cases.iter().map(|place| place.id.clone()).collect(),
            compared: tally.fully_compared(),
            broken: broken.collect(),
            not_compared,
            flaky: tally.flaky.iter().cloned().collect(),
            shape_only: tally.shape_only.iter().cloned().collect(),
            noise: tally.noise.iter().cloned().collect(),
            contract: self.config.compare.openapi.as_deref().map(|document| tally.held.coverage(document)),
            packages_equal,
            facts_equal,
        }
    }
}
