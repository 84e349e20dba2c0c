//! The parser: RFC 8259 over bytes, without recursion, bounded in depth and in the number of values.

use super::document::{Document, Kind, Node};

/// Values in one document. A body of brackets alone would else take thirty times its size.
const MAX_VALUES: usize = 2_000_000;
/// Containers within containers.
const MAX_DEPTH: usize = 20_000;

/// Why bytes are no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Not JSON; the offset where it stops to be.
    Syntax(usize),
    /// JSON perhaps, and beyond what is taken apart.
    TooLarge,
}

impl<'a> Document<'a> {
    /// Parses a whole text as one value.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Unreadable> {
        if u32::try_from(text.len()).is_err() {
            return Err(Unreadable::TooLarge);
        }
        let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, nodes: Vec::new(), open: Vec::new() };
        parser.document()?;
        Ok(Document { text, nodes: parser.nodes })
    }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    open: Vec<u32>,
}

/// A key's bytes and whether it holds escapes.
#[derive(Clone, Copy, Default)]
struct Key {
    start: usize,
    end: usize,
    escaped: bool,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<(), Unreadable> {
        self.skip_space();
        let mut key = Key::default();
        loop {
            // A value stands here.
            if self.value(key)? && self.first_value(&mut key)? {
                continue;
            }
            // A value has ended: close what closes, or go on after a comma.
            if !self.after_value(&mut key)? {
                break;
            }
        }
        self.skip_space();
        if self.at == self.bytes.len() { Ok(()) } else { self.fail() }
    }

