//! Filters, applied.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::query::{first_group, json_path, regex};
use super::{subject, xpath};
use crate::ast::{Filter, Template};
use crate::context::Scope;
use crate::generator::hex;
use crate::tree::Document;
use crate::{Instant, Number, Value, percent};

/// Passes a value through filters, one after the other. A filter without a value is an error, as in Hurl.
pub(super) fn apply(
    filters: &[Filter],
    found: Option<Value>,
    scope: &Scope<'_>,
) -> Result<Option<Value>, String> {
    let mut value = found;
    for filter in filters {
        value = match value {
            Some(value) => one(filter, value, scope)?,
            None => return Err("nothing was found for the filters to work on".to_owned()),
        };
    }
    Ok(value)
}

fn one(filter: &Filter, value: Value, scope: &Scope<'_>) -> Result<Option<Value>, String> {
    let render = |template: &Template| scope.render(template).map_err(|e| e.reason());
    Ok(Some(match filter {
        Filter::Base64Decode => decoded(STANDARD.decode(text(&value)?), "base64")?,
        Filter::Base64Encode => Value::from(STANDARD.encode(bytes(&value)?)),
        Filter::Base64UrlSafeDecode => decoded(URL_SAFE_NO_PAD.decode(text(&value)?), "URL-safe base64")?,
        Filter::Base64UrlSafeEncode => Value::from(URL_SAFE_NO_PAD.encode(bytes(&value)?)),
        Filter::CharsetDecode(charset) => Value::from(subject::decode(bytes(&value)?, &render(charset)?)?),
        Filter::Count => Value::from(count(&value)?),
        Filter::DateFormat(format) => {
            let format = render(format)?;
            let text = date(&value)?.format(&format);
            Value::from(text.ok_or_else(|| format!("`{format}` is no format of a date"))?)
        }
        Filter::DaysAfterNow => Value::from(scope.cx.generator.now().days_until(date(&value)?)),
        Filter::DaysBeforeNow => Value::from(date(&value)?.days_until(scope.cx.generator.now())),
        Filter::Location => match value {
            Value::Redirect { location, .. } => Value::from(location),
            value => return Err(mismatch(&value, "a response of `redirects`")),
        },
        Filter::XPath(path) => {
            let document = Document::from_html(text(&value)?)
                .map_err(|reason| format!("the value is no document: {reason}"))?;
            xpath::find(path, &document, scope)?
        }
        Filter::First => element(list(&value)?, 0)?,
        Filter::Last => element(list(&value)?, -1)?,
        Filter::Nth(index) => element(list(&value)?, index.get(scope).map_err(|e| e.reason())?)?,
        Filter::HtmlEscape => Value::from(html_escape(text(&value)?)),
        Filter::HtmlUnescape => Value::from(htmlize::unescape(text(&value)?).into_owned()),
        Filter::JsonPath(path) => {
            let json =
                serde_json::from_str(text(&value)?).map_err(|e| format!("the value is no JSON: {e}"))?;
            return json_path(path, &json, scope);
        }
        Filter::Regex(pattern) => return Ok(first_group(&*regex(pattern, scope)?, text(&value)?)),
        Filter::Replace(old, new) => Value::from(text(&value)?.replace(&render(old)?, &render(new)?)),
        Filter::ReplaceRegex(pattern, new) => {
            let (pattern, new) = (regex(pattern, scope)?, render(new)?);
            Value::from(pattern.replace_all(text(&value)?, new.as_str()).into_owned())
        }
        Filter::Split(separator) => {
            let separator = render(separator)?;
            Value::List(text(&value)?.split(separator.as_str()).map(Value::from).collect())
        }
        Filter::ToDate(format) => {
            let (text, format) = (text(&value)?, render(format)?);
            let date = Instant::parse(text, &format);
            Value::Date(date.ok_or_else(|| format!("`{text}` is no date in the format `{format}`"))?)
        }
        Filter::ToFloat => to_float(&value)?,
        Filter::ToHex => Value::from(hex(bytes(&value)?)),
        Filter::ToInt => to_int(&value)?,
        Filter::ToString => {
            Value::from(value.render().ok_or_else(|| mismatch(&value, "a value with a text"))?)
        }
        Filter::UrlDecode => Value::from(percent::decode(text(&value)?)),
        Filter::UrlEncode => Value::from(percent::encode(text(&value)?, b"/")),
        Filter::UrlQueryParam(name) => return query_param(text(&value)?, &render(name)?),
        Filter::Utf8Decode => Value::from(String::from_utf8_lossy(bytes(&value)?).into_owned()),
        Filter::Utf8Encode => Value::from(text(&value)?.as_bytes().to_vec()),
    }))
}

fn mismatch(value: &Value, expected: &str) -> String {
    format!("the filter needs {expected}, not {}", value.show())
}

fn text(value: &Value) -> Result<&str, String> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(mismatch(value, "a string")),
    }
}

fn bytes(value: &Value) -> Result<&[u8], String> {
    match value {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(mismatch(value, "bytes")),
    }
}

fn date(value: &Value) -> Result<Instant, String> {
    match value {
        Value::Date(date) => Ok(*date),
        _ => Err(mismatch(value, "a date")),
    }
}

fn list(value: &Value) -> Result<&[Value], String> {
    match value {
        Value::List(values) => Ok(values),
        _ => Err(mismatch(value, "a list")),
    }
}

fn decoded(result: Result<Vec<u8>, base64::DecodeError>, what: &str) -> Result<Value, String> {
    result.map(Value::Bytes).map_err(|e| format!("no {what}: {}", e.to_string().to_lowercase()))
}

fn count(value: &Value) -> Result<i64, String> {
    match value {
        Value::List(values) => Ok(values.len() as i64),
        Value::Bytes(bytes) => Ok(bytes.len() as i64),
        Value::Nodes(size) => Ok(*size as i64),
        _ => Err(mismatch(value, "a list, bytes or nodes")),
    }
}

/// An element by index, from the end if negative.
fn element(values: &[Value], index: i64) -> Result<Value, String> {
    let from_start = if index < 0 { index.checked_add(values.len() as i64) } else { Some(index) };
    let found = from_start.and_then(|index| usize::try_from(index).ok()).and_then(|index| values.get(index));
    found.cloned().ok_or_else(|| format!("no element {index} in a list of {}", values.len()))
}

fn html_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            c => out.push(c),
        }
    }
    out
}

fn to_float(value: &Value) -> Result<Value, String> {
    let float = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let number = float.and_then(Number::from_f64);
    number.map(Value::Number).ok_or_else(|| mismatch(value, "a number, or the text of one"))
}

fn to_int(value: &Value) -> Result<Value, String> {
    let integer = match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|float| float as i64)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    integer.map(Value::from).ok_or_else(|| mismatch(value, "a number, or the text of an integer"))
}

/// The first value of a query parameter of a URL.
fn query_param(url: &str, name: &str) -> Result<Option<Value>, String> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(format!("`{url}` is no URL"));
    }
    let without_fragment = url.split('#').next().unwrap_or_default();
    let query = without_fragment.split_once('?').map_or("", |(_, query)| query);
    let decode = |text: &str| percent::decode(&text.replace('+', " "));
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    Ok(pairs.find(|(found, _)| decode(found) == name).map(|(_, value)| Value::from(decode(value))))
}
