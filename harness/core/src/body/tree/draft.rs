//! A tree while a parser builds it, and how it becomes one that can be compared.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Element, Id, MAX_DEPTH, MAX_NODES, Node, Tree, Unreadable};

/// Which language's rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Html,
    Xml,
}

/// Elements that a parser may still move.
#[derive(Debug)]
pub(super) struct Draft {
    nodes: Vec<Loose>,
    pub(super) doctype: Option<String>,
    deepest: usize,
}

#[derive(Debug)]
struct Loose {
    name: String,
    attributes: Vec<(String, String)>,
    parent: Option<Id>,
    depth: usize,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Element(Id),
    Text(String),
}

impl Draft {
    pub(super) const ROOT: Id = 0;

    pub(super) fn new() -> Self {
        let mut out = Self { nodes: Vec::new(), doctype: None, deepest: 0 };
        out.element(String::new(), Vec::new());
        out
    }

    /// An element that has no parent yet.
    pub(super) fn element(&mut self, name: String, attributes: Vec<(String, String)>) -> Id {
        self.nodes.push(Loose { name, attributes, parent: None, depth: 0, pieces: Vec::new() });
        self.nodes.len() - 1
    }

    /// Whether text that is more than white space stands in it directly.
    pub(super) fn has_text(&self, id: Id) -> bool {
        let text = |piece: &Piece| matches!(piece, Piece::Text(text) if !text.trim().is_empty());
        self.nodes[id].pieces.iter().any(text)
    }

    pub(super) fn parent(&self, id: Id) -> Option<Id> {
        self.nodes[id].parent
    }

    /// Whether it has grown beyond what is compared as a tree.
    pub(super) fn is_too_large(&self) -> bool {
        self.nodes.len() > MAX_NODES || self.deepest > MAX_DEPTH
    }

    pub(super) fn append(&mut self, parent: Id, child: Id) {
        self.detach(child);
        self.adopt(parent, child);
        self.nodes[parent].pieces.push(Piece::Element(child));
    }

    fn adopt(&mut self, parent: Id, child: Id) {
        let depth = self.nodes[parent].depth + 1;
        self.deepest = self.deepest.max(depth);
        (self.nodes[child].parent, self.nodes[child].depth) = (Some(parent), depth);
    }

    pub(super) fn append_text(&mut self, parent: Id, text: &str) {
        match self.nodes[parent].pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            _ => self.nodes[parent].pieces.push(Piece::Text(text.to_owned())),
        }
    }

    pub(super) fn insert_before(&mut self, sibling: Id, child: Id) {
        self.detach(child);
        if let Some((parent, at)) = self.place_of(sibling) {
            self.adopt(parent, child);
            self.nodes[parent].pieces.insert(at, Piece::Element(child));
        }
    }

    pub(super) fn insert_text_before(&mut self, sibling: Id, text: &str) {
        if let Some((parent, at)) = self.place_of(sibling) {
            let pieces = &mut self.nodes[parent].pieces;
            match at.checked_sub(1).map(|before| &mut pieces[before]) {
                Some(Piece::Text(before)) => before.push_str(text),
                _ => pieces.insert(at, Piece::Text(text.to_owned())),
            }
        }
    }

    fn place_of(&self, child: Id) -> Option<(Id, usize)> {
        let parent = self.nodes[child].parent?;
        let is_it = |piece: &Piece| matches!(piece, Piece::Element(id) if *id == child);
        Some((parent, self.nodes[parent].pieces.iter().rposition(is_it)?))
    }

    pub(super) fn detach(&mut self, child: Id) {
        if let Some((parent, at)) = self.place_of(child) {
            self.nodes[parent].pieces.remove(at);
        }
        self.nodes[child].parent = None;
    }

    pub(super) fn move_children(&mut self, from: Id, to: Id) {
        for piece in std::mem::take(&mut self.nodes[from].pieces) {
            match piece {
                Piece::Element(child) => {
                    self.adopt(to, child);
                    self.nodes[to].pieces.push(Piece::Element(child));
                }
                Piece::Text(text) => self.append_text(to, &text),
            }
        }
    }

    pub(super) fn add_missing(&mut self, id: Id, attributes: Vec<(String, String)>) {
        for (name, value) in attributes {
            if !self.nodes[id].attributes.iter().any(|(held, _)| *held == name) {
                self.nodes[id].attributes.push((name, value));
            }
        }
    }

    /// The finished tree, from this node down.
    pub(super) fn finish(self, top: Id, language: Language) -> Result<Tree, Unreadable> {
        if self.nodes.len() > MAX_NODES {
            return Err(Unreadable::TooLarge);
        }
        let mut finisher = Finisher {
            nodes: self.nodes,
            language,
            out: Tree { nodes: Vec::new(), doctype: self.doctype, spaced: 0 },
            spaced: DefaultHasher::new(),
        };
        finisher.nodes[top].name = String::new();
        finisher.element(top, 0, Space::Folded)?;
        finisher.out.spaced = finisher.spaced.finish();
        Ok(finisher.out)
    }
}

/// How white space counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    /// A run is one space, none at the ends.
    Folded,
    /// Each character.
    Kept,
}

