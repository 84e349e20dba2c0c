//! What a response must be, and what it breaks.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use envparity_model::{Judgement, Problem, Violation};
use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::Value;

use crate::place::{push_index, push_key};
use crate::route::Route;
use crate::schema::standalone;
use crate::{Document, Node};

/// The most violations that are told of one response.
const MOST_VIOLATIONS: usize = 50;

/// A document that responses are held to.
pub struct Contract {
    document: Document,
    /// The paths of its servers, the longest first, and none.
    prefixes: Vec<String>,
    /// By operation, in the order of the document.
    routes: Vec<(&'static str, String, Route)>,
    /// Schemas that were needed so far.
    compiled: Mutex<HashMap<Key, Compiled>>,
}

/// Which schema of a response: the operation, its response, its media type or header.
type Key = (usize, String, String);
type Compiled = Arc<Result<Validator, String>>;

/// A response as it came.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The method that was asked with.
    pub method: &'a str,
    /// The address that was asked, absolute.
    pub url: &'a str,
    /// Status code.
    pub status: u16,
    /// Headers, names lower-case.
    pub headers: &'a [(String, String)],
    /// The body, content decoded; none where it is not whole.
    pub body: Option<&'a [u8]>,
}

fn broken(at: impl Into<String>, keyword: &str, message: impl Into<String>) -> Violation {
    Violation { at: at.into(), keyword: keyword.to_owned(), message: message.into() }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contract({}, {} operations)", self.document.path(), self.routes.len())
    }
}

impl Contract {
    /// A contract of a document.
    ///
    /// # Errors
    /// A document without operations holds nothing to anything.
    pub fn new(document: Document) -> Result<Self, Problem> {
        let routes: Vec<_> =
            document.operations().iter().map(|o| (o.method, o.path.to_owned(), Route::new(o.path))).collect();
        if routes.is_empty() {
            return Err(Problem::new(format!("`{}` describes no operation", document.path())));
        }
        let mut prefixes = document.prefixes();
        prefixes.push(String::new());
        prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
        prefixes.dedup();
        Ok(Self { document, prefixes, routes, compiled: Mutex::new(HashMap::new()) })
    }

    /// The document.
    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// Holds a response to the document.
    pub fn judge(&self, answer: &Answer<'_>) -> Judgement {
        let Some(at) = self.operation(answer.method, answer.url) else { return Judgement::NoOperation };
        let (method, path, _) = &self.routes[at];
        let operation = self.document.operation(method, path);
        let Some(responses) = operation.and_then(|operation| operation.node.get("responses")) else {
            return Judgement::Unchecked("the operation describes no response".to_owned());
        };
        let Some((name, response)) = response_for(responses, answer.status) else {
            let message = format!("status {} is not described", answer.status);
            return Judgement::Checked(vec![broken("status", "status", message)]);
        };
        let Some(response) = response.follow() else {
            return Judgement::Unchecked(format!("the response `{name}` leads nowhere"));
        };
        let mut found = Vec::new();
        let unchecked = self
            .headers((at, name), response, answer, &mut found)
            .and_then(|()| self.body((at, name), response, answer, &mut found));
        found.truncate(MOST_VIOLATIONS);
        match unchecked {
            // What is certain counts also where the rest cannot be read.
            Err(reason) if found.is_empty() => Judgement::Unchecked(reason),
            _ => Judgement::Checked(found),
        }
    }

    /// The operation with the most precise path.
    fn operation(&self, method: &str, url: &str) -> Option<usize> {
        let path =
            url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let path = &path[..path.find(['?', '#']).unwrap_or(path.len())];
        for prefix in &self.prefixes {
            let Some(rest) = path.strip_prefix(prefix.as_str()).filter(|rest| rest.starts_with('/')) else {
                continue;
            };
            let fits = self
                .routes
                .iter()
                .enumerate()
                .filter(|(_, (m, _, route))| *m == method && route.matches(rest));
            let found = fits.max_by_key(|(at, (.., route))| (route.precision(), std::cmp::Reverse(*at)));
            if let Some((at, _)) = found {
                return Some(at);
            }
        }
        None
    }

