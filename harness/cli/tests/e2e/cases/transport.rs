//! Requests that come to no answer while engine and container are alive.

use crate::support::{Outcome, Project};

tests!("transport":
    a_stalled_answer_on_the_candidate,
    a_stalled_answer_on_both_sides_is_never_parity,
    a_cut_answer,
    broken_chunks,
    an_answer_that_is_no_http,
    a_connection_closed_without_an_answer,
    a_kept_connection_that_stalls_is_asked_afresh,
    a_kept_connection_that_closes_is_asked_afresh,
    a_slow_answer_is_no_drift,
);

fn outcome_drift(trouble: &str) -> Outcome {
    let project = Project::new().compare("timeout", "\"1s\"").candidate_env("VALUE_TROUBLE", trouble);
    let outcome = project.gets(&["/value", "/list"]).run();
    outcome.exits(1).verdict("drift").has_all_reports();
    let finding = outcome.finding("response-outcome", Some("outcome"));
    assert_eq!(
        (finding["severity"].as_str(), finding["environment"].as_str()),
        (Some("critical"), Some("lab")),
        "{finding:#}"
    );
    // The service is alive, and what comes after is compared.
    outcome.lacks("service-died").coverage(2, 2);
    outcome
}

fn a_stalled_answer_on_the_candidate() {
    let outcome = outcome_drift("stall");
    let finding = outcome.finding("response-outcome", Some("outcome"));
    assert_eq!(finding["kind"], "timeout", "{finding:#}");
}

fn a_stalled_answer_on_both_sides_is_never_parity() {
    let outcome = Project::new().compare("timeout", "\"1s\"").gets(&["/stall", "/value"]).run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert!(matches!(outcome.code, Some(3 | 5)), "{}", outcome.words());
}

fn a_cut_answer() {
    outcome_drift("cut");
}

fn broken_chunks() {
    outcome_drift("chunks");
}

fn an_answer_that_is_no_http() {
    outcome_drift("garbage");
}

fn a_connection_closed_without_an_answer() {
    outcome_drift("silence");
}

fn stale(how: &str) {
    let project = Project::new().compare("timeout", "\"2s\"").candidate_env("STALE", how);
    let outcome = project.gets(&["/value", "/list", "/number"]).run();
    outcome.exits(0).verdict("parity").coverage(3, 3).has_all_reports();
    // What was answered on a later attempt only is never hidden.
    let flaky = outcome.report()["coverage"]["flaky"].clone();
    let of = |case: &str| {
        let found = flaky.as_array().expect("a list").iter().find(|one| one["case"] == case).cloned();
        found.unwrap_or_else(|| panic!("{case} is not flaky: {flaky:#}\n{}", outcome.words()))
    };
    let second = of("suites/api GET /list");
    assert_eq!((second["environment"].as_str(), second["attempts"].as_u64()), (Some("lab"), Some(2)));
    assert!(second["first_failure"].as_str().is_some_and(|failure| !failure.is_empty()), "{second:#}");
    outcome.prints("flaky").prints("attempt 2");
    for report in ["report.xml", "report.html"] {
        let text = std::fs::read_to_string(outcome.folder().join(report)).expect("a report");
        assert!(text.to_lowercase().contains("flaky"), "{report}: {text}");
    }
}

fn a_kept_connection_that_stalls_is_asked_afresh() {
    stale("hang");
}

fn a_kept_connection_that_closes_is_asked_afresh() {
    stale("close");
}

fn a_slow_answer_is_no_drift() {
    let outcome = Project::new().candidate_env("DELAY_MS", "400").run();
    outcome.exits(0);
    assert!(
        outcome.all("response-latency").iter().all(|finding| finding["severity"] == "info"),
        "{}",
        outcome.codes()
    );
}
