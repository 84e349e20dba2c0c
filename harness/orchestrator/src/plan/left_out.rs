//! Cases of which it is known beforehand that they will not be compared, by intention.

use std::collections::BTreeMap;
use std::path::Path;

use envparity_config::{Config, EnvironmentSpec, Target};
use envparity_model::{CaseId, Conditions};
use envparity_runner::PlannedCase;
use envparity_suite::{Context, Entry, Generator, Vars};

use super::files::SuiteFolder;
use super::{Plan, Selection, variables};

impl Plan {
    /// The selected cases that the reference, or every candidate, is not asked: why. What only an answer decides is not
    /// known here.
    pub fn left_out(&self, config: &Config, selection: &Selection) -> BTreeMap<CaseId, String> {
        let vars = variables::shared(config, selection);
        let compare = &config.compare;
        let reference = config.environment(&compare.reference);
        let candidates: Vec<_> =
            compare.candidates.iter().filter_map(|name| config.environment(name)).collect();
        let why = |method: Option<&str>, conditions: &Conditions| {
            let by = |environment: &&EnvironmentSpec| excluded(environment, method, conditions);
            if let Some(why) = reference.as_ref().and_then(by) {
                return Some(why);
            }
            let reasons: Option<Vec<String>> = candidates.iter().map(by).collect();
            let reasons = reasons.filter(|_| compare.baseline.is_none())?;
            reasons.into_iter().next()
        };
        let mut left_out = BTreeMap::new();
        for file in &self.files {
            for case in &file.cases {
                let entry = &file.suite.entries[case.entry];
                let why = why(Some(&entry.place.method), &entry.conditions);
                if let Some(why) = why.or_else(|| skipped(entry, case, &vars, &self.base)) {
                    left_out.insert(case.id.clone(), why);
                }
            }
        }
        for command in &self.commands {
            if let Some(why) = why(None, &command.spec.conditions) {
                left_out.insert(command.place.id.clone(), why);
            }
        }
        left_out
    }
}

/// `skip` of an entry's options, where it does not hang on what is captured.
fn skipped(entry: &Entry, case: &PlannedCase, vars: &Vars, base: &Path) -> Option<String> {
    let (generator, files) = (Generator::new("", 0), SuiteFolder { folder: base.to_owned() });
    let cx = Context { vars, generator: &generator, files: &files, case: &case.id };
    entry.options(&cx).ok().filter(|options| options.skip).map(|_| "skip: true".to_owned())
}

/// Why an environment is not asked; a command has no method.
fn excluded(environment: &EnvironmentSpec, method: Option<&str>, conditions: &Conditions) -> Option<String> {
    if let Some(by) = conditions.excludes(&environment.name) {
        return Some(by);
    }
    match (&environment.target, method) {
        (Target::Url { .. }, None) => Some(format!("`{}` has no container", environment.name)),
        (Target::Url { writes: false, .. }, Some(method)) if !envparity_runner::is_safe(method) => {
            Some(format!("{method} is not sent to `{}`: it has no `writes`", environment.name))
        }
        _ => None,
    }
}
