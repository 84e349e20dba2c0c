//! What stands in an approved exchange for a value that differs by nature: its shape, as `[uuid]`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::form::{Case, Form};
use crate::moment::Moment;

/// The shape of a value that differs by nature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// Anything: a rule says so, or its type varies.
    Any,
    Bool,
    /// A JSON string that is a number.
    Digits,
    /// A number without decimals, in JSON or within a text.
    Number,
    Decimal,
    /// Seconds, milliseconds or microseconds since the epoch, by their digits.
    Epoch(usize),
    Uuid(bool),
    Ulid,
    Jwt,
    /// Its length; whether upper case.
    Hex(usize, bool),
    /// Its layout; whether it has a fraction of a second.
    Time(String, bool),
    /// Characters without white space.
    Token,
    /// Letters.
    Word,
    /// Any text.
    Text,
    Etag,
    WeakEtag,
    /// A secret, masked in the journal.
    Masked,
    /// A captured value, by its name.
    Symbol(String),
}

const NAMED: &[(&str, Placeholder)] = &[
    ("[any]", Placeholder::Any),
    ("[boolean]", Placeholder::Bool),
    ("[digits]", Placeholder::Digits),
    ("[number]", Placeholder::Number),
    ("[decimal]", Placeholder::Decimal),
    ("[epoch]", Placeholder::Epoch(10)),
    ("[epoch ms]", Placeholder::Epoch(13)),
    ("[epoch us]", Placeholder::Epoch(16)),
    ("[uuid]", Placeholder::Uuid(false)),
    ("[UUID]", Placeholder::Uuid(true)),
    ("[ulid]", Placeholder::Ulid),
    ("[jwt]", Placeholder::Jwt),
    ("[token]", Placeholder::Token),
    ("[word]", Placeholder::Word),
    ("[text]", Placeholder::Text),
    ("[etag]", Placeholder::Etag),
    ("[weak etag]", Placeholder::WeakEtag),
    ("[masked]", Placeholder::Masked),
];

impl Placeholder {
    /// The shape of one value by itself; none where nothing but its text can be told.
    pub(super) fn of(text: &str) -> Option<Self> {
        let upper = |case: Case| case == Case::Upper;
        Some(match Form::of(text) {
            Form::Uuid(case) => Self::Uuid(upper(case)),
            Form::Ulid => Self::Ulid,
            Form::Jwt => Self::Jwt,
            Form::Moment(layout, fraction) => Self::Time(layout, fraction > 0),
            Form::Number { decimals, .. } => {
                if decimals {
                    Self::Decimal
                } else {
                    Self::Number
                }
            }
            Form::Hex(length, case) => Self::Hex(length, upper(case)),
            // A path is more than a token.
            Form::Opaque(_) if !text.starts_with('/') => Self::Token,
            Form::Opaque(_) | Form::Empty | Form::Phrase(_) | Form::Address(_) => return None,
        })
    }

    /// The shape that both are of.
    pub(super) fn join(self, other: Self) -> Option<Self> {
        match (self, other) {
            (one, other) if one == other => Some(one),
            (Self::Number, Self::Decimal) | (Self::Decimal, Self::Number) => Some(Self::Decimal),
            // Hex without a letter reads as a number.
            (Self::Hex(length, upper), Self::Number) | (Self::Number, Self::Hex(length, upper)) => {
                Some(Self::Hex(length, upper))
            }
            (Self::Time(one, fraction), Self::Time(other, _)) if loose(&one) == loose(&other) => {
                Some(Self::Time(one, fraction))
            }
            (
                Self::Token | Self::Hex(..) | Self::Number | Self::Ulid,
                Self::Token | Self::Hex(..) | Self::Number | Self::Ulid,
            ) => Some(Self::Token),
            _ => None,
        }
    }

