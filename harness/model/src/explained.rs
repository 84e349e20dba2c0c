//! What a culprit search showed: kept beside the journal, so that every report can tell it again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Culprit, TrialLine};

/// The form of [`Explained`].
pub const EXPLAINED_SCHEMA: u32 = 1;

/// Everything that the searches of a run showed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// [`EXPLAINED_SCHEMA`].
    pub schema: u32,
    /// By candidate.
    pub environments: BTreeMap<String, ExplainedEnvironment>,
}

/// What the search for one candidate showed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedEnvironment {
    /// By the finding's fingerprint.
    pub findings: BTreeMap<String, ExplainedFinding>,
    /// Subjects (`pkg:gem/rack`) that were moved all at once without any effect on the cases.
    pub harmless: Vec<String>,
    /// Every trial, in the order of their ends.
    pub trials: Vec<TrialLine>,
    /// Why nothing was searched for, or not everything.
    pub remark: Option<String>,
}

/// What was found out about one finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedFinding {
    /// Minimal sets; several are alternatives.
    pub culprits: Vec<Culprit>,
    /// Why there is none, or what is left open.
    pub remark: Option<String>,
}
