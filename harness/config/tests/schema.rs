//! The JSON Schema says what the resolver says.

use envparity_config::{default_text, schema};
use serde_json::{Map, Value};

fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(whole) => Value::from(*whole),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(flag) => Value::Bool(*flag),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(json).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.clone(), json(value))).collect::<Map<_, _>>())
        }
    }
}

fn errors(text: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(&schema()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    // An integer that this reader does not take.
    let text = text.replace("huge = 99999999999999999999", "");
    let document = json(&text.parse::<toml::Table>().map(toml::Value::Table).expect("TOML"));
    validator.iter_errors(&document).map(|error| error.to_string()).collect()
}

#[test]
fn what_resolves_is_valid() {
    for text in [
        default_text(),
        include_str!("data/design.toml"),
        include_str!("data/container.toml"),
        include_str!("data/environments.toml"),
    ] {
        assert_eq!(errors(text), Vec::<String>::new());
    }
}

#[test]
fn what_is_malformed_in_itself_is_invalid() {
    assert!(errors(include_str!("malformed/keys.toml")).len() >= 8);
    assert!(errors(include_str!("malformed/types.toml")).len() >= 12);
    assert!(errors(include_str!("malformed/values.toml")).len() >= 20);
}

#[test]
fn the_committed_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/parity.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, schema()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(committed == schema(), "run the test with UPDATE_SCHEMA=1 and commit the schema");
}
