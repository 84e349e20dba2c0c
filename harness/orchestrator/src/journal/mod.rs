//! The journal: everything observed, written as it happens, read back for every report.
//!
//! `RUN/ENV.ndjson` holds one environment's lines, `RUN/bodies/SHA256.zst` each body once per content.

mod read;
mod write;

pub(crate) use read::{Bodies, Recording, read_recording};
pub(crate) use write::Journal;

/// Where a run's folder holds an environment's recording.
pub fn recording_path(folder: &std::path::Path, environment: &str) -> std::path::PathBuf {
    folder.join(file_name(environment))
}

/// The journal's file name for an environment.
pub(crate) fn file_name(environment: &str) -> String {
    format!("{environment}.ndjson")
}

#[cfg(test)]
mod tests;
