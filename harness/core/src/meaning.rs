//! Texts that say the same in another form.

use unicode_normalization::UnicodeNormalization;

use crate::json::Decimal;
use crate::moment::Moment;

/// Longest text whose meaning is looked into; beyond it, other bytes are another value.
const LOOKED_AT: usize = 65_536;

/// The kind of form in which two differing texts of equal meaning differ; none where their meaning differs.
pub(crate) fn same_meaning(left: &str, right: &str) -> Option<&'static str> {
    if left.len() > LOOKED_AT || right.len() > LOOKED_AT || left.is_empty() || right.is_empty() {
        return None;
    }
    if left.nfkc().eq(right.nfkc()) {
        return Some("unicode-form");
    }
    if is_recoded(left, right) || is_recoded(right, left) {
        return Some("charset");
    }
    if same_moment(left, right) {
        return Some("date-format");
    }
    if same_number(left, right) {
        return Some("number-format");
    }
    let folded = |text: &str| text.nfkc().flat_map(char::to_lowercase).collect::<String>();
    (folded(left) == folded(right)).then_some("case")
}

/// The same instant written in another layout. In the same layout another wall clock is another value.
fn same_moment(left: &str, right: &str) -> bool {
    match (Moment::parse(left), Moment::parse(right)) {
        (Some(l), Some(r)) => (l.layout != r.layout || l.fraction != r.fraction) && l.same_instant(&r),
        (Some(moment), None) => same_epoch(&moment, right),
        (None, Some(moment)) => same_epoch(&moment, left),
        (None, None) => false,
    }
}

fn same_epoch(moment: &Moment, number: &str) -> bool {
    let seconds = match number.len() {
        10 => number.parse::<i64>().ok(),
        13 => number.parse::<i64>().ok().map(|millis| millis.div_euclid(1000)),
        _ => None,
    };
    moment.is_full() && seconds.is_some() && moment.epoch() == seconds
}

/// One is the other read with the wrong charset: UTF-8 as Latin-1, or characters lost.
fn is_recoded(text: &str, other: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let misread: String = text.bytes().map(char::from).collect();
    if misread == other || windows_1252(text.as_bytes()) == other {
        return true;
    }
    // Replaced characters: one mark for each, or one for each byte.
    let lost = |mark: char, per_byte: bool| {
        let mut out = String::new();
        for c in text.chars() {
            if c.is_ascii() {
                out.push(c);
            } else {
                out.extend(std::iter::repeat_n(mark, if per_byte { c.len_utf8() } else { 1 }));
            }
        }
        out
    };
    ['?', '\u{fffd}'].into_iter().any(|mark| lost(mark, false) == other || lost(mark, true) == other)
}

/// Bytes as Windows-1252, which browsers also take for Latin-1.
pub(crate) fn windows_1252(bytes: &[u8]) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    bytes
        .iter()
        .map(|b| if (0x80..0xa0).contains(b) { HIGH[usize::from(b - 0x80)] } else { char::from(*b) })
        .collect()
}

/// The same number with other separators, decimals, sign or currency mark.
fn same_number(left: &str, right: &str) -> bool {
    let (Some(l), Some(r)) = (readings(left), readings(right)) else {
        return false;
    };
    l.iter().any(|mine| r.contains(mine))
}

/// The decimals that a text may stand for: `1,234` is one thousand and odd, or one and a bit.
fn readings(text: &str) -> Option<Vec<Decimal>> {
    let is_space = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}');
    let is_currency = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '%');
    let trimmed = text.trim_matches(|c: char| is_space(c) || is_currency(c)).replace('\u{2212}', "-");
    if !trimmed.bytes().any(|b| b.is_ascii_digit()) || trimmed.len() > 64 {
        return None;
    }
    let plain: String = trimmed.chars().filter(|c| !is_space(*c) && *c != '\'' && *c != '_').collect();
    if !plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | 'e' | 'E')) {
        return None;
    }
    if !grouped(&plain) {
        return None;
    }
    let count = |mark: char| plain.matches(mark).count();
    let english = plain.replace(',', "");
    let continental = plain.replace('.', "").replace(',', ".");
    let texts = match (count('.'), count(',')) {
        (0 | 1, 0) => vec![plain.clone()],
        (0, 1) if plain.split(',').next_back().is_some_and(|tail| tail.len() == 3) => {
            vec![english, continental]
        }
        (0, 1) => vec![continental],
        (0, _) => vec![english],
        (_, 0) => vec![plain.replace('.', "")],
        // Both: the last is the decimal mark.
        _ if plain.rfind('.') > plain.rfind(',') => vec![english],
        _ => vec![continental],
    };
    let found: Vec<Decimal> = texts.iter().filter_map(|text| Decimal::parse(text)).collect();
    (!found.is_empty()).then_some(found)
}

/// Separators stand where thousands stand, or are a single decimal mark: `1.2.3` is a version.
fn grouped(text: &str) -> bool {
    let separators: Vec<usize> =
        text.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).map(|(at, _)| at).collect();
    let Some((last, earlier)) = separators.split_last() else {
        return true;
    };
    let same = earlier.iter().all(|at| text.as_bytes()[*at] == text.as_bytes()[*last]);
    let by_three = earlier.windows(2).all(|pair| pair[1] - pair[0] == 4)
        && earlier.last().is_none_or(|at| last - at == 4);
    let digits_after = text[last + 1..].bytes().take_while(u8::is_ascii_digit).count();
    by_three && (earlier.is_empty() || !same || digits_after == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_in_another_form() {
        for (left, right, kind) in [
            ("9:58\u{202f}AM", "9:58 AM", "unicode-form"),
            ("caf\u{e9}", "cafe\u{301}", "unicode-form"),
            ("ﬁn", "fin", "unicode-form"),
            ("café", "cafÃ©", "charset"),
            ("café – x", "cafÃ© â€“ x", "charset"),
            ("café", "caf?", "charset"),
            ("café", "caf\u{fffd}", "charset"),
            ("2026-11-24T09:58:01Z", "2026-11-24T09:58:01+00:00", "date-format"),
            ("2026-11-24T09:58:01Z", "Tue, 24 Nov 2026 09:58:01 GMT", "date-format"),
            ("2026-11-24", "24/11/2026", "date-format"),
            ("2026-01-05", "2026-1-5", "date-format"),
            ("2026-11-24T09:58:01Z", "1795514281", "date-format"),
            ("1,234.50", "1.234,50", "number-format"),
            ("1234.5", "1,234.50", "number-format"),
            ("1\u{202f}234,5 €", "€1,234.5", "number-format"),
            ("1.0", "1", "number-format"),
            ("Running", "RUNNING", "case"),
        ] {
            assert_eq!(same_meaning(left, right), Some(kind), "{left} {right}");
            assert_eq!(same_meaning(right, left), Some(kind), "{right} {left}");
        }
    }

    #[test]
    fn another_meaning() {
        for (left, right) in [
            ("a", "b"),
            ("", "a"),
            ("1", "2"),
            ("1.2.3", "12.3"),
            ("1,234", "12,34"),
            ("2026-11-24T09:58:01Z", "2026-11-24T09:58:02Z"),
            // One instant, another wall clock, in the same layout.
            ("2023-07-15T06:00:00-06:00", "2023-07-15T07:00:00-05:00"),
            ("in 23 hours", "in a day"),
            ("what?", "what"),
            ("a b", "ab"),
        ] {
            assert_eq!(same_meaning(left, right), None, "{left} {right}");
        }
    }
}
