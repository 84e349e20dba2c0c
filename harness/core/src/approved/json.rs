//! JSON in its normal form.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::general::{alone, common, epoch, without_now};
use super::placeholder::Placeholder;
use super::write::Normal;
use super::{ANY_NUMBER, ANY_ORDER, MAX_DEPTH, OPTIONAL};
use crate::form::Form;
use crate::json::{Document, Kind};
use crate::path::{Path, Step};

/// The samples' documents as one; none where the first is no JSON.
pub(super) fn write(normal: &Normal<'_>, texts: &[&str]) -> Option<String> {
    let first = texts.first()?;
    if !first.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut documents = vec![Document::parse(first).ok()?];
    documents.extend(texts[1..].iter().filter_map(|text| Document::parse(text).ok()));
    let mut writer = Writer::new(normal);
    for (sample, document) in documents.iter().enumerate() {
        writer.gather(document, Document::ROOT, sample, &mut Path::default());
    }
    let tree = writer.tree(&documents[0], Document::ROOT, &mut Path::default());
    let mut out = String::new();
    tree.print(0, &mut out);
    Some(out)
}

/// A document on its way to text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Tree {
    /// As it stands in JSON.
    Raw(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Tree {
    fn text(text: &str) -> Self {
        Self::Raw(quoted(text))
    }

    fn print(&self, indent: usize, out: &mut String) {
        let line = |out: &mut String, indent: usize| {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", indent));
        };
        match self {
            Self::Raw(raw) => out.push_str(raw),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::Map(members) if members.is_empty() => out.push_str("{}"),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { "," });
                    line(out, indent + 1);
                    item.print(indent + 1, out);
                }
                line(out, indent);
                out.push(']');
            }
            Self::Map(members) => {
                out.push('{');
                for (at, (key, member)) in members.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { "," });
                    line(out, indent + 1);
                    out.push_str(&quoted(key));
                    out.push_str(": ");
                    member.print(indent + 1, out);
                }
                line(out, indent);
                out.push('}');
            }
        }
    }

    /// What both have in common: of objects, the members of both, those of one side optional.
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Map(mine), Self::Map(theirs)) => {
                let mut theirs: BTreeMap<String, Tree> = theirs.into_iter().collect();
                let mut out: Vec<(String, Tree)> = Vec::new();
                for (key, value) in mine {
                    let joined = match theirs.remove(&key) {
                        Some(other) => value.join(other),
                        None => Self::text(OPTIONAL),
                    };
                    out.push((key, joined));
                }
                out.extend(theirs.into_keys().map(|key| (key, Self::text(OPTIONAL))));
                out.sort();
                Self::Map(out)
            }
            (Self::List(mine), Self::List(theirs)) => {
                let items = mine.into_iter().chain(theirs).filter(|item| *item != Self::text(ANY_NUMBER));
                let shape = items.reduce(Self::join);
                Self::List(std::iter::once(Self::text(ANY_NUMBER)).chain(shape).collect())
            }
            (Self::Raw(mine), Self::Raw(theirs)) => {
                let number = |raw: &str| raw == "\"[number]\"" || raw == "\"[decimal]\"";
                let text = |raw: &str| raw.starts_with("\"[") && !number(raw);
                if number(&mine) && number(&theirs) {
                    Self::text("[decimal]")
                } else if text(&mine)
                    && text(&theirs)
                    && mine != quoted(OPTIONAL)
                    && theirs != quoted(OPTIONAL)
                {
                    Self::text("[text]")
                } else {
                    Self::text("[any]")
                }
            }
            _ => Self::text("[any]"),
        }
    }
}

/// What was learned of one place.
#[derive(Debug, Clone, Copy, Default)]
struct Kinds {
    value: bool,
    order: bool,
    length: bool,
    keys: bool,
    varied: bool,
    rule: bool,
}

struct Writer<'w> {
    normal: &'w Normal<'w>,
    learned: HashMap<&'w str, Kinds>,
    /// Members that are there or are not: path of the object, key.
    optional: Vec<(&'w str, Cow<'w, str>)>,
    /// [`Self::learned`] by the hash of the path.
    known: HashMap<u64, Kinds>,
    /// What all samples show at places whose value differs.
    values: HashMap<u64, Vec<(usize, String)>>,
    /// What the items of lists of any number look like.
    shapes: HashMap<u64, Tree>,
}

