//! Short, one-line forms of values for people.

/// Longest text shown of one value, in characters.
const SHOWN: usize = 160;

/// A text on one line, cut, control and other invisible characters escaped (a narrow no-break space must be
/// told from a space).
pub(crate) fn short(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == SHOWN {
            out.push('…');
            break;
        }
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_invisible(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Longest line of what stands around a difference, in characters.
const CONTEXT: usize = 100;

/// [`short`], for a line among others.
pub(crate) fn line(text: &str) -> String {
    let shown = short(cut(text, 4 * CONTEXT));
    match shown.char_indices().nth(CONTEXT) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

/// Spaces that look like the plain one, and characters that look like nothing.
fn is_invisible(c: char) -> bool {
    (c.is_whitespace() && c != ' ')
        || matches!(u32::from(c), 0xAD | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2064 | 0xFEFF)
        // Combining marks: their composed form looks the same.
        || matches!(u32::from(c), 0x0300..=0x036F)
}

/// A text cut to at most `limit` bytes at a character boundary.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

/// The stretch of two differing texts around their first difference, both cut at the same place.
pub(crate) fn around(left: &str, right: &str) -> (String, String) {
    if left.chars().count() <= SHOWN && right.chars().count() <= SHOWN {
        return (short(left), short(right));
    }
    let same = left.chars().zip(right.chars()).take_while(|(l, r)| l == r).count();
    let skip = same.saturating_sub(40);
    let view = |text: &str| {
        let rest: String = text.chars().skip(skip).take(SHOWN + 1).collect();
        format!("{}{}", if skip > 0 { "…" } else { "" }, short(&rest))
    };
    (view(left), view(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(short("9:58\u{202f}AM"), "9:58\\u{202f}AM");
        assert_eq!(short("a\nb\u{1b}"), "a\\nb\\u{1b}");
        assert_eq!(short("caf\u{65}\u{301}"), "cafe\\u{301}");
    }

    #[test]
    fn long_texts_are_shown_around_their_difference() {
        let left = format!("{}left{}", "x".repeat(500), "y".repeat(500));
        let right = format!("{}right{}", "x".repeat(500), "y".repeat(500));
        let (l, r) = around(&left, &right);
        assert!(l.contains("left") && r.contains("right") && l.chars().count() < 200);
        assert_eq!(cut("aé", 2), "a");
    }
}
