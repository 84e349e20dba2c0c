//! `--explain`: the factor that made the candidate answer otherwise, proven in throw-away containers.

use serde_json::Value;

use crate::support::{Image, Outcome, Project};

tests!("culprit":
    a_package_on_a_remote_host_is_named_with_proof_both_ways,
    a_package_is_named_in_a_read_only_container_of_another_user,
    a_variable_is_named,
    what_keeps_a_service_from_starting_is_named,
    nothing_is_named_where_nothing_drifts,
    an_earlier_run_is_explained,
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
