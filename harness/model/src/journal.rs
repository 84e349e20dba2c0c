//! The lines of a journal: everything observed, written as it happens.
//!
//! One JSON object a line, with `schema` and `type`. A torn last line is dropped; a journal without footer is
//! incomplete.

use serde::{Deserialize, Serialize};

use crate::{CasePlace, Engine, Exchange, Image, ManifestState};

/// The version of the journal's form.
pub const JOURNAL_SCHEMA: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

impl JournalLine {
    /// Reads one line.
    ///
    /// By hand: serde buffers a tagged enum before it knows the variant, and numbers that keep their lexeme do not
    /// survive that buffer.
    ///
    /// # Errors
    /// When it is no JSON, of an unknown type, or not of its type's form.
    pub fn from_json(line: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Tag {
            r#type: String,
        }
        let Tag { r#type } = serde_json::from_slice(line)?;
        match r#type.as_str() {
            "header" => serde_json::from_slice(line).map(Self::Header),
            "environment" => serde_json::from_slice(line).map(Self::Environment),
            "exchange" => serde_json::from_slice(line).map(Self::Exchange),
            "manifest" => serde_json::from_slice(line).map(Self::Manifest),
            "log" => serde_json::from_slice(line).map(Self::Log),
            "trial" => serde_json::from_slice(line).map(Self::Trial),
            "footer" => serde_json::from_slice(line).map(Self::Footer),
            other => Err(serde::de::Error::custom(format!("unknown type `{other}`"))),
        }
    }
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
    /// Entries that are asked before them in every sample, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub setup: Vec<CasePlace>,
    /// Entries that are asked after them in every sample, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teardown: Vec<CasePlace>,
}

/// The part an environment plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The others are compared with it.
    Reference,
    /// Compared with the reference.
    Candidate,
    /// The approved snapshots: the reference is compared with them.
    Baseline,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Capture, CaseId, FailureKind, Outcome, Sample, Timing};

    #[test]
    fn a_line_reads_back_with_its_number_lexemes() {
        let line = JournalLine::Exchange(Exchange {
            case: CaseId::new("a GET /x"),
            sample: Sample::Control,
            attempt: 1,
            first_failure: None,
            request: None,
            outcome: Outcome::Failure { kind: FailureKind::Closed, message: "gone".to_owned() },
            captures: vec![Capture { name: "n".to_owned(), value: serde_json::from_str("1.10").unwrap() }],
            asserts: Vec::new(),
            timing: Timing { at_ms: 1.25, head_ms: 0.0, total_ms: 3.0 },
        });
        let bytes = serde_json::to_vec(&line).unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains("1.10"));
        assert_eq!(JournalLine::from_json(&bytes).unwrap(), line);
    }
}
