//! The small static binary that reads a container from inside, and cleans up after a run that died.
//!
//! It runs in an empty image: no shell, no loader, no files but itself. It answers on stdout; what went
//! wrong is one line of JSON on stderr and an exit code.

mod arguments;
mod failure;
mod files;
mod http;
mod look;
mod pack;
mod processes;
mod reap;
mod system;
mod wait;

use std::io::Write as _;
use std::process::ExitCode;

use crate::arguments::{Command, USAGE};
use crate::failure::Failure;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where stderr is closed too, the exit code is all that is left to say.
            let _ = writeln!(std::io::stderr(), "{}", failure.to_json());
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run() -> Result<(), Failure> {
    let answer = match arguments::parse(std::env::args().skip(1))? {
        Command::Help => USAGE.as_bytes().to_vec(),
        Command::Version => format!("envparity-collector {}\n", env!("CARGO_PKG_VERSION")).into_bytes(),
        Command::Collect(target) => look::collect(&target)?,
        Command::Files(target) => look::list_files(&target)?,
        Command::Pack(target) => {
            return pack::pack(&target, std::io::stdin().lock(), std::io::stdout().lock());
        }
        Command::Probe(target) => look::probe(&target)?,
        Command::Reap(order) => reap::reap(&order, std::io::stdin().lock(), || {
            // Whoever waits for this line knows that the engine can be reached from here.
            let mut stdout = std::io::stdout().lock();
            let _ = stdout.write_all(b"armed\n").and_then(|()| stdout.flush());
        })?,
        Command::Wait { target, port, timeout } => {
            wait::until_listening(processes::find(&target)?, port, timeout)?
        }
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&answer).and_then(|()| stdout.flush()).map_err(|error| Failure::io("stdout", &error))
}
