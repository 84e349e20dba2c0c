//! What must hold of any document.

use envparity_import::{HarOptions, Imported, Loss, har, openapi, postman};
use envparity_openapi::Document;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{omitted, parsed};

/// Texts that break what they are put into.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "id",
        "{{x}}",
        "{{",
        "}}",
        "{",
        "}",
        "#",
        "\\",
        "\"",
        "'",
        "`",
        "```",
        "\n",
        "\r",
        "\t",
        " ",
        "/",
        ":",
        ";",
        "?",
        "&",
        "=",
        "%",
        "%zz",
        "file,x;",
        "[",
        "]",
        "<a>",
        "parity: id=x",
        "@cookie_storage_x",
        "HTTP 200",
        "é",
        "\u{feff}",
        "\u{0}",
        "\u{2028}",
        "GET http://h/x",
        "[Asserts]",
        "..",
        "token",
        "hex,",
        "$guid",
        "-",
        "1",
    ];
    let piece = proptest::sample::select(pieces.to_vec());
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|f| json!(f)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::vec((text(), inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (text(), text(), 0..40_u32, 0..40_u32).prop_map(|(pattern, format, low, high)| {
            json!({"type": "string", "pattern": pattern, "format": format, "minLength": low, "maxLength": high})
        }),
        (any::<i32>(), any::<f64>(), any::<f64>())
            .prop_map(|(low, high, step)| json!({"type": "number", "minimum": low, "maximum": high, "multipleOf": step})),
        any::<bool>().prop_map(|exclusive| json!({"type": "integer", "minimum": 3, "exclusiveMinimum": exclusive})),
        value().prop_map(|value| json!({"example": value})),
        value().prop_map(|value| json!({"enum": [value]})),
        Just(json!({"$ref": "#/components/schemas/S"})),
        Just(json!({"$ref": "#/nowhere"})),
        value(),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec((text(), inner.clone()), 0..4).prop_map(|members| {
                let names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
                json!({"required": names, "properties": members.iter().cloned().collect::<Map<_, _>>()})
            }),
            inner.clone().prop_map(|items| json!({"type": "array", "items": items, "minItems": 2})),
            proptest::collection::vec(inner, 0..3).prop_map(|parts| json!({"allOf": parts, "oneOf": parts})),
        ]
    })
}

fn operation() -> impl Strategy<Value = Value> {
    let places = ["query", "header", "cookie", "path", "elsewhere"];
    let parameter = (text(), proptest::sample::select(places.to_vec()), schema(), any::<bool>())
        .prop_map(|(name, place, schema, required)| json!({"name": name, "in": place, "schema": schema, "required": required}));
    let medias = [
        "application/json",
        "application/x+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
        "application/xml",
        "image/png",
        "*/*",
        "odd # one",
    ];
    let statuses = ["200", "2XX", "default", "404", "x", "99999"];
    (
        proptest::collection::vec(parameter, 0..4),
        proptest::sample::select(medias.to_vec()),
        schema(),
        proptest::sample::select(statuses.to_vec()),
        (text(), text()),
    )
        .prop_map(|(parameters, media, schema, status, (summary, tag))| {
            json!({
                "summary": summary, "tags": [tag], "parameters": parameters,
                "requestBody": {"content": {media: {"schema": schema}}},
                "responses": {status: {"content": {media: {"schema": schema}}}}
            })
        })
}

fn document() -> impl Strategy<Value = (Value, usize)> {
    let path = prop_oneof![
        text().prop_map(|text| format!("/{text}")),
        text().prop_map(|text| format!("/things/{{{text}}}")),
        Just("/things".to_owned()),
        text(),
    ];
    let method = proptest::sample::select(vec!["get", "post", "put", "delete", "head", "trace"]);
    let item = (path, method, operation());
    let versions = proptest::sample::select(vec!["3.0.3", "3.1.0"]);
    (proptest::collection::vec(item, 1..6), schema(), text(), versions).prop_map(|(items, schema, server, version)| {
        let mut paths = Map::new();
        for (path, method, operation) in items {
            let item = paths.entry(path).or_insert_with(|| json!({}));
            item[method] = operation;
        }
        let operations = paths.iter().filter(|(path, _)| !path.starts_with("x-"));
        let count = operations.map(|(_, item)| item.as_object().map_or(0, Map::len)).sum();
        let document = json!({
            "openapi": version, "servers": [{"url": server}], "paths": paths,
            "security": [{"k": []}],
            "components": {"schemas": {"S": schema}, "securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": server}}}
        });
        (document, count)
    })
}

