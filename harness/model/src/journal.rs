//! The lines of a journal: everything observed, written as it happens.
//!
//! One JSON object a line, with `schema` and `type`. A torn last line is dropped; a journal without footer is
//! incomplete.

use serde::{Deserialize, Serialize};

use crate::{CasePlace, Engine, Exchange, Image, ManifestState};

/// The version of the journal's form.
pub const JOURNAL_SCHEMA: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum JournalLine {
    /// First.
    Header(HeaderLine),
    /// Once the environment is up, or could not be brought up.
    Environment(EnvironmentLine),
    /// One per request.
    Exchange(Exchange),
    /// Once collected.
    Manifest(ManifestLine),
    /// The service's output.
    Log(LogLine),
    /// A trial of the culprit search.
    Trial(TrialLine),
    /// Last; without it the recording is incomplete.
    Footer(FooterLine),
}

/// What the recording is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeaderLine {
    /// [`JOURNAL_SCHEMA`].
    pub schema: u32,
    /// envparity's version.
    pub tool: String,
    /// The run.
    pub run: String,
    /// The environment's name.
    pub environment: String,
    /// Start of the run, RFC 3339, UTC.
    pub started: String,
    /// Start of the run, milliseconds since the epoch: the clock of generated values.
    pub started_ms: i64,
    /// Seed of generated values, hex.
    pub seed: String,
    /// Key id of masked values.
    pub key: String,
    /// SHA-256 of the configuration as resolved, hex.
    pub config_digest: String,
    /// SHA-256 over the suites, hex.
    pub suite_digest: String,
    /// The cases selected, in order.
    pub cases: Vec<CasePlace>,
}

/// The part an environment plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The others are compared with it.
    Reference,
    /// Compared with the reference.
    Candidate,
}

/// An environment as it came up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentLine {
    /// Its part in the run that wrote this.
    pub role: Role,
    /// The engine; none for `url`.
    pub engine: Option<Engine>,
    /// The image; none for `url`.
    pub image: Option<Image>,
    /// The authority that was sent (`localhost:4567`), masked as `{{base}}` in comparison.
    pub authority: String,
    /// Where a person on this machine reaches it, `http://127.0.0.1:32770`, if it can be reached.
    pub url: Option<String>,
    /// From create to ready, milliseconds.
    pub ready_ms: Option<u64>,
    /// Why it did not start, with log tail.
    pub failed: Option<String>,
    /// Names of env variables and other facts that the configuration sets for this environment alone.
    pub intended: Vec<String>,
}

/// A manifest as collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestLine {
    /// What was found, or why nothing.
    pub state: ManifestState,
    /// Bytes that crossed the wire for it.
    pub wire_bytes: u64,
    /// Milliseconds.
    pub wall_ms: u64,
}

/// Output of the service's container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Which container: `primary`, `control`, `resample`.
    pub of: String,
    /// The tail of its output, control characters kept, secrets masked.
    pub tail: String,
    /// Exit code, if it exited.
    pub exit_code: Option<i64>,
}

/// One trial of the culprit search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialLine {
    /// Factors moved.
    pub moved: Vec<String>,
    /// `flips`, `holds`, `unresolved`.
    pub outcome: String,
    /// Milliseconds.
    pub wall_ms: u64,
}

/// How the recording ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FooterLine {
    /// `complete`, `interrupted`, `environment-lost`, `not-started`.
    pub end: String,
    /// Exchanges written.
    pub exchanges: u64,
    /// Milliseconds since the start of the run.
    pub duration_ms: u64,
}
