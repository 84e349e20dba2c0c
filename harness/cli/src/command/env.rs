//! `parity env`: labs that stay up between runs.

use std::fmt::Write;

use envparity_config::{EngineSpec, Target};
use envparity_model::Problem;

use crate::args::{Common, EnvCommand};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Progress;
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
            let down = envparity_orchestrator::lab_down(environment.as_deref(), &places).await;
            for name in down.map_err(Failure::unreachable)? {
                output::result(&format!("{name}   down\n"));
            }
        }
        EnvCommand::List => {
            let mut text = String::new();
            for lab in envparity_orchestrator::labs(&places).await.map_err(Failure::unreachable)? {
                let _ = writeln!(text, "{}   {}   until {}", lab.name, lab.destination, lab.expires);
            }
            output::result(if text.is_empty() { "nothing is up\n" } else { &text });
        }
    }
    Ok(Exit::Done)
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
