//! Exact comparison of JSON number lexemes, of any length, without going through floating point.

use std::cmp::Ordering;

/// A number as sign, digits and the place of its point: `0.d₁d₂d₃… × 10^point`.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    fn read(lexeme: &str) -> Self {
        let (negative, rest) = match lexeme.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, lexeme),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let exponent = saturated(exponent);
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = integer.bytes().chain(fraction.bytes()).collect();
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let mut digits = all[leading..].to_vec();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = if digits.is_empty() {
            0
        } else {
            exponent.saturating_add(integer.len() as i64).saturating_sub(leading as i64)
        };
        Self { negative: negative && !digits.is_empty(), digits, point }
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

/// An exponent beyond `i64` is as good as infinite.
fn saturated(exponent: &str) -> i64 {
    let digits = exponent.strip_prefix('+').unwrap_or(exponent);
    digits.parse().unwrap_or(if digits.starts_with('-') { i64::MIN } else { i64::MAX })
}

/// Compares two JSON number lexemes by value.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Decimal::read(left), Decimal::read(right));
    match (left.negative, right.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => left.magnitude(&right),
        (true, true) => right.magnitude(&left),
    }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use proptest::prelude::*;
    use std::cmp::Ordering::{Equal, Greater, Less};

    #[test]
    fn lexemes_compare_by_value() {
        for (left, right, expected) in [
            ("1", "1.0", Equal),
            ("1e2", "100", Equal),
            ("-0", "0.000", Equal),
            ("12345678901234567890", "12345678901234567891", Less),
            ("-12345678901234567890", "-12345678901234567891", Greater),
            ("9", "10", Less),
            ("0.1", "0.01", Greater),
            ("1e400", "1e399", Greater),
            ("1e99999999999999999999", "1", Greater),
            ("1e-99999999999999999999", "0", Greater),
        ] {
            assert_eq!(compare(left, right), expected, "{left} against {right}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_integers(left: i64, right: i64) {
            prop_assert_eq!(compare(&left.to_string(), &right.to_string()), left.cmp(&right));
        }
    }
}
