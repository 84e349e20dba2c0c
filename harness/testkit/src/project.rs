//! What is tested: a configuration, found and planned without touching an engine.

use std::env;
use std::path::{Path, PathBuf};

use envparity_model::Problem;
use envparity_orchestrator::{Given, Plan, PlanError, Selection};

/// The tests of a configuration.
#[derive(Debug, Clone)]
pub struct Tests {
    package: PathBuf,
    configuration: PathBuf,
    profile: Option<String>,
    require: bool,
}

impl Tests {
    /// Those of a configuration file; its path is relative to the package's folder.
    pub fn of(package: impl Into<PathBuf>, configuration: impl Into<PathBuf>) -> Self {
        Self {
            package: package.into(),
            configuration: configuration.into(),
            profile: None,
            require: is_pipeline(env::var("CI").ok().as_deref()),
        }
    }

    /// Under a profile of the configuration.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Whether an environment that cannot be reached fails the tests. A variable `CI` says so too.
    #[must_use]
    pub fn require(mut self, require: bool) -> Self {
        self.require |= require;
        self
    }

    /// Reads the configuration and the suites.
    pub(crate) fn open(&self) -> Result<Project, Vec<String>> {
        let given =
            envparity_orchestrator::read_configuration(&self.path(), self.profile.as_deref(), Vec::new())?;
        let selection =
            Selection { variables: envparity_orchestrator::process_variables(), ..Selection::default() };
        let compare = &given.resolved.config.compare;
        if compare.candidates.is_empty() && compare.baseline.is_none() {
            let problem = Problem::new(format!("nothing to compare `{}` with", compare.reference));
            let hint = "add a second environment to parity.toml, or a `baseline` of approved snapshots";
            return Err(vec![problem.hint(hint).to_string()]);
        }
        let plan =
            envparity_orchestrator::plan(&given.base, &given.resolved.config, &selection).map_err(words)?;
        Ok(Project { given, plan, selection, require: self.require })
    }

    /// As short as it can be: it stands in reports.
    pub(crate) fn path(&self) -> PathBuf {
        let is_here = env::current_dir().is_ok_and(|here| here == self.package);
        if is_here { self.configuration.clone() } else { self.package.join(&self.configuration) }
    }

    /// What tells these tests from others of one test run.
    pub(crate) fn key(&self) -> String {
        format!("{}\0{:?}\0{}", self.configuration.display(), self.profile, self.require)
    }

    /// The folder of the configuration.
    pub(crate) fn base(&self) -> PathBuf {
        self.path().parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
    }
}

/// A configuration with its cases.
pub(crate) struct Project {
    pub(crate) given: Given,
    pub(crate) plan: Plan,
    pub(crate) selection: Selection,
    /// What cannot be reached fails the tests.
    pub(crate) require: bool,
}

/// Pipelines set `CI` to something that is not "no".
fn is_pipeline(ci: Option<&str>) -> bool {
    ci.is_some_and(|value| !matches!(value, "" | "0" | "false"))
}

pub(crate) fn words(error: PlanError) -> Vec<String> {
    match error {
        PlanError::Usage(problems) => problems.iter().map(ToString::to_string).collect(),
        PlanError::Syntax(errors) => errors.iter().map(ToString::to_string).collect(),
        PlanError::Nothing(problem) => vec![problem.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_is_known_by_its_variable() {
        assert!(is_pipeline(Some("true")) && is_pipeline(Some("1")) && is_pipeline(Some("woodpecker")));
        assert!(!is_pipeline(None) && !is_pipeline(Some("")) && !is_pipeline(Some("false")));
    }
}
