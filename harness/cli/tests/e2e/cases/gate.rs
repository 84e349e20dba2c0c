//! `ci/gate`: what a pipeline runs, with what it leaves for others to read.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::Project;

tests!("gate": the_gate_exits_as_parity_does_and_leaves_its_reports);

/// The script in the project's folder, with some variables.
fn gate(project: &Project, variables: &[(&str, &str)]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ci/gate");
    project.write();
    // The binary's own surroundings, for another program.
    let inner = project.command(&[]);
    let mut command = Command::new("bash");
    command.arg(script).current_dir(project.path(".")).env("PARITY_BIN", inner.get_program());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY").envs(variables.iter().copied());
    command.output().expect("bash")
}

fn the_gate_exits_as_parity_does_and_leaves_its_reports() {
    let project = Project::local();
    let done = gate(&project, &[]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!String::from_utf8_lossy(&done.stdout).contains("::notice"), "no pipeline is there to read it");

    let project = Project::local().candidate_env("VALUE_STATUS", "500");
    let page = project.path("page.md");
    let page_name = page.to_string_lossy().into_owned();
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", &*page_name), ("PARITY_REPORTS", "out")];
    let done = gate(&project, &variables);
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let annotation = said.lines().find(|line| line.starts_with("::error ")).expect("an annotation");
    assert!(
        annotation.starts_with("::error file=suites/value.hurl,line=1,title=response-status"),
        "{annotation}"
    );
    assert!(fs::read_to_string(page).expect("the page").starts_with("## parity: drift"));
    for (name, start) in [("junit.xml", "<?xml"), ("sarif.json", "{"), ("report.html", "<!doctype html>")] {
        assert!(project.read(&format!("out/{name}")).starts_with(start), "{name}");
    }
    let sarif: serde_json::Value = serde_json::from_str(&project.read("out/sarif.json")).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert!(results.iter().any(|result| result["ruleId"] == "response-status"), "{sarif:#}");

    fs::write(project.path("out/junit.xml"), "of yesterday").expect("written");
    let project = project.literally("nonsense = [");
    assert_eq!(gate(&project, &variables).status.code(), Some(2));
    assert!(!project.path("out/junit.xml").exists(), "an old report is never taken for a new one");
}
