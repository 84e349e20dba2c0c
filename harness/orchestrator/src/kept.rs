//! What ended runs of a project have left running on purpose.

use std::path::Path;

use envparity_config::Config;
use envparity_engine::{Engine, Owned, OwnedKind, PruneScope};
use envparity_model::Problem;

use crate::engines::{context, engines_of};
use crate::run_folder::{RunFile, runs_folder};
use crate::session::Places;

/// Containers of one run on one engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRun {
    /// The run's id.
    pub run: String,
    /// The environment whose engine they are on.
    pub engine: String,
    /// `local/primary`, `qa/mended-1`: environment and purpose of each.
    pub containers: Vec<String>,
    /// RFC 3339, UTC: any run may remove them from then on.
    pub expires: String,
}

/// Runs of the project below `base` that still have containers somewhere.
///
/// # Errors
/// When an engine does not answer.
pub async fn kept_runs(base: &Path, config: &Config, places: &Places) -> Result<Vec<KeptRun>, Problem> {
    let runs = ended_keeping(base);
    let mut kept = Vec::new();
    if runs.is_empty() {
        return Ok(kept);
    }
    for (name, spec) in engines_of(Some(config), places).await {
        let engine = Engine::connect(&name, &spec, &context(places)?).await.map_err(|error| error.problem)?;
        let owned = engine.list_owned().await.map_err(|error| error.problem);
        engine.disconnect().await;
        let owned = owned?;
        kept.extend(runs.iter().filter_map(|run| of_run(run, &name, &owned)));
    }
    // Two environments on one engine show the same.
    kept.sort_by(|a, b| (&a.run, &a.containers).cmp(&(&b.run, &b.containers)));
    kept.dedup_by(|a, b| a.run == b.run && a.containers == b.containers);
    Ok(kept)
}

/// Removes what one run has kept, or all of them; gives the ids of those that had something.
///
/// # Errors
/// When an engine does not answer.
pub async fn kept_down(
    base: &Path,
    config: &Config,
    places: &Places,
    only: Option<&str>,
) -> Result<Vec<String>, Problem> {
    let mut down: Vec<String> =
        kept_runs(base, config, places).await?.into_iter().map(|kept| kept.run).collect();
    down.retain(|run| only.is_none_or(|only| only == run));
    down.sort();
    down.dedup();
    if down.is_empty() {
        return Ok(down);
    }
    for (name, spec) in engines_of(Some(config), places).await {
        let engine = Engine::connect(&name, &spec, &context(places)?).await.map_err(|error| error.problem)?;
        let mut failed = None;
        for run in &down {
            failed = failed.or(engine.prune(&PruneScope::Run(run.clone())).await.err());
        }
        engine.disconnect().await;
        if let Some(error) = failed {
            return Err(error.problem);
        }
    }
    Ok(down)
}

/// A run that has not ended still needs what it has.
fn ended_keeping(base: &Path) -> Vec<String> {
    let folders = std::fs::read_dir(runs_folder(base)).into_iter().flatten().flatten();
    let files = folders.filter_map(|folder| RunFile::read(&folder.path()).ok());
    let kept = files.filter(|file| file.end.as_ref().is_some_and(|end| end.kept)).map(|file| file.run);
    let mut runs: Vec<String> = kept.collect();
    runs.sort();
    // `latest` is a second name of one of them.
    runs.dedup();
    runs
}

fn of_run(run: &str, engine: &str, owned: &[Owned]) -> Option<KeptRun> {
    let ours: Vec<&Owned> = owned.iter().filter(|o| o.run == run && o.kind == OwnedKind::Container).collect();
    let expires = ours.iter().filter_map(|owned| owned.expires).min()?;
    let name = |owned: &&Owned| format!("{}/{}", owned.environment.as_deref().unwrap_or("-"), owned.purpose);
    Some(KeptRun {
        run: run.to_owned(),
        engine: engine.to_owned(),
        containers: ours.iter().map(name).collect(),
        expires: jiff::Timestamp::from_second(expires).map(|time| time.to_string()).unwrap_or_default(),
    })
}
