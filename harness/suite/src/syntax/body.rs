//! Bodies of requests and of expected responses.

use super::cursor::{Cursor, Fail, Parsed};
use super::{json, literal, template, xml};
use crate::ast::{Body, Content};

/// Whether a body begins here.
pub(super) fn begins(cursor: &mut Cursor<'_>) -> bool {
    matches!(cursor.peek(), Some('`' | '{' | '[' | '"' | '-' | '0'..='9' | '<'))
        || ["null", "true", "false", "base64,", "hex,", "file,"].iter().any(|word| cursor.sees(word))
}

/// The body on the next lines, if there is one.
pub(super) fn optional(cursor: &mut Cursor<'_>) -> Parsed<Option<Box<Body>>> {
    if !cursor.next_item(begins)? {
        return Ok(None);
    }
    let start = cursor.offset();
    let content = content(cursor)?;
    let mut source = cursor.source(start);
    cursor.end_line()?;
    let first = source.text.lines().next().unwrap_or_default();
    if first.len() < source.text.len() {
        source.text = format!("{first} …").into();
    }
    Ok(Some(Box::new(Body { content, source })))
}

fn content(cursor: &mut Cursor<'_>) -> Parsed<Content> {
    match cursor.peek() {
        Some('`') if cursor.sees("```") => multiline(cursor),
        Some('`') => template::backticked(cursor).map(Content::Text),
        Some('<') => xml::document(cursor).map(Content::Xml),
        Some('b') => literal::base64(cursor).map(Content::Bytes),
        Some('h') => literal::hex(cursor).map(Content::Bytes),
        Some('f') if cursor.sees("file,") => literal::file(cursor).map(Content::File),
        _ => json::value(cursor).map(Content::Json),
    }
}

/// ```` ```lang ````, lines, ```` ``` ````.
pub(super) fn multiline(cursor: &mut Cursor<'_>) -> Parsed<Content> {
    cursor.expect("```")?;
    let start = cursor.offset();
    let language = cursor.take_while(|c| !matches!(c, '\n' | '\r' | '`')).trim_end_matches([' ', '\t']);
    if !cursor.newline() {
        return Err(cursor.unexpected("a new line after three backticks").hint("write one line as `…`"));
    }
    match language {
        "" => template::multiline(cursor).map(Content::Text),
        "json" => template::multiline(cursor).map(Content::JsonText),
        "xml" => template::multiline(cursor).map(Content::XmlText),
        "raw" => match cursor.rest().find("```") {
            Some(end) => {
                let from = cursor.offset();
                cursor.seek(from + end);
                Ok(Content::RawText(cursor.since(from).to_owned()))
            }
            None => Err(Fail::new(start, "three closing backticks are missing")),
        },
        "graphql" | "graphql," => {
            template::graphql(cursor).map(|graphql| Content::GraphQl(Box::new(graphql)))
        }
        other => {
            let hint = match other {
                "base64" | "hex" => format!("write bytes as `{other},…;`"),
                _ => "known are `json`, `xml`, `graphql` and `raw`".to_owned(),
            };
            Err(Fail::new(start, format!("unknown language `{other}` of a body")).hint(hint))
        }
    }
    .and_then(|content| cursor.expect("```").map(|()| content))
}
