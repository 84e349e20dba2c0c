//! The small static binary that reads a container from inside.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let text = format!("envparity-collector {}\n", env!("CARGO_PKG_VERSION"));
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