impl<'w> Writer<'w> {
    fn new(normal: &'w Normal<'w>) -> Self {
        let mut learned: HashMap<&str, Kinds> = HashMap::new();
        let mut optional = Vec::new();
        for place in normal.learned {
            let kinds = learned.entry(place.at.as_str()).or_default();
            match place.kind.as_str() {
                "order" => kinds.order = true,
                "length" => kinds.length = true,
                "keys" => kinds.keys = true,
                "varied" => {
                    kinds.varied = true;
                    optional.extend(parent_and_key(&place.at));
                }
                "rule" => kinds.rule = true,
                _ => kinds.value = true,
            }
        }
        let (known, values, shapes) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { normal, learned, optional, known, values, shapes }
    }

    fn kinds(&mut self, path: &Path<'_>) -> Kinds {
        if self.learned.is_empty() {
            return Kinds::default();
        }
        let learned = &self.learned;
        *self
            .known
            .entry(path.hash())
            .or_insert_with(|| learned.get(path.render_starred().as_str()).copied().unwrap_or_default())
    }

    /// Looks at one sample: values at places where they differ, items of lists of any number.
    fn gather<'d>(&mut self, document: &Document<'d>, id: usize, sample: usize, path: &mut Path<'d>) {
        let kinds = self.kinds(path);
        if self.learned.is_empty() || path.depth() >= MAX_DEPTH || kinds.rule {
            return;
        }
        let children: Vec<usize> = document.children(id).collect();
        match document.kind(id) {
            Kind::Array => {
                if kinds.length {
                    let shape = children.iter().map(|child| loose(document, *child, 0)).reduce(Tree::join);
                    let known = self.shapes.remove(&path.hash());
                    if let Some(shape) = [known, shape].into_iter().flatten().reduce(Tree::join) {
                        self.shapes.insert(path.hash(), shape);
                    }
                    return;
                }
                for (at, child) in children.into_iter().enumerate() {
                    path.push(Step::Index(at));
                    self.gather(document, child, sample, path);
                    path.pop();
                }
            }
            Kind::Object => {
                for child in children {
                    path.push(step(document.key(child), kinds));
                    self.gather(document, child, sample, path);
                    path.pop();
                }
            }
            _ if kinds.value => {
                let value = self.normal.masked(&document.scalar(id), sample);
                self.values.entry(path.hash()).or_default().push((sample, value));
            }
            _ => {}
        }
    }

    fn tree<'d>(&mut self, document: &Document<'d>, id: usize, path: &mut Path<'d>) -> Tree {
        let kinds = self.kinds(path);
        if kinds.rule {
            return Tree::text("[any]");
        }
        if kinds.varied {
            return Tree::text(OPTIONAL);
        }
        if path.depth() >= MAX_DEPTH {
            return Tree::Raw(raw(document, id));
        }
        match document.kind(id) {
            Kind::Array => self.list(document, id, kinds, path),
            Kind::Object => self.map(document, id, kinds, path),
            kind => self.scalar(document, id, kind, kinds, path),
        }
    }

    fn list<'d>(&mut self, document: &Document<'d>, id: usize, kinds: Kinds, path: &mut Path<'d>) -> Tree {
        if kinds.length {
            let shape = self.shapes.get(&path.hash()).cloned();
            return Tree::List(std::iter::once(Tree::text(ANY_NUMBER)).chain(shape).collect());
        }
        let mut items = Vec::new();
        for (at, child) in document.children(id).enumerate() {
            path.push(Step::Index(at));
            items.push(self.tree(document, child, path));
            path.pop();
        }
        if kinds.order {
            items.sort();
            items.insert(0, Tree::text(ANY_ORDER));
        }
        Tree::List(items)
    }

    fn map<'d>(&mut self, document: &Document<'d>, id: usize, kinds: Kinds, path: &mut Path<'d>) -> Tree {
        let (mut members, mut by_nature) = (Vec::new(), Vec::new());
        for child in document.children(id) {
            let key = document.key(child);
            let step = step(key.clone(), kinds);
            let any = step == Step::AnyKey;
            path.push(step);
            let tree = self.tree(document, child, path);
            path.pop();
            if any {
                by_nature.push((alone(&key).to_string(), tree));
            } else if tree != Tree::text(OPTIONAL) {
                members.push((self.normal.masked(&key, 0), tree));
            }
        }
        by_nature.sort();
        by_nature.dedup();
        members.extend(by_nature);
        if !self.optional.is_empty() {
            let here = path.render_starred();
            let mut keys: Vec<_> = self.optional.iter().filter(|(parent, _)| *parent == here).collect();
            keys.sort();
            members.extend(keys.into_iter().map(|(_, key)| (key.to_string(), Tree::text(OPTIONAL))));
        }
        Tree::Map(members)
    }

    /// What the samples have in common at a place whose value differs.
    fn shared(&self, path: &Path<'_>, text: &str) -> String {
        let values = self.values.get(&path.hash()).map(Vec::as_slice).unwrap_or_default();
        let masked = self.normal.masked(text, 0);
        // A captured value that stands here in every sample is itself, whatever else the list holds.
        let holds = |sample| values.iter().any(|(of, value)| *of == sample && *value == masked);
        if masked != text && (0..self.normal.samples.len()).all(holds) {
            return masked;
        }
        common(&values.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>())
    }

    fn scalar(&self, document: &Document<'_>, id: usize, kind: Kind, kinds: Kinds, path: &Path<'_>) -> Tree {
        let text = document.scalar(id);
        let shared = kinds.value.then(|| self.shared(path, &text));
        match kind {
            Kind::String => {
                let masked = shared.unwrap_or_else(|| self.normal.masked(&text, 0));
                let written = without_now(&masked, self.normal.clock).unwrap_or(masked);
                Tree::text(&as_string(written))
            }
            Kind::Number => match (epoch(&text, self.normal.clock), shared) {
                (Some(shape), _) => Tree::text(&shape.to_string()),
                (None, Some(shared)) if shared != text => Tree::text(&as_number(shared)),
                _ => Tree::Raw(text.into_owned()),
            },
            Kind::Bool if shared.as_ref().is_some_and(|shared| *shared != text) => Tree::text("[boolean]"),
            _ => Tree::Raw(text.into_owned()),
        }
    }
}

