//! Commands about an earlier run.

use std::path::PathBuf;

use clap::Args;

use super::{Output, SelectArgs};

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A run's id, its folder, or `latest`
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Set any key of the configuration, as explain.trials=200; repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Also write a report: text, json, junit, html, sarif, md or github (annotations); repeatable
    #[arg(long, value_name = "FORMAT=PATH")]
    pub(crate) report: Vec<String>,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// A run's id, its folder, or `latest`
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(crate) run: String,
    /// Also write a report: text, json, junit, html, sarif, md or github (annotations); repeatable
    #[arg(long, value_name = "FORMAT=PATH")]
    pub(crate) report: Vec<String>,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct ApproveArgs {
    /// A run's id, its folder, or `latest`
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(crate) run: String,
    /// Only cases whose id matches; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// The folder of the snapshots [default: `baseline` of `[compare]`]
    #[arg(long, value_name = "DIR")]
    pub(crate) baseline: Option<PathBuf>,
    /// Leave the decision to `cargo insta review`: write `.snap.new` files (it needs a package around them)
    #[arg(long)]
    pub(crate) pending: bool,
    /// Delete snapshots of cases that are gone: after a run of all cases, without --only
    #[arg(long)]
    pub(crate) prune: bool,
}

#[derive(Debug, Args)]
pub(crate) struct NoiseArgs {
    /// A run's id, its folder, or `latest`
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(crate) run: String,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Text is TOML, to be pasted into parity.toml: a rule stands under a comment that names its finding. \
Each was tried: it makes exactly that finding vanish. Where only hiding more would help, the comment says so."
)]
pub(crate) struct SuggestArgs {
    /// A run's id, its folder, or `latest`
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(crate) run: String,
    /// Findings by the beginning of their fingerprints; none: every active one
    #[arg(value_name = "FINDING")]
    pub(crate) findings: Vec<String>,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(
    group(clap::ArgGroup::new("what").required(true).args(["findings", "all"])),
    after_help = "A package is waived between these two versions only: a third one opens the finding again. The \
configuration keeps its form. --all writes one waiver for each environment and ecosystem, and the known pairs into \
parity.waivers.toml beside it: commit both."
)]
pub(crate) struct WaiveArgs {
    /// Findings by the beginning of their fingerprints
    #[arg(value_name = "FINDING")]
    pub(crate) findings: Vec<String>,
    /// Every active finding, in groups
    #[arg(long)]
    pub(crate) all: bool,
    /// A run's id, its folder, or `latest`
    #[arg(long, value_name = "RUN", default_value = "latest")]
    pub(crate) run: String,
    /// Why it is accepted
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// The last day in UTC, as 2026-12-31 or 90d
    #[arg(long, value_name = "DAY")]
    pub(crate) expires: String,
}
