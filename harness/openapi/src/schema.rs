//! Schemas of a document as JSON Schema 2020-12 that stands on its own.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use crate::Node;

/// The most values of one schema with everything that it refers to.
const MOST_VALUES: usize = 200_000;

/// What an alternative to references holds: one schema each, many by name, many in a list.
const SINGLE: [&str; 10] = [
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "items",
];
const NAMED: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
const LISTED: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// What says nothing about a value, or would lead elsewhere.
const DROPPED: [&str; 12] = [
    "example",
    "examples",
    "discriminator",
    "xml",
    "externalDocs",
    "nullable",
    "title",
    "description",
    "$id",
    "$schema",
    "$anchor",
    "$dynamicAnchor",
];
/// Keywords that look at the same value as the schema that they stand in.
const IN_PLACE: [&str; 8] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/// A schema with everything that it refers to below `$defs`, as it holds for what a service answers: what is only
/// written need not be there.
///
/// # Errors
/// A reference that leads nowhere, or round without looking at a part; a schema that is too large.
pub(crate) fn standalone(schema: Node<'_>) -> Result<Value, String> {
    let mut bundle = Bundle { names: HashMap::new(), waiting: Vec::new(), values: 0, edges: BTreeMap::new() };
    let root = bundle.schema(schema, 0, true)?;
    let mut defs = Map::new();
    while let Some((id, node)) = bundle.waiting.pop() {
        defs.insert(format!("d{id}"), bundle.schema(node, id, true)?);
    }
    bundle.check_progress()?;
    if defs.is_empty() {
        return Ok(root);
    }
    Ok(json!({ "$defs": defs, "allOf": [root] }))
}

struct Bundle<'d> {
    /// Ids of places that are referred to, from 1; 0 is the schema itself.
    names: HashMap<String, usize>,
    waiting: Vec<(usize, Node<'d>)>,
    values: usize,
    /// Which places are looked at for the same value as a place.
    edges: BTreeMap<usize, Vec<usize>>,
}

