//! An exchange in its normal form: what a person approves as the contract.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use envparity_model::{Exchange, Finished, Learned, Outcome, Response};
use serde_json::Value;

use crate::authority::Authority;
use crate::headers::{BANNERS, IGNORED};
use crate::path::{Path, Step};

/// The response of an exchange as text: status, headers that say something about the service, body. What was
/// `learned` to differ by nature is replaced by `[kind]`, the service's own authority by `{{base}}`; JSON is
/// indented, keys in the order of the service. The same service gives the same text on every run.
///
/// `symbols` are captured values that differ by nature, with their names: they become `{{name}}`.
pub fn normalise(
    exchange: &Exchange,
    body: &[u8],
    authority: &Authority,
    symbols: &[(String, String)],
    learned: &[Learned],
) -> String {
    let kinds = learned.iter().map(|learned| (learned.at.as_str(), learned.kind.as_str())).collect();
    let masks = Masks { authority, symbols, kinds };
    match &exchange.outcome {
        Outcome::Response(response) => masks.response(response, body),
        Outcome::Finished(finished) => masks.command(finished, body),
        Outcome::Failure { kind, .. } => format!("no response: {kind:?}\n"),
        Outcome::NotSent(reason) => format!("not sent: {reason:?}\n"),
    }
}

/// Symbols shorter than this are replaced only where they are the whole value.
const SHORTEST_WITHIN: usize = 8;

struct Masks<'a> {
    authority: &'a Authority,
    symbols: &'a [(String, String)],
    kinds: BTreeMap<&'a str, &'a str>,
}

impl Masks<'_> {
    fn response(&self, response: &Response, body: &[u8]) -> String {
        let mut out = format!("{}\n", response.status);
        let mut headers: Vec<(&str, String)> = Vec::new();
        for (name, value) in &response.headers {
            let silent = IGNORED.contains(&name.as_str()) || BANNERS.contains(&name.as_str());
            if silent || name == "content-length" {
                continue;
            }
            let kind = self.kinds.get(format!("header.{name}").as_str());
            headers.push((name, kind.map_or_else(|| self.text(value), |kind| format!("[{kind}]"))));
        }
        headers.sort();
        for (name, value) in headers {
            let _ = writeln!(out, "{name}: {value}");
        }
        if !body.is_empty() {
            let _ = write!(out, "\n{}", self.body(response, body));
        }
        out
    }

    /// The exit code, then each stream that holds something.
    fn command(&self, finished: &Finished, written: &[u8]) -> String {
        let split = written.len().min(usize::try_from(finished.stdout.size).unwrap_or(usize::MAX));
        let (stdout, stderr) = written.split_at(split);
        let mut out = format!("exit {}\n", finished.exit);
        for (at, bytes) in [("stdout", stdout), ("stderr", stderr)] {
            let text = String::from_utf8_lossy(bytes);
            let text = match self.kinds.get(at) {
                Some(kind) => format!("[{kind}]"),
                None => self.text(text.trim_end_matches('\n')),
            };
            if !text.is_empty() {
                let _ = write!(out, "\n{at}\n{text}\n");
            }
        }
        out
    }

    fn body(&self, response: &Response, body: &[u8]) -> String {
        if let Some(kind) = self.kinds.get("body") {
            return format!("[{kind}]\n");
        }
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            let normal = self.value(value, &mut Path::default());
            return format!("{}\n", serde_json::to_string_pretty(&normal).unwrap_or_default());
        }
        match std::str::from_utf8(body) {
            Ok(text) => format!("{}\n", self.text(text).trim_end_matches('\n')),
            Err(_) => format!("{} bytes, sha256 {}\n", response.body.size, response.body.sha256),
        }
    }

    fn value(&self, mut value: Value, path: &mut Path<'_>) -> Value {
        let kind = self.kinds.get(path.render_starred().as_str()).copied();
        match &mut value {
            Value::String(text) if self.symbols.iter().any(|(symbol, _)| symbol == text) => {
                *text = self.text(text);
                return value;
            }
            _ => {}
        }
        match (kind, &mut value) {
            (Some(kind), _) if kind != "order" => return Value::String(format!("[{kind}]")),
            (_, Value::String(text)) => *text = self.text(text),
            (_, Value::Array(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    path.push(Step::Index(index));
                    *item = self.value(item.take(), path);
                    path.pop();
                }
                if kind.is_some() {
                    items.sort_by_cached_key(ToString::to_string);
                }
            }
            (_, Value::Object(members)) => {
                for (key, member) in members.iter_mut() {
                    path.push(Step::Key(Cow::Owned(key.clone())));
                    *member = self.value(member.take(), path);
                    path.pop();
                }
            }
            (_, Value::Null | Value::Bool(_) | Value::Number(_)) => {}
        }
        value
    }

    fn text(&self, text: &str) -> String {
        let mut out = self.authority.mask(text).into_owned();
        for (symbol, name) in self.symbols {
            if out == *symbol || (symbol.len() >= SHORTEST_WITHIN && out.contains(symbol.as_str())) {
                out = out.replace(symbol.as_str(), &format!("{{{{{name}}}}}"));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use envparity_model::{BodyRef, CaseId, Sample, Timing};

    use super::*;

    fn exchange(headers: &[(&str, &str)]) -> Exchange {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let body = BodyRef { sha256: String::new(), size: 1, truncated: false, undecoded: None };
        let response = Response { version: "HTTP/1.1".into(), status: 201, headers, body, hops: Vec::new() };
        Exchange {
            case: CaseId::new("a POST /x"),
            sample: Sample::Primary,
            attempt: 1,
            first_failure: None,
            request: None,
            outcome: Outcome::Response(response),
            captures: Vec::new(),
            asserts: Vec::new(),
            timing: Timing::default(),
        }
    }

    #[test]
    fn what_differs_by_nature_is_replaced_and_the_rest_stays() {
        let learned = |at: &str, kind: &str| Learned {
            case: CaseId::new("a POST /x"),
            at: at.to_owned(),
            kind: kind.to_owned(),
            why: String::new(),
        };
        let exchange = exchange(&[
            ("date", "now"),
            ("server", "thin"),
            ("location", "http://localhost:80/x/f3a8b2c1d4"),
            ("etag", "abc"),
        ]);
        let body = br#"{"id":7,"items":[{"at":"b"},{"at":"a"}],"price":1.10,"self":"http://localhost:80/x"}"#;
        let learned =
            [learned("$.id", "symbol"), learned("$.items", "order"), learned("header.etag", "value")];
        let authority = Authority::new("localhost:80", None);
        let symbols = [("f3a8b2c1d4".to_owned(), "created".to_owned())];
        insta::assert_snapshot!(normalise(&exchange, body, &authority, &symbols, &learned));
    }
}
