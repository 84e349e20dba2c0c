//! Texts with placeholders, in each of the ways that Hurl writes them.

use super::cursor::{Cursor, Fail, Parsed};
use super::json;
use crate::ast::{Expr, ExprKind, GraphQl, Part, Template};

/// Builds a template part by part.
#[derive(Default)]
struct Builder {
    parts: Vec<Part>,
    text: String,
}

impl Builder {
    fn expr(&mut self, expr: Expr) {
        self.flush();
        self.parts.push(Part::Expr(expr));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.text)));
        }
    }

    fn finish(mut self, cursor: &mut Cursor<'_>, start: usize) -> Template {
        self.flush();
        Template { parts: self.parts.into_boxed_slice(), pos: cursor.pos_at(start) }
    }
}

/// Text to the end of the line or a comment, without the spaces before it.
pub(super) fn unquoted(cursor: &mut Cursor<'_>) -> Parsed<Template> {
    let start = cursor.offset();
    let mut built = Builder::default();
    // Offset and length after the last character that is not a plain space.
    let (mut end, mut kept) = (start, 0);
    while let Some(c) = cursor.peek() {
        match c {
            '#' => break,
            '\\' => built.text.push(escape(cursor, TEXT_ESCAPES)?),
            '{' if cursor.sees("{{") => built.expr(placeholder(cursor)?),
            c if is_forbidden(c) => break,
            c => {
                cursor.bump();
                built.text.push(c);
                if c == ' ' {
                    continue;
                }
            }
        }
        (end, kept) = (cursor.offset(), built.text.len());
    }
    built.text.truncate(kept);
    cursor.seek(end);
    Ok(built.finish(cursor, start))
}

/// `"…"`, on one line.
pub(super) fn quoted(cursor: &mut Cursor<'_>) -> Parsed<Template> {
    delimited(cursor, '"')
}

/// `` `…` ``, on one line.
pub(super) fn backticked(cursor: &mut Cursor<'_>) -> Parsed<Template> {
    delimited(cursor, '`')
}

fn delimited(cursor: &mut Cursor<'_>, delimiter: char) -> Parsed<Template> {
    let start = cursor.offset();
    cursor.expect(delimiter.encode_utf8(&mut [0; 4]))?;
    let template = within(cursor, start, &[delimiter])?;
    if !cursor.eat(delimiter.encode_utf8(&mut [0; 4])) {
        let quote = if delimiter == '"' { "a closing quote" } else { "a closing backtick" };
        return Err(cursor.unexpected(quote));
    }
    Ok(template)
}

/// Text up to one of `stops` or a character that cannot stand in a line of text.
pub(super) fn within(cursor: &mut Cursor<'_>, start: usize, stops: &[char]) -> Parsed<Template> {
    let mut built = Builder::default();
    while let Some(c) = cursor.peek() {
        match c {
            '\\' => built.text.push(escape(cursor, TEXT_ESCAPES)?),
            '{' if cursor.sees("{{") => built.expr(placeholder(cursor)?),
            c if stops.contains(&c) || is_forbidden(c) => break,
            c => {
                cursor.bump();
                built.text.push(c);
            }
        }
    }
    Ok(built.finish(cursor, start))
}

/// Text up to ```` ``` ````, over lines, without escapes.
pub(super) fn multiline(cursor: &mut Cursor<'_>) -> Parsed<Template> {
    let start = cursor.offset();
    let mut built = Builder::default();
    while !cursor.sees("```") {
        if cursor.sees("{{") {
            built.expr(placeholder(cursor)?);
        } else {
            let Some(c) = cursor.bump() else { return Err(cursor.unexpected("three closing backticks")) };
            built.text.push(c);
        }
    }
    Ok(built.finish(cursor, start))
}

/// A GraphQL query up to ```` ``` ````, or up to a line that begins with `variables` and the JSON object there.
pub(super) fn graphql(cursor: &mut Cursor<'_>) -> Parsed<GraphQl> {
    let start = cursor.offset();
    let mut built = Builder::default();
    let mut variables = None;
    let mut line_start = false;
    while !cursor.sees("```") {
        if line_start && cursor.eat("variables") {
            cursor.spaces();
            if cursor.peek() != Some('{') {
                return Err(cursor.unexpected("the variables as a JSON object"));
            }
            variables = Some(json::value(cursor)?);
            cursor.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            break;
        }
        if cursor.sees("{{") {
            built.expr(placeholder(cursor)?);
            line_start = false;
        } else {
            let Some(c) = cursor.bump() else { return Err(cursor.unexpected("three closing backticks")) };
            built.text.push(c);
            line_start = c == '\n';
        }
    }
    Ok(GraphQl { query: built.finish(cursor, start), variables })
}

