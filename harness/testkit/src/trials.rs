//! Cases as tests.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use envparity_config::{EngineSpec, Target};
use envparity_model::CaseId;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::comparison::{Wanted, compare};
use crate::lease::{Lease, Turn};
use crate::outcome::{ENVIRONMENTS, Outcome, Outcomes};
use crate::project::{Project, Tests};

/// Configuration or suites that cannot be read: the exit code that `parity` has for it.
const USAGE: u8 = 2;

impl Tests {
    /// Lists or runs, as the arguments of this process say.
    pub fn run(&self) -> ExitCode {
        let arguments = Arguments::from_args();
        let lease = Lease::of_process(&self.base(), &self.key());
        if let Some(trial) = lease.as_ref().and_then(|lease| known(lease, &arguments)) {
            return libtest_mimic::run(&arguments, vec![trial]).exit_code();
        }
        match self.open() {
            Ok(project) => {
                let (names, ignored) = (names(&project), ignored(&project));
                let comparison = Arc::new(Comparison::new(project, lease));
                let trial = |name: String| {
                    let is_ignored = ignored.contains(&name);
                    trial(name, &comparison).with_ignored_flag(is_ignored)
                };
                let trials: Vec<Trial> = names.into_iter().map(trial).collect();
                comparison.want(&arguments, &trials);
                libtest_mimic::run(&arguments, trials).exit_code()
            }
            Err(problems) => {
                let _ = writeln!(std::io::stderr(), "error: {}", problems.join("\n\nerror: "));
                ExitCode::from(USAGE)
            }
        }
    }
}

/// The cases, and what belongs to none.
fn names(project: &Project) -> Vec<String> {
    let cases = project.plan.cases.iter().map(|place| place.id.as_str().to_owned());
    cases.chain(std::iter::once(ENVIRONMENTS.to_owned())).collect()
}

/// Tests that nextest is told beforehand to ignore: it would take for passed what turns out to be ignored. `environments`
/// is none of them: it tells what is missing.
fn ignored(project: &Project) -> BTreeSet<String> {
    if std::env::var_os("NEXTEST").is_none() {
        return BTreeSet::new();
    }
    let config = &project.given.resolved.config;
    let reference = config.environment(&config.compare.reference).map(|environment| &environment.target);
    let is_local = matches!(reference, Some(Target::Engine(EngineSpec::Local)));
    if is_local && !project.require && envparity_orchestrator::local_engine_missing().is_some() {
        return project.plan.cases.iter().map(|place| place.id.as_str().to_owned()).collect();
    }
    let left_out = project.plan.left_out(config, &project.selection);
    left_out.into_keys().map(|id| id.as_str().to_owned()).collect()
}

/// The one test that is asked for, where another process has already found out about it.
fn known(lease: &Lease, arguments: &Arguments) -> Option<Trial> {
    let name = arguments.filter.clone().filter(|_| arguments.exact && !arguments.list)?;
    let outcomes = lease.read().filter(|outcomes| outcomes.holds(&name))?;
    let told = tell(outcomes.get(&name), true);
    Some(Trial::ignorable_test(name, move || told))
}

fn trial(name: String, comparison: &Arc<Comparison>) -> Trial {
    let comparison = comparison.clone();
    Trial::ignorable_test(name.clone(), move || {
        tell(comparison.outcomes().get(&name), comparison.lease.is_some())
    })
}

/// An outcome in the test runner's words. Where every test is a process of its own, one that turns out to be ignored
/// would count as passed.
fn tell(outcome: Option<&Outcome>, alone: bool) -> Result<Completion, Failed> {
    match outcome {
        Some(Outcome::Passed) => Ok(Completion::Completed),
        Some(Outcome::Ignored(why)) if alone => Err(format!(
            "not compared: {why}\n\n`cargo test` would ignore it; nextest would take it for passed"
        )
        .into()),
        Some(Outcome::Ignored(why)) => Ok(Completion::ignored_with(why)),
        Some(Outcome::Failed(text)) => Err(text.into()),
        None => Err("it was not compared".into()),
    }
}

/// The comparison behind all tests of this process, made when the first of them runs.
struct Comparison {
    project: Project,
    lease: Option<Lease>,
    wanted: OnceLock<Wanted>,
    outcomes: OnceLock<Outcomes>,
}

impl Comparison {
    fn new(project: Project, lease: Option<Lease>) -> Self {
        Self { project, lease, wanted: OnceLock::new(), outcomes: OnceLock::new() }
    }

    /// Only what is asked for is compared; but for a lease, where others ask for the rest.
    fn want(&self, arguments: &Arguments, trials: &[Trial]) {
        let runs = |trial: &&Trial| !arguments.is_filtered_out(trial) && !arguments.is_ignored(trial);
        let cases = trials.iter().filter(runs).map(Trial::name).filter(|name| *name != ENVIRONMENTS);
        let cases: BTreeSet<CaseId> = cases.map(CaseId::new).collect();
        let all = self.lease.is_some() || cases.len() == self.project.plan.cases.len();
        let _ = self.wanted.set(if all { Wanted::All } else { Wanted::Only(cases) });
    }

    fn outcomes(&self) -> &Outcomes {
        self.outcomes.get_or_init(|| {
            let wanted = self.wanted.get().unwrap_or(&Wanted::All);
            let Some(lease) = &self.lease else { return compare(&self.project, wanted) };
            match lease.take() {
                Ok(Turn::Read(outcomes)) => outcomes,
                Ok(Turn::Compare(held)) => {
                    let outcomes = compare(&self.project, wanted);
                    held.publish(&outcomes);
                    outcomes
                }
                Err(problem) => Outcomes::all(Outcome::Failed(problem)),
            }
        })
    }
}
