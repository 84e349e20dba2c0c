//! Where a rule applies.

use crate::body::MarkupPattern;
use crate::path::Pattern;

/// The place of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Outcome,
    Status,
    /// A header by its lower-case name, `*` for any characters.
    Header(String),
    Body,
    /// Of a command: `exit`, `stdout`, `stderr`.
    Output(String),
    Json(Pattern),
    /// In HTML or XML.
    Markup(MarkupPattern),
    /// Not of any known form: matches nothing.
    Unreadable,
}

impl Place {
    pub(super) fn parse(at: &str) -> Self {
        match at {
            "outcome" => Self::Outcome,
            "status" => Self::Status,
            "body" => Self::Body,
            "exit" | "stdout" | "stderr" => Self::Output(at.to_owned()),
            at => match at.strip_prefix("header.") {
                Some(name) => Self::Header(name.to_ascii_lowercase()),
                None if at.starts_with('/') => {
                    MarkupPattern::parse(at).map_or(Self::Unreadable, Self::Markup)
                }
                None => Pattern::parse(at).map_or(Self::Unreadable, Self::Json),
            },
        }
    }

    /// How well the place names a header: none where it does not, more where it leaves less open.
    pub(super) fn rank_of_header(&self, name: &str) -> Option<usize> {
        let Self::Header(pattern) = self else { return None };
        if pattern == name {
            return Some(usize::MAX);
        }
        let literal = pattern.bytes().filter(|b| *b != b'*').count();
        (pattern.contains('*') && matches(pattern, name)).then_some(literal)
    }
}

/// Whether a pattern with `*` matches a whole name.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_by_name_or_pattern() {
        let rank =
            |pattern: &str, name: &str| Place::parse(&format!("header.{pattern}")).rank_of_header(name);
        assert_eq!(rank("X-A", "x-a"), Some(usize::MAX));
        assert_eq!(rank("x-*", "x-a"), Some(2));
        assert_eq!(rank("*", "x-a"), Some(0));
        assert_eq!(rank("x-*-id", "x-request-id"), Some(5));
        assert_eq!(rank("x-*-id", "x-id"), None);
        assert_eq!(rank("x-a", "x-ab"), None);
        assert_eq!(rank("*-a", "x-ab"), None);
    }
}
