//! From a configuration and files to what will be done.

mod command;
mod files;
mod left_out;
mod select;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use envparity_config::{Config, Rule, Variable};
use envparity_model::{CaseId, CasePlace, Problem};
use envparity_runner::PlannedFile;
use envparity_suite::{SuiteFile, SyntaxError};
use sha2::{Digest, Sha256};

pub use command::PlannedCommand;
use files::SuiteFolder;
pub(crate) use files::parse_rule_files;
use select::Filter;
pub use variables::Secrets;
pub(crate) use variables::vars_of;

use crate::{contract, waived};

/// What narrows and widens a run beyond its configuration.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Globs over case ids; empty: all.
    pub only: Vec<String>,
    /// Ids of cases as they are, beside `only`; none: all.
    pub cases: Option<BTreeSet<CaseId>>,
    /// Only cases with one of these tags; empty: as configured.
    pub tags: Vec<String>,
    /// No case with one of these tags; empty: as configured.
    pub not_tags: Vec<String>,
    /// A case without a file: `GET /x`.
    pub requests: Vec<String>,
    /// Suite files instead of the configuration's.
    pub suites: Vec<String>,
    /// Variables of the command line.
    pub variables: BTreeMap<String, Variable>,
    /// Secrets, with their values.
    pub secrets: Secrets,
}

/// Everything that is known before an engine is touched.
pub struct Plan {
    /// The folder that paths are relative to.
    pub base: PathBuf,
    /// Suite files with the cases to ask: those selected and what they need before them.
    pub files: Vec<PlannedFile>,
    /// Asked before them in every sample.
    pub setup: Prelude,
    /// Asked after them in every sample.
    pub teardown: Prelude,
    /// Commands to run after the suites.
    pub commands: Vec<PlannedCommand>,
    /// The cases selected, in order; commands last.
    pub cases: Vec<CasePlace>,
    /// Rules of the configuration and of the files beside the suites.
    pub rules: Vec<Rule>,
    /// The files beside the suites that `rules` partly came from: (path, text).
    pub rule_files: Vec<(String, String)>,
    /// The known pairs of waived groups, as text; none where no waiver names a group.
    pub waived_pairs: Option<String>,
    /// The OpenAPI document and what it refers to: (path, text).
    pub openapi_files: Vec<(String, String)>,
    /// SHA-256 over the suites, hex.
    pub suite_digest: String,
    /// Nothing was filtered.
    pub full: bool,
    /// Some case was asked for.
    pub with_suites: bool,
}

/// Files that are asked around the suites, with their entries.
#[derive(Default)]
pub struct Prelude {
    /// In order.
    pub files: Vec<PlannedFile>,
    /// Their entries, in order.
    pub places: Vec<CasePlace>,
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
    let mut found = files::find(base, config, selection)?;
    let mut rules = config.rules.clone();
    let rule_files = files::read_rule_files(base, &found.suites)?;
    let openapi_files = match &config.compare.openapi {
        Some(path) => contract::read(base, path)?,
        None => Vec::new(),
    };
    rules.extend(parse_rule_files(&rule_files)?);
    if !selection.requests.is_empty() {
        found.suites.push(request_suite(&selection.requests)?);
    }
    let mut parser =
        Parser { digest: Sha256::new(), environments: known(config, selection), errors: Vec::new() };
    let [suites, setup, teardown] =
        [&found.suites, &found.setup, &found.teardown].map(|texts| parser.parse_all(texts));
    if !parser.errors.is_empty() {
        return Err(PlanError::Syntax(parser.errors));
    }
    let filter = Filter::new(config, selection);
    let vars = variables::shared(config, selection);
    let (mut files, mut cases) = (Vec::new(), Vec::new());
    for suite in suites {
        let (asked, selected) = filter.cases(&suite, &vars, base);
        cases.extend(selected);
        files.extend((!asked.is_empty()).then(|| planned_file(base, suite, asked)));
    }
    let commands: Vec<PlannedCommand> =
        config.commands.iter().map(command::planned).filter(|command| filter.takes(command)).collect();
    cases.extend(commands.iter().map(|command| command.place.clone()));
    let with_suites = !found.suites.is_empty() || !config.commands.is_empty() || asks(config, selection);
    if cases.is_empty() && with_suites {
        return Err(PlanError::Nothing(filter.nothing_selected()));
    }
    let around = |suites: Vec<Arc<SuiteFile>>| {
        let mut prelude = Prelude::default();
        for suite in suites.into_iter().filter(|_| !cases.is_empty()) {
            let all = select::expand_repeats(&suite, &vars, base);
            prelude.places.extend(all.iter().map(|case| select::place_of(&suite, case)));
            prelude.files.push(planned_file(base, suite, all));
        }
        prelude
    };
    let (setup, teardown) = (around(setup), around(teardown));
    Ok(Plan {
        base: base.to_owned(),
        files,
        setup,
        teardown,
        commands,
        cases,
        rules,
        rule_files,
        waived_pairs: waived::read(base, &config.waivers)?,
        openapi_files,
        suite_digest: hex(&parser.digest.finalize()),
        full: filter.is_open(),
        with_suites,
    })
}

/// Whether suites are asked for, even if the files that match are no suites.
fn asks(config: &Config, selection: &Selection) -> bool {
    !config.compare.suites.is_empty() || !selection.suites.is_empty() || !selection.requests.is_empty()
}

/// Environments that suites may mention; any, where the sides are no environments of a configuration.
fn known<'c>(config: &'c Config, selection: &Selection) -> Option<Vec<&'c str>> {
    let names = config.environments.iter().map(|environment| environment.name.as_str());
    (selection.suites.is_empty() && !config.environments.is_empty()).then(|| names.collect())
}

/// Suites on their way from text.
struct Parser<'c> {
    digest: Sha256,
    environments: Option<Vec<&'c str>>,
    errors: Vec<SyntaxError>,
}

impl Parser<'_> {
    fn parse_all(&mut self, texts: &[(String, String)]) -> Vec<Arc<SuiteFile>> {
        let mut parsed = Vec::new();
        for (path, text) in texts {
            self.digest.update(format!("{}\0{}\0", path, text.len()));
            self.digest.update(text);
            match envparity_suite::parse(path, text) {
                Ok(suite) => {
                    self.check_mentions(&suite);
                    parsed.push(Arc::new(suite));
                }
                Err(more) => self.errors.extend(more),
            }
        }
        parsed
    }

    /// A name that is no environment would leave out nothing, or everything.
    fn check_mentions(&mut self, suite: &SuiteFile) {
        let Some(known) = &self.environments else { return };
        for named in suite.mentions.iter().filter(|named| !known.contains(&named.name.as_str())) {
            self.errors.push(SyntaxError {
                file: suite.path.clone(),
                line: named.line,
                column: named.column,
                message: format!("unknown environment `{}`", named.name),
                hint: Some(format!("the environments are `{}`", known.join("`, `"))),
            });
        }
    }
}

fn planned_file(
    base: &Path,
    suite: Arc<SuiteFile>,
    cases: Vec<envparity_runner::PlannedCase>,
) -> PlannedFile {
    let folder = base.join(&suite.path).parent().map(Path::to_owned).unwrap_or_default();
    PlannedFile { suite, cases, files: Arc::new(SuiteFolder { folder }) }
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
