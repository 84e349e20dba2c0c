//! `parity run`.

use std::path::PathBuf;

use envparity_model::{Problem, is_secret_name};
use envparity_orchestrator::{BASELINE, Finished, Keep, RunRequest, Selection};

use crate::args::{self, Common, Output, OutputArgs, RunArgs, SelectArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::settings::{self, Settings};
use crate::{output, values};

/// Runs what the configuration says.
pub(crate) async fn execute(common: &Common, args: RunArgs) -> Result<Exit, Failure> {
    let jobs = args.jobs.map(|jobs| jobs.to_string());
    let baseline = args.baseline.as_deref().map(|path| settings::from_here(common, path)).transpose()?;
    let flags = [
        ("compare.baseline", "--baseline", baseline),
        ("compare.control", "--control", args.control.clone()),
        ("policy.gate", "--gate", args.gate.clone()),
        ("compare.jobs", "--jobs", jobs),
    ];
    let mut settings = settings::load(common, settings::overrides(&args.set, &flags)?)?;
    choose_candidates(&mut settings, &args.select.env)?;
    let compare = &settings.resolved.config.compare;
    if compare.candidates.is_empty() && compare.baseline.is_none() {
        return Err(Failure::usage(
            Problem::new(format!("nothing to compare `{}` with", compare.reference))
                .hint("add a second environment to parity.toml, or a `baseline` of approved snapshots; `parity record` records a single one"),
        ));
    }
    let selection = selection(&args.select, Some(&settings))?;
    run(common, settings, selection, &args.output, false).await
}

/// Runs a resolved configuration and prints what came of it.
pub(crate) async fn run(
    common: &Common,
    settings: Settings,
    selection: Selection,
    output: &OutputArgs,
    alone: bool,
) -> Result<Exit, Failure> {
    let request = request_of(settings, selection, output, alone)?;
    let progress = Progress::new(common.quiet);
    let finished = envparity_orchestrator::run(request, &|event| progress.show(event)).await;
    progress.finish();
    let finished = finished?;
    if alone {
        return Ok(recorded(&finished));
    }
    print(common, &finished, output.output);
    conclude(&finished)
}

/// A request for a run, with what this process and machine add to it.
pub(crate) fn request_of(
    settings: Settings,
    selection: Selection,
    output: &OutputArgs,
    alone: bool,
) -> Result<RunRequest, Failure> {
    Ok(RunRequest {
        base: settings.base,
        config: settings.resolved.config,
        given: settings.given,
        selection,
        command: command_line(),
        keep: match output.keep {
            args::Keep::Never => Keep::Never,
            args::Keep::OnFailure => Keep::OnFailure,
            args::Keep::Always => Keep::Always,
        },
        places: settings::places()?,
        digest_key: std::env::var_os("PARITY_DIGEST_KEY").map(std::ffi::OsString::into_encoded_bytes),
        reports: settings::reports(&output.report)?,
        stop: envparity_orchestrator::stop_by_signals(),
        alone,
        explain: output.explain,
        supplier: settings.supplier,
        held: Vec::new(),
    })
}

/// Prints a report.
pub(crate) fn print(common: &Common, finished: &Finished, form: Output) {
    match form {
        Output::Text => {
            output::result(&output::report_text(&finished.report, &finished.folder, common.verbose));
        }
        Output::Json => output::bytes(&envparity_report::json(&finished.report)),
    }
}

/// What was recorded, and where. Nothing was compared, which is no failure here; what could not be recorded is.
fn recorded(finished: &Finished) -> Exit {
    let report = &finished.report;
    for problem in &finished.problems {
        output::error(&problem.to_string());
    }
    for cause in report.causes.iter().filter(|cause| cause.exit_code == 3) {
        let problem = Problem { message: cause.message.clone(), hint: cause.hint.clone() };
        output::error(&problem.to_string());
    }
    if let Some(environment) = report.environments.first().filter(|_| report.exit_code != 3) {
        let path = envparity_orchestrator::recording_path(&finished.folder, &environment.name);
        let packages = environment.packages.map(|count| format!("{count} packages   ")).unwrap_or_default();
        let (name, cases) = (&environment.name, report.coverage.cases);
        output::result(&format!("{name}   {cases} cases   {packages}{}\n", path.display()));
    }
    match report.exit_code {
        // Inconclusive, since one side alone cannot agree with anything.
        5 => Exit::Done,
        code => Exit::Report(code),
    }
}

pub(crate) fn conclude(finished: &Finished) -> Result<Exit, Failure> {
    if let Some(problem) = finished.problems.first() {
        for problem in &finished.problems[1..] {
            output::error(&problem.to_string());
        }
        // A report that a pipeline waits for is missing: drift keeps its code, a clean run must not pass.
        if finished.report.exit_code == 0 {
            return Err(Failure::unreachable(problem.clone()));
        }
        output::error(&problem.to_string());
    }
    Ok(Exit::Report(finished.report.exit_code))
}

/// What narrows a run. Secrets are read only where requests are sent: with `settings`.
pub(crate) fn selection(args: &SelectArgs, settings: Option<&Settings>) -> Result<Selection, Failure> {
    Ok(Selection {
        only: args.only.clone(),
        cases: None,
        tags: args.tag.clone(),
        not_tags: args.not_tag.clone(),
        requests: args.request.clone(),
        suites: Vec::new(),
        variables: values::variables(&args.values)?,
        secrets: settings
            .map(|settings| values::secrets(&args.values, settings))
            .transpose()?
            .unwrap_or_default(),
    })
}

/// `--env` leaves only these candidates, of which the baseline is one.
pub(crate) fn choose_candidates(settings: &mut Settings, names: &[String]) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    let config = &mut settings.resolved.config;
    let compare = &mut config.compare;
    let baseline = compare.baseline.as_ref().map(|_| BASELINE.to_owned());
    for name in names {
        if !compare.candidates.contains(name) && baseline.as_ref() != Some(name) {
            let known: Vec<String> = compare.candidates.iter().cloned().chain(baseline).collect();
            let known = known.join("`, `");
            return Err(Failure::usage(
                Problem::new(format!("unknown candidate `{name}`"))
                    .hint(format!("the candidates are `{known}`")),
            ));
        }
    }
    compare.candidates.retain(|name| names.contains(name));
    compare.baseline = compare.baseline.take().filter(|_| names.iter().any(|name| name == BASELINE));
    Ok(())
}

