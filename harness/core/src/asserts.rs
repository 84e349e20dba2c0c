//! Results of a suite's asserts: what fails on the reference breaks the case, what fails on the candidate only is
//! drift.

use envparity_model::{AssertResult, Code, Exchange};

use crate::drift::{Drift, Drifts};
use crate::excerpt::short;
use crate::rules::CaseRules;

/// The assert that fails on the reference, with what was found.
pub(crate) fn broken(reference: &Exchange, rules: &CaseRules<'_>) -> Option<String> {
    let failing = |assert: &&AssertResult| {
        !assert.passed && !assert.timed && !rules.silences_assert(&place(&assert.text))
    };
    let assert = reference.asserts.iter().find(failing)?;
    let actual =
        assert.actual.as_deref().map(|actual| format!(", got {}", short(actual))).unwrap_or_default();
    Some(format!("`{}` fails on the reference{actual}", short(&assert.text)))
}

/// Whether two samples of one environment disagree about an assert.
pub(crate) fn unstable(first: &Exchange, second: &Exchange) -> Option<String> {
    let both = first.asserts.iter().zip(&second.asserts);
    let differs = |(a, b): &(&AssertResult, &AssertResult)| !a.timed && a.passed != b.passed;
    both.into_iter()
        .find(differs)
        .map(|(a, _)| format!("`{}` holds in one sample of the reference only", short(&a.text)))
}

/// Whether the suite says which status it expects.
pub(crate) fn expects_status(exchange: &Exchange) -> bool {
    exchange.asserts.iter().any(|assert| {
        let text = assert.text.trim_start();
        let line = text
            .strip_prefix("HTTP")
            .is_some_and(|rest| rest.chars().any(|c| c.is_ascii_digit()) && !rest.trim_end().ends_with('*'));
        line || text.starts_with("status")
    })
}

/// Asserts that hold on the reference and fail on the candidate. The status line is told by the status itself.
pub(crate) fn judge(reference: &Exchange, candidate: &Exchange, rules: &CaseRules<'_>, drifts: &mut Drifts) {
    for (index, theirs) in candidate.asserts.iter().enumerate() {
        if theirs.passed || theirs.timed {
            continue;
        }
        let at = place(&theirs.text);
        if rules.silences_assert(&at) {
            continue;
        }
        let mine = reference.asserts.get(index).filter(|mine| mine.text == theirs.text);
        if mine.is_some_and(|mine| !mine.passed) {
            continue;
        }
        let told = match at.as_str() {
            "status" => Code::ResponseStatus,
            _ => Code::CommandExit,
        };
        if matches!(at.as_str(), "status" | "exit") && drifts.has(told) {
            // The suite names the status that it wants: another one is no matter of taste.
            raise(told, drifts);
            continue;
        }
        let actual = theirs.actual.as_deref().map_or_else(|| "fails".to_owned(), short);
        drifts.push(Drift::at(Code::ResponseAssert, at).sides(short(&theirs.text), actual));
    }
}

fn raise(code: Code, drifts: &mut Drifts) {
    for drift in drifts.iter_mut().filter(|drift| drift.code == code) {
        drift.severity = envparity_model::Severity::Critical;
    }
}

/// The place that an assert looks at, from its text: `jsonpath "$.id" == 1` is `$.id`.
fn place(text: &str) -> String {
    let text = text.trim();
    let (query, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let argument = quoted(rest.trim_start());
    match query {
        "status" => "status".to_owned(),
        "exit" => "exit".to_owned(),
        q if q.starts_with("HTTP") => "status".to_owned(),
        "jsonpath" => argument.filter(|path| path.starts_with('$')).unwrap_or_else(|| "body".to_owned()),
        "header" => {
            argument.map_or_else(|| "body".to_owned(), |name| format!("header.{}", name.to_ascii_lowercase()))
        }
        "cookie" => "header.set-cookie".to_owned(),
        "url" | "redirects" => "header.location".to_owned(),
        "body" | "bytes" | "sha256" | "md5" | "regex" | "xpath" | "variable" | "duration" | "version" => {
            "body".to_owned()
        }
        // A header line: `Content-Type: application/json`.
        q => match q.strip_suffix(':').or_else(|| text.split_once(':').map(|(name, _)| name)) {
            Some(name) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
                format!("header.{}", name.to_ascii_lowercase())
            }
            _ => "body".to_owned(),
        },
    }
}

fn quoted(text: &str) -> Option<String> {
    let mut chars = text.strip_prefix('"')?.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some(out),
            '\\' => out.push(chars.next()?),
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asserts_name_their_place() {
        for (text, at) in [
            ("HTTP 200", "status"),
            ("status == 200", "status"),
            (r#"jsonpath "$.items[0].id" == 1"#, "$.items[0].id"),
            (r#"jsonpath "$['a\"b']" exists"#, r#"$['a"b']"#),
            (r#"header "Content-Type" contains "json""#, "header.content-type"),
            ("Content-Type: application/json", "header.content-type"),
            (r#"cookie "id" exists"#, "header.set-cookie"),
            (r#"body contains "x: y""#, "body"),
            ("{\"a\": 1}", "body"),
        ] {
            assert_eq!(place(text), at, "{text}");
        }
    }
}
