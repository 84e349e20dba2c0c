//! Values that rules keep out of everything that is written.

use std::ops::Range;

use envparity_config::{Rule, Verb};
use envparity_model::{CaseId, Response};

use crate::json::{Document, Kind};
use crate::path::Step;
use crate::rules::{CaseRules, Rules};

/// Rules with `redact`. They apply before anything is written, and again nowhere: what is compared are stand-ins,
/// which are equal where the values are.
#[derive(Debug, Clone, Default)]
pub struct Redaction {
    rules: Rules,
}

impl Redaction {
    /// Takes the rules with `redact` from all of them.
    pub fn new(rules: &[Rule]) -> Self {
        let own: Vec<Rule> = rules.iter().filter(|rule| rule.verb == Verb::Redact).cloned().collect();
        Self { rules: Rules::new(&own) }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Puts stand-ins, which `mask` makes of a value, into a response's headers and body. A body that cannot be
    /// looked into is masked as a whole. Answers the values, which must stand nowhere else either.
    pub fn apply(
        &self,
        case: &CaseId,
        response: &mut Response,
        body: &mut Vec<u8>,
        mask: &dyn Fn(&str) -> String,
    ) -> Vec<String> {
        let mut rules = self.rules.clone();
        let rules = rules.of(case);
        let mut values = Vec::new();
        for (name, value) in &mut response.headers {
            if rules.redacts_header(name) {
                values.push(std::mem::replace(value, mask(value)));
            }
        }
        if body.is_empty() || !rules.redacts_body() {
            return values;
        }
        let whole =
            response.body.truncated || response.body.undecoded.is_some() || rules.redacts_whole_body();
        match std::str::from_utf8(body) {
            Ok(text) if !whole => {
                if let Some(masked) = redact_json(text, &rules, mask, &mut values) {
                    *body = masked.into_bytes();
                }
            }
            _ => *body = mask(&String::from_utf8_lossy(body)).into_bytes(),
        }
        values
    }
}

/// A JSON text, or one of a value a line, with stand-ins; none where it is neither, or holds nothing to mask.
fn redact_json(
    text: &str,
    rules: &CaseRules<'_>,
    mask: &dyn Fn(&str) -> String,
    values: &mut Vec<String>,
) -> Option<String> {
    if let Ok(document) = Document::parse(text) {
        return replace(text, &document, rules, None, mask, values);
    }
    let mut found = false;
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split_inclusive('\n').filter(|line| !line.trim().is_empty()).enumerate() {
        let document = Document::parse(line).ok()?;
        let masked = replace(line, &document, rules, Some(at), mask, values);
        found |= masked.is_some();
        out.push_str(masked.as_deref().unwrap_or(line));
    }
    found.then_some(out)
}

fn replace(
    text: &str,
    document: &Document<'_>,
    rules: &CaseRules<'_>,
    line: Option<usize>,
    mask: &dyn Fn(&str) -> String,
    values: &mut Vec<String>,
) -> Option<String> {
    let mut spans: Vec<(Range<usize>, String)> = Vec::new();
    let root: Vec<Step<'_>> = line.map(Step::Index).into_iter().collect();
    // (node, steps to it, whether something above is redacted)
    let mut stack = vec![(Document::ROOT, root, false)];
    while let Some((id, steps, above)) = stack.pop() {
        let here = above || rules.redacts_json(&steps);
        match document.kind(id) {
            Kind::Object | Kind::Array => {
                let is_object = document.kind(id) == Kind::Object;
                for (at, child) in document.children(id).enumerate() {
                    let mut below = steps.clone();
                    below.push(if is_object { Step::Key(document.key(child)) } else { Step::Index(at) });
                    stack.push((child, below, here));
                }
            }
            // Its absence is no secret.
            Kind::Null => {}
            kind if here => {
                let value = document.scalar(id).into_owned();
                // 5 and "5" are no equals.
                let masked = if kind == Kind::String {
                    mask(&value)
                } else {
                    mask(&format!("{} {value}", kind.name()))
                };
                spans.push((document.span(id), format!("\"{masked}\"")));
                if kind != Kind::Bool {
                    values.push(value);
                }
            }
            Kind::Bool | Kind::Number | Kind::String => {}
        }
    }
    if spans.is_empty() {
        return None;
    }
    spans.sort_by_key(|(span, _)| span.start);
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (span, masked) in spans {
        out.push_str(&text[copied..span.start]);
        out.push_str(&masked);
        copied = span.end;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use envparity_model::BodyRef;

    use super::*;

    fn redact(at: &str, body: &str) -> (String, Vec<String>) {
        let rule =
            Rule { case: None, at: at.to_owned(), verb: Verb::Redact, reason: None, origin: String::new() };
        let body_ref =
            BodyRef { sha256: String::new(), size: body.len() as u64, truncated: false, undecoded: None };
        let headers = vec![("x-key".to_owned(), "k1".to_owned()), ("x-other".to_owned(), "o".to_owned())];
        let mut response =
            Response { version: "HTTP/1.1".into(), status: 200, headers, body: body_ref, hops: Vec::new() };
        let mut bytes = body.as_bytes().to_vec();
        let mask = |value: &str| format!("<{}>", value.len());
        let values = Redaction::new(&[rule]).apply(&CaseId::new("a GET /"), &mut response, &mut bytes, &mask);
        let text = String::from_utf8(bytes).expect("text");
        (format!("{} {} {text}", response.headers[0].1, response.headers[1].1), values)
    }

    #[test]
    fn values_go_and_everything_else_stays() {
        let body = r#"{"a": {"pin": 12, "t": "x\ny", "no": null}, "items":[{"t":"z"},{"t":true}]}"#;
        let (text, values) = redact("$.a", body);
        assert_eq!(
            text,
            r#"k1 o {"a": {"pin": "<9>", "t": "<3>", "no": null}, "items":[{"t":"z"},{"t":true}]}"#
        );
        assert_eq!(values.len(), 2);
        let (text, values) = redact("$..t", body);
        assert_eq!(
            text,
            r#"k1 o {"a": {"pin": 12, "t": "<3>", "no": null}, "items":[{"t":"<1>"},{"t":"<12>"}]}"#
        );
        assert!(values.contains(&"x\ny".to_owned()));
        assert_eq!(redact("header.X-Key", body).0, format!("<2> o {body}"));
        assert_eq!(redact("body", "plain").0, "k1 o <5>");
        assert_eq!(redact("$[*].t", "{\"t\":1}\n{\"t\":2}\n").0, "k1 o {\"t\":\"<8>\"}\n{\"t\":\"<8>\"}\n");
        assert_eq!(redact("$.t", "no JSON").0, "k1 o no JSON");
    }
}
