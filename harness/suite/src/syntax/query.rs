//! Queries: what a capture or an assert looks at.

use super::cursor::{Cursor, Fail, Parsed};
use super::{literal, template};
use crate::ast::{CertificateAttribute, CookieAttribute, Query, Template};

/// The words that begin a query here.
const KNOWN: &str = "status, version, url, header, cookie, body, bytes, rawbytes, jsonpath, xpath, regex, variable, duration, \
     sha256, md5, certificate, ip, redirects";

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
        "rawbytes" => Query::RawBytes,
        "ip" => Query::Ip,
        "redirects" => Query::Redirects,
        "sha256" => Query::Sha256,
        "md5" => Query::Md5,
        "header" => Query::Header(quoted_argument(cursor)?),
        "variable" => Query::Variable(quoted_argument(cursor)?),
        "jsonpath" => {
            cursor.some_spaces()?;
            Query::JsonPath(literal::path(cursor)?)
        }
        "xpath" => {
            cursor.some_spaces()?;
            Query::XPath(literal::xpath(cursor)?)
        }
        "certificate" => {
            cursor.some_spaces()?;
            Query::Certificate(certificate(cursor)?)
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
        _ => {
            cursor.seek(start);
            return Err(cursor.unexpected("a query").hint(format!("queries are {KNOWN}")));
        }
    })
}

/// The name of a certificate's attribute, in quotes.
fn certificate(cursor: &mut Cursor<'_>) -> Parsed<CertificateAttribute> {
    cursor.expect("\"")?;
    let start = cursor.offset();
    let name = cursor.take_while(|c| c != '"' && c != '\n');
    let attribute = match name {
        "Subject" => CertificateAttribute::Subject,
        "Issuer" => CertificateAttribute::Issuer,
        "Start-Date" => CertificateAttribute::StartDate,
        "Expire-Date" => CertificateAttribute::ExpireDate,
        "Serial-Number" => CertificateAttribute::SerialNumber,
        "Subject-Alt-Name" => CertificateAttribute::SubjectAltName,
        "Value" => CertificateAttribute::Value,
        _ => {
            let fail = Fail::new(start, format!("`{name}` is no attribute of a certificate"));
            return Err(fail.hint(
                "attributes are Subject, Issuer, Start-Date, Expire-Date, Serial-Number, Subject-Alt-Name and Value",
            ));
        }
    };
    cursor.expect("\"")?;
    Ok(attribute)
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
