//! The search for one candidate: both sides looked into, differences put in order, trials made, conclusions drawn.

use std::path::Path;
use std::time::Instant;

use envparity_core::culprit::{Conclusion, Search, Step, differences, factors_of};
use envparity_model::{ExplainedEnvironment, Problem, TrialLine};
use futures_util::future::try_join;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::keep::keep;
use super::order::sort_by_suspicion;
use super::side::{Side, unlike};
use super::targets::Targets;
use super::telling::Telling;
use super::trial::Bench;
use crate::event::Event;
use crate::journal::{file_name, read_recording};
use crate::run_folder::RunFile;
use crate::session::{Session, Site};

/// Searches for the culprits of one candidate; nothing where nothing is to be explained.
pub(super) async fn explain(
    session: &Session<'_>,
    sites: (&Site<'_>, &Site<'_>),
    file: &RunFile,
    folder: &Path,
) -> Result<Option<ExplainedEnvironment>, Problem> {
    let targets = Targets::of(file, folder, sites.1.name())?;
    if targets.findings.is_empty() {
        return Ok(None);
    }
    let explained = explain_targets(session, sites, (file, folder), &targets).await;
    Ok(Some(explained.unwrap_or_else(|Problem { message, .. }| {
        let text = format!("`{}` could not be explained: {message}", sites.1.name());
        (session.events)(Event::Note { text: session.journal.redact(&text) });
        targets.unexplained(&session.journal.redact(&message))
    })))
}

async fn explain_targets(
    session: &Session<'_>,
    (reference, candidate): (&Site<'_>, &Site<'_>),
    (file, folder): (&RunFile, &Path),
    targets: &Targets,
) -> Result<ExplainedEnvironment, Problem> {
    let since = Instant::now();
    session.step(candidate.name(), "looking for what differs and can be moved");
    let (mine, theirs) = try_join(Side::of(reference), Side::of(candidate)).await?;
    if let Some(reason) = unlike(&mine, &theirs) {
        return Ok(targets.unexplained(&reason));
    }
    let (mine, theirs) = try_join(mine.open(session), theirs.open(session)).await?;
    let mut list = differences(&mine.movable, &theirs.movable);
    sort_by_suspicion(&mut list, &targets.suspicion());
    let place = |name: &str| folder.join("trials").join(format!("{name}.tar"));
    std::fs::create_dir_all(folder.join("trials"))
        .map_err(|error| Problem::new(format!("failed to make a folder for the trials: {error}")))?;
    let (reference_files, candidate_files) =
        try_join(mine.fetch(&list, &place(reference.name())), theirs.fetch(&list, &place(candidate.name())))
            .await?;
    let log = read_recording(&folder.join(file_name(candidate.name())), candidate.name())?.logs;
    let bench = Bench {
        session,
        file,
        folder,
        differences: &list,
        targets,
        reference: mine.base(reference_files),
        candidate: theirs.base(candidate_files),
        log: log
            .into_iter()
            .rev()
            .find(|line| line.of == "primary")
            .map(|line| line.tail)
            .unwrap_or_default(),
    };
    let Searched { conclusions, lines, in_time, failure } = search(&bench).await;
    let wall = since.elapsed();
    if !in_time {
        // Those under way were given up.
        for base in [&bench.reference, &bench.candidate] {
            base.engine.remove_trials().await.ok();
        }
    }
    let kept = keep(&bench, &conclusions).await;
    let failure = failure.map(|failure| session.journal.redact(&failure));
    let tell = Telling { session, list: &list, wall, in_time, failure, kept };
    Ok(tell.environment(targets, conclusions, lines))
}

/// What a search came to.
struct Searched {
    conclusions: Vec<Conclusion>,
    lines: Vec<TrialLine>,
    /// Its time did not run out.
    in_time: bool,
    /// Why a trial could not be made, of the first one that could not.
    failure: Option<String>,
}

/// Makes trials until the search is done or its budget is spent.
async fn search(bench: &Bench<'_, '_>) -> Searched {
    let session = bench.session;
    let budget = &session.config.explain;
    let name = bench.candidate.site.name();
    let slots = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let slots = slots.min(budget.at_once);
    let mut search = Search::new(factors_of(bench.differences), bench.targets.findings.len(), budget.trials);
    let (mut running, mut lines) = (FuturesUnordered::new(), Vec::new());
    let deadline = tokio::time::Instant::now() + budget.time;
    let (mut number, mut in_time, mut failure) = (0, true, None);
    loop {
        match search.next(slots - running.len()) {
            Step::Done(conclusions) => return Searched { conclusions, lines, in_time, failure },
            Step::Try(trials) => {
                for trial in trials {
                    number += 1;
                    session.step(name, format!("trial {number}: {} moved", trial.moved.len()));
                    running.push(bench.make(trial, number));
                }
            }
        }
        match tokio::time::timeout_at(deadline, running.next()).await {
            Ok(Some(tried)) => {
                (session.events)(Event::Step {
                    environment: name.to_owned(),
                    step: format!("trial of {} moved: {}", tried.line.moved.len(), tried.line.outcome),
                });
                search.observe(&tried.trial, tried.outcomes);
                lines.push(tried.line);
                failure = failure.or(tried.failure);
            }
            Ok(None) => search.stop(),
            Err(_) => {
                in_time = false;
                search.stop();
            }
        }
    }
}