    /// Reads a scalar, or opens a container (true).
    fn value(&mut self, key: Key) -> Result<bool, Unreadable> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => self.open(Kind::Object, key),
            Some(b'[') => self.open(Kind::Array, key),
            Some(b'"') => {
                let escaped = self.string()?;
                self.push(Kind::String, key, start + 1, self.at - 1, escaped)
            }
            Some(b't') => self.word("true").and_then(|()| self.push(Kind::Bool, key, start, self.at, false)),
            Some(b'f') => self.word("false").and_then(|()| self.push(Kind::Bool, key, start, self.at, false)),
            Some(b'n') => self.word("null").and_then(|()| self.push(Kind::Null, key, start, self.at, false)),
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                self.push(Kind::Number, key, start, self.at, false)
            }
            _ => self.fail(),
        }
    }

    /// Steps to the first value of a container that was just opened, over its key in an object. False where the
    /// container is empty.
    fn first_value(&mut self, key: &mut Key) -> Result<bool, Unreadable> {
        self.skip_space();
        *key = Key::default();
        if matches!(self.peek(), Some(b']' | b'}')) {
            return Ok(false);
        }
        let in_object = self.open.last().is_some_and(|id| self.nodes[*id as usize].kind == Kind::Object);
        if in_object {
            *key = self.key()?;
        }
        Ok(true)
    }

    /// Closes containers and steps over a comma. True where another value follows.
    fn after_value(&mut self, key: &mut Key) -> Result<bool, Unreadable> {
        loop {
            let Some(&container) = self.open.last() else {
                return Ok(false);
            };
            let kind = self.nodes[container as usize].kind;
            self.skip_space();
            match (self.peek(), kind) {
                (Some(b','), _) => {
                    self.at += 1;
                    self.skip_space();
                    *key = if kind == Kind::Object { self.key()? } else { Key::default() };
                    return Ok(true);
                }
                (Some(b']'), Kind::Array) | (Some(b'}'), Kind::Object) => {
                    self.at += 1;
                    self.open.pop();
                    let next = self.nodes.len() as u32;
                    let node = &mut self.nodes[container as usize];
                    node.end = self.at as u32;
                    node.next = next;
                }
                _ => return self.fail(),
            }
        }
    }

    fn open(&mut self, kind: Kind, key: Key) -> Result<bool, Unreadable> {
        if self.open.len() == MAX_DEPTH {
            return Err(Unreadable::TooLarge);
        }
        let id = self.nodes.len() as u32;
        self.push(kind, key, self.at, self.at, false)?;
        self.open.push(id);
        self.at += 1;
        Ok(true)
    }

    fn push(
        &mut self,
        kind: Kind,
        key: Key,
        start: usize,
        end: usize,
        escaped: bool,
    ) -> Result<bool, Unreadable> {
        if self.nodes.len() == MAX_VALUES {
            return Err(Unreadable::TooLarge);
        }
        if let Some(&container) = self.open.last() {
            self.nodes[container as usize].len += 1;
        }
        self.nodes.push(Node {
            start: start as u32,
            end: end as u32,
            key_start: key.start as u32,
            key_end: key.end as u32,
            next: self.nodes.len() as u32 + 1,
            len: 0,
            kind,
            escaped,
            key_escaped: key.escaped,
        });
        Ok(false)
    }

    fn key(&mut self) -> Result<Key, Unreadable> {
        if self.peek() != Some(b'"') {
            return self.fail();
        }
        let start = self.at + 1;
        let escaped = self.string()?;
        let end = self.at - 1;
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.fail();
        }
        self.at += 1;
        self.skip_space();
        Ok(Key { start, end, escaped })
    }

    /// Steps over a string; true where it holds escapes.
    fn string(&mut self) -> Result<bool, Unreadable> {
        self.at += 1;
        let mut escaped = false;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.at += 1;
                    match self.peek() {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
                        Some(b'u') => {
                            let hex = self.bytes.get(self.at + 1..self.at + 5);
                            if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
                                return self.fail();
                            }
                            self.at += 5;
                        }
                        _ => return self.fail(),
                    }
                }
                Some(b) if b >= 0x20 => self.at += 1,
                _ => return self.fail(),
            }
        }
    }

    fn number(&mut self) -> Result<(), Unreadable> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return self.fail(),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Unreadable> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.fail() } else { Ok(()) }
    }

    fn word(&mut self, word: &str) -> Result<(), Unreadable> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return self.fail();
        }
        self.at += word.len();
        Ok(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fail<T>(&self) -> Result<T, Unreadable> {
        Err(Unreadable::Syntax(self.at))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn documents_are_flat_and_in_order() {
        let document =
            Document::parse(r#" {"a": [1, {"b": null}, []], "c\u0064": "x", "a": {} } "#).expect("JSON");
        let keys: Vec<_> =
            document.children(Document::ROOT).map(|id| document.key(id).into_owned()).collect();
        assert_eq!(keys, ["a", "cd", "a"]);
        let first = document.children(Document::ROOT).next().expect("a member");
        assert_eq!(document.raw(first), r#"[1, {"b": null}, []]"#);
        assert_eq!(document.len(first), 3);
        assert_eq!(document.children(first).count(), 3);
        assert_eq!(document.kind(document.member(Document::ROOT, "a").expect("a")), Kind::Object);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "]",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{,}",
            "[,1]",
            "01",
            "1.",
            ".5",
            "-",
            "1e",
            "+1",
            "nul",
            "tru",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"a\nb\"",
            "1 2",
            "[1}",
            "{\"a\":1]",
            "'a'",
            "[1 2]",
            "{\"a\" 1}",
            "NaN",
            "[]]",
            "{}}",
            "[[],,[]]",
        ] {
            assert!(Document::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_and_count_are_bounded() {
        let deep = format!("{}{}", "[".repeat(15_000), "]".repeat(15_000));
        assert!(Document::parse(&deep).is_ok());
        assert_eq!(Document::parse(&"[".repeat(1_000_000)).err(), Some(Unreadable::TooLarge));
        let wide = format!("[{}0]", "0,".repeat(MAX_VALUES));
        assert_eq!(Document::parse(&wide).err(), Some(Unreadable::TooLarge));
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in r#"[\[\]{}:,"0-9eE.\-+ntruefalsb\\ ]{0,24}"#) {
            // serde_json refuses numbers and surrogates that the grammar allows, and nothing that it forbids.
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert!(Document::parse(&text).is_ok());
            } else if Document::parse(&text).is_ok() {
                prop_assert!(text.contains('e') || text.contains('E') || text.contains("\\u"));
            }
        }

        #[test]
        fn never_panics(text in ".{0,64}") {
            let _ = Document::parse(&text);
        }
    }
}
