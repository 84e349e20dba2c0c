//! What is wrong with a suite, where, and what to write instead.

use crate::support::errors;

/// Each text with its errors.
fn shown(texts: &[&str]) -> String {
    let one = |text: &&str| {
        format!("{text}\n=> {}\n", errors(text).replace("\n\n", "\n   ").replace("--\n", "=> "))
    };
    texts.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// A response with these lines.
fn in_response(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| format!("GET {{{{base}}}}/\nHTTP 200\n{line}")).collect()
}

fn shown_in_response(lines: &[&str]) -> String {
    let texts = in_response(lines);
    shown(&texts.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn request_lines() {
    insta::assert_snapshot!(shown(&[
        "get {{base}}/",
        "GET",
        "GET ",
        "GET /x",
        "GET localhost:4567/x",
        "GET {{base}}/a\tb",
        "GET {{base}}/{{id",
        "GET {{base}}/{{}}",
        "GET {{base}}/{{id | toInt}}",
        "GET {{base}}/\\x",
        "GET {{base}}/\\u{d800}",
        "HTTP 200",
        "hello",
        "GET {{base}}/\nhello there\n",
        "GET {{base}}/\nX Y: z\n",
        "GET {{base}}/\nHTTP 200\nHTTP 201\n",
    ]));
}

#[test]
fn responses() {
    insta::assert_snapshot!(shown(&[
        "GET {{base}}/\nHTTP",
        "GET {{base}}/\nHTTP ok",
        "GET {{base}}/\nHTTP/4 200",
        "GET {{base}}/\nHTTP 2000",
        "GET {{base}}/\nHTTP 200 OK",
        "GET {{base}}/\n[Asserts]\nstatus == 200",
        "GET {{base}}/\nHTTP 200\n[Query]\na: b",
        "GET {{base}}/\nHTTP 200\n[Asserts]\n[Asserts]",
    ]));
}

#[test]
fn sections() {
    insta::assert_snapshot!(shown(&[
        "GET {{base}}/\n[Params]\na: b",
        "GET {{base}}/\n[Query]\na: b\n[QueryStringParams]\nc: d",
        "GET {{base}}/\n[BasicAuth]\na: b\nc: d",
        "GET {{base}}/\n[Form]\na: b\n{}",
        "GET {{base}}/\n[Multipart]\na: file,x",
        "GET {{base}}/\n[Multipart]\na: file,;",
        "GET {{base}}/\n[Multipart]\na: file,my file.txt;",
    ]));
}

#[test]
fn bodies() {
    let bodies = [
        "{\"a\": 1,}",
        "{\"a\": 01}",
        "{\"a\": 1e}",
        "{\"a\" 1}",
        "{'a': 1}",
        "{\"a\": tru}",
        "[1 2]",
        "{\"a\": \"\\x\"}",
        "{\"a\": \"\\ud83d\"}",
        "{\"a\": \"b\nc\"}",
        "{\"a\": [1, 2",
        "{\"a\": {{b} }",
        "{} {}",
        "<a><b></a>",
        "<a b=c/>",
        "<a>&x;</a>",
        "<a b='1' b='2'/>",
        "<a>",
        "<?xml version='1'?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<?xml encoding='utf-8'?><a/>",
        "`a",
        "```",
        "```yaml\na: b\n```",
        "```graphql\n{ a }\nvariables 1\n```",
        "```graphql\n{ a }\nvariables {\"a\": }\n```",
        "```graphql\n{ a }",
        "```hex\n00\n```",
        "```\nabc",
        "base64,@;",
        "base64,a;",
        "hex,0;",
        "hex,0g;",
        "file,x",
        "[true]",
    ];
    let texts: Vec<_> = bodies.iter().map(|body| format!("POST {{{{base}}}}/\n{body}")).collect();
    insta::assert_snapshot!(shown(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn asserts_and_captures() {
    insta::assert_snapshot!(shown_in_response(&[
        "[Asserts]\nstatus",
        "[Asserts]\nstatus ==",
        "[Asserts]\nstatus == 200 201",
        "[Asserts]\nstatus equals 200",
        "[Asserts]\nstatus isGood",
        "[Asserts]\nstatus > true",
        "[Asserts]\nstatus == 1e5",
        "[Asserts]\nstatus == 007",
        "[Asserts]\nstate == 200",
        "[Asserts]\nbody startsWith 1",
        "[Asserts]\nbody matches /(/",
        "[Asserts]\nbody matches /x",
        "[Asserts]\nbody matches \"(\"",
        "[Asserts]\nbody == \"x",
        "[Asserts]\nbody nth x == 1",
        "[Asserts]\nheader X exists",
        "[Asserts]\ncookie \"a[Color]\" exists",
        "[Asserts]\njsonpath \"a.b\" == 1",
        "[Asserts]\njsonpath \"$.a[?(@.b=1)]\" == 1",
        "[Captures]\na:",
        "[Captures]\na: body x",
        "[Captures]\na: body redact x",
    ]));
}

#[test]
fn xpaths_and_certificates() {
    insta::assert_snapshot!(shown_in_response(&[
        "[Asserts]\nxpath \"//a[\" exists",
        "[Asserts]\nxpath \"nope(1)\" exists",
        "[Asserts]\nxpath \"count(1, 2)\" exists",
        "[Asserts]\nxpath \"namespace::*\" exists",
        "[Asserts]\nxpath \"$x\" exists",
        "[Asserts]\nxpath //a exists",
        "[Captures]\na: body xpath \"\"",
        "[Asserts]\ncertificate \"Color\" exists",
        "[Asserts]\ncertificate Subject exists",
    ]));
}

#[test]
fn what_is_not_supported_is_never_skipped() {
    let options = [
        "digest: true",
        "ntlm: true",
        "negotiate: true",
        "http3: true",
        "pinnedpubkey: sha256//x",
        "path-as-is: true",
        "digest: {{x}}",
        "repeat: -1",
        "retry: 1 # parity: id=x",
    ];
    let texts: Vec<_> = options.iter().map(|line| format!("GET {{{{base}}}}/\n[Options]\n{line}")).collect();
    insta::assert_snapshot!(shown(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn options() {
    let names = [
        "cacert: {",
        "http2: yes",
        "limit-rate: -1",
        "output: a b",
        "max_redirs: 1",
        "retries: 1",
        "retry: true",
        "retry: -2",
        "delay: 1d",
        "delay: 1.5s",
        "delay: x",
        "location: yes",
        "repeat: -1",
        "repeat: 5000000000",
        "delay: 9999999999999999h",
        "variable: a",
        "variable: =1",
        "variable: newUuid=1",
        "variable: a=1x",
        "verbosity: loud",
        "header: X",
    ];
    let texts: Vec<_> = names.iter().map(|line| format!("GET {{{{base}}}}/\n[Options]\n{line}")).collect();
    insta::assert_snapshot!(shown(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn comments_that_speak_to_envparity() {
    insta::assert_snapshot!(shown(&[
        "# parity: id=a\n\nGET {{base}}/",
        "# parity: id=a b\nGET {{base}}/",
        "# parity: ids=a\nGET {{base}}/",
        "# parity: id=a\n# parity: id=b\nGET {{base}}/",
        "GET {{base}}/ # parity: id=a",
        "GET {{base}}/\n# parity: id=a\nA: b",
        "GET {{base}}/\nHTTP 200\n# parity: id=a",
        "# parity: id=a\nGET {{base}}/1\n\n# parity: id=a\nGET {{base}}/2",
        "# @cookie_storage_clear\nGET {{base}}/",
        "# parity: tags=a tags=b\nGET {{base}}/",
        "# parity: skip-on=qa,\nGET {{base}}/",
        "# parity:\nGET {{base}}/",
        "# parity: tags=all\n\n# parity: tags=none\n\nGET {{base}}/",
        "GET {{base}}/\n\n# parity: tags=a\n\nGET {{base}}/",
    ]));
}

#[test]
fn reading_goes_on_at_the_next_request_line() {
    insta::assert_snapshot!(shown(&[
        "GET {{base}}/1\nHTTP ok\n\nGET {{base}}/2\nHTTP 200\n\nget {{base}}/3\nHTTP 200\n\nPOST http://h/4\n{\"a\": }\nHTTP 200\n",
    ]));
}

#[test]
fn nesting_is_bounded() {
    for path in [
        format!("$[?{}@.a{}]", "(".repeat(5000), ")".repeat(5000)),
        format!("$[?{}@{}]", "@[?".repeat(400), "]".repeat(400)),
    ] {
        let text = format!("GET {{{{base}}}}/\nHTTP 200\n[Asserts]\njsonpath \"{path}\" exists");
        assert!(errors(&text).contains("JSONPath nests deeper than 32"), "{path}");
    }
    let long =
        format!("GET {{{{base}}}}/\nHTTP 200\n[Asserts]\njsonpath \"${}\" not exists", ".a".repeat(20_000));
    crate::support::Reply::new("{}").evaluate(long.split_once('\n').expect("lines").1);
}
