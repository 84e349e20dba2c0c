//! Two trees walked side by side: once to learn noise, once to find drift.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use envparity_model::{Code, ContextRow};

use super::align::align;
use super::path::{Path, Step};
use super::{Element, Id, Node, Tree};
use crate::body::Shapes;
use crate::body::embedded::Embedded;
use crate::body::structured::{judge_at, learn_at};
use crate::drift::{Drift, Drifts};
use crate::excerpt::line;
use crate::form::{Form, Forms, Misfit};
use crate::json::{Kind, What};
use crate::lens::{Hand, Lens, Likeness};
use crate::meaning::same_meaning;
use crate::noise::{Noise, Place};

/// Elements looked at to see whether a thing is there in some and not in others.
const LOOKED_AT: usize = 2000;

/// Children looked at when two elements are held against each other.
const HELD: usize = 16;

/// Why two trees are walked.
pub(crate) enum Purpose<'p> {
    /// The reference against itself.
    Learn(&'p mut Noise),
    /// The reference against a candidate, with what was learned; whether there was a control at all.
    Judge { noise: &'p Noise, controlled: bool, drifts: &'p mut Drifts, shapes: &'p mut Shapes },
}

/// A walk over two trees.
pub(crate) struct Comparison<'c> {
    left: &'c Tree,
    right: &'c Tree,
    /// By node, as either side sees it: authorities masked, symbols replaced.
    hashes: (Vec<u64>, Vec<u64>),
    lens: Lens<'c>,
    purpose: Purpose<'c>,
    path: Path<'c>,
    /// The elements that the walk is in, on both sides.
    around: Vec<(Id, Id)>,
    explained: bool,
}

impl<'c> Comparison<'c> {
    pub(crate) fn new(trees: (&'c Tree, &'c Tree), lens: Lens<'c>, purpose: Purpose<'c>) -> Self {
        let hashes = (trees.0.hashes(Hand::Left, &lens), trees.1.hashes(Hand::Right, &lens));
        let (left, right) = trees;
        Self {
            left,
            right,
            hashes,
            lens,
            purpose,
            path: Path::default(),
            around: Vec::new(),
            explained: false,
        }
    }

    /// Compares both trees. True where something differs in meaning, whether or not it is drift.
    pub(crate) fn run(mut self) -> bool {
        self.doctype();
        if let (Some(l), Some(r)) = (self.left.element(Tree::ROOT), self.right.element(Tree::ROOT)) {
            self.below(l, r);
        }
        self.explained |= self.space();
        self.explained
    }

    fn doctype(&mut self) {
        let show =
            |tree: &Tree| tree.doctype.as_ref().map_or("no doctype".to_owned(), |d| format!("doctype {d}"));
        if self.left.doctype != self.right.doctype {
            self.explained = true;
            if let Purpose::Judge { drifts, .. } = &mut self.purpose {
                let drift = Drift::at(Code::ResponseFormat, "body").kind("doctype");
                drifts.push(drift.sides(show(self.left), show(self.right)));
            }
        }
    }

    /// Where nothing else differs, white space does, or not.
    fn space(&mut self) -> bool {
        if self.explained || self.left.spaced == self.right.spaced {
            return false;
        }
        match &mut self.purpose {
            Purpose::Learn(noise) => noise.bytes = true,
            Purpose::Judge { noise, drifts, .. } if !noise.bytes => drifts.push(
                Drift::at(Code::ResponseTextSpace, "body")
                    .sides("white space", "other white space")
                    .hint("between and around tags, or in runs within text"),
            ),
            Purpose::Judge { .. } => {}
        }
        true
    }

    pub(super) fn found(&mut self, what: What<'_>) {
        self.explained = true;
        match &mut self.purpose {
            Purpose::Learn(noise) => {
                learn_at(noise, self.path.hash(), || self.path.render_starred(), what);
            }
            Purpose::Judge { drifts, .. } => {
                let at = (self.path.render(), Some(self.path.render_starred()));
                let (trees, around) = ((self.left, self.right), self.around.last());
                judge_at(drifts, at, what, || {
                    around.map(|ids| element_rows(trees, *ids)).unwrap_or_default()
                });
            }
        }
    }

    fn shaped(&mut self, kind: &'static str, why: &str) {
        self.explained = true;
        if let Purpose::Judge { shapes, .. } = &mut self.purpose {
            shapes.push((self.path.render_starred(), kind, why.to_owned()));
        }
    }

    const fn is_learning(&self) -> bool {
        matches!(self.purpose, Purpose::Learn(_))
    }

    /// What was learned about this place.
    fn place(&self) -> Option<&Place> {
        match &self.purpose {
            Purpose::Learn(_) => None,
            Purpose::Judge { noise, .. } => noise.places.get(&self.path.hash()),
        }
    }

