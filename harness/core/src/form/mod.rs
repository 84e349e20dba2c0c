//! The form of a value whose content differs by nature: what is still compared where everything else is noise.
//!
//! The base is the lexical skeleton: digits as one class, letters as another, every other character itself. Known
//! kinds (UUIDs, dates, hashes, tokens) are told first, because their skeletons differ from value to value.

mod number;
mod phrase;

use std::net::{IpAddr, SocketAddr};

use self::number::{Scale, is_epoch_in_other_unit};
use self::phrase::{Phrase, Word};
use crate::moment::Moment;

/// Samples kept of one place; more say nothing new.
const MAX_SAMPLES: usize = 24;
/// Bytes looked at of one value.
const LOOKED_AT: usize = 4096;

/// What a single text looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    Empty,
    /// 8-4-4-4-12 hex; whether upper case.
    Uuid(Case),
    /// 26 characters of Crockford's base 32.
    Ulid,
    /// A date, a time or both: layout and digits of the fraction.
    Moment(String, usize),
    /// Digits, perhaps with sign, decimals and an exponent.
    Number {
        digits: usize,
        decimals: bool,
        padded: bool,
        scale: Scale,
    },
    /// Hexadecimal of this length, with at least one letter.
    Hex(usize, Case),
    /// Three base64url parts, the first a JSON object.
    Jwt,
    /// An IPv4 or IPv6 address; whether with a port.
    Address(Address),
    /// Random characters of this length: tokens, cursors, signatures.
    Opaque(usize),
    /// Anything else: words and what stands between them.
    Phrase(Phrase),
}

/// A network address, as far as its form goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address {
    v6: bool,
    port: bool,
}

impl Address {
    fn of(text: &str) -> Option<Self> {
        if !text.contains(['.', ':']) || text.len() > 64 {
            return None;
        }
        let of = |ip: IpAddr, port| Self { v6: ip.is_ipv6(), port };
        let bare = text.parse::<IpAddr>().map(|ip| of(ip, false));
        bare.or_else(|_| text.parse::<SocketAddr>().map(|address| of(address.ip(), true))).ok()
    }
}

/// The case of a text's letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Mixed,
    None,
}

/// How a value fails to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Another form; the kind for people.
    Form(&'static str),
    /// A word that never varied has changed.
    Content,
}

/// The forms that the reference shows at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Forms {
    samples: Vec<(String, Form)>,
}

impl Forms {
    /// Adds a value that the reference showed.
    pub(crate) fn add(&mut self, text: &str) {
        if self.samples.len() < MAX_SAMPLES && !self.samples.iter().any(|(sample, _)| sample == text) {
            self.samples.push((crate::excerpt::cut(text, LOOKED_AT).to_owned(), Form::of(text)));
        }
    }

    /// The values that the reference showed, in the order of showing.
    pub(crate) fn seen(&self) -> Vec<&str> {
        self.samples.iter().map(|(sample, _)| sample.as_str()).collect()
    }

    /// What the first of them looks like, for people.
    pub(crate) fn describe(&self) -> Option<&'static str> {
        self.samples.first().map(|(_, form)| form.describe())
    }

    /// Whether a value fits one of the forms seen.
    pub(crate) fn check(&self, text: &str) -> Result<(), Misfit> {
        let form = Form::of(text);
        let Some(first) = self.samples.first() else {
            return Ok(());
        };
        if self.samples.iter().any(|(sample, seen)| sample == text || seen.admits(&form)) {
            return self.check_constant_words(&form);
        }
        if self.is_free() {
            return Ok(());
        }
        Err(Misfit::Form(misfit_kind(&first.1, &form)))
    }

    /// The reference's own phrases share no skeleton: nothing can be said of another one.
    fn is_free(&self) -> bool {
        let mut marks = self.samples.iter().map(|(_, form)| match form {
            Form::Phrase(phrase) => Some(phrase.marks.as_str()),
            Form::Opaque(_) => Some("opaque"),
            _ => None,
        });
        let first = marks.next().flatten();
        first.is_some() && marks.any(|other| other.is_some() && other != first)
    }

    /// Where only words with digits vary in the reference, the others are content.
    fn check_constant_words(&self, form: &Form) -> Result<(), Misfit> {
        let Form::Phrase(phrase) = form else {
            return Ok(());
        };
        let seen: Vec<&Phrase> = self
            .samples
            .iter()
            .filter_map(|(_, form)| if let Form::Phrase(phrase) = form { Some(phrase) } else { None })
            .collect();
        let alike = seen.len() == self.samples.len() && seen.iter().all(|s| s.marks == phrase.marks);
        let [first, others @ ..] = seen.as_slice() else {
            return Ok(());
        };
        if !alike || others.is_empty() {
            return Ok(());
        }
        let constant = |at: usize, word: &Word| {
            matches!(word, Word::Letters(_)) && others.iter().all(|other| other.words.get(at) == Some(word))
        };
        let letters_vary = first
            .words
            .iter()
            .enumerate()
            .any(|(at, word)| matches!(word, Word::Letters(_)) && !constant(at, word));
        let changed = first
            .words
            .iter()
            .enumerate()
            .any(|(at, word)| constant(at, word) && phrase.words.get(at) != Some(word));
        if changed && !letters_vary { Err(Misfit::Content) } else { Ok(()) }
    }
}

