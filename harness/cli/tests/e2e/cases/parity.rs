//! The same image here and in the lab: parity, and what a report then says.

use serde_json::Value;

use crate::support::{Image, Project};

tests!("parity":
    the_same_image_here_and_in_the_lab,
    an_intended_difference_is_a_fact,
    drift_below_the_gate_exits_0_and_says_so,
    a_stateful_suite_with_captures,
    requests_arrive_the_same_everywhere,
    redirects_and_locations_name_each_host,
    many_candidates_at_once,
    a_second_run_finds_the_image_there,
    json_on_standard_output_is_the_report,
    further_reports_are_written_where_asked,
    quiet_says_results_only,
    an_attached_container_is_left_as_it_is,
);

/// Everything on, as a user has it who writes nothing but environments and suites.
fn the_same_image_here_and_in_the_lab() {
    let project = Project::new().image(Image::Packages).with_control().with_manifests();
    let outcome = project.gets(&["/value", "/list", "/number", "/package/foo"]).run();
    outcome.exits(0).verdict("parity").coverage(4, 4).has_all_reports();
    let report = outcome.report();
    assert_eq!(
        report["findings"].as_array().map(|all| all.iter().filter(|f| f["severity"] != "info").count()),
        Some(0),
        "{}",
        outcome.codes()
    );
    let (reference, candidate) = (&report["environments"][0], &report["environments"][1]);
    assert_eq!((reference["name"].as_str(), reference["role"].as_str()), (Some("local"), Some("reference")));
    assert_eq!((candidate["name"].as_str(), candidate["role"].as_str()), (Some("lab"), Some("candidate")));
    assert_ne!(reference["engine"]["id"], candidate["engine"]["id"], "two engines");
    assert!(
        candidate["engine"]["endpoint"].as_str().is_some_and(|e| e.starts_with("ssh://")),
        "{candidate:#}"
    );
    assert_eq!(reference["image"]["identity"], candidate["image"]["identity"], "one image");
    for environment in [reference, candidate] {
        assert_eq!(environment["packages"], Value::from(3), "foo, libexample2, base-files: {environment:#}");
        assert!(environment["ready_ms"].is_u64());
    }
    assert_eq!(report["coverage"]["packages_equal"], Value::from(3));
    assert!(
        report["coverage"]["facts_equal"].as_u64().is_some_and(|facts| facts > 3),
        "{:#}",
        report["coverage"]
    );
    assert_eq!(
        outcome.junit().iter().filter(|name| name.contains("GET /")).count(),
        4,
        "{:?}",
        outcome.junit()
    );
    outcome.prints("PARITY").prints("4 cases").prints("3 packages");
}

fn an_intended_difference_is_a_fact() {
    let project = Project::new().image(Image::Packages).with_manifests().candidate_env("RACK_ENV", "test");
    let outcome = project.run();
    outcome.exits(0).verdict("parity").lacks("env-differs");
    let facts = outcome.report()["facts"].clone();
    let fact = facts.as_array().expect("a list").iter().find(|fact| fact["name"] == "env.RACK_ENV");
    let fact = fact.unwrap_or_else(|| panic!("{facts:#}"));
    assert_eq!(fact["intended"], true);
    assert_eq!(
        (&fact["reference"], &fact["candidate"]["plain"]),
        (&Value::Null, &Value::from("test")),
        "{fact:#}"
    );
}

fn drift_below_the_gate_exits_0_and_says_so() {
    let project = Project::new().candidate_env("VALUE_HEADER", "X-Extra: yes");
    let outcome = project.run();
    outcome.exits(0).verdict("drift").finds("response-header", "header.x-extra");
    assert_eq!(outcome.finding("response-header", Some("header.x-extra"))["disposition"], "below-gate");
    outcome.prints("below the gate");
    project.parity(&["run", "--gate", "minor"]).exits(1).verdict("drift");
}

fn a_stateful_suite_with_captures() {
    let suite = r#"POST {{base}}/items
{"name": "seven"}
HTTP 201
[Captures]
id: jsonpath "$.id"
[Asserts]
header "Location" endsWith "{{id}}"

GET {{base}}/items/{{id}}
HTTP 200
[Asserts]
jsonpath "$.id" == "{{id}}"

PUT {{base}}/items/{{id}}
{"name": "eight"}
HTTP 200

DELETE {{base}}/items/{{id}}
HTTP 204

GET {{base}}/items/{{id}}
HTTP 404
"#;
    // The id differs by nature: the control shows it, so it is a symbol everywhere it comes back.
    let outcome = Project::new().with_control().suite("items", suite).run();
    outcome.exits(0).verdict("parity").coverage(5, 5);
    assert!(!outcome.report()["coverage"]["shape_only"].as_array().expect("a list").is_empty());
}