fn record() -> impl Strategy<Value = Value> {
    let pairs = || proptest::collection::vec((text(), text()), 0..3);
    let named = |pairs: Vec<(String, String)>| -> Value {
        pairs.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
    };
    let kinds =
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/xml", ""];
    let methods = ["GET", "POST", "delete", "M-X", ""];
    (
        proptest::sample::select(methods.to_vec()),
        prop_oneof![text().prop_map(|t| format!("https://h.example/{t}")), text()],
        (pairs(), pairs(), pairs()),
        proptest::sample::select(kinds.to_vec()),
        prop_oneof![text(), value().prop_map(|value| value.to_string())],
        (0..600_u16, value()),
    )
        .prop_map(move |(method, url, (headers, cookies, params), kind, body, (status, answer))| {
            json!({
                "request": {"method": method, "url": url, "headers": named(headers), "cookies": named(cookies),
                    "postData": {"mimeType": kind, "text": body, "params": named(params)}},
                "response": {"status": status, "headers": [{"name": "X-Id", "value": url}],
                    "content": {"mimeType": kind, "text": answer.to_string()}}
            })
        })
}

fn item() -> impl Strategy<Value = Value> {
    let pairs = || proptest::collection::vec((text(), text()), 0..3);
    let keyed = |pairs: &[(String, String)]| -> Value {
        pairs.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
    };
    let modes = ["raw", "urlencoded", "formdata", "graphql", "file", "odd"];
    let auths = ["basic", "bearer", "apikey", "oauth2", "digest", "noauth"];
    let scripts = [
        "pm.response.to.have.status(200);",
        "pm.expect(pm.response.json().a['b c']).to.eql('x');",
        "pm.environment.set('a b', pm.response.json()['c']);",
        "if (x) {}",
        "\"",
        "pm.expect(pm.response.json().é).to.equal(01)",
    ];
    (
        (text(), text()),
        prop_oneof![text().prop_map(|t| format!("{{{{base url}}}}/{t}")), text()],
        (pairs(), pairs()),
        proptest::sample::select(modes.to_vec()),
        proptest::sample::select(auths.to_vec()),
        (proptest::sample::select(scripts.to_vec()), text(), prop_oneof![text(), value().prop_map(|v| v.to_string())]),
    )
        .prop_map(move |((name, token), url, (headers, fields), mode, auth, (script, more, raw))| {
            json!({
                "name": name,
                "event": [{"listen": "test", "script": {"exec": [script, more]}}],
                "request": {
                    "method": "POST", "url": {"raw": url, "variable": keyed(&fields)}, "header": keyed(&headers),
                    "auth": {"type": auth, auth: {"token": token, "username": name, "password": token, "key": name, "value": token, "accessToken": token}},
                    "body": {"mode": mode, "raw": raw, "urlencoded": keyed(&fields), "formdata": keyed(&fields),
                        "graphql": {"query": raw, "variables": raw}, "file": {"src": raw}}
                }
            })
        })
}

fn requests_lost(imported: &Imported) -> usize {
    imported.left_out.iter().filter(|left_out| left_out.loss == Loss::Request).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_document_gives_suites((document, operations) in document()) {
        let document = Document::read("o.json", &document.to_string(), &|_| Err("none".to_owned())).expect("a document");
        if let Ok(imported) = openapi(&document) {
            prop_assert_eq!(parsed(&imported) + requests_lost(&imported), operations);
        }
    }

    #[test]
    fn any_recording_gives_a_suite(records in proptest::collection::vec(record(), 1..6)) {
        let text = json!({"log": {"entries": records}}).to_string();
        if let Ok(imported) = har("x.har", &text, &HarOptions::default()) {
            prop_assert_eq!(parsed(&imported) + omitted(&imported), records.len());
        }
    }

    #[test]
    fn any_collection_gives_suites(items in proptest::collection::vec(item(), 1..6), name in text()) {
        let inner = json!({"name": name, "item": items});
        let text = json!({"info": {"name": name}, "variable": [{"key": name, "value": name}], "item": [inner]}).to_string();
        if let Ok(imported) = postman("x.json", &text, None) {
            prop_assert_eq!(parsed(&imported) + requests_lost(&imported), items.len());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in text()) {
        let _ = har("x.har", &text, &HarOptions::default());
        let _ = postman("x.json", &text, None);
        let _ = Document::read("x.yaml", &text, &|_| Err(String::new())).map(|document| openapi(&document).is_ok());
    }
}
