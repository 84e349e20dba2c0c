//! The smallest rule for a finding of an earlier run, found by comparing its case again.

use std::collections::HashMap;
use std::path::Path;

use envparity_config::{Control, Rule};
use envparity_core::{BASELINE, CaseResult, Drift, proposals, settles};
use envparity_model::{CaseId, CasePlace, Disposition, Finding, Problem, fingerprint};

use crate::analysis::{open, report_of};
use crate::comparison::Comparison;

/// A finding with the rule that settles it and nothing else.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The finding.
    pub finding: Finding,
    /// The rule; an error says why there is none.
    pub rule: Result<Rule, String>,
}

/// What rules can do about a run.
#[derive(Debug, Clone)]
pub struct Suggestions {
    /// One for each finding that is about a case, or that was asked for.
    pub list: Vec<Suggestion>,
    /// Active findings that no rule speaks of: packages, facts, environments.
    pub beyond: usize,
}

/// Suggests a rule for the active findings of a run, or for those whose fingerprints begin with one of `wanted`.
/// Reads the run's folder and nothing else.
///
/// # Errors
/// When the folder does not hold a run, its journals are damaged, or a wanted finding is not in it.
pub fn suggest(folder: &Path, wanted: &[String]) -> Result<Suggestions, Problem> {
    let report = report_of(folder)?;
    let matches = |finding: &Finding, wanted: &String| finding.fingerprint.starts_with(wanted.as_str());
    if let Some(unknown) =
        wanted.iter().find(|wanted| !report.findings.iter().any(|finding| matches(finding, wanted)))
    {
        return Err(Problem::new(format!("no finding `{unknown}` in run `{}`", report.run))
            .hint("a FINDING is the beginning of a fingerprint, as `parity report -o json` shows it"));
    }
    let is_meant = |finding: &Finding| match wanted {
        [] => finding.disposition == Disposition::Active,
        wanted => wanted.iter().any(|wanted| matches(finding, wanted)),
    };
    let meant = report.findings.into_iter().filter(is_meant);
    let (findings, beyond): (Vec<Finding>, Vec<Finding>) =
        meant.partition(|finding| !wanted.is_empty() || finding.case.is_some());
    let mut found = rules_for(folder, &findings)?;
    let rule_of = |finding: &Finding| {
        let key = (finding.fingerprint.clone(), finding.at.clone());
        found.remove(&key).unwrap_or_else(|| Err(beyond_rules(finding)))
    };
    let rules: Vec<Result<Rule, String>> = findings.iter().map(rule_of).collect();
    let list = findings.into_iter().zip(rules).map(|(finding, rule)| Suggestion { finding, rule }).collect();
    Ok(Suggestions { list, beyond: beyond.len() })
}

/// Why nothing was tried for a finding.
fn beyond_rules(finding: &Finding) -> String {
    let why = if finding.environment == BASELINE {
        "the approved answer is another: `parity approve` once the new one is right"
    } else {
        "no rule speaks of it; a known one is waived"
    };
    why.to_owned()
}

/// By fingerprint and place: columns of a table share the fingerprint, which holds no index.
type Rules = HashMap<(String, Option<String>), Result<Rule, String>>;

fn rules_for(folder: &Path, findings: &[Finding]) -> Result<Rules, Problem> {
    let mut out = Rules::new();
    let (file, config, sources, reference) = open(folder)?;
    for name in &file.candidates {
        let wanted: Vec<&Finding> =
            findings.iter().filter(|f| f.environment == *name && f.case.is_some()).collect();
        if wanted.is_empty() {
            continue;
        }
        let candidate = sources.read(name)?;
        let mut comparison = Comparison::new(&reference, &candidate, &config);
        comparison.comparator.keep_captures();
        comparison.wants_control = file.with_suites && config.compare.control == Control::Auto;
        comparison.preludes(&reference.0.header.setup)?;
        for place in &reference.0.header.cases {
            let before = comparison.next(place)?;
            for drift in &before.drifts {
                let fingerprint = name_of(name, &place.id, drift);
                if wanted.iter().any(|finding| finding.fingerprint == fingerprint && finding.at == drift.at) {
                    let rule = rule_for(&mut comparison, place, &before, drift)?;
                    out.insert((fingerprint, drift.at.clone()), rule);
                }
            }
        }
    }
    Ok(out)
}

