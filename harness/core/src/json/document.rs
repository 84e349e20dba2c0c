//! A parsed document: a flat list of nodes over the text, in document order.

use std::borrow::Cow;
use std::ops::Range;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// The name that people know.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// Neither array nor object.
    pub(crate) const fn is_scalar(self) -> bool {
        !matches!(self, Self::Array | Self::Object)
    }
}

/// One value: 28 bytes, whatever it holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// The value's bytes in the text; of a string, without quotes.
    pub(super) start: u32,
    pub(super) end: u32,
    /// The key's bytes, without quotes; empty range at 0 where there is none.
    pub(super) key_start: u32,
    pub(super) key_end: u32,
    /// The first node after this one and everything below it.
    pub(super) next: u32,
    /// Direct children.
    pub(super) len: u32,
    pub(super) kind: Kind,
    pub(super) escaped: bool,
    pub(super) key_escaped: bool,
}

/// A node's place in its document.
pub(crate) type NodeId = usize;

/// A parsed document. Values are slices of the text; strings are decoded where they hold escapes.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) nodes: Vec<Node>,
}

impl<'a> Document<'a> {
    /// The value that the document is.
    pub(crate) const ROOT: NodeId = 0;

    pub(crate) fn kind(&self, id: NodeId) -> Kind {
        self.nodes[id].kind
    }

    /// Direct children of an array or object.
    pub(crate) fn len(&self, id: NodeId) -> usize {
        self.nodes[id].len as usize
    }

    /// The bytes as written: equal bytes are equal values.
    pub(crate) fn raw(&self, id: NodeId) -> &'a str {
        let node = &self.nodes[id];
        &self.text[node.start as usize..node.end as usize]
    }

    /// Where a value stands in the text, a string with its quotes.
    pub(crate) fn span(&self, id: NodeId) -> Range<usize> {
        let node = &self.nodes[id];
        let quote = usize::from(node.kind == Kind::String);
        node.start as usize - quote..node.end as usize + quote
    }

    /// A scalar as text: a string decoded, everything else as written.
    pub(crate) fn scalar(&self, id: NodeId) -> Cow<'a, str> {
        let raw = self.raw(id);
        if self.nodes[id].escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
    }

    /// A member's key, decoded; empty for items of arrays.
    pub(crate) fn key(&self, id: NodeId) -> Cow<'a, str> {
        let node = &self.nodes[id];
        let raw = &self.text[node.key_start as usize..node.key_end as usize];
        if node.key_escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
    }

    /// Whether two members have the same key, without decoding where that can be avoided.
    pub(crate) fn same_key(&self, id: NodeId, other: &Document<'_>, theirs: NodeId) -> bool {
        let (mine, them) = (&self.nodes[id], &other.nodes[theirs]);
        if mine.key_escaped || them.key_escaped {
            return self.key(id) == other.key(theirs);
        }
        self.text.as_bytes()[mine.key_start as usize..mine.key_end as usize]
            == other.text.as_bytes()[them.key_start as usize..them.key_end as usize]
    }

    /// The direct children, in order.
    pub(crate) fn children(&self, id: NodeId) -> Children<'_> {
        let node = &self.nodes[id];
        let end = if node.kind.is_scalar() { id + 1 } else { node.next as usize };
        Children { nodes: &self.nodes, at: id + 1, end }
    }

    /// The node and everything below it, in document order.
    pub(crate) fn below(&self, id: NodeId) -> Range<NodeId> {
        id..self.nodes[id].next as usize
    }

    /// The member of that key; of several, the last, as most parsers have it.
    pub(crate) fn member(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.children(id).filter(|child| self.key(*child) == key).last()
    }
}

/// Iterates over direct children.
#[derive(Debug, Clone)]
pub(crate) struct Children<'d> {
    nodes: &'d [Node],
    at: usize,
    end: usize,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.at >= self.end {
            return None;
        }
        let id = self.at;
        self.at = self.nodes[id].next as usize;
        Some(id)
    }
}

/// Decodes a string that the parser has accepted. A lone surrogate stays as written: it stands for no character.
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        let (decoded, used) = match escape.as_bytes().get(1) {
            Some(b'n') => (Some('\n'), 2),
            Some(b't') => (Some('\t'), 2),
            Some(b'r') => (Some('\r'), 2),
            Some(b'b') => (Some('\u{8}'), 2),
            Some(b'f') => (Some('\u{c}'), 2),
            Some(b'u') => unicode_escape(escape),
            Some(other) => (Some(char::from(*other)), 2),
            None => (None, 1),
        };
        match decoded {
            Some(c) => out.push(c),
            None => out.push_str(&escape[..used]),
        }
        rest = &escape[used..];
    }
    out.push_str(rest);
    out
}

fn unicode_escape(escape: &str) -> (Option<char>, usize) {
    let unit = |text: Option<&str>| text.and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let Some(first) = unit(escape.get(2..6)) else {
        return (None, 2);
    };
    if (0xD800..0xDC00).contains(&first)
        && escape.get(6..8) == Some("\\u")
        && let Some(second) = unit(escape.get(8..12)).filter(|unit| (0xDC00..0xE000).contains(unit))
    {
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return (char::from_u32(code), 12);
    }
    (char::from_u32(first), 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(unescape(r#"a\n\t\"\\\/é\u00e9\ud83d\ude00"#), "a\n\t\"\\/éé😀");
        assert_eq!(unescape(r"x\ud83dy"), r"x\ud83dy");
    }
}
