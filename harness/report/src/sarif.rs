//! SARIF 2.1.0 (OASIS), for code scanning: each finding a result, anchored to the line of its case or to the
//! configuration, with the fingerprint that it has everywhere.

use std::collections::BTreeMap;

use envparity_model::{Code, Disposition, Finding, Report, Role, Severity, Verdict};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::sentence::{place, sentence};
use crate::view::View;

/// Results that consumers keep.
const RESULTS: usize = 5_000;
/// The name of our fingerprint among others.
const FINGERPRINT: &str = "envparity/v1";

/// The report as SARIF: the worst findings first, those beyond 5,000 counted in a notification.
pub fn sarif(report: &Report) -> Vec<u8> {
    let view = View::new(report);
    let codes: BTreeMap<Code, usize> = report
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .enumerate()
        .map(|(at, code)| (code, at))
        .collect();
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|f| std::cmp::Reverse((f.disposition == Disposition::Active, f.severity)));
    let results: Vec<Value> =
        findings.iter().take(RESULTS).map(|finding| result(&view, finding, codes[&finding.code])).collect();
    let version = report.tool.split_once(' ').map_or(report.tool.as_str(), |(_, version)| version);
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "envparity",
                "version": version,
                "rules": codes.keys().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": format!("envparity/{}/", shown(&pair(report))) },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report, findings.len().saturating_sub(RESULTS))],
            "results": results,
        }],
    });
    let mut bytes = serde_json::to_vec_pretty(&log).expect("a value is JSON");
    bytes.push(b'\n');
    bytes
}

/// `local..qa,prod`: what was compared with what, the same from run to run.
fn pair(report: &Report) -> String {
    let named = |wanted: Role| {
        let of_role = report.environments.iter().filter(move |environment| environment.role == wanted);
        of_role.map(|environment| environment.name.as_str()).collect::<Vec<_>>().join(",")
    };
    format!("{}..{}", named(Role::Reference), named(Role::Candidate))
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": { "text": code.description() },
        "defaultConfiguration": { "level": level(code.default_severity()) },
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::Major => "error",
        Severity::Minor => "warning",
        Severity::Info => "note",
    }
}

fn result(view: &View<'_>, finding: &Finding, rule: usize) -> Value {
    let case = finding.case.as_ref().map(|case| format!("{}: ", case.id)).unwrap_or_default();
    let mut result = json!({
        "ruleId": finding.code.name(),
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": { "text": format!("{}{}", shown(&case), sentence(view, finding)) },
        "partialFingerprints": { FINGERPRINT: finding.fingerprint },
        "properties": {
            "environment": shown(&finding.environment),
            "severity": finding.severity.name(),
            "active": finding.disposition == Disposition::Active,
        },
    });
    if let Some((path, line)) = place(view, finding) {
        let mut location = json!({ "artifactLocation": { "uri": uri(&path) } });
        if let Some(line) = line {
            location["region"] = json!({ "startLine": line });
        }
        result["locations"] = json!([{ "physicalLocation": location }]);
    }
    if matches!(finding.disposition, Disposition::Waived | Disposition::Noise) {
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted" }]);
    }
    result
}

fn invocation(report: &Report, dropped: usize) -> Value {
    let told = |text: String, level: &str| json!({ "level": level, "message": { "text": shown(&text) } });
    let mut notifications: Vec<Value> = report
        .causes
        .iter()
        .map(|cause| {
            let hint = cause.hint.as_ref().map(|hint| format!(". {hint}")).unwrap_or_default();
            told(format!("{}{hint}", cause.message), "error")
        })
        .collect();
    if dropped > 0 {
        notifications.push(told(format!("{dropped} more findings are in the JSON report"), "warning"));
    }
    json!({
        "executionSuccessful": report.verdict != Verdict::Inconclusive,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": notifications,
    })
}

fn shown(text: &str) -> String {
    crate::visible(text).into_owned()
}

/// What a path may hold as it is (RFC 3986).
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path as a relative reference; an absolute one as a `file` URI.
fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", utf8_percent_encode(path, KEPT))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_sarif::sarif::Sarif;

    use super::*;
    use crate::fixtures;

    fn parsed(report: &Report) -> Value {
        serde_json::from_slice(&sarif(report)).expect("JSON")
    }

    /// Types made from the standard's schema take it and lose nothing.
    fn is_valid(report: &Report) -> bool {
        let value = parsed(report);
        let typed: Sarif = serde_json::from_value(value.clone()).expect("SARIF");
        serde_json::to_value(typed).expect("JSON") == value
    }

    #[test]
    fn fixtures_are_valid_and_hold_every_finding() {
        for (name, report) in fixtures::all() {
            assert!(is_valid(&report), "{name}");
            let results = parsed(&report)["runs"][0]["results"].as_array().map(Vec::len);
            assert_eq!(results, Some(report.findings.len()), "{name}");
        }
    }

    #[test]
    fn a_drift_reads_as_it_did() {
        insta::assert_snapshot!(String::from_utf8(sarif(&fixtures::drift())).expect("UTF-8"));
    }

    #[test]
    fn the_worst_are_kept_and_the_rest_is_counted() {
        let mut report = fixtures::drift();
        let one = report.findings.pop().expect("a finding");
        report.findings.splice(0..0, std::iter::repeat_n(one, RESULTS));
        let value = parsed(&report);
        let results = value["runs"][0]["results"].as_array().expect("a list");
        assert_eq!((results.len(), &results[0]["level"]), (RESULTS, &json!("error")));
        let told = &value["runs"][0]["invocations"][0]["toolExecutionNotifications"];
        assert!(told.to_string().contains("more findings are in the JSON report"), "{told}");
        assert!(is_valid(&report));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_text_gives_valid_sarif_with_every_finding(text in any::<String>()) {
            let report = fixtures::poisoned(&text);
            prop_assert!(is_valid(&report));
            let value = parsed(&report);
            let results = value["runs"][0]["results"].as_array().expect("a list");
            prop_assert_eq!(results.len(), report.findings.len());
            for uri in results.iter().map(|r| &r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) {
                let uri = uri.as_str().expect("a place");
                let is_uri = uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%:".contains(&b));
                prop_assert!(is_uri, "{}", uri);
            }
        }
    }
}