fn misfit_kind(seen: &Form, form: &Form) -> &'static str {
    match (seen, form) {
        (Form::Moment(..), _) | (_, Form::Moment(..)) => "date-format",
        (Form::Number { .. }, Form::Number { .. }) => "number-format",
        (Form::Uuid(_), Form::Uuid(_)) | (Form::Hex(..), Form::Hex(..)) => "case",
        _ => "shape",
    }
}

impl Form {
    /// Tells the form of a text.
    pub(crate) fn of(text: &str) -> Self {
        let text = crate::excerpt::cut(text, LOOKED_AT);
        if text.is_empty() {
            return Self::Empty;
        }
        if let Some(moment) = Moment::parse(text) {
            return Self::Moment(moment.layout, moment.fraction);
        }
        if let Some(number) = number::form(text) {
            return number;
        }
        if let Some(address) = Address::of(text) {
            return Self::Address(address);
        }
        if is_uuid(text) {
            return Self::Uuid(case(text));
        }
        let is_hex = text.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hex && text.len() >= 8 && text.bytes().any(|b| b.is_ascii_digit()) && case(text) != Case::Mixed
        {
            return Self::Hex(text.len(), case(text));
        }
        if is_jwt(text) {
            return Self::Jwt;
        }
        let is_ulid = |b: u8| b.is_ascii_digit() || (b.is_ascii_uppercase() && !b"ILOU".contains(&b));
        if text.len() == 26
            && text.starts_with(|c: char| ('0'..='7').contains(&c))
            && text.bytes().all(is_ulid)
        {
            return Self::Ulid;
        }
        if is_opaque(text) {
            return Self::Opaque(text.len());
        }
        Self::Phrase(Phrase::of(text))
    }

