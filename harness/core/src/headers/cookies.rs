//! `Set-Cookie` (RFC 6265): cookies by name, each attribute by itself, values only as far as the reference repeats
//! them.

use std::collections::{BTreeMap, BTreeSet};

use super::lifetime::Lifetime;

/// One cookie as set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cookie {
    pub(super) value: String,
    /// By lower-case names; values in lower case where case means nothing.
    attributes: BTreeMap<String, String>,
}

/// An attribute in which two cookies differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) attribute: String,
    /// What each side says: `httponly`, `path=/x`, `absent`.
    pub(super) sides: (String, String),
    /// Both have it, and it says how long the cookie lives.
    pub(super) is_lifetime: bool,
}

/// Cookies by name. Of cookies of one name, domain and path the last counts, as in clients; others of the same
/// name go by their path too.
pub(super) type Jar = BTreeMap<String, Cookie>;

/// Reads all values of `Set-Cookie`.
pub(super) fn parse(values: &[&str]) -> Jar {
    let mut out = Jar::new();
    for value in values {
        let (name, cookie) = parse_one(value);
        let key = match out.get(&name) {
            Some(other) if other.scope() != cookie.scope() => format!("{name} at {}", cookie.scope()),
            _ => name,
        };
        out.insert(key, cookie);
    }
    out
}

fn parse_one(value: &str) -> (String, Cookie) {
    let mut parts = value.split(';');
    let pair = parts.next().unwrap_or_default();
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let mut attributes = BTreeMap::new();
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = name.trim().to_ascii_lowercase();
        let value = value.trim();
        let value = match name.as_str() {
            "" => continue,
            "domain" => value.trim_start_matches('.').to_ascii_lowercase(),
            "samesite" | "priority" => value.to_ascii_lowercase(),
            // What follows such a flag means nothing.
            "secure" | "httponly" | "partitioned" => String::new(),
            _ => value.to_owned(),
        };
        attributes.insert(name, value);
    }
    (name.trim().to_owned(), Cookie { value: value.trim().to_owned(), attributes })
}

impl Cookie {
    fn scope(&self) -> String {
        let of = |name: &str| self.attributes.get(name).map_or("", String::as_str);
        format!("{}{}", of("domain"), of("path"))
    }

    /// In which attributes two cookies differ, given the `Date` of both responses and when else two values are the
    /// same.
    pub(super) fn differences(
        &self,
        other: &Self,
        dates: (Option<&str>, Option<&str>),
        same: impl Fn(&str, &str) -> bool,
    ) -> Vec<Difference> {
        let names: BTreeSet<&String> = self.attributes.keys().chain(other.attributes.keys()).collect();
        let mut out = Vec::new();
        for name in names {
            let (mine, theirs) = (self.attributes.get(name), other.attributes.get(name));
            let alike = match (mine, theirs) {
                (Some(l), Some(r)) if name == "expires" => l == r || lasts_alike((l, r), dates),
                (Some(l), Some(r)) => l == r || same(l, r),
                _ => false,
            };
            if !alike {
                out.push(Difference {
                    attribute: name.clone(),
                    sides: (show(name, mine), show(name, theirs)),
                    is_lifetime: mine.is_some()
                        && theirs.is_some()
                        && matches!(name.as_str(), "expires" | "max-age"),
                });
            }
        }
        out
    }
}

fn lasts_alike((left, right): (&str, &str), dates: (Option<&str>, Option<&str>)) -> bool {
    match (Lifetime::of(left, dates.0), Lifetime::of(right, dates.1)) {
        (Some(mine), Some(theirs)) => mine.is_like(theirs),
        _ => false,
    }
}

fn show(name: &str, value: Option<&String>) -> String {
    match value.map(String::as_str) {
        None => "absent".to_owned(),
        Some("") => name.to_owned(),
        Some(value) => format!("{name}={value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(left: &str, right: &str) -> Vec<String> {
        let (l, r) = (parse_one(left).1, parse_one(right).1);
        let date = Some("Tue, 24 Nov 2026 09:58:01 GMT");
        let found = l.differences(&r, (date, date), |_, _| false);
        found.into_iter().map(|d| format!("{}: {} {}", d.attribute, d.sides.0, d.sides.1)).collect()
    }

    #[test]
    fn attributes_have_no_order_and_no_case() {
        let one =
            "id=abc; Path=/; HttpOnly; SameSite=Lax; Expires=Tue, 24 Nov 2026 10:58:01 GMT; Domain=.a.b";
        let two = "id=abc; samesite=lax; domain=A.b;httponly=; path=/; expires=Tue, 24-Nov-2026 10:58:03 GMT";
        assert_eq!(differences(one, two), Vec::<String>::new());
    }

    #[test]
    fn each_attribute_is_told() {
        let one = "id=abc; Path=/; HttpOnly; Secure; Max-Age=60; Expires=Tue, 24 Nov 2026 10:58:01 GMT";
        let two = "id=abc; Path=/x; Partitioned; Max-Age=61; Expires=Tue, 24 Nov 2026 11:58:01 GMT";
        assert_eq!(
            differences(one, two),
            [
                "expires: expires=Tue, 24 Nov 2026 10:58:01 GMT expires=Tue, 24 Nov 2026 11:58:01 GMT",
                "httponly: httponly absent",
                "max-age: max-age=60 max-age=61",
                "partitioned: absent partitioned",
                "path: path=/ path=/x",
                "secure: secure absent",
            ]
        );
    }

    #[test]
    fn cookies_of_one_name_are_told_by_their_path() {
        let names = |values: &[&str]| parse(values).into_keys().collect::<Vec<_>>();
        assert_eq!(names(&["a=1; Path=/", "a=2; Path=/x", "b"]), ["a", "a at /x", "b"]);
        assert_eq!(parse(&["a=1; Path=/", "a=2; Path=/"])["a"].value, "2");
    }
}
