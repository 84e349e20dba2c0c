//! From the values that the samples show at one place to the shape that all of them have.

use super::placeholder::Placeholder;
use crate::moment::Moment;

/// What all values have in common, differing parts as placeholders. `[text]` where that is nothing.
///
/// Where values differ at all, each of their words that holds a digit may: two counters can agree by chance.
pub(super) fn common(values: &[String]) -> String {
    let Some((first, others)) = values.split_first() else {
        return Placeholder::Text.to_string();
    };
    if others.iter().all(|other| other == first) {
        return first.clone();
    }
    if let Some(shape) = shape(values.iter().map(String::as_str)) {
        return shape.to_string();
    }
    // What is one word as a whole is looked into.
    let single = values.iter().all(|value| value.chars().all(coarse));
    let ways: [fn(char) -> bool; 2] = if single { [fine, coarse] } else { [coarse, fine] };
    words(values, ways[0], true)
        .or_else(|| words(values, ways[1], true))
        .unwrap_or_else(|| fallback(values).to_string())
}

/// As [`common`] for lines of a text: words that agree stay.
pub(super) fn common_line(values: &[&str]) -> String {
    let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    match values.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => first.clone(),
        _ => words(&values, coarse, false)
            .or_else(|| words(&values, fine, false))
            .unwrap_or_else(|| fallback(&values).to_string()),
    }
}

/// The shape of one value by itself.
pub(super) fn alone(value: &str) -> Placeholder {
    Placeholder::of(value).unwrap_or(Placeholder::Text)
}

/// The shape that every value has.
fn shape<'v>(mut values: impl Iterator<Item = &'v str>) -> Option<Placeholder> {
    let first = Placeholder::of(values.next()?)?;
    values.try_fold(first, |shape, value| shape.join(Placeholder::of(value)?))
}

fn fallback(values: &[String]) -> Placeholder {
    let token = |value: &String| !value.is_empty() && !value.contains(char::is_whitespace);
    if values.iter().all(token) { Placeholder::Token } else { Placeholder::Text }
}

/// Word by word, where all values have as many words with the same between them.
fn words(values: &[String], is_word: fn(char) -> bool, digits_vary: bool) -> Option<String> {
    let split: Vec<Vec<&str>> = values.iter().map(|value| pieces(value, is_word)).collect();
    let (first, others) = split.split_first()?;
    let alike = |other: &Vec<&str>| {
        other.len() == first.len()
            && first
                .iter()
                .zip(other)
                .all(|(mine, theirs)| mine == theirs || both_words(mine, theirs, is_word))
    };
    if !others.iter().all(alike) {
        return None;
    }
    let mut out = String::new();
    for (at, piece) in first.iter().enumerate() {
        let column: Vec<&str> = split.iter().map(|pieces| pieces[at]).collect();
        let same = column.iter().all(|other| other == piece);
        let varies = digits_vary && piece.bytes().any(|b| b.is_ascii_digit());
        if same && !varies {
            out.push_str(piece);
        } else {
            out.push_str(&word(&column).to_string());
        }
    }
    Some(out)
}

fn both_words(mine: &str, theirs: &str, is_word: fn(char) -> bool) -> bool {
    mine.starts_with(is_word) && theirs.starts_with(is_word)
}

fn word(values: &[&str]) -> Placeholder {
    if let Some(shape) = shape(values.iter().copied()) {
        return shape;
    }
    let letters = values.iter().all(|value| value.chars().all(char::is_alphabetic));
    if letters { Placeholder::Word } else { Placeholder::Token }
}

/// Words and what stands between them, in turn.
fn pieces(text: &str, is_word: fn(char) -> bool) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = is_word(first);
        let end = rest.find(|c| is_word(c) != word).unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        out.push(piece);
        rest = tail;
    }
    out
}

/// Dates, times and ids are one word.
fn coarse(c: char) -> bool {
    c.is_alphanumeric() || "-_.:+".contains(c)
}

fn fine(c: char) -> bool {
    c.is_alphanumeric()
}

/// How far from the clock a moment may be and still tell the time: a day in every time zone.
const NOW: i64 = 36 * 3600;

/// A text whose moments near the clock are placeholders: two samples of one second, or of one day, agree in them
/// by chance. `clock` is in seconds since the epoch.
pub(super) fn without_now(text: &str, clock: i64) -> Option<String> {
    if let Some(shape) = now(text, clock) {
        return Some(shape.to_string());
    }
    let pieces = pieces(text, coarse);
    if pieces.len() < 2 || pieces.len() > 4096 {
        return None;
    }
    let mut found = false;
    let mut out = String::new();
    for piece in pieces {
        // The point at the end of a sentence is no part of a date.
        let bare = piece.trim_end_matches(['.', ':', '-']);
        match Some(bare).filter(|bare| bare.contains('-')).and_then(|bare| now(bare, clock)) {
            Some(shape) => {
                found = true;
                out.push_str(&shape.to_string());
                out.push_str(&piece[bare.len()..]);
            }
            None => out.push_str(piece),
        }
    }
    found.then_some(out)
}

fn now(text: &str, clock: i64) -> Option<Placeholder> {
    if !text.bytes().any(|b| b.is_ascii_digit()) || text.len() > 64 {
        return None;
    }
    if let Some(shape) = epoch(text, clock) {
        return Some(shape);
    }
    let moment = Moment::parse(text)?;
    let near = moment.epoch().is_some_and(|at| (at - clock).abs() <= NOW);
    near.then(|| Placeholder::Time(moment.layout.clone(), moment.fraction > 0))
}

/// A number near the clock, in one of the units that it is counted in.
pub(super) fn epoch(text: &str, clock: i64) -> Option<Placeholder> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let unit = match whole.len() {
        10 => 1,
        13 => 1_000,
        16 => 1_000_000,
        _ => return None,
    };
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let at: i64 = whole.parse().ok()?;
    ((at / unit - clock).abs() <= NOW).then_some(Placeholder::Epoch(whole.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> String {
        common(&values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_varies_is_a_shape_and_the_rest_stays() {
        assert_eq!(of(&["activity 7 not found", "activity 12 not found"]), "activity [number] not found");
        assert_eq!(of(&["req-8f3a2c1", "req-77ab01d"]), "req-[token]");
        assert_eq!(of(&["red", "blue"]), "[word]");
        assert_eq!(of(&["up 0:01:07", "up 0:01:09"]), "up [time 9~:99:99]");
        assert_eq!(of(&["a b", "a b c"]), "[text]");
        assert_eq!(of(&["same", "same"]), "same");
        assert_eq!(common_line(&["<h1>r 1</h1>", "<h1>r 2</h1>"]), "<h1>r [number]</h1>");
    }

    #[test]
    fn what_tells_the_time_is_a_shape() {
        let clock = 1_793_954_977; // 2026-11-06T08:49:37Z
        let of = |text: &str| without_now(text, clock);
        assert_eq!(of("2026-11-06").as_deref(), Some("[time 9999-99-99]"));
        assert_eq!(of("on 2026-11-06.").as_deref(), Some("on [time 9999-99-99]."));
        assert_eq!(of("2026-03-02T06:30:00Z"), None);
        assert_eq!(of("1793954000").as_deref(), Some("[epoch]"));
        assert_eq!(of("u-100"), None);
    }
}
