//! `--explain`: the factor that made the candidate answer otherwise, proven in throw-away containers.

use serde_json::Value;

use crate::support::{Image, Outcome, Project};

tests!("culprit":
    a_package_on_a_remote_host_is_named_with_proof_both_ways,
    a_package_is_named_in_a_read_only_container_of_another_user,
    a_package_that_is_newer_weighs_more_once_it_is_proven,
    a_variable_is_named,
    what_keeps_a_service_from_starting_is_named,
    nothing_is_named_where_nothing_drifts,
    a_search_that_ends_early_claims_no_culprit,
    a_search_without_time_says_so,
    an_earlier_run_is_explained,
    nothing_is_tried_between_unlike_processors,
    a_run_whose_suites_have_changed_is_not_explained,
);

fn packages(project: Project) -> Project {
    project
        .image(Image::Packages)
        .candidate_image(Image::OldPython)
        .with_manifests()
        .gets(&["/value", "/package/foo"])
}

fn explain(project: &Project) -> Outcome {
    project.parity(&["run", "--explain"])
}

/// Kind and both sides of the only factor of the only culprit, and its proof.
fn culprit(finding: &Value) -> (String, String, String, String) {
    let culprits = finding["culprits"].as_array().expect("a list");
    assert_eq!(culprits.len(), 1, "{finding:#}");
    let factors = culprits[0]["factors"].as_array().expect("a list");
    assert_eq!(factors.len(), 1, "{finding:#}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let factor = &factors[0];
    (
        text(&factor["kind"]),
        text(&factor["reference"]),
        text(&factor["candidate"]),
        text(&culprits[0]["proof"]),
    )
}

fn named(kind: &str, reference: &str, candidate: &str) -> (String, String, String, String) {
    (kind.into(), reference.into(), candidate.into(), "both-ways".into())
}

fn is_foo(outcome: &Outcome) {
    let finding = outcome.exits(1).finding("response-status", Some("status"));
    assert_eq!(culprit(&finding), named("package", "pkg:pypi/foo@2.1.0", "pkg:pypi/foo@1.4.0"));
    assert_eq!(finding["remedy"], "pip install foo==2.1.0");
    outcome.prints("culprit  pypi foo 2.1.0 → 1.4.0   proof both ways").prints("proven culprit");
}

fn a_package_on_a_remote_host_is_named_with_proof_both_ways() {
    let outcome = explain(&packages(Project::new()));
    is_foo(&outcome);
    outcome.has_all_reports();
}

fn a_package_is_named_in_a_read_only_container_of_another_user() {
    let project =
        packages(Project::local()).container("read-only", "true").container("user", "\"1000:1000\"");
    is_foo(&explain(&project));
}

fn a_package_that_is_newer_weighs_more_once_it_is_proven() {
    let project = Project::local().image(Image::OldPython).candidate_image(Image::Packages).with_manifests();
    let project = project.gets(&["/package/foo"]);
    let severity = |outcome: &Outcome| outcome.exits(1).finding("package-newer", None)["severity"].clone();
    assert_eq!(severity(&project.run()), "minor");
    let outcome = explain(&project);
    assert_eq!(severity(&outcome), "major");
    let finding = outcome.finding("response-status", Some("status"));
    assert_eq!(culprit(&finding), named("package", "pkg:pypi/foo@1.4.0", "pkg:pypi/foo@2.1.0"));
}

fn a_variable_is_named() {
    let project = Project::local().candidate_env("VALUE_BODY", "other").candidate_env("TZ", "UTC");
    let outcome = explain(&project.gets(&["/value"]));
    let finding = outcome.exits(1).finding("response-unparsable", Some("body"));
    assert_eq!(culprit(&finding), named("env", "", "VALUE_BODY=other"));
}

fn what_keeps_a_service_from_starting_is_named() {
    let project = packages(Project::local()).candidate_env("START", "exit");
    let outcome = explain(&project);
    let finding = outcome.exits(1).finding("service-not-started", None);
    assert_eq!(culprit(&finding), named("env", "", "START=exit"));
}

fn nothing_is_named_where_nothing_drifts() {
    let project = Project::local().image(Image::Packages).candidate_image(Image::OldPython).with_manifests();
    let outcome = explain(&project.gets(&["/value"]));
    let findings = outcome.exits(1).report()["findings"].clone();
    let culprits =
        findings.as_array().expect("a list").iter().filter(|f| f["culprits"] != serde_json::json!([]));
    assert_eq!(culprits.count(), 0, "{findings:#}");
    assert!(!outcome.folder().join("explained.json").exists());
}

/// One variable that is to blame, behind eight that are not.
pub(super) fn variables(project: Project) -> Project {
    let decoys = ('A'..='H').map(|letter| format!("DECOY_{letter}"));
    let project = decoys.fold(project, |project, name| project.candidate_env(&name, "1"));
    project.candidate_env("VALUE_BODY", "other").gets(&["/value"])
}

fn hint(outcome: &Outcome) -> String {
    let finding = outcome.exits(1).finding("response-unparsable", Some("body"));
    assert_eq!(finding["culprits"], serde_json::json!([]), "{finding:#}");
    finding["hint"].as_str().unwrap_or_default().to_owned()
}

fn a_search_that_ends_early_claims_no_culprit() {
    let project = variables(Project::local()).section("[explain]\ntrials = 3\n");
    project.parity(&["config", "show"]).exits(0).prints("explain.trials = 3   # parity.toml");
    let outcome = explain(&project);
    let hint = hint(&outcome);
    assert!(hint.contains("ended early (`explain.trials` = 3)"), "{hint}");
    // All of them made the difference, and nothing smaller was seen to.
    assert!(hint.contains("smallest set so far") && hint.contains("and 4 more"), "{hint}");
    outcome.prints("the search ended early");
    assert!(!outcome.stdout.contains("culprit "), "{}", outcome.words());
    // With more of them it goes on to the end; the run itself is still the same.
    let outcome = project.parity(&["explain", "--set", "explain.trials=40"]);
    let finding = outcome.exits(1).finding("response-unparsable", Some("body"));
    assert_eq!(culprit(&finding), named("env", "", "VALUE_BODY=other"));
}

fn a_search_without_time_says_so() {
    let hint = hint(&explain(&variables(Project::local()).section("[explain]\ntime = \"1ms\"\n")));
    assert!(hint.contains("ended early (`explain.time` = 0.001 s): no set is known yet"), "{hint}");
}

fn an_earlier_run_is_explained() {
    let project = packages(Project::local());
    let before = project.run();
    let finding = before.exits(1).finding("response-status", Some("status"));
    assert_eq!(finding["culprits"], serde_json::json!([]));
    is_foo(&project.parity(&["explain"]));
    // What was shown is part of every later report.
    let words = "culprit  pypi foo 2.1.0 → 1.4.0   proof both ways";
    project.parity(&["report"]).exits(1).prints(words).prints("proven culprit");
}

fn nothing_is_tried_between_unlike_processors() {
    let project = Project::local().image(Image::Packages).candidate_image(Image::Foreign).with_manifests();
    let outcome = explain(&project.gets(&["/package/foo"]));
    let finding = outcome.exits(1).finding("response-status", Some("status"));
    assert_eq!(finding["culprits"], serde_json::json!([]), "{finding:#}");
    let hint = finding["hint"].as_str().unwrap_or_default();
    assert!(
        hint.contains("the candidate linux/riscv64") && hint.contains("no trial was made"),
        "{finding:#}"
    );
    let explained =
        std::fs::read_to_string(outcome.folder().join("explained.json")).expect("it was looked at");
    let explained: Value = serde_json::from_str(&explained).expect("JSON");
    assert_eq!(explained["environments"]["other"]["trials"], serde_json::json!([]));
    outcome.prints("no trial was made");
}

fn a_run_whose_suites_have_changed_is_not_explained() {
    let project = packages(Project::local());
    project.run().exits(1);
    std::fs::write(project.path("suites/api.hurl"), "GET {{base}}/list\n").expect("written");
    project
        .parity(&["explain"])
        .exits(3)
        .complains("have changed")
        .complains("run it again with `--explain`");
}
