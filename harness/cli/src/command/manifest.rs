//! `parity manifest`: what is installed on one side.

use envparity_config::Config;

use crate::args::{Common, ManifestArgs, Output};
use crate::command::compare::environment_of;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{output, settings};

/// Lists.
pub(crate) async fn execute(common: &Common, args: &ManifestArgs) -> Result<Exit, Failure> {
    let file = if common.config.is_some() || settings::find_upwards().is_some() {
        Some(settings::load(common, Vec::new())?)
    } else {
        None
    };
    let named = file.as_ref().and_then(|file| file.resolved.config.environment(&args.side)).cloned();
    let mut settings = match (file, &named) {
        (Some(file), Some(_)) => file,
        _ => settings::without_file(Config::minimal()),
    };
    let environment = named.unwrap_or_else(|| environment_of(&args.side));
    settings.resolved.config.environments = vec![environment.clone()];
    let progress = Progress::new(common.quiet);
    let collected = envparity_orchestrator::collect_manifest(
        &settings.base,
        &settings.resolved.config,
        &environment,
        &settings::places()?,
        envparity_orchestrator::stop_by_signals(),
        &|event| progress.show(event),
    )
    .await;
    progress.finish();
    let line = collected.map_err(Failure::unreachable)?;
    match args.output {
        Output::Text => {
            output::result(&envparity_report::manifest_text(&line, &output::text_style(common.verbose)));
        }
        Output::Json => output::bytes(&envparity_report::manifest_json(&line)),
    }
    match line.state {
        envparity_model::ManifestState::Present { .. } => Ok(Exit::Done),
        _ => Ok(Exit::NotCompared),
    }
}
