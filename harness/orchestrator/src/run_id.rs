//! Names and random values of a run.

use envparity_model::Problem;
use jiff::Timestamp;

/// When a run began, and the names that follow from it.
#[derive(Debug, Clone)]
pub(crate) struct RunId {
    /// UTC time and six random characters: `20261124T095801Z-k3f9qa`.
    pub(crate) id: String,
    /// RFC 3339, UTC, whole seconds.
    pub(crate) started: String,
    /// Milliseconds since the epoch.
    pub(crate) started_ms: i64,
}

impl RunId {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(crate) fn generate() -> Result<Self, Problem> {
        let now = Timestamp::now();
        let letters =
            random_bytes(6)?.into_iter().map(|byte| LETTERS[usize::from(byte) % LETTERS.len()] as char);
        let id = format!("{}-{}", now.strftime("%Y%m%dT%H%M%SZ"), letters.collect::<String>());
        Ok(Self {
            id,
            started: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            started_ms: now.as_millisecond(),
        })
    }
}

/// 32 letters and digits, none of them easily taken for another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Random bytes from the system.
///
/// # Errors
/// When the system gives none.
pub(crate) fn random_bytes(count: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|error| Problem::new(format!("no random bytes: {error}")))?;
    Ok(bytes)
}
