//! Known differences: findings of a run written into the configuration as waivers.

use std::collections::BTreeMap;
use std::path::Path;

use envparity_config::{
    Day, NewWaiver, WaivedPair, Waiver, add_waivers, cover_pairs, pairs_text, waived_pairs,
};
use envparity_core::BASELINE;
use envparity_model::{Code, Disposition, Finding, Problem, Report};

use crate::analysis::report_of;
use crate::plan::PlanError;
use crate::run_folder::write_atomically;

/// The file of pairs, beside the configuration.
pub(crate) const PAIRS_FILE: &str = "parity.waivers.toml";

/// What is to be waived.
#[derive(Debug, Clone)]
pub struct WaiveRequest {
    /// The beginnings of fingerprints; none: everything that is active, in groups.
    pub findings: Vec<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day, inclusive, in UTC.
    pub expires: Day,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// One line for each waiver: what it covers.
    pub lines: Vec<String>,
    /// The file of pairs was written.
    pub with_pairs: bool,
}

/// The file of pairs, if some waiver names a group.
///
/// # Errors
/// When it is absent, malformed, or lacks a group.
pub(crate) fn read(base: &Path, waivers: &[Waiver]) -> Result<Option<String>, PlanError> {
    if waivers.iter().all(|waiver| waiver.group.is_none()) {
        return Ok(None);
    }
    let path = base.join(PAIRS_FILE);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let problem = Problem::new(format!("failed to read `{}`: {error}", path.display()));
        PlanError::Usage(vec![
            problem.hint("a waiver names a group of that file; `parity waive --all` writes it"),
        ])
    })?;
    apply(&mut waivers.to_vec(), &text).map_err(|problem| PlanError::Usage(vec![problem]))?;
    Ok(Some(text))
}

/// Gives waivers of groups their pairs.
///
/// # Errors
/// When the text is malformed, or lacks a group.
pub(crate) fn apply(waivers: &mut [Waiver], text: &str) -> Result<(), Problem> {
    let pairs = waived_pairs(PAIRS_FILE, text).map_err(|errors| first(&errors))?;
    cover_pairs(waivers, &pairs, PAIRS_FILE)
}

fn first(errors: &[envparity_config::ConfigError]) -> Problem {
    Problem::new(errors.first().map(ToString::to_string).unwrap_or_default())
}

/// Writes waivers of a run's findings into the configuration at `config`, which keeps its form.
///
/// # Errors
/// When a finding is unknown, ambiguous or waived already, or a file cannot be read or written. Nothing is written then.
pub fn waive(folder: &Path, config: &Path, request: &WaiveRequest) -> Result<Waived, Problem> {
    let report = report_of(folder)?;
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| Problem::new(format!("failed to read `{}`: {error}", path.display())))
    };
    let text = read(config)?;
    if request.findings.is_empty() {
        let pairs_path = config.with_file_name(PAIRS_FILE);
        let known = if pairs_path.exists() { read(&pairs_path)? } else { String::new() };
        return waive_all(&report, (config, &text), (&pairs_path, &known), request);
    }
    let findings = chosen(&report, &request.findings)?;
    let waivers: Vec<NewWaiver> = findings.iter().map(|finding| waiver(finding, request)).collect();
    write_atomically(config, checked(&add_waivers(&text, &waivers)?)?.as_bytes())?;
    Ok(Waived { lines: findings.iter().map(|finding| line(finding)).collect(), with_pairs: false })
}

/// What was edited must still be read.
fn checked(text: &str) -> Result<&str, Problem> {
    let sources = envparity_config::Sources { file: Some(("parity.toml", text)), ..Default::default() };
    envparity_config::resolve(&sources).map(|_| text).map_err(|errors| first(&errors))
}

/// Findings by the beginnings of their fingerprints.
fn chosen<'r>(report: &'r Report, wanted: &[String]) -> Result<Vec<&'r Finding>, Problem> {
    let mut out: Vec<&Finding> = Vec::new();
    for start in wanted {
        let mut found: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| finding.fingerprint.starts_with(start.as_str()))
            .collect();
        found.dedup_by_key(|finding| &finding.fingerprint);
        let finding = match found[..] {
            [one] => one,
            [] => {
                return Err(Problem::new(format!("no finding `{start}` in run `{}`", report.run)).hint(
                    "a FINDING is the beginning of a fingerprint, as the HTML and JSON reports show it",
                ));
            }
            _ => {
                return Err(Problem::new(format!("`{start}` is the beginning of {} findings", found.len()))
                    .hint("give more of the fingerprint"));
            }
        };
        if finding.disposition == Disposition::Waived {
            return Err(Problem::new(format!("`{start}` is waived already")));
        }
        if !can_be_waived(finding) {
            return Err(Problem::new(format!("`{start}` cannot be waived: {}", finding.code.description()))
                .hint("mend the suite, the rule, the waiver or the baseline that it speaks of"));
        }
        out.push(finding);
    }
    Ok(out)
}

