//! `parity report`: the reports of an earlier run, made again from its journals.

use std::path::Path;

use crate::args::{Output, ReportArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, settings};

/// Reports.
pub(crate) fn execute(args: &ReportArgs) -> Result<Exit, Failure> {
    let base =
        settings::find_upwards().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let base = if base.as_os_str().is_empty() { Path::new(".").to_owned() } else { base };
    let folder = envparity_orchestrator::find_run(&base, &args.run).map_err(Failure::usage)?;
    let report = envparity_orchestrator::report_of(&folder).map_err(Failure::unreachable)?;
    let asked = settings::reports(&args.report)?;
    match args.output {
        Output::Text => output::result(&output::report_text(&report, &folder)),
        Output::Json => output::bytes(&envparity_report::json(&report)),
    }
    envparity_orchestrator::write_reports(&report, &folder, &asked)
        .map_err(|problems| Failure::Listed(problems.iter().map(ToString::to_string).collect()))?;
    Ok(Exit::Report(report.exit_code))
}