fn requests_arrive_the_same_everywhere() {
    let suite = "POST {{base}}/echo?a=1&b=two\nX-Custom: a header\n[Cookies]\nc: d\n```json\n{ \"x\": [1, 2.50] }\n```\nHTTP 200\n\
        [Asserts]\njsonpath \"$.method\" == \"POST\"\njsonpath \"$.target\" == \"/echo?a=1&b=two\"\n\
        jsonpath \"$.headers['x-custom']\" == \"a header\"\njsonpath \"$.headers.host\" == \"localhost:8080\"\n";
    Project::new().suite("echo", suite).run().exits(0).verdict("parity").coverage(1, 1);
}

fn redirects_and_locations_name_each_host() {
    let suite = "GET {{base}}/redirect?to=/list\nHTTP 302\n\nGET {{base}}/redirect?to=/list\n[Options]\nlocation: true\nHTTP 200\n\
        [Asserts]\njsonpath \"$[0].name\" == \"run\"\n";
    Project::new().suite("hops", suite).run().exits(0).verdict("parity").coverage(2, 2);
}

fn many_candidates_at_once() {
    let lab = crate::support::keeper::lab();
    let project = Project::new().compare("allow-same-engine", "true").section(&format!(
        "[environments.second]\nengine = \"local\"\n[environments.third]\n{}env = {{ VALUE_STATUS = \"500\" }}\n",
        lab.lines()
    ));
    let outcome = project.run();
    outcome.exits(1).verdict("drift");
    let found: Vec<Value> = outcome.all("response-status");
    assert_eq!(found.iter().map(|f| &f["environment"]).collect::<Vec<_>>(), ["third"], "{}", outcome.codes());
    assert_eq!(outcome.report()["environments"].as_array().map(Vec::len), Some(4));
    let outcome = project.parity(&["run", "--env", "second"]);
    outcome.exits(0).verdict("parity");
    assert_eq!(outcome.report()["environments"].as_array().map(Vec::len), Some(2));
}

fn a_second_run_finds_the_image_there() {
    let project = Project::new();
    project.run().exits(0);
    let outcome = project.run();
    outcome.exits(0).verdict("parity");
    assert!(!outcome.stderr.contains("sending image"), "{}", outcome.words());
}

fn json_on_standard_output_is_the_report() {
    let outcome = Project::new().parity(&["run", "-o", "json"]);
    outcome.exits(0);
    let printed: Value = serde_json::from_str(&outcome.stdout).expect("JSON alone");
    assert_eq!(printed, outcome.report());
}

fn further_reports_are_written_where_asked() {
    let project = Project::new();
    let outcome =
        project.parity(&["run", "--report", "junit=out/junit.xml", "--report", "html=out/page.html"]);
    outcome.exits(0);
    assert_eq!(
        project.read("out/junit.xml"),
        std::fs::read_to_string(outcome.folder().join("report.xml")).expect("there")
    );
    assert!(project.read("out/page.html").contains("</html>"));
}

fn quiet_says_results_only() {
    let outcome = Project::new().parity(&["run", "--quiet"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{}", outcome.words());
    outcome.prints("PARITY");
}

fn an_attached_container_is_left_as_it_is() {
    use crate::support::{Docker, keeper};
    let name = format!("e2e-attached-{}", std::process::id());
    let docker = Docker::local();
    docker.run(&[
        "run",
        "-d",
        "--rm",
        "--name",
        &name,
        "-p",
        "127.0.0.1::8080",
        &keeper::image(Image::Plain),
    ]);
    let project = Project::new()
        .reference_is("local", &format!("engine = \"local\"\nattach = {{ container = \"{name}\" }}\n"));
    let outcome = project.run();
    let state = docker.run(&["inspect", "-f", "{{.State.Running}} {{.RestartCount}}", &name]);
    docker.run(&["rm", "-f", &name]);
    outcome.exits(0).verdict("parity").coverage(1, 1);
    assert_eq!(state, "true 0");
}