/// A broken contract, a stale rule or a changed baseline is mended, not waived.
fn can_be_waived(finding: &Finding) -> bool {
    let of_the_house = [
        Code::ContractBroken,
        Code::RuleUnused,
        Code::SnapshotStale,
        Code::CaseUnapproved,
        Code::WaiverExpired,
        Code::WaiverOverlong,
        Code::WaiverUnused,
    ];
    finding.environment != BASELINE && !of_the_house.contains(&finding.code)
}

/// The narrowest waiver of a finding; of a package between these two versions only.
fn waiver(finding: &Finding, request: &WaiveRequest) -> NewWaiver {
    let is_package = finding.subject.as_deref().is_some_and(|subject| subject.starts_with("pkg:"));
    NewWaiver {
        code: Some(finding.code),
        subject: finding.subject.clone(),
        group: None,
        case: finding.case.as_ref().map(|place| place.id.as_str().to_owned()),
        at: finding.at.clone().filter(|_| finding.case.is_some()),
        environment: finding.environment.clone(),
        versions: is_package.then(|| (finding.reference.clone(), finding.candidate.clone())),
        reason: request.reason.clone(),
        owner: request.owner.clone(),
        expires: request.expires,
    }
}

fn line(finding: &Finding) -> String {
    let about = finding.case.as_ref().map(|place| place.id.as_str()).or(finding.subject.as_deref());
    let at = finding.at.as_ref().filter(|_| finding.case.is_some());
    let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
    format!("{} {}{at} in {}", finding.code, about.unwrap_or_default(), finding.environment)
}

/// One waiver for each environment and ecosystem, its pairs in a file of their own.
fn waive_all(
    report: &Report,
    (config, text): (&Path, &str),
    (pairs_path, known): (&Path, &str),
    request: &WaiveRequest,
) -> Result<Waived, Problem> {
    let mut pairs = waived_pairs(PAIRS_FILE, known).map_err(|errors| first(&errors))?;
    let had: Vec<String> = pairs.iter().map(|pair| pair.group.clone()).collect();
    let active = report.findings.iter().filter(|f| f.disposition == Disposition::Active && can_be_waived(f));
    let mut groups: BTreeMap<(String, String), u64> = BTreeMap::new();
    for finding in active {
        let group = format!("{} {}", finding.environment, kind(finding));
        *groups.entry((group.clone(), finding.environment.clone())).or_default() += 1;
        pairs.push(pair(finding, group));
    }
    if groups.is_empty() {
        return Err(Problem::new(format!("run `{}` has no active finding that can be waived", report.run)));
    }
    let new = groups.keys().filter(|(group, _)| !had.contains(group)).map(|(group, environment)| NewWaiver {
        code: None,
        subject: None,
        group: Some(group.clone()),
        case: None,
        at: None,
        environment: environment.clone(),
        versions: None,
        reason: request.reason.clone(),
        owner: request.owner.clone(),
        expires: request.expires,
    });
    let edited = add_waivers(text, &new.collect::<Vec<_>>())?;
    checked(&edited)?;
    // First what is named, then who names it: in between, nothing is broken.
    write_atomically(pairs_path, pairs_text(&pairs).as_bytes())?;
    write_atomically(config, edited.as_bytes())?;
    let lines = groups.iter().map(|((group, _), count)| {
        let added = if had.contains(group) { "added to the group" } else { "in the group" };
        format!("{count} {added} `{group}`")
    });
    Ok(Waived { lines: lines.collect(), with_pairs: true })
}

/// The ecosystem of a package; what else a finding is about.
fn kind(finding: &Finding) -> String {
    let purl = finding.subject.as_deref().and_then(|subject| subject.strip_prefix("pkg:"));
    match (&finding.case, purl.and_then(|rest| rest.split_once('/'))) {
        (Some(_), _) => "responses".to_owned(),
        (None, Some((ecosystem, _))) => ecosystem.to_owned(),
        (None, None) => "facts".to_owned(),
    }
}

fn pair(finding: &Finding, group: String) -> WaivedPair {
    let versions = finding.case.is_none();
    WaivedPair {
        group,
        code: finding.code,
        subject: finding.subject.clone(),
        case: finding.case.as_ref().map(|place| place.id.as_str().to_owned()),
        at: finding.at.as_deref().map(envparity_core::without_indices),
        reference: finding.reference.clone().filter(|_| versions),
        candidate: finding.candidate.clone().filter(|_| versions),
    }
}