/// A string that is a number is told from a number.
fn as_string(written: String) -> String {
    let numeric = ["[number]", "[decimal]", "[epoch]", "[epoch ms]", "[epoch us]"];
    if numeric.contains(&written.as_str()) { "[digits]".to_owned() } else { written }
}

fn as_number(shared: String) -> String {
    let plain = shared == "[number]" || shared.starts_with("{{") && shared.ends_with("}}");
    if plain { shared } else { "[decimal]".to_owned() }
}

fn step(key: Cow<'_, str>, kinds: Kinds) -> Step<'_> {
    if kinds.keys && Form::of(&key).is_volatile() { Step::AnyKey } else { Step::Key(key) }
}

/// A value as its shape alone.
fn loose(document: &Document<'_>, id: usize, depth: usize) -> Tree {
    if depth >= MAX_DEPTH {
        return Tree::text("[any]");
    }
    match document.kind(id) {
        Kind::Null => Tree::Raw("null".to_owned()),
        Kind::Bool => Tree::text("[boolean]"),
        Kind::Number => {
            let whole = alone(&document.scalar(id)) == Placeholder::Number;
            Tree::text(if whole { "[number]" } else { "[decimal]" })
        }
        Kind::String => Tree::text(&as_string(alone(&document.scalar(id)).to_string())),
        Kind::Array => {
            let items = document.children(id).map(|child| loose(document, child, depth + 1));
            let shape = items.reduce(Tree::join);
            Tree::List(std::iter::once(Tree::text(ANY_NUMBER)).chain(shape).collect())
        }
        Kind::Object => {
            let member = |child| (document.key(child).into_owned(), loose(document, child, depth + 1));
            let mut members: Vec<_> = document.children(id).map(member).collect();
            members.sort();
            Tree::Map(members)
        }
    }
}

/// A value as it stands in its document, quotes included.
pub(super) fn raw(document: &Document<'_>, id: usize) -> String {
    let raw = document.raw(id);
    if document.kind(id) == Kind::String { format!("\"{raw}\"") } else { raw.to_owned() }
}

/// `$.items[*].note` as `$.items[*]` and `note`.
fn parent_and_key(at: &str) -> Option<(&str, Cow<'_, str>)> {
    if let Some(inner) = at.strip_suffix("']") {
        let (parent, key) = inner.rsplit_once("['")?;
        return Some((parent, Cow::Owned(key.replace("\\'", "'").replace("\\\\", "\\"))));
    }
    let (parent, key) = at.rsplit_once('.')?;
    (!key.contains(']') && key != "*").then_some((parent, Cow::Borrowed(key)))
}