    fn headers(
        &self,
        (at, name): (usize, &str),
        response: Node<'_>,
        answer: &Answer<'_>,
        found: &mut Vec<Violation>,
    ) -> Result<(), String> {
        for (header, described) in response.get("headers").into_iter().flat_map(Node::entries) {
            let lower = header.to_ascii_lowercase();
            // The media type has a place of its own.
            let Some(described) = described.follow().filter(|_| lower != "content-type") else { continue };
            let place = format!("header.{lower}");
            let Some((_, value)) = answer.headers.iter().find(|(name, _)| *name == lower) else {
                if described.flag("required") {
                    found.push(broken(place, "header", format!("the required header `{header}` is missing")));
                }
                continue;
            };
            let Some(schema) = described.member("schema") else { continue };
            let validator = self.validator((at, name.to_owned(), place.clone()), schema);
            let validator = validator.as_ref().as_ref().map_err(Clone::clone)?;
            // A header is text; by its schema it may be a number or a boolean.
            let readings = [Some(Value::String(value.clone())), serde_json::from_str(value).ok()];
            if readings.into_iter().flatten().any(|value| validator.is_valid(&value)) {
                continue;
            }
            if let Err(error) = validator.validate(&Value::String(value.clone())) {
                found.push(broken(place, error.kind().keyword(), error.masked().to_string()));
            }
        }
        Ok(())
    }

    fn body(
        &self,
        (at, name): (usize, &str),
        response: Node<'_>,
        answer: &Answer<'_>,
        found: &mut Vec<Violation>,
    ) -> Result<(), String> {
        let described = response.get("content").filter(|content| content.entries().next().is_some());
        let bodiless = answer.method == "HEAD" || matches!(answer.status, 204 | 205 | 304);
        let Some(content) = described.filter(|_| !bodiless) else { return Ok(()) };
        let Some(body) = answer.body else { return Err("the body was not kept whole".to_owned()) };
        let header =
            answer.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
        let media = essence(header.unwrap_or_default());
        let Some((range, media_type)) = media_for(content, &media) else {
            let known: Vec<String> = content.entries().map(|(range, _)| format!("`{range}`")).collect();
            let message = match header {
                Some(_) => format!("`{media}` is not among {}", known.join(", ")),
                None if body.is_empty() => format!("there is no body, and {} is described", known.join(", ")),
                None => format!("there is no media type, and {} is described", known.join(", ")),
            };
            found.push(broken("header.content-type", "media-type", message));
            return Ok(());
        };
        let Some(schema) = media_type.follow().and_then(|node| node.member("schema")) else { return Ok(()) };
        if !(media.ends_with("/json") || media.ends_with("+json")) {
            return Ok(());
        }
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            found.push(broken("body", "syntax", "the body is no JSON"));
            return Ok(());
        };
        let validator = self.validator((at, name.to_owned(), range.to_owned()), schema);
        let validator = validator.as_ref().as_ref().map_err(Clone::clone)?;
        for error in validator.iter_errors(&value).take(MOST_VIOLATIONS) {
            found.extend(violations(&error));
        }
        Ok(())
    }

    /// A schema, compiled once.
    fn validator(&self, key: Key, schema: Node<'_>) -> Compiled {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled.entry(key).or_insert_with(|| Arc::new(compile(schema))).clone()
    }
}

fn compile(schema: Node<'_>) -> Result<Validator, String> {
    let schema = standalone(schema)?;
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    options.build(&schema).map_err(|error| {
        format!("the schema is malformed at `{}`: {}", error.instance_path(), error.masked())
    })
}

/// The response of a status: itself, its range, the default.
fn response_for(responses: Node<'_>, status: u16) -> Option<(&str, Node<'_>)> {
    let range = format!("{}XX", status / 100);
    let exact = status.to_string();
    let by = |wanted: &str| responses.entries().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    by(&exact).or_else(|| by(&range)).or_else(|| by("default"))
}

/// `application/json` of `Application/JSON; charset=utf-8`.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The media type of a description, the most precise first.
fn media_for<'d>(content: Node<'d>, media: &str) -> Option<(&'d str, Node<'d>)> {
    let kind = media.split('/').next().unwrap_or_default();
    let by = |wanted: &str| content.entries().find(|(range, _)| essence(range) == wanted);
    by(media).or_else(|| by(&format!("{kind}/*"))).or_else(|| by("*/*")).filter(|_| !media.is_empty())
}

