//! What went wrong, for a program to read.

use std::io;

/// Why the collector could not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The command line is not understood.
    Usage(String),
    /// The system refused: another way of collecting may be let in.
    Denied(String),
    /// The target is not there, or not any more.
    Gone(String),
    /// It did not happen in time.
    Timeout(String),
    /// Anything else.
    Other(String),
}

impl Failure {
    /// An error of the system about an object.
    pub(crate) fn io(object: &str, error: &io::Error) -> Self {
        let text = format!("`{object}`: {error}");
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied(text),
            io::ErrorKind::NotFound => Self::Gone(text),
            _ => Self::Other(text),
        }
    }

    /// 1 other, 2 usage, 3 denied, 4 gone, 5 timeout.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Other(_) => 1,
            Self::Usage(_) => 2,
            Self::Denied(_) => 3,
            Self::Gone(_) => 4,
            Self::Timeout(_) => 5,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Denied(_) => "denied",
            Self::Gone(_) => "gone",
            Self::Timeout(_) => "timeout",
            Self::Other(_) => "other",
        }
    }

    /// What happened, in words.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Usage(text)
            | Self::Denied(text)
            | Self::Gone(text)
            | Self::Timeout(text)
            | Self::Other(text) => text,
        }
    }

    /// `{"error":"denied","message":"…"}`
    pub(crate) fn to_json(&self) -> String {
        serde_json::json!({ "error": self.kind(), "message": self.message() }).to_string()
    }
}
