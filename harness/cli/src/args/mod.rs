//! The command line as typed. What is meant by it is decided in `command`.

mod earlier;
mod import;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use earlier::{ApproveArgs, ExplainArgs, NoiseArgs, ReportArgs, SuggestArgs, WaiveArgs};
pub(crate) use import::{ImportArgs, ImportCommand};

/// Runs the same image in several environments, compares every response and every installed dependency,
/// and names what made them differ.
#[derive(Debug, Parser)]
#[command(
    name = "parity",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 parity, or drift below the gate · 1 drift at or above the gate · 2 usage or \
configuration · 3 could not compare · 4 the filter selects nothing · 5 inconclusive · 70 internal · 130/143 interrupted"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Configuration file [default: parity.toml here or in the nearest folder above]
    #[arg(short = 'c', long = "config", value_name = "FILE", global = true, env = "PARITY_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Profile of the configuration
    #[arg(long, value_name = "NAME", global = true, env = "PARITY_PROFILE")]
    pub(crate) profile: Option<String>,
    /// Say less: results only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more: what stands around each difference, side by side
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Colour
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub(crate) color: Color,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring the environments up, run the suites in lock-step, compare, report, take everything down
    Run(RunArgs),
    /// Compare two or more sides without a configuration; the first is the reference
    #[command(visible_alias = "diff")]
    Compare(CompareArgs),
    /// Parse configuration and suites and list the cases; no engine is touched
    Check(CheckArgs),
    /// Run the sample service here and on a simulated EC2 host that holds outdated libraries
    Demo(DemoArgs),
    /// Record one environment without comparing
    Record(RecordArgs),
    /// Search for the culprits of what an earlier run found, and prove them
    Explain(ExplainArgs),
    /// Make the reports of an earlier run again
    Report(ReportArgs),
    /// Approve what the reference answered in a run: later runs are compared with it
    Approve(ApproveArgs),
    /// Show what a run has learned to differ by nature, and why
    Noise(NoiseArgs),
    /// Suggest the smallest rule for each finding of a run, tried on what was recorded
    Suggest(SuggestArgs),
    /// Write findings of a run into the configuration as known, with a reason, an owner and a last day
    Waive(WaiveArgs),
    /// List what is installed in an image, a container or an environment
    Manifest(ManifestArgs),
    /// Say what works on this machine and what does not
    Doctor,
    /// Keep environments up between runs
    #[command(subcommand)]
    Env(EnvCommand),
    /// Remove what earlier runs have left: expired objects, or all of envparity's with `--all`
    Prune(PruneArgs),
    /// Show the configuration in force, or its schema
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Begin suites from an OpenAPI document, a HAR recording or a Postman collection
    #[command(subcommand)]
    Import(ImportCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What to select and where to write.
#[derive(Debug, Args, Clone)]
pub(crate) struct SelectArgs {
    /// Only cases whose id matches; `*` within a segment, `**` across; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// Only cases and commands with this tag; repeatable: with any of them
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// No case or command with this tag; repeatable
    #[arg(long, value_name = "TAG")]
    pub(crate) not_tag: Vec<String>,
    /// Only these candidates; repeatable
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Vec<String>,
    /// A case without a file, as 'GET /health'; repeatable
    #[arg(long, value_name = "METHOD PATH")]
    pub(crate) request: Vec<String>,
    #[command(flatten)]
    pub(crate) values: ValueArgs,
}

/// What suites see. Weaker, and for Hurl's sake: the process's HURL_VARIABLE_NAME and HURL_SECRET_NAME.
#[derive(Debug, Args, Clone, Default)]
pub(crate) struct ValueArgs {
    /// A variable for the suites; repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) variable: Vec<String>,
    /// A file of variables, NAME=VALUE a line, as Hurl has it; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) variables_file: Vec<PathBuf>,
    /// A variable whose value is written nowhere; repeatable. Other processes can see it: prefer --secrets-file
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) secret: Vec<String>,
    /// A file of secrets, NAME=VALUE a line; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) secrets_file: Vec<PathBuf>,
}

