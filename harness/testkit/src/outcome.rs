//! What became of every test, as processes hand it to each other.

use std::collections::BTreeMap;

use envparity_report::{TestOutcome, TestResults};
use serde::{Deserialize, Serialize};

/// The test of what belongs to no case. No case is called so: ids hold a space.
pub(crate) const ENVIRONMENTS: &str = "environments";

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// It was compared and agrees.
    Passed,
    /// It was not compared, and that is no failure here: why.
    Ignored(String),
    /// Lines for people.
    Failed(String),
}

/// What became of every test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcomes {
    tests: BTreeMap<String, Outcome>,
    /// What holds for every other test.
    others: Option<Outcome>,
}

impl Outcomes {
    /// The same for all: nothing was compared.
    pub(crate) fn all(outcome: Outcome) -> Self {
        Self { tests: BTreeMap::new(), others: Some(outcome) }
    }

    /// Those of a report.
    pub(crate) fn of(results: TestResults) -> Self {
        let cases = results.cases.into_iter().map(|(id, outcome)| (id.as_str().to_owned(), outcome));
        let whole = std::iter::once((ENVIRONMENTS.to_owned(), results.environments));
        let tests = cases.chain(whole).map(|(name, outcome)| (name, outcome_of(outcome))).collect();
        Self { tests, others: None }
    }

    /// Changes what became of `environments`.
    pub(crate) fn map_environments(&mut self, change: impl FnOnce(Outcome) -> Outcome) {
        if let Some(outcome) = self.tests.remove(ENVIRONMENTS) {
            self.tests.insert(ENVIRONMENTS.to_owned(), change(outcome));
        }
    }

    /// Adds a reason to everything that failed.
    pub(crate) fn explain_failures(&mut self, reason: &str) {
        for outcome in self.tests.values_mut() {
            if let Outcome::Failed(text) = outcome {
                *text = format!("{text}\n{reason}");
            }
        }
    }

    /// What became of one test; none where nobody has seen it.
    pub(crate) fn get(&self, name: &str) -> Option<&Outcome> {
        self.tests.get(name).or(self.others.as_ref())
    }

    /// Whether it was a test of its own right.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.tests.contains_key(name)
    }
}

fn outcome_of(outcome: TestOutcome) -> Outcome {
    match outcome {
        TestOutcome::Passed => Outcome::Passed,
        TestOutcome::LeftOut(why) => Outcome::Ignored(why),
        TestOutcome::Failed(text) => Outcome::Failed(text),
    }
}
