//! Policy: drifts become findings, findings and causes become a verdict and an exit code.

use std::collections::{BTreeMap, HashSet};

use envparity_config::PackagePolicy;
use envparity_model::{
    Baseline, CasePlace, Code, Disposition, Environment, Finding, Gate, Group, ManifestState, PackageChange,
    REPORT_SCHEMA, Report, Role, Severity, Timings, Verdict, fingerprint,
};

use super::facts::FactFindings;
use super::packages::PackageFindings;
use super::waivers::Waivers;
use super::wording::count;
use super::{Analysis, Pending, Side, explained, repeat, suspects};
use crate::approved::BASELINE;

/// Exit codes of causes that outrank drift, the strongest first. 1 (drift) comes after them, 5 last.
const STRONG: [i32; 6] = [143, 130, 70, 2, 3, 4];

impl Analysis {
    pub(super) fn report(
        mut self,
        packages: PackageFindings,
        facts: FactFindings,
        timings: Timings,
        artifacts: Vec<String>,
    ) -> Report {
        self.judge_coverage();
        self.judge_policy(&packages);
        if self.tally.fully_compared() == 0 && packages.compared == 0 && self.causes.is_empty() {
            self.blame(
                None,
                5,
                "nothing was compared".to_owned(),
                Some("give suites, or environments with packages"),
            );
        }
        let pending = std::mem::take(&mut self.pending);
        let changes = &packages.packages.changes;
        let mut findings: Vec<Finding> =
            pending.into_iter().map(|pending| self.finding(pending, changes, &facts)).collect();
        explained::attach(&self.explained, &mut findings);
        let mut waivers = Waivers::new(&self.config, &self.meta.started);
        for finding in &mut findings {
            if waivers.cover(finding) {
                finding.disposition = Disposition::Waived;
            }
        }
        let waiver_lines = waivers.lines(self.meta.full_run);
        if self.meta.full_run {
            let drifts = waivers.drifts();
            let environment = self.reference();
            findings.extend(
                drifts
                    .into_iter()
                    .map(|drift| self.finding(Pending::of(&environment, drift), changes, &facts)),
            );
        }
        self.sort(&mut findings);
        let groups = Group::all(&findings);
        keep_context_of_samples(&mut findings, &groups);
        let mut causes = std::mem::take(&mut self.causes);
        causes.sort_by_key(|cause| std::cmp::Reverse(weight(cause.exit_code)));
        causes.dedup();
        let (verdict, exit_code) = verdict(&findings, &causes);
        let coverage = self.coverage(packages.equal, facts.equal);
        Report {
            schema: REPORT_SCHEMA,
            tool: self.meta.tool.clone(),
            run: self.meta.run.clone(),
            started: self.meta.started.clone(),
            duration_ms: self.duration(),
            command: self.meta.command.clone(),
            config: self.meta.config.clone(),
            source: self.meta.source.clone(),
            verdict,
            gate: Gate { level: self.config.policy.gate, passed: exit_code == 0 },
            exit_code,
            causes,
            environments: self.environments(),
            baseline: self.baseline_summary(),
            coverage,
            findings,
            groups,
            packages: packages.packages,
            facts: facts.changes,
            waivers: waiver_lines,
            timings,
            artifacts,
        }
    }

    /// What the candidates' services wrote and the reference's did not: it names suspects of failed requests.
    pub(super) fn read_logs(&mut self) {
        let reference = self.log_of(&self.reference());
        let reference: HashSet<&str> = reference.lines().collect();
        for name in self.candidates() {
            let log = self.log_of(&name);
            let own: Vec<&str> = log.lines().filter(|line| !reference.contains(line)).collect();
            let keys = self.evidence.add(&own.chunks(40).map(|lines| lines.join("\n")).collect::<Vec<_>>());
            self.log_evidence.insert(name, keys);
        }
    }

    fn log_of(&self, name: &str) -> String {
        self.sides.get(name).and_then(Side::primary_log).map(|log| log.tail.clone()).unwrap_or_default()
    }

    fn duration(&self) -> u64 {
        if self.meta.duration_ms > 0 {
            return self.meta.duration_ms;
        }
        let footers = self.sides.values().filter_map(|side| side.footer.as_ref());
        footers.map(|footer| footer.duration_ms).max().unwrap_or(0)
    }

