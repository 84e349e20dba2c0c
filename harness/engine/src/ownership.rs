//! What belongs to a run: names, labels, and the record of everything that may exist on an engine.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::context::RunContext;

/// The run that made an object.
pub(crate) const RUN: &str = "parity.run";
/// Who ran it.
pub(crate) const OWNER: &str = "parity.owner";
/// Seconds since the epoch after which it may be removed by anyone.
pub(crate) const EXPIRES: &str = "parity.expires";
/// The environment it stands for.
pub(crate) const ENVIRONMENT: &str = "parity.environment";
/// A reaper; the value is when it was started, in milliseconds since the epoch.
pub(crate) const REAPER: &str = "parity.reaper";
/// What it is there for.
pub(crate) const PURPOSE: &str = "parity.purpose";

/// The labels of everything that a run creates.
pub(crate) fn labels(run: &RunContext, environment: &str, purpose: &str) -> HashMap<String, String> {
    [
        (RUN, run.run.clone()),
        (OWNER, run.owner.clone()),
        (EXPIRES, run.expires_unix.to_string()),
        (ENVIRONMENT, environment.to_owned()),
        (PURPOSE, purpose.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The name of a container or network: a function of run, environment and purpose alone.
pub(crate) fn object_name(run: &str, environment: &str, purpose: &str) -> String {
    let clean = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || "_.-".contains(c) { c } else { '-' }).collect()
    };
    format!("parity-{}-{}-{}", clean(run), clean(environment), clean(purpose))
}

/// Names that may exist on the engine because a create call was sent, or is about to be.
#[derive(Debug, Default)]
pub(crate) struct Guards(Mutex<BTreeSet<String>>);

impl Guards {
    /// To be called before the create call: a create without an answer leaks otherwise.
    pub(crate) fn register(&self, name: &str) {
        self.lock().insert(name.to_owned());
    }

    /// The object is known to be gone.
    pub(crate) fn release(&self, name: &str) {
        self.lock().remove(name);
    }

    /// Everything that may still be there.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::object_name;

    #[test]
    fn names_are_what_an_engine_takes() {
        assert_eq!(
            object_name("20261124T095801-3f9c2a", "qa west/1", "primary"),
            "parity-20261124T095801-3f9c2a-qa-west-1-primary"
        );
    }
}