/// A key: a header name, a parameter, a capture. `None` if there is none here, or if it cannot be read as one.
pub(super) fn key(cursor: &mut Cursor<'_>) -> Option<Template> {
    let start = cursor.offset();
    let mut built = Builder::default();
    while let Some(c) = cursor.peek() {
        match c {
            '\\' => built.text.push(escape(cursor, KEY_ESCAPES).ok()?),
            '{' if cursor.sees("{{") => built.expr(placeholder(cursor).ok()?),
            '[' if cursor.offset() == start => break,
            c if c.is_alphanumeric() || "_-.[]@$".contains(c) => {
                cursor.bump();
                built.text.push(c);
            }
            _ => break,
        }
    }
    (cursor.offset() > start).then(|| built.finish(cursor, start))
}

/// A file name, up to a space or `;`.
pub(super) fn file_name(cursor: &mut Cursor<'_>) -> Parsed<Template> {
    let start = cursor.offset();
    let mut built = Builder::default();
    while let Some(c) = cursor.peek() {
        match c {
            '\\' => built.text.push(escape(cursor, FILE_ESCAPES)?),
            '{' if cursor.sees("{{") => built.expr(placeholder(cursor)?),
            '#' | ';' | '{' | '}' | ' ' | '\n' | '\r' => break,
            c => {
                cursor.bump();
                built.text.push(c);
            }
        }
    }
    if cursor.offset() == start || cursor.since(start).starts_with('[') {
        cursor.seek(start);
        return Err(cursor.unexpected("a file name"));
    }
    Ok(built.finish(cursor, start))
}

/// `{{ name }}`.
pub(super) fn placeholder(cursor: &mut Cursor<'_>) -> Parsed<Expr> {
    cursor.expect("{{")?;
    // No tabs: in most places Hurl takes none.
    cursor.take_while(|c| c == ' ');
    let pos = cursor.pos();
    let name = variable_name(cursor);
    if name.is_empty() {
        return Err(cursor.unexpected("the name of a variable"));
    }
    cursor.take_while(|c| c == ' ');
    if !cursor.eat("}}") {
        let fail = cursor.unexpected("`}}`");
        return Err(fail.hint("a placeholder holds one variable, `newUuid` or `newDate`, without filters"));
    }
    let kind = match name {
        "newUuid" => {
            cursor.uuids += 1;
            ExprKind::NewUuid(cursor.uuids)
        }
        "newDate" => ExprKind::NewDate,
        name => ExprKind::Variable(name.to_owned()),
    };
    Ok(Expr { kind, pos })
}

pub(super) fn variable_name<'t>(cursor: &mut Cursor<'t>) -> &'t str {
    cursor.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Characters that end a line of text, or must be escaped in it.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\u{8}' | '\t' | '\n' | '\u{c}' | '\r')
}

/// What may follow a backslash and stands for itself.
const TEXT_ESCAPES: &str = "#\"`\\/";
const KEY_ESCAPES: &str = "#:\\/";
const FILE_ESCAPES: &str = "\\#; {}";

fn escape(cursor: &mut Cursor<'_>, themselves: &str) -> Parsed<char> {
    let start = cursor.offset();
    cursor.expect("\\")?;
    match cursor.bump() {
        Some('b') => Ok('\u{8}'),
        Some('f') => Ok('\u{c}'),
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some('u') => unicode(cursor),
        Some(c) if themselves.contains(c) => Ok(c),
        _ => {
            cursor.seek(start);
            let fail = cursor.fail("unknown escape");
            Err(fail.hint("write a backslash as `\\\\`, any other character as `\\u{…}`"))
        }
    }
}

fn unicode(cursor: &mut Cursor<'_>) -> Parsed<char> {
    cursor.expect("{")?;
    let start = cursor.offset();
    let digits = cursor.take_while(|c| c.is_ascii_hexdigit());
    let c = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    let c = c.ok_or_else(|| Fail::new(start, format!("`{digits}` is no Unicode character")))?;
    cursor.expect("}")?;
    Ok(c)
}
