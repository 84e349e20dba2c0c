//! `parity env`: labs that stay up between runs, and what runs have kept.

use std::fmt::Write;

use envparity_config::{EngineSpec, Target};
use envparity_model::Problem;
use envparity_orchestrator::{KeptRun, Places};

use crate::args::{Common, EnvCommand};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::{output, settings};

/// Up, down, list.
pub(crate) async fn execute(common: &Common, command: EnvCommand) -> Result<Exit, Failure> {
    let places = settings::places()?;
    match command {
        EnvCommand::Up { environment, r#for } => {
            require_lab(common, &environment)?;
            let seconds = envparity_config::duration(&r#for).map_err(Failure::usage)?.as_secs();
            let progress = Progress::new(common.quiet);
            let up =
                envparity_orchestrator::lab_up(&environment, seconds, &places, &|event| progress.show(event))
                    .await;
            progress.finish();
            output::result(&format!("{environment}   {}   up\n", up.map_err(Failure::unreachable)?));
        }
        EnvCommand::Down { environment } => {
            let mut down = kept_down(common, environment.as_deref(), &places).await?;
            if down.is_empty() || environment.is_none() {
                let labs = envparity_orchestrator::lab_down(environment.as_deref(), &places).await;
                down.extend(labs.map_err(Failure::unreachable)?);
            }
            for name in down {
                output::result(&format!("{name}   down\n"));
            }
        }
        EnvCommand::List => {
            let mut text = String::new();
            for lab in envparity_orchestrator::labs(&places).await.map_err(Failure::unreachable)? {
                let _ = writeln!(text, "{}   {}   until {}", lab.name, lab.destination, lab.expires);
            }
            for kept in kept_runs(common, &places).await? {
                let containers = kept.containers.join(", ");
                let _ = writeln!(text, "run {}   {containers}   until {}", kept.run, kept.expires);
            }
            output::result(if text.is_empty() { "nothing is up\n" } else { &text });
        }
    }
    Ok(Exit::Done)
}

/// The project, where there is one.
fn project(common: &Common) -> Result<Option<Settings>, Failure> {
    if common.config.is_some() || settings::find_upwards().is_some() {
        settings::load(common, Vec::new()).map(Some)
    } else {
        Ok(None)
    }
}

async fn kept_runs(common: &Common, places: &Places) -> Result<Vec<KeptRun>, Failure> {
    let Some(project) = project(common)? else { return Ok(Vec::new()) };
    let kept = envparity_orchestrator::kept_runs(&project.base, &project.resolved.config, places).await;
    kept.map_err(Failure::unreachable)
}

async fn kept_down(common: &Common, run: Option<&str>, places: &Places) -> Result<Vec<String>, Failure> {
    let Some(project) = project(common)? else { return Ok(Vec::new()) };
    let down = envparity_orchestrator::kept_down(&project.base, &project.resolved.config, places, run).await;
    down.map_err(Failure::unreachable)
}

fn require_lab(common: &Common, name: &str) -> Result<(), Failure> {
    let settings = settings::load(common, Vec::new())?;
    match settings.resolved.config.environment(name).map(|environment| &environment.target) {
        Some(Target::Engine(EngineSpec::Lab)) => Ok(()),
        Some(_) => Err(Failure::usage(
            Problem::new(format!("environment `{name}` is no lab"))
                .hint("other hosts are up already; a run starts and removes its own containers there"),
        )),
        None => Err(Failure::usage(
            Problem::new(format!("unknown environment `{name}`")).hint("`parity config show` lists them"),
        )),
    }
}
