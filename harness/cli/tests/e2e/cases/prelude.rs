//! Set-up, tear-down, and where a case is asked.

use std::fs;

use serde_json::Value;

use crate::support::{Outcome, Project};

tests!("prelude":
    what_is_set_up_reaches_every_suite_and_is_torn_down,
    a_rule_knows_what_the_set_up_captured,
    a_set_up_that_fails_on_the_reference_leaves_nothing_to_compare,
    a_set_up_that_fails_on_the_candidate_is_a_finding,
    a_tear_down_that_fails_is_never_parity,
    an_interrupted_run_is_torn_down,
    a_case_for_other_environments_is_left_out_by_intention,
    comments_about_unknown_environments_are_refused,
);

const SET_UP: &str = "POST {{base}}/items\n{\"content\": 7}\nHTTP 201\n[Captures]\nitem: jsonpath \"$.id\"\n";
const READ: &str = "GET {{base}}/items/{{item}}\nHTTP 200\n";
const TEAR_DOWN: &str = "DELETE {{base}}/items/{{item}}\nHTTP 204\n";

fn around(project: Project) -> Project {
    project
        .compare("setup", "[\"suites/setup.hurl\"]")
        .compare("teardown", "[\"suites/*down.hurl\"]")
        .suite("setup", SET_UP)
        .suite("teardown", TEAR_DOWN)
}

/// The exchanges of a case in an environment's journal, as (sample, outcome).
fn asked(outcome: &Outcome, environment: &str, case: &str) -> Vec<(String, Value)> {
    let text = fs::read_to_string(outcome.folder().join(format!("{environment}.ndjson"))).expect("a journal");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let sample = |line: &Value| line["sample"].as_str().unwrap_or_default().to_owned();
    lines.filter(|line| line["case"] == case).map(|line| (sample(&line), line["outcome"].clone())).collect()
}

fn what_is_set_up_reaches_every_suite_and_is_torn_down() {
    let project = around(Project::new().with_control());
    let outcome = project.suite("one", READ).suite("two", READ).run();
    // What is asked around the cases is no case.
    outcome.exits(0).verdict("parity").coverage(2, 2).has_all_reports();
    for (environment, samples) in [("local", vec!["primary", "control"]), ("lab", vec!["primary"])] {
        for (case, status) in
            [("suites/setup POST /items", 201), ("suites/teardown DELETE /items/{{item}}", 204)]
        {
            let found = asked(&outcome, environment, case);
            let seen: Vec<&str> = found.iter().map(|(sample, _)| sample.as_str()).collect();
            assert_eq!(seen, samples, "{environment} {case}");
            assert!(found.iter().all(|(_, outcome)| outcome["response"]["status"] == status), "{found:#?}");
        }
    }
}

fn a_rule_knows_what_the_set_up_captured() {
    let rule = "[[rule]]\nat = \"$.id\"\ndo = \"same-as-capture\"\ncapture = \"item\"\n";
    // One sample of the reference: nothing but the rule says that the ids differ by nature.
    let outcome = around(Project::local()).suite("one", READ).section(rule).run();
    outcome.exits(0).verdict("parity").coverage(1, 1);
}

fn a_set_up_that_fails_on_the_reference_leaves_nothing_to_compare() {
    let project = Project::new()
        .reference_env("VALUE_STATUS", "500")
        .compare("setup", "[\"suites/setup.hurl\"]")
        .compare("teardown", "[\"suites/teardown.hurl\"]")
        .suite("setup", "GET {{base}}/value\nHTTP 200\n")
        .suite("teardown", "GET {{base}}/list\nHTTP 200\n")
        .gets(&["/list"]);
    let outcome = project.run();
    outcome.exits(3).verdict("inconclusive").coverage(1, 0);
    outcome.cause(Some("local"), "`suites/setup GET /value` (suites/setup.hurl:1): `HTTP 200` fails");
    // Whatever happened before, it is torn down.
    let torn = asked(&outcome, "local", "suites/teardown GET /list");
    assert_eq!(torn[0].1["response"]["status"], 200, "{torn:#?}");
}

