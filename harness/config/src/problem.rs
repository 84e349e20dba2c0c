//! Problems of a configuration: where, what, and what to do about it.

use std::fmt;

use envparity_model::{Problem, is_secret_name};

use crate::tree::Place;

/// One problem of a configuration.
///
/// Shown as `file:line:column: message`, the line with the place marked, a blank line and `hint: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file as it was named, or what set the value (`--control`, `PARITY_CONTROL`).
    pub file: String,
    /// From 1; 0 where the problem has no place in a text.
    pub line: u32,
    /// In characters, from 1; 0 where the problem has no place in a text.
    pub column: u32,
    /// Lower-case, names the object in backticks.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The line with the place marked; none where the line may hold a secret.
    pub snippet: Option<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(snippet) = &self.snippet {
            write!(f, "\n{snippet}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\n\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigError {}

/// A text that values were read from.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// The file, or what set the value.
    pub(crate) name: &'a str,
    /// None for a single value: its problems have no line.
    pub(crate) text: Option<&'a str>,
}

/// Collects problems, so that all are reported at once.
#[derive(Debug)]
pub(crate) struct Problems<'s> {
    sources: &'s [Source<'s>],
    found: Vec<(Place, Problem)>,
    muted: Vec<Place>,
    /// Keys that unknown ones were taken for.
    meant: Vec<&'static str>,
}

impl<'s> Problems<'s> {
    pub(crate) fn new(sources: &'s [Source<'s>]) -> Self {
        Self { sources, found: Vec::new(), muted: Vec::new(), meant: Vec::new() }
    }

    pub(crate) fn report(&mut self, place: Place, problem: Problem) {
        let within = |m: &Place| m.source == place.source && (m.start..=m.end).contains(&place.start);
        if !self.muted.iter().any(within) {
            self.found.push((place, problem));
        }
    }

    /// Reports that none of some keys is there, unless one of them was misspelt, which was reported. Without a
    /// place the file as a whole lacks them.
    pub(crate) fn report_absent(&mut self, keys: &[&str], place: Option<Place>, problem: Problem) {
        if !keys.iter().any(|key| self.meant.contains(key)) {
            self.report(place.unwrap_or(Place { source: 1, layer: 1, start: 0, end: usize::MAX }), problem);
        }
    }

    /// Remembers which key an unknown one was taken for.
    pub(crate) fn take_for(&mut self, key: &'static str) {
        self.meant.push(key);
    }

    /// From now on, reports nothing there: what stands there is known to be wrong.
    pub(crate) fn mute(&mut self, place: Place) {
        self.muted.push(place);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Where a value stands, `parity.toml:12` or what set it.
    pub(crate) fn origin(&self, place: Place) -> String {
        match self.sources.get(place.source) {
            Some(Source { name, text: Some(text) }) => {
                format!("{name}:{}", Lines::new(text).position(place.start).0)
            }
            Some(Source { name, text: None }) => (*name).to_owned(),
            None => String::new(),
        }
    }

    /// Every problem, in the order of the sources, each once.
    pub(crate) fn into_errors(mut self) -> Vec<ConfigError> {
        self.found.sort_by_key(|(place, _)| (place.source, place.start));
        let lines: Vec<Lines<'_>> =
            self.sources.iter().map(|source| Lines::new(source.text.unwrap_or_default())).collect();
        let mut errors: Vec<ConfigError> = Vec::new();
        for (place, problem) in self.found {
            let error = render(&self.sources[place.source], &lines[place.source], place, problem);
            // Sorted by place: an equal one is among the last.
            let here = |other: &&ConfigError| (other.line, other.column) == (error.line, error.column);
            if !errors.iter().rev().take_while(here).any(|other| *other == error) {
                errors.push(error);
            }
        }
        errors
    }
}

fn render(source: &Source<'_>, lines: &Lines<'_>, place: Place, problem: Problem) -> ConfigError {
    let mut error = ConfigError {
        file: source.name.to_owned(),
        line: 0,
        column: 0,
        message: printable(&problem.message),
        hint: problem.hint.map(|hint| printable(&hint)),
        snippet: None,
    };
    if let Some(text) = source.text.filter(|_| place.end < usize::MAX) {
        let (line, column, written) = lines.position(place.start);
        error.line = line;
        error.column = column;
        error.snippet = snippet(written, line, column, width(text, place));
    }
    error
}

/// What a file holds must not steer a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}

/// A text by its lines.
struct Lines<'t> {
    text: &'t str,
    /// The first byte of every line.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// Line and column in characters, both from 1, and the line; a position beyond the text is its end.
    fn position(&self, position: usize) -> (u32, u32, &'t str) {
        let position = position.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= position);
        let rest = &self.text[self.starts[line - 1]..];
        let before = rest.char_indices().take_while(|(at, _)| self.starts[line - 1] + at < position).count();
        (line as u32, before as u32 + 1, rest.lines().next().unwrap_or_default())
    }
}

/// How many characters of its first line a place covers.
fn width(text: &str, place: Place) -> usize {
    let covered = text.get(place.start..place.end).unwrap_or_default();
    covered.lines().next().unwrap_or_default().chars().count().max(1)
}

/// Longer lines are left out: the place says enough.
const LONGEST_LINE: usize = 160;

fn snippet(written: &str, line: u32, column: u32, width: usize) -> Option<String> {
    if written.is_empty()
        || written.chars().count() > LONGEST_LINE
        || may_hold_secret(written)
        || written.chars().any(is_unprintable)
    {
        return None;
    }
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    // Tabs stay tabs under the line, so that the mark stands where the terminal shows the place.
    let indent: String =
        written.chars().take(column as usize - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let mark = "^".repeat(width);
    Some(format!("{gutter} |\n{number} | {written}\n{gutter} | {indent}{mark}"))
}

fn is_unprintable(c: char) -> bool {
    c.is_control() && c != '\t'
}

/// Whether a line names a secret or holds a URL with a password.
fn may_hold_secret(line: &str) -> bool {
    let credentials =
        line.split_once("://").is_some_and(|(_, rest)| rest.contains('@') && rest.contains(':'));
    let mut words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    credentials || words.any(is_secret_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let position = |text, at| Lines::new(text).position(at);
        assert_eq!(position("é = 1\nü ü x", 7), (2, 1, "ü ü x"));
        assert_eq!(position("é = 1\nü ü x", 13), (2, 5, "ü ü x"));
        assert_eq!(position("é = 1\r\n", 0), (1, 1, "é = 1"));
        assert_eq!(position("a\n", 9), (2, 1, ""));
        assert_eq!(position("", 9), (1, 1, ""));
    }

    #[test]
    fn secrets_are_not_shown() {
        assert!(snippet("API_TOKEN = 5", 1, 1, 9).is_none());
        assert!(snippet("url = \"https://u:p@h\"", 1, 7, 9).is_none());
        assert!(snippet("port = 70000", 1, 8, 5).is_some());
    }
}
