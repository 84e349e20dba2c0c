//! What a run has learned, and the rules that it suggests.

use serde_json::Value;

use crate::support::{Image, Outcome, Project};

tests!("learned":
    what_was_learned_is_told_with_what_taught_it,
    a_run_that_learned_nothing_says_so,
    a_suggested_rule_settles_its_finding,
    findings_of_no_case_are_counted_alone,
);

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}\n{}", outcome.words()))
}

fn what_was_learned_is_told_with_what_taught_it() {
    let project = Project::local().with_control().gets(&["/noise", "/value"]);
    project.run().exits(0).verdict("parity");
    let told = project.parity(&["noise"]);
    told.exits(0).prints("suites/api GET /noise\n  noise\n").prints("$.id").prints("UUID");
    assert!(!told.stdout.contains("GET /value"), "{}", told.words());
    let told = project.parity(&["noise", "latest", "-o", "json"]);
    let told = json(told.exits(0));
    let learned = |at: &str, kind: &str| {
        let all = told["noise"].as_array().expect("a list");
        let one = all.iter().find(|learned| learned["at"] == at && learned["kind"] == kind);
        one.unwrap_or_else(|| panic!("{at} {kind}: {told:#}")).clone()
    };
    assert_eq!(learned("$.id", "value")["case"], "suites/api GET /noise");
    assert!(learned("$.id", "value")["why"].as_str().is_some_and(|why| why.contains("on the reference")));
    learned("$.at", "value");
    learned("$.tags", "order");
    project.parity(&["noise", "nosuch"]).exits(2).complains("no run `nosuch`");
}

fn a_run_that_learned_nothing_says_so() {
    let project = Project::local().with_control();
    project.run().exits(0);
    project.parity(&["noise"]).exits(0).prints("nothing was learned in run ").prints("compared in full");
    project.parity(&["suggest"]).exits(0).prints("# no active finding in run ");
}

fn a_suggested_rule_settles_its_finding() {
    let project = Project::local()
        .candidate_env("VALUE_BODY", r#"{"id":8,"name":"seven","done":false}"#)
        .gets(&["/value", "/list"]);
    project.run().exits(1).verdict("drift");
    let suggested = project.parity(&["suggest"]);
    suggested.exits(0).prints("$.id: 7 → 8").prints("do = \"tolerance\"");
    let project = project.section(&suggested.stdout);
    project.run().exits(0).verdict("parity").coverage(2, 2);

    let project = Project::local().candidate_env("VALUE_STATUS", "500");
    let outcome = project.run();
    let finding = outcome.exits(1).finding("response-status", Some("status"));
    let fingerprint = finding["fingerprint"].as_str().expect("text");
    let none = project.parity(&["suggest", "latest", &fingerprint[..8]]);
    none.exits(0).prints("# no rule: outcome and status are never noise");
    assert!(!none.stdout.contains("[[rule]]"), "{}", none.words());
    project.parity(&["suggest", "latest", "ffff"]).exits(2).complains("no finding `ffff`");
}

fn findings_of_no_case_are_counted_alone() {
    let project = Project::local().image(Image::Packages).candidate_image(Image::OldPython).with_manifests();
    let project = project.gets(&["/package/foo"]);
    let outcome = project.run();
    outcome.exits(1).finds("response-status", "status");
    let package = outcome.finding("package-outdated", None);
    let suggested = project.parity(&["suggest"]);
    suggested.exits(0).prints("suites/api GET /package/foo");
    suggested.prints("more finding").prints("no rule speaks of them");
    assert!(!suggested.stdout.contains("pkg:"), "{}", suggested.words());
    let told = json(project.parity(&["suggest", "-o", "json"]).exits(0));
    assert!(told["beyond"].as_u64().is_some_and(|beyond| beyond > 0), "{told:#}");
    // Whoever asks for one is answered.
    let fingerprint = package["fingerprint"].as_str().expect("text");
    project.parity(&["suggest", "latest", fingerprint]).exits(0).prints("# no rule: no rule speaks of it");
}
