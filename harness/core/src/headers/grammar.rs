//! The small grammars that headers are written in (RFC 9110, 5.6): lists, parameters, quoted strings.

/// Splits at a separator outside quoted strings, parentheses and angle brackets; pieces are trimmed, empty ones
/// left out.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0_usize, false, false);
    for (at, c) in text.char_indices() {
        if quoted {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => quoted = true,
            '(' | '<' => depth += 1,
            ')' | '>' => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 => {
                out.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    out.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// `name=value` with the name in lower case and the value without quotes; a name alone has an empty value.
pub(super) fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.trim().to_ascii_lowercase(), unquote(value))
}

/// A token, or what a quoted string says.
pub(super) fn unquote(text: &str) -> String {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_within_quotes_and_brackets_do_not_split() {
        assert_eq!(split(r#"a, b="x,y" ,, c"#, ','), ["a", r#"b="x,y""#, "c"]);
        assert_eq!(
            split(r#"<http://h/?a=1,2>; rel="x", </y>"#, ','),
            [r#"<http://h/?a=1,2>; rel="x""#, "</y>"]
        );
        assert_eq!(split(r#"geolocation=(self "https://a,b"), camera=()"#, ',').len(), 2);
        assert_eq!(split(r#""a\",b", c"#, ','), [r#""a\",b""#, "c"]);
        assert_eq!(split("a(,b", ','), ["a(,b"]);
    }

    #[test]
    fn pairs_have_no_case_and_no_quotes() {
        assert_eq!(pair("Max-Age = \"60\""), ("max-age".to_owned(), "60".to_owned()));
        assert_eq!(pair("no-store"), ("no-store".to_owned(), String::new()));
        assert_eq!(unquote(r#""a\"b""#), "a\"b");
    }
}
