//! Case ids and the globs that match them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The stable id of a case: `FILE METHOD PATH`, `~2`, `~3` for repeats; or `FILE NAME` where the suite
/// names it with a comment `# parity: id=NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CaseId(String);

impl CaseId {
    /// Wraps an id that is already complete.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The suite file that the case stands in, relative to `parity.toml`, without `.hurl`.
    pub fn file(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A case with where it stands and what it sends, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CasePlace {
    /// The case's id.
    pub id: CaseId,
    /// Suite file, relative to the configuration.
    pub file: String,
    /// Line of the request in that file, from 1. Shown, never matched.
    pub line: u32,
    /// HTTP method; `exec` for a command.
    pub method: String,
    /// Path as written after `{{base}}`, with query; the words of a command.
    pub path: String,
}

/// A glob over case ids: `*` within a path segment, `**` across. Every other character is literal, since case
/// ids hold queries (`?`) and templates (`{{id}}`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseGlob {
    pattern: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(char),
    WithinSegment,
    Across,
}

impl CaseGlob {
    /// Reads a pattern; every text is one.
    pub fn new(pattern: &str) -> Self {
        let mut parts = Vec::new();
        let mut chars = pattern.chars().peekable();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '*' if chars.next_if_eq(&'*').is_some() => Part::Across,
                '*' => Part::WithinSegment,
                c => Part::Literal(c),
            });
        }
        Self { pattern: pattern.to_owned(), parts }
    }

    /// Whether the glob matches the whole id.
    pub fn matches(&self, id: &CaseId) -> bool {
        // One bit per position of the pattern: linear in the id, whatever the pattern.
        let mut alive = vec![false; self.parts.len() + 1];
        alive[0] = true;
        self.skip_stars(&mut alive);
        for c in id.as_str().chars() {
            let mut next = vec![false; alive.len()];
            for (at, part) in self.parts.iter().enumerate().filter(|(at, _)| alive[*at]) {
                match part {
                    Part::Literal(literal) => next[at + 1] |= *literal == c,
                    Part::WithinSegment => next[at] |= c != '/',
                    Part::Across => next[at] = true,
                }
            }
            self.skip_stars(&mut next);
            alive = next;
        }
        alive[self.parts.len()]
    }

    fn skip_stars(&self, alive: &mut [bool]) {
        for (at, part) in self.parts.iter().enumerate() {
            if alive[at] && !matches!(part, Part::Literal(_)) {
                alive[at + 1] = true;
            }
        }
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, id: &str) -> bool {
        CaseGlob::new(pattern).matches(&CaseId::new(id))
    }

    #[test]
    fn one_star_stays_within_a_segment() {
        assert!(matches("activity GET /activity/*", "activity GET /activity/{{id}}"));
        assert!(!matches("activity GET /activity/*", "activity GET /activity/1/summary"));
        assert!(matches("activity GET /activity/**", "activity GET /activity/1/summary"));
        assert!(matches("**", "sub/activity GET /a/b"));
        assert!(matches("activity **", "activity GET /a/b"));
    }

    #[test]
    fn query_and_template_characters_are_literal() {
        assert!(matches("a GET /x?y=[1]", "a GET /x?y=[1]"));
        assert!(!matches("a GET /x?y=1", "a GET /xzy=1"));
        assert!(matches("a GET /{{id}}", "a GET /{{id}}"));
    }

    #[test]
    fn file_is_the_first_word() {
        assert_eq!(CaseId::new("suites/a GET /x y").file(), "suites/a");
    }
}