fn name_of(environment: &str, case: &CaseId, drift: &Drift) -> String {
    fingerprint(drift.code, environment, case.as_str(), drift.at.as_deref(), drift.kind.as_deref())
}

/// The first proposal that makes this drift vanish and leaves all others as they are.
fn rule_for(
    comparison: &mut Comparison<'_>,
    place: &CasePlace,
    before: &CaseResult,
    drift: &Drift,
) -> Result<Result<Rule, String>, Problem> {
    let captures = comparison.comparator.captures();
    let rules = match proposals(&place.id, drift, &captures) {
        Ok(rules) => rules,
        Err(why) => return Ok(Err(why.to_owned())),
    };
    let mut settled = None;
    comparison.attempts(place, &rules, |rule, after| {
        let good = settles(drift, before, &after);
        if good {
            settled = Some(rule.clone());
        }
        good
    })?;
    Ok(settled.ok_or_else(|| "every rule that hides it hides more than it".to_owned()))
}

#[cfg(test)]
mod tests {
    use envparity_core::Redaction;
    use envparity_model::{
        BodyRef, Capture, Exchange, HeaderLine, JOURNAL_SCHEMA, JournalLine, Masker, Outcome, Response,
        Sample, Severity, Source, Timing,
    };
    use envparity_runner::Recorder;

    use super::*;
    use crate::journal::Journal;
    use crate::run_folder::RunFile;

    const CONFIG: &str = r#"
[image]
ref = "team/app:1"
[container]
port = 80
[environments.local]
engine = "local"
[environments.qa]
url = "https://qa.example"
[compare]
reference = "local"
suites = ["a.hurl"]
"#;

    fn cases() -> Vec<CasePlace> {
        let place = |name: &str| CasePlace {
            id: CaseId::new(format!("a GET /{name}")),
            file: "a.hurl".into(),
            line: 1,
            method: "GET".into(),
            path: format!("/{name}"),
        };
        ["values", "lists", "honest"].map(place).to_vec()
    }

    fn exchange(case: &CasePlace, sample: Sample, header: &str, id: u32) -> Exchange {
        let response = Response {
            version: "HTTP/1.1".into(),
            status: 200,
            headers: vec![
                ("content-type".into(), "application/json".into()),
                ("x-build".into(), header.into()),
            ],
            body: BodyRef { sha256: String::new(), size: 0, truncated: false, undecoded: None },
            hops: Vec::new(),
        };
        Exchange {
            case: case.id.clone(),
            sample,
            attempt: 1,
            first_failure: None,
            request: None,
            outcome: Outcome::Response(response),
            captures: vec![Capture { name: "id".into(), value: id.into() }],
            asserts: Vec::new(),
            timing: Timing::default(),
        }
    }

