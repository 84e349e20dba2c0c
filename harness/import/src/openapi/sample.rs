//! A value for a schema: its example, else its default, else the smallest that it allows.

use envparity_openapi::Node;
use serde_json::{Map, Number, Value};

use super::pattern;

/// The most values in one sample.
const MOST_VALUES: usize = 2_000;
/// How deep a sample nests.
const DEEPEST: usize = 16;
/// The longest text that is made up, in characters.
const LONGEST: usize = 4_096;

/// The value that a person wrote for a schema: `example`, `examples`, `default`, `const`, or the first of `enum`.
pub(crate) fn written(schema: Node<'_>) -> Option<Value> {
    facets(schema).into_iter().find_map(written_here)
}

/// A value for a schema, references followed. What cannot be known is null.
pub(crate) fn value(schema: Node<'_>) -> Value {
    Sampler { way: Vec::new(), values: 0 }.value(schema)
}

/// The names of the members that an object of a schema has.
pub(crate) fn member_names(schema: Node<'_>) -> Vec<String> {
    let properties = facets(schema).into_iter().filter_map(|facet| facet.get("properties"));
    properties.flat_map(Node::entries).map(|(name, _)| name.to_owned()).collect()
}

/// The type of a schema, as far as it says.
pub(crate) fn kind(schema: Node<'_>) -> Option<String> {
    kind_of(&facets(schema))
}

fn written_here(node: Node<'_>) -> Option<Value> {
    let value = node.value();
    let first = |key: &str| value.get(key).and_then(Value::as_array).and_then(|items| items.first());
    let found = value.get("example").or_else(|| first("examples")).or_else(|| value.get("default"));
    found.or_else(|| value.get("const")).or_else(|| first("enum")).cloned()
}

/// A schema with all that it is made of: parts of `allOf`, the first alternative of `oneOf` and `anyOf`.
fn facets(schema: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    gather(schema, &mut found, 0);
    found
}

fn gather<'d>(schema: Node<'d>, found: &mut Vec<Node<'d>>, depth: usize) {
    let Some(node) = schema.follow() else { return };
    let known = |other: &Node<'_>| std::ptr::eq(other.value(), node.value());
    if depth > DEEPEST || found.len() > 64 || found.iter().any(known) {
        return;
    }
    found.push(node);
    for part in node.get("allOf").into_iter().flat_map(Node::items) {
        gather(part, found, depth + 1);
    }
    for key in ["oneOf", "anyOf"] {
        let is_null = |node: &Node<'_>| node.follow().is_some_and(|node| node.text("type") == Some("null"));
        if let Some(first) = node.get(key).and_then(|list| list.items().find(|item| !is_null(item))) {
            gather(first, found, depth + 1);
        }
    }
}

fn kind_of(facets: &[Node<'_>]) -> Option<String> {
    let named = facets.iter().find_map(|facet| match facet.value().get("type") {
        Some(Value::String(name)) => Some(name.clone()),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).find(|name| *name != "null").map(str::to_owned)
        }
        _ => None,
    });
    let has = |key: &str| facets.iter().any(|facet| facet.value().get(key).is_some());
    named
        .or_else(|| (has("properties") || has("required")).then(|| "object".to_owned()))
        .or_else(|| has("items").then(|| "array".to_owned()))
        .or_else(|| (has("pattern") || has("minLength") || has("format")).then(|| "string".to_owned()))
        .or_else(|| (has("minimum") || has("maximum")).then(|| "number".to_owned()))
}

struct Sampler<'d> {
    /// The schemas that the value is within, to see a round.
    way: Vec<&'d Value>,
    values: usize,
}

impl<'d> Sampler<'d> {
    fn value(&mut self, schema: Node<'d>) -> Value {
        let facets = facets(schema);
        let Some(first) = facets.first() else { return Value::Null };
        let round = self.way.iter().any(|value| std::ptr::eq(*value, first.value()));
        self.values += 1;
        if round || self.way.len() >= DEEPEST || self.values > MOST_VALUES {
            return Value::Null;
        }
        if let Some(value) = facets.iter().find_map(|facet| written_here(*facet)) {
            return value;
        }
        self.way.push(first.value());
        let value = match kind_of(&facets).as_deref() {
            Some("object") => self.object(&facets),
            Some("array") => self.array(&facets),
            Some("string") => Value::String(text(&facets)),
            Some("integer") => number(&facets, true),
            Some("number") => number(&facets, false),
            Some("boolean") => Value::Bool(true),
            _ => Value::Null,
        };
        self.way.pop();
        value
    }

