//! A header taken apart by its kind: directives, parameters, members, pieces of an address. Parts have names and no
//! order, so that a difference is told by the part that differs.

use std::collections::BTreeMap;

use super::grammar::{pair, split, unquote};
use crate::media::MediaType;

/// The part that is the header's value as a whole, or its leading token.
pub(super) const WHOLE: &str = "value";

/// Longest name of a part that is told.
const LONGEST_NAME: usize = 48;

/// What each part of a header says; the values of one part are sorted.
pub(super) type Parts = BTreeMap<String, Vec<String>>;

/// How a header is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Members without order and case.
    List,
    /// One word, or several, without case.
    Words,
    /// Media types with parameters.
    MediaTypes,
    /// Directives between commas.
    Directives,
    /// A token, then parameters.
    Parameters,
    /// Directives between semicolons.
    Settings,
    /// Directives between semicolons, each a set of words (Content Security Policy).
    Policy,
    /// Authentication challenges.
    Challenges,
    /// Targets by relation (RFC 8288).
    Links,
    /// A URL.
    Address,
    /// Anything else: its values as they are.
    Plain,
}

impl Kind {
    /// The kind of a header by its lower-case name.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "accept-ch"
            | "accept-encoding"
            | "accept-ranges"
            | "access-control-allow-headers"
            | "access-control-allow-methods"
            | "access-control-expose-headers"
            | "allow"
            | "clear-site-data"
            | "content-language"
            | "vary" => Self::List,
            "cross-origin-embedder-policy"
            | "cross-origin-opener-policy"
            | "cross-origin-resource-policy"
            | "referrer-policy"
            | "x-content-type-options"
            | "x-dns-prefetch-control"
            | "x-download-options"
            | "x-frame-options"
            | "x-permitted-cross-domain-policies" => Self::Words,
            "accept" | "accept-patch" | "accept-post" => Self::MediaTypes,
            "cache-control" | "cdn-cache-control" | "document-policy" | "expect-ct"
            | "permissions-policy" | "pragma" | "priority" | "surrogate-control" | "x-robots-tag" => {
                Self::Directives
            }
            "content-disposition" | "refresh" | "x-xss-protection" => Self::Parameters,
            "strict-transport-security" => Self::Settings,
            "content-security-policy" | "content-security-policy-report-only" | "feature-policy" => {
                Self::Policy
            }
            "proxy-authenticate" | "www-authenticate" => Self::Challenges,
            "link" => Self::Links,
            "content-location" | "location" => Self::Address,
            _ => Self::Plain,
        }
    }
}

/// Guards the client, or says who may ask: whether it is there never is noise.
pub(super) fn is_protective(name: &str) -> bool {
    name.starts_with("access-control-")
        || matches!(Kind::of(name), Kind::Words | Kind::Policy | Kind::Settings | Kind::Challenges)
        || matches!(name, "permissions-policy" | "document-policy" | "x-xss-protection" | "set-cookie")
}

/// Takes the values of a header apart.
pub(super) fn parts_of(name: &str, values: &[&str]) -> Parts {
    let mut out = Parts::new();
    let members = || values.iter().flat_map(|value| split(value, ','));
    match Kind::of(name) {
        Kind::List => {
            let mut list: Vec<String> = members().map(|m| unquote(m).to_ascii_lowercase()).collect();
            list.dedup();
            out.insert(WHOLE.to_owned(), list);
        }
        Kind::Words => {
            out.insert(WHOLE.to_owned(), members().map(str::to_ascii_lowercase).collect());
        }
        Kind::MediaTypes => {
            let types = members().map(|member| MediaType::parse(member).to_string());
            out.insert(WHOLE.to_owned(), types.collect());
        }
        Kind::Directives => {
            for member in members() {
                add_pair(&mut out, "", member);
            }
        }
        Kind::Settings => {
            for setting in values.iter().flat_map(|value| split(value, ';')) {
                add_pair(&mut out, "", setting);
            }
        }
        Kind::Parameters => values.iter().for_each(|value| parameters(&mut out, value)),
        Kind::Policy => values.iter().for_each(|value| policy(&mut out, value)),
        Kind::Challenges => challenges(&mut out, members()),
        Kind::Links => {
            for member in members() {
                link(&mut out, member);
            }
        }
        Kind::Address => values.iter().for_each(|value| address(&mut out, value)),
        Kind::Plain => {
            out.insert(WHOLE.to_owned(), values.iter().map(|value| (*value).to_owned()).collect());
        }
    }
    for values in out.values_mut() {
        values.sort_unstable();
    }
    out
}

fn add(parts: &mut Parts, name: &str, value: String) {
    let name = crate::excerpt::cut(name, LONGEST_NAME);
    parts.entry(name.to_owned()).or_default().push(value);
}

fn add_pair(parts: &mut Parts, prefix: &str, text: &str) {
    let (name, value) = pair(text);
    // A structured list: its members have no order.
    let inner = value.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let value = inner.map_or(value.clone(), |inner| format!("({})", sorted_words(inner)));
    add(parts, &format!("{prefix}{name}"), value);
}

fn sorted_words(text: &str) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

fn parameters(parts: &mut Parts, value: &str) {
    let mut pieces = split(value, ';').into_iter();
    if let Some(token) = pieces.next() {
        add(parts, WHOLE, token.to_ascii_lowercase());
    }
    for piece in pieces {
        add_pair(parts, "", piece);
    }
}

