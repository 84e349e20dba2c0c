//! Numbers and their texts.

/// The number that a text is; NaN if it is none (XPath 1.0, section 4.4).
pub(super) fn from_text(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain =
        digits.bytes().all(|b| b.is_ascii_digit() || b == b'.' || matches!(b, b'e' | b'E' | b'+' | b'-'));
    // libxml2 reads exponents, too.
    let begins = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if plain && begins { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// The text of a number, as libxml2 writes it: 15 digits, an exponent beyond 1e9 and below 1e-5.
pub(super) fn to_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let size = number.abs();
    if number.fract() == 0.0 && size < f64::from(i32::MAX) {
        return format!("{}", number as i64);
    }
    if (1e-5..=1e9).contains(&size) {
        let integer_digits = size.log10().floor() as i32 + 1;
        let decimals = usize::try_from(15 - integer_digits).unwrap_or_default();
        return shortened(&format!("{number:.decimals$}")).to_owned();
    }
    let text = format!("{number:.14e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{}e{sign}{digits:0>2}", shortened(mantissa))
}

/// Without zeros at the end, and without a point that nothing follows.
fn shortened(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// To the nearest integer, halves up (XPath 1.0, section 4.4).
pub(super) fn round(number: f64) -> f64 {
    if number.is_finite() { (number + 0.5).floor() } else { number }
}

#[cfg(test)]
mod tests {
    use super::{from_text, to_text};

    #[test]
    fn texts_are_those_of_libxml2() {
        for (number, text) in [
            (1e10, "1e+10"),
            (1000.0, "1000"),
            (123_456_789.123, "123456789.123"),
            (0.00001, "0.00001"),
            (1.0 / 3.0, "0.333333333333333"),
            (1e9, "1000000000"),
            (-0.5, "-0.5"),
            (f64::INFINITY, "Infinity"),
            (-0.0, "0"),
            (1_234_567_890.5, "1.2345678905e+09"),
            (0.1 + 0.2, "0.3"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(to_text(number), text);
        }
    }

    #[test]
    fn only_numbers_are_numbers() {
        assert_eq!(from_text(" -1.5\n"), -1.5);
        assert_eq!(from_text(".5"), 0.5);
        for text in ["", "-", "1 2", "1a", "inf", "nan", "+1", "0x1"] {
            assert!(from_text(text).is_nan(), "{text}");
        }
    }
}