    /// Whether a value is of this shape. `symbols` are the values that the captures of this run hold.
    pub(super) fn admits(&self, text: &str, symbols: &BTreeMap<String, String>) -> bool {
        match self {
            Self::Any | Self::Text => true,
            Self::Bool => matches!(text, "true" | "false"),
            Self::Number => is_whole(text),
            Self::Decimal | Self::Digits => is_decimal(text),
            Self::Epoch(digits) => {
                let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
                whole.len() == *digits && is_decimal(text)
            }
            Self::Uuid(upper) => matches!(Form::of(text), Form::Uuid(case) if fits(case, *upper)),
            Self::Ulid => Form::of(text) == Form::Ulid,
            Self::Jwt => Form::of(text) == Form::Jwt,
            Self::Hex(length, upper) => {
                text.len() == *length
                    && text.bytes().all(|b| b.is_ascii_hexdigit())
                    && fits(crate::form::case(text), *upper)
            }
            Self::Time(layout, fraction) => Moment::parse(text).is_some_and(|moment| {
                loose(&moment.layout) == loose(layout) && (moment.fraction > 0) == *fraction
            }),
            Self::Token => !text.is_empty() && !text.contains(char::is_whitespace),
            Self::Word => !text.is_empty() && text.chars().all(char::is_alphabetic),
            Self::Etag => text.starts_with('"'),
            Self::WeakEtag => text.starts_with("W/"),
            Self::Masked => text.strip_prefix("[masked:").is_some_and(|rest| rest.ends_with(']')),
            Self::Symbol(name) => symbols.get(name).is_none_or(|value| value == text),
        }
    }

    /// Reads the placeholder that a text begins with, and how long it is.
    fn read(text: &str) -> Option<(Self, usize)> {
        if let Some(rest) = text.strip_prefix("{{") {
            let name = &rest[..rest.find("}}")?];
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
            return (is_name && name != "base").then(|| (Self::Symbol(name.to_owned()), name.len() + 4));
        }
        let end = text.find(']')? + 1;
        let word = &text[..end];
        if let Some((_, named)) = NAMED.iter().find(|(name, _)| *name == word) {
            return Some((named.clone(), end));
        }
        let inner = &word[1..end - 1];
        let hex = |rest: &str, upper| rest.parse().ok().map(|length| (Self::Hex(length, upper), end));
        if let Some(rest) = inner.strip_prefix("hex ") {
            return hex(rest, false);
        }
        if let Some(rest) = inner.strip_prefix("HEX ") {
            return hex(rest, true);
        }
        let layout = inner.strip_prefix("time ")?;
        Some(match layout.strip_suffix(" with fraction") {
            Some(layout) => (Self::Time(layout.to_owned(), true), end),
            None => (Self::Time(layout.to_owned(), false), end),
        })
    }
}

impl std::fmt::Display for Placeholder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hex(length, false) => write!(f, "[hex {length}]"),
            Self::Hex(length, true) => write!(f, "[HEX {length}]"),
            Self::Time(layout, false) => write!(f, "[time {layout}]"),
            Self::Time(layout, true) => write!(f, "[time {layout} with fraction]"),
            Self::Symbol(name) => write!(f, "{{{{{name}}}}}"),
            named => {
                let name = NAMED.iter().find(|(_, known)| known == named).map_or("[any]", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}

fn fits(case: Case, upper: bool) -> bool {
    case == Case::None || (case == Case::Upper) == upper
}

/// A writer that does not pad writes one digit or two.
fn loose(layout: &str) -> String {
    layout.replace("9~", "99")
}

fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_decimal(text: &str) -> bool {
    is_whole(text)
        || text.split_once('.').is_some_and(|(whole, rest)| is_whole(whole) && is_number_tail(rest))
}

fn is_number_tail(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b"eE+-".contains(&b))
}

/// An approved text: literal stretches and placeholders.
#[derive(Debug)]
pub(super) struct Pattern<'p> {
    pieces: Vec<Piece<'p>>,
}

#[derive(Debug)]
enum Piece<'p> {
    Literal(Cow<'p, str>),
    Shape(Placeholder),
}

/// Steps of one match; what takes more is no match.
const STEPS: usize = 4096;