    fn finding(&self, pending: Pending, packages: &[PackageChange], facts: &FactFindings) -> Finding {
        let Pending { environment, place, drift, request, evidence } = pending;
        let severity = self.config.policy.levels.get(&drift.code).copied().unwrap_or(drift.severity);
        let subject = subject_of(place.as_ref(), drift.subject.as_deref());
        let fingerprint =
            fingerprint(drift.code, &environment, &subject, drift.at.as_deref(), drift.kind.as_deref());
        let counts = self.counts(drift.code, drift.subject.as_deref(), &environment, packages);
        let blames = is_response(drift.code) && severity > Severity::Info;
        let suspects = if blames {
            let mut evidence = evidence;
            if is_failure(drift.code, severity) {
                evidence.extend(self.log_evidence.get(&environment).into_iter().flatten());
            }
            suspects::rank(&self.evidence, &evidence, &environment, packages, &facts.changes)
        } else {
            Vec::new()
        };
        // What the baseline is held against is asked of the reference.
        let asked = if environment == BASELINE { self.reference() } else { environment.clone() };
        let url = self.sides.get(&asked).and_then(|side| side.line.as_ref()?.url.as_deref());
        let many = (drift.count > 1)
            .then(|| format!("{} of `{}`", count(drift.count, "place", "places"), drift.place()));
        let hint = match (drift.hint, many) {
            (Some(hint), Some(many)) => Some(format!("{hint}; {many}")),
            (hint, many) => hint.or(many),
        };
        Finding {
            fingerprint,
            code: drift.code,
            severity,
            disposition: if severity >= self.config.policy.gate && counts {
                Disposition::Active
            } else {
                Disposition::BelowGate
            },
            environment,
            case: place,
            at: drift.at,
            kind: drift.kind,
            subject: drift.subject,
            reference: drift.reference,
            candidate: drift.candidate,
            unstable: drift.unstable,
            context: drift.context,
            suspects,
            culprits: Vec::new(),
            repeat: request.map(|request| repeat::curl(&request, url, self.meta.folder.as_deref())),
            remedy: drift.remedy,
            hint,
        }
    }

    /// Whether a finding counts against the gate, by the policy for packages.
    fn counts(
        &self,
        code: Code,
        subject: Option<&str>,
        environment: &str,
        packages: &[PackageChange],
    ) -> bool {
        if !is_package(code) {
            return true;
        }
        let change = packages
            .iter()
            .find(|change| change.environment == environment && Some(change.subject().as_str()) == subject);
        let proven = change.is_some_and(|change| change.proven.as_deref() == Some("culprit"));
        match self.config.policy.packages {
            PackagePolicy::Any => true,
            PackagePolicy::Loaded => proven || change.is_some_and(|change| change.loaded),
            PackagePolicy::Proven => proven,
        }
    }

