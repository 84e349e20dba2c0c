//! Jobs that need one engine and no suite: a manifest, a clean-up.

use std::path::Path;

use envparity_config::{Config, EngineSpec, EnvironmentSpec, Target};
use envparity_engine::{Engine, OwnedKind, PruneScope, RunContext};
use envparity_model::{ManifestLine, ManifestState, Masker, Problem};
use tokio::sync::watch;

use crate::event::{Event, Sink};
use crate::run_id::{RunId, random_bytes};
use crate::session::{Places, start_alone};

/// What every engine is told about a job that is no run.
pub(crate) fn context(places: &Places) -> Result<RunContext, Problem> {
    let id = RunId::generate()?;
    Ok(RunContext {
        run: id.id,
        owner: format!("pid-{}", std::process::id()),
        runtime_dir: places.runtime_dir.clone(),
        cache_dir: places.cache_dir.clone(),
        expires_unix: id.started_ms / 1000 + 3600,
        masker: Masker::new(random_bytes(32)?),
    })
}

/// What is installed in one environment: started if it is ours, looked at if it runs already.
///
/// # Errors
/// When the engine does not answer or the container does not start.
pub async fn collect_manifest(
    base: &Path,
    config: &Config,
    environment: &EnvironmentSpec,
    places: &Places,
    mut stop: watch::Receiver<Option<u8>>,
    events: Sink<'_>,
) -> Result<ManifestLine, Problem> {
    let context = context(places)?;
    let spec = match &environment.target {
        Target::Url { .. } => {
            return Ok(ManifestLine { state: ManifestState::NotApplicable, wire_bytes: 0, wall_ms: 0 });
        }
        Target::Engine(spec) | Target::Attach { engine: spec, .. } => {
            resolve(spec, &environment.name, places).await?
        }
    };
    let engine = Engine::connect(&environment.name, &spec, &context).await.map_err(|error| error.problem)?;
    let collect = async {
        let service = start_alone(&engine, base, config, environment, events).await?;
        events(Event::Step {
            environment: environment.name.clone(),
            step: "collecting the manifest".to_owned(),
        });
        Ok(service.collect(true).await)
    };
    let result = tokio::select! {
        result = collect => result,
        _ = stop.changed() => Err(Problem::new("interrupted")),
    };
    engine.close().await;
    result
}

/// The lab of that name, if it is up, stands for an engine of kind `lab`.
#[cfg_attr(not(feature = "lab"), expect(clippy::unused_async, reason = "the same signature as with the lab"))]
pub(crate) async fn resolve(spec: &EngineSpec, name: &str, places: &Places) -> Result<EngineSpec, Problem> {
    #[cfg(feature = "lab")]
    if *spec == EngineSpec::Lab {
        let up = envparity_lab::Lab::attach(&places.lab_dir, name).await?;
        let up = up.as_ref().map(crate::session::lab_engine);
        return up.ok_or_else(|| {
            Problem::new(format!("environment `{name}` is a lab that is not up"))
                .hint(format!("`parity env up {name}` starts it"))
        });
    }
    let _ = (name, places);
    Ok(spec.clone())
}

/// Removes what runs have left on the local engine and on those of the configuration: what has expired, or all.
/// Gives a line for each object.
///
/// # Errors
/// When an engine does not answer.
pub async fn prune(
    config: Option<&Config>,
    places: &Places,
    all: bool,
    dry_run: bool,
) -> Result<Vec<String>, Problem> {
    let scope = if all { PruneScope::Everything } else { PruneScope::Expired };
    let mut lines = Vec::new();
    for (name, spec) in engines_of(config, places).await {
        let engine = Engine::connect(&name, &spec, &context(places)?).await.map_err(|error| error.problem)?;
        let objects = if dry_run { engine.would_prune(&scope).await } else { engine.prune(&scope).await };
        let objects = objects.map_err(|error| error.problem);
        engine.disconnect().await;
        lines.extend(objects?.into_iter().map(|object| {
            let kind = match object.kind {
                OwnedKind::Container => "container",
                OwnedKind::Network => "network",
                OwnedKind::Volume => "volume",
                OwnedKind::Image => "image",
            };
            format!("{name}   {kind} {}   run {}", object.name, object.run)
        }));
    }
    Ok(lines)
}

/// The local engine, and those of the configuration that are up.
pub(crate) async fn engines_of(config: Option<&Config>, places: &Places) -> Vec<(String, EngineSpec)> {
    let mut engines = vec![("local".to_owned(), EngineSpec::Local)];
    for environment in config.map(|config| config.environments.as_slice()).unwrap_or_default() {
        let (Target::Engine(spec) | Target::Attach { engine: spec, .. }) = &environment.target else {
            continue;
        };
        if *spec == EngineSpec::Local {
            continue;
        }
        if let Ok(spec) = resolve(spec, &environment.name, places).await {
            engines.push((environment.name.clone(), spec));
        }
    }
    engines
}