/// A nonce differs by nature: that there is one counts.
fn policy(parts: &mut Parts, value: &str) {
    for directive in split(value, ';') {
        let (name, sources) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
        let is_nonce = |word: &str| word.to_ascii_lowercase().starts_with("'nonce-");
        let words: Vec<&str> =
            sources.split_whitespace().map(|word| if is_nonce(word) { "'nonce-…'" } else { word }).collect();
        add(parts, &name.to_ascii_lowercase(), sorted_words(&words.join(" ")));
    }
}

/// `Basic realm="x", charset="UTF-8", Bearer`: a scheme stands before the first of its parameters.
fn challenges<'v>(parts: &mut Parts, members: impl Iterator<Item = &'v str>) {
    let mut scheme = String::new();
    for member in members {
        let (head, rest) = member.split_once(' ').unwrap_or((member, ""));
        let mut parameter = member;
        if !head.contains('=') {
            scheme = head.to_ascii_lowercase();
            add(parts, &scheme, String::new());
            parameter = rest.trim();
        }
        if !parameter.is_empty() {
            add_pair(parts, &format!("{scheme}."), parameter);
        }
    }
}

fn link(parts: &mut Parts, member: &str) {
    let mut pieces = split(member, ';').into_iter();
    let target = pieces.next().unwrap_or_default();
    let mut relation = String::new();
    let mut rest = Vec::new();
    for piece in pieces {
        let (name, value) = pair(piece);
        if name == "rel" {
            relation = sorted_words(&value.to_ascii_lowercase());
        } else {
            rest.push(if value.is_empty() { name } else { format!("{name}={value}") });
        }
    }
    rest.sort_unstable();
    let described = std::iter::once(target.to_owned()).chain(rest).collect::<Vec<_>>().join("; ");
    add(parts, &relation, described);
}

/// Scheme, authority, path, each value of the query, fragment: as far as they are there.
fn address(parts: &mut Parts, value: &str) {
    let (value, fragment) = value.split_once('#').map_or((value, None), |(v, f)| (v, Some(f)));
    let (value, query) = value.split_once('?').map_or((value, None), |(v, q)| (v, Some(q)));
    let (scheme, rest) = value.split_once("://").map_or((None, value), |(s, r)| (Some(s), r));
    let rest = rest.strip_prefix("//").filter(|_| scheme.is_none()).map_or(rest, |rest| {
        add(parts, "scheme", String::new());
        rest
    });
    let path = if scheme.is_some() || parts.contains_key("scheme") {
        let at = rest.find('/').unwrap_or(rest.len());
        if let Some(scheme) = scheme {
            add(parts, "scheme", scheme.to_ascii_lowercase());
        }
        add(parts, "authority", rest[..at].to_owned());
        &rest[at..]
    } else {
        rest
    };
    add(parts, "path", if path.is_empty() { "/".to_owned() } else { path.to_owned() });
    if query == Some("") {
        add(parts, "query", String::new());
    }
    for piece in query.unwrap_or_default().split('&').filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        add(parts, &format!("query.{name}"), value.to_owned());
    }
    if let Some(fragment) = fragment {
        add(parts, "fragment", fragment.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, values: &[&str]) -> Vec<String> {
        parts_of(name, values)
            .into_iter()
            .map(|(name, values)| format!("{name}: {}", values.join(" | ")))
            .collect()
    }

    #[test]
    fn each_kind_has_its_parts() {
        for (name, value, parts) in [
            ("vary", "Origin, accept", vec!["value: accept | origin"]),
            ("x-frame-options", "SAMEORIGIN", vec!["value: sameorigin"]),
            ("accept-patch", "text/A; b=1;a=2", vec!["value: text/a; a=2; b=1"]),
            ("cache-control", "private, Max-Age=60", vec!["max-age: 60", "private: "]),
            (
                "permissions-policy",
                "geolocation=(self), camera=()",
                vec!["camera: ()", "geolocation: (self)"],
            ),
            (
                "strict-transport-security",
                "max-age=1; includeSubDomains",
                vec!["includesubdomains: ", "max-age: 1"],
            ),
            (
                "content-disposition",
                "Attachment; filename=\"a;b.txt\"",
                vec!["filename: a;b.txt", "value: attachment"],
            ),
            (
                "content-security-policy",
                "default-src 'self'; script-src 'nonce-Ab+1' b a",
                vec!["default-src: 'self'", "script-src: 'nonce-…' a b"],
            ),
            (
                "www-authenticate",
                "Basic realm=\"x\", charset=utf-8, Bearer",
                vec!["basic: ", "basic.charset: utf-8", "basic.realm: x", "bearer: "],
            ),
            (
                "link",
                "</a>; rel=next; title=t, </b>; rel=\"Prev\"",
                vec!["next: </a>; title=t", "prev: </b>"],
            ),
            (
                "location",
                "HTTP://h:1/p?b=2&a=1#f",
                vec!["authority: h:1", "fragment: f", "path: /p", "query.a: 1", "query.b: 2", "scheme: http"],
            ),
            ("location", "//h/p", vec!["authority: h", "path: /p", "scheme: "]),
            ("location", "p?x", vec!["path: p", "query.x: "]),
            ("x-other", "a, b", vec!["value: a, b"]),
        ] {
            assert_eq!(shown(name, &[value]), parts, "{name}: {value}");
        }
    }
}
