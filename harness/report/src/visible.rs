//! Untrusted text, made harmless and honest: what would act on a terminal, a browser or an XML parser, or
//! would look like something else, is shown as an escape.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text with every character that acts or hides shown as an escape: `\n`, `\t`, `\r`, `\u{1b}`.
///
/// That covers control characters, every white space but the plain one (U+202F in a date is a drift that
/// must be seen), bidirectional controls, zero-width and tag characters, and what XML 1.0 forbids. The result
/// is one line; applying it twice changes nothing.
pub fn visible(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(acts) else { return Cow::Borrowed(text) };
    let (clean, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(clean);
    for c in rest.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if acts(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn acts(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        // Noncharacters: U+FFFE and U+FFFF are no XML, the rest is no text either.
        || (u32::from(c) & 0xfffe) == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

/// Columns that the text takes on a terminal, once visible.
pub(crate) fn columns(text: &str) -> usize {
    visible(text).width()
}

/// Combining marks take no columns; a flood of them is cut all the same.
const CHARS_PER_COLUMN: usize = 4;

/// The visible text, its middle replaced by `…` where it takes more than `room` columns. Both ends stay: a
/// difference between two long values is most often at one of them.
pub(crate) fn cut(text: &str, room: usize) -> String {
    let text = visible(text);
    if text.width() <= room && text.chars().nth(room * CHARS_PER_COLUMN).is_none() {
        return text.into_owned();
    }
    let room = room.saturating_sub(1);
    let head = take(text.chars(), room - room / 2);
    let tail: String = take(text.chars().rev(), room / 2).chars().rev().collect();
    format!("{head}…{tail}")
}

fn take(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut used = 0;
    chars
        .take(room * CHARS_PER_COLUMN)
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_is_shown() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\t"), "a\\u{1b}[31mb\\r\\n\\t");
        assert_eq!(visible("9:00\u{202f}PM"), "9:00\\u{202f}PM");
        assert_eq!(visible("\u{202e}gpj.exe"), "\\u{202e}gpj.exe");
        assert_eq!(visible("\u{fffe}\u{e0041}"), "\\u{fffe}\\u{e0041}");
        assert_eq!(visible("naïve 日本 🦀"), "naïve 日本 🦀");
    }

    #[test]
    fn long_text_loses_its_middle() {
        assert_eq!(cut("0123456789", 10), "0123456789");
        assert_eq!(cut("0123456789a", 6), "012…9a");
        assert_eq!(cut("日本語日本語", 6), "日…語");
        assert_eq!(cut("abc", 0), "…");
    }

    proptest! {
        #[test]
        fn visible_text_is_one_harmless_line(text in any::<String>()) {
            let once = visible(&text).into_owned();
            prop_assert!(!once.contains(acts));
            prop_assert_eq!(visible(&once), once.as_str());
        }

        #[test]
        fn cut_text_fits(text in any::<String>(), room in 1usize..60) {
            prop_assert!(columns(&cut(&text, room)) <= room);
        }
    }
}
