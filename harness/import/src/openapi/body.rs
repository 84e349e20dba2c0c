//! The body of a request.

use envparity_openapi::{Node, Operation};
use serde_json::Value;

use super::{parameter, sample};
use crate::hurl::{Body, Entry, Field, Json};
use crate::imported::{Imported, Loss};
use crate::name::slug;
use crate::text::Text;

/// Gives an entry the body that its operation asks for.
pub(crate) fn apply(operation: &Operation<'_>, entry: &mut Entry, imported: &mut Imported) {
    let Some(member) = operation.node.member("requestBody") else { return };
    let Some(body) = member.follow() else {
        let reason = format!("the body `{}` leads nowhere", member.reference().unwrap_or_default());
        return imported.omit(operation.name(), reason, Loss::Part);
    };
    let Some((name, media)) = body.get("content").and_then(preferred) else { return };
    let essence = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let value = value_of(media);
    match essence.as_str() {
        "application/x-www-form-urlencoded" => entry.body = Body::Form(fields(&value)),
        "multipart/form-data" => entry.body = Body::Multipart(parts(operation, media, &value, imported)),
        json if json.ends_with("/json")
            || json.ends_with("+json")
            || json == "*/*"
            || json == "application/*" =>
        {
            entry.body = Body::Json(Json::from(&value));
            if json.ends_with("+json") {
                content_type(entry, name);
            }
        }
        xml if xml.ends_with("/xml") || xml.ends_with("+xml") => match value {
            Value::String(text) if text.trim_start().starts_with('<') => {
                entry.body = Body::Text("xml", Text::from(text));
                content_type(entry, name);
            }
            _ => imported.omit(
                operation.name(),
                format!("the `{name}` body has no example to send"),
                Loss::Part,
            ),
        },
        text if text.starts_with("text/") => {
            entry.body = Body::Text("", Text::from(parameter::shown(&value)));
            content_type(entry, name);
        }
        _ => {
            let file = format!("{}.bin", slug(operation.node.text("operationId").unwrap_or(operation.path)));
            imported.omit(
                operation.name(),
                format!("put the `{name}` body into `{file}` beside this file"),
                Loss::Part,
            );
            entry.body = Body::File(Text::from(file));
            content_type(entry, name);
        }
    }
}

/// The media type that Hurl writes best.
fn preferred(content: Node<'_>) -> Option<(&str, Node<'_>)> {
    let rank = |name: &str| match name {
        name if name.starts_with("application/json") => 0,
        name if name.contains("json") => 1,
        name if name.starts_with("application/x-www-form-urlencoded") => 2,
        name if name.starts_with("multipart/form-data") => 3,
        name if name.starts_with("text/") => 4,
        _ => 5,
    };
    let (name, media) = content.entries().min_by_key(|(name, _)| rank(name))?;
    Some((name, media.follow()?))
}

fn value_of(media: Node<'_>) -> Value {
    let examples = media.get("examples").into_iter().flat_map(Node::entries);
    let mut examples = examples.filter_map(|(_, example)| example.follow()?.value().get("value"));
    let written = media.value().get("example").or_else(|| examples.next()).cloned();
    written.unwrap_or_else(|| media.member("schema").map_or(Value::Null, sample::value))
}

fn content_type(entry: &mut Entry, media_type: &str) {
    entry.headers.push((Text::from("Content-Type"), Text::from(media_type)));
}

fn fields(value: &Value) -> Vec<(Text, Text)> {
    let members = value.as_object().into_iter().flatten();
    let pairs = members.flat_map(|(name, value)| match value {
        Value::Array(items) => items.iter().map(|item| (name, parameter::shown(item))).collect(),
        value => vec![(name, parameter::shown(value))],
    });
    pairs
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| (name.as_str().into(), value.into()))
        .collect()
}

fn parts(
    operation: &Operation<'_>,
    media: Node<'_>,
    value: &Value,
    imported: &mut Imported,
) -> Vec<(Text, Field)> {
    let properties = media.get("schema").and_then(|schema| schema.get("properties"));
    let mut parts = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| !name.is_empty()) {
        let schema = properties.and_then(|properties| properties.get(name));
        let items = schema.and_then(|schema| schema.get("items"));
        if [schema, items].into_iter().flatten().any(is_binary) {
            let file = format!("{}.bin", slug(name));
            imported.omit(
                operation.name(),
                format!("put the part `{name}` into `{file}` beside this file"),
                Loss::Part,
            );
            let media_type =
                schema.and_then(|s| s.text("contentMediaType")).unwrap_or("application/octet-stream");
            let field = Field::File { name: Text::from(file), media_type: media_type.to_owned() };
            parts.push((Text::from(name.as_str()), field));
        } else {
            parts.push((Text::from(name.as_str()), Field::Text(Text::from(parameter::shown(value)))));
        }
    }
    parts
}

fn is_binary(schema: Node<'_>) -> bool {
    schema.text("format") == Some("binary") || schema.text("contentMediaType").is_some()
}
