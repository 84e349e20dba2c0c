//! From text to entries.

mod body;
mod cursor;
mod directive;
mod filter;
mod json;
mod literal;
mod option;
mod predicate;
mod query;
mod section;
mod template;
mod xml;

use crate::ast::{RequestAst, ResponseAst};
use crate::case::Names;
use crate::{Entry, SuiteFile, SyntaxError};
pub(crate) use cursor::Fail;
use cursor::{Cursor, Parsed};
use directive::Directive;
pub(crate) use literal::read_path;

/// Reads a suite file. `path` is relative to `parity.toml`; the case ids begin with it.
///
/// The errors are all that could be found: reading goes on at the next request line.
pub fn parse(path: &str, text: &str) -> Result<SuiteFile, Vec<SyntaxError>> {
    let mut cursor = Cursor::new(text);
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    let mut names = Names::new(path);
    loop {
        let start = cursor.offset();
        match entry(&mut cursor, &mut names) {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => break,
            Err(fail) => {
                errors.push(located(&mut cursor, path, fail));
                recover(&mut cursor, start);
            }
        }
    }
    entries.shrink_to_fit();
    if errors.is_empty() {
        Ok(SuiteFile { path: path.to_owned(), entries, mentions: names.mentions })
    } else {
        Err(errors)
    }
}

fn located(cursor: &mut Cursor<'_>, path: &str, fail: Fail) -> SyntaxError {
    let pos = cursor.pos_at(fail.at);
    let (line, column) = (pos.line, pos.column);
    SyntaxError { file: path.to_owned(), line, column, message: fail.message, hint: fail.hint }
}

/// Moves to the next line that is surely a request line, past `start` and past what was read.
fn recover(cursor: &mut Cursor<'_>, start: usize) {
    if cursor.offset() == start {
        cursor.bump();
    }
    loop {
        cursor.take_while(|c| c != '\n');
        if cursor.bump().is_none() {
            return;
        }
        let line = cursor.offset();
        let method = cursor.take_while(|c| c.is_ascii_uppercase());
        let spaced = cursor.spaces();
        let url = ["http://", "https://", "{{"].iter().any(|begin| cursor.sees(begin));
        cursor.seek(line);
        if !method.is_empty() && spaced && url {
            return;
        }
    }
}

/// The next entry; `None` at the end of the file.
fn entry(cursor: &mut Cursor<'_>, names: &mut Names) -> Parsed<Option<Entry>> {
    cursor.uuids = 0;
    let above = leading_comments(cursor, names);
    names.begun = true;
    let Directive { name, conditions, mentions, at, .. } = above?;
    if cursor.at_end() {
        return at.map_or(Ok(None), |at| Err(cursor::stray_directive(at)));
    }
    let start = cursor.offset();
    let (request, url) = request(cursor)?;
    let response = response(cursor)?;
    let line = cursor.pos_at(start).line;
    let place = names.place(name, line, &request.method, url)?;
    names.mentions.extend(mentions);
    Ok(Some(Entry { place, conditions: conditions.under(&names.conditions), request, response }))
}

/// Skips to the request line. What comments say counts for the entry if they stand directly above it, and for all
/// entries at the top of the file.
fn leading_comments(cursor: &mut Cursor<'_>, names: &mut Names) -> Parsed<Directive> {
    let mut above = Directive::default();
    loop {
        let line = cursor.offset();
        cursor.spaces();
        let start = cursor.offset();
        if cursor.comment().is_some() {
            above.read(cursor, start)?;
        } else if cursor.offset() == start && (cursor.sees("\n") || cursor.sees("\r\n")) {
            let of_file = !names.begun && above.name.is_none();
            match above.stray() {
                Some(stray) if !of_file => return Err(stray),
                Some(_) => {
                    let Directive { conditions, mentions, .. } = std::mem::take(&mut above);
                    names.conditions = conditions;
                    names.mentions = mentions;
                }
                None => {}
            }
            // Only the first block is the file's.
            names.begun |= names.conditions != envparity_model::Conditions::default();
        }
        if !cursor.newline() {
            if !cursor.at_end() || cursor.offset() == line {
                cursor.seek(start);
            }
            return Ok(above);
        }
    }
}

