//! What must hold of any text, and of any response.

use std::collections::HashSet;
use std::time::Duration;

use envparity_suite::{Observed, SuiteFile, SyntaxError, parse};
use proptest::prelude::*;

use crate::support::World;

const VALID: &str = include_str!("valid.hurl");

/// Pieces that suites are made of, and pieces that break them.
const PIECES: [&str; 70] = [
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
    "xpath \"//a[@b='1']/text()\" count == 1",
    "x: xpath \"string(//p[last()])\"",
    "redirects nth 0 location == \"x\"",
    "certificate \"Subject\" exists",
    "```graphql\n{ a }\nvariables {\"b\": {{id}}}\n```",
    "aws-sigv4: aws:amz:eu:s3",
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
    let observed = Observed {
        version: "HTTP/1.1",
        status,
        headers: &headers,
        body,
        raw_body: body,
        redirects: &[(302, String::new())],
        ip: None,
        certificate: Some(body),
        url: "",
        duration: Duration::ZERO,
    };
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

/// Pieces of documents, and pieces that break them.
const TAGS: [&str; 40] = [
    "<a>",
    "</a>",
    "<p class='x'>",
    "</p>",
    "<br/>",
    "<table>",
    "<tr>",
    "<td>",
    "</table>",
    "<script>",
    "</script>",
    "<!-- c -->",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x y?>",
    "<!DOCTYPE a [<!ENTITY e 'f'>]>",
    "&e;",
    "&amp;",
    "&#x41;",
    "&#0;",
    "&",
    "<",
    ">",
    "</",
    "<a b",
    "='",
    "\"",
    "é",
    "\u{feff}",
    " ",
    "\r\n",
    "<html>",
    "<body>",
    "</body>",
    "</html>",
    "<x:a xmlns:x='u'>",
    "<head>",
    "text",
];

/// Pieces of XPaths, and pieces that break them.
const PATHS: [&str; 40] = [
    "/",
    "//",
    "a",
    "*",
    "@",
    "@b",
    "[",
    "]",
    "[1]",
    "(",
    ")",
    "text()",
    "node()",
    "..",
    ".",
    "::",
    "ancestor::",
    "preceding::",
    "following-sibling::",
    "|",
    " and ",
    " or ",
    " div ",
    " mod ",
    "=",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "1",
    "1.5e3",
    "'x'",
    "count(",
    "string(",
    "substring(",
    ",",
    "last()",
    "position()",
    "x:",
];

fn some_of(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(pieces), 0..25).prop_map(|pieces| pieces.concat())
}

/// Evaluates an XPath on a body of each kind.
fn look_into(body: &str, path: &str) {
    for media_type in ["text/html", "application/xml"] {
        let reply = crate::support::Reply::new(body).header("content-type", media_type);
        let path = path.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!("GET http://h/\nHTTP 200\n[Captures]\nx: xpath \"{path}\"\n");
        if parse("suites/x.hurl", &text).is_ok() {
            let _ = reply.capture(&format!("xpath \"{path}\""));
            let _ = reply.capture(&format!("body xpath \"{path}\""));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_document_can_be_looked_into(body in some_of(&TAGS), path in some_of(&PATHS)) {
        look_into(&body, &path);
        look_into(&body, "string(//a[last()]/following::node())");
    }

    #[test]
    fn any_text_may_be_a_document(body: String, path in "[^\\n\\r\\t{}]{0,20}") {
        look_into(&body, &path);
    }
}

#[test]
fn hostile_documents_are_bounded() {
    let reply = |body: String| crate::support::Reply::new(body).header("content-type", "application/xml");
    let deep = reply("<a>".repeat(100_000));
    assert!(deep.capture("xpath \"count(//a)\"").expect_err("too deep").contains("nests deeper than 512"));
    let large = reply(format!("<a>{}</a>", "<b/>".repeat(1_100_000)));
    assert!(
        large.capture("xpath \"count(//b)\"").expect_err("too large").contains("more than 1000000 nodes")
    );
    let wide = reply(format!("<a>{}</a>", "<b/>".repeat(10_000)));
    let slow = wide.capture("xpath \"count(//b[count(preceding-sibling::b) > 3])\"");
    assert!(slow.expect_err("too slow").contains("looks at more than"));
    let laughs: String = (1..20).map(|i| format!("<!ENTITY e{i} '&e{};&e{};'>", i - 1, i - 1)).collect();
    let bomb = reply(format!("<!DOCTYPE a [<!ENTITY e0 'ha'>{laughs}]><a>&e19;</a>"));
    assert!(bomb.capture("xpath \"string(/)\"").expect_err("a bomb").contains("grows out of bounds"));
    let path = format!("{}1{}", "(".repeat(5000), ")".repeat(5000));
    let text = format!("GET http://h/\nHTTP 200\n[Asserts]\nxpath \"{path}\" == 1");
    assert!(crate::support::errors(&text).contains("XPath nests deeper than 32"));
    let long = format!("xpath \"1{}\"", " + 1".repeat(50_000));
    assert!(wide.capture(&long).is_ok());
}
