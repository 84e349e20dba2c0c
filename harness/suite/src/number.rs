//! Numbers as Hurl sees them, with the lexeme they came from.

use std::cmp::Ordering;
use std::fmt;

use crate::decimal;

/// A number: an integer of 64 bits, a float of 64 bits, or anything larger, by its lexeme.
#[derive(Debug, Clone)]
pub struct Number {
    lexeme: String,
    form: Form,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Integer(i64),
    Float(f64),
    /// Compared digit by digit.
    Large,
}

impl Number {
    /// Reads a JSON number; `None` if the text is no JSON number.
    pub fn from_lexeme(lexeme: &str) -> Option<Self> {
        is_json_number(lexeme).then(|| Self::from_checked(lexeme))
    }

    pub(crate) fn from_checked(lexeme: &str) -> Self {
        let form = if lexeme.contains(['.', 'e', 'E']) {
            lexeme.parse().ok().filter(|f: &f64| f.is_finite()).map_or(Form::Large, Form::Float)
        } else {
            lexeme.parse().map_or(Form::Large, Form::Integer)
        };
        Self { lexeme: lexeme.to_owned(), form }
    }

    /// A finite float; `None` for an infinity or no number.
    pub fn from_f64(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self { lexeme: shown_float(value), form: Form::Float(value) })
    }

    /// The number as it was written.
    pub fn lexeme(&self) -> &str {
        &self.lexeme
    }

    /// The value, if it is an integer of 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match self.form {
            Form::Integer(value) => Some(value),
            Form::Float(_) | Form::Large => None,
        }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self.form {
            Form::Integer(value) => Some(value as f64),
            Form::Float(value) => Some(value),
            Form::Large => None,
        }
    }

    pub(crate) fn is_float(&self) -> bool {
        matches!(self.form, Form::Float(_)) || self.lexeme.contains(['.', 'e', 'E'])
    }

    /// By value. Floats compare as floats, as in Hurl: `0.1` equals any lexeme that reads as the same float.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self.form, other.form) {
            (Form::Integer(left), Form::Integer(right)) => left.cmp(&right),
            (Form::Large, _) | (_, Form::Large) => decimal::compare(&self.lexeme, &other.lexeme),
            _ => {
                let (left, right) = (self.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
                // What is no number at all stands behind all others, so that it equals none of them.
                left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
            }
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Equal
    }
}

/// Any float, infinities and NaN among them: an XPath may give one.
impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self { lexeme: shown_float(value), form: Form::Float(value) }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self { lexeme: value.to_string(), form: Form::Integer(value) }
    }
}

/// As it stands in a template: floats in their shortest form, with a point.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form {
            Form::Float(value) => f.write_str(&shown_float(value)),
            Form::Integer(_) | Form::Large => f.write_str(&self.lexeme),
        }
    }
}

fn shown_float(value: f64) -> String {
    if value.is_finite() && value.fract() == 0.0 { format!("{value}.0") } else { value.to_string() }
}

/// Whether a text is exactly one JSON number (RFC 8259, section 6).
pub(crate) fn is_json_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(lexeme: &str) -> Number {
        Number::from_lexeme(lexeme).expect("a number")
    }

    #[test]
    fn equality_is_by_value() {
        assert_eq!(number("1"), number("1.0"));
        assert_eq!(number("0.1"), number("0.10000000000000001"));
        assert_eq!(number("12345678901234567890"), number("12345678901234567890"));
        assert_ne!(number("12345678901234567890"), number("12345678901234567891"));
        assert_ne!(number("-12345678901234567890"), number("12345678901234567890"));
        assert!(number("9007199254740993").compare(&number("9007199254740992")) == Ordering::Greater);
    }

    #[test]
    fn templates_show_floats_with_a_point() {
        for (lexeme, shown) in
            [("1.0", "1.0"), ("1e3", "1000.0"), ("1.10", "1.1"), ("-1.5", "-1.5"), ("-2", "-2")]
        {
            assert_eq!(number(lexeme).to_string(), shown);
        }
        assert_eq!(number("1.10").lexeme(), "1.10");
        assert_eq!(number("1e400").to_string(), "1e400");
    }

    #[test]
    fn only_json_numbers_are_numbers() {
        for text in ["", "-", "01", "1.", ".5", "1e", "+1", "0x1", "1 ", "NaN", "1e+"] {
            assert!(Number::from_lexeme(text).is_none(), "{text:?}");
        }
        assert!(Number::from_f64(f64::INFINITY).is_none());
    }
}
