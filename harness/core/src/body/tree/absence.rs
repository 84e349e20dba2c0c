//! What stands on one side only.

use super::compare::Comparison;
use super::path::Step;
use super::{Element, Id, Tree};
use crate::json::What;
use crate::lens::Hand;
use crate::rules::Mode;

/// Elements looked at to see whether a thing is there in some and not in others.
const LOOKED_AT: usize = 2000;

impl<'c> Comparison<'c> {
    /// An attribute or element is there on one side only. In lists of alike elements, some may have it by their
    /// data: `has` says which.
    pub(super) fn missing(
        &mut self,
        what: What<'_>,
        parents: &[&str],
        has: impl Fn(&Tree, &Element) -> bool,
    ) {
        if self.mode() == Mode::Ignore {
            return self.silence("ignored");
        }
        if self.place().is_some_and(|place| place.varied || place.length || place.unstable.is_some()) {
            return self.explain();
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

    /// A child that has no partner.
    pub(super) fn alone(&mut self, hand: Hand, id: Id, parents: (&'c Element, &'c Element)) {
        let tree = if hand == Hand::Left { self.left } else { self.right };
        let Some(element) = tree.element(id) else {
            let text = tree.text(id);
            return if hand == Hand::Left { self.text(text, "") } else { self.text("", text) };
        };
        let counts = (self.left.count(parents.0, &element.name), self.right.count(parents.1, &element.name));
        let (shown, here) = (tree.shown(id), self.path.names());
        let what = gone(hand, &shown);
        self.within(element.step(), |walk| {
            if walk.mode() == Mode::Ignore {
                walk.silence("ignored");
                return walk.kept(hand, element);
            }
            let repeated = counts.0.min(counts.1) > 0 || counts.0.max(counts.1) > 1;
            if walk.is_learning() && repeated {
                return walk.found(What::Length { left: counts.0, right: counts.1 });
            }
            walk.missing(what, &here, |tree, parent| tree.count(parent, &element.name) > 0);
        });
    }

    /// Reports what stands on one side only and is compared by a rule, below an element that is ignored.
    fn kept(&mut self, hand: Hand, element: &'c Element) {
        if !self.keeps_below() {
            return;
        }
        let tree = if hand == Hand::Left { self.left } else { self.right };
        for (name, value) in &element.attributes {
            self.within(Step::Attribute(name), |walk| {
                if walk.mode() != Mode::Ignore {
                    walk.found(gone(hand, value));
                }
            });
        }
        for id in &element.children {
            let Some(child) = tree.element(*id) else { continue };
            self.within(child.step(), |walk| {
                if walk.mode() == Mode::Ignore {
                    walk.kept(hand, child);
                } else {
                    walk.found(gone(hand, &tree.shown(*id)));
                }
            });
        }
    }
}

/// Something that one side alone has.
fn gone(hand: Hand, value: &str) -> What<'_> {
    if hand == Hand::Left { What::Removed { value } } else { What::Added { value } }
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
}
