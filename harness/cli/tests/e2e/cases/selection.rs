//! What is asked: filters, requests without a file, variables, what a suite skips or cannot ask.

use serde_json::Value;

use crate::support::{Outcome, Project};

tests!("selection":
    a_request_without_a_file,
    the_same_request_twice_is_two_cases,
    a_malformed_request_is_refused,
    one_case_alone,
    a_case_brings_what_it_needs,
    variables_of_every_origin,
    a_skipped_case_is_no_gap,
    a_failed_capture_leaves_its_dependents_uncompared,
    a_repeated_entry_is_several_cases,
    a_retried_entry_is_compared_once,
    files_at_once,
);

fn ids(outcome: &Outcome) -> Vec<String> {
    let ids = outcome.report()["coverage"]["case_ids"].clone();
    ids.as_array().expect("a list").iter().map(|id| id.as_str().expect("an id").to_owned()).collect()
}

fn a_request_without_a_file() {
    let outcome =
        Project::local().no_suites().parity(&["run", "--request", "GET /value?x=1", "--request", "/list"]);
    outcome.exits(0).verdict("parity").coverage(2, 2);
    assert_eq!(ids(&outcome), ["request GET /value?x=1", "request GET /list"]);
}

fn the_same_request_twice_is_two_cases() {
    let outcome =
        Project::local().no_suites().parity(&["run", "--request", "GET /value", "--request", "GET /value"]);
    outcome.exits(0).coverage(2, 2);
    assert_eq!(ids(&outcome), ["request GET /value", "request GET /value~2"]);
}

fn a_malformed_request_is_refused() {
    for words in ["GET value", "GET /a b", ""] {
        Project::local().no_suites().parity(&["run", "--request", words]).exits(2).complains("hint:");
    }
}

fn one_case_alone() {
    let outcome = Project::local().gets(&["/value", "/list", "/number"]).parity(&[
        "run",
        "--only",
        "suites/api GET /l*",
    ]);
    outcome.exits(0).coverage(1, 1);
    assert_eq!(ids(&outcome), ["suites/api GET /list"]);
}

const ITEMS: &str = "POST {{base}}/items\n{}\nHTTP 201\n[Captures]\nid: jsonpath \"$.id\"\n\nGET {{base}}/list\nHTTP 200\n\n\
    # parity: id=reads\nGET {{base}}/items/{{id}}\nHTTP 200\n";

fn a_case_brings_what_it_needs() {
    let project = Project::local().with_control().suite("items", ITEMS);
    let outcome = project.parity(&["run", "--only", "suites/items reads"]);
    outcome.exits(0).verdict("parity").coverage(1, 1);
    assert_eq!(ids(&outcome), ["suites/items reads"]);
}

fn variables_of_every_origin() {
    let suite = "GET {{base}}/echo?a={{shared}}&b={{own}}&c={{typed}}&d={{environment}}\nHTTP 200\n[Asserts]\n\
        jsonpath \"$.target\" == \"/echo?a=everywhere&b={{own}}&c=7&d={{environment}}\"\n";
    let project = Project::local()
        .section("[variables]\nshared = \"everywhere\"\ntyped = 1")
        .candidate_line("variables = { own = \"there\" }")
        .suite("variables", suite);
    let project = project.section("own = \"here\"");
    let outcome = project.parity(&["run", "--variable", "typed=7"]);
    // What was asked for differs, and so does the answer, in one place.
    outcome.exits(1).finds("response-value", "$.target").lacks("response-assert").lacks("contract-broken");
    let finding = outcome.finding("response-value", Some("$.target"));
    assert!(finding["candidate"].as_str().is_some_and(|text| text.contains("b=there")), "{finding:#}");
}

fn a_skipped_case_is_no_gap() {
    let suite = "GET {{base}}/value\n[Options]\nskip: true\n\nGET {{base}}/list\nHTTP 200\n";
    let outcome = Project::local().suite("skips", suite).run();
    outcome.exits(0).verdict("parity").coverage(2, 1);
    let skipped = &outcome.report()["coverage"]["not_compared"][0];
    assert_eq!(
        (skipped["case"].as_str(), &skipped["intended"]),
        (Some("suites/skips GET /value"), &Value::Bool(true))
    );
}

fn a_failed_capture_leaves_its_dependents_uncompared() {
    let suite = ITEMS.replace("$.id", "$.identifier");
    let outcome = Project::local().with_control().suite("items", &suite).run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert_ne!(outcome.code, Some(0), "{}", outcome.words());
    let coverage = outcome.report()["coverage"].clone();
    let gap = coverage["not_compared"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|gap| gap["case"] == "suites/items reads");
    let gap = gap.unwrap_or_else(|| panic!("{coverage:#}"));
    assert!(gap["reason"].as_str().is_some_and(|reason| reason.contains("id")), "{gap:#}");
    assert_eq!(gap["intended"], false);
    // The case in between needs nothing of it.
    assert!(coverage["compared"].as_u64().is_some_and(|compared| compared >= 1), "{coverage:#}");
}

fn a_repeated_entry_is_several_cases() {
    let outcome =
        Project::local().suite("again", "GET {{base}}/value\n[Options]\nrepeat: 3\nHTTP 200\n").run();
    outcome.exits(0).coverage(3, 3);
    let ids = ids(&outcome);
    assert!(ids.iter().collect::<std::collections::BTreeSet<_>>().len() == 3, "{ids:?}");
}

fn a_retried_entry_is_compared_once() {
    let suite = "GET {{base}}/value\n[Options]\nretry: 3\nretry-interval: 50ms\nHTTP 200\n[Asserts]\njsonpath \"$.id\" == 8\n";
    let outcome = Project::local().env("VALUE_BODY", "{\"id\":8}").suite("retries", suite).run();
    outcome.exits(0).coverage(1, 1);
}

fn files_at_once() {
    let mut project = Project::local();
    for file in 0..6 {
        project = project
            .suite(&format!("file-{file}"), "GET {{base}}/slow?ms=300\nHTTP 200\n\nGET {{base}}/value\n");
    }
    project.parity(&["run", "--jobs", "6"]).exits(0).verdict("parity").coverage(12, 12);
}
