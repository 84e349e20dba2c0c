//! Findings told as one, and what stands around them.

mod kit;

use std::collections::BTreeSet;

use envparity_config::Config;
use envparity_core::{Analysis, RunMeta};
use envparity_model::{CaseId, CasePlace, ContextRow, Report, SAMPLES, Timings};
use kit::{Made, compare};
use proptest::prelude::*;

/// A run over requests, each with what either side answers.
fn run(asked: &[(&str, Made, Made)]) -> Report {
    let mut config = Config::minimal();
    config.compare.reference = "local".into();
    config.compare.candidates = vec!["qa".into()];
    let place = |path: &str| CasePlace {
        id: CaseId::new(format!("suite GET {path}")),
        file: "suite.hurl".into(),
        line: 1,
        method: "GET".into(),
        path: path.into(),
    };
    let cases = asked.iter().map(|(path, ..)| place(path)).collect();
    let mut analysis = Analysis::new(RunMeta { cases, suites: true, ..RunMeta::default() }, &config);
    for (path, reference, candidate) in asked {
        analysis.case("qa", &place(path), compare(reference, candidate));
    }
    analysis.finish(Timings::default(), Vec::new())
}

/// The context of the first finding, `!` where it differs.
fn context(reference: &Made, candidate: &Made) -> Vec<String> {
    let report = run(&[("/x", reference.clone(), candidate.clone())]);
    let text = |side: &Option<String>| side.clone().unwrap_or_default();
    let line = |row: &ContextRow| {
        let mark = if row.differs { " !" } else { "" };
        format!("{} | {}{mark}", text(&row.reference), text(&row.candidate))
    };
    report.findings[0].context.iter().map(line).collect()
}

#[test]
fn one_endpoint_is_told_once_and_another_apart() {
    let made = |length: &str| Made::json(&format!(r#"{{"unit":"km","length":{length}}}"#));
    let report = run(&[
        ("/runs/1", made("1"), made("2")),
        ("/runs/2?full=1", made("3"), made("4")),
        ("/runs/{{id}}", made("3"), made("4")),
        ("/runs/5", made("5"), made("6")),
        ("/runs/6", made("7"), made("8")),
        ("/walks/1", made("1"), made("2")),
        ("/runs/7", made("1"), Made::json(r#"{"unit":"mi","length":1}"#)),
    ]);
    let told: Vec<_> = report
        .groups
        .iter()
        .map(|group| {
            let endpoint = group.endpoint.as_deref().unwrap_or_default();
            let at = group.at.as_deref().unwrap_or_default();
            (endpoint, at, group.cases, group.findings.len(), group.samples.len())
        })
        .collect();
    let expected = [
        ("GET /runs/*", "$.length", 5, 5, SAMPLES),
        ("GET /walks/*", "$.length", 1, 1, 1),
        ("GET /runs/*", "$.unit", 1, 1, 1),
    ];
    assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), expected.into());
}

#[test]
fn neighbours_in_an_object_stand_beside_their_partners() {
    let number = Made::json(r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}"#);
    let text = Made::json(r#"{"a":1,"b":2,"c":3,"d":"4","e":5,"f":6}"#);
    let rows = context(&number, &text);
    assert_eq!(rows, ["b: 2 | b: 2", "c: 3 | c: 3", "d: 4 | d: \"4\" !", "e: 5 | e: 5", "f: 6 | f: 6"]);
    let rows = context(&text, &Made::json(r#"{"e":5,"a":1,"d":"4","c":3,"b":2}"#));
    assert_eq!(rows, ["d: \"4\" | d: \"4\"", "e: 5 | e: 5", "f: 6 |  !"]);
}

#[test]
fn items_of_lists_stand_beside_those_they_were_lined_up_with() {
    let reference = Made::json(r#"{"runs":["one","two","three","four"]}"#);
    let candidate = Made::json(r#"{"runs":["one","two","3","four"]}"#);
    let rows = context(&reference, &candidate);
    let middle = rows.iter().find(|row| row.ends_with('!')).expect("the place");
    assert_eq!(middle, "[2] \"three\" | [2] \"3\" !");
    assert_eq!(rows.len(), 4);
}

#[test]
fn lines_and_elements_have_a_context_too() {
    let rows = context(&Made::text("a\nb\nold\nc\nd\ne"), &Made::text("a\nb\nnew\nc\nd\ne"));
    assert_eq!(rows, ["a | a", "b | b", "old | new !", "c | c", "d | d"]);
    let page = |name: &str| {
        let body = format!("<!doctype html><html><body><p class=\"who\">Hi <b>{name}</b></p></body></html>");
        Made::new(200, "text/html; charset=utf-8", body)
    };
    assert_eq!(context(&page("Zoë"), &page("Bo")), ["<b>Zoë | <b>Bo !"]);
}

#[test]
fn what_would_be_long_is_cut() {
    let made = |value: &str| Made::json(&format!(r#"{{"a":"{}","b":"{value}"}}"#, "x".repeat(5000)));
    let report = run(&[("/x", made("1"), made("2"))]);
    let rows = &report.findings[0].context;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().flat_map(|row| &row.reference).all(|text| text.chars().count() <= 101));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_finding_is_in_one_group_and_only_samples_have_a_context(
        asked in proptest::collection::vec(("/(runs|walks)/[0-9]{1,2}", 0..3u8, 0..3u8, 0..2u8), 1..20)
    ) {
        let made = |a: u8, b: u8| Made::json(&format!(r#"{{"a":{a},"b":[{b},{b}],"c":"z"}}"#));
        let mut seen = BTreeSet::new();
        let asked: Vec<_> = asked
            .iter()
            .filter(|(path, ..)| seen.insert(path.clone()))
            .map(|(path, a, b, other)| (path.as_str(), made(*a, *b), made(a + other, b + other)))
            .collect();
        let report = run(&asked);
        let mut held: Vec<usize> = report.groups.iter().flat_map(|group| group.findings.clone()).collect();
        held.sort_unstable();
        prop_assert_eq!(held, (0..report.findings.len()).collect::<Vec<_>>());
        for group in &report.groups {
            prop_assert!(!group.samples.is_empty() && group.samples.len() <= SAMPLES);
            prop_assert!(group.samples.iter().all(|at| group.findings.contains(at)));
            for at in &group.findings {
                let finding = &report.findings[*at];
                prop_assert_eq!(finding.code, group.code);
                prop_assert!(group.environments.contains(&finding.environment));
                prop_assert!(finding.context.is_empty() || group.samples.contains(at));
            }
        }
    }
}
