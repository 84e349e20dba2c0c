use junit_report::OffsetDateTime;
use proptest::prelude::*;
use quick_xml::{Reader, events::Event};

use super::*;
use crate::fixtures;

/// Tests in the document, after proof that it is well-formed: tags match, attributes read, every character is
/// one that XML 1.0 allows.
fn names(xml: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(xml).expect("UTF-8");
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    assert!(text.chars().all(allowed), "a character that XML forbids");
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut depth = 0;
    let mut names = Vec::new();
    loop {
        let event = reader.read_event().expect("well-formed");
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                let attributes: Vec<_> = tag.attributes().map(|a| a.expect("an attribute")).collect();
                if tag.name().as_ref() == b"testcase" {
                    let name = attributes.iter().find(|a| a.key.as_ref() == b"name").expect("a name");
                    names.push(
                        name.normalized_value(quick_xml::XmlVersion::Implicit1_0)
                            .expect("a value")
                            .into_owned(),
                    );
                }
            }
            Event::Eof => break,
            _ => {}
        }
        depth += match event {
            Event::Start(_) => 1,
            Event::End(_) => -1,
            _ => 0,
        };
    }
    assert_eq!(depth, 0);
    names
}

/// Cases × candidates, three tests per candidate, one for the run.
fn expected(report: &Report) -> usize {
    let candidates = View::new(report).candidates().count();
    report.coverage.case_ids.len() * candidates + 3 * candidates + 1
}

fn results(report: &Report) -> String {
    let xml = String::from_utf8(junit(report)).expect("UTF-8");
    xml.replace("><", ">\n<")
}

#[test]
fn fixtures_say_what_they_did() {
    for (name, report) in fixtures::all().into_iter().filter(|(name, _)| *name != "hostile") {
        insta::assert_snapshot!(name, results(&report));
    }
}

#[test]
fn every_fixture_has_its_tests_under_unlike_names() {
    for (name, report) in fixtures::all() {
        let mut names = names(&junit(&report));
        assert_eq!(names.len(), expected(&report), "{name}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), expected(&report), "{name}");
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for (name, report) in fixtures::all() {
        assert_eq!(junit(&report), junit(&report.clone()), "{name}");
    }
}

#[test]
fn a_case_that_nobody_says_was_compared_does_not_pass() {
    let mut report = fixtures::parity();
    report.coverage.compared = 2;
    let xml = results(&report);
    assert_eq!(xml.matches("does not say that this case was compared").count(), 3);
    report.coverage.compared = 3;
    assert!(!results(&report).contains("<error"));
}

#[test]
fn cases_that_are_not_listed_are_an_error() {
    let mut report = fixtures::parity();
    report.coverage.cases = 5;
    assert!(results(&report).contains("2 cases not listed"));
}

#[test]
fn a_failing_run_has_a_failing_test() {
    let mut report = fixtures::parity();
    report.exit_code = 1;
    assert!(results(&report).contains("<failure"));
    for exit_code in [3, 5, 70, 130] {
        report.exit_code = exit_code;
        assert!(results(&report).contains("<error"), "{exit_code}");
    }
}

#[test]
fn a_start_that_cannot_be_read_is_the_epoch() {
    let mut report = fixtures::parity();
    for bad in ["", "yesterday", "-009999-01-02T00:00:00Z", "2026-13-01T00:00:00Z"] {
        report.started = bad.to_owned();
        assert_eq!(started(&report), OffsetDateTime::UNIX_EPOCH, "{bad}");
        junit(&report);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_gives_well_formed_xml_with_exactly_its_tests(
        text in prop_oneof![
            any::<String>(),
            "[\\]>\\[<!&;'\"CDAT\\x00-\\x1f]{0,40}",
            "(\\]\\]>|<testcase/>|</testsuite>|\u{fffe}|\u{1b}|&#0;){1,8}",
        ]
    ) {
        let report = fixtures::poisoned(&text);
        let xml = junit(&report);
        prop_assert_eq!(names(&xml).len(), expected(&report));
    }
}
