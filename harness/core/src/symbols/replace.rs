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
        match side.ids.get(segment).filter(|_| matches!(before, Some('/' | '='))) {
            Some(ids) => {
                found = true;
                out.push_str(&mark(ids));
            }
            None => out.push_str(segment),
        }
        out.extend(end);
        before = end;
    }
    found.then_some(out)
}
