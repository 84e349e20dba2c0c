//! `parity check`: configuration and suites parsed, cases listed, no engine touched.

use std::fmt::Write;

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
    let plan = envparity_orchestrator::plan(&settings.base, config, &selection(&args.select)?)?;
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
            let _ = writeln!(
                text,
                "{} cases in {} files, {} against {}",
                plan.cases.len(),
                plan.files.len(),
                compare.reference,
                compare.candidates.join(", ")
            );
            output::result(&text);
        }
    }
    Ok(Exit::Done)
}
