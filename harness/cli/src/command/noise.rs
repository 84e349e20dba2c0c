//! `parity noise`: what a run has learned to differ by nature.

use super::report::find;
use crate::args::{NoiseArgs, Output};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// Shows.
pub(crate) fn execute(args: &NoiseArgs) -> Result<Exit, Failure> {
    let folder = find(&args.run)?;
    let report = envparity_orchestrator::report_of(&folder).map_err(Failure::unreachable)?;
    match args.output {
        Output::Text => output::result(&envparity_report::noise_text(&report)),
        Output::Json => output::bytes(&envparity_report::noise_json(&report)),
    }
    Ok(Exit::Done)
}
