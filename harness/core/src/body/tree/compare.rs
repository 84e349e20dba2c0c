//! Two trees walked side by side: once to learn noise, once to find drift.

use std::collections::HashSet;

use envparity_model::{Code, ContextRow};

use super::align::align;
use super::path::{Path, Step};
use super::{Element, Id, Node, Tree};
use crate::body::Shapes;
use crate::body::embedded::Embedded;
use crate::body::structured::{judge_at, learn_at};
use crate::drift::{Drift, Drifts};
use crate::excerpt::line;
use crate::json::What;
use crate::lens::{Hand, Lens};
use crate::noise::{Noise, Place};
use crate::rules::{CaseRules, Mode};

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
    pub(super) left: &'c Tree,
    pub(super) right: &'c Tree,
    /// By node, as either side sees it: authorities masked, symbols replaced.
    hashes: (Vec<u64>, Vec<u64>),
    pub(super) lens: Lens<'c>,
    pub(super) purpose: Purpose<'c>,
    pub(super) rules: &'c CaseRules<'c>,
    pub(super) path: Path<'c>,
    /// How it is compared, for the document and each step of the path.
    modes: Vec<Mode>,
    /// The elements that the walk is in, on both sides.
    around: Vec<(Id, Id)>,
    explained: bool,
    /// Places and kinds for which `shaped` was said: once is enough.
    told: HashSet<(u64, &'static str)>,
}

impl<'c> Comparison<'c> {
    pub(crate) fn new(
        trees: (&'c Tree, &'c Tree),
        lens: Lens<'c>,
        purpose: Purpose<'c>,
        rules: &'c CaseRules<'c>,
    ) -> Self {
        let hashes = (trees.0.hashes(Hand::Left, &lens, rules), trees.1.hashes(Hand::Right, &lens, rules));
        let (left, right) = trees;
        Self {
            left,
            right,
            hashes,
            lens,
            purpose,
            rules,
            path: Path::default(),
            modes: vec![rules.markup()],
            around: Vec::new(),
            explained: false,
            told: HashSet::new(),
        }
    }

    /// Compares both trees. True where something differs in meaning, whether or not it is drift.
    pub(crate) fn run(mut self) -> bool {
        if self.mode().below() == Mode::Ignore {
            self.silence(if self.mode() == Mode::Ignore { "ignored" } else { "compared by its type" });
        } else {
            self.doctype();
        }
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

    /// A difference that noise, a rule or a symbol explains.
    pub(super) const fn explain(&mut self) {
        self.explained = true;
    }

    pub(super) fn shaped(&mut self, kind: &'static str, why: impl FnOnce(&Self) -> String) {
        self.explain();
        if self.is_learning() || !self.told.insert((self.path.hash(), kind)) {
            return;
        }
        let place = (self.path.render_starred(), kind, why(self));
        if let Purpose::Judge { shapes, .. } = &mut self.purpose {
            shapes.push(place);
        }
    }

    /// Nothing more is compared here, by rule.
    pub(super) fn silence(&mut self, how: &str) {
        self.shaped("rule", |walk| format!("{how} by {}", walk.rules.origin_in_markup(walk.path.steps())));
    }

    /// How the walk's place is compared.
    pub(super) fn mode(&self) -> Mode {
        self.modes.last().copied().unwrap_or(Mode::Exact)
    }

    pub(super) fn keeps_below(&self) -> bool {
        self.rules.keeps_below_markup(self.path.steps())
    }

    pub(super) const fn is_learning(&self) -> bool {
        matches!(self.purpose, Purpose::Learn(_))
    }

    /// What was learned about this place.
    pub(super) fn place(&self) -> Option<&Place> {
        match &self.purpose {
            Purpose::Learn(_) => None,
            Purpose::Judge { noise, .. } => noise.places.get(&self.path.hash()),
        }
    }

    pub(super) fn within(&mut self, step: Step<'c>, walk: impl FnOnce(&mut Self)) {
        self.path.push(step);
        self.modes.push(self.rules.markup_at(self.path.steps(), self.mode().below()));
        walk(self);
        self.modes.pop();
        self.path.pop();
    }

    fn element(&mut self, left: Id, right: Id) {
        let (Some(l), Some(r)) = (self.left.element(left), self.right.element(right)) else {
            return;
        };
        self.within(l.step(), |walk| {
            match walk.mode() {
                Mode::Ignore if !walk.keeps_below() => return walk.silence("ignored"),
                Mode::Type | Mode::Shape if !walk.keeps_below() => {
                    return walk.silence("compared by its type");
                }
                _ => {}
            }
            if walk.place().is_some_and(|place| place.unstable.is_some()) {
                walk.explained = true;
                return;
            }
            walk.around.push((left, right));
            walk.attributes(l, r);
            let is_data = walk.mode() == Mode::Exact && l.is_data() && r.is_data();
            if !(is_data && walk.embedded(l, r)) {
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

    /// The children of two elements.
    fn below(&mut self, left: &'c Element, right: &'c Element) {
        let (lefts, rights) = (&left.children, &right.children);
        let of = |hashes: &[u64], ids: &[Id]| ids.iter().map(|id| hashes[*id]).collect::<Vec<_>>();
        let (l, r) = (of(&self.hashes.0, lefts), of(&self.hashes.1, rights));
        let by_rule = self.rules.unordered_markup(self.path.steps());
        let free = by_rule || self.place().is_some_and(|place| place.order);
        let alignment = align(&l, &r, free, |l, r| self.likeness(lefts[l], rights[r]));
        if alignment.reordered {
            if by_rule {
                self.shaped("order", |walk| {
                    let rule = walk.rules.origin_of_markup_order(walk.path.steps());
                    format!("the order does not count, by {rule}")
                });
            } else if free {
                self.explain();
            } else if self.mode().below() == Mode::Ignore {
                self.silence("ignored");
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
}

/// An element as either side has it, in short.
fn element_rows(trees: (&Tree, &Tree), (left, right): (Id, Id)) -> Vec<ContextRow> {
    let show = |tree: &Tree, id| Some(line(&tree.shown(id)));
    vec![ContextRow { reference: show(trees.0, left), candidate: show(trees.1, right), differs: true }]
}
