//! A whole run: what was compared, what differs, who is suspected, what it is worth.

mod contract;
mod coverage;
mod explained;
mod facts;
mod judgement;
mod latency;
mod meta;
mod package_drift;
mod packages;
mod policy;
mod prelude;
mod repeat;
mod services;
mod suspects;
mod waivers;
mod wording;

use std::collections::{BTreeMap, HashSet};

use envparity_config::{Config, Sync};
use envparity_model::{
    CasePlace, Cause, Code, EnvironmentLine, Explained, FooterLine, LogLine, ManifestLine, Report,
    SentRequest, Timings,
};

use crate::approved::BASELINE;
use crate::drift::Drift;
use crate::input::CaseResult;
use crate::rules::UnusedRule;

use coverage::Tally;
pub use meta::RunMeta;
pub use prelude::Prelude;
use suspects::Evidence;

/// What one environment's journal says beside its exchanges.
#[derive(Debug, Default)]
struct Side {
    line: Option<EnvironmentLine>,
    manifest: Option<ManifestLine>,
    logs: Vec<LogLine>,
    /// The footer; none for a torn journal.
    footer: Option<FooterLine>,
    /// A case found the service dead.
    died: bool,
}

/// A drift on its way to become a finding.
#[derive(Debug)]
struct Pending {
    environment: String,
    place: Option<CasePlace>,
    drift: Drift,
    request: Option<SentRequest>,
    /// Keys into the evidence.
    evidence: Vec<u64>,
}

impl Pending {
    /// A drift that belongs to no case.
    fn of(environment: &str, drift: Drift) -> Self {
        Self { environment: environment.to_owned(), place: None, drift, request: None, evidence: Vec::new() }
    }
}

/// Gathers everything that the journals of a run hold, case by case, and makes the report of it. Bodies are not
/// kept; memory grows with what differs, not with what agrees.
#[derive(Debug)]
pub struct Analysis {
    meta: RunMeta,
    config: Config,
    sides: BTreeMap<String, Side>,
    tally: Tally,
    pending: Vec<Pending>,
    evidence: Evidence,
    /// Keys into the evidence: what only the candidate's log says.
    log_evidence: BTreeMap<String, Vec<u64>>,
    causes: Vec<Cause>,
    unused: BTreeMap<String, Vec<UnusedRule>>,
    /// The folder of the approved snapshots, and how many they are.
    baseline: Option<(String, u64)>,
    explained: Explained,
}

impl Analysis {
    /// Begins with what the run is about. `config` gives reference, candidates, policy and waivers.
    pub fn new(meta: RunMeta, config: &Config) -> Self {
        let tally = Tally::new(&meta.cases, &config.compare.candidates);
        Self {
            meta,
            config: config.clone(),
            sides: BTreeMap::new(),
            tally,
            pending: Vec::new(),
            evidence: Evidence::default(),
            log_evidence: BTreeMap::new(),
            causes: Vec::new(),
            unused: BTreeMap::new(),
            baseline: None,
            explained: Explained::default(),
        }
    }

    /// The reference is compared with approved snapshots too, or with them alone: `path` is their folder.
    pub fn baseline(&mut self, path: &str, snapshots: u64) {
        self.baseline = Some((path.to_owned(), snapshots));
        self.tally.candidate_index(BASELINE);
    }

    /// A snapshot that belongs to no case, on a full run.
    pub fn stale_snapshot(&mut self, file: &str) {
        if self.meta.full_run {
            let hint = "its case is gone or has another id: delete it with `parity approve --prune`";
            self.push(BASELINE, Drift::of(Code::SnapshotStale, file).hint(hint));
        }
    }

    /// A snapshot that cannot be read: nothing can be said of its case.
    pub fn unreadable_snapshot(&mut self, file: &str, why: &str) {
        let message = format!("the snapshot `{file}` cannot be read: {why}");
        self.blame(
            Some(BASELINE),
            5,
            message,
            Some("mend it, or approve the case anew with `parity approve`"),
        );
    }

