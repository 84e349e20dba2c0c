//! `parity`: runs one image in several environments, compares every response and every installed dependency, and
//! names what made them differ. A presenter over the orchestrator.

mod args;
mod command;
mod exit;
mod failure;
mod output;
mod progress;
mod sample;
mod settings;
mod values;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::exit::Exit;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let usage = error.use_stderr();
            // Help goes to standard output, usage errors to standard error; neither has another way out.
            let _ = error.print();
            return if usage { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    output::choose_color(cli.common.color);
    // One worker, and the command on it: a request and its connection then never change threads, which costs more
    // than a local service takes to answer. Hashing and packing have threads of their own.
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&format!("no async runtime: {error}"));
            return Exit::Internal.into();
        }
    };
    let exit = runtime.block_on(runtime.spawn(command::execute(cli))).unwrap_or_else(|error| {
        output::error(&format!("internal error: {error}"));
        Exit::Internal
    });
    envparity_orchestrator::leave();
    // Whatever still runs in the background has nothing left to tell.
    runtime.shutdown_background();
    exit.into()
}
