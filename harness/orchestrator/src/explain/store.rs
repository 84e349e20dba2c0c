//! `RUN/explained.json`: what the searches showed, for every later report.

use std::fs;
use std::path::Path;

use envparity_model::{EXPLAINED_SCHEMA, Explained, Problem};

use crate::run_folder::write_atomically;

const NAME: &str = "explained.json";

/// Writes it.
pub(super) fn write(folder: &Path, explained: &Explained) -> Result<(), Problem> {
    let bytes = serde_json::to_vec_pretty(explained).map_err(|error| Problem::new(error.to_string()))?;
    write_atomically(&folder.join(NAME), &bytes)
}

/// What was shown; nothing where nothing was searched for.
///
/// # Errors
/// When it is malformed.
pub(crate) fn read(folder: &Path) -> Result<Explained, Problem> {
    let path = folder.join(NAME);
    let failed = |reason: String| Problem::new(format!("failed to read `{}`: {reason}", path.display()));
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Explained::default()),
        Err(error) => return Err(failed(error.to_string())),
    };
    let explained: Explained = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
    if explained.schema == EXPLAINED_SCHEMA {
        Ok(explained)
    } else {
        Err(failed(format!("it has schema {}, expected {EXPLAINED_SCHEMA}", explained.schema)))
    }
}
