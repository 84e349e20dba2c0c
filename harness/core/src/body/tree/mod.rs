//! HTML and XML as trees: elements, attributes without order, text with its white space folded. What says nothing
//! is gone: comments, quotes, the order of attributes and classes, the spelling of entities, prefixes of namespaces.

mod absence;
mod align;
mod compare;
mod draft;
mod hashes;
mod html;
mod path;
mod pattern;
mod value;
mod xml;

use std::fmt::Write;

pub(crate) use compare::{Comparison, Purpose};
pub(crate) use html::{is_foreign, parse as parse_html};
pub(crate) use path::Step;
pub(crate) use pattern::Pattern;
pub(crate) use xml::parse as parse_xml;

/// Deepest level of a tree; documents that go deeper count as text.
const MAX_DEPTH: usize = 200;
/// Most nodes of a tree.
const MAX_NODES: usize = 250_000;
/// Most attributes of one tag: readers hold each new one against all before it.
const MAX_ATTRIBUTES: usize = 1000;
/// Longest text that is made a tree.
const MAX_BYTES: usize = 16 << 20;

/// Why a text is no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is not well-formed.
    Syntax,
    /// It is too long, or goes too deep.
    TooLarge,
}

/// A node's place in its tree.
type Id = usize;

/// A document.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    /// `html`, or with the identifiers that it names; none where there is no declaration.
    doctype: Option<String>,
    /// A digest of all text with its white space.
    spaced: u64,
}

#[derive(Debug)]
enum Node {
    Element(Element),
    Text { text: String, hash: u64 },
}

/// An element. The document is one without a name.
#[derive(Debug)]
struct Element {
    name: String,
    /// By name.
    attributes: Vec<(String, String)>,
    children: Vec<Id>,
    /// Which of the siblings of its name, from 1; none where there can be one only.
    ordinal: Option<usize>,
    /// One of a list of alike things, not a piece of its own.
    is_item: bool,
    /// Equal hashes are equal elements, everything below included.
    hash: u64,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Holds JSON for scripts, not a script.
    fn is_data(&self) -> bool {
        self.name == "script" && self.attribute("type").is_some_and(|media| media.contains("json"))
    }
}

impl Tree {
    const ROOT: Id = 0;

    fn element(&self, id: Id) -> Option<&Element> {
        match &self.nodes[id] {
            Node::Element(element) => Some(element),
            Node::Text { .. } => None,
        }
    }

    fn children(&self, id: Id) -> &[Id] {
        self.element(id).map_or(&[], |element| element.children.as_slice())
    }

    fn hash(&self, id: Id) -> u64 {
        match &self.nodes[id] {
            Node::Element(element) => element.hash,
            Node::Text { hash, .. } => *hash,
        }
    }

    /// The name of an element, `#text` for text: what stands for one thing on both sides shares it.
    fn label(&self, id: Id) -> &str {
        self.element(id).map_or("#text", |element| element.name.as_str())
    }

    /// All text below a node, cut, or its tag where there is none.
    fn shown(&self, id: Id) -> String {
        const SHOWN: usize = 200;
        let Some(element) = self.element(id) else {
            return self.text(id).to_owned();
        };
        let mut out = format!("<{}", element.name);
        for (name, value) in &element.attributes {
            let _ = write!(out, " {name}=\"{value}\"");
        }
        out.push('>');
        let mut open = vec![id];
        while let Some(at) = open.pop().filter(|_| out.len() < SHOWN) {
            if let Node::Text { text, .. } = &self.nodes[at] {
                out.push_str(text);
                out.push(' ');
            }
            open.extend(self.children(at).iter().rev());
        }
        crate::excerpt::cut(out.trim_end(), SHOWN).to_owned()
    }

    fn text(&self, id: Id) -> &str {
        match &self.nodes[id] {
            Node::Text { text, .. } => text,
            Node::Element(_) => "",
        }
    }
}
