//! Dates and times as services write them: which moment, and in which form.

/// A date, a time of day, or both, as read from a whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Year, month, day.
    date: Option<(i32, u32, u32)>,
    /// Day and month the other way round, where both readings are possible (`05/06/2026`).
    swapped: Option<(i32, u32, u32)>,
    /// Nanoseconds since midnight.
    time: Option<i64>,
    /// Seconds east of UTC.
    zone: Option<i32>,
    /// The form: digits as `9`, names as `a`, the fraction's digits left out.
    pub(crate) layout: String,
    /// Digits of the fraction of a second.
    pub(crate) fraction: usize,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH_NAMES: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Moment {
    /// Reads a text that is a date, a time or both, and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > 64 || !text.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let tokens = tokens(text)?;
        let mut reader = Reader { tokens: &tokens, at: 0, parts: Vec::new(), ..Reader::default() };
        reader.read()?;
        reader.finish(&tokens)
    }

    /// Whether both name the same moment. A side without a zone is taken at the other's word.
    pub(crate) fn same_instant(&self, other: &Self) -> bool {
        let dates = |moment: &Self| [moment.date, moment.swapped];
        if self.date.is_none() || other.date.is_none() {
            return self.date.is_none() && other.date.is_none() && self.time == other.time;
        }
        dates(self).into_iter().flatten().any(|mine| {
            dates(other).into_iter().flatten().any(|theirs| {
                let (mut a, mut b) = (self.nanos(mine), other.nanos(theirs));
                if let (Some(zone), Some(their_zone)) = (self.zone, other.zone) {
                    a -= i128::from(zone) * 1_000_000_000;
                    b -= i128::from(their_zone) * 1_000_000_000;
                }
                let coarse = self.fraction.min(other.fraction) as u32;
                // A shorter fraction is the longer one, cut.
                let unit = 10_i128.pow(9 - coarse.min(9));
                a.div_euclid(unit) == b.div_euclid(unit)
            })
        })
    }

    /// Whether it has both a date and a time of day.
    pub(crate) fn is_full(&self) -> bool {
        self.date.is_some() && self.time.is_some()
    }

    fn nanos(&self, (year, month, day): (i32, u32, u32)) -> i128 {
        i128::from(days(year, month, day)) * 86_400_000_000_000 + i128::from(self.time.unwrap_or(0))
    }

    /// Seconds since the epoch, where it has a date; without a zone, as UTC.
    pub(crate) fn epoch(&self) -> Option<i64> {
        let nanos = self.nanos(self.date?) - i128::from(self.zone.unwrap_or(0)) * 1_000_000_000;
        i64::try_from(nanos.div_euclid(1_000_000_000)).ok()
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar: years counted from March, so that the leap day is
/// last, in eras of 400 years.
fn days(year: i32, month: u32, day: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let from_march = (i64::from(month) + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Digits(&'a str),
    Word(&'a str),
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let run = |is: fn(u8) -> bool| rest.bytes().take_while(|b| is(*b)).count();
        let used = if c.is_ascii_digit() {
            let end = run(|b| b.is_ascii_digit());
            out.push(Token::Digits(&rest[..end]));
            end
        } else if c.is_ascii_alphabetic() {
            let end = run(|b| b.is_ascii_alphabetic());
            out.push(Token::Word(&rest[..end]));
            end
        } else if matches!(c, '-' | '/' | '.' | ':' | ',' | '+' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}') {
            out.push(Token::Mark(c));
            c.len_utf8()
        } else {
            return None;
        };
        rest = &rest[used..];
        if out.len() > 24 {
            return None;
        }
    }
    Some(out)
}

#[derive(Default)]
struct Reader<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    /// Numbers of the date, with the mark before each.
    parts: Vec<(&'a str, Option<char>)>,
    month: Option<u32>,
    /// How many numbers stood before the month's name.
    before_month: usize,
    time: Option<i64>,
    zone: Option<i32>,
    fraction: usize,
    fraction_at: Option<usize>,
    offset_at: Option<usize>,
}

impl<'a> Reader<'_, 'a> {
    fn read(&mut self) -> Option<()> {
        while let Some(token) = self.tokens.get(self.at).copied() {
            match token {
                Token::Digits(digits) if self.peek(1) == Some(Token::Mark(':')) && self.time.is_none() => {
                    self.clock(digits)?;
                }
                Token::Digits(digits) if digits.len() == 6 && self.compact_time() => {
                    self.time = Some(clock_nanos(&digits[..2], &digits[2..4], &digits[4..], "")?);
                    self.at += 1;
                }
                Token::Digits(digits) if digits.len() == 8 && self.parts.is_empty() && self.is_compact() => {
                    for (from, to) in [(0, 4), (4, 6), (6, 8)] {
                        self.parts.push((&digits[from..to], (from > 0).then_some('-')));
                    }
                    self.at += 1;
                }
                Token::Digits(digits) => {
                    let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
                    let mark = before.and_then(|t| if let Token::Mark(c) = t { Some(*c) } else { None });
                    self.parts.push((digits, mark));
                    self.at += 1;
                }
                Token::Word(word) => self.word(word)?,
                Token::Mark(c @ ('+' | '-')) if self.time.is_some() => self.offset(c)?,
                Token::Mark(_) => self.at += 1,
            }
        }
        Some(())
    }

    fn peek(&self, ahead: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// `20261124T095801Z`: eight digits, then a `T` or the end.
    fn is_compact(&self) -> bool {
        matches!(self.peek(1), Some(Token::Word("T")))
    }

    fn compact_time(&self) -> bool {
        self.time.is_none()
            && self.parts.len() == 3
            && self.at > 0
            && self.tokens[self.at - 1] == Token::Word("T")
    }

    fn clock(&mut self, hour: &'a str) -> Option<()> {
        let Some(Token::Digits(minute)) = self.peek(2) else {
            return None;
        };
        self.at += 3;
        let mut second = "0";
        let mut fraction = "";
        if let (Some(Token::Mark(':')), Some(Token::Digits(digits))) = (self.peek(0), self.peek(1)) {
            second = digits;
            self.at += 2;
            if let (Some(Token::Mark('.' | ',')), Some(Token::Digits(digits))) = (self.peek(0), self.peek(1))
            {
                fraction = digits;
                self.fraction = digits.len();
                self.fraction_at = Some(self.at + 1);
                self.at += 2;
            }
        }
        self.time = Some(clock_nanos(hour, minute, second, fraction)?);
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let lower = word.to_ascii_lowercase();
        let in_list = |short: &[&str], long: &[&str]| {
            short.iter().position(|n| *n == lower).or_else(|| long.iter().position(|n| *n == lower))
        };
        if let Some(month) = in_list(&MONTHS, &MONTH_NAMES) {
            if self.month.is_some() {
                return None;
            }
            self.month = Some(month as u32 + 1);
            self.before_month = self.parts.len();
        } else if in_list(&DAYS, &DAY_NAMES).is_none() {
            match lower.as_str() {
                "t" if !self.parts.is_empty() => {}
                "z" | "utc" | "gmt" if self.time.is_some() && self.zone.is_none() => self.zone = Some(0),
                "at" | "st" | "nd" | "rd" | "th" => {}
                "am" | "pm" => self.half(lower == "pm")?,
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    fn half(&mut self, afternoon: bool) -> Option<()> {
        const HOUR: i64 = 3_600_000_000_000;
        let time = self.time?;
        self.time = Some(match (time / HOUR, afternoon) {
            (12, false) => time - 12 * HOUR,
            (1..=11, true) => time + 12 * HOUR,
            (1..=12, _) => time,
            _ => return None,
        });
        Some(())
    }

    fn offset(&mut self, sign: char) -> Option<()> {
        let Some(Token::Digits(digits)) = self.peek(1) else {
            return None;
        };
        let (hours, minutes) = if digits.len() == 4 {
            (&digits[..2], &digits[2..])
        } else if let (Some(Token::Mark(':')), Some(Token::Digits(minutes))) = (self.peek(2), self.peek(3)) {
            (digits, minutes)
        } else {
            (digits, "0")
        };
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        if self.zone.is_some_and(|zone| zone != 0) || hours > 18 || minutes > 59 {
            return None;
        }
        self.offset_at = Some(self.at);
        let seconds = hours * 3600 + minutes * 60;
        self.zone = Some(if sign == '-' { -seconds } else { seconds });
        self.at += if self.peek(2) == Some(Token::Mark(':')) { 4 } else { 2 };
        Some(())
    }

    fn finish(self, tokens: &[Token<'_>]) -> Option<Moment> {
        let (date, swapped) = self.date()?;
        if date.is_none() && self.time.is_none() {
            return None;
        }
        Some(Moment {
            date,
            swapped,
            time: self.time,
            zone: self.zone,
            layout: layout(tokens, self.fraction_at, self.offset_at),
            fraction: self.fraction,
        })
    }

    /// The date and its other reading; an error where the numbers make none.
    #[expect(clippy::type_complexity, reason = "a date and its other reading, each year, month, day")]
    fn date(&self) -> Option<(Option<(i32, u32, u32)>, Option<(i32, u32, u32)>)> {
        let number = |at: usize| self.parts.get(at).and_then(|(digits, _)| digits.parse::<u32>().ok());
        let width = |at: usize| self.parts.get(at).map_or(0, |(digits, _)| digits.len());
        let checked = |year: u32, month: u32, day: u32| {
            let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && year <= 9999;
            valid.then_some((year as i32, month, day))
        };
        let century = |year: u32, width: usize| if width == 2 { 2000 + year } else { year };
        match (self.parts.len(), self.month) {
            (0, None) => Some((None, None)),
            (2, Some(month)) => {
                // `24 Nov 2026`, `Nov 24, 2026`, `2026 Nov 24`.
                let (a, b) = (number(0)?, number(1)?);
                let date = if width(0) == 4 && width(1) <= 2 {
                    checked(a, month, b)?
                } else if width(1) == 4 || (self.before_month == 1 && width(1) == 2) {
                    checked(century(b, width(1)), month, a)?
                } else {
                    return None;
                };
                Some((Some(date), None))
            }
            (3, None) => {
                let mark = self.parts[1].1?;
                if self.parts[2].1 != Some(mark) || !matches!(mark, '-' | '/' | '.') {
                    return None;
                }
                let (a, b, c) = (number(0)?, number(1)?, number(2)?);
                if width(0) == 4 && width(1) <= 2 && width(2) <= 2 {
                    return Some((Some(checked(a, b, c)?), None));
                }
                let short_year = width(2) == 2 && mark == '/' && width(0) <= 2;
                if width(2) != 4 && !short_year || width(0) > 2 || width(1) > 2 {
                    return None;
                }
                let year = century(c, width(2));
                let (day_first, month_first) = (checked(year, b, a), checked(year, a, b));
                day_first.or(month_first).map(|date| (Some(date), day_first.and(month_first)))
            }
            _ => None,
        }
    }
}

fn clock_nanos(hour: &str, minute: &str, second: &str, fraction: &str) -> Option<i64> {
    let part = |text: &str, limit: i64| text.parse::<i64>().ok().filter(|n| *n <= limit && text.len() <= 2);
    let (hour, minute, second) = (part(hour, 24)?, part(minute, 59)?, part(second, 60)?);
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000_000 + digits.parse::<i64>().ok()?)
}

fn layout(tokens: &[Token<'_>], fraction_at: Option<usize>, offset_at: Option<usize>) -> String {
    let mut out = String::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Digits(_) if fraction_at == Some(at) => out.push('9'),
            // Days and hours without leading zeros have one digit or two: the same form.
            Token::Digits(digits) if digits.len() == 1 => out.push_str("9~"),
            Token::Digits(digits) => out.extend(digits.chars().map(|_| '9')),
            Token::Word(word @ ("T" | "Z" | "UTC" | "GMT")) => out.push_str(word),
            Token::Word(word) if word.len() > 3 => out.push_str("aaaa"),
            Token::Word(word) => out.extend(word.chars().map(|_| 'a')),
            // The sign of an offset is part of its value.
            Token::Mark(_) if offset_at == Some(at) => out.push('±'),
            Token::Mark(mark) => out.push(*mark),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap_or_else(|| panic!("`{text}` is a moment"))
    }

    #[test]
    fn one_instant_in_many_forms() {
        let iso = moment("2026-11-06T08:49:37Z");
        for text in [
            "2026-11-06T08:49:37+00:00",
            "2026-11-06T09:49:37+01:00",
            "2026-11-06T08:49:37.000Z",
            "2026-11-06 08:49:37 UTC",
            "2026-11-06 08:49:37",
            "2026-11-06 08:49:37 +0000",
            "20261106T084937Z",
            "Fri, 06 Nov 2026 08:49:37 GMT",
            "Friday, 06-Nov-26 08:49:37 GMT",
            "Fri Nov  6 08:49:37 2026",
            "06/11/2026 08:49:37",
            "11/06/2026, 8:49:37 AM",
            "06.11.2026 08:49:37",
            "Nov 6, 2026 8:49:37\u{202f}AM",
            "6 November 2026 at 08:49:37",
        ] {
            assert!(iso.same_instant(&moment(text)), "{text}");
            assert_ne!(iso.layout, moment(text).layout, "{text}");
        }
        assert!(!iso.same_instant(&moment("2026-11-06T08:49:38Z")));
        assert!(!iso.same_instant(&moment("2026-11-06T08:49:37+01:00")));
        assert_eq!(iso.epoch(), Some(1_793_954_977));
        assert_eq!(moment("1970-01-01").epoch(), Some(0));
    }

    #[test]
    fn offsets_of_one_layout_are_one_form() {
        let (west, east) = (moment("2023-07-15T06:00:00-06:00"), moment("2023-07-15T14:00:00+02:00"));
        assert!(west.same_instant(&east));
        assert_eq!(west.layout, east.layout);
    }

    #[test]
    fn fractions_and_times_alone() {
        assert!(moment("2026-11-06T08:49:37.123Z").same_instant(&moment("2026-11-06T08:49:37.123456Z")));
        assert!(!moment("2026-11-06T08:49:37.123Z").same_instant(&moment("2026-11-06T08:49:37.124Z")));
        assert!(moment("9:58 PM").same_instant(&moment("21:58")));
        assert!(moment("12:05 AM").same_instant(&moment("00:05")));
    }

    #[test]
    fn what_is_no_moment() {
        for text in [
            "",
            "5",
            "2026",
            "1.2.3",
            "10.0.0.1",
            "2.0.3",
            "10-20-30",
            "2026-13-01",
            "24:61",
            "Nov",
            "hello 5",
            "2026-11-06T08:49:37ZZ",
            "12345678",
            "1:2:3:4",
            "May 5",
            "0.5",
            "99/99/2026",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
