//! `parity import`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// One file for each tag of an OpenAPI 3.0 or 3.1 document (JSON or YAML), or of Swagger 2.0
    Openapi {
        #[command(flatten)]
        args: ImportArgs,
    },
    /// One file from what a browser or a proxy has recorded: secrets masked, assets and other hosts left out
    Har {
        /// The service's host [default: the one that is asked most]
        #[arg(long, value_name = "HOST")]
        host: Option<String>,
        #[command(flatten)]
        args: ImportArgs,
    },
    /// One file for each folder of a Postman collection (v2.1)
    Postman {
        /// An exported environment: its values become a file of variables
        #[arg(long, value_name = "FILE")]
        environment: Option<PathBuf>,
        #[command(flatten)]
        args: ImportArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What to read
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where to write
    #[arg(short, long, value_name = "FOLDER", default_value = "suites")]
    pub(crate) output: PathBuf,
    /// Overwrite files that are there
    #[arg(long)]
    pub(crate) force: bool,
    /// Exit with 1 if something could not be converted
    #[arg(long)]
    pub(crate) strict: bool,
}
