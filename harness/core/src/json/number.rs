//! Numbers as decimals, never through a float.

/// A number's exact value: sign, digits without leading and trailing zeros, power of ten of the last digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number, or any text of that form (a leading `+` and leading zeros are accepted). None where
    /// it is no number or its exponent is beyond all use.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let shown = all.trim_end_matches('0');
        let mut exponent = i64::from(exponent) - fraction.len() as i64 + (all.len() - shown.len()) as i64;
        let digits = shown.trim_start_matches('0');
        if digits.is_empty() {
            exponent = 0;
        }
        Some(Self { negative: negative && !digits.is_empty(), digits: digits.to_owned(), exponent })
    }

    /// The nearest float: for distances only.
    pub(crate) fn approximate(&self) -> f64 {
        let sign = if self.negative { "-" } else { "" };
        let digits = if self.digits.is_empty() { "0" } else { &self.digits };
        format!("{sign}{digits}e{}", self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The number with at most so many decimals, halves away from zero.
    pub(crate) fn rounded(&self, decimals: u32) -> Self {
        let dropped = -(self.exponent + i64::from(decimals));
        if dropped <= 0 || self.digits.is_empty() {
            return self.clone();
        }
        let kept = usize::try_from(self.digits.len() as i64 - dropped).ok();
        let up = kept.is_some_and(|kept| self.digits.as_bytes()[kept] >= b'5');
        let mut digits: Vec<u8> = self.digits.bytes().take(kept.unwrap_or(0)).collect();
        if up {
            let nines = digits.iter().rev().take_while(|digit| **digit == b'9').count();
            let at = digits.len() - nines;
            digits[at..].fill(b'0');
            match at.checked_sub(1) {
                Some(before) => digits[before] += 1,
                None => digits.insert(0, b'1'),
            }
        }
        let text = String::from_utf8(digits).unwrap_or_default();
        let sign = if self.negative { "-" } else { "" };
        Self::parse(&format!("{sign}{text}e-{decimals}")).unwrap_or(Self {
            negative: false,
            digits: String::new(),
            exponent: 0,
        })
    }

    /// Whether it is a whole number.
    pub(crate) fn is_whole(&self) -> bool {
        self.exponent >= 0
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = if self.digits.is_empty() { "0" } else { &self.digits };
        write!(f, "{}{digits}e{}", if self.negative { "-" } else { "" }, self.exponent)
    }
}

/// Whether two numbers lie within a distance: absolute, or relative to the left.
pub(crate) fn within(left: &str, right: &str, abs: f64, rel: f64) -> bool {
    let (Some(l), Some(r)) = (Decimal::parse(left), Decimal::parse(right)) else {
        return false;
    };
    let (l, r) = (l.approximate(), r.approximate());
    // The allowance: 0.1 + 0.2 stands a hair off 0.3, and a tolerance of exactly their distance must hold.
    let allowed = abs.max(rel * l.abs());
    (l - r).abs() <= allowed + allowed * 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) -> bool {
        Decimal::parse(left).expect("number") == Decimal::parse(right).expect("number")
    }

    #[test]
    fn equal_values_in_other_forms() {
        for (l, r) in
            [("1", "1.0"), ("1", "1e0"), ("100", "1e2"), ("0.10", "1E-1"), ("0", "-0"), ("0e5", "0.00")]
        {
            assert!(same(l, r), "{l} {r}");
        }
        assert!(!same("9007199254740993", "9007199254740992"));
        assert!(!same("0.1", "0.10000000000000001"));
        assert!(!same("1", "-1"));
        assert!(!same("10", "100"));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", "a", "1e99999999999", "1.2.3", "0x1", "１"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn rounding() {
        for (text, decimals, expected) in [
            ("1.005", 2, "1.01"),
            ("1.004", 2, "1"),
            ("-2.5", 0, "-3"),
            ("0.4", 0, "0"),
            ("0.5", 0, "1"),
            ("9.996", 2, "10"),
            ("0.0001", 2, "0"),
            ("0.06", 1, "0.1"),
            ("123e5", 2, "12300000"),
            ("9007199254740993.4", 0, "9007199254740993"),
        ] {
            let rounded = Decimal::parse(text).expect("number").rounded(decimals);
            assert_eq!(rounded, Decimal::parse(expected).expect("number"), "{text} to {decimals}");
        }
    }

    #[test]
    fn distances() {
        assert!(within("0.3", "0.30000000000000004", 1e-9, 0.0));
        assert!(within("100", "101", 0.0, 0.01));
        assert!(!within("100", "102", 0.0, 0.01));
        assert!(!within("1", "x", 1e9, 0.0));
    }
}