    /// How an environment came up.
    pub fn environment(&mut self, name: &str, line: &EnvironmentLine) {
        self.side(name).line = Some(line.clone());
    }

    /// What is installed there.
    pub fn manifest(&mut self, environment: &str, line: &ManifestLine) {
        self.side(environment).manifest = Some(line.clone());
    }

    /// What the service said there.
    pub fn log(&mut self, environment: &str, line: &LogLine) {
        self.side(environment).logs.push(line.clone());
    }

    /// How a journal ended; none for one without footer: incomplete, never parity.
    pub fn ended(&mut self, environment: &str, footer: Option<&FooterLine>) {
        self.side(environment).footer = footer.cloned();
    }

    /// What the comparison of one case says.
    pub fn case(&mut self, candidate: &str, place: &CasePlace, result: CaseResult) {
        if result.candidate_died {
            self.side(candidate).died = true;
        }
        let reference = self.reference();
        self.tally.add((&reference, candidate), place, &result);
        if result.drifts.is_empty() {
            return;
        }
        let answer = self.evidence.add(&result.evidence);
        for drift in result.drifts {
            let texts: Vec<String> = drift.candidate.iter().chain(&drift.reference).cloned().collect();
            let mut evidence = self.evidence.add(&texts);
            evidence.extend(&answer);
            self.pending.push(Pending {
                environment: candidate.to_owned(),
                place: Some(place.clone()),
                drift,
                request: result.request.clone(),
                evidence,
            });
        }
    }

    /// Something that the shell could not do: exit 3 or 5.
    pub fn cause(&mut self, cause: Cause) {
        self.causes.push(cause);
    }

    /// What a culprit search showed.
    pub fn explained(&mut self, explained: Explained) {
        self.explained = explained;
    }

    /// Rules that one candidate's comparison did not use. Judged on a full run only.
    pub fn unused_rules(&mut self, candidate: &str, unused: Vec<UnusedRule>) {
        self.unused.insert(candidate.to_owned(), unused);
    }

    /// Compares manifests and facts, ranks suspects, applies policy and says what the run is worth.
    pub fn finish(mut self, timings: Timings, artifacts: Vec<String>) -> Report {
        self.judge_services();
        self.read_logs();
        let packages = self.judge_packages();
        let facts = self.judge_facts();
        self.judge_contracts();
        self.judge_rules();
        self.judge_latency();
        self.report(packages, facts, timings, artifacts)
    }

    fn side(&mut self, name: &str) -> &mut Side {
        self.sides.entry(name.to_owned()).or_default()
    }

    fn reference(&self) -> String {
        self.config.compare.reference.clone()
    }

    fn candidates(&self) -> Vec<String> {
        self.config.compare.candidates.clone()
    }

    fn push(&mut self, environment: &str, drift: Drift) {
        self.pending.push(Pending::of(environment, drift));
    }

    fn blame(&mut self, environment: Option<&str>, exit_code: i32, message: String, hint: Option<&str>) {
        self.causes.push(Cause {
            environment: environment.map(str::to_owned),
            exit_code,
            message,
            hint: hint.map(str::to_owned),
        });
    }

    /// Whether images are sent so that they agree.
    fn images_must_agree(&self) -> bool {
        self.config.image.as_ref().is_some_and(|image| image.sync == Sync::Always)
    }

    /// Rules that no candidate used, on a full run.
    fn judge_rules(&mut self) {
        if !self.meta.full_run {
            return;
        }
        let mut lists = self.unused.values();
        let Some(first) = lists.next() else {
            return;
        };
        let others: Vec<HashSet<usize>> =
            lists.map(|list| list.iter().map(|rule| rule.index).collect()).collect();
        let unused: Vec<UnusedRule> =
            first.iter().filter(|rule| others.iter().all(|set| set.contains(&rule.index))).cloned().collect();
        let reference = self.reference();
        for rule in unused {
            let drift = Drift::of(Code::RuleUnused, format!("rule {} at {}", rule.origin, rule.at))
                .hint(format!("{}: remove it, or mend its case or place", rule.reason));
            self.push(&reference, drift);
        }
    }
}
