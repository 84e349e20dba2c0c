//! Figures, versions and directions in words.

use envparity_model::{
    Baseline, ChangeKind, ContractCoverage, Disposition, Factor, KeptTrial, NotCompared, PackageSummary,
    Report, Sample, Severity, Suspect, SuspectReason, Verdict,
};

use crate::view::is_baseline;

/// Which pass, behind an environment; nothing for the one that is compared.
pub(crate) const fn pass(sample: Sample) -> &'static str {
    match sample {
        Sample::Primary => "",
        Sample::Control => " (control sample)",
        Sample::Resample => " (resample)",
    }
}

/// The verdict's name.
pub(crate) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Parity => "parity",
        Verdict::Drift => "drift",
        Verdict::Inconclusive => "inconclusive",
    }
}

/// `1 case`, `2 cases`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `0.4 s`, `48 s`, `2 min 5 s`.
pub(crate) fn seconds(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        10_000..60_000 => format!("{} s", ms / 1000),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

/// Whether somebody wants a case left out. That it waits for approval is nobody's intention.
pub(crate) fn is_intended(not: &NotCompared) -> bool {
    not.intended && !not.environment.as_deref().is_some_and(is_baseline)
}

/// `23 snapshots, 22 cases compared, 1 not approved yet`.
pub(crate) fn baseline(baseline: &Baseline) -> String {
    let mut said =
        vec![count(baseline.snapshots, "snapshot"), format!("{} compared", count(baseline.compared, "case"))];
    if baseline.unapproved > 0 {
        said.push(format!("{} not approved yet", baseline.unapproved));
    }
    said.join(", ")
}

/// `1.2 kB`, `84 MB`.
pub(crate) fn bytes(size: u64) -> String {
    let mut value = size as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 {
            return if value < 10.0 && unit != "B" {
                format!("{value:.1} {unit}")
            } else {
                format!("{value:.0} {unit}")
            };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// RFC 3339 to the minute: `2026-11-24 09:58 UTC`. Anything else as it is.
pub(crate) fn minute(started: &str) -> String {
    match (started.get(..10), started.get(10..11), started.get(11..16)) {
        (Some(date), Some("T"), Some(time)) if started.ends_with('Z') => format!("{date} {time} UTC"),
        _ => started.to_owned(),
    }
}

/// The first characters of a digest, without its algorithm.
pub(crate) fn short(digest: &str) -> String {
    let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
    hex.chars().take(8).collect()
}

/// A package URL taken apart: ecosystem, name, version.
pub(crate) fn purl_parts(purl: &str) -> Option<(String, String, Option<String>)> {
    let decode = |text: &str| text.replace("%40", "@").replace("%20", " ").replace("%25", "%");
    let (ecosystem, rest) = purl.strip_prefix("pkg:")?.split_once('/')?;
    let (name, version) = rest.split_once('@').map_or((rest, None), |(name, version)| (name, Some(version)));
    Some((ecosystem.to_owned(), decode(name), version.map(decode)))
}

/// `pkg:gem/rack` as `gem rack`; a fact's name as it is.
pub(crate) fn subject(subject: &str) -> String {
    purl_parts(subject)
        .map_or_else(|| subject.to_owned(), |(ecosystem, name, _)| format!("{ecosystem} {name}"))
}

/// `2.2.4 → 2.1.4`; one side alone in words.
pub(crate) fn change(reference: Option<&str>, candidate: Option<&str>) -> String {
    match (reference, candidate) {
        (Some(reference), Some(candidate)) if reference == candidate => format!("{reference}, other content"),
        (Some(reference), Some(candidate)) => format!("{reference} → {candidate}"),
        (Some(reference), None) => format!("{reference} → absent"),
        (None, Some(candidate)) => format!("absent → {candidate}"),
        (None, None) => String::new(),
    }
}

/// `pypi markupsafe 2.1.5 → 2.0.1`.
pub(crate) fn factor(factor: &Factor) -> String {
    let reference = factor.reference.as_deref().and_then(purl_parts);
    let candidate = factor.candidate.as_deref().and_then(purl_parts);
    match reference.as_ref().or(candidate.as_ref()) {
        Some((ecosystem, name, _)) => {
            let version = |parts: &Option<(String, String, Option<String>)>| {
                parts.as_ref().map(|(_, _, version)| version.clone().unwrap_or_else(|| "present".to_owned()))
            };
            let versions = change(version(&reference).as_deref(), version(&candidate).as_deref());
            format!("{ecosystem} {name} {versions}")
        }
        None => {
            format!("{} {}", factor.kind, change(factor.reference.as_deref(), factor.candidate.as_deref()))
        }
    }
}

/// `http://127.0.0.1:32771   made from qa`, and how it is reached.
pub(crate) fn kept(kept: &KeptTrial) -> String {
    let tunnel = kept.tunnel.as_ref().map(|tunnel| format!("   after `{tunnel}`")).unwrap_or_default();
    format!("{}   made from {}{tunnel}", kept.url, kept.environment)
}

/// `gem rack 2.2.4 → 2.1.4`.
pub(crate) fn suspect(suspect: &Suspect) -> String {
    let versions = change(suspect.reference.as_deref(), suspect.candidate.as_deref());
    format!("{} {versions}", subject(&suspect.subject))
}

/// Why something is suspected, for people.
pub(crate) fn reason(reason: SuspectReason) -> &'static str {
    match reason {
        SuspectReason::Named => "named in the response or the log",
        SuspectReason::Loaded => "loaded",
        SuspectReason::Application => "chosen by the application",
        SuspectReason::OneSided => "on one side only",
        SuspectReason::MajorVersion => "another major version",
        SuspectReason::Altered => "other files under the same version",
    }
}

/// The direction of a package difference, seen from the candidate.
pub(crate) fn direction(change: ChangeKind) -> &'static str {
    match change {
        ChangeKind::Outdated => "older",
        ChangeKind::Newer => "newer",
        ChangeKind::Missing => "missing",
        ChangeKind::Extra => "extra",
        ChangeKind::Altered => "altered",
        ChangeKind::Unordered => "differs",
    }
}

/// `qa is older in 12, lacks 1, has 2 more`.
pub(crate) fn packages(environment: &str, summary: &PackageSummary) -> String {
    let mut clauses = Vec::new();
    let mut say = |number: u64, before: &str, after: &str| {
        if number > 0 {
            clauses.push(format!("{before} {number}{after}"));
        }
    };
    say(summary.outdated, "is older in", "");
    say(summary.newer, if summary.outdated > 0 { "newer in" } else { "is newer in" }, "");
    say(summary.missing, "lacks", "");
    say(summary.extra, "has", " more");
    say(summary.altered, "has other files in", "");
    say(summary.unordered, "differs without order in", "");
    if clauses.is_empty() && summary.failed > 0 {
        return format!("{environment} agrees in {}", summary.equal);
    }
    if clauses.is_empty() {
        return format!("{environment} has the same {}", summary.equal);
    }
    format!("{environment} {}", clauses.join(", "))
}

/// `1 critical, 2 major` over the findings of one disposition; empty without any.
pub(crate) fn severities(report: &Report, disposition: Disposition) -> String {
    let counts = [Severity::Critical, Severity::Major, Severity::Minor, Severity::Info].map(|severity| {
        let of = |f: &&envparity_model::Finding| f.disposition == disposition && f.severity == severity;
        (report.findings.iter().filter(of).count(), severity)
    });
    let parts: Vec<_> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, severity)| format!("{n} {severity}")).collect();
    parts.join(", ")
}

