//! `parity compare`: sides instead of a configuration.

use std::collections::BTreeMap;
use std::path::Path;

use envparity_config::{Config, EngineSpec, EnvironmentSpec, ImageSpec, Target};
use envparity_model::{Problem, Severity};
use envparity_orchestrator::Selection;

use crate::args::{Common, CompareArgs};
use crate::command::run::run;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::settings::{self, Settings};
use crate::values;

/// Compares.
pub(crate) async fn execute(common: &Common, args: CompareArgs) -> Result<Exit, Failure> {
    let recordings = args.sides.iter().filter(|side| is_recording(side)).count();
    if recordings == args.sides.len() {
        return compare_recordings(common, &args);
    }
    if recordings > 0 {
        return Err(Failure::usage(
            Problem::new("recordings can be compared with recordings only")
                .hint("`parity record ENV` makes a recording of the other side"),
        ));
    }
    let settings = settings_of(common, &args)?;
    let selection = Selection {
        requests: args.request.clone(),
        suites: args.suite.clone(),
        variables: values::variables(&args.values)?,
        secrets: values::secrets(&args.values, &settings)?,
        ..Selection::default()
    };
    let asks = !selection.requests.is_empty() || !selection.suites.is_empty();
    if asks && settings.resolved.config.container.port.is_none() {
        return Err(Failure::usage(
            Problem::new("no port to send requests to")
                .hint("give the port the service listens on with `--port`"),
        ));
    }
    run(common, settings, selection, &args.output, false).await
}

fn compare_recordings(common: &Common, args: &CompareArgs) -> Result<Exit, Failure> {
    let sides: Vec<&Path> = args.sides.iter().map(Path::new).collect();
    let gate = gate_of(args)?;
    let report = envparity_orchestrator::compare_recordings(&sides, gate).map_err(Failure::unreachable)?;
    match args.output.output {
        crate::args::Output::Text => {
            output::result(&envparity_report::text(&report, &output::text_style(common.verbose)));
        }
        crate::args::Output::Json => output::bytes(&envparity_report::json(&report)),
    }
    for (format, path) in settings::reports(&args.output.report)? {
        envparity_orchestrator::write_atomically(&path, &format.render(&report))
            .map_err(Failure::unreachable)?;
    }
    Ok(Exit::Report(report.exit_code))
}

/// A file of journal lines.
pub(crate) fn is_recording(side: &str) -> bool {
    Path::new(side).extension().is_some_and(|extension| extension == "ndjson") && Path::new(side).is_file()
}

/// A configuration for sides. Environments of a configuration file keep what it says about them; images and
/// containers are taken from the local engine, where being on one engine is what is asked for.
fn settings_of(common: &Common, args: &CompareArgs) -> Result<Settings, Failure> {
    let file = if common.config.is_some() || settings::find_upwards().is_some() {
        Some(settings::load(common, Vec::new())?)
    } else {
        None
    };
    let known: Vec<EnvironmentSpec> =
        file.as_ref().map(|f| f.resolved.config.environments.clone()).unwrap_or_default();
    let from_file = |side: &str| known.iter().find(|environment| environment.name == side).cloned();
    let named = args.sides.iter().any(|side| from_file(side).is_some());
    let mut settings = file.filter(|_| named).unwrap_or_else(|| settings::without_file(Config::minimal()));
    let mut environments: Vec<EnvironmentSpec> = Vec::new();
    for side in &args.sides {
        let mut environment = from_file(side).unwrap_or_else(|| environment_of(side));
        environment.name = unique_name(&environments, &environment.name);
        environments.push(environment);
    }
    let config = &mut settings.resolved.config;
    settings.supplier = config.environment(&config.compare.reference).cloned();
    config.compare.reference.clone_from(&environments[0].name);
    config.compare.candidates =
        environments[1..].iter().map(|environment| environment.name.clone()).collect();
    config.environments = environments;
    // What is asked is what the command line says.
    for files in [&mut config.compare.suites, &mut config.compare.setup, &mut config.compare.teardown] {
        files.clear();
    }
    config.commands.clear();
    (config.compare.tags, config.compare.not_tags) = (Vec::new(), Vec::new());
    config.compare.allow_same_engine = true;
    config.container.port = args.port.or(config.container.port);
    if let Some(path) = &args.ready {
        config.container.ready.http = Some(path.clone());
    }
    if args.control.as_deref() == Some("never") {
        config.compare.control = envparity_config::Control::Never;
    }
    config.policy.gate = gate_of(args)?.unwrap_or(config.policy.gate);
    Ok(settings)
}

fn gate_of(args: &CompareArgs) -> Result<Option<Severity>, Failure> {
    let Some(name) = &args.gate else { return Ok(None) };
    Severity::from_name(name).map(Some).ok_or_else(|| {
        Failure::usage(
            Problem::new(format!("unknown severity `{name}`")).hint("one of info, minor, major, critical"),
        )
    })
}

/// A side as an environment of the local engine.
pub(crate) fn environment_of(side: &str) -> EnvironmentSpec {
    let (target, image) = match side.strip_prefix("container:") {
        Some(container) => {
            (Target::Attach { engine: EngineSpec::Local, container: container.to_owned() }, None)
        }
        None => (Target::Engine(EngineSpec::Local), Some(ImageSpec::reference(side))),
    };
    EnvironmentSpec {
        name: file_safe(side),
        target,
        env: BTreeMap::new(),
        image,
        variables: BTreeMap::new(),
        secrets: BTreeMap::new(),
    }
}

fn file_safe(side: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._-:".contains(c) { c } else { '-' };
    side.chars().map(safe).collect::<String>().replace(':', "-")
}

fn unique_name(environments: &[EnvironmentSpec], name: &str) -> String {
    let taken = |name: &str| environments.iter().any(|environment| environment.name == name);
    let mut unique = name.to_owned();
    let mut number = 2;
    while taken(&unique) {
        unique = format!("{name}-{number}");
        number += 1;
    }
    unique
}
