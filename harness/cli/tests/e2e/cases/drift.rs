//! Differences of every kind between the local engine and the lab: exit 1, with code and place.

use crate::support::Project;

tests!("drift":
    a_status_of_another_class_is_critical,
    a_status_of_the_same_class_is_major,
    a_value,
    a_type,
    a_removed_field,
    an_added_field_is_minor,
    a_format,
    a_media_type,
    a_header,
    an_order_by_rule,
    a_failing_assert_on_the_candidate,
    a_failing_assert_on_the_reference_breaks_the_case,
    a_rule_ignores_a_place,
    a_tolerance,
    a_rule_that_matches_nothing_is_named,
    a_waiver_keeps_the_gate,
    an_expired_waiver_does_not,
    the_level_of_a_code_is_policy,
    a_finding_can_be_repeated,
    both_sides_without_a_route_is_never_parity,
    both_sides_broken_is_never_parity,
);

const VALUE: &str = r#"{"id":7,"name":"seven","done":false}"#;

fn body(text: &str) -> Project {
    Project::new().candidate_env("VALUE_BODY", text)
}

fn a_status_of_another_class_is_critical() {
    let outcome = Project::new().candidate_env("VALUE_STATUS", "500").run();
    outcome.exits(1).verdict("drift").has_all_reports();
    let finding = outcome.finding("response-status", Some("status"));
    assert_eq!(
        (finding["severity"].as_str(), finding["disposition"].as_str()),
        (Some("critical"), Some("active"))
    );
    assert_eq!((finding["reference"].as_str(), finding["candidate"].as_str()), (Some("200"), Some("500")));
    assert_eq!(
        (finding["environment"].as_str(), finding["case"]["id"].as_str()),
        (Some("lab"), Some("suites/value GET /value"))
    );
    assert_eq!(
        (finding["case"]["file"].as_str(), finding["case"]["line"].as_u64()),
        (Some("suites/value.hurl"), Some(1))
    );
    outcome.prints("DRIFT").prints("response-status").prints("suites/value.hurl:1").prints("exit 1");
}

fn a_status_of_the_same_class_is_major() {
    let outcome = Project::new().candidate_env("VALUE_STATUS", "201").run();
    assert_eq!(outcome.exits(1).finding("response-status", Some("status"))["severity"], "major");
}

