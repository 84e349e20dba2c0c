//! `parity check`: configuration and suites parsed, cases listed, no engine touched.

use std::fmt::Write;

use envparity_orchestrator::{BASELINE, Plan};

use crate::args::{CheckArgs, Common, Output};
use crate::command::run::{choose_candidates, selection};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, settings};

/// Checks.
pub(crate) fn execute(common: &Common, args: &CheckArgs) -> Result<Exit, Failure> {
    let mut settings = settings::load(common, Vec::new())?;
    choose_candidates(&mut settings, &args.select.env)?;
    let config = &settings.resolved.config;
    let plan = envparity_orchestrator::plan(&settings.base, config, &selection(&args.select, None)?)?;
    match args.output {
        Output::Json => {
            let text = serde_json::to_string_pretty(&plan.cases).unwrap_or_default();
            output::result(&format!("{text}\n"));
        }
        Output::Text => {
            let mut text = String::new();
            for case in &plan.cases {
                let _ = writeln!(text, "{}   {}:{}", case.id, case.file, case.line);
            }
            let compare = &config.compare;
            let baseline = compare.baseline.as_ref().map(|_| BASELINE.to_owned());
            let against: Vec<String> = compare.candidates.iter().cloned().chain(baseline).collect();
            let _ = writeln!(
                text,
                "{} cases in {}, {} against {}",
                plan.cases.len(),
                places(&plan),
                compare.reference,
                against.join(", ")
            );
            output::result(&text);
        }
    }
    Ok(Exit::Done)
}

/// `2 files and 1 command, with 1 file of set-up and 1 of tear-down`.
fn places(plan: &Plan) -> String {
    let mut text = format!("{} files", plan.files.len());
    if !plan.commands.is_empty() {
        let _ = write!(text, " and {} commands", plan.commands.len());
    }
    for (what, prelude) in [("set-up", &plan.setup), ("tear-down", &plan.teardown)] {
        if !prelude.files.is_empty() {
            let _ = write!(text, ", {} files of {what}", prelude.files.len());
        }
    }
    text
}
