//! From a configuration and files to what will be done.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use envparity_config::{Config, Rule, Variable};
use envparity_model::{CaseGlob, CaseId, CasePlace, Problem};
use envparity_runner::{PlannedCase, PlannedFile};
use envparity_suite::{Context, Files, Generator, Number, SuiteFile, SyntaxError, Value, Vars};
use globset::{GlobBuilder, GlobSetBuilder};
use sha2::{Digest, Sha256};

/// What narrows and widens a run beyond its configuration.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Globs over case ids; empty: all.
    pub only: Vec<String>,
    /// A case without a file: `GET /x`.
    pub requests: Vec<String>,
    /// Suite files instead of the configuration's.
    pub suites: Vec<String>,
    /// Variables of the command line.
    pub variables: BTreeMap<String, Variable>,
}

/// Everything that is known before an engine is touched.
pub struct Plan {
    /// The folder that paths are relative to.
    pub base: PathBuf,
    /// Suite files with the cases to ask: those selected and what they need before them.
    pub files: Vec<PlannedFile>,
    /// The cases selected, in order.
    pub cases: Vec<CasePlace>,
    /// Rules of the configuration and of the files beside the suites.
    pub rules: Vec<Rule>,
    /// The files beside the suites that `rules` partly came from: (path, text).
    pub rule_files: Vec<(String, String)>,
    /// SHA-256 over the suites, hex.
    pub suite_digest: String,
    /// Nothing was filtered.
    pub full: bool,
    /// Some suite or request was asked for.
    pub with_suites: bool,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum PlanError {
    /// Files or filters: usage, exit 2.
    Usage(Vec<Problem>),
    /// Suites that are no Hurl: usage, exit 2.
    Syntax(Vec<SyntaxError>),
    /// The filter selects nothing: exit 4.
    Nothing(Problem),
}

impl From<Problem> for PlanError {
    fn from(problem: Problem) -> Self {
        Self::Usage(vec![problem])
    }
}

/// Reads, parses and selects.
///
/// # Errors
/// Every syntax error of every suite at once, unreadable files, patterns that match nothing.
pub fn plan(base: &Path, config: &Config, selection: &Selection) -> Result<Plan, PlanError> {
    let mut suites = read_suites(base, config, selection)?;
    let mut rules = config.rules.clone();
    let rule_files = read_rule_files(base, &suites)?;
    rules.extend(parse_rule_files(&rule_files)?);
    if !selection.requests.is_empty() {
        suites.push(request_suite(&selection.requests)?);
    }
    let mut digest = Sha256::new();
    let (mut parsed, mut errors) = (Vec::new(), Vec::new());
    for (path, text) in &suites {
        digest.update(format!("{}\0{}\0", path, text.len()));
        digest.update(text);
        match envparity_suite::parse(path, text) {
            Ok(suite) => parsed.push(Arc::new(suite)),
            Err(more) => errors.extend(more),
        }
    }
    if !errors.is_empty() {
        return Err(PlanError::Syntax(errors));
    }
    let globs: Vec<CaseGlob> = selection.only.iter().map(|pattern| CaseGlob::new(pattern)).collect();
    let vars = initial_vars(config, selection);
    let (mut files, mut cases) = (Vec::new(), Vec::new());
    for suite in parsed {
        let all = expand_repeats(&suite, &vars, base);
        let selected: Vec<bool> =
            all.iter().map(|c| globs.is_empty() || globs.iter().any(|g| g.matches(&c.id))).collect();
        cases.extend(all.iter().zip(&selected).filter(|(_, s)| **s).map(|(case, _)| place_of(&suite, case)));
        let asked = with_needs(&suite, all, &selected);
        if !asked.is_empty() {
            let folder = base.join(&suite.path).parent().map(Path::to_owned).unwrap_or_default();
            files.push(PlannedFile { suite, cases: asked, files: Arc::new(SuiteFolder { folder }) });
        }
    }
    if cases.is_empty() && !suites.is_empty() {
        return Err(PlanError::Nothing(nothing_selected(selection)));
    }
    Ok(Plan {
        base: base.to_owned(),
        files,
        cases,
        rules,
        rule_files,
        suite_digest: hex(&digest.finalize()),
        full: globs.is_empty(),
        with_suites: !suites.is_empty(),
    })
}

fn nothing_selected(selection: &Selection) -> Problem {
    let patterns = selection.only.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", ");
    let what = if patterns.is_empty() {
        "the suites hold no case".to_owned()
    } else {
        format!("{patterns} selects no case")
    };
    Problem::new(what).hint("`parity check` lists the cases; `*` stays within a path segment, `**` crosses")
}