impl<'d> Bundle<'d> {
    /// A schema that stands in the place `within`, `in_place` if it looks at the same value.
    fn schema(&mut self, node: Node<'d>, within: usize, in_place: bool) -> Result<Value, String> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(format!("the schema holds more than {MOST_VALUES} values"));
        }
        let Value::Object(members) = node.value() else {
            return Ok(node.value().clone());
        };
        let reference = self.reference(node, within, in_place)?;
        if let Some(reference) = &reference
            && node.document().is_3_0()
        {
            return Ok(json!({ "$ref": reference }));
        }
        let mut out = Map::new();
        for (key, value) in members {
            let key = key.as_str();
            let stays = in_place && IN_PLACE.contains(&key);
            let value = node.beside(value);
            if DROPPED.contains(&key) || key == "$ref" || key == "$dynamicRef" {
                continue;
            }
            let converted = if SINGLE.contains(&key) && value.value().is_object() {
                self.schema(value, within, stays)?
            } else if LISTED.contains(&key) || key == "items" && value.value().is_array() {
                Value::Array(
                    value.items().map(|item| self.schema(item, within, stays)).collect::<Result<_, _>>()?,
                )
            } else if NAMED.contains(&key) {
                let named = value
                    .entries()
                    .map(|(name, node)| Ok((name.to_owned(), self.schema(node, within, stays)?)));
                Value::Object(named.collect::<Result<_, String>>()?)
            } else {
                value.value().clone()
            };
            out.insert(key.to_owned(), converted);
        }
        if let Some(reference) = reference {
            out.insert("$ref".to_owned(), Value::String(reference));
        }
        drop_written_only(node, &mut out);
        Ok(if node.document().is_3_0() { modern(node, out) } else { Value::Object(out) })
    }

    /// What the reference of a schema is in the bundle.
    fn reference(&mut self, node: Node<'d>, within: usize, in_place: bool) -> Result<Option<String>, String> {
        if node.value().get("$dynamicRef").is_some() {
            return Err("`$dynamicRef` is not supported".to_owned());
        }
        let Some(written) = node.reference() else { return Ok(None) };
        let (target, name) = node.step().ok_or_else(|| format!("`{written}` leads nowhere"))?;
        let next = self.names.len() + 1;
        let id = *self.names.entry(name).or_insert(next);
        if id == next {
            self.waiting.push((id, target));
        }
        if in_place {
            self.edges.entry(within).or_default().push(id);
        }
        Ok(Some(format!("#/$defs/d{id}")))
    }

    /// Whether every round of references looks at a part of the value.
    fn check_progress(&self) -> Result<(), String> {
        let mut done = vec![false; self.names.len() + 1];
        for start in self.edges.keys() {
            // (place, how many of its edges were taken): the way from `start` to here.
            let mut way = vec![(*start, 0)];
            while let Some((place, taken)) = way.last_mut() {
                let next = self.edges.get(place).and_then(|edges| edges.get(*taken)).copied();
                *taken += 1;
                match next {
                    Some(next) if way.iter().any(|(place, _)| *place == next) => {
                        return Err("the schema refers to itself without end".to_owned());
                    }
                    Some(next) if !done[next] => way.push((next, 0)),
                    Some(_) => {}
                    None => {
                        done[way.pop().map_or(0, |(place, _)| place)] = true;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Members that are only written are not asked of an answer.
fn drop_written_only(node: Node<'_>, out: &mut Map<String, Value>) {
    let (Some(properties), Some(Value::Array(required))) = (node.get("properties"), out.get_mut("required"))
    else {
        return;
    };
    required.retain(|name| {
        let property = name.as_str().and_then(|name| properties.get(name));
        !property.is_some_and(|property| property.flag("writeOnly"))
    });
}

/// What OpenAPI 3.0 writes otherwise than JSON Schema.
fn modern(node: Node<'_>, mut out: Map<String, Value>) -> Value {
    for (limit, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        match out.remove(exclusive) {
            Some(Value::Bool(true)) => {
                if let Some(bound) = out.remove(limit) {
                    out.insert(exclusive.to_owned(), bound);
                }
            }
            Some(bound @ Value::Number(_)) => {
                out.insert(exclusive.to_owned(), bound);
            }
            _ => {}
        }
    }
    if let Some(Value::Bool(_)) = out.get("required") {
        out.remove("required");
    }
    if out.get("type") == Some(&Value::String("file".to_owned())) {
        out.remove("type");
    }
    if node.flag("nullable") { json!({ "anyOf": [{ "type": "null" }, out] }) } else { Value::Object(out) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    fn of(text: &str) -> Result<Value, String> {
        let document = Document::read("o.yaml", text, &|_| Err(String::new())).expect("a document");
        standalone(document.top().member("x").expect("a schema"))
    }

    #[test]
    fn references_are_bundled() {
        let schema = of(
            "openapi: 3.0.0\nx: {type: object, properties: {next: {$ref: '#/x'}, a: {type: string, nullable: true}}}\n",
        );
        let validator = jsonschema::validator_for(&schema.expect("a schema")).expect("valid");
        assert!(validator.is_valid(&json!({"next": {"next": {"a": null}}, "a": "b"})));
        assert!(!validator.is_valid(&json!({"next": {"next": {"a": 1}}})));
    }

    #[test]
    fn rounds_without_progress_are_refused() {
        for text in [
            "openapi: 3.1.0\nx: {$ref: '#/x'}\n",
            "openapi: 3.1.0\nx: {allOf: [{$ref: '#/y'}]}\ny: {anyOf: [{$ref: '#/x'}]}\n",
        ] {
            assert_eq!(of(text), Err("the schema refers to itself without end".to_owned()), "{text}");
        }
        assert!(of("openapi: 3.1.0\nx: {items: {$ref: '#/x'}}\n").is_ok());
        assert_eq!(of("openapi: 3.1.0\nx: {$ref: '#/gone'}\n"), Err("`#/gone` leads nowhere".to_owned()));
    }

    #[test]
    fn the_old_ways_of_3_0_are_known() {
        let schema = of(
            "openapi: 3.0.0\nx: {type: integer, minimum: 1, exclusiveMinimum: true, nullable: true, example: 0}\n",
        );
        let validator = jsonschema::validator_for(&schema.expect("a schema")).expect("valid");
        assert!(!validator.is_valid(&json!(1)));
        assert!(validator.is_valid(&json!(2)) && validator.is_valid(&json!(null)));
    }

    #[test]
    fn what_is_only_written_need_not_be_answered() {
        let schema = of("openapi: 3.1.0\nx: {required: [a, p], properties: {a: {}, p: {writeOnly: true}}}\n");
        let validator = jsonschema::validator_for(&schema.expect("a schema")).expect("valid");
        assert!(validator.is_valid(&json!({"a": 1})) && !validator.is_valid(&json!({"p": 1})));
    }
}
