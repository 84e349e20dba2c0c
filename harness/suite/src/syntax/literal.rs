//! Literals: numbers, bytes, regular expressions, JSONPaths.

use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;
use serde_json_path::JsonPath;

use super::cursor::{Cursor, Fail, Parsed};
use super::template;
use crate::Number;
use crate::ast::{Path, Pattern, Template, XPath};
use crate::xpath::Expression;

/// Digits without a leading zero.
pub(super) fn natural(cursor: &mut Cursor<'_>, expected: &str) -> Parsed<u64> {
    let start = cursor.offset();
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    let valid = digits == "0" || !digits.starts_with('0');
    digits.parse().ok().filter(|_| valid).ok_or_else(|| {
        cursor.seek(start);
        cursor.unexpected(expected)
    })
}

/// A number as predicates and variables write it: `-12`, `1.5`; no exponent.
pub(super) fn number(cursor: &mut Cursor<'_>) -> Parsed<Number> {
    let start = cursor.offset();
    cursor.eat("-");
    cursor.take_while(|c| c.is_ascii_digit());
    if cursor.eat(".") {
        cursor.take_while(|c| c.is_ascii_digit());
    }
    let lexeme = cursor.since(start);
    let found = Number::from_lexeme(lexeme);
    found.ok_or_else(|| Fail::new(start, format!("`{lexeme}` is no number")))
}

/// `hex,…;`
pub(super) fn hex(cursor: &mut Cursor<'_>) -> Parsed<Vec<u8>> {
    cursor.expect("hex,")?;
    cursor.spaces();
    let start = cursor.offset();
    let digits = cursor.take_while(|c| c.is_ascii_hexdigit());
    if digits.len() % 2 == 1 {
        return Err(Fail::new(start, "an odd number of hexadecimal digits"));
    }
    cursor.spaces();
    cursor.expect(";")?;
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or_default() as u8;
    Ok(digits.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect())
}

/// `base64,…;`, over lines if need be.
pub(super) fn base64(cursor: &mut Cursor<'_>) -> Parsed<Vec<u8>> {
    cursor.expect("base64,")?;
    let start = cursor.offset();
    let text = cursor.take_while(|c| c.is_ascii_alphanumeric() || "+/ \t\n".contains(c));
    let padding = cursor.take_while(|c| c == '=');
    cursor.spaces();
    cursor.expect(";")?;
    let digits: String = text.split_ascii_whitespace().chain([padding]).collect();
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let decoded = GeneralPurpose::new(&alphabet::STANDARD, config).decode(digits);
    decoded.map_err(|e| Fail::new(start, format!("no base64: {}", e.to_string().to_lowercase())))
}

/// `file,NAME;`
pub(super) fn file(cursor: &mut Cursor<'_>) -> Parsed<Template> {
    cursor.expect("file,")?;
    cursor.spaces();
    let name = template::file_name(cursor)?;
    cursor.spaces();
    cursor.expect(";")?;
    Ok(name)
}

/// `/…/` or `"…"`.
pub(super) fn pattern(cursor: &mut Cursor<'_>) -> Parsed<Pattern> {
    let start = cursor.offset();
    match cursor.peek() {
        Some('/') => {
            let text = slashed(cursor)?;
            compiled(cursor, start, text).map(Pattern::Constant)
        }
        Some('"') => {
            let template = template::quoted(cursor)?;
            template_pattern(cursor, start, template)
        }
        _ => Err(cursor.unexpected("a regular expression, as `/…/` or `\"…\"`")),
    }
}

/// A regular expression by a text, that begins at `start`.
pub(super) fn template_pattern(cursor: &mut Cursor<'_>, start: usize, template: Template) -> Parsed<Pattern> {
    match template.constant().map(str::to_owned) {
        Some(text) => compiled(cursor, start, text).map(Pattern::Constant),
        None => Ok(Pattern::Template(template)),
    }
}

fn compiled(cursor: &mut Cursor<'_>, start: usize, text: String) -> Parsed<Regex> {
    if let Some(known) = cursor.patterns.get(&text) {
        return Ok(known.clone());
    }
    let failed = |e: regex::Error| {
        let message = e.to_string();
        let line = message.lines().next_back().unwrap_or_default().trim();
        Fail::new(start, format!("no regular expression: {}", line.strip_prefix("error: ").unwrap_or(line)))
    };
    let regex = Regex::new(&text).map_err(failed)?;
    cursor.patterns.insert(text, regex.clone());
    Ok(regex)
}

/// The text of `/…/`, in which only `\/` is an escape of Hurl's own.
fn slashed(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let start = cursor.offset();
    cursor.expect("/")?;
    let mut text = String::new();
    loop {
        match cursor.bump() {
            Some('/') => return Ok(text),
            Some('\\') if cursor.eat("/") => text.push('/'),
            Some(c) => text.push(c),
            None => return Err(Fail::new(start, "this regular expression has no closing `/`")),
        }
    }
}

/// A JSONPath in quotes.
pub(super) fn path(cursor: &mut Cursor<'_>) -> Parsed<Path> {
    let start = cursor.offset();
    let template = template::quoted(cursor)?;
    let Some(text) = template.constant() else { return Ok(Path::Template(template)) };
    if let Some(known) = cursor.paths.get(text) {
        return Ok(Path::Constant(known.clone()));
    }
    let path = Arc::new(read_path(text).map_err(|reason| Fail::new(start, reason))?);
    cursor.paths.insert(text.to_owned(), path.clone());
    Ok(Path::Constant(path))
}

/// An XPath in quotes.
pub(super) fn xpath(cursor: &mut Cursor<'_>) -> Parsed<XPath> {
    let start = cursor.offset();
    let template = template::quoted(cursor)?;
    let Some(text) = template.constant() else { return Ok(XPath::Template(template)) };
    let expression = Expression::parse(text).map_err(|reason| Fail::new(start, reason))?;
    Ok(XPath::Constant(Arc::new(expression)))
}

/// How deep a JSONPath may nest: its reader goes down the stack.
const PATH_DEPTH: usize = 32;

/// Reads a JSONPath (RFC 9535).
pub(crate) fn read_path(text: &str) -> Result<JsonPath, String> {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest > PATH_DEPTH {
        return Err(format!("JSONPath nests deeper than {PATH_DEPTH}"));
    }
    // What the reader itself has to say is about its own parts.
    let failed = |e: serde_json_path::ParseError| {
        format!("`{text}` is no JSONPath (RFC 9535) from character {} on", e.position() + 1)
    };
    JsonPath::parse(text).map_err(failed)
}
