//! XML bodies: read only as far as is needed to find where they end and that they are well-formed.

use super::cursor::{Cursor, Fail, Parsed};

/// Reads one XML document from its first `<` to the end of its root element; it is kept as written.
pub(super) fn document(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let start = cursor.offset();
    let mut open: Vec<&str> = Vec::new();
    let mut declares_entities = false;
    loop {
        let at = cursor.offset();
        if cursor.eat("<?") {
            instruction(cursor, at, at == start)?;
        } else if cursor.eat("<!--") {
            comment(cursor, at)?;
        } else if open.is_empty() && cursor.eat("<!DOCTYPE") {
            doctype(cursor, at)?;
            declares_entities = true;
        } else if !open.is_empty() && cursor.eat("<![CDATA[") {
            skip_past(cursor, at, "]]>")?;
        } else if cursor.eat("</") {
            let name = name(cursor)?;
            space(cursor);
            cursor.expect(">")?;
            match open.pop() {
                Some(expected) if expected == name => {}
                Some(expected) => {
                    let message = format!("`</{name}>` closes `<{expected}>`");
                    return Err(Fail::new(at, message));
                }
                None => return Err(Fail::new(at, format!("`</{name}>` closes nothing"))),
            }
            if open.is_empty() {
                return Ok(cursor.since(start).to_owned());
            }
        } else if cursor.eat("<") {
            let name = name(cursor)?;
            attributes(cursor, declares_entities)?;
            if cursor.eat("/>") {
                if open.is_empty() {
                    return Ok(cursor.since(start).to_owned());
                }
            } else {
                cursor.expect(">")?;
                open.push(name);
            }
        } else if open.is_empty() {
            space(cursor);
            if cursor.offset() == at {
                return Err(cursor.unexpected("an XML element"));
            }
        } else {
            text(cursor, open.last().copied().unwrap_or_default(), declares_entities)?;
        }
    }
}

fn skip_past(cursor: &mut Cursor<'_>, start: usize, end: &str) -> Parsed<()> {
    match cursor.rest().find(end) {
        Some(found) => {
            cursor.seek(cursor.offset() + found + end.len());
            Ok(())
        }
        None => Err(Fail::new(start, format!("no `{end}` follows"))),
    }
}

/// A processing instruction, or the XML declaration, which stands first or not at all.
fn instruction(cursor: &mut Cursor<'_>, start: usize, first: bool) -> Parsed<()> {
    let target = name(cursor)?;
    if !target.eq_ignore_ascii_case("xml") {
        if !space(cursor) && !cursor.sees("?>") {
            return Err(cursor.unexpected("a space or `?>`"));
        }
        return skip_past(cursor, start, "?>");
    }
    let malformed = || Fail::new(start, "malformed XML declaration");
    if !first || target != "xml" {
        return Err(malformed());
    }
    let is_version = |value: &str| {
        let minor = value.strip_prefix("1.").unwrap_or_default();
        !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())
    };
    let is_encoding = |value: &str| {
        value.starts_with(|c: char| c.is_ascii_alphabetic())
            && value.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let version = pseudo_attribute(cursor, "version").filter(|value| is_version(value));
    version.ok_or_else(malformed)?;
    let encoding = pseudo_attribute(cursor, "encoding");
    let standalone = pseudo_attribute(cursor, "standalone");
    space(cursor);
    let holds =
        encoding.is_none_or(is_encoding) && standalone.is_none_or(|value| ["yes", "no"].contains(&value));
    if holds && cursor.eat("?>") { Ok(()) } else { Err(malformed()) }
}

/// The value of `name="…"` after a space, if that stands here.
fn pseudo_attribute<'t>(cursor: &mut Cursor<'t>, name: &str) -> Option<&'t str> {
    let start = cursor.offset();
    let found = (space(cursor) && cursor.eat(name)).then(|| {
        space(cursor);
        let equals = cursor.eat("=");
        space(cursor);
        let quote = cursor.bump().filter(|quote| equals && matches!(quote, '"' | '\''))?;
        let value = cursor.take_while(|c| c != quote);
        cursor.bump().map(|_| value)
    });
    let value = found.flatten();
    if value.is_none() {
        cursor.seek(start);
    }
    value
}

