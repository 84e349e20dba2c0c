//! Configuration and suites that are wrong: exit 2, with the place, all problems at once, before any engine is touched.

use crate::support::{Outcome, Project};

tests!("configuration":
    malformed_toml_has_its_place,
    an_unknown_key_names_the_nearest,
    every_problem_is_shown_at_once,
    an_unknown_engine_is_refused,
    an_unknown_candidate_is_refused,
    an_unknown_reference_is_refused,
    one_environment_is_nothing_to_compare,
    an_unknown_profile_is_refused,
    a_suite_error_has_file_line_and_column,
    every_suite_error_is_shown,
    a_glob_that_matches_nothing_is_refused,
    an_only_that_selects_nothing_is_code_4,
    a_check_lists_the_cases,
    a_check_as_json,
    show_says_where_values_come_from,
    a_flag_beats_a_variable_beats_a_profile,
    a_variable_that_sets_nothing_is_not_ignored,
    plain_tcp_beyond_this_machine_is_refused,
    a_password_in_an_address_is_not_repeated,
    a_rule_that_ignores_the_status_needs_a_reason,
    a_rules_file_beside_a_suite_is_checked,
    record_of_an_unknown_environment_is_refused,
    a_port_is_needed_for_suites,
    line_ends_and_marks_of_other_systems_are_read,
    a_suite_that_is_no_text_is_refused,
);

const TWO: &str = "[image]\nref = \"team/app:1\"\n[container]\nport = 80\n[environments.local]\nengine = \"local\"\n\
    [environments.qa]\nengine = \"ssh://ec2-user@qa.example\"\n";

fn run(text: &str) -> Outcome {
    Project::empty().literally(text).run()
}

fn malformed_toml_has_its_place() {
    run("[image]\nref = \"team/app:1\n").exits(2).complains("parity.toml:2:");
}

fn an_unknown_key_names_the_nearest() {
    let text = TWO.replace("port = 80", "prot = 80");
    run(&text).exits(2).complains("parity.toml:4:1").complains("`prot`").complains("`port`");
}

fn every_problem_is_shown_at_once() {
    let text = format!("{TWO}[compare]\njobs = \"many\"\ntimeout = \"soon\"\nnonsense = 1\n");
    let outcome = run(&text);
    outcome.exits(2).complains("parity.toml:10:").complains("parity.toml:11:").complains("parity.toml:12:");
    assert_eq!(outcome.stderr.matches("error:").count(), 3, "{}", outcome.words());
}

fn an_unknown_engine_is_refused() {
    let text = TWO.replace("\"local\"", "\"podman\"");
    run(&text).exits(2).complains("parity.toml:6:").complains("podman").complains("hint:");
}

fn an_unknown_candidate_is_refused() {
    let text = format!("{TWO}[compare]\ncandidates = [\"qs\"]\n");
    run(&text).exits(2).complains("parity.toml:10:").complains("`qs`").complains("qa");
    Project::empty()
        .literally(TWO)
        .parity(&["run", "--env", "qs"])
        .exits(2)
        .complains("`qs`")
        .complains("`qa`");
}

fn an_unknown_reference_is_refused() {
    run(&format!("{TWO}[compare]\nreference = \"lokal\"\n")).exits(2).complains("`lokal`").complains("local");
}

fn one_environment_is_nothing_to_compare() {
    let text = "[image]\nref = \"team/app:1\"\n[environments.local]\nengine = \"local\"\n";
    run(text).exits(2).complains("nothing to compare").complains("hint:");
}

fn an_unknown_profile_is_refused() {
    let project =
        Project::empty().literally(&format!("{TWO}[profiles.ci]\npolicy = {{ gate = \"minor\" }}\n"));
    project.parity(&["run", "--profile", "cy"]).exits(2).complains("`cy`").complains("ci");
}

fn a_suite_error_has_file_line_and_column() {
    let project = with_suite("GET {{base}}/value\nHTTP 200\n[Asserts]\njsonpath \"$.id\" resembles 7\n");
    project.run().exits(2).complains("suites/api.hurl:4:17");
}

fn every_suite_error_is_shown() {
    let project = with_suite("GET {{base}}/value\nHTTP 200\n[Asserts]\nnonsense\n")
        .file("suites/b.hurl", "GET {{base}}/x\n[Option]\nretry: 3\n");
    project.parity(&["check"]).exits(2).complains("suites/api.hurl:4:").complains("suites/b.hurl:2:");
}

fn a_glob_that_matches_nothing_is_refused() {
    run(&format!("{TWO}[compare]\nsuites = [\"suits/*.hurl\"]\n"))
        .exits(2)
        .complains("`suits/*.hurl`")
        .complains("hint:");
}

fn an_only_that_selects_nothing_is_code_4() {
    let project = with_suite("GET {{base}}/value\n");
    for command in ["run", "check"] {
        let outcome = project.parity(&[command, "--only", "nothing/**"]);
        outcome.exits(4).complains("`nothing/**`").complains("hint:");
    }
}