/// The command as typed, from the name of the program, without what is secret by its name.
fn command_line() -> String {
    let mut words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let program = words.next().map(PathBuf::from);
    let name =
        program.as_deref().and_then(std::path::Path::file_name).map(|n| n.to_string_lossy().into_owned());
    let mut before = String::new();
    let words = words.map(|word| {
        let declared =
            std::mem::replace(&mut before, word.clone()) == "--secret" || word.starts_with("--secret=");
        if declared { without_value(&word) } else { without_secret(&word) }
    });
    std::iter::once(name.unwrap_or_else(|| "parity".to_owned())).chain(words).collect::<Vec<_>>().join(" ")
}

/// `NAME=VALUE` of a secret that was typed loses its value, whatever its name.
fn without_value(word: &str) -> String {
    match (word.strip_prefix("--secret="), word) {
        (Some(pair), _) => format!("--secret={}", without_value(pair)),
        (None, pair) => {
            format!("{}=[masked]", pair.split('=').next().filter(|name| *name != pair).unwrap_or_default())
        }
    }
}

/// `NAME=VALUE` with a name that says secret, as `--variable api_token=…` has it, loses its value.
fn without_secret(word: &str) -> String {
    match word.split_once('=') {
        Some((name, _)) if is_secret_name(name) => format!("{name}=[masked]"),
        Some((name, value)) if name.starts_with("--") => format!("{name}={}", without_secret(value)),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_what_is_secret_by_its_name() {
        assert_eq!(without_secret("api_token=a=b"), "api_token=[masked]");
        assert_eq!(without_secret("--variable=api_token=x"), "--variable=api_token=[masked]");
        assert_eq!(
            without_secret("--set=container.env.DB_PASSWORD=x"),
            "--set=container.env.DB_PASSWORD=[masked]"
        );
        assert_eq!(without_value("pin=1=2"), "pin=[masked]");
        assert_eq!(without_value("--secret=pin=1"), "--secret=pin=[masked]");
        assert_eq!(without_value("oops"), "=[masked]");
        for plain in ["json=report.json", "compare.timeout=5s", "GET /x?y=1", "--quiet"] {
            assert_eq!(without_secret(plain), plain);
        }
    }
}