/// Variables that every environment sees; those of one environment and `base` come later.
pub(crate) fn initial_vars(config: &Config, selection: &Selection) -> Vars {
    let mut vars = Vars::default();
    for (name, value) in config.variables.iter().chain(&selection.variables) {
        vars.set(name, value_of(value));
    }
    vars
}

/// A configured value as Hurl types it.
pub(crate) fn value_of(variable: &Variable) -> Value {
    match variable {
        Variable::String(text) => Value::from(text.clone()),
        Variable::Integer(number) => Value::from(*number),
        Variable::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Variable::Bool(truth) => Value::from(*truth),
    }
}

/// `repeat` of an entry's options makes one case of each repetition.
fn expand_repeats(suite: &SuiteFile, vars: &Vars, base: &Path) -> Vec<PlannedCase> {
    let generator = Generator::new("", 0);
    let files = SuiteFolder { folder: base.to_owned() };
    let mut cases = Vec::new();
    for (index, entry) in suite.entries.iter().enumerate() {
        let id = &entry.place.id;
        let cx = Context { vars, generator: &generator, files: &files, case: id };
        // Options that need captured values cannot be read yet; such an entry is asked once.
        let times = entry.options(&cx).map_or(1, |options| options.repeat);
        cases.push(PlannedCase { id: id.clone(), entry: index });
        for time in 2..=times {
            cases.push(PlannedCase { id: CaseId::new(format!("{id} repeat {time}")), entry: index });
        }
    }
    cases
}

/// The selected cases, and before them those that set what they mention.
fn with_needs(suite: &SuiteFile, all: Vec<PlannedCase>, selected: &[bool]) -> Vec<PlannedCase> {
    let mut wanted: Vec<&str> = Vec::new();
    let mut keep = vec![false; all.len()];
    for (at, case) in all.iter().enumerate().rev() {
        let entry = &suite.entries[case.entry];
        if selected[at] || entry.sets().iter().any(|name| wanted.contains(name)) {
            keep[at] = true;
            wanted.extend(entry.needs());
        }
    }
    all.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(case, _)| case).collect()
}

fn place_of(suite: &SuiteFile, case: &PlannedCase) -> CasePlace {
    CasePlace { id: case.id.clone(), ..suite.entries[case.entry].place.clone() }
}

/// One suite for all requests of the command line, so that one asked twice is two cases.
fn request_suite(requests: &[String]) -> Result<(String, String), Problem> {
    let entries: Result<String, Problem> = requests.iter().map(|request| request_entry(request)).collect();
    Ok(("request.hurl".to_owned(), entries?))
}

fn request_entry(request: &str) -> Result<String, Problem> {
    let (method, path) = request.split_once(' ').unwrap_or(("GET", request));
    if !path.starts_with('/') || path.contains(char::is_whitespace) {
        return Err(
            Problem::new(format!("malformed request `{request}`")).hint("write it as 'GET /path?query'")
        );
    }
    Ok(format!("{method} {{{{base}}}}{path}\n\n"))
}

fn read_suites(
    base: &Path,
    config: &Config,
    selection: &Selection,
) -> Result<Vec<(String, String)>, PlanError> {
    let patterns = if selection.suites.is_empty() { &config.compare.suites } else { &selection.suites };
    if patterns.is_empty() || (selection.suites.is_empty() && !selection.requests.is_empty()) {
        return Ok(Vec::new());
    }
    let paths = find_files(base, patterns)?;
    let mut suites = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        match fs::read_to_string(base.join(&path)) {
            Ok(text) => suites.push((path, text)),
            Err(error) => problems.push(Problem::new(format!("failed to read suite `{path}`: {error}"))),
        }
    }
    if problems.is_empty() { Ok(suites) } else { Err(PlanError::Usage(problems)) }
}

/// Files below `base` that match, each pattern matching at least one, sorted, with `/` between segments.
fn find_files(base: &Path, patterns: &[String]) -> Result<Vec<String>, PlanError> {
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
fn read_rule_files(base: &Path, suites: &[(String, String)]) -> Result<Vec<(String, String)>, PlanError> {
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
struct SuiteFolder {
    folder: PathBuf,
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
