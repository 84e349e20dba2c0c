//! A place in a suite's text that moves forward, and knows its line and column.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;
use serde_json_path::JsonPath;

use crate::ast::Source;
use crate::error::Pos;

/// The first thing wrong with a text, by its byte offset.
#[derive(Debug)]
pub(crate) struct Fail {
    pub(crate) at: usize,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Fail {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

pub(super) type Parsed<T> = Result<T, Fail>;

pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    line_starts: Vec<usize>,
    /// Line (from 0), offset and column (from 0) of the last place that was asked for: columns are counted from
    /// there, so that a long line is not counted again for each placeholder in it.
    last: (usize, usize, usize),
    /// How many `newUuid` the present entry has.
    pub(super) uuids: u32,
    /// Regular expressions and JSONPaths that the file has had: suites repeat them, and they are large.
    pub(super) patterns: HashMap<String, Regex>,
    pub(super) paths: HashMap<String, Arc<JsonPath>>,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        // Hurl drops a byte order mark.
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(at).chain(newlines.map(|(newline, _)| newline + 1)).collect();
        let (patterns, paths) = (HashMap::new(), HashMap::new());
        Self { text, at, line_starts, last: (0, at, 0), uuids: 0, patterns, paths }
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// Moves to a place that the cursor has been at.
    pub(super) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn sees(&self, literal: &str) -> bool {
        self.rest().starts_with(literal)
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn eat(&mut self, literal: &str) -> bool {
        let seen = self.sees(literal);
        if seen {
            self.at += literal.len();
        }
        seen
    }

    pub(super) fn expect(&mut self, literal: &str) -> Parsed<()> {
        if self.eat(literal) { Ok(()) } else { Err(self.unexpected(&format!("`{literal}`"))) }
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Skips spaces and tabs; whether there were any.
    pub(super) fn spaces(&mut self) -> bool {
        !self.take_while(|c| c == ' ' || c == '\t').is_empty()
    }

    pub(super) fn some_spaces(&mut self) -> Parsed<()> {
        if self.spaces() { Ok(()) } else { Err(self.unexpected("a space")) }
    }

    /// The text from `start` to here.
    pub(super) fn since(&self, start: usize) -> &'t str {
        &self.text[start..self.at]
    }

    /// The source from `start` to here, its line that of `start`.
    pub(super) fn source(&mut self, start: usize) -> Source {
        Source { line: self.pos_at(start).line, text: self.since(start).trim_end().into() }
    }

    pub(super) fn pos(&mut self) -> Pos {
        self.pos_at(self.at)
    }

    pub(super) fn pos_at(&mut self, at: usize) -> Pos {
        let line = self.line_starts.partition_point(|start| *start <= at).saturating_sub(1);
        let (mut from, mut column) = (self.line_starts[line], 0);
        if self.last.0 == line && self.last.1 <= at {
            (from, column) = (self.last.1, self.last.2);
        }
        column += self.text.get(from..at).map_or(0, |text| text.chars().count());
        self.last = (line, at, column);
        Pos { line: line as u32 + 1, column: column as u32 + 1 }
    }

    pub(super) fn fail(&self, message: impl Into<String>) -> Fail {
        Fail::new(self.at, message)
    }

    /// "expected …, found …", here.
    pub(super) fn unexpected(&self, expected: &str) -> Fail {
        self.fail(format!("expected {expected}, found {}", self.found()))
    }

    /// What stands here, for people.
    pub(super) fn found(&self) -> String {
        let line = self.rest().lines().next().unwrap_or_default();
        let word: String = line.chars().take_while(|c| !c.is_whitespace()).take(30).collect();
        match (self.peek(), word.is_empty()) {
            (None, _) => "the end of the file".to_owned(),
            (Some('\n' | '\r'), _) => "the end of the line".to_owned(),
            (Some(_), true) => "a space".to_owned(),
            (Some(_), false) => format!("`{word}`"),
        }
    }

    pub(super) fn newline(&mut self) -> bool {
        self.eat("\n") || self.eat("\r\n")
    }

    /// The rest of a line that must be empty: spaces, a comment, the newline.
    pub(super) fn end_line(&mut self) -> Parsed<()> {
        self.spaces();
        if let Some(stray) = self.comment() {
            return Err(stray_directive(stray));
        }
        if self.newline() || self.at_end() {
            return Ok(());
        }
        Err(self.unexpected("the end of the line"))
    }

    /// Skips empty lines and comments. The offset of the first comment that is a directive to envparity.
    pub(super) fn blank_lines(&mut self) -> Option<usize> {
        let mut directive = None;
        loop {
            let start = self.at;
            self.spaces();
            let found = self.comment();
            directive = directive.or(found);
            let ends_file = self.at_end() && self.at > start;
            if !ends_file && !self.newline() {
                self.at = start;
                return directive;
            }
        }
    }

    /// Moves to the next line that is not blank if it holds an item that `is_item` knows; else stays.
    pub(super) fn next_item(&mut self, is_item: impl FnOnce(&mut Self) -> bool) -> Parsed<bool> {
        let start = self.at;
        let directive = self.blank_lines();
        self.spaces();
        let line = self.at;
        let found = !self.at_end() && is_item(self);
        self.at = if found { line } else { start };
        match directive.filter(|_| found) {
            Some(at) => Err(stray_directive(at)),
            None => Ok(found),
        }
    }

    /// Skips a comment; its offset if it is a directive.
    pub(super) fn comment(&mut self) -> Option<usize> {
        let start = self.at;
        if !self.eat("#") {
            return None;
        }
        let text = self.take_while(|c| c != '\n');
        let text = text.strip_suffix('\r').filter(|_| self.sees("\n")).unwrap_or(text);
        self.at = start + 1 + text.len();
        is_directive(text).then_some(start)
    }
}

/// Whether the text of a comment speaks to envparity, or to Hurl's cookie store.
pub(super) fn is_directive(comment: &str) -> bool {
    comment.trim_start().starts_with("parity:") || comment.contains("@cookie_storage_")
}

pub(super) fn stray_directive(at: usize) -> Fail {
    Fail::new(at, "this comment stands above no entry").hint(
        "put it directly above a request line, or at the top of the file, without an id, for all entries",
    )
}