    /// A run with bodies of three cases: reference (and control), candidate.
    fn recorded(folder: &Path, config: &str) {
        let bodies = [
            (
                r#"{"mean":0.1,"day":"2026-11-24","same":"/x/17","word":"on"}"#,
                r#"{"mean":0.123,"day":"2026-11-25","same":"/x/18","word":"off!"}"#,
            ),
            (
                r#"{"order":[1,2,3],"tags":["a","b","b"],"items":[{"n":1.0},{"n":2.0}]}"#,
                r#"{"order":[3,1,2],"tags":["a","b"],"items":[{"n":1},{"n":2}],"more":true}"#,
            ),
            (r#"{"type":1,"gone":1}"#, r#"{"type":"1"}"#),
        ];
        let _ = std::fs::remove_dir_all(folder);
        let journal = Journal::create(folder, Masker::default(), Redaction::default()).unwrap();
        for (name, id) in [("local", 17), ("qa", 18)] {
            journal.line(name, &header(name));
            for (case, (left, right)) in cases().iter().zip(bodies) {
                for sample in [Sample::Primary, Sample::Control] {
                    let (body, build) =
                        if name == "local" { (left, "build 12") } else { (right, "build 13") };
                    let sink = journal.sink();
                    let mut exchange = exchange(case, sample, build, id);
                    if let Outcome::Response(response) = &mut exchange.outcome {
                        response.body = sink.body(body.as_bytes(), false, None);
                    }
                    sink.exchange(name, exchange);
                }
            }
        }
        run_file(config).write(folder).unwrap();
    }

    fn header(environment: &str) -> JournalLine {
        JournalLine::Header(HeaderLine {
            schema: JOURNAL_SCHEMA,
            tool: "test".into(),
            run: "run".into(),
            environment: environment.into(),
            started: "2026-11-24T10:00:00Z".into(),
            started_ms: 0,
            seed: "00".into(),
            key: "key".into(),
            config_digest: String::new(),
            suite_digest: String::new(),
            cases: cases(),
            setup: Vec::new(),
            teardown: Vec::new(),
        })
    }

    fn run_file(config: &str) -> RunFile {
        RunFile {
            schema: 1,
            run: "run".into(),
            started: "2026-11-24T10:00:00Z".into(),
            command: "parity run".into(),
            config_path: Some("parity.toml".into()),
            config_text: Some(config.into()),
            profile: None,
            overrides: Vec::new(),
            config_digest: String::new(),
            source: Source::default(),
            baseline: None,
            reference: "local".into(),
            candidates: vec!["qa".into()],
            gate: Severity::Minor,
            full: false,
            with_suites: true,
            rule_files: Vec::new(),
            waived_pairs: None,
            openapi_files: Vec::new(),
            end: None,
        }
    }

    fn active(folder: &Path) -> Vec<String> {
        let report = report_of(folder).unwrap();
        let active = report.findings.iter().filter(|f| f.disposition == Disposition::Active);
        active.map(|finding| finding.fingerprint.clone()).collect()
    }

    #[test]
    fn a_suggested_rule_settles_its_finding_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("run");
        recorded(&folder, CONFIG);
        let before = active(&folder);
        let suggestions = suggest(&folder, &[]).unwrap().list;
        assert_eq!(suggestions.len(), before.len());
        let mut shown: Vec<String> = suggestions
            .iter()
            .map(|s| {
                let rule = s.rule.as_ref().map_or("-".to_owned(), |r| format!("{} {}", r.at, r.verb.name()));
                format!("{} {} {rule}", s.finding.code.name(), s.finding.at.as_deref().unwrap_or_default())
            })
            .collect();
        shown.sort();
        let expected = [
            "response-field-added $.more $.more ignore",
            "response-field-removed $.gone -",
            "response-format $.items[0].n $.items[*].n tolerance",
            "response-header header.x-build header.x-build format",
            "response-header header.x-build header.x-build format",
            "response-header header.x-build header.x-build format",
            "response-length $.tags $.tags set",
            "response-order $.order $.order unordered",
            "response-type $.type -",
            "response-value $.day $.day format",
            "response-value $.mean $.mean tolerance",
            "response-value $.same $.same same-as-capture",
            "response-value $.word $.word type",
        ];
        assert_eq!(shown, expected);
        for Suggestion { finding, rule } in suggestions {
            let Ok(rule) = rule else { continue };
            recorded(&folder, &format!("{CONFIG}\n{}", rule.to_toml()));
            let expected: Vec<String> =
                before.iter().filter(|other| **other != finding.fingerprint).cloned().collect();
            assert_eq!(active(&folder), expected, "{}", rule.to_toml());
        }
    }

    #[test]
    fn findings_are_named_by_the_beginning_of_their_fingerprints() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("run");
        recorded(&folder, CONFIG);
        let one = active(&folder).remove(0);
        assert_eq!(suggest(&folder, &[one[..8].to_owned()]).unwrap().list.len(), 1);
        assert!(suggest(&folder, &["nothing".to_owned()]).unwrap_err().message.contains("`nothing`"));
    }
}
