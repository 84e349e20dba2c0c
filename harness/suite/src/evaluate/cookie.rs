//! Cookies that a response sets, as far as queries look at them.

use crate::ast::CookieAttribute;
use crate::{Instant, Value};

/// Looks for a cookie among `Set-Cookie` values; `None` if it, or its attribute, is not there.
pub(super) fn find<'a>(
    values: impl Iterator<Item = &'a str>,
    name: &str,
    attribute: CookieAttribute,
) -> Result<Option<Value>, String> {
    for value in values {
        let mut parts = value.split(';');
        let Some((found, content)) = parts.next().and_then(|first| first.split_once('=')) else { continue };
        if found == name {
            return read(content, parts, attribute);
        }
    }
    Ok(None)
}

fn read<'a>(
    content: &str,
    attributes: impl Iterator<Item = &'a str> + Clone,
    attribute: CookieAttribute,
) -> Result<Option<Value>, String> {
    let attributes = attributes.map(|part| match part.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value)),
        None => (part.trim(), None),
    });
    let named = |wanted: &str| {
        attributes.clone().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    let text = |wanted: &str| named(wanted).flatten().map(Value::from);
    let flag = |wanted: &str| (named(wanted) == Some(None)).then_some(Value::Unit);
    Ok(match attribute {
        CookieAttribute::Value => Some(Value::from(content)),
        CookieAttribute::Domain => text("domain"),
        CookieAttribute::Path => text("path"),
        CookieAttribute::SameSite => text("samesite"),
        CookieAttribute::Secure => flag("secure"),
        CookieAttribute::HttpOnly => flag("httponly"),
        CookieAttribute::MaxAge => {
            named("max-age").flatten().and_then(|age| age.parse::<i64>().ok()).map(Value::from)
        }
        CookieAttribute::Expires => match named("expires").flatten() {
            Some(text) => {
                let date = Instant::parse_cookie_expiry(text);
                Some(Value::Date(date.ok_or_else(|| format!("`{text}` is no date"))?))
            }
            None => None,
        },
    })
}
