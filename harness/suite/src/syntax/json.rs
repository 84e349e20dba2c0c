//! JSON bodies: checked, but kept as written.

use super::cursor::{Cursor, Fail, Parsed};
use super::template::placeholder;
use crate::ast::JsonPart;

/// How deep a JSON body may nest, as deep as a response may.
const DEPTH: usize = 128;

/// Reads one JSON value.
pub(super) fn value(cursor: &mut Cursor<'_>) -> Parsed<Vec<JsonPart>> {
    let mut reader = Reader { parts: Vec::new(), flushed: cursor.offset(), cursor };
    reader.value(DEPTH)?;
    reader.flush();
    Ok(reader.parts)
}

struct Reader<'c, 't> {
    cursor: &'c mut Cursor<'t>,
    parts: Vec<JsonPart>,
    /// The text up to here is in `parts`.
    flushed: usize,
}

impl Reader<'_, '_> {
    fn value(&mut self, depth: usize) -> Parsed<()> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.cursor.fail(format!("this JSON nests deeper than {DEPTH}")));
        };
        match self.cursor.peek() {
            Some('{') if self.cursor.sees("{{") => {
                self.flush();
                let expr = placeholder(self.cursor)?;
                self.parts.push(JsonPart::Bare(expr));
                self.flushed = self.cursor.offset();
                Ok(())
            }
            Some('{') => self.sequence('{', '}', |reader| reader.member(depth)),
            Some('[') => self.sequence('[', ']', |reader| reader.value(depth)),
            Some('"') => self.string(),
            Some('-' | '0'..='9') => self.number(),
            _ if ["null", "true", "false"].iter().any(|word| self.cursor.eat(word)) => Ok(()),
            _ => Err(self.cursor.unexpected("a JSON value")),
        }
    }

    fn sequence(
        &mut self,
        open: char,
        close: char,
        mut element: impl FnMut(&mut Self) -> Parsed<()>,
    ) -> Parsed<()> {
        let start = self.cursor.offset();
        self.cursor.expect(open.encode_utf8(&mut [0; 4]))?;
        self.space();
        if self.cursor.eat(close.encode_utf8(&mut [0; 4])) {
            return Ok(());
        }
        loop {
            element(self)?;
            self.space();
            let comma = self.cursor.offset();
            if self.cursor.eat(close.encode_utf8(&mut [0; 4])) {
                return Ok(());
            }
            if self.cursor.at_end() {
                return Err(Fail::new(start, format!("this `{open}` has no `{close}`")));
            }
            if !self.cursor.eat(",") {
                return Err(self.cursor.unexpected(&format!("`,` or `{close}`")));
            }
            self.space();
            if self.cursor.peek() == Some(close) {
                return Err(Fail::new(comma, format!("a comma before `{close}`")));
            }
        }
    }

    fn member(&mut self, depth: usize) -> Parsed<()> {
        if self.cursor.peek() != Some('"') {
            return Err(self.cursor.unexpected("a member's name in quotes"));
        }
        self.string()?;
        self.space();
        self.cursor.expect(":")?;
        self.space();
        self.value(depth)
    }

    fn string(&mut self) -> Parsed<()> {
        let start = self.cursor.offset();
        self.cursor.expect("\"")?;
        loop {
            match self.cursor.peek() {
                Some('"') => {
                    self.cursor.bump();
                    return Ok(());
                }
                Some('\\') => self.escape()?,
                Some('{') if self.cursor.sees("{{") => {
                    self.flush();
                    let expr = placeholder(self.cursor)?;
                    self.parts.push(JsonPart::InString(expr));
                    self.flushed = self.cursor.offset();
                }
                Some('\u{8}' | '\t' | '\n' | '\u{c}' | '\r') | None => {
                    return Err(Fail::new(start, "this JSON string has no closing quote on its line"));
                }
                Some(_) => {
                    self.cursor.bump();
                }
            }
        }
    }

    fn escape(&mut self) -> Parsed<()> {
        let start = self.cursor.offset();
        self.cursor.expect("\\")?;
        let known = match self.cursor.bump() {
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => true,
            Some('u') => match self.code_unit() {
                // A first surrogate needs a second; a second alone is nothing.
                Some(0xd800..0xdc00) => {
                    self.cursor.eat("\\u") && matches!(self.code_unit(), Some(0xdc00..0xe000))
                }
                Some(0xdc00..0xe000) | None => false,
                Some(_) => true,
            },
            _ => false,
        };
        if known { Ok(()) } else { Err(Fail::new(start, "unknown escape in a JSON string")) }
    }

    fn code_unit(&mut self) -> Option<u32> {
        let digits = self.cursor.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.cursor.seek(self.cursor.offset() + 4);
        u32::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Parsed<()> {
        let start = self.cursor.offset();
        let lexeme = self.cursor.take_while(|c| c.is_ascii_digit() || "+-.eE".contains(c));
        if !crate::number::is_json_number(lexeme) {
            return Err(Fail::new(start, format!("`{lexeme}` is no JSON number")));
        }
        if let Some(exponent) = lexeme.find('E') {
            // Hurl sends every exponent with a small `e`.
            let end = self.cursor.offset();
            self.cursor.seek(start + exponent);
            self.flush();
            self.parts.push(JsonPart::Text("e".to_owned()));
            self.flushed = start + exponent + 1;
            self.cursor.seek(end);
        }
        Ok(())
    }

    fn space(&mut self) {
        self.cursor.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    }

    /// Keeps the text up to here.
    fn flush(&mut self) {
        let text = self.cursor.since(self.flushed);
        if !text.is_empty() {
            self.parts.push(JsonPart::Text(text.to_owned()));
        }
        self.flushed = self.cursor.offset();
    }
}
