use envparity_import::{Imported, openapi};
use envparity_openapi::Document;

use crate::support::{parsed, shown};

fn import(path: &str, text: &str) -> Imported {
    let document =
        Document::read(path, text, &|path| Err(format!("`{path}` is not there"))).expect("a document");
    openapi(&document).expect("operations")
}

#[test]
fn a_document_becomes_a_file_for_each_tag() {
    let imported = import("petstore.yaml", include_str!("../data/petstore.yaml"));
    assert_eq!(parsed(&imported), 11);
    insta::assert_snapshot!(shown(&imported));
}

#[test]
fn json_and_yaml_are_one() {
    let yaml = "openapi: 3.1.0\npaths:\n  /a/{id}:\n    get: {responses: {'200': {description: ok}}}\n";
    let json = r#"{"openapi": "3.1.0", "paths": {"/a/{id}": {"get": {"responses": {"200": {"description": "ok"}}}}}}"#;
    assert_eq!(import("o.yaml", yaml).files, import("o.yaml", json).files);
}

#[test]
fn samples_keep_their_schema() {
    let document = include_str!("../data/petstore.yaml");
    let imported = import("petstore.yaml", document);
    let text = &imported.files.iter().find(|file| file.name == "pets.hurl").expect("pets").text;
    let begin = text.find("POST {{base}}/v1/pets\n").expect("a create");
    let body = &text[begin..][text[begin..].find('{').expect("a body")..];
    let body = &body[body.find("\n{").expect("a body") + 1..];
    let body = &body[..body.find("\nHTTP").expect("an end")];
    let value: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let schema = serde_json::json!({
        "required": ["name", "kind", "tags", "parent", "weight", "chip", "born"],
        "properties": {
            "id": false,
            "name": {"type": "string", "minLength": 2},
            "kind": {"enum": ["dog", "cat"]},
            "tags": {"minItems": 2},
            "weight": {"exclusiveMinimum": 0, "maximum": 0.5},
            "chip": {"pattern": "^[A-Z]{2}\\d{4}$"},
            "born": {"pattern": "^\\d{4}-\\d\\d-\\d\\d$"}
        }
    });
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(validator.is_valid(&value), "{value:#}");
}

#[test]
fn a_document_without_operations_is_refused() {
    let document = Document::read("o.yaml", "openapi: 3.1.0\n", &|_| Err(String::new())).expect("a document");
    assert_eq!(openapi(&document).expect_err("refused").message, "`o.yaml` describes no operation");
}
