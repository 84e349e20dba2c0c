//! What each command means.

mod approve;
mod check;
mod compare;
mod config;
mod demo;
mod doctor;
mod env;
mod explain;
mod import;
mod manifest;
mod noise;
mod prune;
mod record;
mod report;
mod run;
mod suggest;
mod waive;

use clap::CommandFactory;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// Executes a command and says how the process ends.
pub(crate) async fn execute(cli: Cli) -> Exit {
    let common = &cli.common;
    let result = match cli.command {
        Command::Run(args) => Box::pin(run::execute(common, args)).await,
        Command::Compare(args) => Box::pin(compare::execute(common, args)).await,
        Command::Check(args) => check::execute(common, &args),
        Command::Demo(args) => Box::pin(demo::execute(common, &args)).await,
        Command::Record(args) => Box::pin(record::execute(common, args)).await,
        Command::Explain(args) => explain::execute(common, args).await,
        Command::Report(args) => report::execute(common, &args),
        Command::Approve(args) => approve::execute(common, &args),
        Command::Noise(args) => noise::execute(&args),
        Command::Suggest(args) => suggest::execute(&args),
        Command::Waive(args) => waive::execute(common, &args),
        Command::Manifest(args) => manifest::execute(common, &args).await,
        Command::Doctor => doctor::execute(common).await,
        Command::Env(args) => env::execute(common, args).await,
        Command::Prune(args) => prune::execute(common, &args).await,
        Command::Config(args) => config::execute(common, &args),
        Command::Import(command) => import::execute(&command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "parity", &mut script);
            output::bytes(&script);
            Ok(Exit::Done)
        }
    };
    result.unwrap_or_else(|failure: Failure| {
        for words in failure.words() {
            output::error(&words);
        }
        failure.exit()
    })
}
