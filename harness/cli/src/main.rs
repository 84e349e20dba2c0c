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
mod stop;

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
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&format!("no async runtime: {error}"));
            return Exit::Internal.into();
        }
    };
    let exit = runtime.block_on(command::execute(cli));
    settings::leave();
    // Whatever still runs in the background has nothing left to tell.
    runtime.shutdown_background();
    exit.into()
}
