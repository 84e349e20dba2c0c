//! Symbols in place of the values that a text holds.

use super::{Side, WITHIN_TEXT};

/// The text with a side's symbols replaced; none where it holds none.
pub(super) fn replace(side: &Side, text: &str) -> Option<String> {
    if side.ids.is_empty() {
        return None;
    }
    if let Some(ids) = side.ids.get(text) {
        return Some(mark(ids));
    }
    if let Some(marked) = encoded(side, text, false) {
        return Some(marked);
    }
    let long = replace_within(side, text);
    let short = replace_segments(side, long.as_deref().unwrap_or(text));
    short.or(long)
}

/// A text with a captured value taken out: the whole text, a segment of a URL, or from eight characters on any
/// stretch of it. None where it does not occur.
pub(crate) fn stands_in(text: &str, value: &str) -> Option<String> {
    let mut side = Side::default();
    side.add(value, 1);
    replace(&side, text)
}

fn mark(ids: &[u32]) -> String {
    format!("\u{2}{}\u{3}", ids.first().copied().unwrap_or(0))
}

fn replace_within(side: &Side, text: &str) -> Option<String> {
    if side.within.is_empty() {
        return None;
    }
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(head) = bytes.get(at..).and_then(|rest| rest.first_chunk::<WITHIN_TEXT>()) {
        let hit = side
            .within
            .get(head)
            .and_then(|values| values.iter().find(|v| bytes[at..].starts_with(v.as_bytes())));
        if let Some((value, ids)) = hit.and_then(|value| Some((value, side.ids.get(value)?))) {
            out.push_str(&text[copied..at]);
            out.push_str(&mark(ids));
            at += value.len();
            copied = at;
        } else {
            at += 1;
        }
    }
    (copied > 0).then(|| {
        out.push_str(&text[copied..]);
        out
    })
}

/// Short values stand for themselves only as a whole segment of a path or a whole value of a query.
fn replace_segments(side: &Side, text: &str) -> Option<String> {
    if !text.contains(['/', '?']) {
        return None;
    }
    let mut out = String::new();
    let mut found = false;
    let mut before = None;
    let is_end = |c: char| {
        matches!(c, '/' | '?' | '&' | '=' | '#' | '<' | '>' | '"' | '\'' | ';' | ',') || c.is_whitespace()
    };
    for piece in text.split_inclusive(is_end) {
        let end = piece.chars().next_back().filter(|c| is_end(*c));
        let segment = &piece[..piece.len() - end.map_or(0, char::len_utf8)];
        let marked = if matches!(before, Some('/' | '=')) {
            side.ids.get(segment).map(|ids| mark(ids)).or_else(|| encoded(side, segment, before == Some('=')))
        } else {
            None
        };
        found |= marked.is_some();
        out.push_str(marked.as_deref().unwrap_or(segment));
        out.extend(end);
        before = end;
    }
    found.then_some(out)
}

/// A captured value in the spelling of URLs: `a b` as `a%20b`, and in a query as `a+b`. How a space is spelt is a part
/// of the mark, so that a side that spells it otherwise differs.
fn encoded(side: &Side, text: &str, in_query: bool) -> Option<String> {
    let plus = in_query && text.contains('+');
    if !plus && !text.contains('%') {
        return None;
    }
    let find = |text: &str| side.ids.get(&decoded(text)?).map(|ids| mark(ids));
    let spelt = || find(&text.replace('+', " ")).map(|marked| format!("{marked}+"));
    let spelt = if plus { spelt() } else { None };
    spelt.or_else(|| find(text))
}

/// RFC 3986, 2.1. None where an escape is none, or what is escaped is no text.
fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut digit = || char::from(bytes.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        out.push(if byte == b'%' { digit()? * 16 + digit()? } else { byte });
    }
    String::from_utf8(out).ok()
}
