//! Known differences, written into the configuration and held against what is found.

use crate::support::{Image, Outcome, Project};

tests!("waivers":
    a_finding_is_waived_and_the_file_keeps_its_form,
    a_code_base_is_adopted_in_groups,
    what_cannot_be_waived_is_refused,
    the_policy_fails_a_run_that_compared_too_little,
);

const BY: [&str; 6] = ["--reason", "held back until PROJ-12", "--owner", "api-team", "--expires", "30d"];

fn waive<'a>(first: &[&'a str]) -> Vec<&'a str> {
    [&["waive"], first, &BY].concat()
}

fn fingerprint(outcome: &Outcome, code: &str) -> String {
    outcome.finding(code, None)["fingerprint"].as_str().expect("text").to_owned()
}

fn drifting() -> Project {
    let image = Project::local().image(Image::Packages).candidate_image(Image::OldPython);
    image.with_manifests().gets(&["/package/foo"])
}

fn a_finding_is_waived_and_the_file_keeps_its_form() {
    let project = drifting().section("# the last line, with   odd space");
    let outcome = project.run();
    let package = fingerprint(outcome.exits(1), "package-outdated");
    let before = project.read("parity.toml");
    let said = project.parity(&waive(&[&package[..8]]));
    said.exits(0).prints("package-outdated pkg:pypi/foo in ").prints("written to `parity.toml`, until ");
    let after = project.read("parity.toml");
    assert!(after.starts_with(&before), "{after}");
    assert!(after.contains("[[waiver]]\ncode = \"package-outdated\"\nsubject = \"pkg:pypi/foo\""), "{after}");
    assert!(after.contains("versions = { reference = \""), "{after}");
    let project = project.literally(&after);
    let outcome = project.run();
    assert_eq!(outcome.exits(1).finding("package-outdated", None)["disposition"], "waived");
    let status = outcome.finding("response-status", Some("status"));
    let status = status["fingerprint"].as_str().expect("text");
    project.parity(&waive(&[&package])).exits(2).complains("is waived already");
    let rest: Vec<String> = outcome.report()["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["disposition"] == "active")
        .map(|finding| finding["fingerprint"].as_str().expect("text").to_owned())
        .collect();
    assert!(rest.iter().any(|one| one == status));
    let words: Vec<&str> = rest.iter().map(String::as_str).collect();
    project.parity(&waive(&words)).exits(0).prints("response-status suites/api GET /package/foo at status");
    let project = {
        let text = project.read("parity.toml");
        project.literally(&text)
    };
    project.run().exits(0).verdict("drift").prints("waived");
}

fn a_code_base_is_adopted_in_groups() {
    let project = drifting();
    project.run().exits(1);
    project
        .parity(&waive(&["--all"]))
        .exits(0)
        .prints("pypi`")
        .prints("responses`")
        .prints("`parity.waivers.toml`");
    let project = {
        let text = project.read("parity.toml");
        project.literally(&text)
    };
    assert_eq!(project.read("parity.toml").matches("[[waiver]]").count(), 2);
    project.run().exits(0).verdict("drift").prints("waived").lacks("waiver-unused");
    // Another version than the one that is known.
    let known = project.read("parity.waivers.toml");
    let line = known.lines().find(|line| line.starts_with("candidate = ")).expect("a version");
    let project = project.file("parity.waivers.toml", &known.replace(line, "candidate = \"0.0.1\""));
    let outcome = project.run();
    assert_eq!(outcome.exits(1).finding("package-outdated", None)["disposition"], "active");
    // What is found again is added to the group that is there.
    project.parity(&waive(&["--all"])).exits(0).prints("added to the group");
    assert_eq!(project.read("parity.toml").matches("[[waiver]]").count(), 2);
    project.run().exits(0);
    std::fs::remove_file(project.path("parity.waivers.toml")).expect("it is there");
    project.run().exits(2).complains("parity.waivers.toml");
}

fn what_cannot_be_waived_is_refused() {
    let project = Project::local().candidate_env("VALUE_STATUS", "500");
    let project = project.section("[policy]\nmax-waiver-days = 366\n");
    project.run().exits(1);
    project.parity(&waive(&["ffff"])).exits(2).complains("no finding `ffff`");
    project.parity(&waive(&[])).exits(2).complains("--all");
    let with = |day: &'static str| ["waive", "--all", "--reason", "x", "--owner", "y", "--expires", day];
    project.parity(&with("soon")).exits(2).complains("`soon` is no day").complains("hint: ");
    project.parity(&with("2020-01-01")).exits(2).complains("is over");
    project.parity(&with("9999-12-31")).exits(2).complains("more than 366 days away");
    project.parity(&["waive", "--all", "--reason", " ", "--owner", "y", "--expires", "9d"]).exits(2);
    assert!(!project.read("parity.toml").contains("[[waiver]]"), "nothing was written");
}

fn the_policy_fails_a_run_that_compared_too_little() {
    let project = Project::local().section("[policy]\nmin-cases = 2\nrequired = [\"prod\"]\n");
    let outcome = project.run();
    outcome.exits(5).verdict("inconclusive").cause(None, "1 case was compared, and the policy requires 2");
    outcome.cause(Some("prod"), "`prod` was not compared");
}
