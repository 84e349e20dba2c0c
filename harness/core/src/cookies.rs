//! `Set-Cookie`: cookies by name, attributes by value, values only as far as the reference repeats them.

use std::collections::BTreeMap;

/// One cookie as set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cookie {
    pub(crate) value: String,
    /// Lower-case names; `expires` without its moment.
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Cookie {
    /// The attributes for people.
    pub(crate) fn show(&self) -> String {
        let one = |(name, value): (&String, &String)| {
            if value.is_empty() { name.clone() } else { format!("{name}={value}") }
        };
        self.attributes.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

/// Reads all values of `Set-Cookie`; of cookies of one name, the last counts, as in clients.
pub(crate) fn parse<'v>(values: impl Iterator<Item = &'v str>) -> BTreeMap<String, Cookie> {
    let mut out = BTreeMap::new();
    for value in values {
        let mut parts = value.split(';');
        let pair = parts.next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let mut attributes = BTreeMap::new();
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = name.trim().to_ascii_lowercase();
            let value = match name.as_str() {
                "" => continue,
                "expires" => String::new(),
                "samesite" | "domain" | "priority" => value.trim().to_ascii_lowercase(),
                _ => value.trim().to_owned(),
            };
            attributes.insert(name, value);
        }
        out.insert(name.trim().to_owned(), Cookie { value: value.trim().to_owned(), attributes });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_no_order_and_no_case() {
        let one = parse(
            ["id=abc; Path=/; HttpOnly; SameSite=Lax; Expires=Tue, 24 Nov 2026 09:58:01 GMT"].into_iter(),
        );
        let two = parse(["id=abc; samesite=lax; httponly; path=/; expires=x"].into_iter());
        assert_eq!(one, two);
        assert_eq!(one["id"].show(), "expires; httponly; path=/; samesite=lax");
        assert_eq!(parse(["[masked:00aa]"].into_iter()).len(), 1);
    }
}
