//! What must hold of any text, and of any response.

use std::collections::HashSet;
use std::time::Duration;

use envparity_suite::{Observed, SuiteFile, SyntaxError, parse};
use proptest::prelude::*;

use crate::support::World;

const VALID: &str = include_str!("valid.hurl");

/// Pieces that suites are made of, and pieces that break them.
const PIECES: [&str; 64] = [
    "GET {{base}}/x",
    "POST http://h/{{id}}?a=b",
    "HTTP 200",
    "HTTP/1.1 *",
    "HTTP",
    "A: b",
    "a: {{id}}",
    "[Query]",
    "[Form]",
    "[Multipart]",
    "f: file,data.bin; text/plain",
    "[Cookies]",
    "[BasicAuth]",
    "[Options]",
    "retry: 3",
    "variable: a=1",
    "delay: 1s",
    "[Captures]",
    "c: jsonpath \"$.a\" toInt",
    "d: header \"X\" redact",
    "[Asserts]",
    "status == 200",
    "jsonpath \"$..a[?(@.b>1)]\" count == 2",
    "body matches /a\\/b/",
    "bytes contains hex,00;",
    "cookie \"a[Path]\" not exists",
    "{\"a\": [1, {{id}}, \"{{name}}\"]}",
    "{\n  \"a\": 1E5\n}",
    "<a b=\"c\">&amp;</a>",
    "<!-- x --><a/>",
    "`text {{id}}`",
    "```json\n{}\n```",
    "```raw\n{{x}}\n```",
    "base64,YQ==;",
    "hex,00ff;",
    "file,data.bin;",
    "# comment",
    "# parity: id=one",
    "",
    "  ",
    "{{",
    "}}",
    "{{newUuid}}",
    "\\",
    "\\u{41}",
    "\\u{",
    "\"",
    "`",
    "```",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "/",
    "#",
    ":",
    ";",
    "\t",
    "\r",
    "é",
    "\u{0}",
    "0",
];

fn pieces() -> impl Strategy<Value = String> {
    let piece =
        (proptest::sample::select(&PIECES[..]), proptest::sample::select(&["\n", "\n", "\n", "", " "][..]));
    proptest::collection::vec(piece, 0..30)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, end)| [piece, end]).collect())
}

/// A valid suite with a few places overwritten.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0..12_usize, proptest::sample::select(&PIECES[..]));
    proptest::collection::vec(edit, 1..4).prop_map(|edits| {
        let mut text: Vec<char> = VALID.chars().collect();
        for (at, length, piece) in edits {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, piece.chars());
        }
        text.into_iter().collect()
    })
}

/// Reads a text, and uses what comes of it.
fn exercise(text: &str, status: u16, body: &[u8]) {
    match parse("suites/x.hurl", text) {
        Ok(suite) => run(&suite, status, body),
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in &errors {
                assert_within(text, error);
            }
        }
    }
}

fn run(suite: &SuiteFile, status: u16, body: &[u8]) {
    let world = World::new();
    let headers = [
        ("content-type".to_owned(), "application/json".to_owned()),
        ("set-cookie".to_owned(), String::from_utf8_lossy(body).into_owned()),
    ];
    let observed =
        Observed { version: "HTTP/1.1", status, headers: &headers, body, url: "", duration: Duration::ZERO };
    let mut ids = HashSet::new();
    for entry in &suite.entries {
        assert!(ids.insert(entry.place.id.clone()), "id {} is given twice", entry.place.id);
        let context = world.context();
        let _ = entry.options(&context);
        if let Ok(request) = entry.render(&context) {
            assert_eq!(request, entry.render(&context).expect("the same request"));
        }
        let evaluation = entry.evaluate(&observed, &context);
        assert!(evaluation.asserts.iter().all(|assert| assert.passed == assert.actual.is_none()));
        let _ = (entry.needs(), entry.sets(), entry.redacted());
    }
}

fn assert_within(text: &str, error: &SyntaxError) {
    let line = text.split('\n').nth(error.line as usize - 1).expect("a line of the text");
    assert!(error.column as usize <= line.chars().count() + 1, "{error}");
    assert!(error.message.starts_with(|c: char| !c.is_uppercase() || c == 'J'), "{error}");
}

#[test]
fn the_valid_suite_is_valid() {
    let suite = crate::support::suite(VALID);
    assert!(suite.entries.len() > 5);
    run(&suite, 200, b"{\"a\": 1}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), body: Vec<u8>) {
        exercise(&text, 200, &body);
    }

    #[test]
    fn any_pieces_are_read_or_refused(text in pieces(), status in 100..600_u16, body: Vec<u8>) {
        exercise(&text, status, &body);
    }

    #[test]
    fn a_damaged_suite_is_read_or_refused(text in mutated(), body in "[\\[\\]{}\":,a-c0-9.eE -]{0,40}") {
        exercise(&text, 200, body.as_bytes());
    }

    #[test]
    fn the_end_may_come_anywhere(at in any::<prop::sample::Index>()) {
        let end = at.index(VALID.chars().count());
        exercise(&VALID.chars().take(end).collect::<String>(), 200, b"");
    }
}

#[test]
fn requests_do_not_depend_on_line_endings() {
    let unix = crate::support::suite("GET {{base}}/x\nA: b\n[Query]\nc: d\n\nHTTP 200\n");
    let windows = crate::support::suite("GET {{base}}/x\r\nA: b\r\n[Query]\r\nc: d\r\n\r\nHTTP 200\r\n");
    let world = World::new();
    assert_eq!(unix.entries[0].render(&world.context()), windows.entries[0].render(&world.context()));
}
