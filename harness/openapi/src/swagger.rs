//! Swagger 2.0 as OpenAPI 3.0, in its simple parts.

use serde_json::{Map, Value, json};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// The document as OpenAPI 3.0. What has no counterpart is left as it is, and means nothing there.
pub(crate) fn upgraded(mut value: Value) -> Value {
    let defaults = Media { consumes: texts(&value, "consumes"), produces: texts(&value, "produces") };
    let shared = value.get("parameters").cloned().unwrap_or_default();
    if let Some(paths) = value.get_mut("paths").and_then(Value::as_object_mut) {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            upgrade_item(item, &defaults, &shared);
        }
    }
    let Value::Object(top) = &mut value else { return value };
    let mut components = Map::new();
    for (old, new) in [("definitions", "schemas"), ("securityDefinitions", "securitySchemes")] {
        if let Some(part) = top.remove(old) {
            components.insert(new.to_owned(), part);
        }
    }
    if let Some(Value::Object(mut responses)) = top.remove("responses") {
        responses.values_mut().for_each(|response| upgrade_response(response, &defaults.produces));
        components.insert("responses".to_owned(), Value::Object(responses));
    }
    if let Some(Value::Object(mut parameters)) = top.remove("parameters") {
        parameters.values_mut().for_each(upgrade_parameter);
        components.insert("parameters".to_owned(), Value::Object(parameters));
    }
    if let Some(Value::Object(schemes)) = components.get_mut("securitySchemes") {
        for scheme in schemes.values_mut().filter_map(Value::as_object_mut) {
            if scheme.get("type").and_then(Value::as_str) == Some("basic") {
                scheme.insert("type".to_owned(), json!("http"));
                scheme.insert("scheme".to_owned(), json!("basic"));
            }
        }
    }
    let host = top.get("host").and_then(Value::as_str).unwrap_or_default();
    let base = top.get("basePath").and_then(Value::as_str).unwrap_or_default();
    let url = if host.is_empty() { base.to_owned() } else { format!("//{host}{base}") };
    top.insert("servers".to_owned(), json!([{ "url": url }]));
    top.insert("components".to_owned(), Value::Object(components));
    rename_references(&mut value);
    value
}

struct Media {
    consumes: Vec<String>,
    produces: Vec<String>,
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let items = value.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn upgrade_item(item: &mut Map<String, Value>, defaults: &Media, shared: &Value) {
    // A body that all operations of a path share belongs to each of them.
    let (bodies, others) = split_bodies(item.remove("parameters"), shared);
    item.insert("parameters".to_owned(), Value::Array(others));
    for method in METHODS {
        let Some(Value::Object(operation)) = item.get_mut(method) else { continue };
        let own = Value::Object(operation.clone());
        let or = |own: Vec<String>, default: &[String]| if own.is_empty() { default.to_vec() } else { own };
        let consumes = or(texts(&own, "consumes"), &defaults.consumes);
        let produces = or(texts(&own, "produces"), &defaults.produces);
        let (mut own_bodies, others) = split_bodies(operation.remove("parameters"), shared);
        operation.insert("parameters".to_owned(), Value::Array(others));
        if own_bodies.is_empty() {
            own_bodies.clone_from(&bodies);
        }
        if let Some(body) = request_body(&own_bodies, &consumes) {
            operation.insert("requestBody".to_owned(), body);
        }
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            responses.values_mut().for_each(|response| upgrade_response(response, &produces));
        }
    }
}

/// Parameters that make a body, and the others in their new form.
fn split_bodies(parameters: Option<Value>, shared: &Value) -> (Vec<Value>, Vec<Value>) {
    let Some(Value::Array(parameters)) = parameters else { return (Vec::new(), Vec::new()) };
    let (mut bodies, mut others) = (Vec::new(), Vec::new());
    for mut parameter in parameters {
        let name =
            parameter.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/parameters/"));
        let resolved = name.and_then(|name| shared.get(name)).unwrap_or(&parameter);
        if matches!(resolved.get("in").and_then(Value::as_str), Some("body" | "formData")) {
            bodies.push(resolved.clone());
        } else {
            upgrade_parameter(&mut parameter);
            others.push(parameter);
        }
    }
    (bodies, others)
}

/// What describes a value stands in a `schema` of its own.
fn upgrade_parameter(parameter: &mut Value) {
    let Value::Object(members) = parameter else { return };
    if members.contains_key("$ref") || members.contains_key("schema") {
        return;
    }
    let outside = ["name", "in", "description", "required", "allowEmptyValue", "collectionFormat"];
    let (kept, schema): (Map<String, Value>, Map<String, Value>) =
        std::mem::take(members).into_iter().partition(|(key, _)| outside.contains(&key.as_str()));
    *members = kept;
    members.insert("schema".to_owned(), Value::Object(schema));
}

