//! Responses held to an OpenAPI document.

use crate::support::Project;

tests!("contract":
    suites_begun_from_a_document_run,
    what_the_candidate_alone_breaks_is_worse,
    what_is_broken_where_nothing_is_compared_is_a_finding,
    what_both_sides_break_is_told_and_no_drift,
);

/// They touch no engine.
pub(crate) const WITHOUT_ENGINE: &[crate::Test] =
    &[("contract::a_document_that_cannot_be_read_is_refused", a_document_that_cannot_be_read_is_refused)];

const DOCUMENT: &str = r"
openapi: 3.0.3
paths:
  /value:
    get:
      tags: [api]
      responses:
        '200':
          description: it
          content: {application/json: {schema: {$ref: 'schemas.yaml#/Value'}}}
  /items/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    delete:
      tags: [api]
      responses: {'204': {description: gone}}
    get:
      tags: [api]
      responses:
        '200': {description: it, content: {application/json: {schema: {required: [id, content]}}}}
  /items:
    post:
      tags: [api]
      requestBody: {content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses:
        '201': {description: made, content: {application/json: {schema: {required: [id], properties: {id: {type: string, format: uuid}}}}}}
";

const SCHEMAS: &str = r"
Value:
  type: object
  additionalProperties: false
  required: [id, name, done]
  properties: {id: {type: integer}, name: {type: string}, done: {type: boolean}}
";

const ONE_MORE: &str = r#"{"id":7,"name":"seven","done":false,"more":1}"#;

fn project() -> Project {
    Project::local().gets(&["/value"]).file("api/openapi.yaml", DOCUMENT).file("api/schemas.yaml", SCHEMAS)
}

fn held() -> Project {
    project().compare("openapi", "\"api/openapi.yaml\"")
}

fn suites_begun_from_a_document_run() {
    let project = held().with_control();
    project
        .parity(&["import", "openapi", "api/openapi.yaml", "--force"])
        .exits(0)
        .prints("suites/api.hurl   4 entries");
    let outcome = project.run();
    outcome.exits(0).verdict("parity").coverage(4, 4).has_all_reports();
    let contract = &outcome.report()["coverage"]["contract"];
    assert_eq!(
        (contract["validated"].as_u64(), contract["no_operation"].as_u64()),
        (Some(8), Some(0)),
        "{contract:#}"
    );
    assert_eq!(contract["violations"], serde_json::json!([]), "{contract:#}");
    outcome.prints("8 responses held to api/openapi.yaml");
}

fn what_the_candidate_alone_breaks_is_worse() {
    let without = project().candidate_env("VALUE_BODY", ONE_MORE).run();
    assert_eq!(without.exits(0).finding("response-field-added", Some("$.more"))["severity"], "minor");
    assert!(without.report()["coverage"]["contract"].is_null());
    let outcome = held().candidate_env("VALUE_BODY", ONE_MORE).run();
    let finding = outcome.exits(1).finding("response-field-added", Some("$.more"));
    assert_eq!(finding["severity"], "major");
    let hint = finding["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("breaks `api/openapi.yaml`: $.more is not described"), "{hint}");
    outcome.lacks("contract-violated");
}

fn what_is_broken_where_nothing_is_compared_is_a_finding() {
    let rule = "[[rule]]\nat = \"$.more\"\ndo = \"ignore\"\n";
    let outcome = held().section(rule).candidate_env("VALUE_BODY", ONE_MORE).run();
    let finding = outcome.exits(1).lacks("response-field-added").finding("contract-violated", Some("$.more"));
    assert_eq!(
        (finding["severity"].as_str(), finding["kind"].as_str()),
        (Some("major"), Some("additionalProperties"))
    );
}

fn what_both_sides_break_is_told_and_no_drift() {
    let outcome = held()
        .gets(&["/value", "/number"])
        .env("VALUE_BODY", r#"{"id":"7","name":"seven","done":false}"#)
        .run();
    outcome.exits(0).verdict("parity").lacks("contract-violated");
    let contract = &outcome.report()["coverage"]["contract"];
    assert_eq!(contract["no_operation"], 2, "{contract:#}");
    let violated = &contract["violations"][0];
    assert_eq!(
        (violated["at"].as_str(), violated["keyword"].as_str()),
        (Some("$.id"), Some("type")),
        "{contract:#}"
    );
    assert_eq!(violated["environments"], serde_json::json!(["local", "other"]));
    outcome
        .prints("2 responses held to api/openapi.yaml, 2 of no operation in it")
        .prints("local, other: $.id");
}

fn a_document_that_cannot_be_read_is_refused() {
    let config = "[environments.a]\nurl = \"http://127.0.0.1:1\"\n[environments.b]\nurl = \"http://127.0.0.1:2\"\n\
[compare]\nreference = \"a\"\nsuites = [\"suites/*.hurl\"]\nopenapi = \"openapi.yaml\"\n";
    let project = Project::empty().literally(config).file("suites/x.hurl", "GET {{base}}/x\n");
    project.parity(&["check"]).exits(2).complains("failed to read the OpenAPI document `openapi.yaml`");
    let project = project.file("openapi.yaml", "openapi: 3.1.0\npaths:\n  /x: {get: {$ref: gone.yaml}}\n");
    project.parity(&["check"]).exits(2).complains("`openapi.yaml` refers to `gone.yaml`");
    let project = project.file("openapi.yaml", "openapi: [\n");
    project.parity(&["check"]).exits(2).complains("openapi.yaml:2:1: malformed YAML");
    let project = project.file("openapi.yaml", "openapi: 3.1.0\npaths:\n  /x: {get: {}}\n");
    project.parity(&["check"]).exits(0).prints("1 cases in 1 files");
}
