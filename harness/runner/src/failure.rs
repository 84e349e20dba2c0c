//! Transport failures, classified.

use std::error::Error;

use envparity_model::FailureKind;

/// A request without a complete response.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) message: String,
    /// Nothing was sent: the request itself is malformed.
    pub(crate) unsendable: bool,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), unsendable: false }
    }

    pub(crate) fn unsendable(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Other, message: message.into(), unsendable: true }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = self.kind.name();
        if self.message.is_empty() { f.write_str(kind) } else { write!(f, "{kind}: {}", self.message) }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let message = innermost(&error);
        let kind = if error.is_timeout() {
            FailureKind::Timeout
        } else if message.contains("certificate") || message.contains("tls") || message.contains("TLS") {
            FailureKind::Tls
        } else if error.is_connect() {
            FailureKind::Refused
        } else {
            by_words(&message)
        };
        Self { kind, message, unsendable: false }
    }
}

/// The transport does not type what went wrong below it, so its words decide.
fn by_words(message: &str) -> FailureKind {
    const CLOSED: &[&str] = &[
        "closed",
        "reset",
        "broken pipe",
        "end of file",
        "IncompleteMessage",
        "incomplete",
        "EOF",
        "canceled",
    ];
    const MALFORMED: &[&str] = &["invalid", "parse", "chunk", "message head", "too large"];
    let any = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if any(CLOSED) {
        FailureKind::Closed
    } else if any(MALFORMED) {
        FailureKind::Malformed
    } else {
        FailureKind::Other
    }
}

pub(crate) fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let (outer, inner) = (error.to_string(), last.to_string());
    if outer == inner { outer } else { format!("{outer}: {inner}") }
}