fn a_set_up_that_fails_on_the_candidate_is_a_finding() {
    let project = around(Project::new().with_control().candidate_env("VALUE_STATUS", "503"));
    let outcome = project
        .suite("setup", &format!("{SET_UP}\nGET {{{{base}}}}/value\nHTTP 200\n"))
        .suite("one", READ)
        .run();
    outcome.exits(1).verdict("drift").coverage(1, 0).has_all_reports();
    let finding = outcome.finding("response-status", Some("status"));
    assert_eq!(
        (finding["severity"].as_str(), finding["environment"].as_str()),
        (Some("critical"), Some("lab"))
    );
    assert_eq!(finding["case"]["id"], "suites/setup GET /value");
    let absent = outcome.report()["coverage"]["not_compared"].clone();
    assert_eq!(
        (absent[0]["case"].as_str(), absent[0]["intended"].as_bool()),
        (Some("suites/one GET /items/{{item}}"), Some(false))
    );
    let torn = asked(&outcome, "lab", "suites/teardown DELETE /items/{{item}}");
    assert_eq!(torn[0].1["response"]["status"], 204, "{torn:#?}");
}

fn a_tear_down_that_fails_is_never_parity() {
    let tear_down = |project: Project| {
        project
            .compare("teardown", "[\"suites/teardown.hurl\"]")
            .suite("teardown", "GET {{base}}/value\nHTTP 200\n")
            .gets(&["/list"])
            .run()
    };
    let both = tear_down(Project::local().env("VALUE_STATUS", "500"));
    both.exits(5).verdict("inconclusive").coverage(1, 1).cause(Some("local"), "the tear-down fails");
    let one = tear_down(Project::local().candidate_env("VALUE_STATUS", "500"));
    one.exits(1).finds("response-status", "status");
}

fn an_interrupted_run_is_torn_down() {
    let project = around(Project::local()).suite("slow", "GET {{base}}/slow?ms=20000\n");
    let mut running = project.start(&["run"]);
    running.wait_for("sample:");
    std::thread::sleep(std::time::Duration::from_millis(700));
    running.signal("INT");
    let outcome = Outcome::of(&project, &["run"], running.end());
    outcome.exits(130);
    for environment in ["local", "other"] {
        let torn = asked(&outcome, environment, "suites/teardown DELETE /items/{{item}}");
        assert_eq!(torn.len(), 1, "{environment}: {}", outcome.words());
        assert_eq!(torn[0].1["response"]["status"], 204, "{torn:#?}");
    }
}

const WHERE: &str = "# parity: tags=all\n\n# parity: skip-on=other tags=broken\nGET {{base}}/value\nHTTP 200\n\n\
    # parity: only-on=other\nGET {{base}}/number\n\nGET {{base}}/list\nHTTP 200\n";

fn a_case_for_other_environments_is_left_out_by_intention() {
    let project =
        || Project::local().with_control().candidate_env("VALUE_STATUS", "500").suite("where", WHERE);
    let outcome = project().run();
    outcome.exits(0).verdict("parity").coverage(3, 1).has_all_reports();
    let absent = outcome.report()["coverage"]["not_compared"].clone();
    let absent = absent.as_array().expect("a list");
    assert_eq!(absent.len(), 2, "{absent:#?}");
    for (absent, case, environment, by) in [
        (&absent[0], "suites/where GET /value", Some("other"), "skip-on=other"),
        (&absent[1], "suites/where GET /number", None, "only-on=other"),
    ] {
        assert_eq!((absent["case"].as_str(), absent["environment"].as_str()), (Some(case), environment));
        assert_eq!(absent["intended"], true);
        assert!(absent["reason"].as_str().is_some_and(|reason| reason.contains(by)), "{absent:#}");
    }
    // What is left of a filter is asked only.
    project()
        .parity(&["run", "--tag", "all", "--not-tag", "broken", "--only", "**list"])
        .exits(0)
        .coverage(1, 1);
}

fn comments_about_unknown_environments_are_refused() {
    let suite = "GET {{base}}/a\n\n# parity: tags=x skip-on=othr\nGET {{base}}/b\n\n# parity: tag=x\nGET {{base}}/c\n";
    let check = |suite: &str| Project::local().suite("where", suite).parity(&["check"]);
    check(suite).exits(2).complains("suites/where.hurl:6:11: unknown directive `tag=x`");
    let mentions = check(&suite.replace("tag=x", "tags=x"));
    mentions.exits(2).complains("suites/where.hurl:3:26: unknown environment `othr`").complains("`other`");
}
