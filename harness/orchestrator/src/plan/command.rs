//! Commands as cases.

use envparity_config::CommandSpec;
use envparity_model::{CaseId, CasePlace};

/// A command with the case that it is compared as.
#[derive(Debug, Clone)]
pub struct PlannedCommand {
    /// Its id, where it stands, and what it runs.
    pub place: CasePlace,
    /// How it is run.
    pub spec: CommandSpec,
}

pub(super) fn planned(spec: &CommandSpec) -> PlannedCommand {
    let (file, line) = spec.origin.rsplit_once(':').unwrap_or((&spec.origin, ""));
    let place = CasePlace {
        id: CaseId::new(format!("command {}", spec.name)),
        file: file.to_owned(),
        line: line.parse().unwrap_or_default(),
        method: "exec".to_owned(),
        path: spec.written.clone(),
    };
    PlannedCommand { place, spec: spec.clone() }
}
