//! Numbers as they are written.

use super::Form;

/// The power of ten of a number's first digit, and whether it is written with an exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    power: i32,
    exponential: bool,
}

/// Below which power of ten writers of floats take to an exponent: Java's, C's with Go's and Python's, Rust's,
/// JavaScript's.
const LOW: [i32; 4] = [-3, -4, -5, -6];
/// From which power on: C's with Go's, Java's, Python's with Rust's, JavaScript's.
const HIGH: [i32; 5] = [6, 7, 15, 16, 21];

impl Scale {
    /// Of digits, perhaps with decimals or an exponent.
    pub(super) fn of(text: &str) -> Self {
        let (mantissa, exponent) = split(text).unwrap_or((text, None));
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = whole.trim_start_matches(['0', ',']).bytes().filter(u8::is_ascii_digit).count();
        let zeros = decimals.bytes().take_while(|b| *b == b'0').count();
        let power = match (digits, zeros < decimals.len()) {
            (0, false) => 0,
            (0, true) => -1 - i32::try_from(zeros).unwrap_or(i32::MAX - 1),
            (digits, _) => i32::try_from(digits).unwrap_or(i32::MAX) - 1,
        };
        Self { power: power.saturating_add(exponent.unwrap_or(0)), exponential: exponent.is_some() }
    }

    pub(super) const fn is_exponential(self) -> bool {
        self.exponential
    }

    /// Whether one writer may have written both: plainly within its bounds, with an exponent beyond them.
    pub(super) fn admits(self, other: Self) -> bool {
        let (far, near) = match (self.exponential, other.exponential) {
            (true, false) => (self.power, other.power),
            (false, true) => (other.power, self.power),
            _ => return true,
        };
        if far < 0 {
            LOW.iter().any(|low| far < *low && *low <= near)
        } else {
            HIGH.iter().any(|high| far >= *high && *high > near)
        }
    }
}

/// Mantissa and exponent of a number as writers of floats make them: one digit before the point, and a point or the
/// exponent's sign, which digits of a hash do not have.
fn split(text: &str) -> Option<(&str, Option<i32>)> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let (whole, decimals) = mantissa.split_once('.').map_or((mantissa, None), |(w, d)| (w, Some(d)));
    let bare = exponent.trim_start_matches(['-', '+']);
    let is_signed = exponent.len() == bare.len() + 1;
    let all = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_one =
        all(whole) && whole.len() == 1 && decimals.is_none_or(all) && (is_signed || decimals.is_some());
    (is_one && all(bare) && bare.len() <= 3).then(|| (mantissa, exponent.parse().ok()))
}

/// How many characters a number with an exponent has that a text begins with, as a word of its own.
pub(super) fn exponential(chars: &[char]) -> Option<usize> {
    const LONGEST: usize = 32;
    let is_part = |c: &&char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+');
    let text: String = chars.iter().take(LONGEST).take_while(is_part).collect();
    // A full stop may follow.
    let text = text.trim_end_matches(['.', '-', '+']);
    let ends = chars.get(text.len()).is_none_or(|c| !c.is_alphanumeric());
    (ends && split(text).is_some()).then_some(text.len())
}

/// Seconds since the epoch have ten digits for centuries, milliseconds thirteen.
pub(super) fn is_epoch_in_other_unit(digits: usize, other: usize) -> bool {
    matches!((digits, other), (10, 13 | 16) | (13, 10 | 16) | (16, 10 | 13))
}

/// A text that is a number.
pub(super) fn form(text: &str) -> Option<Form> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let scale = Scale::of(digits);
    let (mantissa, _) = split(digits).unwrap_or((digits, None));
    let (whole, decimals) = mantissa.split_once('.').map_or((mantissa, None), |(w, d)| (w, Some(d)));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let left = if scale.exponential { usize::try_from(scale.power).unwrap_or(0) } else { 0 };
    (all(whole) && decimals.is_none_or(all)).then(|| Form::Number {
        digits: whole.len() + left,
        decimals: if scale.exponential {
            scale.power < 0 || decimals.is_some_and(|d| d.len() > left)
        } else {
            decimals.is_some()
        },
        padded: whole.len() > 1 && whole.starts_with('0'),
        scale,
    })
}
