//! `[Captures]`.

use envparity_suite::{Number, Value};

use crate::support::Reply;

fn reply() -> Reply {
    Reply::new(
        r#"{"id": 12345678901234567890, "rate": 1.50, "on": true, "none": null, "tags": ["a", "b"], "one": ["a"],
            "at": "2026-11-24T09:58:00+01:00", "o": {"k": 1}}"#,
    )
    .header("content-type", "application/json")
    .header("x-a", "1")
    .header("x-b", "1")
    .header("x-b", "2")
    .header("set-cookie", "sid=abc; Secure; Max-Age=60; Expires=Tue, 24 Nov 2026 09:58:00 GMT")
}

#[track_caller]
fn value(query: &str) -> Value {
    reply().capture(query).expect("a value")
}

#[track_caller]
fn reason(query: &str) -> String {
    reply().capture(query).expect_err("a failed capture")
}

#[test]
fn values_keep_their_type_and_lexeme() {
    let json = |query| value(query).to_json().to_string();
    assert_eq!(json("jsonpath \"$.id\""), "12345678901234567890");
    assert_eq!(json("jsonpath \"$.rate\""), "1.50");
    assert_eq!(json("jsonpath \"$.on\""), "true");
    assert_eq!(json("jsonpath \"$.none\""), "null");
    assert_eq!(json("jsonpath \"$.tags\""), "[\"a\",\"b\"]");
    assert_eq!(json("jsonpath \"$.o\""), "{\"k\":1}");
    assert_eq!(json("status"), "200");
    assert_eq!(json("version"), "\"1.1\"");
    assert_eq!(json("url"), "\"http://localhost:4567/final\"");
    assert_eq!(json("duration"), "12");
    assert_eq!(json("header \"X-A\""), "\"1\"");
    assert_eq!(json("header \"X-B\""), "[\"1\",\"2\"]");
    assert_eq!(json("jsonpath \"$.at\" toDate \"%+\""), "\"2026-11-24T08:58:00.000000Z\"");
    assert_eq!(json("bytes base64Encode base64Decode"), json("bytes"));
    assert_eq!(json("cookie \"sid[Secure]\""), "true");
    assert_eq!(json("variable \"id\""), "7");
}

#[test]
fn a_path_gives_a_list_only_of_several() {
    assert_eq!(value("jsonpath \"$.one[*]\""), Value::from("a"));
    assert_eq!(value("jsonpath \"$.tags[*]\""), Value::List(vec!["a".into(), "b".into()]));
    assert_eq!(reason("jsonpath \"$.tags[?@ == 'z']\""), "the query found nothing");
}

#[test]
fn a_capture_that_finds_nothing_says_why() {
    for (query, why) in [
        ("jsonpath \"$.nope\"", "the query found nothing"),
        ("header \"nope\"", "the query found nothing"),
        ("regex /nope(.)/", "the query found nothing"),
        ("jsonpath \"$.at\" regex /x(.)/", "the filters found nothing"),
        ("jsonpath \"$.nope\" count", "the query found nothing"),
        ("jsonpath \"$.tags\" nth 2", "no element 2 in a list of 2"),
        ("jsonpath \"$.{{nope}}\"", "variable `nope` has no value"),
        ("regex \"({{name}}\"", "`(a \"b\" é` is no regular expression"),
    ] {
        assert_eq!(reason(query), why, "{query}");
    }
    let text = Reply::new("hello").capture("jsonpath \"$.a\"").expect_err("no JSON");
    assert!(text.starts_with("the body is no JSON: expected value"), "{text}");
}

#[test]
fn one_failed_capture_does_not_hide_the_next() {
    let evaluation = reply().evaluate(
        "HTTP *\n[Captures]\na: jsonpath \"$.rate\"\nb: header \"nope\"\nc{{id}}: variable \"a\"\n{{nope}}: status\n\
         d: variable \"b\"\n[Asserts]\nvariable \"c7\" == 1.5",
    );
    let rate = Value::Number(Number::from_lexeme("1.50").expect("a number"));
    assert_eq!(evaluation.captures, [("a".to_owned(), rate.clone()), ("c7".to_owned(), rate)]);
    let failed: Vec<_> = evaluation.failed_captures.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(failed, ["b", "?", "d"]);
    assert!(evaluation.asserts.iter().all(|assert| assert.passed));
}

#[test]
fn a_captured_float_renders_as_hurl_does() {
    assert_eq!(value("jsonpath \"$.rate\" toString"), Value::from("1.5"));
    assert_eq!(value("jsonpath \"$.id\" toString"), Value::from("12345678901234567890"));
}

#[test]
fn bare_text_becomes_a_typed_value() {
    for (text, value) in [
        ("7", Value::from(7)),
        ("true", Value::Bool(true)),
        ("null", Value::Null),
        ("\"7\"", Value::from("7")),
        ("007", Value::from("007")),
        ("a b", Value::from("a b")),
        ("\"", Value::from("\"")),
    ] {
        assert_eq!(Value::from_bare(text), value, "{text}");
    }
}
