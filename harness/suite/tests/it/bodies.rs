//! Bodies of requests: what is sent, and under which type.

use crate::support::{World, body, errors};

/// The body and the type that it implies.
#[track_caller]
fn sent(written: &str) -> (String, Option<String>) {
    let request = World::new().render(&format!("POST {{{{base}}}}/\n{written}\nHTTP 200\n"));
    let text = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
    (text, request.headers.into_iter().next().map(|(_, value)| value))
}

#[track_caller]
fn unchanged(written: &str, media_type: &str) {
    assert_eq!(sent(written), (written.to_owned(), Some(media_type.to_owned())));
}

#[test]
fn json_is_sent_as_written() {
    for written in [
        "{ \"a\" :1.50,\n\t\"b\": [ 1e2 , -0, true,null ], \"c\\n\\u00e9\\ud83d\\ude00\": {} }",
        "[]",
        "[ 1 ]",
        "\"text\"",
        "-12",
        "null",
    ] {
        unchanged(written, "application/json");
    }
    assert_eq!(sent("{\"a\": 1E+5}").0, "{\"a\": 1e+5}", "as in Hurl");
}

#[test]
fn json_templates_are_escaped_in_strings_and_bare_as_values() {
    assert_eq!(
        sent("{\"{{id}}\": \"<{{name}}>\", \"n\": {{ id }}}").0,
        "{\"7\": \"<a \\\"b\\\" é>\", \"n\": 7}"
    );
    let mut world = World::new();
    world.vars.set("lines", "a\n\t\\\u{1}");
    assert_eq!(body(&world.render("POST {{base}}/\n\"{{lines}}\"")), "\"a\\n\\t\\\\\\u0001\"");
    let error = world.try_render("POST {{base}}/\n{\"a\": {{name}}}").expect_err("text");
    assert_eq!(
        error.to_string(),
        "2:9: `{{name}}` is `a \"b\" é`: without quotes it must be a number, a boolean or null"
    );
}

#[test]
fn xml_is_sent_as_written() {
    for written in [
        "<a/>",
        "<?xml version = '1.1' encoding=\"utf-8\" standalone='no' ?><a/>",
        "<?xml version=\"1.0\"?>\n<!-- x - y -->\n<a b='&lt;' />",
        "<!DOCTYPE a [<!ENTITY x \">\">]>\n<n:a xmlns:n=\"u\">\n{{id}} &x; &#65;&#x41;<b></b ><![CDATA[</a>]]><?p?></n:a>",
    ] {
        unchanged(written, "application/xml");
    }
}

#[test]
fn text_is_rendered() {
    assert_eq!(sent("`one {{id}} \\` \\u{41}`"), ("one 7 ` A".to_owned(), None));
    assert_eq!(sent("```\none {{id}}\n \\n `\n```"), ("one 7\n \\n `\n".to_owned(), None));
    assert_eq!(sent("```json \n{{id}}\n```"), ("7\n".to_owned(), Some("application/json".to_owned())));
    assert_eq!(sent("```xml\n<a>\n```"), ("<a>\n".to_owned(), Some("application/xml".to_owned())));
    assert_eq!(sent("```raw\n{{id}}\n```"), ("{{id}}\n".to_owned(), None));
}

#[test]
fn bytes_are_decoded() {
    assert_eq!(sent("base64,aGVs\n bG8= ;").0, "hello");
    assert_eq!(sent("hex, 68656C6c6f ;").0, "hello");
    let request = World::new().render("POST {{base}}/\nfile, data.bin ;");
    assert_eq!(request.body, Some(vec![0, 1, 255]));
}

#[test]
fn an_empty_body_is_none() {
    for written in ["``", "```\n```", "hex,;"] {
        let request = World::new().render(&format!("POST {{{{base}}}}/\n{written}"));
        assert_eq!(request.body, None, "{written}");
    }
}

#[test]
fn deep_json_is_an_error_and_deep_xml_is_read() {
    let nested = |depth: usize| format!("POST {{{{base}}}}/\n{}{}", "[ ".repeat(depth), "]".repeat(depth));
    World::new().render(&nested(128));
    assert!(errors(&nested(129)).contains("this JSON nests deeper than 128"));
    assert!(errors(&nested(200_000)).contains("this JSON nests deeper than 128"));
    let deep = format!("POST {{{{base}}}}/\n{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    World::new().render(&deep);
}
