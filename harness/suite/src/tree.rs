//! XML and HTML documents as XPath sees them (XPath 1.0, section 5).

mod entities;
mod html;
mod rules;
mod xml;

/// The most nodes of a document: a hostile one must not fill the memory.
const MAX_NODES: usize = 1_000_000;
/// How deep elements may nest: closing one looks through those that are open.
const MAX_DEPTH: usize = 512;

/// A document. Nodes stand in document order, attributes directly after their element, so that a node's
/// descendants are a range, and the order of nodes is that of their numbers. Nothing here goes down the stack.
#[derive(Debug)]
pub(crate) struct Document {
    nodes: Vec<Node>,
    /// Prefixes that expressions may use, with their namespaces; the last of a prefix counts.
    pub(crate) namespaces: Vec<(String, String)>,
    pub(crate) html: bool,
}

/// The number of a node; 0 is the root.
pub(crate) type Id = u32;

#[derive(Debug)]
struct Node {
    parent: Id,
    /// One past the last descendant.
    end: Id,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Root,
    Element(Box<Name>),
    Attribute(Box<Name>, String),
    Text(String),
    Comment(String),
    Instruction(String, String),
}

/// A name with what its prefix stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) prefix: String,
    pub(crate) local: String,
    /// Empty if there is no namespace.
    pub(crate) namespace: String,
}

impl Name {
    /// A name in no namespace.
    fn plain(local: &str) -> Self {
        Self { prefix: String::new(), local: local.to_owned(), namespace: String::new() }
    }

    /// As written: `prefix:local`.
    pub(crate) fn qualified(&self) -> String {
        if self.prefix.is_empty() { self.local.clone() } else { format!("{}:{}", self.prefix, self.local) }
    }
}

impl Document {
    /// Reads XML. As far as it is malformed, what came before counts, as in Hurl; without a root element, or with
    /// entities that grow out of bounds, it is no document.
    pub(crate) fn from_xml(text: &str) -> Result<Self, String> {
        xml::read(text)?.finish()
    }

    /// Reads HTML, which cannot be malformed.
    pub(crate) fn from_html(text: &str) -> Result<Self, String> {
        html::read(text)?.finish()
    }

    pub(crate) fn kind(&self, id: Id) -> &Kind {
        &self.nodes[id as usize].kind
    }

    pub(crate) fn parent(&self, id: Id) -> Option<Id> {
        (id != 0).then(|| self.nodes[id as usize].parent)
    }

    pub(crate) fn end(&self, id: Id) -> Id {
        self.nodes[id as usize].end
    }

    pub(crate) fn is_attribute(&self, id: Id) -> bool {
        matches!(self.kind(id), Kind::Attribute(..))
    }

    pub(crate) fn len(&self) -> Id {
        self.nodes.len() as Id
    }

    /// The attributes of an element.
    pub(crate) fn attributes(&self, id: Id) -> impl Iterator<Item = Id> {
        let is_element = matches!(self.kind(id), Kind::Element(_));
        (id + 1..self.end(id)).take_while(move |at| is_element && self.is_attribute(*at))
    }

    /// The children of a node, attributes not among them.
    pub(crate) fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        let first = id + 1 + self.attributes(id).count() as Id;
        let end = self.end(id);
        std::iter::successors((first < end).then_some(first), move |at| {
            Some(self.end(*at)).filter(|next| *next < end)
        })
    }

    /// The string value of a node (XPath 1.0, section 5).
    pub(crate) fn text(&self, id: Id) -> String {
        match self.kind(id) {
            Kind::Root | Kind::Element(_) => {
                let mut text = String::new();
                for at in id + 1..self.end(id) {
                    if let Kind::Text(part) = self.kind(at) {
                        text.push_str(part);
                    }
                }
                text
            }
            Kind::Attribute(_, text)
            | Kind::Text(text)
            | Kind::Comment(text)
            | Kind::Instruction(_, text) => text.clone(),
        }
    }
}

/// Builds a document front to back.
struct Builder {
    document: Document,
    /// The elements that are open, outermost first.
    open: Vec<Id>,
}

impl Builder {
    fn new(html: bool) -> Self {
        let root = Node { parent: 0, end: 0, kind: Kind::Root };
        let document = Document { nodes: vec![root], namespaces: Vec::new(), html };
        Self { document, open: Vec::new() }
    }

    fn push(&mut self, kind: Kind) -> Result<Id, String> {
        let id = self.document.len();
        if id as usize >= MAX_NODES {
            return Err(format!("the document has more than {MAX_NODES} nodes"));
        }
        let parent = self.open.last().copied().unwrap_or_default();
        self.document.nodes.push(Node { parent, end: id + 1, kind });
        Ok(id)
    }

    fn open(&mut self, name: Name) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("the document nests deeper than {MAX_DEPTH} elements"));
        }
        let id = self.push(Kind::Element(Box::new(name)))?;
        self.open.push(id);
        Ok(())
    }

    /// Closes the innermost open element.
    fn close(&mut self) {
        if let Some(id) = self.open.pop() {
            self.document.nodes[id as usize].end = self.document.len();
        }
    }

    /// Opens the root element again, if there was one.
    fn reopen(&mut self) {
        let is_element = |id: &Id| matches!(self.document.kind(*id), Kind::Element(_));
        self.open.extend((1..self.document.len()).find(is_element));
    }

    /// Adds text; what follows directly on other text is one node with it.
    fn text(&mut self, text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Ok(());
        }
        let parent = self.open.last().copied().unwrap_or_default();
        if let Some(Node { parent: its, kind: Kind::Text(last), .. }) = self.document.nodes.last_mut()
            && *its == parent
        {
            last.push_str(text);
            return Ok(());
        }
        self.push(Kind::Text(text.to_owned())).map(drop)
    }

    /// The name of the innermost open element.
    fn innermost(&self) -> Option<&Name> {
        self.open.last().and_then(|id| match self.document.kind(*id) {
            Kind::Element(name) => Some(&**name),
            _ => None,
        })
    }

    fn has_element(&self) -> bool {
        self.document.nodes.iter().any(|node| matches!(node.kind, Kind::Element(_)))
    }

    fn finish(mut self) -> Result<Document, String> {
        while !self.open.is_empty() {
            self.close();
        }
        self.document.nodes[0].end = self.document.len();
        if self.has_element() { Ok(self.document) } else { Err("there is no element in it".to_owned()) }
    }
}
