//! The JSON Schema of `parity.toml`, made from the table of keys.

use serde_json::{Map, Value, json};

use crate::keys::ROOT;
use crate::shape::{Key, Shape};

/// JSON Schema (draft 7, which TOML editors read) of `parity.toml`.
pub fn schema() -> String {
    let mut root = of(&ROOT);
    let top = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "parity.toml",
        "description": "The configuration of envparity.",
    });
    if let (Some(root), Value::Object(mut top)) = (root.as_object_mut(), top) {
        top.append(root);
        root.append(&mut top);
    }
    // A schema is plain JSON: it always has a text.
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Text(element) => match element.pattern {
            Some(pattern) => json!({ "type": "string", "pattern": pattern }),
            None => json!({ "type": "string" }),
        },
        Shape::Word(words) => json!({ "type": "string", "enum": words() }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Whole(least, i64::MAX) => json!({ "type": "integer", "minimum": least }),
        Shape::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Number => json!({ "type": "number", "minimum": 0 }),
        Shape::Date => json!({ "type": "string", "format": "date" }),
        Shape::Scalar => json!({ "type": ["string", "integer", "number", "boolean"] }),
        Shape::List(item) => json!({ "type": "array", "items": of(item) }),
        Shape::Table(groups) => table(groups),
        Shape::Map(name, item) => match name.pattern {
            Some(pattern) => {
                json!({ "type": "object", "propertyNames": { "pattern": pattern }, "additionalProperties": of(item) })
            }
            None => json!({ "type": "object", "additionalProperties": of(item) }),
        },
        Shape::WordMap(words, item) => {
            json!({ "type": "object", "propertyNames": { "enum": words() }, "additionalProperties": of(item) })
        }
        Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(of).collect::<Vec<_>>() }),
    }
}

fn table(groups: &[&[Key]]) -> Value {
    let mut properties = Map::new();
    for key in groups.iter().copied().flatten() {
        let mut value = of(&key.shape);
        if let Some(value) = value.as_object_mut() {
            value.insert("description".to_owned(), Value::String(key.about.to_owned()));
        }
        properties.insert(key.name.to_owned(), value);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}