fn request_body(bodies: &[Value], consumes: &[String]) -> Option<Value> {
    let is = |parameter: &Value, place: &str| parameter.get("in").and_then(Value::as_str) == Some(place);
    if let Some(body) = bodies.iter().find(|parameter| is(parameter, "body")) {
        let schema = body.get("schema").cloned().unwrap_or_default();
        let media = consumes.first().map_or("application/json", String::as_str);
        let required = body.get("required").cloned().unwrap_or_default();
        return Some(json!({ "required": required, "content": { media: { "schema": schema } } }));
    }
    if bodies.is_empty() {
        return None;
    }
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let mut has_file = false;
    for parameter in bodies {
        let Some(name) = parameter.get("name").and_then(Value::as_str) else { continue };
        if parameter.get("required") == Some(&Value::Bool(true)) {
            required.push(name);
        }
        let mut parameter = parameter.clone();
        upgrade_parameter(&mut parameter);
        let mut schema = parameter.get("schema").cloned().unwrap_or_default();
        if schema.get("type").and_then(Value::as_str) == Some("file") {
            has_file = true;
            schema = json!({ "type": "string", "format": "binary" });
        }
        properties.insert(name.to_owned(), schema);
    }
    let multipart = has_file || consumes.iter().any(|media| media == "multipart/form-data");
    let media = if multipart { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    Some(json!({ "content": { media: { "schema": schema } } }))
}

fn upgrade_response(response: &mut Value, produces: &[String]) {
    let Value::Object(members) = response else { return };
    if let Some(schema) = members.remove("schema") {
        let json = ["application/json".to_owned()];
        let media = if produces.is_empty() { &json[..] } else { produces };
        let content: Map<String, Value> =
            media.iter().map(|media| (media.clone(), json!({ "schema": schema }))).collect();
        members.insert("content".to_owned(), Value::Object(content));
    }
    if let Some(Value::Object(headers)) = members.get_mut("headers") {
        headers.values_mut().for_each(upgrade_parameter);
    }
}

fn rename_references(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(rename_references),
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                for (old, new) in [
                    ("#/definitions/", "#/components/schemas/"),
                    ("#/parameters/", "#/components/parameters/"),
                    ("#/responses/", "#/components/responses/"),
                ] {
                    if let Some(name) = reference.strip_prefix(old) {
                        *reference = format!("{new}{name}");
                    }
                }
            }
            members.values_mut().for_each(rename_references);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use envparity_model::Judgement;

    use crate::{Answer, Contract, Document};

    const DOCUMENT: &str = r"
swagger: '2.0'
host: pets.example
basePath: /v1
produces: [application/json]
parameters:
  NewPet: {in: body, name: pet, required: true, schema: {$ref: '#/definitions/Pet'}}
  Limit: {in: query, name: limit, type: integer, default: 5}
paths:
  /pets:
    post:
      parameters: [{$ref: '#/parameters/NewPet'}, {$ref: '#/parameters/Limit'}]
      responses:
        '201': {description: made, schema: {$ref: '#/definitions/Pet'}}
definitions:
  Pet: {type: object, required: [name], properties: {name: {type: string}}}
";

    #[test]
    fn the_simple_parts_are_read() {
        let document = Document::read("s.yaml", DOCUMENT, &|_| Err(String::new())).expect("a document");
        assert_eq!(document.prefixes(), ["/v1"]);
        let operation = document.operations()[0];
        let body = operation
            .node
            .get("requestBody")
            .and_then(|b| b.get("content"))
            .and_then(|c| c.get("application/json"));
        assert!(
            body.and_then(|media| media.get("schema"))
                .is_some_and(|schema| schema.get("properties").is_some())
        );
        let limit = operation.parameters()[0];
        assert_eq!(limit.get("schema").and_then(|schema| schema.text("type")), Some("integer"));
        let contract = Contract::new(document).expect("a contract");
        let headers = [("content-type".to_owned(), "application/json".to_owned())];
        let answer = Answer {
            method: "POST",
            url: "http://h/v1/pets",
            status: 201,
            headers: &headers,
            body: Some(b"{}"),
        };
        assert!(matches!(contract.judge(&answer), Judgement::Checked(found) if found.len() == 1));
    }
}
