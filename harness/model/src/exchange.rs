//! One request as sent and its outcome.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::CaseId;

/// Which pass over the suites an exchange belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sample {
    /// The pass that is compared.
    Primary,
    /// The reference's second pass, in a fresh container: teaches noise.
    Control,
    /// The candidate's second pass, made only where it differed: finds what is unstable.
    Resample,
}

/// One request as sent to one environment, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The case that was asked.
    pub case: CaseId,
    /// The pass.
    pub sample: Sample,
    /// 1 for the first attempt; a repeat on a fresh connection, or by the suite's `retry`, counts up.
    pub attempt: u32,
    /// What was wrong with the first attempt, where there were more: the case is flaky.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_failure: Option<String>,
    /// What was sent; absent when rendering failed or nothing was sent.
    pub request: Option<SentRequest>,
    /// What came of it.
    pub outcome: Outcome,
    /// Values captured from the response, in suite order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
    /// Results of the status line, header lines and `[Asserts]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asserts: Vec<AssertResult>,
    /// When and how long.
    pub timing: Timing,
}

/// A request as it went over the wire, secrets masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRequest {
    /// HTTP method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers that the suite asked for or envparity set, in order.
    pub headers: Vec<(String, String)>,
    /// The body, if any.
    pub body: Option<BodyRef>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A complete response (its body may be cut at the cap).
    Response(Response),
    /// A command that ran to its end.
    Finished(Finished),
    /// A transport failure, or a command that did not run to its end.
    Failure {
        /// Its class.
        kind: FailureKind,
        /// The transport's own words.
        message: String,
    },
    /// No request was sent.
    NotSent(NotSent),
}

/// Why no request was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotSent {
    /// The suite says so (`skip: true`).
    Skipped,
    /// A method that changes data, towards a `url` environment without `writes`.
    Unsafe,
    /// The case is for other environments only.
    Excluded {
        /// The condition as written, `skip-on=qa`.
        by: String,
    },
    /// A command, in an environment without a container.
    NoContainer,
    /// The set-up failed there.
    SetUpFailed {
        /// Its entry.
        case: CaseId,
    },
    /// A variable that an earlier case should have captured is missing.
    Missing {
        /// The variable.
        variable: String,
        /// The case that should have captured it, where known.
        because: Option<CaseId>,
    },
    /// The request could not be rendered.
    Malformed {
        /// What was wrong, with file and line.
        reason: String,
    },
    /// The environment was lost before this case.
    EnvironmentLost,
    /// The service had died before this case.
    ServiceDied,
}

/// The class of a transport failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// No connection could be made.
    Refused,
    /// The connection ended before a complete response.
    Closed,
    /// Nothing complete within the time allowed.
    Timeout,
    /// Bytes that are no HTTP.
    Malformed,
    /// TLS refused.
    Tls,
    /// More redirects than allowed.
    Redirects,
    /// The service died of it, or while it was asked.
    Died,
    /// The command could not be started.
    NotRun,
    /// Anything else.
    Other,
}

impl FailureKind {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Closed => "closed",
            Self::Timeout => "timeout",
            Self::Malformed => "malformed",
            Self::Tls => "tls",
            Self::Redirects => "redirects",
            Self::Died => "died",
            Self::NotRun => "not-run",
            Self::Other => "other",
        }
    }
}

/// A response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// `HTTP/1.1` and the like.
    pub version: String,
    /// Status code.
    pub status: u16,
    /// Headers in the order received, names lower-case, bytes that are no UTF-8 as U+FFFD; secrets masked.
    pub headers: Vec<(String, String)>,
    /// The body, content decoded.
    pub body: BodyRef,
    /// Redirects followed before this response, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<Hop>,
}

impl Response {
    /// The first value of a header; `name` is lower-case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// How a command ended and what it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// Exit code.
    pub exit: i64,
    /// Standard output.
    pub stdout: BodyRef,
    /// Standard error.
    pub stderr: BodyRef,
}

/// One redirect that was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Its status.
    pub status: u16,
    /// Its `Location`, as received.
    pub location: String,
    /// Its `Set-Cookie` headers; secrets masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
}

/// A body by content; the bytes are stored beside the journal, once per content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyRef {
    /// SHA-256 of the stored bytes, lower-case hex.
    pub sha256: String,
    /// Bytes stored.
    pub size: u64,
    /// The body was longer than the cap: only its first `size` bytes are stored.
    #[serde(default, skip_serializing_if = "is_false")]
    pub truncated: bool,
    /// The content encoding could not be decoded: the stored bytes are as received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecoded: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// A value captured from a response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    /// Variable name.
    pub name: String,
    /// Its value as JSON (bytes as a base64 string).
    pub value: serde_json::Value,
}

/// The result of one assert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertResult {
    /// Line in the suite file, from 1.
    pub line: u32,
    /// The assert as written.
    pub text: String,
    /// Whether it held.
    pub passed: bool,
    /// What was found, when it did not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Whether the assert looks at time (`duration`): never drift, only information.
    #[serde(default, skip_serializing_if = "is_false")]
    pub timed: bool,
}

/// When an exchange happened; milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// From the start of the run to the sending.
    pub at_ms: f64,
    /// From sending to the response's head.
    pub head_ms: f64,
    /// From sending to the end of the body.
    pub total_ms: f64,
}
