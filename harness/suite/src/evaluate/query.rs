//! Queries, answered.

use md5::Md5;
use regex::Regex;
use serde_json_path::JsonPath;
use sha2::{Digest, Sha256};

use super::subject::Subject;
use super::{Observed, cookie};
use crate::ast::{Path, Pattern, Query};
use crate::context::Scope;
use crate::{Value, certificate, syntax};

/// What a query finds; `None` if there is nothing.
pub(super) fn find(query: &Query, subject: &Subject<'_>, scope: &Scope<'_>) -> Result<Option<Value>, String> {
    let observed = subject.observed;
    let render = |template| scope.render(template).map_err(|e| e.reason());
    Ok(match query {
        Query::Status => Some(Value::from(i64::from(observed.status))),
        Query::Version => Some(Value::from(version(observed.version))),
        Query::Url => Some(Value::from(observed.url)),
        Query::Header(name) => {
            let name = render(name)?;
            let mut values: Vec<Value> = header_values(observed, &name).map(Value::from).collect();
            if values.len() > 1 { Some(Value::List(values)) } else { values.pop() }
        }
        Query::Cookie(name, attribute) => {
            cookie::find(header_values(observed, "set-cookie"), &render(name)?, *attribute)?
        }
        Query::Body => Some(Value::from(subject.text()?)),
        Query::JsonPath(path) => json_path(path, subject.json()?, scope)?,
        Query::Regex(pattern) => first_group(&*regex(pattern, scope)?, subject.text()?),
        Query::Variable(name) => scope.get(&render(name)?).cloned(),
        Query::Duration => {
            Some(Value::from(i64::try_from(observed.duration.as_millis()).unwrap_or(i64::MAX)))
        }
        Query::XPath(xpath) => Some(super::xpath::find(xpath, subject.document()?, scope)?),
        Query::Certificate(attribute) => match observed.certificate {
            Some(der) => certificate::attribute(der, *attribute)?,
            None => None,
        },
        Query::Ip => observed.ip.map(Value::from),
        Query::Redirects => {
            let redirects = observed.redirects.iter();
            let value = |(status, location): &(u16, String)| Value::Redirect {
                status: *status,
                location: location.clone(),
            };
            Some(Value::List(redirects.map(value).collect()))
        }
        Query::RawBytes => Some(Value::Bytes(observed.raw_body.to_vec())),
        Query::Bytes => Some(Value::Bytes(observed.body.to_vec())),
        Query::Sha256 => Some(Value::Bytes(Sha256::digest(observed.body).to_vec())),
        Query::Md5 => Some(Value::Bytes(Md5::digest(observed.body).to_vec())),
    })
}

/// `1.0`, `1.1`, `2` or `3`.
pub(super) fn version(version: &str) -> &str {
    let number = version.strip_prefix("HTTP/").unwrap_or(version);
    match number {
        "2.0" => "2",
        "3.0" => "3",
        number => number,
    }
}

pub(super) fn header_values<'a>(observed: &Observed<'a>, name: &str) -> impl Iterator<Item = &'a str> {
    let headers = observed.headers;
    headers
        .iter()
        .filter(move |(header, _)| header.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// What a JSONPath finds: nothing, one value, or the list of several, as Hurl counts.
pub(super) fn json_path(
    path: &Path,
    json: &serde_json::Value,
    scope: &Scope<'_>,
) -> Result<Option<Value>, String> {
    let rendered: JsonPath;
    let path = match path {
        Path::Constant(path) => path,
        Path::Template(template) => {
            rendered = syntax::read_path(&scope.render(template).map_err(|e| e.reason())?)?;
            &rendered
        }
    };
    let found = path.query(json).all();
    Ok(match found.as_slice() {
        [] => None,
        [one] => Some(Value::from(*one)),
        many => Some(Value::List(many.iter().copied().map(Value::from).collect())),
    })
}

pub(super) fn regex<'a>(
    pattern: &'a Pattern,
    scope: &Scope<'_>,
) -> Result<std::borrow::Cow<'a, Regex>, String> {
    match pattern {
        Pattern::Constant(regex) => Ok(std::borrow::Cow::Borrowed(regex)),
        Pattern::Template(template) => {
            let text = scope.render(template).map_err(|e| e.reason())?;
            let regex = Regex::new(&text).map_err(|_| format!("`{text}` is no regular expression"))?;
            Ok(std::borrow::Cow::Owned(regex))
        }
    }
}

/// The text of the first group of the first match.
pub(super) fn first_group(regex: &Regex, text: &str) -> Option<Value> {
    regex.captures(text)?.get(1).map(|group| Value::from(group.as_str()))
}
