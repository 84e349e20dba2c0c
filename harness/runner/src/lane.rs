//! One environment in one pass.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use envparity_model::{CaseId, NotSent, Sample};
use envparity_suite::Vars;

use crate::endpoint::Endpoint;
use crate::pass::Scope;

/// What the engine says when a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// The engine does not answer: the environment is lost.
    EngineGone,
    /// The engine answers and the container has exited.
    ServiceDied,
    /// Both are alive.
    Alive,
    /// There is no engine to ask.
    Unknown,
}

/// Whoever can say whether a service is still alive.
pub trait Witness: Send + Sync {
    /// Asks the engine.
    fn ask(&self) -> Pin<Box<dyn Future<Output = Liveness> + Send + '_>>;
}

/// One environment in one pass: where its requests go and what its suites see.
pub struct Lane {
    /// Where requests go.
    pub endpoint: Endpoint,
    /// The pass.
    pub sample: Sample,
    /// Asked when a request fails.
    pub witness: Box<dyn Witness>,
    /// Variables at the start of every file, those that the set-up has captured included, and the set-up's entries that
    /// should have captured those that are missing.
    start: Mutex<(Vars, HashMap<String, CaseId>)>,
    stopped: Mutex<Option<NotSent>>,
}

impl Lane {
    /// A lane that has not been stopped.
    pub fn new(endpoint: Endpoint, sample: Sample, vars: Vars, witness: Box<dyn Witness>) -> Self {
        let start = Mutex::new((vars, HashMap::new()));
        Self { endpoint, sample, witness, start, stopped: Mutex::new(None) }
    }

    /// Why nothing more is sent here, once the environment is lost or its service has died.
    pub fn stopped(&self) -> Option<NotSent> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a file begins with.
    pub(crate) fn begin(&self) -> Scope {
        let (vars, failed) = self.start.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Scope { vars, failed, ..Scope::default() }
    }

    /// From now on files begin with this.
    pub(crate) fn keep(&self, scope: &Scope) {
        *self.start.lock().unwrap_or_else(PoisonError::into_inner) =
            (scope.vars.clone(), scope.failed.clone());
    }

    pub(crate) fn stop(&self, reason: NotSent) {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
    }
}
