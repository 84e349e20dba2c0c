//! What stands between `HTTP` and the sections: status line, header lines, body.

use envparity_model::AssertResult;

use crate::support::Reply;

fn json() -> Reply {
    Reply::new("{\"a\": 1}\n")
        .header("content-type", "application/json")
        .header("x-a", "1")
        .header("x-a", "2")
}

#[track_caller]
fn last(reply: &Reply, response: &str) -> AssertResult {
    reply.evaluate(response).asserts.pop().expect("an assert")
}

#[track_caller]
fn found(reply: &Reply, response: &str) -> Option<String> {
    let result = last(reply, response);
    assert_eq!(result.passed, result.actual.is_none());
    result.actual
}

#[test]
fn the_status_line_names_version_and_status() {
    for holds in ["HTTP 200", "HTTP/1.1 200", "HTTP *", "HTTP/1.1 *   # any"] {
        assert_eq!(found(&json(), holds), None, "{holds}");
    }
    assert_eq!(found(&json(), "HTTP 201").as_deref(), Some("200"));
    assert_eq!(found(&json(), "HTTP/1.0 200").as_deref(), Some("HTTP/1.1 200"));
    let mut second = json();
    second.version = "HTTP/2.0";
    assert_eq!(found(&second, "HTTP/2 200"), None);
    let result = last(&json(), "HTTP/1.1 *   # any");
    assert_eq!((result.text.as_str(), result.line), ("HTTP/1.1 *", 2));
}

#[test]
fn an_entry_without_a_response_expects_nothing() {
    let evaluation = json().evaluate("");
    assert!(evaluation.asserts.is_empty() && evaluation.captures.is_empty());
}

#[test]
fn when_the_status_does_not_hold_it_is_the_only_assert_but_captures_are_tried() {
    let evaluation =
        json().evaluate("HTTP 500\nX-A: 9\n[Captures]\na: jsonpath \"$.a\"\n[Asserts]\nstatus == 200");
    assert_eq!(evaluation.asserts.len(), 1);
    assert_eq!(evaluation.captures.len(), 1);
}

#[test]
fn one_of_several_header_values_is_enough() {
    for holds in ["X-A: 1", "x-a: 2", "Content-Type: application/json"] {
        assert_eq!(found(&json(), &format!("HTTP 200\n{holds}")), None, "{holds}");
    }
    assert_eq!(found(&json(), "HTTP 200\nX-A: 3").as_deref(), Some("[\"1\", \"2\"]"));
    assert_eq!(found(&json(), "HTTP 200\nContent-Type: text/plain").as_deref(), Some("application/json"));
    assert_eq!(found(&json(), "HTTP 200\nX-None: 1").as_deref(), Some("none"));
    assert_eq!(found(&json(), "HTTP 200\nX-A: {{nope}}").as_deref(), Some("variable `nope` has no value"));
}

#[test]
fn an_expected_body_is_compared_as_text_or_bytes() {
    for holds in [
        "```\n{\"a\": 1}\n```",
        "```raw\n{\"a\": 1}\n```",
        "```json\n{\"a\": 1}\n```",
        "`{\"a\": 1}\\n`",
        "hex,7b2261223a20317d0a;",
        "base64,eyJhIjogMX0K;",
    ] {
        assert_eq!(found(&json(), &format!("HTTP 200\n{holds}")), None, "{holds}");
    }
    let reply = Reply::new("{\"a\": 7}");
    assert_eq!(found(&reply, "HTTP 200\n{\"a\": {{id}}}"), None);
    assert_eq!(found(&reply, "HTTP 200\n{\"a\":7}").as_deref(), Some("string <{\"a\": 7}>"));
    assert_eq!(found(&Reply::new(vec![0, 1, 255]), "HTTP 200\nfile,data.bin;"), None);
    assert_eq!(found(&Reply::new(vec![0, 1]), "HTTP 200\nfile,data.bin;").as_deref(), Some("bytes <0001>"));
    let gone = found(&json(), "HTTP 200\nfile,gone.bin;");
    assert_eq!(gone.as_deref(), Some("cannot read file `gone.bin`: no such file"));
}

#[test]
fn a_body_assert_shows_its_first_line() {
    let result = last(&json(), "HTTP 200\n{\n  \"a\": 1\n}");
    assert_eq!((result.line, result.text.as_str(), result.passed), (3, "{ …", false));
}

#[test]
fn text_is_decoded_by_its_charset() {
    let latin = Reply::new(b"h\xe9".to_vec());
    assert_eq!(found(&latin, "HTTP 200\n`hé`").as_deref().map(|found| &found[..8]), Some("no UTF-8"));
    let latin = latin.header("content-type", "text/plain; charset=ISO-8859-1");
    assert_eq!(found(&latin, "HTTP 200\n`hé`"), None);
    let unknown = Reply::new("x").header("content-type", "text/plain; charset=nope");
    assert_eq!(found(&unknown, "HTTP 200\n`x`").as_deref(), Some("unknown charset `nope`"));
    assert_eq!(found(&unknown, "HTTP 200\nhex,78;"), None);
}
