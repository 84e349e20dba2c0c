//! The words of envparity as types: what every other crate exchanges.
//!
//! Pure: no clock, no file system, no environment, no async runtime. Everything that is written to a
//! journal or a report is defined here, once, with its serialised form.

mod case;
mod code;
mod conditions;
mod contract;
mod exchange;
mod explained;
mod finding;
mod fingerprint;
mod group;
mod journal;
mod manifest;
mod masker;
mod report;
mod secret;

pub use case::{CaseGlob, CaseId, CasePlace};
pub use code::{Code, Severity};
pub use conditions::Conditions;
pub use contract::{ContractCoverage, Judgement, Unchecked, Violated, Violation};
pub use exchange::{
    AssertResult, BodyRef, Capture, Exchange, FailureKind, Finished, Hop, NotSent, Outcome, Response, Sample,
    SentRequest, Timing,
};
pub use explained::{EXPLAINED_SCHEMA, Explained, ExplainedEnvironment, ExplainedFinding};
pub use finding::{
    ContextRow, Culprit, Disposition, Factor, Finding, KeptTrial, Proof, Repeat, Suspect, SuspectReason,
};
pub use fingerprint::fingerprint;
pub use group::{Group, SAMPLES};
pub use journal::{
    EnvironmentLine, FooterLine, HeaderLine, JOURNAL_SCHEMA, JournalLine, LogLine, ManifestLine, Role,
    TrialLine,
};
pub use manifest::{Ecosystem, Fact, FactValue, Manifest, ManifestState, Package, Unread, Way, purl};
pub use masker::Masker;
pub use report::{
    Baseline, Broken, Cause, ChangeKind, Config, Coverage, Engine, Environment, FactChange, Flaky, Gate,
    Image, Learned, NotCompared, PackageChange, PackageSummary, Packages, REPORT_SCHEMA, Report, Source,
    Timings, Verdict,
};
pub use secret::{Masked, is_secret_name};

/// What went wrong, what to do about it: the form of every error that a person reads.
///
/// `message` is a lower-case fragment that names its object in backticks; `hint` says what to try next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Lower-case, names the object in backticks.
    pub message: String,
    /// What to try next.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// The same problem with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}
