//! One environment in one pass: where requests go and where commands run.

use std::sync::{Arc, Mutex, PoisonError};

use envparity_engine::Service;
use envparity_model::NotSent;
use envparity_runner::Lane;

/// One environment in one pass.
pub(crate) struct Party {
    pub(crate) name: String,
    /// Its container; none for an address.
    pub(crate) service: Option<Arc<Service>>,
    /// Where its requests go; none where nothing answers.
    pub(crate) lane: Option<Lane>,
    gone: Mutex<Option<NotSent>>,
}

impl Party {
    pub(crate) fn new(name: &str, service: Option<Arc<Service>>, lane: Option<Lane>) -> Self {
        Self { name: name.to_owned(), service, lane, gone: Mutex::new(None) }
    }

    /// Why nothing more is asked here.
    pub(crate) fn stopped(&self) -> Option<NotSent> {
        let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner).clone();
        gone.or_else(|| self.lane.as_ref().and_then(Lane::stopped))
    }

    /// Nothing more is asked here.
    pub(crate) fn stop(&self, reason: NotSent) {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
    }
}

/// A pass that has begun and whose tear-down is still due.
pub(crate) struct Open {
    pub(crate) parties: Vec<Party>,
}

impl Open {
    pub(crate) fn lanes(&self) -> Vec<&Lane> {
        self.parties.iter().filter_map(|party| party.lane.as_ref()).collect()
    }
}