    fn within(&mut self, step: Step<'c>, walk: impl FnOnce(&mut Self)) {
        self.path.push(step);
        walk(self);
        self.path.pop();
    }

    fn element(&mut self, left: Id, right: Id) {
        let (Some(l), Some(r)) = (self.left.element(left), self.right.element(right)) else {
            return;
        };
        self.within(l.step(), |walk| {
            if walk.place().is_some_and(|place| place.unstable.is_some()) {
                walk.explained = true;
                return;
            }
            walk.around.push((left, right));
            walk.attributes(l, r);
            if !(l.is_data() && r.is_data() && walk.embedded(l, r)) {
                walk.below(l, r);
            }
            walk.around.pop();
        });
    }

    /// JSON in an element, if it is some on both sides.
    fn embedded(&mut self, left: &Element, right: &Element) -> bool {
        let text = |tree: &'c Tree, element: &Element| -> &'c str {
            element.children.first().map_or("", |child| tree.text(*child))
        };
        let texts = (text(self.left, left), text(self.right, right));
        if texts.0 == texts.1 {
            return true;
        }
        let place = (self.path.render(), self.path.render_starred());
        let embedded = Embedded { texts, place, lens: self.lens };
        let differs = match &mut self.purpose {
            Purpose::Learn(noise) => embedded.learn(noise),
            Purpose::Judge { noise, controlled, drifts, shapes } => {
                embedded.judge(noise, *controlled, drifts, shapes)
            }
        };
        self.explained |= differs == Some(true);
        differs.is_some()
    }

    fn attributes(&mut self, left: &'c Element, right: &'c Element) {
        if left.attributes == right.attributes {
            return;
        }
        let here = self.path.names();
        for (name, value) in &left.attributes {
            let has = |_: &Tree, element: &Element| element.attribute(name).is_some();
            self.within(Step::Attribute(name), |walk| match right.attribute(name) {
                Some(theirs) => walk.text(value, theirs),
                None => walk.missing(What::Removed { value }, &here, has),
            });
        }
        for (name, value) in right.attributes.iter().filter(|(name, _)| left.attribute(name).is_none()) {
            let has = |_: &Tree, element: &Element| element.attribute(name).is_some();
            self.within(Step::Attribute(name), |walk| walk.missing(What::Added { value }, &here, has));
        }
    }

    /// An attribute or element is there on one side only. In lists of alike elements, some may have it by their
    /// data: `has` says which.
    fn missing(&mut self, what: What<'_>, parents: &[&str], has: impl Fn(&Tree, &Element) -> bool) {
        if self.place().is_some_and(|place| place.varied || place.length || place.unstable.is_some()) {
            self.explained = true;
            return;
        }
        let both = |tree: &Tree| {
            let found = tree.named(parents);
            let with = found.iter().filter(|element| has(tree, element)).count();
            with > 0 && with < found.len()
        };
        if self.is_learning() && (both(self.left) || both(self.right)) {
            self.found(What::Varied);
        } else {
            self.found(what);
        }
    }

    pub(super) fn text(&mut self, left: &'c str, right: &'c str) {
        if left == right {
            return;
        }
        let likeness = self.lens.compare(left, right);
        if likeness == Likeness::Masked {
            self.explained = true;
            return;
        }
        let texts = (Cow::Borrowed(left), Cow::Borrowed(right));
        if self.is_learning() {
            return self.found(match likeness {
                Likeness::Symbol => What::Symbolic,
                _ => What::Noise { of: Kind::String, texts },
            });
        }
        if let Some(forms) = self.place().and_then(|place| place.values.get(&Kind::String)).cloned() {
            return self.by_noise(&forms, texts);
        }
        let symbolic = self.place().is_some_and(|place| place.symbol);
        let uncontrolled = matches!(self.purpose, Purpose::Judge { controlled: false, .. });
        if likeness == Likeness::Symbol && (symbolic || uncontrolled) {
            self.shaped("symbol", "a captured value stands here, which differs by nature");
            if !Form::of(left).admits(&Form::of(right)) {
                self.found(What::Format { kind: "shape", texts });
            }
        } else if symbolic {
            self.found(What::Value { kind: Some("symbol"), texts });
        } else {
            self.found(match same_meaning(left, right) {
                Some(kind) => What::Format { kind, texts },
                None => What::Value { kind: None, texts },
            });
        }
    }

    fn by_noise(&mut self, forms: &Forms, texts: (Cow<'c, str>, Cow<'c, str>)) {
        self.explained = true;
        match forms.check(&texts.1) {
            Ok(()) => {}
            Err(Misfit::Form(kind)) => self.found(What::Format { kind, texts }),
            Err(Misfit::Content) => self.found(What::Value { kind: None, texts }),
        }
    }