struct Finisher {
    nodes: Vec<Loose>,
    language: Language,
    out: Tree,
    spaced: DefaultHasher,
}

impl Finisher {
    fn element(&mut self, id: Id, depth: usize, space: Space) -> Result<Id, Unreadable> {
        if depth > MAX_DEPTH {
            return Err(Unreadable::TooLarge);
        }
        let loose = &mut self.nodes[id];
        let (name, mut pieces) = (std::mem::take(&mut loose.name), std::mem::take(&mut loose.pieces));
        let mut attributes = std::mem::take(&mut loose.attributes);
        if self.language == Language::Html {
            for (name, value) in &mut attributes {
                normalise_attribute(name, value);
            }
            if name == "table" {
                self.unwrap_body(&mut pieces);
            }
        }
        attributes.sort_unstable();
        let kept = self.language == Language::Html
            && matches!(name.as_str(), "pre" | "textarea" | "script" | "style" | "listing");
        let space = if kept { Space::Kept } else { space };
        let here = self.out.nodes.len();
        let element =
            Element { name, attributes, children: Vec::new(), ordinal: None, is_item: false, hash: 0 };
        let is_data = element.is_data();
        self.out.nodes.push(Node::Element(element));
        let mut children = Vec::with_capacity(pieces.len());
        self.spaced.write_u8(1);
        for piece in pieces {
            match piece {
                Piece::Element(child) => children.push(self.element(child, depth + 1, space)?),
                Piece::Text(text) => {
                    if !is_data {
                        text.hash(&mut self.spaced);
                    }
                    children.extend(self.text(&text, space));
                }
            }
        }
        self.spaced.write_u8(2);
        self.number(&children, depth);
        self.close(here, children);
        Ok(here)
    }

    fn text(&mut self, text: &str, space: Space) -> Option<Id> {
        let text = match space {
            Space::Folded => fold(text),
            // The first line end after the tag says nothing, and neither does space at the end.
            Space::Kept => text.trim_end().replace("\r\n", "\n"),
        };
        if text.is_empty() {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (0u8, &text).hash(&mut hasher);
        self.out.nodes.push(Node::Text { text, hash: hasher.finish() });
        Some(self.out.nodes.len() - 1)
    }

    /// `tbody` may be left out, and then is implied: one without attributes says nothing.
    fn unwrap_body(&mut self, pieces: &mut Vec<Piece>) {
        let is_body = |piece: &Piece| matches!(piece, Piece::Element(id) if self.nodes[*id].name == "tbody");
        let mut bodies = pieces.iter().enumerate().filter(|(_, piece)| is_body(piece));
        let (Some((at, Piece::Element(body))), None) = (bodies.next(), bodies.next()) else {
            return;
        };
        let body = *body;
        if self.nodes[body].attributes.is_empty() {
            let rows = std::mem::take(&mut self.nodes[body].pieces);
            pieces.splice(at..=at, rows);
        }
    }

    /// Which of its name each child is. There is one root, one `html`, one `head`, one `body` only.
    fn number(&mut self, children: &[Id], depth: usize) {
        let single = |name: &str| match self.language {
            Language::Html => matches!(name, "html" | "head" | "body"),
            Language::Xml => depth == 0,
        };
        let mut counts: HashMap<String, usize> = HashMap::new();
        for child in children {
            if let Node::Element(element) = &mut self.out.nodes[*child]
                && !single(&element.name)
            {
                let count = counts.entry(element.name.clone()).or_default();
                *count += 1;
                element.ordinal = Some(*count);
            }
        }
    }

    fn is_item(&self, id: Id, children: &[Id]) -> bool {
        match self.out.label(id) {
            _ if self.language == Language::Xml => true,
            "tr" | "li" | "option" | "optgroup" | "tbody" | "article" | "section" | "figure" => true,
            "div" => children.iter().any(|child| self.out.element(*child).is_some()),
            _ => false,
        }
    }

    fn close(&mut self, id: Id, children: Vec<Id>) {
        let mut hasher = DefaultHasher::new();
        for child in &children {
            self.out.hash(*child).hash(&mut hasher);
        }
        let is_item = self.is_item(id, &children);
        if let Node::Element(element) = &mut self.out.nodes[id] {
            element.is_item = is_item;
            (1u8, &element.name, &element.attributes).hash(&mut hasher);
            (element.hash, element.children) = (hasher.finish(), children);
        }
    }
}

/// Runs of ASCII white space as one space, none at the ends. Other spaces are characters of their own.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Classes are a set, and declarations of style have no white space.
fn normalise_attribute(name: &str, value: &mut String) {
    match name {
        "class" | "rel" => {
            let mut words: Vec<&str> = value.split_ascii_whitespace().collect();
            words.sort_unstable();
            words.dedup();
            *value = words.join(" ");
        }
        "style" => {
            let declarations = value.split(';').map(|declaration| {
                let (property, value) = declaration.split_once(':').unwrap_or((declaration, ""));
                format!("{}:{}", property.trim().to_ascii_lowercase(), fold(value))
            });
            *value = declarations.filter(|declaration| declaration != ":").collect::<Vec<_>>().join(";");
        }
        _ => {}
    }
}
