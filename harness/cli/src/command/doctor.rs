//! `parity doctor`: what works on this machine and what does not.

use std::fmt::Write;

use crate::args::Common;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, settings};

/// Looks.
pub(crate) async fn execute(common: &Common) -> Result<Exit, Failure> {
    let file = if common.config.is_some() || settings::find_upwards().is_some() {
        Some(settings::load(common, Vec::new())?)
    } else {
        None
    };
    let config = file.as_ref().map(|file| &file.resolved.config);
    let findings = envparity_orchestrator::examine(config, &settings::places()?).await;
    let mut text = String::new();
    for finding in &findings {
        let mark = if finding.works { "ok  " } else { "FAIL" };
        let _ = writeln!(text, "{mark}  {:24} {}", finding.subject, finding.words);
        if let Some(hint) = &finding.hint {
            let _ = writeln!(text, "      {:24} hint: {hint}", "");
        }
    }
    output::result(&text);
    Ok(if findings.iter().all(|finding| finding.works) { Exit::Done } else { Exit::NotCompared })
}
