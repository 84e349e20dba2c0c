//! A response, held against what an entry expects of it.

mod cookie;
mod filter;
mod predicate;
mod query;
mod subject;
mod xpath;

use std::time::Duration;

use envparity_model::AssertResult;

use crate::ast::{AssertAst, Body, CaptureAst, Content, KeyValue, Query, ResponseAst, Source};
use crate::context::Scope;
use crate::{Context, Entry, RenderError, Value};
use subject::Subject;

/// A response as it was observed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Observed<'a> {
    /// `HTTP/1.1` and the like.
    pub version: &'a str,
    /// Status code.
    pub status: u16,
    /// Headers in the order received, names in lower case.
    pub headers: &'a [(String, String)],
    /// The body after content decoding.
    pub body: &'a [u8],
    /// The body as it was received.
    pub raw_body: &'a [u8],
    /// The redirects that were followed: the status of each, and the absolute URL that it led to.
    pub redirects: &'a [(u16, String)],
    /// The address that answered; `None` if there was none, as through a unix socket.
    pub ip: Option<&'a str>,
    /// The server's certificate, in DER; `None` without TLS.
    pub certificate: Option<&'a [u8]>,
    /// The URL that answered, after redirects.
    pub url: &'a str,
    /// How long the transfer took.
    pub duration: Duration,
}

/// What an entry made of a response.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// Captured values, in suite order.
    pub captures: Vec<(String, Value)>,
    /// Captures that found nothing, with the reason.
    pub failed_captures: Vec<(String, String)>,
    /// The status line, header lines, the body and `[Asserts]`, in that order. When the status line does not hold,
    /// it is the only one, as in Hurl.
    pub asserts: Vec<AssertResult>,
}

impl Entry {
    /// Evaluates captures and asserts. Captures are tried in any case; each sees those before it, asserts see all.
    pub fn evaluate(&self, observed: &Observed<'_>, cx: &Context<'_>) -> Evaluation {
        let mut evaluation = Evaluation::default();
        let Some(expected) = &self.response else { return evaluation };
        let subject = Subject::new(observed);
        let mut scope = Scope::new(cx);
        for capture in &expected.captures {
            let name = scope.render(&capture.name).map_err(|e| e.reason());
            match name.and_then(|name| Ok((name, captured(capture, &subject, &scope)?))) {
                Ok((name, value)) => {
                    scope.set(&name, value.clone());
                    evaluation.captures.push((name, value));
                }
                Err(reason) => evaluation.failed_captures.push((capture_name(capture, &scope), reason)),
            }
        }
        let status = status_line(expected, observed);
        let holds = status.passed;
        evaluation.asserts.push(status);
        if holds {
            let headers = expected.headers.iter().map(|header| header_line(header, observed, &scope));
            evaluation.asserts.extend(headers);
            evaluation.asserts.extend(expected.body.iter().map(|body| body_assert(body, &subject, &scope)));
            evaluation
                .asserts
                .extend(expected.asserts.iter().map(|assert| explicit(assert, &subject, &scope)));
        }
        evaluation
    }
}

/// The name of a capture that failed, as far as it is known.
fn capture_name(capture: &CaptureAst, scope: &Scope<'_>) -> String {
    scope.render(&capture.name).unwrap_or_else(|_| "?".to_owned())
}

fn captured(capture: &CaptureAst, subject: &Subject<'_>, scope: &Scope<'_>) -> Result<Value, String> {
    let found = query::find(&capture.query, subject, scope)?;
    let Some(value) = found else { return Err("the query found nothing".to_owned()) };
    filter::apply(&capture.filters, Some(value), scope)?.ok_or_else(|| "the filters found nothing".to_owned())
}

fn result(source: &Source, failure: Option<String>) -> AssertResult {
    let passed = failure.is_none();
    AssertResult { line: source.line, text: source.text.to_string(), passed, actual: failure, timed: false }
}

fn status_line(expected: &ResponseAst, observed: &Observed<'_>) -> AssertResult {
    let version = query::version(observed.version);
    let version_holds = expected.version.is_none_or(|expected| expected == version);
    let status_holds = expected.status.is_none_or(|expected| expected == observed.status);
    let failure = match (version_holds, status_holds) {
        (true, true) => None,
        (true, false) => Some(observed.status.to_string()),
        (false, _) => Some(format!("{} {}", observed.version, observed.status)),
    };
    result(&expected.source, failure)
}

/// A header line: one of the header's values is the expected one.
fn header_line(header: &KeyValue, observed: &Observed<'_>, scope: &Scope<'_>) -> AssertResult {
    let check = || -> Result<Option<String>, RenderError> {
        let name = scope.render(&header.key)?;
        let expected = scope.render(&header.value)?;
        let values: Vec<&str> = query::header_values(observed, &name).collect();
        Ok(match values.as_slice() {
            [] => Some("none".to_owned()),
            values if values.contains(&expected.as_str()) => None,
            [value] => Some((*value).to_owned()),
            values => Some(format!("{values:?}")),
        })
    };
    result(&header.source, check().unwrap_or_else(|e| Some(e.reason())))
}

/// An expected body: text equals the decoded text, bytes equal the bytes.
fn body_assert(body: &Body, subject: &Subject<'_>, scope: &Scope<'_>) -> AssertResult {
    let check = || -> Result<Option<String>, String> {
        let expected = body.bytes(scope).map_err(|e| e.reason())?;
        let observed = match body.content {
            Content::File(_) | Content::Bytes(_) => subject.observed.body,
            _ => subject.text()?.as_bytes(),
        };
        if expected == observed {
            return Ok(None);
        }
        Ok(Some(match body.content {
            Content::File(_) | Content::Bytes(_) => Value::Bytes(observed.to_vec()).show(),
            _ => Value::String(subject.text()?.to_owned()).show(),
        }))
    };
    result(&body.source, check().unwrap_or_else(Some))
}

fn explicit(assert: &AssertAst, subject: &Subject<'_>, scope: &Scope<'_>) -> AssertResult {
    let check = || -> Result<Option<String>, String> {
        let found = query::find(&assert.query, subject, scope)?;
        let value = filter::apply(&assert.filters, found, scope)?;
        predicate::check(assert, value.as_ref(), scope)
    };
    let mut result = result(&assert.source, check().unwrap_or_else(Some));
    result.timed = matches!(assert.query, Query::Duration);
    result
}
