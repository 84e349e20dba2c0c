//! The comparison behind the tests: one run, judged test by test.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use envparity_config::Config;
use envparity_model::{CaseId, Problem};
use envparity_orchestrator::{Finished, Keep, RunError, RunRequest, Selection};
use envparity_report::test_results;

use crate::outcome::{Outcome, Outcomes};
use crate::project::{Project, words};

/// Where approved snapshots lie, if the configuration does not say.
const SNAPSHOTS: &str = "snapshots";

/// Which cases are compared.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// All.
    All,
    /// These; none: what belongs to no case.
    Only(BTreeSet<CaseId>),
}

/// Runs and judges. Whatever stands in the way of it fails every test.
pub(crate) fn compare(project: &Project, wanted: &Wanted) -> Outcomes {
    let outcomes = try_compare(project, wanted);
    envparity_orchestrator::leave();
    outcomes.unwrap_or_else(|problems| Outcomes::all(Outcome::Failed(problems.join("\n\n"))))
}

fn try_compare(project: &Project, wanted: &Wanted) -> Result<Outcomes, Vec<String>> {
    let mut config = project.given.resolved.config.clone();
    let mut selection = project.selection.clone();
    match wanted {
        Wanted::All => {}
        Wanted::Only(cases) if cases.is_empty() => {
            config.compare.suites.clear();
            config.commands.clear();
        }
        Wanted::Only(cases) => selection.cases = Some(cases.clone()),
    }
    let finished = run(project, config.clone(), selection.clone())?;
    let missing = &finished.unreachable;
    if missing.is_empty() {
        return Ok(judged(&finished, &[]));
    }
    let reason = not_reached(missing);
    let names: Vec<String> = missing.iter().map(|(name, _)| name.clone()).collect();
    let compare = &mut config.compare;
    if names.contains(&compare.reference) {
        let outcome = if project.require { Outcome::Failed(reason) } else { Outcome::Ignored(reason) };
        return Ok(Outcomes::all(outcome));
    }
    if project.require {
        let mut outcomes = judged(&finished, &[]);
        outcomes.explain_failures(&reason);
        return Ok(outcomes);
    }
    if compare.baseline.is_some() || compare.candidates.iter().any(|name| !names.contains(name)) {
        let mut outcomes = judged(&finished, &names);
        outcomes.map_environments(|outcome| without(outcome, reason));
        return Ok(outcomes);
    }
    if !project.given.base.join(SNAPSHOTS).is_dir() {
        return Ok(Outcomes::all(Outcome::Ignored(reason)));
    }
    compare.candidates.clear();
    compare.baseline = Some(SNAPSHOTS.to_owned());
    let mut outcomes = judged(&run(project, config, selection)?, &[]);
    let reason = format!("{reason}; the reference was compared with `{SNAPSHOTS}` instead");
    outcomes.map_environments(|outcome| without(outcome, reason));
    Ok(outcomes)
}

/// Environments that share a reason share a sentence.
fn not_reached(missing: &[(String, Problem)]) -> String {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, problem) in missing {
        let name = format!("`{name}`");
        match reasons.iter_mut().find(|(reason, _)| *reason == problem.message) {
            Some((_, names)) => names.push(name),
            None => reasons.push((&problem.message, vec![name])),
        }
    }
    let sentence = |(reason, names): (&str, Vec<String>)| {
        let verb = if names.len() == 1 { "was" } else { "were" };
        format!("{} {verb} not reached: {reason}", names.join(" and "))
    };
    reasons.into_iter().map(sentence).collect::<Vec<_>>().join("; ")
}

/// Where something is missing, what belongs to no case cannot have passed.
fn without(outcome: Outcome, reason: String) -> Outcome {
    match outcome {
        Outcome::Failed(text) => Outcome::Failed(format!("{text}\n{reason}")),
        Outcome::Passed | Outcome::Ignored(_) => Outcome::Ignored(reason),
    }
}

fn judged(finished: &Finished, missing: &[String]) -> Outcomes {
    let mut outcomes = Outcomes::of(test_results(&finished.report, missing));
    if !finished.problems.is_empty() {
        let problems: Vec<String> = finished.problems.iter().map(ToString::to_string).collect();
        outcomes.map_environments(|_| Outcome::Failed(problems.join("\n\n")));
    }
    outcomes
}

fn run(project: &Project, config: Config, selection: Selection) -> Result<Finished, Vec<String>> {
    let request = request_of(project, config, selection)?;
    // A request and its connection stay on one thread: changing it costs more than a local service takes to answer.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| vec![format!("no async runtime: {error}")])?;
    let running = async move { envparity_orchestrator::run(request, &|_| {}).await };
    let ended = runtime.block_on(runtime.spawn(running));
    runtime.shutdown_background();
    let finished = match ended {
        Ok(Ok(finished)) => finished,
        Ok(Err(RunError::Plan(error))) => return Err(words(error)),
        Ok(Err(RunError::Folder(problem) | RunError::Internal(problem))) => {
            return Err(vec![problem.to_string()]);
        }
        Err(error) => return Err(vec![format!("internal error: {error}")]),
    };
    tell(&finished.folder);
    Ok(finished)
}

fn request_of(
    project: &Project,
    config: Config,
    mut selection: Selection,
) -> Result<RunRequest, Vec<String>> {
    let base = project.given.base.clone();
    let listed = |problems: Vec<Problem>| problems.iter().map(ToString::to_string).collect::<Vec<_>>();
    let secrets = envparity_orchestrator::process_secrets();
    selection.secrets =
        envparity_orchestrator::configured_secrets(&config, &base, secrets).map_err(listed)?;
    let places = envparity_orchestrator::places().map_err(|problem| listed(vec![problem]))?;
    Ok(RunRequest {
        base,
        config,
        given: project.given.text.clone(),
        selection,
        command: "cargo test".to_owned(),
        keep: Keep::Never,
        places,
        digest_key: std::env::var_os("PARITY_DIGEST_KEY").map(std::ffi::OsString::into_encoded_bytes),
        reports: Vec::new(),
        stop: envparity_orchestrator::stop_by_signals(),
        alone: false,
        explain: false,
        supplier: None,
        held: Vec::new(),
    })
}

/// Where more is told than in a test's few lines. Nobody to tell is no failure.
fn tell(folder: &Path) {
    let path = folder.join("report.html");
    let _ = writeln!(std::io::stderr(), "report   {}", path.strip_prefix(".").unwrap_or(&path).display());
}
