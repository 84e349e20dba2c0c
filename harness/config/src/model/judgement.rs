//! How far a search goes, what fails a run, and what is known.

use std::collections::BTreeMap;
use std::time::Duration;

use envparity_model::{CaseGlob, Code, Severity};

/// How far a search for the culprits of one candidate goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainSpec {
    /// The most trials.
    pub trials: usize,
    /// The longest time.
    pub time: Duration,
    /// Trials at once, at most; never more than the machine has processors.
    pub at_once: usize,
}

/// What fails the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Findings at or above it.
    pub gate: Severity,
    /// Severities that differ from the default.
    pub levels: BTreeMap<Code, Severity>,
    /// Which package findings count.
    pub packages: PackagePolicy,
    /// Candidates that must have been compared; else the run is inconclusive.
    pub required: Vec<String>,
    /// Cases that must have been compared, at least.
    pub min_cases: u64,
    /// Places that may be noise, at most; none: any number.
    pub max_noise: Option<u64>,
    /// Cases that may be flaky, at most; none: any number.
    pub max_flaky: Option<u64>,
    /// The longest life of a waiver from the day of the run, in days; none: any.
    pub max_waiver_days: Option<u32>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            gate: Severity::Major,
            levels: BTreeMap::new(),
            packages: PackagePolicy::Any,
            required: Vec::new(),
            min_cases: 0,
            max_noise: None,
            max_flaky: None,
            max_waiver_days: None,
        }
    }
}

/// Which package findings count against the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackagePolicy {
    /// All.
    Any,
    /// Those loaded by a process, or proven culprits.
    Loaded,
    /// Proven culprits.
    Proven,
}

/// A known drift with a reason, an owner and an expiry date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Only findings of this code.
    pub code: Option<Code>,
    /// Only findings about this package, fact or image; `*` matches within a segment.
    pub subject: Option<String>,
    /// Only the pairs of this group.
    pub group: Option<String>,
    /// The pairs of the group, from the file beside the configuration.
    pub pairs: Vec<WaivedPair>,
    /// Only these cases.
    pub case: Option<CaseGlob>,
    /// Only at this place of a response.
    pub at: Option<String>,
    /// Only in this candidate.
    pub environment: Option<String>,
    /// Only while the reference has this version; `*` matches anything.
    pub reference_version: Option<String>,
    /// Only while the candidate has this version; `*` matches anything.
    pub candidate_version: Option<String>,
    /// Why it is known and accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day, inclusive, in UTC.
    pub expires: Day,
    /// Where it stands, `parity.toml:12`.
    pub origin: String,
}

/// One known difference of a group that a single waiver covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaivedPair {
    /// The group's name.
    pub group: String,
    /// The code of the finding.
    pub code: Code,
    /// The package or fact.
    pub subject: Option<String>,
    /// The case's id.
    pub case: Option<String>,
    /// The place in the response, `[*]` for indices.
    pub at: Option<String>,
    /// What the reference has: another opens the finding again. None: nothing, or for a case anything.
    pub reference: Option<String>,
    /// What the candidate has.
    pub candidate: Option<String>,
}

/// A calendar day: year, month from 1, day from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// Of the common era.
    pub year: u16,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