fn a_check_lists_the_cases() {
    let suite =
        "GET {{base}}/value?x=1\n\n# parity: id=named\nPOST {{base}}/items\n\nGET {{base}}/value?x=1\n";
    let outcome = with_suite(suite).parity(&["check"]);
    outcome
        .exits(0)
        .prints("suites/api GET /value?x=1   suites/api.hurl:1")
        .prints("suites/api named   suites/api.hurl:4");
    outcome
        .prints("suites/api GET /value?x=1~2   suites/api.hurl:6")
        .prints("3 cases in 1 files, local against qa");
}

fn a_check_as_json() {
    let outcome = with_suite("GET {{base}}/value\n").parity(&["check", "-o", "json"]);
    let cases: serde_json::Value = serde_json::from_str(&outcome.exits(0).stdout).expect("JSON");
    assert_eq!(cases[0]["id"], "suites/api GET /value");
}

fn show_says_where_values_come_from() {
    let project = Project::empty().literally(&format!("{TWO}[compare]\njobs = 3\n"));
    let outcome = project.variable("PARITY_TIMEOUT", "7s").parity(&["config", "show"]);
    outcome
        .exits(0)
        .prints("compare.jobs = 3   # parity.toml")
        .prints("compare.timeout = \"7s\"   # PARITY_TIMEOUT")
        .prints("default");
}

fn a_flag_beats_a_variable_beats_a_profile() {
    let text = format!("{TWO}[policy]\ngate = \"minor\"\n[profiles.ci]\npolicy = {{ gate = \"info\" }}\n");
    let project = || Project::empty().literally(&text);
    project().parity(&["config", "show"]).exits(0).prints("policy.gate = \"minor\"");
    project().parity(&["config", "show", "--profile", "ci"]).exits(0).prints("policy.gate = \"info\"");
    let project = project().variable("PARITY_GATE", "critical");
    project.parity(&["config", "show", "--profile", "ci"]).exits(0).prints("policy.gate = \"critical\"");
}

fn a_variable_that_sets_nothing_is_not_ignored() {
    let project = || Project::empty().literally(TWO);
    let near = project().variable("PARITY_GATES", "minor").parity(&["config", "show"]);
    near.exits(2).complains("`PARITY_GATES` sets nothing").complains("did you mean `PARITY_GATE`?");
    let far = project().variable("PARITY_XYZZY", "1").parity(&["config", "show"]);
    far.exits(0).complains("warning: the variable `PARITY_XYZZY` sets nothing");
}

fn plain_tcp_beyond_this_machine_is_refused() {
    let text = TWO.replace("ssh://ec2-user@qa.example", "tcp://qa.example:2375");
    run(&text).exits(2).complains("parity.toml:8:").complains("hint:").complains("allow-insecure");
}

fn a_password_in_an_address_is_not_repeated() {
    let outcome =
        run(&TWO
            .replace("engine = \"ssh://ec2-user@qa.example\"", "url = \"http://me:canary-word@qa.example\""));
    outcome.exits(2).complains("parity.toml:8:");
    assert!(!outcome.words().contains("canary-word"), "{}", outcome.words());
}

fn a_rule_that_ignores_the_status_needs_a_reason() {
    run(&format!("{TWO}[[rule]]\nat = \"status\"\ndo = \"ignore\"\n"))
        .exits(2)
        .complains("reason")
        .complains("parity.toml:9:");
}

fn a_rules_file_beside_a_suite_is_checked() {
    let project = with_suite("GET {{base}}/value\n")
        .file("suites/api.parity.toml", "[[rule]]\nat = \"$.id\"\ndo = \"forget\"\n");
    project.parity(&["check"]).exits(2).complains("suites/api.parity.toml:3:").complains("forget");
}

fn record_of_an_unknown_environment_is_refused() {
    Project::empty()
        .literally(TWO)
        .parity(&["record", "prod"])
        .exits(2)
        .complains("`prod`")
        .complains("`local`");
}

fn a_port_is_needed_for_suites() {
    let text = format!("{}[compare]\nsuites = [\"suites/*.hurl\"]\n", TWO.replace("port = 80\n", ""));
    let project = Project::empty().literally(&text).file("suites/api.hurl", "GET {{base}}/value\n");
    project.run().exits(2).complains("port").complains("hint:");
}

fn line_ends_and_marks_of_other_systems_are_read() {
    let suite = "GET {{base}}/value\r\nHTTP 200\r\n[Asserts]\r\njsonpath \"$.id\" == 7\r\n";
    with_suite(suite).parity(&["check"]).exits(0).prints("1 cases");
    with_suite(&format!("\u{feff}{suite}")).parity(&["check"]).exits(0).prints("1 cases");
}

fn a_suite_that_is_no_text_is_refused() {
    let project = with_suite("");
    std::fs::write(project.path("suites/api.hurl"), b"GET {{base}}/\xff\n").expect("written");
    project.run().exits(2).complains("suites/api.hurl");
}

fn with_suite(text: &str) -> Project {
    let config = format!("{TWO}[compare]\nsuites = [\"suites/*.hurl\"]\n");
    Project::empty().literally(&config).file("suites/api.hurl", text)
}
