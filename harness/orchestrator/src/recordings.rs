//! Recordings compared without any engine.

use std::fs;
use std::path::{Path, PathBuf};

use envparity_model::{Problem, Report, Severity, Source};

use crate::analysis::{Sources, analyse_sources};
use crate::run_folder::{RunEnd, RunFile};
use crate::run_id::RunId;

/// Compares journals (`RUN/ENV.ndjson`); the first is the reference.
///
/// # Errors
/// When a journal cannot be read.
pub fn compare_recordings(paths: &[&Path], gate: Option<Severity>) -> Result<Report, Problem> {
    let mut sides: Vec<(String, PathBuf)> = Vec::new();
    for path in paths {
        let whole = fs::canonicalize(path).map_err(|error| {
            Problem::new(format!("failed to read recording `{}`: {error}", path.display()))
        })?;
        let name = whole.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let run = whole.parent().map(Path::to_owned).unwrap_or_default();
        let twice = sides.iter().any(|(other, _)| *other == name);
        let run_name = run.file_name().map(|run| run.to_string_lossy().into_owned()).unwrap_or_default();
        sides.push((if twice { format!("{name}@{run_name}") } else { name }, whole));
    }
    let id = RunId::generate()?;
    let file = RunFile {
        schema: 1,
        run: id.id,
        started: id.started,
        command: format!(
            "parity compare {}",
            paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" ")
        ),
        config_path: None,
        config_text: None,
        profile: None,
        overrides: Vec::new(),
        config_digest: String::new(),
        source: Source::default(),
        reference: sides[0].0.clone(),
        candidates: sides[1..].iter().map(|(name, _)| name.clone()).collect(),
        baseline: None,
        gate: Severity::Major,
        full: true,
        with_suites: true,
        rule_files: Vec::new(),
        waived_pairs: None,
        openapi_files: Vec::new(),
        end: Some(RunEnd {
            duration_ms: 0,
            timings: envparity_model::Timings::default(),
            causes: Vec::new(),
            signal: None,
            kept: false,
        }),
    };
    analyse_sources(&Sources::Files(sides), &file, gate)
}