    /// The children of two elements.
    fn below(&mut self, left: &'c Element, right: &'c Element) {
        let (lefts, rights) = (&left.children, &right.children);
        let of = |hashes: &[u64], ids: &[Id]| ids.iter().map(|id| hashes[*id]).collect::<Vec<_>>();
        let (l, r) = (of(&self.hashes.0, lefts), of(&self.hashes.1, rights));
        let free = self.place().is_some_and(|place| place.order);
        let alignment = align(&l, &r, free, |l, r| self.likeness(lefts[l], rights[r]));
        if alignment.reordered {
            if free {
                self.explained = true;
            } else {
                self.found(What::Order);
            }
        }
        for (l, r) in alignment.pairs {
            let (l, r) = (lefts[l], rights[r]);
            if self.left.hash(l) != self.right.hash(r) {
                match (&self.left.nodes[l], &self.right.nodes[r]) {
                    (Node::Text { text, .. }, Node::Text { text: theirs, .. }) => self.text(text, theirs),
                    _ => self.element(l, r),
                }
            }
        }
        for at in alignment.left_only {
            self.alone(Hand::Left, lefts[at], (left, right));
        }
        for at in alignment.right_only {
            self.alone(Hand::Right, rights[at], (left, right));
        }
    }

    /// How much two nodes share; 0 where they stand for different things.
    fn likeness(&self, left: Id, right: Id) -> usize {
        if self.left.label(left) != self.right.label(right) {
            return 0;
        }
        let (Some(l), Some(r)) = (self.left.element(left), self.right.element(right)) else {
            return 1;
        };
        let theirs = &r.children[..r.children.len().min(HELD)];
        let is_shared = |id: &&Id| theirs.iter().any(|r| self.hashes.0[**id] == self.hashes.1[*r]);
        let shared = l.children.iter().take(HELD).filter(is_shared).count();
        let attributes = l.attributes.iter().filter(|attribute| r.attributes.contains(attribute)).count();
        // One more pair is worth more than any likeness.
        100 + (shared + attributes).min(50)
    }

    /// A child that has no partner.
    fn alone(&mut self, hand: Hand, id: Id, parents: (&'c Element, &'c Element)) {
        let tree = if hand == Hand::Left { self.left } else { self.right };
        let Some(element) = tree.element(id) else {
            let text = tree.text(id);
            return if hand == Hand::Left { self.text(text, "") } else { self.text("", text) };
        };
        let counts = (self.left.count(parents.0, &element.name), self.right.count(parents.1, &element.name));
        let (shown, here) = (tree.shown(id), self.path.names());
        let what =
            if hand == Hand::Left { What::Removed { value: &shown } } else { What::Added { value: &shown } };
        self.within(element.step(), |walk| {
            let repeated = counts.0.min(counts.1) > 0 || counts.0.max(counts.1) > 1;
            if walk.is_learning() && repeated {
                return walk.found(What::Length { left: counts.0, right: counts.1 });
            }
            walk.missing(what, &here, |tree, parent| tree.count(parent, &element.name) > 0);
        });
    }
}

/// An element as either side has it, in short.
fn element_rows(trees: (&Tree, &Tree), (left, right): (Id, Id)) -> Vec<ContextRow> {
    let show = |tree: &Tree, id| Some(line(&tree.shown(id)));
    vec![ContextRow { reference: show(trees.0, left), candidate: show(trees.1, right), differs: true }]
}

impl Tree {
    fn count(&self, element: &Element, name: &str) -> usize {
        element.children.iter().filter(|id| self.element(**id).is_some() && self.label(**id) == name).count()
    }

    /// The elements that a path of names leads to.
    fn named(&self, names: &[&str]) -> Vec<&Element> {
        let mut here: Vec<&Element> = self.element(Self::ROOT).into_iter().collect();
        for name in names {
            here = here
                .into_iter()
                .flat_map(|element| element.children.iter().filter_map(|id| self.element(*id)))
                .filter(|element| element.name == *name)
                .take(LOOKED_AT)
                .collect();
        }
        here
    }

    /// Hashes by node, as one side sees them. Children stand after their parents.
    fn hashes(&self, hand: Hand, lens: &Lens<'_>) -> Vec<u64> {
        let mut out = vec![0; self.nodes.len()];
        for id in (0..self.nodes.len()).rev() {
            let mut hasher = DefaultHasher::new();
            match &self.nodes[id] {
                Node::Text { text, .. } => (0u8, lens.normal(hand, text)).hash(&mut hasher),
                Node::Element(element) => {
                    (1u8, &element.name).hash(&mut hasher);
                    for (name, value) in &element.attributes {
                        (name, lens.normal(hand, value)).hash(&mut hasher);
                    }
                    element.children.iter().for_each(|child| out[*child].hash(&mut hasher));
                }
            }
            out[id] = hasher.finish();
        }
        out
    }
}
