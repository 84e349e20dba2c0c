//! How far responses were held to a document.

use std::collections::{BTreeMap, BTreeSet};

use envparity_model::{CaseId, ContractCoverage, Judgement, Unchecked, Violated};

use crate::contract::{CaseContract, violations};
use crate::path::without_indices;

/// The most entries of a list that are kept.
const MOST: usize = 10_000;

/// What was said to the responses so far.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// (case, environment) pairs that were counted.
    seen: BTreeSet<(usize, String)>,
    validated: u64,
    no_operation: u64,
    unchecked: BTreeSet<Unchecked>,
    /// By case, place and keyword: the message, and who breaks it.
    violations: BTreeMap<(CaseId, String, String), (String, BTreeSet<String>)>,
}

impl Held {
    /// Counts the answers of one case.
    pub(super) fn add(
        &mut self,
        environments: [&str; 2],
        (at, case): (usize, &CaseId),
        contract: &CaseContract,
    ) {
        let [reference, candidate] = environments;
        self.answer(reference, (at, case), contract.reference.as_ref());
        self.answer(candidate, (at, case), contract.candidate.as_ref());
        let others = contract.again.iter().map(|judgement| (reference, judgement));
        let others = others.chain(contract.resample.iter().map(|judgement| (candidate, judgement)));
        for (environment, judgement) in others {
            self.broken(environment, case, judgement);
        }
    }

    fn answer(&mut self, environment: &str, (at, case): (usize, &CaseId), judgement: Option<&Judgement>) {
        let Some(judgement) = judgement else { return };
        // The reference's answer comes again with every candidate.
        if !self.seen.insert((at, environment.to_owned())) {
            return;
        }
        match judgement {
            Judgement::NoOperation => self.no_operation += 1,
            Judgement::Checked(_) => {
                self.validated += 1;
                self.broken(environment, case, judgement);
            }
            Judgement::Unchecked(reason) if self.unchecked.len() < MOST => {
                let (case, environment, reason) = (case.clone(), environment.to_owned(), reason.clone());
                self.unchecked.insert(Unchecked { case, environment, reason });
            }
            Judgement::Unchecked(_) => {}
        }
    }

    fn broken(&mut self, environment: &str, case: &CaseId, judgement: &Judgement) {
        for violation in violations(judgement) {
            let key = (case.clone(), without_indices(&violation.at), violation.keyword.clone());
            if self.violations.len() < MOST || self.violations.contains_key(&key) {
                let held = self.violations.entry(key);
                let (_, environments) = held.or_insert_with(|| (violation.message.clone(), BTreeSet::new()));
                environments.insert(environment.to_owned());
            }
        }
    }

    /// As the report says it.
    pub(super) fn coverage(&self, document: &str) -> ContractCoverage {
        let violations =
            self.violations.iter().map(|((case, at, keyword), (message, environments))| Violated {
                case: case.clone(),
                at: at.clone(),
                keyword: keyword.clone(),
                message: message.clone(),
                environments: environments.clone(),
            });
        ContractCoverage {
            document: document.to_owned(),
            validated: self.validated,
            no_operation: self.no_operation,
            unchecked: self.unchecked.iter().cloned().collect(),
            violations: violations.collect(),
        }
    }
}
