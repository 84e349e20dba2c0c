//! HTML, as browsers read it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, Parser, QualName, local_name, ns, parse_document, parse_fragment};

use super::draft::{Draft, Language};
use super::{Id, MAX_ATTRIBUTES, MAX_BYTES, Tree, Unreadable};

/// Bytes given to the parser at once; in between it is seen whether the tree has grown too large.
const CHUNK: usize = 16 << 10;

/// Reads a document, or a piece of one. Every text is HTML; only the size can be too much.
pub(crate) fn parse(text: &str) -> Result<Tree, Unreadable> {
    if text.len() > MAX_BYTES || has_crowded_tag(text) {
        return Err(Unreadable::TooLarge);
    }
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
        ..ParseOpts::default()
    };
    let sink = Sink { draft: RefCell::new(Draft::new()) };
    if is_document(text) {
        return feed(parse_document(sink, options), text)?.finish(Draft::ROOT, Language::Html);
    }
    // Within `template`, everything may stand: rows without their table too.
    let context = QualName::new(None, ns!(html), local_name!("template"));
    let draft = feed(parse_fragment(sink, options, context, Vec::new(), false), text)?;
    // The parser puts the pieces below an `html` of its own, made after the context.
    let top = (0..3).find(|id| *id != Draft::ROOT && draft.parent(*id) == Some(Draft::ROOT));
    draft.finish(top.unwrap_or(Draft::ROOT), Language::Html)
}

/// Whether a tag has more attributes than a tree takes. A script that compares may look like a tag; then its text
/// counts, which is as long on both sides.
fn has_crowded_tag(text: &str) -> bool {
    let mut quote = None;
    // Words since a tag began; none outside of one.
    let mut words: Option<usize> = None;
    let mut before = b' ';
    for byte in text.bytes() {
        match (words, quote) {
            (None, _) if before == b'<' && byte.is_ascii_alphabetic() => words = Some(0),
            (Some(_), Some(mark)) if byte == mark => quote = None,
            (None, _) | (Some(_), Some(_)) => {}
            (Some(_), None) if byte == b'>' => words = None,
            (Some(_), None) if before == b'=' && matches!(byte, b'"' | b'\'') => quote = Some(byte),
            (Some(count), None) => {
                // Attributes may stand without a space between them.
                let is_between = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'');
                let count = count + usize::from(is_between(before) && !is_between(byte));
                if count > MAX_ATTRIBUTES {
                    return true;
                }
                words = Some(count);
            }
        }
        before = byte;
    }
    false
}

/// A text without white space and comments before its first tag.
fn without_prelude(text: &str) -> &str {
    let mut rest = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    while let Some((_, after)) = rest.strip_prefix("<!--").and_then(|rest| rest.split_once("-->")) {
        rest = after.trim_start();
    }
    rest
}

/// Whether a text says that it is a whole document.
fn is_document(text: &str) -> bool {
    let head: String = without_prelude(text).chars().take(9).collect::<String>().to_ascii_lowercase();
    ["<!doctype", "<html", "<head", "<body"].iter().any(|start| head.starts_with(start))
}

/// Whether the first tag is of another language: names of XML, under the media type of HTML.
pub(crate) fn is_foreign(text: &str) -> bool {
    let mut rest = without_prelude(text);
    if let Some((_, after)) = rest.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        rest = without_prelude(after);
    }
    let Some(tag) = rest.strip_prefix('<').filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic()))
    else {
        return false;
    };
    let name =
        tag.split(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
    // A name with a hyphen is one of HTML's custom elements.
    !name.contains('-') && !NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// The elements of HTML, those of old included, and the two languages that stand within it.
/// <https://html.spec.whatwg.org/multipage/indices.html#elements-3>
const NAMES: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "image",
    "img",
    "input",
    "ins",
    "isindex",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "listing",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "menuitem",
    "meta",
    "meter",
    "nav",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "plaintext",
    "pre",
    "progress",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "script",
    "search",
    "section",
    "select",
    "slot",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "xmp",
];

fn feed(mut parser: Parser<Sink>, text: &str) -> Result<Draft, Unreadable> {
    let mut rest = text;
    while !rest.is_empty() {
        let piece = crate::excerpt::cut(rest, CHUNK);
        parser.process(StrTendril::from_slice(piece));
        if parser.tokenizer.sink.sink.draft.borrow().is_too_large() {
            return Err(Unreadable::TooLarge);
        }
        rest = &rest[piece.len()..];
    }
    Ok(parser.finish())
}

/// Takes what the parser finds.
struct Sink {
    draft: RefCell<Draft>,
}

/// An element with its name, which the parser asks for all the time. Comments have none.
#[derive(Clone)]
struct Handle {
    id: Id,
    name: Rc<QualName>,
    is_silent: bool,
}

impl Handle {
    fn new(id: Id, name: QualName) -> Self {
        Self { id, name: Rc::new(name), is_silent: false }
    }
}

fn nameless() -> QualName {
    QualName::new(None, ns!(), local_name!(""))
}

fn plain(attributes: Vec<Attribute>) -> Vec<(String, String)> {
    let name = |name: &QualName| match &name.prefix {
        Some(prefix) => format!("{prefix}:{}", name.local),
        None => name.local.to_string(),
    };
    attributes.into_iter().map(|a| (name(&a.name), a.value.to_string())).collect()
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Draft;
    type ElemName<'a> = &'a QualName;

    fn finish(self) -> Draft {
        self.draft.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle::new(Draft::ROOT, nameless())
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> &'a QualName {
        &target.name
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Handle {
        let id = self.draft.borrow_mut().element(name.local.to_string(), plain(attributes));
        Handle::new(id, name)
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        Handle { is_silent: true, ..Handle::new(Draft::ROOT, nameless()) }
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.create_comment(StrTendril::new())
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        match child {
            NodeOrText::AppendNode(node) if node.is_silent => {}
            NodeOrText::AppendNode(node) => self.draft.borrow_mut().append(parent.id, node.id),
            NodeOrText::AppendText(text) => self.draft.borrow_mut().append_text(parent.id, &text),
        }
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        let has_parent = self.draft.borrow().parent(element.id).is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        let parts = [name, public, system];
        let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).filter(|part| !part.is_empty()).collect();
        self.draft.borrow_mut().doctype = Some(parts.join(" ").to_lowercase());
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one.id == other.id && one.is_silent == other.is_silent
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        match child {
            NodeOrText::AppendNode(node) if node.is_silent => {}
            NodeOrText::AppendNode(node) => self.draft.borrow_mut().insert_before(sibling.id, node.id),
            NodeOrText::AppendText(text) => self.draft.borrow_mut().insert_text_before(sibling.id, &text),
        }
    }

    fn add_attrs_if_missing(&self, target: &Handle, attributes: Vec<Attribute>) {
        self.draft.borrow_mut().add_missing(target.id, plain(attributes));
    }

    fn remove_from_parent(&self, target: &Handle) {
        if !target.is_silent {
            self.draft.borrow_mut().detach(target.id);
        }
    }

    fn reparent_children(&self, node: &Handle, parent: &Handle) {
        self.draft.borrow_mut().move_children(node.id, parent.id);
    }
}
