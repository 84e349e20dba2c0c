//! The authority that a request went to, masked wherever a response repeats it.

use std::borrow::Cow;

/// What stands for an environment's own authority.
pub(crate) const MASK: &str = "{{base}}";

/// The names under which one environment knows itself: `host:port` as sent, and aliases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authority {
    /// Longest first, so that `localhost:45670` is not read as `localhost:4567` and a zero.
    names: Vec<String>,
}

impl Authority {
    /// The authority that was sent, with further ones that reach the same service (the published address).
    pub fn new(sent: impl Into<String>, aliases: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> = std::iter::once(sent.into()).chain(aliases).collect();
        for default in [":80", ":443"] {
            let bare: Vec<_> =
                names.iter().filter_map(|n| n.strip_suffix(default)).map(str::to_owned).collect();
            names.extend(bare);
        }
        names.retain(|name| !name.is_empty());
        names.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        names.dedup();
        Self { names }
    }

    /// The text with every whole mention of the authority replaced by `{{base}}`.
    pub(crate) fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut out = Cow::Borrowed(text);
        for name in &self.names {
            if out.contains(name.as_str()) {
                out = Cow::Owned(mask_one(&out, name));
            }
        }
        out
    }
}

fn mask_one(text: &str, name: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(name) {
        let (head, tail) = rest.split_at(at);
        let previous = head.chars().next_back().or(before);
        let after = &tail[name.len()..];
        out.push_str(head);
        // A name without a port is an ordinary word unless an address surrounds it.
        let starts = match previous {
            None => name.contains(':') || after.is_empty(),
            Some('/') => name.contains(':') || out.ends_with("//"),
            Some(c) => name.contains(':') && !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_')),
        };
        let ends = !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':'))
            && !after.strip_prefix('.').is_some_and(|t| t.starts_with(|c: char| c.is_alphanumeric()));
        out.push_str(if starts && ends { MASK } else { name });
        before = name.chars().next_back();
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The authorities of both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorities {
    /// Of the reference, all its samples.
    pub reference: Authority,
    /// Of the candidate, all its samples.
    pub candidate: Authority,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_authorities_are_masked() {
        let authority = Authority::new("localhost:4567", ["127.0.0.1:32770".to_owned()]);
        for (text, masked) in [
            ("http://localhost:4567/x", "http://{{base}}/x"),
            ("localhost:4567", "{{base}}"),
            ("see http://127.0.0.1:32770, or localhost:4567.", "see http://{{base}}, or {{base}}."),
            ("http://localhost:45678/x", "http://localhost:45678/x"),
            ("http://my.localhost:4567/x", "http://my.localhost:4567/x"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(authority.mask(text), masked);
        }
    }

    #[test]
    fn hosts_without_port_are_masked_in_addresses_only() {
        let authority = Authority::new("shop.example:443", []);
        assert_eq!(authority.mask("https://shop.example/x"), "https://{{base}}/x");
        assert_eq!(authority.mask("https://shop.example:443/x"), "https://{{base}}/x");
        assert_eq!(authority.mask("shop.example"), "{{base}}");
        assert_eq!(authority.mask("at shop.example we"), "at shop.example we");
        assert_eq!(authority.mask("https://shop.example.org"), "https://shop.example.org");
    }
}
