//! Hashes by node, by which children are lined up: as one side sees them, and as rules have them compared.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::path::{Path, Step};
use super::{Id, Node, Tree};
use crate::lens::{Hand, Lens};
use crate::rules::{CaseRules, Mode};

impl Tree {
    /// By node. Children stand after their parents.
    pub(super) fn hashes(&self, hand: Hand, lens: &Lens<'_>, rules: &CaseRules<'_>) -> Vec<u64> {
        let mut out = vec![0; self.nodes.len()];
        if rules.looks_into_markup() {
            let mut hashing = Ruled { tree: self, hand, lens, rules, path: Path::default(), out };
            hashing.node(Self::ROOT, rules.markup());
            return hashing.out;
        }
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

/// Hashes that do not hold what rules leave out.
struct Ruled<'h> {
    tree: &'h Tree,
    hand: Hand,
    lens: &'h Lens<'h>,
    rules: &'h CaseRules<'h>,
    path: Path<'h>,
    out: Vec<u64>,
}

impl<'h> Ruled<'h> {
    /// Hashes a node, which stands where the path leads, and everything below it.
    fn node(&mut self, id: Id, mode: Mode) {
        let tree = self.tree;
        let mut hasher = DefaultHasher::new();
        match &tree.nodes[id] {
            Node::Text { text, .. } => (0u8, self.value(text, mode)).hash(&mut hasher),
            Node::Element(element) => {
                (1u8, &element.name).hash(&mut hasher);
                let below = mode.below();
                for (name, value) in &element.attributes {
                    self.path.push(Step::Attribute(name));
                    let mode = self.rules.markup_at(self.path.steps(), below);
                    if mode != Mode::Ignore {
                        (name, self.value(value, mode)).hash(&mut hasher);
                    }
                    self.path.pop();
                }
                let mut hashes = Vec::with_capacity(element.children.len());
                for child in &element.children {
                    hashes.extend(self.child(*child, below));
                }
                if self.rules.unordered_markup(self.path.steps()) {
                    hashes.sort_unstable();
                }
                hashes.hash(&mut hasher);
            }
        }
        self.out[id] = hasher.finish();
    }

    /// A child's hash; none where it does not count.
    fn child(&mut self, id: Id, inherited: Mode) -> Option<u64> {
        let Some(element) = self.tree.element(id) else {
            self.node(id, inherited);
            return (inherited != Mode::Ignore).then(|| self.out[id]);
        };
        self.path.push(element.step());
        let mode = self.rules.markup_at(self.path.steps(), inherited);
        self.node(id, mode);
        let counts = mode != Mode::Ignore || self.rules.keeps_below_markup(self.path.steps());
        self.path.pop();
        counts.then(|| self.out[id])
    }

    /// A text as it counts; none where only its being there does. Where it takes two to say, it is held in full.
    fn value(&self, text: &'h str, mode: Mode) -> Option<Cow<'h, str>> {
        match mode {
            Mode::Ignore | Mode::Type | Mode::Shape => None,
            Mode::Texts(rule) => match self.rules.normal(rule, text) {
                Some(normal) => Some(Cow::Owned(self.lens.normal(self.hand, &normal).into_owned())),
                None => Some(self.lens.normal(self.hand, text)),
            },
            Mode::Exact | Mode::Format => Some(self.lens.normal(self.hand, text)),
        }
    }
}
