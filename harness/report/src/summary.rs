//! The report in a few clauses: what it claims, whom it blames, how it ends.

use std::collections::BTreeSet;

use envparity_model::{Code, Culprit, Disposition, Factor, Finding, Report, Role, SuspectReason, Verdict};

use crate::{view::View, words};

/// What the headline claims, most important first.
pub(crate) fn claims(report: &Report) -> Vec<String> {
    let mut parts = Vec::new();
    if report.verdict == Verdict::Inconclusive {
        parts.extend((!report.causes.is_empty()).then(|| words::count(report.causes.len() as u64, "cause")));
    }
    let active = words::severities(report, Disposition::Active);
    let below = words::severities(report, Disposition::BelowGate);
    match report.verdict {
        Verdict::Parity => {
            parts.push(agreed(report));
            parts.extend((!active.is_empty()).then_some(active));
        }
        _ if !active.is_empty() => parts.push(active),
        Verdict::Drift if !below.is_empty() => parts.push(format!("below the gate: {below}")),
        _ => {}
    }
    let waived = report.findings.iter().filter(|f| f.disposition == Disposition::Waived).count();
    if waived > 0 {
        parts.push(format!("{waived} waived"));
    }
    let flaky: BTreeSet<_> = report.coverage.flaky.iter().map(|flaky| &flaky.case).collect();
    if !flaky.is_empty() {
        parts.push(format!("{} flaky", words::count(flaky.len() as u64, "case")));
    }
    let alone = report.environments.iter().all(|environment| environment.role != Role::Candidate);
    if report.baseline.is_some() && alone {
        parts.push("with the approved baseline alone".to_owned());
    }
    if report.verdict == Verdict::Parity && report.coverage.cases == 0 {
        parts.push("no responses were compared".to_owned());
    }
    parts
}

/// What agrees: the extent of the claim.
fn agreed(report: &Report) -> String {
    let coverage = &report.coverage;
    let mut parts = Vec::new();
    if coverage.cases > 0 && coverage.compared < coverage.cases {
        parts.push(format!("{} of {}", coverage.compared, words::count(coverage.cases, "case")));
    } else if coverage.cases > 0 {
        parts.push(words::count(coverage.cases, "case"));
    }
    if coverage.packages_equal > 0 {
        parts.push(words::count(coverage.packages_equal, "package"));
    }
    if coverage.facts_equal > 0 {
        parts.push(words::count(coverage.facts_equal, "fact"));
    }
    format!("{} agree", parts.join(", "))
}

/// The proven culprit of the worst finding that has one, else the first suspect.
pub(crate) fn blamed(report: &Report) -> Option<String> {
    let active = || report.findings.iter().filter(|f| f.disposition == Disposition::Active);
    let culprit = |culprit: &Culprit| {
        let factors: Vec<_> = culprit.factors.iter().map(without_ecosystem).collect();
        format!("culprit {}", factors.join(" with "))
    };
    let proven =
        active().max_by_key(|f| (!f.culprits.is_empty(), f.severity)).and_then(|f| f.culprits.first());
    proven.map(culprit).or_else(|| suspected(active()))
}

/// The best guess of the finding that has the best grounds for one; those that are as likely stand beside it.
fn suspected<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<String> {
    let named = |f: &Finding| f.suspects.first().is_some_and(|s| s.reasons.contains(&SuspectReason::Named));
    let mut best: Option<&Finding> = None;
    for finding in findings.filter(|f| !f.suspects.is_empty()) {
        if best.is_none_or(|best| named(finding) && !named(best)) {
            best = Some(finding);
        }
    }
    let suspects = &best?.suspects;
    let alike = suspects.iter().take_while(|s| s.score >= suspects[0].score).take(3);
    let words: Vec<String> = alike
        .map(|suspect| {
            let words = words::suspect(suspect);
            // A package is named without its ecosystem; a fact has none.
            let bare = words.split_once(' ').filter(|_| suspect.subject.starts_with("pkg:"));
            bare.map_or(words.clone(), |(_, rest)| rest.to_owned())
        })
        .collect();
    let noun = if words.len() == 1 { "suspect" } else { "suspects" };
    Some(format!("{noun} {}", words.join(" or ")))
}

fn without_ecosystem(factor: &Factor) -> String {
    let words = words::factor(factor);
    words.split_once(' ').map_or(words.clone(), |(_, rest)| rest.to_owned())
}

/// Image, commit, configuration, time.
pub(crate) fn run(report: &Report) -> Vec<String> {
    let mut refs: Vec<_> =
        report.environments.iter().filter_map(|e| Some(e.image.as_ref()?.r#ref.as_str())).collect();
    refs.dedup();
    let mut cells = Vec::new();
    if let [only] = refs[..] {
        cells.push(only.to_owned());
    }
    if let Some(commit) = &report.source.commit {
        let changed = if report.source.dirty == Some(true) { " with uncommitted changes" } else { "" };
        cells.push(format!("commit {}{changed}", commit.chars().take(7).collect::<String>()));
    }
    cells.push(report.config.path.clone().unwrap_or_else(|| "no configuration file".to_owned()));
    cells.push(words::minute(&report.started));
    cells.push(format!("took {}", words::seconds(report.duration_ms)));
    cells
}

/// The verdict against the gate.
pub(crate) fn verdict(view: &View<'_>) -> String {
    let report = view.report;
    let level = report.gate.level;
    // A contract that the reference breaks is active, and no drift: nothing was compared there.
    let drift = report
        .findings
        .iter()
        .any(|f| f.disposition == Disposition::Active && f.code != Code::ContractBroken);
    match report.verdict {
        Verdict::Parity if drift => format!("parity, with findings at or above the gate ({level})"),
        Verdict::Parity => "parity".to_owned(),
        Verdict::Drift if drift => format!("drift at or above the gate ({level})"),
        Verdict::Drift => format!("drift below the gate ({level})"),
        Verdict::Inconclusive if drift => {
            format!("drift at or above the gate ({level}), and not everything was compared")
        }
        Verdict::Inconclusive => "inconclusive: not everything was compared".to_owned(),
    }
}
