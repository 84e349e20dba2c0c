//! `parity report`: the reports of an earlier run, made again from its journals.

use std::path::{Path, PathBuf};

use crate::args::{Common, Output, ReportArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, settings};

/// The folder of a run given as an id, a path or `latest`, looked for where the configuration is.
///
/// # Errors
/// When there is no such run; exit 2.
pub(crate) fn find(run: &str) -> Result<PathBuf, Failure> {
    let base =
        settings::find_upwards().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let base = if base.as_os_str().is_empty() { Path::new(".").to_owned() } else { base };
    envparity_orchestrator::find_run(&base, run).map_err(Failure::usage)
}

/// Reports.
pub(crate) fn execute(common: &Common, args: &ReportArgs) -> Result<Exit, Failure> {
    let folder = find(&args.run)?;
    let report = envparity_orchestrator::report_of(&folder).map_err(Failure::unreachable)?;
    let asked = settings::reports(&args.report)?;
    match args.output {
        Output::Text => output::result(&output::report_text(&report, &folder, common.verbose)),
        Output::Json => output::bytes(&envparity_report::json(&report)),
    }
    envparity_orchestrator::write_reports(&report, &folder, &asked)
        .map_err(|problems| Failure::Listed(problems.iter().map(ToString::to_string).collect()))?;
    Ok(Exit::Report(report.exit_code))
}
