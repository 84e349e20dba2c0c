//! `parity suggest`: the smallest rule for each finding.

use envparity_orchestrator::Suggestion;
use envparity_report::Suggested;

use super::report::find;
use crate::args::{Output, SuggestArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// Suggests.
pub(crate) fn execute(args: &SuggestArgs) -> Result<Exit, Failure> {
    let folder = find(&args.run)?;
    let suggestions = envparity_orchestrator::suggest(&folder, &args.findings).map_err(Failure::usage)?;
    let beyond = suggestions.beyond;
    let list: Vec<Suggested> = suggestions
        .list
        .into_iter()
        .map(|Suggestion { finding, rule }| Suggested { finding, toml: rule.map(|rule| rule.to_toml()) })
        .collect();
    let run = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match args.output {
        Output::Text => output::result(&envparity_report::suggested_text(&run, &list, beyond)),
        Output::Json => output::bytes(&envparity_report::suggested_json(&run, &list, beyond)),
    }
    Ok(Exit::Done)
}
