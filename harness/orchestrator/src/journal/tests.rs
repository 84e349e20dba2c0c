//! What is written reads back, whatever the order, and a torn end costs one line.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use envparity_config::{Rule, Verb};
use envparity_core::Redaction;
use envparity_model::{
    AssertResult, BodyRef, Capture, CaseId, Exchange, HeaderLine, JOURNAL_SCHEMA, JournalLine, Masker,
    Outcome, Response, Sample, Timing,
};
use envparity_runner::Recorder;

use super::{Bodies, Journal, file_name, read_recording};

fn header() -> JournalLine {
    JournalLine::Header(HeaderLine {
        schema: JOURNAL_SCHEMA,
        tool: "test".to_owned(),
        run: "run".to_owned(),
        environment: "qa".to_owned(),
        started: "2026-11-24T10:00:00Z".to_owned(),
        started_ms: 0,
        seed: "00".to_owned(),
        key: "key".to_owned(),
        config_digest: String::new(),
        suite_digest: String::new(),
        cases: Vec::new(),
        setup: Vec::new(),
        teardown: Vec::new(),
    })
}

fn record(journal: &Journal, number: usize, sample: Sample, body: &[u8], value: &str) {
    let sink = journal.sink();
    let mut exchange = exchange(number, sample, value);
    if let Outcome::Response(response) = &mut exchange.outcome {
        response.body = sink.body(body, false, None);
    }
    sink.exchange("qa", exchange);
}

fn exchange(number: usize, sample: Sample, value: &str) -> Exchange {
    let response = Response {
        version: "HTTP/1.1".to_owned(),
        status: 200,
        headers: vec![("x-value".to_owned(), value.to_owned())],
        body: BodyRef { sha256: String::new(), size: 0, truncated: false, undecoded: None },
        hops: Vec::new(),
    };
    Exchange {
        case: case(number),
        sample,
        attempt: 1,
        first_failure: None,
        request: None,
        outcome: Outcome::Response(response),
        captures: Vec::new(),
        asserts: Vec::new(),
        timing: Timing::default(),
    }
}

fn case(number: usize) -> CaseId {
    CaseId::new(format!("suite GET /{number}"))
}

fn value_of(exchange: &Exchange) -> &str {
    match &exchange.outcome {
        Outcome::Response(response) => response.header("x-value").unwrap_or_default(),
        _ => "",
    }
}

fn written(folder: &Path, count: usize) -> Journal {
    let journal = Journal::create(folder, Masker::default(), Redaction::default()).unwrap();
    journal.line("qa", &header());
    for number in 0..count {
        // Lines longer than what is read at once, and shorter ones.
        let value = "v".repeat(if number % 7 == 3 { 100_000 } else { number });
        record(&journal, number, Sample::Primary, format!("body {number}").as_bytes(), &value);
    }
    assert_eq!(journal.broken(), None);
    journal
}

#[test]
fn exchanges_read_back_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let journal = written(folder.path(), 200);
    record(&journal, 5, Sample::Control, b"control", "control");
    record(&journal, 5, Sample::Primary, b"", "asked again");
    let recording = read_recording(&folder.path().join(file_name("qa")), "qa").unwrap();
    let bodies = Bodies::of(folder.path());
    for number in (0..200).rev().chain([0, 199, 3, 4, 100]) {
        let exchange = recording.exchange(&case(number), Sample::Primary).unwrap().unwrap();
        assert_eq!(exchange.case, case(number));
        let body = bodies.of_response(&exchange).unwrap();
        if number == 5 {
            assert_eq!((value_of(&exchange), body.as_slice()), ("asked again", &b""[..]));
        } else {
            assert_eq!(body, format!("body {number}").as_bytes());
            assert_eq!(value_of(&exchange).len(), if number % 7 == 3 { 100_000 } else { number });
        }
    }
    let control = recording.exchange(&case(5), Sample::Control).unwrap().unwrap();
    assert_eq!(value_of(&control), "control");
    assert!(recording.exchange(&case(6), Sample::Control).unwrap().is_none());
    assert!(recording.exchange(&case(200), Sample::Primary).unwrap().is_none());
}

