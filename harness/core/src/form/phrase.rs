//! A text as words and what stands between them.

use super::number::{self, Scale};

/// A text as words and marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// The marks, a placeholder for each word: the skeleton without lengths.
    pub(super) marks: String,
    pub(super) words: Vec<Word>,
}

/// Letters, digits or both; a number with its decimals and its exponent is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    Digits { len: usize, padded: bool, marks: String, scale: Scale },
    Letters(String),
    Mixed(usize),
}

impl Phrase {
    pub(super) fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut marks = String::new();
        let mut words = Vec::new();
        let mut at = 0;
        while let Some(c) = chars.get(at).copied() {
            if !c.is_alphanumeric() {
                marks.push(c);
                at += 1;
                continue;
            }
            let end = at + number::exponential(&chars[at..]).unwrap_or_else(|| word(&chars[at..]));
            words.push(Word::of(&chars[at..end]));
            marks.push('\u{1}');
            at = end;
        }
        Self { marks, words }
    }

    pub(super) fn len(&self) -> usize {
        let words: usize = self.words.iter().map(Word::len).sum();
        words + self.marks.chars().filter(|c| *c != '\u{1}').count()
    }

    /// Nothing but characters of tokens, and long enough to be one.
    pub(super) fn is_token(&self) -> bool {
        self.len() >= 10 && self.marks.chars().all(|c| "\u{1}-_+/=.~:".contains(c))
    }

    pub(super) fn admits(&self, other: &Self) -> bool {
        self.marks == other.marks
            && self.words.iter().zip(&other.words).all(|(mine, theirs)| mine.admits(theirs))
    }
}

/// How many characters the first word has.
fn word(chars: &[char]) -> usize {
    let mut end = 0;
    let mut is_number = true;
    while let Some(c) = chars.get(end).copied() {
        // A point or comma between digits belongs to the number.
        let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        let within = matches!(c, '.' | ',') && digit(end + 1) && end > 0 && digit(end - 1);
        if !(c.is_alphanumeric() || (within && is_number)) {
            break;
        }
        is_number &= c.is_ascii_digit() || within;
        end += 1;
    }
    end
}

impl Word {
    fn of(chars: &[char]) -> Self {
        let text: String = chars.iter().collect();
        let scale = Scale::of(&text);
        let letters = !scale.is_exponential() && chars.iter().any(|c| c.is_alphabetic());
        let digits = chars.iter().any(char::is_ascii_digit);
        match (letters, digits) {
            (true, false) => Self::Letters(text),
            (false, true) => Self::Digits {
                len: chars.len(),
                padded: chars.len() > 1 && chars[0] == '0' && chars[1].is_ascii_digit(),
                marks: chars.iter().filter(|c| matches!(c, '.' | ',')).collect(),
                scale,
            },
            _ => Self::Mixed(chars.len()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Digits { len, .. } | Self::Mixed(len) => *len,
            Self::Letters(text) => text.chars().count(),
        }
    }

    fn admits(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Digits { len, padded, marks, scale },
                Self::Digits { len: their_len, padded: their_padded, marks: their_marks, scale: theirs },
            ) => {
                let same_width = len == their_len;
                let other_mark = !marks.is_empty() && their_marks.chars().any(|c| !marks.contains(c));
                (same_width || !(*padded || *their_padded)) && !other_mark && scale.admits(*theirs)
            }
            (Self::Letters(_) | Self::Mixed(_), Self::Letters(_) | Self::Mixed(_)) => true,
            // Short hex by chance without letters, or without digits.
            (Self::Mixed(len), Self::Digits { len: n, .. })
            | (Self::Digits { len: n, .. }, Self::Mixed(len)) => len == n && *len >= 4,
            (Self::Letters(text), Self::Digits { len, .. })
            | (Self::Digits { len, .. }, Self::Letters(text)) => {
                *len >= 4 && text.len() == *len && text.bytes().all(|b| b.is_ascii_hexdigit())
            }
        }
    }
}