/// An error as violations: one for each member that is too many.
fn violations(error: &ValidationError<'_>) -> Vec<Violation> {
    let mut at = "$".to_owned();
    for segment in error.instance_path() {
        match segment {
            LocationSegment::Property(key) => push_key(&mut at, &key),
            LocationSegment::Index(index) => push_index(&mut at, index),
        }
    }
    let keyword = error.kind().keyword();
    let member = |key: &str, message: &str| {
        let mut at = at.clone();
        push_key(&mut at, key);
        broken(at, keyword, message)
    };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            vec![member(property.as_str().unwrap_or_default(), "is required")]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|key| member(key, "is not described")).collect()
        }
        _ => vec![broken(at, keyword, error.masked().to_string())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r"
openapi: 3.0.3
servers: [{url: 'https://pets.example/v1'}]
paths:
  /pets/{id}:
    get:
      responses:
        '200':
          headers:
            X-Rate: {required: true, schema: {type: integer}}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Pet'}
        4XX: {description: not there}
        default: {description: any, content: {text/plain: {}}}
  /pets/mine:
    get:
      responses:
        '204': {description: none}
components:
  schemas:
    Pet:
      type: object
      required: [id, name]
      additionalProperties: false
      properties:
        id: {type: integer, minimum: 1}
        name: {type: string, nullable: true}
        born: {type: string, format: date-time}
        parent: {$ref: '#/components/schemas/Pet'}
";

    fn judge(url: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Judgement {
        let document = Document::read("o.yaml", DOCUMENT, &|_| Err(String::new())).expect("a document");
        let contract = Contract::new(document).expect("a contract");
        let headers: Vec<_> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        contract.judge(&Answer { method: "GET", url, status, headers: &headers, body: Some(body.as_bytes()) })
    }

    fn places(judgement: Judgement) -> Vec<(String, String)> {
        match judgement {
            Judgement::Checked(found) => found.into_iter().map(|v| (v.at, v.keyword)).collect(),
            other => panic!("{other:?}"),
        }
    }

    const JSON: &[(&str, &str)] = &[("content-type", "application/json; charset=utf-8"), ("x-rate", "5")];

    #[test]
    fn a_response_that_keeps_it_breaks_nothing() {
        let body =
            r#"{"id": 1, "name": null, "parent": {"id": 2, "name": "a", "born": "2024-01-01T00:00:00Z"}}"#;
        for url in ["http://localhost:80/v1/pets/7?x=1", "http://localhost:80/pets/7"] {
            assert_eq!(places(judge(url, 200, JSON, body)), []);
        }
        assert_eq!(places(judge("http://h/pets/7", 404, &[], "anything")), []);
        assert_eq!(places(judge("http://h/pets/mine", 204, &[], "")), []);
    }

    #[test]
    fn each_violation_has_its_place() {
        let body = r#"{"id": 0, "more": 1, "parent": {"id": "x", "name": "a", "born": "yesterday"}}"#;
        let mut found = places(judge("http://h/pets/7", 200, JSON, body));
        found.sort();
        let expected = [
            ("$.id", "minimum"),
            ("$.more", "additionalProperties"),
            ("$.name", "required"),
            ("$.parent.born", "format"),
            ("$.parent.id", "type"),
        ];
        assert_eq!(found, expected.map(|(at, keyword)| (at.to_owned(), keyword.to_owned())));
        let place = |at: &str, keyword: &str| vec![(at.to_owned(), keyword.to_owned())];
        assert_eq!(places(judge("http://h/pets/mine", 200, &[], "")), place("status", "status"));
        let html = [("content-type", "text/html"), ("x-rate", "5")];
        assert_eq!(
            places(judge("http://h/pets/7", 200, &html, "")),
            place("header.content-type", "media-type")
        );
        assert_eq!(places(judge("http://h/pets/7", 200, JSON, "{")), place("body", "syntax"));
        let rate = [("content-type", "application/json"), ("x-rate", "many")];
        assert_eq!(
            places(judge("http://h/pets/7", 200, &rate, r#"{"id":1,"name":"a"}"#)),
            place("header.x-rate", "type")
        );
        assert_eq!(
            places(judge("http://h/pets/7", 200, &JSON[..1], r#"{"id":1,"name":"a"}"#)),
            place("header.x-rate", "header")
        );
    }

    #[test]
    fn what_is_not_described_is_said() {
        assert_eq!(judge("http://h/other", 200, &[], ""), Judgement::NoOperation);
        let document = Document::read("o.yaml", DOCUMENT, &|_| Err(String::new())).expect("a document");
        let contract = Contract::new(document).expect("a contract");
        let headers = [
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-rate".to_owned(), "1".to_owned()),
        ];
        let cut =
            Answer { method: "GET", url: "http://h/pets/1", status: 200, headers: &headers, body: None };
        assert_eq!(contract.judge(&cut), Judgement::Unchecked("the body was not kept whole".to_owned()));
    }
}
