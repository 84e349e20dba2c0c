//! Queries: what a capture or an assert looks at.

use super::cursor::{Cursor, Fail, Parsed};
use super::{literal, template};
use crate::ast::{CookieAttribute, Query, Template};

/// The words that begin a query here.
const KNOWN: &str =
    "status, version, url, header, cookie, body, bytes, jsonpath, regex, variable, duration, sha256, md5";

/// The word here, if a query or a filter could begin with it.
pub(super) fn word<'t>(cursor: &Cursor<'t>) -> &'t str {
    let rest = cursor.rest();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    &rest[..end]
}

pub(super) fn query(cursor: &mut Cursor<'_>) -> Parsed<Query> {
    let start = cursor.offset();
    let word = word(cursor);
    cursor.eat(word);
    Ok(match word {
        "status" => Query::Status,
        "version" => Query::Version,
        "url" => Query::Url,
        "body" => Query::Body,
        "bytes" => Query::Bytes,
        "duration" => Query::Duration,
        "sha256" => Query::Sha256,
        "md5" => Query::Md5,
        "header" => Query::Header(quoted_argument(cursor)?),
        "variable" => Query::Variable(quoted_argument(cursor)?),
        "jsonpath" => {
            cursor.some_spaces()?;
            Query::JsonPath(literal::path(cursor)?)
        }
        "regex" => {
            cursor.some_spaces()?;
            Query::Regex(literal::pattern(cursor)?)
        }
        "cookie" => {
            cursor.some_spaces()?;
            let (name, attribute) = cookie(cursor)?;
            Query::Cookie(name, attribute)
        }
        word => {
            cursor.seek(start);
            return Err(unknown(cursor, word));
        }
    })
}

fn unknown(cursor: &Cursor<'_>, word: &str) -> Fail {
    let hint = match word {
        "xpath" => "use `regex`, or `body contains`; responses are compared as a whole in any case",
        "certificate" | "ip" => "it looks at the connection, which differs between environments by nature",
        "redirects" => "the redirect chain is compared in any case; `url` is the final address",
        "rawbytes" => "use `bytes`, after content decoding",
        _ => return cursor.unexpected("a query").hint(format!("queries are {KNOWN}")),
    };
    cursor.fail(format!("the query `{word}` is not supported")).hint(hint)
}

pub(super) fn quoted_argument(cursor: &mut Cursor<'_>) -> Parsed<Template> {
    cursor.some_spaces()?;
    template::quoted(cursor)
}

/// `"name"` or `"name[Attribute]"`.
fn cookie(cursor: &mut Cursor<'_>) -> Parsed<(Template, CookieAttribute)> {
    cursor.expect("\"")?;
    let start = cursor.offset();
    let name = template::within(cursor, start, &['"', '[', '#'])?;
    let mut attribute = CookieAttribute::Value;
    if cursor.eat("[") {
        cursor.spaces();
        let start = cursor.offset();
        let word = cursor.take_while(|c| c.is_alphabetic() || c == '-');
        attribute = match word.to_ascii_lowercase().as_str() {
            "value" => CookieAttribute::Value,
            "expires" => CookieAttribute::Expires,
            "max-age" => CookieAttribute::MaxAge,
            "domain" => CookieAttribute::Domain,
            "path" => CookieAttribute::Path,
            "secure" => CookieAttribute::Secure,
            "httponly" => CookieAttribute::HttpOnly,
            "samesite" => CookieAttribute::SameSite,
            _ => {
                let fail = Fail::new(start, format!("`{word}` is no attribute of a cookie"));
                return Err(fail.hint(
                    "attributes are Value, Expires, Max-Age, Domain, Path, Secure, HttpOnly and SameSite",
                ));
            }
        };
        cursor.spaces();
        cursor.expect("]")?;
    }
    cursor.expect("\"")?;
    Ok((name, attribute))
}
