//! A drift judged by policy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CasePlace, Code, Severity};

/// What policy made of a drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// At or above the gate: decides the exit code.
    Active,
    /// Known, with reason, owner and expiry.
    Waived,
    /// The reference shows it against itself.
    Noise,
    /// Below the gate.
    BelowGate,
}

/// One finding. Every finding has the same keys, null where not applicable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Stable across runs: see [`crate::fingerprint`].
    pub fingerprint: String,
    /// What was found.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What policy made of it.
    pub disposition: Disposition,
    /// The candidate (or, for `contract-broken`, the reference).
    pub environment: String,
    /// The case of a response finding.
    pub case: Option<CasePlace>,
    /// Where in the response: `outcome`, `status`, `header.NAME`, `body`, or a JSONPath.
    pub at: Option<String>,
    /// The kind of difference within the code, as `class`, `date-format`, `lexeme`.
    pub kind: Option<String>,
    /// The package (`pkg:gem/rack`) or fact (`env.RACK_ENV`) of other findings.
    pub subject: Option<String>,
    /// What the reference shows, short, one line, for people.
    pub reference: Option<String>,
    /// What the candidate shows.
    pub candidate: Option<String>,
    /// The candidate differs from itself here.
    pub unstable: bool,
    /// What stands around the difference, side by side; kept for the samples of a [`crate::Group`].
    #[serde(default)]
    pub context: Vec<ContextRow>,
    /// Ranked guesses, best first.
    pub suspects: Vec<Suspect>,
    /// Proven causes: each entry is one minimal set, several are alternatives.
    pub culprits: Vec<Culprit>,
    /// How to see it again.
    pub repeat: Option<Repeat>,
    /// The command or lock-file line that mends it.
    pub remedy: Option<String>,
    /// What to look at.
    pub hint: Option<String>,
}

/// One line of what stands around a difference, as either side shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContextRow {
    /// In the reference; none where it has no such line.
    pub reference: Option<String>,
    /// In the candidate; none where it has no such line.
    pub candidate: Option<String>,
    /// This is the place that the finding speaks of.
    pub differs: bool,
}

/// A package or fact that may be to blame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suspect {
    /// `pkg:pypi/markupsafe` or a fact's name.
    pub subject: String,
    /// Version or value in the reference; none where it is missing.
    pub reference: Option<String>,
    /// Version or value in the candidate; none where it is missing.
    pub candidate: Option<String>,
    /// Rank, comparable within one finding only; higher is likelier.
    pub score: f64,
    /// Why it is suspected, strongest first.
    pub reasons: Vec<SuspectReason>,
}

/// Why something is suspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SuspectReason {
    /// The drifting body or the service's log names it.
    Named,
    /// A file of it is mapped into the process.
    Loaded,
    /// It is of an ecosystem that applications choose themselves.
    Application,
    /// It is missing or extra on one side.
    OneSided,
    /// Its major version differs.
    MajorVersion,
    /// Its files differ under one version.
    Altered,
}

/// A minimal set of factors that was proven to make the difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Culprit {
    /// All of them are needed.
    pub factors: Vec<Factor>,
    /// What cannot move without them and moved with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companions: Vec<Factor>,
    /// How far the proof goes.
    pub proof: Proof,
    /// Why it goes no further.
    pub reason: Option<String>,
    /// Trials that it took.
    pub trials: u32,
    /// Wall time, milliseconds.
    pub wall_ms: u64,
    /// Its proving containers, where they were left running.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptTrial>,
}

/// A throw-away container that was left running for a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptTrial {
    /// `broken`: the reference with the candidate's factors. `mended`: the candidate with the reference's.
    pub shows: String,
    /// The environment that it was made from.
    pub environment: String,
    /// Its address.
    pub url: String,
    /// The command that makes the address reachable from here, where it is not.
    pub tunnel: Option<String>,
}

/// One thing that differs and can be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Factor {
    /// `package`, `env`, `file`, `image`, `limit`.
    pub kind: String,
    /// As on the reference.
    pub reference: Option<String>,
    /// As on the candidate.
    pub candidate: Option<String>,
}

/// How far a proof goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// It breaks the reference, and undoing it mends the candidate.
    BothWays,
    /// One of the two could not be shown.
    OneWay,
}

/// How to see a finding again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Repeat {
    /// The request as a curl command line against the candidate, secrets masked.
    pub curl: String,
}
