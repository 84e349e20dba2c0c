//! The report: what every file report is made from.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CaseId, ContractCoverage, Ecosystem, FactValue, Finding, Group, Role, Sample, Severity, Way};

/// The version of the report's form.
pub const REPORT_SCHEMA: u32 = 1;

/// Everything that a run says. Serialised, this is the JSON report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: u32,
    /// `envparity` and its version.
    pub tool: String,
    /// The run's id.
    pub run: String,
    /// RFC 3339, UTC.
    pub started: String,
    /// Milliseconds.
    pub duration_ms: u64,
    /// The command as typed, secrets masked.
    pub command: String,
    /// The configuration.
    pub config: Config,
    /// The source that the configuration stands in.
    pub source: Source,
    /// Parity, drift or inconclusive.
    pub verdict: Verdict,
    /// What decides the exit code.
    pub gate: Gate,
    /// The process's exit code.
    pub exit_code: i32,
    /// Why the verdict is inconclusive.
    pub causes: Vec<Cause>,
    /// The reference first, the baseline last.
    pub environments: Vec<Environment>,
    /// The approved snapshots that the reference was compared with.
    #[serde(default)]
    pub baseline: Option<Baseline>,
    /// What was and what was not compared.
    pub coverage: Coverage,
    /// Most important first.
    pub findings: Vec<Finding>,
    /// Findings that share endpoint, place and kind, as one; in the order of their first finding.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Package differences.
    pub packages: Packages,
    /// Fact differences, intended ones included, and those that agree counted in `coverage`.
    pub facts: Vec<FactChange>,
    /// Waivers that applied, expired or matched nothing, as text lines.
    pub waivers: Vec<String>,
    /// Milliseconds by phase.
    pub timings: Timings,
    /// Files written, relative to the run's folder.
    pub artifacts: Vec<String>,
}

/// The configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Config {
    /// As given; none without configuration.
    pub path: Option<String>,
    /// SHA-256 as resolved, hex.
    pub digest: String,
}

/// The version-controlled source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Commit, full hex.
    pub commit: Option<String>,
    /// Uncommitted changes.
    pub dirty: Option<bool>,
}

/// What the run says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything selected was compared and agrees.
    Parity,
    /// Something differs.
    Drift,
    /// It could not be said.
    Inconclusive,
}

/// The gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// Findings at or above it fail the run.
    pub level: Severity,
    /// No active finding and nothing inconclusive.
    pub passed: bool,
}

/// Why something could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// The environment, where one is to blame.
    pub environment: Option<String>,
    /// The exit code that it asks for: 3 could not compare, 5 inconclusive.
    pub exit_code: i32,
    /// One line.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Its part.
    pub role: Role,
    /// Its engine; none for `url`.
    pub engine: Option<Engine>,
    /// Its image; none for `url`.
    pub image: Option<Image>,
    /// Packages found; none where there is no manifest.
    pub packages: Option<u64>,
    /// How they were collected.
    pub collected_by: Option<Way>,
    /// From create to ready, milliseconds.
    pub ready_ms: Option<u64>,
    /// Where a person reaches it while it is kept.
    pub url: Option<String>,
}

/// A Docker engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Engine {
    /// Its own id: recorded, not trusted (clones share it).
    pub id: String,
    /// Its version.
    pub version: String,
    /// The API version negotiated.
    pub api: String,
    /// As configured: `local`, `ssh://ec2-user@qa`, `lab`; no secrets.
    pub endpoint: String,
    /// The connection is neither local nor encrypted, by explicit consent.
    pub insecure: bool,
}

/// An image as it runs in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Image {
    /// The tag or reference.
    pub r#ref: String,
    /// The engine's id: shown, never compared (stores differ in what an id is).
    pub id: String,
    /// Digest over os, architecture, layers and normalised runtime configuration.
    pub identity: String,
    /// Bytes.
    pub size: u64,
}

/// The approved snapshots that the reference was compared with, as environment `baseline`. In its findings
/// `reference` is what was approved and `candidate` what the reference answers now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Baseline {
    /// The folder, as configured.
    pub path: String,
    /// Snapshots found there.
    pub snapshots: u64,
    /// Cases that have one and were compared with it.
    pub compared: u64,
    /// Cases that have none.
    pub unapproved: u64,
}