/// How far responses were held to a document.
pub(crate) fn held(contract: &ContractCoverage) -> String {
    let said = format!("{} held to {}", count(contract.validated, "response"), contract.document);
    match contract.no_operation {
        0 => said,
        none => format!("{said}, {none} of no operation in it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_urls_come_apart() {
        let url = envparity_model::purl(envparity_model::Ecosystem::Npm, "@babel/core", Some("7.0.0"));
        assert_eq!(purl_parts(&url), Some(("npm".into(), "@babel/core".into(), Some("7.0.0".into()))));
        assert_eq!(subject("pkg:gem/rack"), "gem rack");
        assert_eq!(subject("env.RACK_ENV"), "env.RACK_ENV");
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(
            [seconds(0), seconds(420), seconds(12_900), seconds(125_000)],
            ["0.0 s", "0.4 s", "12 s", "2 min 5 s"]
        );
        assert_eq!([bytes(12), bytes(1_240), bytes(84_000_000)], ["12 B", "1.2 kB", "84 MB"]);
        assert_eq!(minute("2026-11-24T09:58:03Z"), "2026-11-24 09:58 UTC");
        assert_eq!(minute("yesterday"), "yesterday");
        assert_eq!(short("sha256:89dd394d11"), "89dd394d");
    }

    #[test]
    fn directions_are_words() {
        let summary = PackageSummary { outdated: 12, newer: 3, missing: 1, extra: 2, ..Default::default() };
        assert_eq!(packages("qa", &summary), "qa is older in 12, newer in 3, lacks 1, has 2 more");
        assert_eq!(packages("qa", &PackageSummary { equal: 9, ..Default::default() }), "qa has the same 9");
    }
}