/// Where reports go and what is kept.
#[derive(Debug, Args, Clone)]
pub(crate) struct OutputArgs {
    /// Search for the culprit of each drift in throw-away containers, and prove it
    #[arg(long)]
    pub(crate) explain: bool,
    /// Also write a report: text, json, junit, html, sarif, md or github (annotations); repeatable
    #[arg(long, value_name = "FORMAT=PATH")]
    pub(crate) report: Vec<String>,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
    /// Leave the containers running
    #[arg(long, value_enum, default_value_t = Keep::Never)]
    pub(crate) keep: Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Text,
    /// The JSON report
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keep {
    /// Take everything down
    Never,
    /// Keep when the gate fails
    OnFailure,
    /// Keep
    Always,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Compare the reference with the approved snapshots in this folder too; `--env baseline`: with them alone
    #[arg(long, value_name = "DIR")]
    pub(crate) baseline: Option<PathBuf>,
    /// Sample the reference a second time to learn what differs by nature
    #[arg(long, value_name = "WHEN", value_parser = ["auto", "never"])]
    pub(crate) control: Option<String>,
    /// Findings at or above this severity fail the run: info, minor, major or critical
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) gate: Option<String>,
    /// Suite files at once
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<u32>,
    /// Set any key of the configuration, as compare.timeout=5s; repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// An image, `container:NAME`, an environment of the configuration, or a recording (RUN/ENV.ndjson)
    #[arg(required = true, num_args = 2.., value_name = "SIDE")]
    pub(crate) sides: Vec<String>,
    /// A suite file; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) suite: Vec<String>,
    /// A case without a file, as 'GET /health'; repeatable
    #[arg(long, value_name = "METHOD PATH")]
    pub(crate) request: Vec<String>,
    /// The port the service listens on
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// A path that answers when the service is ready
    #[arg(long, value_name = "PATH")]
    pub(crate) ready: Option<String>,
    #[command(flatten)]
    pub(crate) values: ValueArgs,
    /// Sample the reference a second time to learn what differs by nature
    #[arg(long, value_name = "WHEN", value_parser = ["auto", "never"])]
    pub(crate) control: Option<String>,
    /// Findings at or above this severity fail the run
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) gate: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Which drift the simulated host holds
    #[arg(value_enum, default_value_t = DemoKind::All)]
    pub(crate) kind: DemoKind,
    /// Base image of the reference
    #[arg(long, value_name = "IMAGE", default_value = "debian:bookworm-slim")]
    pub(crate) base: String,
    /// Base image of the outdated build
    #[arg(long, value_name = "IMAGE", default_value = "debian:bullseye-slim")]
    pub(crate) older_base: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DemoKind {
    /// The same image on both sides, then the older build
    All,
    /// The same image on both sides: parity
    Same,
    /// An older build of the same source on the simulated host: drift
    Older,
}

#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    pub(crate) environment: String,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ManifestArgs {
    /// An image, `container:NAME`, or an environment of the configuration
    #[arg(value_name = "SIDE")]
    pub(crate) side: String,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EnvCommand {
    /// Start the lab and keep it up for the next runs
    Up {
        /// The environment
        #[arg(value_name = "ENV")]
        environment: String,
        /// How long it may stay up, as 8h
        #[arg(long, value_name = "TIME", default_value = "8h")]
        r#for: String,
    },
    /// Take a lab down, or what a run has kept
    Down {
        /// The environment, or the id of a run with `--keep`; none: all
        #[arg(value_name = "ENV|RUN")]
        environment: Option<String>,
    },
    /// What is up: labs, and what runs of this project have kept
    List,
}

#[derive(Debug, Args)]
pub(crate) struct PruneArgs {
    /// Also what has not expired yet, of any run
    #[arg(long)]
    pub(crate) all: bool,
    /// Say what would be removed
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Every key with its value and where it comes from
    Show,
    /// The JSON Schema of parity.toml
    Schema,
    /// The defaults, commented key by key
    Default,
}