    /// The members that are required, and those for which somebody wrote an example.
    fn object(&mut self, facets: &[Node<'d>]) -> Value {
        let lists = facets.iter().filter_map(|facet| facet.value().get("required")?.as_array());
        let required: Vec<&str> = lists.flatten().filter_map(Value::as_str).collect();
        let mut members = Map::new();
        for (name, schema) in
            facets.iter().filter_map(|facet| facet.get("properties")).flat_map(Node::entries)
        {
            let Some(schema) = schema.follow().filter(|_| !members.contains_key(name)) else { continue };
            let wanted = required.contains(&name) || schema.value().get("example").is_some();
            if wanted && !schema.flag("readOnly") {
                members.insert(name.to_owned(), self.value(schema));
            }
        }
        let properties = || facets.iter().filter_map(|facet| facet.get("properties"));
        for name in required {
            // Required and nowhere described.
            if !properties().any(|properties| properties.value().get(name).is_some()) {
                members.entry(name).or_insert(Value::Null);
            }
        }
        Value::Object(members)
    }

    fn array(&mut self, facets: &[Node<'d>]) -> Value {
        let least = whole(facets, "minItems").unwrap_or(1);
        let most = whole(facets, "maxItems").unwrap_or(u64::MAX);
        let count = least.min(most).min(50);
        let Some(items) = facets.iter().find_map(|facet| facet.get("items")) else {
            return Value::Array(Vec::new());
        };
        Value::Array((0..count).map(|_| self.value(items)).collect())
    }
}

fn find<'d>(facets: &[Node<'d>], key: &str) -> Option<&'d Value> {
    facets.iter().find_map(|facet| facet.value().get(key))
}

fn whole(facets: &[Node<'_>], key: &str) -> Option<u64> {
    find(facets, key).and_then(Value::as_u64)
}

fn text(facets: &[Node<'_>]) -> String {
    if let Some(pattern) = find(facets, "pattern").and_then(Value::as_str)
        && let Some(text) = pattern::shortest(pattern)
    {
        return text;
    }
    let text = match find(facets, "format").and_then(Value::as_str) {
        Some("date-time") => "2024-01-01T00:00:00Z",
        Some("date") => "2024-01-01",
        Some("time") => "00:00:00Z",
        Some("duration") => "P1D",
        Some("uuid") => "00000000-0000-4000-8000-000000000001",
        Some("email" | "idn-email") => "user@example.com",
        Some("uri" | "url" | "iri" | "uri-reference") => "https://example.com/",
        Some("hostname" | "idn-hostname") => "example.com",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("byte") => "AA==",
        _ => "text",
    };
    let least = whole(facets, "minLength").unwrap_or(0).min(LONGEST as u64) as usize;
    let most = whole(facets, "maxLength").unwrap_or(u64::MAX).min(LONGEST as u64) as usize;
    let missing = least.saturating_sub(text.len());
    format!("{text}{}", "x".repeat(missing)).chars().take(most).collect()
}

/// A number within its bounds, near 1.
fn number(facets: &[Node<'_>], whole: bool) -> Value {
    let bound = |key: &str| find(facets, key).and_then(Value::as_f64);
    let exclusive = |key: &str, limit: &str| match find(facets, key) {
        Some(Value::Bool(true)) => bound(limit),
        other => other.and_then(Value::as_f64),
    };
    let step = bound("multipleOf").filter(|step| *step > 0.0).unwrap_or(if whole { 1.0 } else { 0.0 });
    let nudge = if step > 0.0 { step } else { 0.5 };
    let low = match (bound("minimum"), exclusive("exclusiveMinimum", "minimum")) {
        (_, Some(low)) => Some(low + nudge),
        (low, None) => low,
    };
    let high = match (bound("maximum"), exclusive("exclusiveMaximum", "maximum")) {
        (_, Some(high)) => Some(high - nudge),
        (high, None) => high,
    };
    let mut value = low.map_or(1.0, |low| low.max(1.0_f64.min(high.unwrap_or(1.0))));
    value = high.map_or(value, |high| value.min(high));
    if step > 0.0 {
        value = (value / step).ceil() * step;
        if high.is_some_and(|high| value > high) {
            value -= step;
        }
    }
    // Beyond this a float no longer holds every whole number.
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return Value::Number(Number::from(value as i64));
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