    /// Most important first; within that by environment, suite order and place.
    fn sort(&self, findings: &mut [Finding]) {
        let order: BTreeMap<&str, usize> =
            self.meta.cases.iter().enumerate().map(|(at, place)| (place.id.as_str(), at)).collect();
        findings.sort_by(|a, b| {
            let key = |f: &Finding| {
                let case = f.case.as_ref().and_then(|place| order.get(place.id.as_str()).copied());
                (
                    std::cmp::Reverse(f.severity),
                    f.disposition != Disposition::Active,
                    !is_response(f.code),
                    f.code,
                    f.environment.clone(),
                    case,
                    f.subject.clone(),
                    f.at.clone(),
                    f.kind.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
    }

    fn baseline_summary(&self) -> Option<Baseline> {
        let (path, snapshots) = self.baseline.clone()?;
        let (compared, unapproved) = self.tally.of_candidate(BASELINE);
        Some(Baseline { path, snapshots, compared, unapproved })
    }

    fn environments(&self) -> Vec<Environment> {
        let baseline = self.baseline.iter().map(|_| Environment {
            name: BASELINE.to_owned(),
            role: Role::Baseline,
            engine: None,
            image: None,
            packages: None,
            collected_by: None,
            ready_ms: None,
            url: None,
        });
        let names = std::iter::once(self.reference()).chain(self.candidates());
        names
            .enumerate()
            .map(|(at, name)| {
                let side = self.sides.get(&name);
                let line = side.and_then(|side| side.line.as_ref());
                let collected = match side.and_then(|side| side.manifest.as_ref()).map(|m| &m.state) {
                    Some(ManifestState::Present { way, manifest, .. }) => {
                        Some((*way, manifest.packages.len() as u64))
                    }
                    _ => None,
                };
                Environment {
                    name,
                    role: if at == 0 { Role::Reference } else { Role::Candidate },
                    engine: line.and_then(|line| line.engine.clone()),
                    image: line.and_then(|line| line.image.clone()),
                    packages: collected.map(|(_, packages)| packages),
                    collected_by: collected.map(|(way, _)| way),
                    ready_ms: line.and_then(|line| line.ready_ms),
                    url: line.and_then(|line| line.url.clone()),
                }
            })
            .chain(baseline)
            .collect()
    }
}

fn subject_of(place: Option<&CasePlace>, subject: Option<&str>) -> String {
    match (place, subject) {
        (Some(place), _) => place.id.as_str().to_owned(),
        (None, Some(subject)) => subject.to_owned(),
        (None, None) => String::new(),
    }
}

/// Whether a service is likely to have written why.
fn is_failure(code: Code, severity: Severity) -> bool {
    let about_outcome = matches!(code, Code::ResponseStatus | Code::ResponseOutcome | Code::CommandExit);
    about_outcome && severity == Severity::Critical
}

/// Findings about what the service answers, or that it does not.
fn is_response(code: Code) -> bool {
    let name = code.name();
    name.starts_with("response-") && code != Code::ResponseLatency
        || matches!(
            code,
            Code::CommandExit
                | Code::CommandOutput
                | Code::ContractViolated
                | Code::Unstable
                | Code::ServiceNotStarted
                | Code::ServiceDied
        )
}

fn is_package(code: Code) -> bool {
    code.name().starts_with("package-")
}

/// How strongly a cause's exit code outranks others.
fn weight(exit_code: i32) -> usize {
    STRONG.iter().position(|code| *code == exit_code).map_or(0, |at| STRONG.len() - at)
}

/// Of a thousand findings alike, the context of the first few tells enough.
fn keep_context_of_samples(findings: &mut [Finding], groups: &[Group]) {
    let samples: HashSet<usize> = groups.iter().flat_map(|group| group.samples.iter().copied()).collect();
    for (at, finding) in findings.iter_mut().enumerate() {
        if !samples.contains(&at) {
            finding.context = Vec::new();
        }
    }
}

/// What the run says, and the exit code: a strong cause, else drift at the gate, else anything inconclusive.
fn verdict(findings: &[Finding], causes: &[envparity_model::Cause]) -> (Verdict, i32) {
    let strongest = causes.iter().map(|cause| cause.exit_code).max_by_key(|code| weight(*code));
    if let Some(code) = strongest.filter(|code| weight(*code) > 0) {
        return (Verdict::Inconclusive, code);
    }
    let is_active = |f: &&Finding| f.disposition == Disposition::Active;
    if findings.iter().filter(is_active).any(is_difference) {
        return (Verdict::Drift, 1);
    }
    // What is wrong with rules and waivers fails the gate where the policy says so, and is no difference.
    let fails = findings.iter().filter(is_active).any(|f| f.code != Code::ContractBroken);
    if !causes.is_empty() {
        return (Verdict::Inconclusive, if fails { 1 } else { 5 });
    }
    // Below the gate or waived, it differs all the same.
    let known = |f: &Finding| f.disposition != Disposition::Noise && f.severity > Severity::Info;
    let verdict =
        if findings.iter().any(|f| is_difference(f) && known(f)) { Verdict::Drift } else { Verdict::Parity };
    (verdict, i32::from(fails))
}

/// Whether a finding says that environments differ. A contract that the reference breaks is no difference: nothing was
/// compared there.
fn is_difference(finding: &Finding) -> bool {
    !matches!(
        finding.code,
        Code::ContractBroken
            | Code::RuleUnused
            | Code::WaiverExpired
            | Code::WaiverOverlong
            | Code::WaiverUnused
    )
}