/// The request, and its URL as written.
fn request<'t>(cursor: &mut Cursor<'t>) -> Parsed<(RequestAst, &'t str)> {
    let method = method(cursor)?;
    cursor.some_spaces()?;
    let start = cursor.offset();
    let url = template::unquoted(cursor)?;
    let written = cursor.since(start);
    let absolute = ["http://", "https://", "{{"].iter().any(|begin| written.starts_with(begin));
    if !absolute {
        return Err(no_url(cursor, start, written));
    }
    cursor.end_line()?;
    let mut request = RequestAst {
        method,
        url,
        headers: section::key_values(cursor)?,
        query: Vec::new(),
        form: Vec::new(),
        multipart: Vec::new(),
        cookies: Vec::new(),
        basic_auth: None,
        options: Vec::new(),
        body: None,
    };
    section::request_sections(cursor, &mut request)?;
    let end = cursor.offset();
    request.body = body::optional(cursor)?;
    let bodies = [!request.form.is_empty(), !request.multipart.is_empty(), request.body.is_some()];
    if bodies.iter().filter(|body| **body).count() > 1 {
        let fail = Fail::new(end, "more than one body in a request");
        return Err(fail.hint("a request has [Form], [Multipart] or a body"));
    }
    Ok((request, written))
}

fn no_url(cursor: &Cursor<'_>, start: usize, written: &str) -> Fail {
    let word = written.split(' ').next().unwrap_or_default();
    if word.ends_with(':') {
        return Fail::new(start, format!("unexpected `{word}`"))
            .hint("the name of a header has no space in it");
    }
    let fail = if written.is_empty() {
        cursor.unexpected("a URL")
    } else {
        Fail::new(start, format!("`{written}` is no absolute URL"))
    };
    fail.hint("begin with `{{base}}`, the address of the environment")
}

fn method(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let start = cursor.offset();
    let word = cursor.take_while(|c| c.is_ascii_alphabetic());
    if !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()) && word != "HTTP" {
        return Ok(word.to_owned());
    }
    cursor.seek(start);
    if cursor.sees("HTTP") {
        return Err(cursor
            .fail("a response without a request")
            .hint("each has a request line of its own above it"));
    }
    let known = word.to_ascii_uppercase();
    if ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"].contains(&known.as_str()) {
        return Err(cursor
            .fail(format!("method `{word}` is not in capitals"))
            .hint(format!("write `{known}`")));
    }
    let hint = "here may stand a header, a section, a body, `HTTP` with a status, or the next request line";
    Err(cursor.fail(format!("unexpected {}", cursor.found())).hint(hint))
}

fn response(cursor: &mut Cursor<'_>) -> Parsed<Option<ResponseAst>> {
    let is_response = |cursor: &mut Cursor<'_>| {
        cursor.eat("HTTP") && !cursor.peek().is_some_and(|c| c.is_ascii_alphabetic())
    };
    if !cursor.next_item(is_response)? {
        return Ok(None);
    }
    let start = cursor.offset();
    let version = version(cursor)?;
    cursor.some_spaces()?;
    let status = status(cursor)?;
    let source = cursor.source(start);
    cursor.end_line()?;
    let mut response = ResponseAst {
        version,
        status,
        source,
        headers: section::key_values(cursor)?,
        captures: Vec::new(),
        asserts: Vec::new(),
        body: None,
    };
    section::response_sections(cursor, &mut response)?;
    response.body = body::optional(cursor)?;
    Ok(Some(response))
}

fn version(cursor: &mut Cursor<'_>) -> Parsed<Option<&'static str>> {
    let start = cursor.offset();
    cursor.expect("HTTP")?;
    if !cursor.sees("/") {
        return Ok(None);
    }
    let found = ["1.0", "1.1", "2", "3"].into_iter().find(|version| cursor.eat(&format!("/{version}")));
    found.map(Some).ok_or_else(|| {
        let fail = Fail::new(start, "unknown version of HTTP");
        fail.hint("write HTTP, HTTP/1.0, HTTP/1.1, HTTP/2 or HTTP/3")
    })
}

fn status(cursor: &mut Cursor<'_>) -> Parsed<Option<u16>> {
    if cursor.eat("*") {
        return Ok(None);
    }
    let start = cursor.offset();
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    match digits.parse() {
        Ok(status) if status < 1000 => Ok(Some(status)),
        _ => {
            cursor.seek(start);
            Err(cursor.unexpected("a status, or `*`"))
        }
    }
}
