//! Findings that say one thing of one endpoint, told once.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fingerprint::without_indices;
use crate::{CasePlace, Code, Disposition, Finding, Severity};

/// Findings of a group that are shown in full.
pub const SAMPLES: usize = 3;

/// Findings that share code, severity, disposition, endpoint, place and kind, and that were proven to have the same
/// culprits. Environments and cases are told together; those of the baseline stay apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// What was found.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What policy made of it.
    pub disposition: Disposition,
    /// Method and path without query, `*` for each segment that tells things of one kind apart; none without a case.
    pub endpoint: Option<String>,
    /// The place, `[*]` for indices.
    pub at: Option<String>,
    /// The kind of difference within the code.
    pub kind: Option<String>,
    /// The package or fact of other findings.
    pub subject: Option<String>,
    /// Candidates that show it, in order of finding.
    pub environments: Vec<String>,
    /// Cases that show it.
    pub cases: u64,
    /// Findings, by their positions in `findings`.
    pub findings: Vec<usize>,
    /// The first few that show unlike values: positions in `findings`.
    pub samples: Vec<usize>,
}

impl Group {
    /// Every finding in exactly one group; groups and what is in them keep the findings' order.
    pub fn all(findings: &[Finding]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        let mut known: HashMap<Key<'_>, usize> = HashMap::new();
        let mut counted = HashSet::new();
        for (position, finding) in findings.iter().enumerate() {
            let key = Key::of(finding);
            let endpoint = key.endpoint.clone();
            let at = *known.entry(key).or_insert_with(|| {
                groups.push(Self::begin(finding, endpoint));
                groups.len() - 1
            });
            groups[at].add(findings, position);
            if let Some(case) = &finding.case {
                groups[at].cases += u64::from(counted.insert((at, case.id.as_str())));
            }
        }
        groups
    }

    fn begin(finding: &Finding, endpoint: Option<String>) -> Self {
        Self {
            code: finding.code,
            severity: finding.severity,
            disposition: finding.disposition,
            endpoint,
            at: finding.at.as_deref().map(without_indices),
            kind: finding.kind.clone(),
            subject: finding.subject.clone(),
            environments: Vec::new(),
            cases: 0,
            findings: Vec::new(),
            samples: Vec::new(),
        }
    }

    fn add(&mut self, findings: &[Finding], position: usize) {
        let finding = &findings[position];
        self.findings.push(position);
        if !self.environments.contains(&finding.environment) {
            self.environments.push(finding.environment.clone());
        }
        let is_like = |at: &usize| {
            let other = &findings[*at];
            (&other.reference, &other.candidate) == (&finding.reference, &finding.candidate)
        };
        if self.samples.len() < SAMPLES && !self.samples.iter().any(is_like) {
            self.samples.push(position);
        }
    }
}

/// What findings of one group share.
#[derive(PartialEq, Eq, Hash)]
struct Key<'f> {
    judged: (Code, Severity, Disposition, bool),
    is_baseline: bool,
    endpoint: Option<String>,
    at: Option<String>,
    kind: Option<&'f str>,
    subject: Option<&'f str>,
    culprits: String,
}

impl<'f> Key<'f> {
    fn of(finding: &'f Finding) -> Self {
        let factors: Vec<_> = finding.culprits.iter().map(|culprit| &culprit.factors).collect();
        Self {
            judged: (finding.code, finding.severity, finding.disposition, finding.unstable),
            is_baseline: finding.environment == "baseline",
            endpoint: finding.case.as_ref().map(endpoint),
            at: finding.at.as_deref().map(without_indices),
            kind: finding.kind.as_deref(),
            subject: finding.subject.as_deref(),
            culprits: format!("{factors:?}"),
        }
    }
}

/// What a case asks, without what tells one thing from another of its kind. A command is what it is.
fn endpoint(case: &CasePlace) -> String {
    if case.method == "exec" {
        return format!("{} {}", case.method, case.path);
    }
    let path = case.path.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<&str> =
        path.split('/').map(|part| if is_identifier(part) { "*" } else { part }).collect();
    format!("{} {}", case.method, segments.join("/"))
}

/// Templates, numbers, and long words with digits in them: UUIDs, digests, keys.
fn is_identifier(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_word = segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    segment.contains("{{")
        || (digits > 0 && digits == segment.len())
        || (is_word && segment.len() >= 16 && digits >= 4)
}
