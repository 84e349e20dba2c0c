//! Bodies that no client expects: too long, no text, no JSON, made to break reports. Mostly on one engine: the way
//! to a remote host is not the matter.

use std::fmt::Write;

use crate::support::{Outcome, Project};

tests!("bodies":
    a_body_over_the_cap_is_never_parity,
    an_endless_body_is_never_parity,
    a_compressed_bomb_is_never_parity,
    no_utf8_on_one_side,
    no_utf8_on_both_sides,
    no_json_on_one_side,
    no_json_on_both_sides,
    control_characters_break_no_report,
    markup_breaks_no_report,
    a_page_that_drifts_by_rule,
    the_deepest_nesting_breaks_nothing,
    numbers_beyond_machine_words_are_compared_as_written,
    a_repeated_key_is_not_overlooked,
    an_empty_body_against_a_body,
    a_head_request_has_no_body,
    binary_bodies_by_content,
);

fn never_parity(outcome: &Outcome) {
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert!(matches!(outcome.code, Some(1 | 3 | 5)), "{}", outcome.words());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("hex:"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bodies(reference: &[u8], candidate: &[u8]) -> Project {
    Project::local().reference_env("VALUE_BODY", &hex(reference)).candidate_env("VALUE_BODY", &hex(candidate))
}

fn a_body_over_the_cap_is_never_parity() {
    let outcome =
        Project::new().compare("body-cap", "\"64KiB\"").gets(&["/big?bytes=200000", "/value"]).run();
    never_parity(&outcome);
    outcome.coverage(2, 1);
    let gap = &outcome.report()["coverage"]["not_compared"][0];
    assert!(
        gap["reason"].as_str().is_some_and(|reason| reason.contains("longer than the 65536 bytes")),
        "{gap:#}"
    );
}

fn an_endless_body_is_never_parity() {
    let outcome = Project::local().compare("body-cap", "\"64KiB\"").gets(&["/endless", "/value"]).run();
    never_parity(&outcome);
    outcome.coverage(2, 1);
}

fn a_compressed_bomb_is_never_parity() {
    let outcome = Project::local().gets(&["/file/bomb.gz", "/value"]).run();
    never_parity(&outcome);
    outcome.coverage(2, 1);
}

fn no_utf8_on_one_side() {
    let outcome = bodies(br#"{"name":"seven"}"#, b"{\"name\":\"sev\xffen\"}").run();
    outcome.exits(1).verdict("drift").finds("response-unparsable", "body").has_all_reports();
}

fn no_utf8_on_both_sides() {
    let outcome = bodies(b"{\"name\":\"sev\xffen\"}", b"{\"name\":\"sev\xfeen\"}").run();
    never_parity(&outcome);
    outcome.has_all_reports();
}

fn no_json_on_one_side() {
    let outcome = bodies(br#"{"id":7}"#, b"<html>502 Bad Gateway</html>").run();
    outcome.exits(1).verdict("drift").finds("response-unparsable", "body");
}

fn no_json_on_both_sides() {
    never_parity(&bodies(b"{\"id\":7,}", b"{\"id\":8,}").run());
}

fn control_characters_break_no_report() {
    let outcome = Project::local()
        .reference_env("VALUE_TYPE", "text/plain")
        .candidate_env("VALUE_TYPE", "text/plain")
        .reference_env("VALUE_BODY", &hex(b"plain\n"))
        .candidate_env(
            "VALUE_BODY",
            &hex(b"\x00\x01\x1b[31mred\x1b[0m \x08\x7f \xe2\x80\xae ]]> \xef\xbf\xbe\n"),
        )
        .gets(&["/value", "/list"])
        .run();
    outcome.exits(1).has_all_reports();
    assert_eq!(
        outcome.junit().iter().filter(|name| name.contains("GET /")).count(),
        2,
        "{:?}",
        outcome.junit()
    );
    for name in ["report.txt", "report.html", "report.xml"] {
        let text = std::fs::read_to_string(outcome.folder().join(name)).expect("just read");
        let bad = text
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\t') || *c == '\u{202e}' || *c == '\u{fffe}');
        assert_eq!(bad, None, "in {name}");
    }
    assert!(!outcome.stdout.contains('\u{1b}'), "an escape reaches the terminal");
}

fn markup_breaks_no_report() {
    let body =
        br#"{"name":"]]></system-out></testcase><testcase name=\"forged\"/><script>alert(1)</script>"}"#;
    let outcome = bodies(br#"{"name":"seven"}"#, body).run();
    outcome.exits(1).has_all_reports();
    let names = outcome.junit();
    assert!(!names.iter().any(|name| name == "forged"), "{names:?}");
    let html = std::fs::read_to_string(outcome.folder().join("report.html")).expect("just read");
    assert!(!html.contains("<script>alert(1)"), "markup of a body is markup of the page");
}

fn a_page_that_drifts_by_rule() {
    let page = |id: &str, at: &str, name: &str| {
        let row = format!("<tr id={id}><td>{at}</td><td>{name}</td></tr>");
        format!("<!doctype html><html><body><table>{row}</table></body></html>")
    };
    let project = |name: &str| {
        Project::local()
            .env("VALUE_TYPE", "text/html")
            .reference_env("VALUE_BODY", &page("r81", "10:22", "seven"))
            .candidate_env("VALUE_BODY", &page("r9f", "11:07", name))
            .gets(&["/value"])
    };
    let row = "/html/body/table[1]/tr[1]";
    let (id, at, name) = (format!("{row}/@id"), format!("{row}/td[1]"), format!("{row}/td[2]"));
    let outcome = project("eight").run();
    outcome.exits(1).finds("response-value", &id).finds("response-value", &at).finds("response-value", &name);

    let rule = |at: &str, verb: &str| format!("[[rule]]\nat = \"{at}\"\ndo = \"{verb}\"\n");
    let rules = rule("//tr/@id", "ignore") + &rule("/html/body/table/tr[*]/td[1]", "format");
    project("seven").section(&rules).run().exits(0).verdict("parity").coverage(1, 1);
    let outcome = project("eight").section(&rules).section(&rule("//th", "ignore")).run();
    outcome.exits(1).verdict("drift").finds("response-value", &name);
    assert_eq!(outcome.all("response-value").len(), 1, "{}", outcome.codes());
    let unused = outcome.all("rule-unused");
    assert!(unused.len() == 1 && unused[0].to_string().contains("//th"), "{unused:?}");

    // What is suggested settles all of it.
    let project = project("eight");
    project.run().exits(1);
    let suggested = project.parity(&["suggest"]);
    suggested.exits(0).prints("/tr[1]/td[1]").prints("do = \"format\"");
    project.section(&suggested.stdout).run().exits(0).verdict("parity");

    for verb in ["only", "set", "map-keys", "redact"] {
        let refused = Project::local().section(&rule("//td", verb)).parity(&["check"]);
        refused.exits(2).complains(&format!("`{verb}` ")).complains("markup");
    }
    let refused = Project::local().section(&rule("//td/@class", "unordered")).parity(&["check"]);
    refused.exits(2).complains("`unordered` makes no sense on an attribute");
}

fn the_deepest_nesting_breaks_nothing() {
    let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(25_000), "]".repeat(25_000));
    let project =
        Project::local().reference_env("VALUE_BODY", &deep("1")).candidate_env("VALUE_BODY", &deep("2"));
    never_parity(&project.run());
}

fn numbers_beyond_machine_words_are_compared_as_written() {
    let outcome = bodies(br#"{"n":12345678901234567890123}"#, br#"{"n":12345678901234567890124}"#).run();
    outcome.exits(1).finds("response-value", "$.n");
}

fn a_repeated_key_is_not_overlooked() {
    never_parity(&bodies(br#"{"a":1,"a":2}"#, br#"{"a":3,"a":2}"#).run());
}

fn an_empty_body_against_a_body() {
    let outcome = Project::local().candidate_env("VALUE_BODY", "hex:").run();
    never_parity(outcome.exits(1));
}

fn a_head_request_has_no_body() {
    Project::local().suite("head", "HEAD {{base}}/echo\nHTTP 200\n").run();
}

fn binary_bodies_by_content() {
    let project = |last: &[u8]| {
        let body = [b"\x89PNG\r\n\x1a\n\x00\x00".as_slice(), last].concat();
        let project = Project::local()
            .env("VALUE_TYPE", "image/png")
            .reference_env("VALUE_BODY", &hex(b"\x89PNG\r\n\x1a\n\x00\x00\x01"));
        project.candidate_env("VALUE_BODY", &hex(&body))
    };
    project(b"\x01").run().exits(0).verdict("parity");
    never_parity(&project(b"\x02").run());
}
