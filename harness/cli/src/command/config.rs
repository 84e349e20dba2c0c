//! `parity config`.

use std::fmt::Write;

use crate::args::{Common, ConfigCommand};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, settings};

/// Shows.
pub(crate) fn execute(common: &Common, command: &ConfigCommand) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Schema => output::result(&envparity_config::schema()),
        ConfigCommand::Default => output::result(envparity_config::default_text()),
        ConfigCommand::Show => {
            let settings = settings::load(common, Vec::new())?;
            let mut text = String::new();
            for (key, value, origin) in &settings.resolved.origins {
                let _ = writeln!(text, "{key} = {value}   # {origin}");
            }
            output::result(&text);
        }
    }
    Ok(Exit::Done)
}