impl<'p> Pattern<'p> {
    pub(super) fn parse(text: &'p str) -> Self {
        let mut pieces = Vec::new();
        let (mut from, mut at) = (0, 0);
        while let Some(found) = text[at..].find(['[', '{']) {
            at += found;
            if let Some((shape, length)) = Placeholder::read(&text[at..]) {
                if from < at {
                    pieces.push(Piece::Literal(Cow::Borrowed(&text[from..at])));
                }
                pieces.push(Piece::Shape(shape));
                at += length;
                from = at;
            } else {
                at += 1;
            }
        }
        if from < text.len() {
            pieces.push(Piece::Literal(Cow::Borrowed(&text[from..])));
        }
        Self { pieces }
    }

    /// The placeholder that the whole text is.
    pub(super) fn whole(&self) -> Option<&Placeholder> {
        match self.pieces.as_slice() {
            [Piece::Shape(shape)] => Some(shape),
            _ => None,
        }
    }

    /// Whether it is text without placeholders.
    pub(super) fn is_literal(&self) -> bool {
        !self.pieces.iter().any(|piece| matches!(piece, Piece::Shape(_)))
    }

    /// Whether a text is of this pattern.
    pub(super) fn admits(&self, text: &str, symbols: &BTreeMap<String, String>) -> bool {
        let mut steps = STEPS;
        admits(&self.pieces, text, symbols, &mut steps)
    }
}

fn admits(pieces: &[Piece<'_>], text: &str, symbols: &BTreeMap<String, String>, steps: &mut usize) -> bool {
    let Some((piece, later)) = pieces.split_first() else {
        return text.is_empty();
    };
    let shape = match piece {
        Piece::Literal(literal) => {
            return text
                .strip_prefix(literal.as_ref())
                .is_some_and(|rest| admits(later, rest, symbols, steps));
        }
        Piece::Shape(shape) => shape,
    };
    let Some(next) = later.first() else {
        return shape.admits(text, symbols);
    };
    // A placeholder ends where the literal after it begins, or anywhere before another placeholder.
    let mut ends: Vec<usize> = match next {
        Piece::Literal(literal) => text.match_indices(literal.as_ref()).map(|(at, _)| at).collect(),
        Piece::Shape(_) => text.char_indices().map(|(at, _)| at).chain([text.len()]).collect(),
    };
    ends.truncate(*steps);
    for end in ends {
        let Some(left) = steps.checked_sub(1) else {
            return false;
        };
        *steps = left;
        if shape.admits(&text[..end], symbols) && admits(later, &text[end..], symbols, steps) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        let symbols = BTreeMap::from([("id".to_owned(), "a7".to_owned())]);
        Pattern::parse(pattern).admits(text, &symbols)
    }

    #[test]
    fn placeholders_read_as_they_are_written() {
        let shapes = [
            "550e8400-e29b-41d4-a716-446655440000",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "2026-11-24T09:58:01.123Z",
            "Tue, 24 Nov 2026 09:58:01 GMT",
            "12.5",
            "42",
            "DEADBEEF01",
            "deadbeef01",
            "xYz12Ab9_Q0w8Er7-k",
        ];
        for text in shapes {
            let shape = Placeholder::of(text).expect(text);
            let written = shape.to_string();
            assert_eq!(Pattern::parse(&written).whole(), Some(&shape), "{text}");
            assert!(fits(&written, text), "{written} {text}");
            assert!(!fits(&written, "what else"), "{written}");
        }
    }

    #[test]
    fn shapes_stand_within_text() {
        assert!(fits("activity [number] not found", "activity 1014 not found"));
        assert!(!fits("activity [number] not found", "activity x not found"));
        assert!(!fits("activity [number] not found", "activity 1014 was not found"));
        assert!(fits("/x/{{id}}/y", "/x/a7/y"));
        assert!(!fits("/x/{{id}}/y", "/x/b8/y"));
        assert!(fits("[no such] {{ }}", "[no such] {{ }}"));
        assert!(fits("[token][number]", "ab7"));
        assert!(!fits("[uuid]", "550e8400-e29b-41d4-a716-44665544000"));
        assert!(fits("[time 9999-99-99T99:99:99Z]", "2027-01-02T03:04:05Z"));
        assert!(!fits("[time 9999-99-99T99:99:99Z]", "2027-01-02T03:04:05.5Z"));
    }
}