fn comment(cursor: &mut Cursor<'_>, start: usize) -> Parsed<()> {
    let dashes = cursor.rest().find("--").filter(|at| cursor.rest()[at + 2..].starts_with('>'));
    if dashes.is_none() {
        return Err(Fail::new(start, "this XML comment has no `-->`, or `--` within it"));
    }
    skip_past(cursor, start, "-->")
}

/// A document type, its internal subset skipped unread.
fn doctype(cursor: &mut Cursor<'_>, start: usize) -> Parsed<()> {
    let mut in_subset = false;
    loop {
        match cursor.bump() {
            Some('[') => in_subset = true,
            Some(']') => in_subset = false,
            Some(quote @ ('"' | '\'')) => {
                skip_past(cursor, start, quote.encode_utf8(&mut [0; 4]))?;
            }
            Some('>') if !in_subset => return Ok(()),
            Some(_) => {}
            None => return Err(Fail::new(start, "this document type has no end")),
        }
    }
}

fn name<'t>(cursor: &mut Cursor<'t>) -> Parsed<&'t str> {
    let start = cursor.offset();
    let name = cursor.take_while(|c| c.is_alphanumeric() || "_:-.\u{b7}".contains(c));
    if name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':') {
        return Ok(name);
    }
    cursor.seek(start);
    Err(cursor.unexpected("an XML name"))
}

fn attributes(cursor: &mut Cursor<'_>, declares_entities: bool) -> Parsed<()> {
    let mut seen = Vec::new();
    loop {
        let spaced = space(cursor);
        if cursor.sees(">") || cursor.sees("/>") {
            return Ok(());
        }
        let start = cursor.offset();
        if !spaced {
            return Err(cursor.unexpected("a space or `>`"));
        }
        let name = name(cursor)?;
        if seen.contains(&name) {
            return Err(Fail::new(start, format!("attribute `{name}` stands twice")));
        }
        seen.push(name);
        space(cursor);
        cursor.expect("=")?;
        space(cursor);
        let Some(quote @ ('"' | '\'')) = cursor.bump() else {
            return Err(Fail::new(start, format!("attribute `{name}` has no value in quotes")));
        };
        loop {
            cursor.take_while(|c| c != quote && c != '<' && c != '&');
            match cursor.peek() {
                Some('&') => reference(cursor, declares_entities)?,
                Some('<') | None => return Err(cursor.unexpected(&format!("`{quote}`"))),
                Some(_) => break,
            }
        }
        cursor.bump();
    }
}

/// Character data up to the next `<`.
fn text(cursor: &mut Cursor<'_>, element: &str, declares_entities: bool) -> Parsed<()> {
    let start = cursor.offset();
    let found = cursor.take_while(|c| c != '<' && c != '&');
    if let Some(at) = found.find("]]>") {
        return Err(Fail::new(start + at, "`]]>` in text"));
    }
    match cursor.peek() {
        Some('&') => reference(cursor, declares_entities),
        Some(_) => Ok(()),
        None => Err(cursor.fail(format!("expected `</{element}>`, found the end of the file"))),
    }
}

fn reference(cursor: &mut Cursor<'_>, declares_entities: bool) -> Parsed<()> {
    let start = cursor.offset();
    cursor.expect("&")?;
    let (numeric, known) = if cursor.eat("#x") {
        (true, !cursor.take_while(|c| c.is_ascii_hexdigit()).is_empty())
    } else if cursor.eat("#") {
        (true, !cursor.take_while(|c| c.is_ascii_digit()).is_empty())
    } else {
        let name = name(cursor)?;
        (false, declares_entities || ["amp", "lt", "gt", "quot", "apos"].contains(&name))
    };
    if !known || !cursor.eat(";") {
        let kind = if numeric { "character" } else { "entity" };
        return Err(Fail::new(start, format!("no known {kind} reference in XML")));
    }
    Ok(())
}

fn space(cursor: &mut Cursor<'_>) -> bool {
    !cursor.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r')).is_empty()
}