fn a_value() {
    let outcome = body(r#"{"id":8,"name":"seven","done":false}"#).run();
    let finding = outcome.exits(1).finding("response-value", Some("$.id"));
    assert_eq!(
        (finding["reference"].as_str(), finding["candidate"].as_str()),
        (Some("7"), Some("8")),
        "{finding:#}"
    );
}

fn a_type() {
    body(r#"{"id":"7","name":"seven","done":false}"#).run().exits(1).finds("response-type", "$.id");
}

fn a_removed_field() {
    body(r#"{"id":7,"done":false}"#).run().exits(1).finds("response-field-removed", "$.name");
}

fn an_added_field_is_minor() {
    let outcome = body(r#"{"id":7,"name":"seven","done":false,"more":1}"#).run();
    assert_eq!(
        outcome.exits(0).verdict("drift").finding("response-field-added", Some("$.more"))["severity"],
        "minor"
    );
}

fn a_format() {
    let project = Project::new().reference_env("VALUE_BODY", r#"{"at":"2026-11-24T09:58:00Z","n":70.0}"#);
    let outcome = project.candidate_env("VALUE_BODY", r#"{"at":"2026-11-24 09:58:00 +0000","n":70}"#).run();
    outcome.verdict("drift").lacks("response-type");
    // One instant, written in another form; one number, with another lexeme.
    outcome.finds("response-format", "$.at").finds("response-format", "$.n");
}

fn a_media_type() {
    Project::new()
        .candidate_env("VALUE_TYPE", "text/html")
        .run()
        .exits(1)
        .finds("response-media-type", "header.content-type");
}

fn a_header() {
    let project = Project::new().reference_env("VALUE_HEADER", "Cache-Control: no-store");
    let outcome = project.candidate_env("VALUE_HEADER", "Cache-Control: public").run();
    assert_eq!(
        outcome.exits(0).finding("response-header", Some("header.cache-control"))["severity"],
        "minor"
    );
}

fn an_order_by_rule() {
    let project =
        || Project::new().reference_env("VALUE_BODY", "[1,2,3]").candidate_env("VALUE_BODY", "[3,1,2]");
    let outcome = project().run();
    outcome.verdict("drift");
    let project = project().section("[[rule]]\nat = \"$\"\ndo = \"unordered\"\n");
    project.run().exits(0).verdict("parity");
}

fn a_failing_assert_on_the_candidate() {
    let suite = "GET {{base}}/value\nHTTP 200\n[Asserts]\njsonpath \"$.id\" < 8\n";
    let outcome = body(r#"{"id":9,"name":"seven","done":false}"#).suite("asserts", suite).run();
    outcome.exits(1);
    assert_eq!(outcome.all("response-assert").len(), 1, "{}", outcome.codes());
    assert_eq!(outcome.all("response-assert")[0]["severity"], "critical");
}

fn a_failing_assert_on_the_reference_breaks_the_case() {
    let suite =
        "GET {{base}}/value\nHTTP 200\n[Asserts]\njsonpath \"$.id\" == 1\n\nGET {{base}}/list\nHTTP 200\n";
    let outcome = Project::new().suite("asserts", suite).run();
    outcome.coverage(2, 1);
    assert_ne!(outcome.code, Some(0), "{}", outcome.words());
    assert_eq!(outcome.all("contract-broken").len(), 1, "{}", outcome.codes());
    let report = outcome.report();
    assert_eq!(
        report["coverage"]["broken"][0]["case"], "suites/asserts GET /value",
        "{:#}",
        report["coverage"]
    );
    assert_ne!(report["verdict"], "parity");
}

fn a_rule_ignores_a_place() {
    let project = body(r#"{"id":8,"name":"eight","done":false}"#);
    let project = project.section("[[rule]]\ncase = \"suites/value **\"\nat = \"$.id\"\ndo = \"ignore\"\n");
    let outcome = project.run();
    outcome.exits(1).finds("response-value", "$.name");
    assert!(
        outcome.all("response-value").iter().all(|finding| finding["at"] != "$.id"),
        "{}",
        outcome.codes()
    );
}

fn a_tolerance() {
    let project = || {
        Project::new()
            .reference_env("VALUE_BODY", r#"{"x":10.0}"#)
            .candidate_env("VALUE_BODY", r#"{"x":10.4}"#)
    };
    project().run().exits(1).finds("response-value", "$.x");
    project()
        .section("[[rule]]\nat = \"$.x\"\ndo = \"tolerance\"\nabs = 0.5\n")
        .run()
        .exits(0)
        .verdict("parity");
}

fn a_rule_that_matches_nothing_is_named() {
    let rule = "[[rule]]\ncase = \"nowhere **\"\nat = \"$.id\"\ndo = \"ignore\"\n";
    let outcome = Project::new().section(rule).run();
    outcome.exits(0);
    assert_eq!(outcome.all("rule-unused").len(), 1, "{}", outcome.codes());
}

fn waived(expires: &str) -> Project {
    let waiver = format!(
        "[[waiver]]\ncode = \"response-value\"\nat = \"$.id\"\nreason = \"known\"\nowner = \"api-team\"\nexpires = {expires}\n"
    );
    body(r#"{"id":8,"name":"seven","done":false}"#).section(&waiver)
}

fn a_waiver_keeps_the_gate() {
    let outcome = waived("2099-12-31").run();
    assert_eq!(outcome.exits(0).finding("response-value", Some("$.id"))["disposition"], "waived");
}

fn an_expired_waiver_does_not() {
    let outcome = waived("2020-01-01").run();
    assert_eq!(outcome.exits(1).finding("response-value", Some("$.id"))["disposition"], "active");
}

fn the_level_of_a_code_is_policy() {
    let project = body(r#"{"id":8,"name":"seven","done":false}"#)
        .section("[policy.levels]\nresponse-value = \"info\"\n");
    assert_eq!(project.run().exits(0).finding("response-value", Some("$.id"))["severity"], "info");
}

fn a_finding_can_be_repeated() {
    let outcome = Project::new().candidate_env("VALUE_STATUS", "500").run();
    let finding = outcome.exits(1).finding("response-status", Some("status"));
    let curl = finding["repeat"]["curl"].as_str().unwrap_or_else(|| panic!("{finding:#}"));
    assert!(curl.starts_with("curl ") && curl.contains("/value"), "{curl}");
    // Two runs give one fingerprint: it is what waivers and histories hold on to.
    let again = Project::new().candidate_env("VALUE_STATUS", "500").run();
    assert_eq!(again.finding("response-status", Some("status"))["fingerprint"], finding["fingerprint"]);
}

fn both_sides_without_a_route_is_never_parity() {
    let outcome = Project::new().gets(&["/wrong/base/value", "/wrong/base/list"]).run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert!(outcome.code.is_some_and(|code| code != 0), "{}", outcome.words());
}

fn both_sides_broken_is_never_parity() {
    let outcome = Project::new().env("VALUE_STATUS", "500").env("VALUE_BODY", VALUE).run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert!(outcome.code.is_some_and(|code| code != 0), "{}", outcome.words());
}
