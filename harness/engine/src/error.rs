//! What goes wrong with an engine, sorted by what a person can do about it.

use std::error::Error as StdError;
use std::fmt;

use bollard::errors::Error as ApiError;
use envparity_model::Problem;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Nobody answers, or no longer.
    Unreachable,
    /// The ssh server refuses this user or key.
    Refused,
    /// The host key is unknown or has changed.
    HostKey,
    /// The TLS handshake failed, or would be needed.
    Tls,
    /// No such image, here or in a registry.
    ImageNotFound,
    /// The image could not be built.
    Build,
    /// The image could not be sent.
    Transfer,
    /// A port is taken, or cannot be reached.
    Port,
    /// A container could not be created or started.
    Start,
    /// Anything else that the engine refuses.
    Other,
}

/// A failure of an engine: its kind, and the message and hint that a person reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// Message and hint.
    pub problem: Problem,
}

impl EngineError {
    /// A failure without a hint.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, problem: Problem::new(message) }
    }

    /// The same failure with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.problem = self.problem.hint(hint);
        self
    }

    /// The engine's answer to `what` (a fragment such as "could not create container `x`").
    pub(crate) fn api(what: impl fmt::Display, error: &ApiError) -> Self {
        if let Some(tls) = tls_cause(error) {
            return Self::new(ErrorKind::Tls, format!("{what}: {}", describe_tls(tls)))
                .hint("check `ca`, `cert` and `key` of this environment, and the host's clock");
        }
        let kind = if is_unreachable(error) { ErrorKind::Unreachable } else { ErrorKind::Other };
        Self::new(kind, format!("{what}: {}", describe(error)))
    }

    /// The same, under another kind unless the engine is gone.
    #[must_use]
    pub(crate) fn unless_gone(mut self, kind: ErrorKind) -> Self {
        if !matches!(self.kind, ErrorKind::Unreachable | ErrorKind::Tls) {
            self.kind = kind;
        }
        self
    }

    /// A failure of the local file system.
    pub(crate) fn io(what: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(ErrorKind::Other, format!("{what}: {error}"))
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl StdError for EngineError {}

/// Why a container is not there to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartError {
    /// The engine failed.
    Engine(EngineError),
    /// The service did not come up.
    NotStarted {
        /// One line.
        reason: String,
        /// The end of its output.
        log_tail: String,
        /// Its exit code, if it exited.
        exit_code: Option<i64>,
    },
}

impl From<EngineError> for StartError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(error) => error.fmt(f),
            Self::NotStarted { reason, log_tail, .. } if log_tail.is_empty() => f.write_str(reason),
            Self::NotStarted { reason, log_tail, .. } => write!(f, "{reason}\n{log_tail}"),
        }
    }
}

impl StdError for StartError {}

/// Whether the engine says that the object is not there.
pub(crate) fn is_not_found(error: &ApiError) -> bool {
    status(error) == Some(404)
}

/// The status of the engine's answer, if it answered.
pub(crate) fn status(error: &ApiError) -> Option<u16> {
    match error {
        ApiError::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// What the engine said, without the library's frame around it.
pub(crate) fn describe(error: &ApiError) -> String {
    match error {
        ApiError::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        ApiError::DockerStreamError { error } => error.trim().to_owned(),
        ApiError::RequestTimeoutError => "no answer in time".to_owned(),
        other => root_cause(other),
    }
}

/// Whether the engine could not be asked at all.
pub(crate) fn is_unreachable(error: &ApiError) -> bool {
    match error {
        ApiError::RequestTimeoutError
        | ApiError::HyperLegacyError { .. }
        | ApiError::HyperResponseError { .. } => true,
        ApiError::IOError { err } => !matches!(err.kind(), std::io::ErrorKind::InvalidData),
        _ => false,
    }
}

fn root_cause(error: &dyn StdError) -> String {
    let mut deepest = error;
    while let Some(next) = deepest.source() {
        deepest = next;
    }
    deepest.to_string()
}

fn tls_cause(error: &ApiError) -> Option<&rustls::Error> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = next {
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        if let Some(tls) = cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        {
            return Some(tls);
        }
        next = cause.source();
    }
    None
}

/// A sentence for the failures that people meet; the library's own words for the rest.
fn describe_tls(error: &rustls::Error) -> String {
    use rustls::{AlertDescription, CertificateError, Error};
    match error {
        Error::InvalidCertificate(reason) => match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the engine's certificate has expired".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the engine's certificate is not valid yet".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!("the engine's certificate is for another name: {reason}")
            }
            CertificateError::UnknownIssuer => {
                "the engine's certificate is not signed by the given authority".to_owned()
            }
            other => format!("the engine's certificate is not accepted: {other}"),
        },
        Error::AlertReceived(AlertDescription::CertificateExpired) => {
            "the engine says that the client certificate has expired".to_owned()
        }
        Error::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateUnknown,
        ) => "the engine does not accept the client certificate".to_owned(),
        Error::InvalidMessage(_) => "the engine does not speak TLS there".to_owned(),
        other => other.to_string(),
    }
}