/// What was and what was not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Cases selected.
    pub cases: u64,
    /// The ids of the selected cases, in suite order: those that agree are named nowhere else.
    pub case_ids: Vec<CaseId>,
    /// Cases compared in every candidate.
    pub compared: u64,
    /// Cases whose contract fails on the reference itself.
    pub broken: Vec<Broken>,
    /// Cases that were not compared.
    pub not_compared: Vec<NotCompared>,
    /// Cases that an environment answered on a later attempt only.
    #[serde(default)]
    pub flaky: Vec<Flaky>,
    /// Places that were compared by shape only.
    pub shape_only: Vec<Learned>,
    /// Places that the reference shows against itself.
    pub noise: Vec<Learned>,
    /// How far responses were held to the OpenAPI document; none where none is configured.
    #[serde(default)]
    pub contract: Option<ContractCoverage>,
    /// Packages that agree, counted over the comparison with the largest manifest.
    pub packages_equal: u64,
    /// Facts that agree.
    pub facts_equal: u64,
}

/// A case whose contract fails on the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Broken {
    /// The case.
    pub case: CaseId,
    /// The assert, as written, and what was found.
    pub reason: String,
}

/// A case that was not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotCompared {
    /// The case.
    pub case: CaseId,
    /// The environment where it could not be; none: on all.
    pub environment: Option<String>,
    /// Why.
    pub reason: String,
    /// By intention (an unsafe method, `skip`): does not stand in the way of parity.
    pub intended: bool,
}

/// A case that was asked more than once in one pass: a broken connection, or the suite's `retry`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Flaky {
    /// The case.
    pub case: CaseId,
    /// Where.
    pub environment: String,
    /// In which pass.
    pub sample: Sample,
    /// Attempts, the last one included: that one was compared.
    pub attempts: u32,
    /// What was wrong with the first attempt.
    pub first_failure: String,
}

/// A place in a response of which only the shape is compared, or that is noise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Learned {
    /// The case.
    pub case: CaseId,
    /// The path, array indices as `[*]`.
    pub at: String,
    /// What kind of difference: `value`, `order`, `length`, `header`, `symbol`, `rule`.
    pub kind: String,
    /// Why: a sentence.
    pub why: String,
}

/// Package differences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Packages {
    /// Counts by candidate.
    pub summary: BTreeMap<String, PackageSummary>,
    /// Every difference.
    pub changes: Vec<PackageChange>,
}

/// Counts of package differences, seen from the candidate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackageSummary {
    /// Packages that agree.
    pub equal: u64,
    /// Older in the candidate.
    pub outdated: u64,
    /// Newer in the candidate.
    pub newer: u64,
    /// On the reference only.
    pub missing: u64,
    /// On the candidate only.
    pub extra: u64,
    /// Other files under the same version.
    pub altered: u64,
    /// Different, order unknown.
    pub unordered: u64,
    /// Not compared: one side could not be read.
    pub failed: u64,
}

/// How a package differs, seen from the candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// Older in the candidate.
    Outdated,
    /// Newer in the candidate.
    Newer,
    /// On the reference only.
    Missing,
    /// On the candidate only.
    Extra,
    /// Other files under the same version.
    Altered,
    /// Different, order unknown.
    Unordered,
}

/// One package difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackageChange {
    /// The candidate.
    pub environment: String,
    /// How it differs.
    pub change: ChangeKind,
    /// The ecosystem.
    pub ecosystem: Ecosystem,
    /// The name.
    pub name: String,
    /// Version or versions in the reference, joined by `, `.
    pub reference: Option<String>,
    /// Version or versions in the candidate.
    pub candidate: Option<String>,
    /// Where the evidence stands, reference first, else candidate.
    pub location: String,
    /// Mapped into a process on either side.
    pub loaded: bool,
    /// The operating system's package that the files belong to.
    pub owner: Option<String>,
    /// What the culprit search showed: `culprit`, `harmless`; none: not asked.
    pub proven: Option<String>,
}

impl PackageChange {
    /// The package URL without version: the `subject` of its finding.
    pub fn subject(&self) -> String {
        crate::purl(self.ecosystem, &self.name, None)
    }
}

/// A fact that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FactChange {
    /// The candidate.
    pub environment: String,
    /// Dotted name.
    pub name: String,
    /// In the reference.
    pub reference: Option<FactValue>,
    /// In the candidate.
    pub candidate: Option<FactValue>,
    /// The configuration asks for it.
    pub intended: bool,
}

/// Milliseconds by phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timings {
    /// Connections, route proof, images.
    pub prepare_ms: u64,
    /// Container starts to readiness, at once in all environments.
    pub start_ms: u64,
    /// The first samples.
    pub sample_ms: u64,
    /// The gap before the control sample.
    pub gap_ms: u64,
    /// Control and resample.
    pub control_ms: u64,
    /// Manifests, beyond what ran beside the samples.
    pub manifest_ms: u64,
    /// Comparison.
    pub compare_ms: u64,
    /// Clean-up.
    pub down_ms: u64,
}
