//! Suites begun from what there is already. No engine is touched.

use crate::support::{Outcome, Project};

tests!("import":
    an_openapi_document_becomes_suites,
    what_is_not_converted_is_told_and_strict_makes_it_count,
    nothing_is_overwritten_unless_forced,
    references_are_read_beside_the_document,
    a_recording_becomes_a_suite_without_its_secrets,
    a_collection_becomes_suites_and_variables,
    what_is_none_is_refused_with_its_place,
);

const PETSTORE: &str = include_str!("../../../../import/tests/data/petstore.yaml");
const SHOP: &str = include_str!("../../../../import/tests/data/shop.har");
const PETS: &str = include_str!("../../../../import/tests/data/pets.postman.json");
const QA: &str = include_str!("../../../../import/tests/data/pets.env.json");

/// A configuration over the files that were imported.
const OVER: &str = "[environments.local]\nurl = \"http://127.0.0.1:1\"\n[environments.lab]\nurl = \"http://127.0.0.1:2\"\n\
[compare]\nsuites = [\"suites/*.hurl\"]\n";

fn checked(project: &Project, cases: &str) {
    project.parity(&["check"]).exits(0).prints(cases);
}

fn an_openapi_document_becomes_suites() {
    let project = Project::empty().literally(OVER).file("petstore.yaml", PETSTORE);
    let outcome = project.parity(&["import", "openapi", "petstore.yaml"]);
    outcome.exits(0).prints("suites/pets.hurl     6 entries").prints("give   token: ").prints("(secret)");
    checked(&project, "11 cases in 6 files");
}

fn what_is_not_converted_is_told_and_strict_makes_it_count() {
    let project = Project::empty().file("petstore.yaml", PETSTORE);
    let listed = |outcome: &Outcome| {
        outcome.complains("in part").complains("callbacks: the service sends them");
    };
    listed(project.parity(&["import", "openapi", "petstore.yaml"]).exits(0));
    listed(project.parity(&["import", "openapi", "petstore.yaml", "-o", "other", "--strict"]).exits(1));
    assert!(project.read("other/report.hurl").contains("# Not converted:"));
}

fn nothing_is_overwritten_unless_forced() {
    let project = Project::empty().file("petstore.yaml", PETSTORE).file("suites/pets.hurl", "mine");
    let outcome = project.parity(&["import", "openapi", "petstore.yaml"]);
    outcome.exits(2).complains("`suites/pets.hurl` is there already").complains("`--force`");
    assert_eq!(project.read("suites/pets.hurl"), "mine");
    assert!(!project.path("suites/stores.hurl").exists(), "all or nothing");
    project.parity(&["import", "openapi", "petstore.yaml", "--force"]).exits(0);
    assert!(project.read("suites/pets.hurl").contains("POST {{base}}/v1/pets"));
}

fn references_are_read_beside_the_document() {
    let project = Project::empty()
        .file("api/openapi.yaml", "openapi: 3.1.0\npaths:\n  /a: {$ref: 'paths/a.yaml'}\n")
        .file("api/paths/a.yaml", "get: {responses: {'200': {$ref: '../common.json#/ok'}}}\n")
        .file("api/common.json", r#"{"ok": {"description": "ok", "content": {"text/plain": {}}}}"#);
    project.parity(&["import", "openapi", "api/openapi.yaml"]).exits(0);
    let text = project.read("suites/a.hurl");
    assert!(
        text.contains("GET {{base}}/a\nHTTP 200\n") && text.contains("contains \"text/plain\""),
        "{text}"
    );
}

fn a_recording_becomes_a_suite_without_its_secrets() {
    let project = Project::empty().literally(OVER).file("shop.har", SHOP);
    let outcome = project.parity(&["import", "har", "shop.har"]);
    outcome.exits(0).prints("give   secret_password: ").complains("GET cdn.example/logo.png: another host");
    let text = project.read("suites/shop-example.hurl");
    for secret in ["hunter22", "eyJhbGci", "S3ss10nV4lue"] {
        assert!(!(text.clone() + &outcome.words()).contains(secret), "{secret}");
    }
    assert!(text.contains("access_token: jsonpath \"$.accessToken\" redact"), "{text}");
    checked(&project, "6 cases in 1 files");
}

fn a_collection_becomes_suites_and_variables() {
    let project = Project::empty().literally(OVER).file("pets.json", PETS).file("qa.json", QA);
    let outcome = project.parity(&["import", "postman", "pets.json", "--environment", "qa.json"]);
    outcome.exits(0).prints("suites/qa.env            variables");
    outcome.complains("not converted").complains("M-SEARCH Strange");
    assert!(project.read("suites/qa.env").contains("\nkind=dog\n"));
    assert!(!project.read("suites/qa.env").contains("t0ps3cret"));
    checked(&project, "7 cases in 3 files");
}

fn what_is_none_is_refused_with_its_place() {
    let project = Project::empty()
        .file("a.yaml", "openapi: 3.1.0\npaths:\n  - [\n")
        .file("b.har", "{\"log\":\n  {]}")
        .file("c.json", "{}")
        .file("d.json", &"[".repeat(200_000));
    for (arguments, words) in [
        (["openapi", "a.yaml"], "a.yaml:4:1: malformed YAML"),
        (["har", "b.har"], "b.har:2:4: malformed JSON"),
        (["postman", "c.json"], "`c.json` is no Postman collection"),
        (["openapi", "d.json"], "nests deeper than 127"),
        (["openapi", "e.yaml"], "failed to read `e.yaml`"),
    ] {
        project.parity(&["import", arguments[0], arguments[1]]).exits(2).complains(words);
    }
}
