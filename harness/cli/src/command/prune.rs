//! `parity prune`: what earlier runs have left.

use std::fmt::Write;

use crate::args::{Common, PruneArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, settings};

/// Removes.
pub(crate) async fn execute(common: &Common, args: &PruneArgs) -> Result<Exit, Failure> {
    let file = if common.config.is_some() || settings::find_upwards().is_some() {
        Some(settings::load(common, Vec::new())?)
    } else {
        None
    };
    let config = file.as_ref().map(|file| &file.resolved.config);
    let places = settings::places()?;
    let pruned = envparity_orchestrator::prune(config, &places, args.all, args.dry_run).await;
    let pruned = pruned.map_err(Failure::unreachable)?;
    let mut text = String::new();
    for object in &pruned {
        let verb = if args.dry_run { "would remove" } else { "removed" };
        let _ = writeln!(text, "{verb} {object}");
    }
    output::result(if text.is_empty() { "nothing to remove\n" } else { &text });
    Ok(Exit::Done)
}