    /// What it is, with its article, for people.
    const fn describe(&self) -> &'static str {
        match self {
            Self::Empty => "an empty text",
            Self::Uuid(_) => "a UUID",
            Self::Ulid => "a ULID",
            Self::Moment(..) => "a date or time",
            Self::Number { decimals: false, digits: 10, .. } => "a number, perhaps seconds since 1970",
            Self::Number { decimals: false, digits: 13, .. } => "a number, perhaps milliseconds since 1970",
            Self::Number { .. } => "a number",
            Self::Hex(..) => "hexadecimal digits",
            Self::Jwt => "a JWT",
            Self::Address(_) => "a network address",
            Self::Opaque(_) => "a token",
            Self::Phrase(_) => "a text",
        }
    }

    /// Whether values of this form differ by nature: ids, moments, tokens.
    pub(crate) fn is_volatile(&self) -> bool {
        match self {
            Self::Uuid(_)
            | Self::Ulid
            | Self::Moment(..)
            | Self::Hex(..)
            | Self::Jwt
            | Self::Address(_)
            | Self::Opaque(_) => true,
            Self::Number { digits, .. } => *digits >= 4,
            Self::Phrase(phrase) => phrase.words.iter().any(|word| match word {
                Word::Digits { len, .. } => *len >= 4,
                Word::Mixed(len) => *len >= 6,
                Word::Letters(_) => false,
            }),
            Self::Empty => false,
        }
    }

    /// Whether values of this form are made to tell things apart, and nothing else.
    pub(crate) fn is_id(&self) -> bool {
        match self {
            Self::Uuid(_)
            | Self::Ulid
            | Self::Moment(..)
            | Self::Hex(..)
            | Self::Address(_)
            | Self::Opaque(_) => true,
            Self::Number { digits, decimals, .. } => *digits >= 4 && !decimals,
            Self::Empty | Self::Jwt | Self::Phrase(_) => false,
        }
    }

    /// Whether another value is of this form. Lengths are loose where values of one form have several.
    pub(crate) fn admits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Empty, Self::Empty) | (Self::Ulid, Self::Ulid) | (Self::Jwt, Self::Jwt) => true,
            (Self::Address(mine), Self::Address(theirs)) => mine == theirs,
            (Self::Uuid(mine), Self::Uuid(theirs)) => admits_case(*mine, *theirs),
            (Self::Moment(mine, fraction), Self::Moment(theirs, other)) => {
                same_layout(mine, theirs)
                    && (*fraction == 0) == (*other == 0)
                    && fraction.abs_diff(*other) <= 2
            }
            (
                Self::Number { decimals, padded, digits, scale },
                Self::Number { decimals: d, padded: p, digits: n, scale: theirs },
            ) => {
                // A number without decimals may be a round one of many with them, not the other way round.
                (*decimals || !d)
                    && (!(*padded || *p) || digits == n)
                    && !is_epoch_in_other_unit(*digits, *n)
                    && scale.admits(*theirs)
            }
            (Self::Hex(len, mine), Self::Hex(n, theirs)) => len == n && admits_case(*mine, *theirs),
            // Hex without a letter, hex without a digit.
            (Self::Hex(len, _), Self::Number { digits, decimals: false, .. })
            | (Self::Number { digits: len, decimals: false, .. }, Self::Hex(digits, _)) => {
                len == digits && *len >= 8
            }
            (Self::Opaque(len) | Self::Hex(len, _), Self::Opaque(n))
            | (Self::Opaque(len), Self::Hex(n, _) | Self::Number { digits: n, .. }) => near(*len, *n),
            (Self::Ulid, Self::Opaque(n)) | (Self::Opaque(n), Self::Ulid) => *n == 26,
            (Self::Phrase(mine), Self::Phrase(theirs)) => mine.admits(theirs),
            (Self::Opaque(len), Self::Phrase(theirs)) => theirs.is_token() && near(*len, theirs.len()),
            (Self::Phrase(mine), Self::Opaque(n)) => mine.is_token() && near(mine.len(), *n),
            (Self::Phrase(mine), Self::Number { digits, decimals: false, .. } | Self::Hex(digits, _)) => {
                matches!(mine.words.as_slice(), [Word::Mixed(len)] if mine.marks.len() == 1 && len == digits)
            }
            (Self::Number { digits, decimals: false, .. } | Self::Hex(digits, _), Self::Phrase(theirs)) => {
                matches!(
                    theirs.words.as_slice(),
                    [Word::Mixed(len)] if theirs.marks.len() == 1 && *len >= 4 && len == digits
                )
            }
            _ => false,
        }
    }
}

fn admits_case(mine: Case, theirs: Case) -> bool {
    mine == theirs || matches!((mine, theirs), (Case::None, _) | (_, Case::None))
}

fn near(len: usize, other: usize) -> bool {
    len.abs_diff(other) <= (len / 4).max(4)
}

/// Layouts of moments, where a writer that does not pad may write one digit or two.
fn same_layout(seen: &str, other: &str) -> bool {
    if seen == other {
        return true;
    }
    let padded = seen.starts_with("9999");
    let loose = |layout: &str| layout.replace("9~", "99");
    !padded && loose(seen) == loose(other)
}

pub(crate) fn case(text: &str) -> Case {
    let lower = text.chars().any(char::is_lowercase);
    let upper = text.chars().any(char::is_uppercase);
    match (lower, upper) {
        (true, true) => Case::Mixed,
        (true, false) => Case::Lower,
        (false, true) => Case::Upper,
        (false, false) => Case::None,
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

fn is_jwt(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_base64url =
        |part: &&str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    parts.len() == 3 && text.starts_with("eyJ") && parts.iter().all(is_base64url)
}

/// Characters of tokens only, and within its runs so many changes of class as chance alone makes.
fn is_opaque(text: &str) -> bool {
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"-_+/=.~:".contains(&b);
    if text.len() < 12 || !text.bytes().all(is_token) {
        return false;
    }
    let class = |b: u8| match b {
        b'0'..=b'9' => 1,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        _ => 0,
    };
    let changes = text
        .as_bytes()
        .windows(2)
        .filter(|pair| class(pair[0]) != class(pair[1]) && class(pair[0]) * class(pair[1]) != 0)
        .count();
    changes * 5 >= text.len()
}

#[cfg(test)]
mod tests;
