//! The sections of requests and responses.

use super::cursor::{Cursor, Fail, Parsed};
use super::filter::filters;
use super::predicate::predicate;
use super::query::{query, word};
use super::{body, literal, option, template};
use crate::ast::{AssertAst, CaptureAst, FormContent, FormPart, KeyValue, RequestAst, ResponseAst};

/// The name of the section here, with its offset; `None` if no section begins here.
fn heading<'t>(cursor: &mut Cursor<'t>) -> Parsed<Option<(&'t str, usize)>> {
    let is_heading = |cursor: &mut Cursor<'_>| {
        cursor.eat("[") && !cursor.take_while(char::is_alphanumeric).is_empty() && cursor.eat("]")
    };
    if !cursor.next_item(is_heading)? {
        return Ok(None);
    }
    let start = cursor.offset();
    cursor.expect("[")?;
    let name = cursor.take_while(char::is_alphanumeric);
    cursor.expect("]")?;
    cursor.end_line()?;
    Ok(Some((name, start)))
}

/// Remembers which sections an entry has had.
struct Seen(Vec<&'static str>);

impl Seen {
    fn once(&mut self, at: usize, section: &'static str) -> Parsed<()> {
        if self.0.contains(&section) {
            return Err(Fail::new(at, format!("section `[{section}]` stands twice in one entry")));
        }
        self.0.push(section);
        Ok(())
    }
}

pub(super) fn request_sections(cursor: &mut Cursor<'_>, request: &mut RequestAst) -> Parsed<()> {
    let mut seen = Seen(Vec::new());
    while let Some((name, at)) = heading(cursor)? {
        match name {
            "Query" | "QueryStringParams" => {
                seen.once(at, "Query")?;
                request.query = key_values(cursor)?;
            }
            "Form" | "FormParams" => {
                seen.once(at, "Form")?;
                request.form = key_values(cursor)?;
            }
            "Multipart" | "MultipartFormData" => {
                seen.once(at, "Multipart")?;
                while cursor.next_item(is_key_value)? {
                    request.multipart.push(form_part(cursor)?);
                }
            }
            "Cookies" => {
                seen.once(at, "Cookies")?;
                request.cookies = key_values(cursor)?;
            }
            "BasicAuth" => {
                seen.once(at, "BasicAuth")?;
                if cursor.next_item(is_key_value)? {
                    request.basic_auth = Some(Box::new(key_value(cursor)?));
                }
            }
            "Options" => {
                seen.once(at, "Options")?;
                while cursor.next_item(|cursor| option::name(cursor).is_some())? {
                    request.options.push(option::option(cursor)?);
                }
            }
            "Captures" | "Asserts" => {
                let fail = Fail::new(at, format!("section `[{name}]` stands before the response"));
                return Err(fail.hint("begin the response with `HTTP 200` or `HTTP *`"));
            }
            name => {
                let fail = Fail::new(at, format!("unknown section `[{name}]` of a request"));
                return Err(fail.hint("sections are Query, Form, Multipart, Cookies, BasicAuth and Options"));
            }
        }
    }
    Ok(())
}

pub(super) fn response_sections(cursor: &mut Cursor<'_>, response: &mut ResponseAst) -> Parsed<()> {
    let mut seen = Seen(Vec::new());
    while let Some((name, at)) = heading(cursor)? {
        match name {
            "Captures" => {
                seen.once(at, "Captures")?;
                while cursor.next_item(is_key_value)? {
                    response.captures.push(capture(cursor)?);
                }
            }
            "Asserts" => {
                seen.once(at, "Asserts")?;
                while cursor.next_item(is_assert)? {
                    response.asserts.push(assert(cursor)?);
                }
            }
            name => {
                let fail = Fail::new(at, format!("unknown section `[{name}]` of a response"));
                return Err(
                    fail.hint("sections are Captures and Asserts; those of a request stand above `HTTP`")
                );
            }
        }
    }
    Ok(())
}

/// Whether `key:` stands here.
fn is_key_value(cursor: &mut Cursor<'_>) -> bool {
    let uuids = cursor.uuids;
    let found = template::key(cursor).is_some();
    cursor.uuids = uuids;
    cursor.spaces();
    found && cursor.sees(":")
}

/// Whether a line of `[Asserts]` is one: neither a request line nor the body.
fn is_assert(cursor: &mut Cursor<'_>) -> bool {
    word(cursor).starts_with(|c: char| c.is_ascii_lowercase()) && !body::begins(cursor)
}

/// `key: value` on lines of their own, as long as there are any.
pub(super) fn key_values(cursor: &mut Cursor<'_>) -> Parsed<Vec<KeyValue>> {
    let mut found = Vec::new();
    while cursor.next_item(is_key_value)? {
        found.push(key_value(cursor)?);
    }
    found.shrink_to_fit();
    Ok(found)
}

fn key_and_colon(cursor: &mut Cursor<'_>) -> Parsed<crate::ast::Template> {
    let Some(key) = template::key(cursor) else { return Err(cursor.unexpected("a name")) };
    cursor.spaces();
    cursor.expect(":")?;
    cursor.spaces();
    Ok(key)
}

fn key_value(cursor: &mut Cursor<'_>) -> Parsed<KeyValue> {
    let start = cursor.offset();
    let key = key_and_colon(cursor)?;
    let value = template::unquoted(cursor)?;
    let source = cursor.source(start);
    cursor.end_line()?;
    Ok(KeyValue { key, value, source })
}

/// `key: value` or `key: file,NAME; media/type`.
fn form_part(cursor: &mut Cursor<'_>) -> Parsed<FormPart> {
    let key = key_and_colon(cursor)?;
    let content = if cursor.sees("file,") {
        let path = literal::file(cursor)?;
        cursor.spaces();
        let media_type = template::unquoted(cursor)?;
        let media_type = (!media_type.parts.is_empty()).then_some(media_type);
        FormContent::File { path, media_type }
    } else {
        FormContent::Text(template::unquoted(cursor)?)
    };
    cursor.end_line()?;
    Ok(FormPart { key, content })
}

/// `name: query filters redact`.
fn capture(cursor: &mut Cursor<'_>) -> Parsed<CaptureAst> {
    let name = key_and_colon(cursor)?;
    let query = query(cursor)?;
    let filters = filters(cursor)?;
    let start = cursor.offset();
    cursor.spaces();
    let redact = cursor.eat("redact");
    if !redact {
        cursor.seek(start);
    }
    cursor.end_line()?;
    Ok(CaptureAst { name, query, filters, redact })
}

/// `query filters predicate`.
fn assert(cursor: &mut Cursor<'_>) -> Parsed<AssertAst> {
    let start = cursor.offset();
    let query = query(cursor)?;
    let filters = filters(cursor)?;
    if !cursor.spaces() {
        return Err(cursor
            .unexpected("a filter or a predicate")
            .hint("to test that it is there, write `exists`"));
    }
    let (not, predicate) = predicate(cursor)?;
    let source = cursor.source(start);
    cursor.end_line()?;
    Ok(AssertAst { query, filters, not, predicate, source })
}