#[test]
fn a_torn_last_line_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    drop(written(folder.path(), 3));
    let path = folder.path().join(file_name("qa"));
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(br#"{"type":"exchange","case":"suite GET /1","sample":"primary","att"#).unwrap();
    let recording = read_recording(&path, "qa").unwrap();
    let exchange = recording.exchange(&case(1), Sample::Primary).unwrap().unwrap();
    assert_eq!(value_of(&exchange), "v");
}

#[test]
fn a_journal_that_shrank_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    drop(written(folder.path(), 3));
    let path = folder.path().join(file_name("qa"));
    let recording = read_recording(&path, "qa").unwrap();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(20).unwrap();
    assert!(recording.exchange(&case(2), Sample::Primary).is_err());
}

#[test]
fn secrets_reach_neither_lines_nor_bodies() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(folder.path(), Masker::new(b"key".to_vec()), Redaction::default()).unwrap();
    journal.line("qa", &header());
    let sink = journal.sink();
    sink.secret("hunter22");
    record(&journal, 0, Sample::Primary, b"is hunter22 it", "hunter22");
    let lines = std::fs::read_to_string(folder.path().join(file_name("qa"))).unwrap();
    assert!(!lines.contains("hunter22") && lines.contains("[masked:"), "{lines}");
    let recording = read_recording(&folder.path().join(file_name("qa")), "qa").unwrap();
    let exchange = recording.exchange(&case(0), Sample::Primary).unwrap().unwrap();
    let body = Bodies::of(folder.path()).of_response(&exchange).unwrap();
    let body = String::from_utf8(body).unwrap();
    assert!(body.starts_with("is [masked:") && body.ends_with(" it"), "{body}");
}

#[test]
fn what_a_rule_redacts_is_written_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let rule = Rule {
        case: None,
        at: "$.pin".to_owned(),
        verb: Verb::Redact,
        reason: None,
        origin: "parity.toml:1".to_owned(),
    };
    let journal =
        Journal::create(folder.path(), Masker::new(b"key".to_vec()), Redaction::new(&[rule])).unwrap();
    journal.line("qa", &header());
    for (number, pin) in [(0, "\"4711\""), (1, "4711"), (2, "\"sesame-open\"")] {
        let sink = journal.sink();
        let mut exchange = exchange(number, Sample::Primary, pin);
        let mut body = format!("{{\"pin\":{pin}}}").into_bytes();
        let value: serde_json::Value = serde_json::from_str(pin).unwrap();
        exchange.captures.push(Capture { name: "code".to_owned(), value });
        exchange.asserts.push(AssertResult {
            line: 1,
            text: "jsonpath \"$.pin\" == \"x\"".to_owned(),
            passed: false,
            actual: Some(format!("value <{pin}>")),
            timed: false,
        });
        sink.redact(&mut exchange, &mut body);
        if let Outcome::Response(response) = &mut exchange.outcome {
            response.headers.clear();
            response.body = sink.body(&body, false, None);
        }
        sink.exchange("qa", exchange);
    }
    // Long enough to be looked for: in a header of a later answer, too.
    record(&journal, 3, Sample::Primary, b"", "see sesame-open");
    let lines = std::fs::read_to_string(folder.path().join(file_name("qa"))).unwrap();
    assert!(!lines.contains("4711") && !lines.contains("sesame"), "{lines}");
    let recording = read_recording(&folder.path().join(file_name("qa")), "qa").unwrap();
    let body = |number: usize| {
        let exchange = recording.exchange(&case(number), Sample::Primary).unwrap().unwrap();
        String::from_utf8(Bodies::of(folder.path()).of_response(&exchange).unwrap()).unwrap()
    };
    assert!((0..3).all(|number| body(number).starts_with("{\"pin\":\"[masked:")));
    assert_ne!(body(0), body(1), "a text is no number");
}
