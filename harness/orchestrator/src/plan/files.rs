//! The files of a plan: suites, set-up, tear-down, rules beside them.

use std::fs;
use std::path::{Path, PathBuf};

use envparity_config::{Config, Rule};
use envparity_model::Problem;
use envparity_suite::Files;
use globset::{GlobBuilder, GlobSetBuilder};

use super::{PlanError, Selection};

/// Files by what they are for: (path relative to the configuration, text).
#[derive(Default)]
pub(super) struct Found {
    pub(super) suites: Vec<(String, String)>,
    pub(super) setup: Vec<(String, String)>,
    pub(super) teardown: Vec<(String, String)>,
}

/// Finds and reads everything that the patterns match. What is asked before or after the suites is no suite.
///
/// # Errors
/// Every file that cannot be read, a pattern that matches nothing, a file that is both set-up and tear-down.
pub(super) fn find(base: &Path, config: &Config, selection: &Selection) -> Result<Found, PlanError> {
    let compare = &config.compare;
    let patterns = if selection.suites.is_empty() { &compare.suites } else { &selection.suites };
    let suites = if selection.suites.is_empty() && !selection.requests.is_empty() {
        Vec::new()
    } else {
        find_files(base, patterns)?
    };
    let (setup, teardown) = (find_files(base, &compare.setup)?, find_files(base, &compare.teardown)?);
    if let Some(both) = setup.iter().find(|path| teardown.contains(path)) {
        let problem = Problem::new(format!("`{both}` is asked as set-up and as tear-down"));
        return Err(problem.hint("make a file of its own for each").into());
    }
    let is_suite = |path: &String| !setup.contains(path) && !teardown.contains(path);
    let mut problems = Vec::new();
    let suites = read(base, suites.into_iter().filter(is_suite).collect(), &mut problems);
    let setup = read(base, setup, &mut problems);
    let teardown = read(base, teardown, &mut problems);
    if problems.is_empty() { Ok(Found { suites, setup, teardown }) } else { Err(PlanError::Usage(problems)) }
}

fn read(base: &Path, paths: Vec<String>, problems: &mut Vec<Problem>) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for path in paths {
        match fs::read_to_string(base.join(&path)) {
            Ok(text) => files.push((path, text)),
            Err(error) => problems.push(Problem::new(format!("failed to read suite `{path}`: {error}"))),
        }
    }
    files
}

/// Files below `base` that match, each pattern matching at least one, sorted, with `/` between segments.
fn find_files(base: &Path, patterns: &[String]) -> Result<Vec<String>, PlanError> {
    if patterns.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut globs = GlobSetBuilder::new();
    let mut parsed = Vec::new();
    for pattern in patterns {
        if base.join(pattern).is_file() {
            found.push(pattern.trim_start_matches("./").to_owned());
            continue;
        }
        let glob = GlobBuilder::new(pattern.trim_start_matches("./")).literal_separator(true).build();
        let glob =
            glob.map_err(|error| Problem::new(format!("malformed glob `{pattern}`: {}", error.kind())))?;
        globs.add(glob.clone());
        parsed.push((pattern, glob.compile_matcher(), false));
    }
    if !parsed.is_empty() {
        let globs = globs.build().map_err(|error| Problem::new(error.to_string()))?;
        walk(base, base, &mut |path| {
            if globs.is_match(path) {
                for (_, matcher, hit) in &mut parsed {
                    *hit |= matcher.is_match(path);
                }
                found.push(path.to_owned());
            }
        })?;
    }
    if let Some((pattern, ..)) = parsed.iter().find(|(.., hit)| !hit) {
        let problem = Problem::new(format!("no suite matches `{pattern}` below `{}`", base.display()))
            .hint("suites are relative to the folder of parity.toml");
        return Err(problem.into());
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn walk(base: &Path, folder: &Path, visit: &mut dyn FnMut(&str)) -> Result<(), Problem> {
    let failed =
        |error: std::io::Error| Problem::new(format!("failed to list `{}`: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (kind, path) = (entry.file_type().map_err(failed)?, entry.path());
        let name = entry.file_name();
        if kind.is_dir() {
            let hidden = name.as_encoded_bytes().starts_with(b".");
            if !hidden && name != "target" && name != "node_modules" {
                walk(base, &path, visit)?;
            }
        } else if let Some(relative) = path.strip_prefix(base).ok().and_then(Path::to_str) {
            visit(relative);
        }
    }
    Ok(())
}

/// `NAME.parity.toml` beside `NAME.hurl` holds rules for that suite.
pub(super) fn read_rule_files(
    base: &Path,
    suites: &[(String, String)],
) -> Result<Vec<(String, String)>, PlanError> {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for (path, _) in suites {
        let beside = format!("{}.parity.toml", path.trim_end_matches(".hurl"));
        match fs::read_to_string(base.join(&beside)) {
            Ok(text) => files.push((beside, text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => problems.push(Problem::new(format!("failed to read `{beside}`: {error}"))),
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(PlanError::Usage(problems)) }
}

/// The rules of files beside suites.
///
/// # Errors
/// Every problem of every file.
pub(crate) fn parse_rule_files(files: &[(String, String)]) -> Result<Vec<Rule>, PlanError> {
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for (path, text) in files {
        match envparity_config::rules_file(path, text) {
            Ok(more) => rules.extend(more),
            Err(errors) => problems.extend(errors.iter().map(|error| Problem::new(error.to_string()))),
        }
    }
    if problems.is_empty() { Ok(rules) } else { Err(PlanError::Usage(problems)) }
}

/// Files that a suite refers to, relative to the suite's own folder; never outside of it.
pub(super) struct SuiteFolder {
    pub(super) folder: PathBuf,
}

impl Files for SuiteFolder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let outside =
            Path::new(path).is_absolute() || Path::new(path).components().any(|c| c.as_os_str() == "..");
        if outside {
            return Err(format!("`{path}` is outside the suite's folder"));
        }
        fs::read(self.folder.join(path)).map_err(|error| format!("failed to read `{path}`: {error}"))
    }
}
