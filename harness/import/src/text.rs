//! Text with variables in it, written in each of the ways that Hurl has.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Literal text and variables, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Vec<Part>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Literal(String),
    Variable(String),
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(if text.is_empty() { Vec::new() } else { vec![Part::Literal(text.to_owned())] })
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Text {
    /// One variable.
    pub(crate) fn variable(name: impl Into<String>) -> Self {
        Self(vec![Part::Variable(name.into())])
    }

    /// This, then more.
    pub(crate) fn then(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Literal(text) if text.is_empty()))
    }

    /// The text, where it has no variable.
    pub(crate) fn literal(&self) -> Option<String> {
        let literal = |part: &Part| match part {
            Part::Literal(text) => Some(text.clone()),
            Part::Variable(_) => None,
        };
        self.0.iter().map(literal).collect()
    }

    /// Puts a variable in the place of every occurrence of a literal.
    pub(crate) fn replace(&mut self, wanted: &str, variable: &str) {
        let mut parts = Vec::new();
        for part in std::mem::take(&mut self.0) {
            let Part::Literal(text) = &part else {
                parts.push(part);
                continue;
            };
            for (at, piece) in text.split(wanted).enumerate() {
                if at > 0 {
                    parts.push(Part::Variable(variable.to_owned()));
                }
                if !piece.is_empty() {
                    parts.push(Part::Literal(piece.to_owned()));
                }
            }
        }
        self.0 = parts;
    }

    /// The text with each character as `escape` writes it, or as it is. A brace that would begin a variable with
    /// what stands beside it is written by its number.
    fn render(&self, escape: impl Fn(char) -> Option<String>) -> String {
        let mut out = String::new();
        for (at, part) in self.0.iter().enumerate() {
            let text = match part {
                Part::Variable(name) => {
                    let _ = write!(out, "{{{{{name}}}}}");
                    continue;
                }
                Part::Literal(text) => text,
            };
            let mut chars = text.chars().peekable();
            while let Some(c) = chars.next() {
                let next_begins = chars.peek().map_or(at + 1 < self.0.len(), |next| *next == '{');
                match escape(c) {
                    Some(escaped) => out.push_str(&escaped),
                    None if c == '{' && (next_begins || out.ends_with('{')) => out.push_str("\\u{7b}"),
                    None => out.push(c),
                }
            }
        }
        out
    }

    /// As a value of a line: a header, a parameter.
    pub(crate) fn value(&self) -> String {
        let mut out = self.render(|c| line_escape(c, "#\\"));
        // Spaces at the ends would be dropped.
        if out.starts_with(' ') {
            out = format!("\\u{{20}}{}", &out[1..]);
        }
        if out.len() > 1 && out.ends_with(' ') {
            out = format!("{}\\u{{20}}", &out[..out.len() - 1]);
        }
        out
    }

    /// As a value of a multipart line, which may not look like a file.
    pub(crate) fn part_value(&self) -> String {
        let out = self.value();
        if out.starts_with("file,") { format!("\\u{{66}}{}", &out[1..]) } else { out }
    }

    /// As a key before a colon.
    pub(crate) fn key(&self) -> String {
        self.render(|c| {
            let plain = c.is_ascii_alphanumeric() || "_-.@$".contains(c);
            (!plain).then(|| format!("\\u{{{:x}}}", c as u32))
        })
    }

    /// In double quotes.
    pub(crate) fn quoted(&self) -> String {
        format!("\"{}\"", self.render(|c| line_escape(c, "\"\\")))
    }

    /// In backticks: any text, on one line.
    pub(crate) fn backticked(&self) -> String {
        format!("`{}`", self.render(|c| line_escape(c, "`\\")))
    }

    /// As the name of a file.
    pub(crate) fn file_name(&self) -> String {
        self.render(|c| match c {
            '#' | ';' | ' ' | '}' | '\\' => Some(format!("\\{c}")),
            '{' => Some("\\{".to_owned()),
            '[' => Some("\\u{5b}".to_owned()),
            c => line_escape(c, ""),
        })
    }

    /// As an address: what cannot stand in one is percent-encoded.
    pub(crate) fn url(&self) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Variable(name) => {
                    let _ = write!(out, "{{{{{name}}}}}");
                }
                Part::Literal(text) => text.chars().for_each(|c| push_url_char(&mut out, c)),
            }
        }
        out
    }

    /// As a body over lines, if it can be one as it stands.
    pub(crate) fn over_lines(&self) -> Option<String> {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Variable(name) => {
                    let _ = write!(out, "{{{{{name}}}}}");
                }
                Part::Literal(text) => {
                    let strange = |c: char| c.is_control() && c != '\n' && c != '\t';
                    if text.contains("{{")
                        || out.ends_with('{') && text.starts_with('{')
                        || text.contains(strange)
                    {
                        return None;
                    }
                    out.push_str(text);
                }
            }
        }
        (!out.contains("```") && !out.ends_with('`')).then_some(out)
    }
}

/// The escape of a character in a text on one line.
fn line_escape(c: char, themselves: &str) -> Option<String> {
    match c {
        c if themselves.contains(c) => Some(format!("\\{c}")),
        '\n' => Some("\\n".to_owned()),
        '\r' => Some("\\r".to_owned()),
        '\t' => Some("\\t".to_owned()),
        c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' || c == '\u{85}' || c == '\u{feff}' => {
            Some(format!("\\u{{{:x}}}", c as u32))
        }
        _ => None,
    }
}

fn push_url_char(out: &mut String, c: char) {
    if c.is_ascii_alphanumeric() || "-._~:/?[]@!$&'()*+,;=%".contains(c) {
        out.push(c);
        return;
    }
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        let _ = write!(out, "%{byte:02X}");
    }
}

/// What stands for itself anywhere in an address.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value as one segment of a path, or one name or value of a query: what has a meaning there is encoded.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// Text in which `%XX` stands for a byte.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn braces() -> Text {
        Text::from("{a{").then(Text::variable("x")).then("{{b}}")
    }

    #[test]
    fn literal_braces_begin_no_variable() {
        assert_eq!(braces().value(), "{a\\u{7b}{{x}}\\u{7b}{b}}");
        assert_eq!(braces().url(), "%7Ba%7B{{x}}%7B%7Bb%7D%7D");
        assert_eq!(braces().over_lines(), None);
        assert_eq!(Text::from("{\n}").over_lines().as_deref(), Some("{\n}"));
    }

    #[test]
    fn what_has_a_meaning_is_escaped() {
        assert_eq!(Text::from(" a#b\\ ").value(), "\\u{20}a\\#b\\\\\\u{20}");
        assert_eq!(Text::from("a:b [1]").key(), "a\\u{3a}b\\u{20}\\u{5b}1\\u{5d}");
        assert_eq!(Text::from("\"\n").quoted(), "\"\\\"\\n\"");
        assert_eq!(Text::from("file,x;").part_value(), "\\u{66}ile,x;");
    }

    #[test]
    fn a_literal_becomes_a_variable() {
        let mut text = Text::from("Bearer abc");
        text.replace("abc", "token");
        assert_eq!(text.value(), "Bearer {{token}}");
    }
}
