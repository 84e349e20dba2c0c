//! Parameters as they are sent.

use envparity_openapi::Node;
use serde_json::Value;

use super::sample;

/// The value that somebody wrote for a parameter, if anybody did.
pub(crate) fn written(parameter: Node<'_>) -> Option<Value> {
    let examples = parameter.get("examples").into_iter().flat_map(Node::entries);
    let mut examples = examples.filter_map(|(_, example)| example.follow()?.value().get("value"));
    let own = parameter.value().get("example").or_else(|| examples.next()).cloned();
    own.or_else(|| sample::written(schema(parameter)?)).filter(|value| !is_empty(value))
}

/// A value for a parameter.
pub(crate) fn value(parameter: Node<'_>) -> Value {
    let made = || schema(parameter).map_or(Value::Null, sample::value);
    written(parameter).unwrap_or_else(made)
}

/// A parameter as pairs of a query, a form or cookies, by its style.
pub(crate) fn pairs(parameter: Node<'_>, name: &str, value: &Value) -> Vec<(String, String)> {
    if parameter.member("content").is_some() {
        return vec![(name.to_owned(), value.to_string())];
    }
    let style = parameter.text("style").unwrap_or("form");
    let exploded = parameter.value().get("explode").and_then(Value::as_bool).unwrap_or(style == "form");
    let separator = match style {
        "spaceDelimited" => " ",
        "pipeDelimited" => "|",
        _ => ",",
    };
    match value {
        Value::Array(items) if exploded => items.iter().map(|item| (name.to_owned(), shown(item))).collect(),
        Value::Object(members) if style == "deepObject" => {
            members.iter().map(|(key, value)| (format!("{name}[{key}]"), shown(value))).collect()
        }
        Value::Object(members) if exploded => {
            members.iter().map(|(key, value)| (key.clone(), shown(value))).collect()
        }
        value => vec![(name.to_owned(), joined(value, separator))],
    }
}

/// A value on one line: lists and members side by side.
pub(crate) fn joined(value: &Value, separator: &str) -> String {
    match value {
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(separator),
        Value::Object(members) => {
            let flat = members.iter().flat_map(|(key, value)| [key.clone(), shown(value)]);
            flat.collect::<Vec<_>>().join(separator)
        }
        value => shown(value),
    }
}

/// A value as text.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The schema of a parameter, or of the one media type of its content.
pub(crate) fn schema(parameter: Node<'_>) -> Option<Node<'_>> {
    parameter.get("schema").or_else(|| {
        let (_, media) = parameter.get("content")?.entries().next()?;
        media.follow()?.get("schema")
    })
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null) || matches!(value, Value::String(text) if text.is_empty())
}
