//! Where a run's files are: `.parity/RUN/`, or `target/parity/RUN/` beside a `Cargo.toml`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use envparity_model::{Cause, Problem, Severity, Source, Timings};
use serde::{Deserialize, Serialize};

/// The folder that holds all runs of a configuration.
pub fn runs_folder(base: &Path) -> PathBuf {
    if base.join("Cargo.toml").is_file() { base.join("target").join("parity") } else { base.join(".parity") }
}

/// What a run is about, beyond what its journals say: written when it starts, completed when it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunFile {
    /// The form of this file.
    pub(crate) schema: u32,
    /// The run's id.
    pub(crate) run: String,
    /// RFC 3339, UTC.
    pub(crate) started: String,
    /// The command as typed, secrets masked.
    pub(crate) command: String,
    /// The configuration file as given.
    pub(crate) config_path: Option<String>,
    /// Its text, secrets masked: enough to judge by.
    pub(crate) config_text: Option<String>,
    /// The profile.
    pub(crate) profile: Option<String>,
    /// Overrides as (key, value, origin), secrets masked.
    pub(crate) overrides: Vec<(String, String, String)>,
    /// SHA-256 of the configuration as resolved.
    pub(crate) config_digest: String,
    /// Version control.
    pub(crate) source: Source,
    /// The reference's name.
    pub(crate) reference: String,
    /// The candidates' names.
    pub(crate) candidates: Vec<String>,
    /// The folder of approved snapshots, as given; their copy stands in the run's folder.
    #[serde(default)]
    pub(crate) baseline: Option<String>,
    /// Findings at or above it fail the run.
    pub(crate) gate: Severity,
    /// Nothing was filtered.
    pub(crate) full: bool,
    /// Some suite or request was asked for.
    pub(crate) with_suites: bool,
    /// Rules files beside suites: (path, text).
    pub(crate) rule_files: Vec<(String, String)>,
    /// The known pairs of waived groups, as text.
    #[serde(default)]
    pub(crate) waived_pairs: Option<String>,
    /// The OpenAPI document and what it refers to: (path, text as JSON), secrets masked.
    #[serde(default)]
    pub(crate) openapi_files: Vec<(String, String)>,
    /// How it ended; none: it was killed.
    pub(crate) end: Option<RunEnd>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunEnd {
    /// Milliseconds.
    pub(crate) duration_ms: u64,
    /// By phase.
    pub(crate) timings: Timings,
    /// What could not be compared, as the shell saw it.
    pub(crate) causes: Vec<Cause>,
    /// The signal that ended it.
    pub(crate) signal: Option<u8>,
    /// Its containers were left running.
    #[serde(default)]
    pub(crate) kept: bool,
}

impl RunFile {
    /// The reference first.
    pub(crate) fn environments(&self) -> Vec<String> {
        std::iter::once(&self.reference).chain(&self.candidates).cloned().collect()
    }

    /// Writes `RUN/run.json`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Problem> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| Problem::new(error.to_string()))?;
        write_atomically(&folder.join("run.json"), &bytes)
    }

    /// Reads `RUN/run.json`.
    ///
    /// # Errors
    /// When it is missing or malformed.
    pub(crate) fn read(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join("run.json");
        let failed = |reason: String| Problem::new(format!("failed to read `{}`: {reason}", path.display()));
        let bytes = fs::read(&path).map_err(|error| failed(error.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))
    }
}

/// Points `latest` at a run. A failure is not worth a run: the link is a convenience.
pub(crate) fn link_latest(runs: &Path, run: &str) {
    let (link, fresh) = (runs.join("latest"), runs.join(format!(".latest-{run}")));
    #[cfg(unix)]
    if std::os::unix::fs::symlink(run, &fresh).is_ok() && fs::rename(&fresh, &link).is_err() {
        let _ = fs::remove_file(&fresh);
    }
}

/// The folder of a run given as an id, a path or `latest`.
///
/// # Errors
/// When there is no such run.
pub fn find_run(base: &Path, run: &str) -> Result<PathBuf, Problem> {
    let candidates = [runs_folder(base).join(run), PathBuf::from(run)];
    let found = candidates.into_iter().find(|path| path.join("run.json").is_file());
    let found = found.and_then(|path| fs::canonicalize(path).ok());
    found.ok_or_else(|| {
        Problem::new(format!("no run `{run}` below `{}`", runs_folder(base).display()))
            .hint("a RUN is an id, a folder that holds `run.json`, or `latest`")
    })
}

/// Writes a file so that a reader sees the whole of it or what was there before.
///
/// # Errors
/// When it cannot be written; nothing is left of the attempt.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let failed =
        |error: std::io::Error| Problem::new(format!("failed to write `{}`: {error}", path.display()));
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let fresh = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs::File::create(&fresh)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&fresh, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&fresh);
        failed(error)
    })
}
