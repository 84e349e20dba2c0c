//! Items of arrays by what tells them apart: a field found by itself, fields that a rule names.

use std::collections::HashSet;

use super::align::Alignment;
use super::array::{How, Items, alike};
use super::document::{Kind, NodeId};
use super::walk::{Walk, What};
use crate::lens::Hand;
use crate::path::Step;
use crate::rules::Mode;

/// Fields tried as the key of a list's items.
const KEYS_TRIED: usize = 8;

/// Pairs held against each other to choose between keys.
const PAIRS_TRIED: usize = 32;

impl Walk<'_, '_> {
    /// Pairs objects by a field that tells them apart on both sides and that both sides share.
    pub(super) fn by_key(&self, items: &Items) -> Option<Alignment> {
        let first = items.lefts.first()?.1;
        if self.left.kind(first) != Kind::Object {
            return None;
        }
        let mut fields: Vec<_> = self
            .left
            .children(first)
            .filter(|child| matches!(self.left.kind(*child), Kind::String | Kind::Number))
            .map(|child| self.left.key(child))
            .collect();
        fields.sort_by_key(|field| !is_key_name(field));
        let mut best: Option<((usize, bool), Alignment)> = None;
        for field in fields.iter().take(KEYS_TRIED) {
            let Some(lefts) = self.key_values(Hand::Left, &items.lefts, field) else {
                continue;
            };
            let Some(rights) = self.key_values(Hand::Right, &items.rights, field) else {
                continue;
            };
            let mut alignment = Alignment::by_equality(&lefts, &rights);
            alignment.key = Some(field.clone().into_owned());
            if alignment.pairs.is_empty() || alignment.pairs.len() * 2 < lefts.len().min(rights.len()) {
                continue;
            }
            // A key by name under which everything keeps its place needs no comparison with others.
            if is_key_name(field) && !alignment.reordered {
                return Some(alignment);
            }
            // Of others, the one whose pairs have most in common: the number of a row tells rows apart, too.
            let rank = (self.in_common(&alignment, items), !alignment.reordered);
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                best = Some((rank, alignment));
            }
        }
        best.map(|(_, alignment)| alignment)
    }

    /// How much the items of some pairs have in common.
    fn in_common(&self, alignment: &Alignment, items: &Items) -> usize {
        let stride = (alignment.pairs.len() / PAIRS_TRIED).max(1);
        let some = alignment.pairs.iter().step_by(stride).take(PAIRS_TRIED);
        let likeness =
            |(l, r): &(usize, usize)| alike((self.left, items.lefts[*l].1), (self.right, items.rights[*r].1));
        some.map(likeness).sum()
    }

    /// The field that names what an item is: its name says so.
    pub(super) fn named_key(&self, id: NodeId) -> Option<String> {
        let is_key = |child: &NodeId| matches!(self.left.kind(*child), Kind::String | Kind::Number);
        let names = self.left.children(id).filter(is_key).map(|child| self.left.key(child));
        names.into_iter().find(|name| is_key_name(name)).map(std::borrow::Cow::into_owned)
    }

    /// The values of one field, if every item has it and no two share one.
    fn key_values(&self, hand: Hand, items: &[(usize, NodeId)], field: &str) -> Option<Vec<String>> {
        let mut seen = HashSet::with_capacity(items.len());
        let mut out = Vec::with_capacity(items.len());
        for (_, id) in items {
            let value = self.field(hand, *id, field)?;
            if !seen.insert(value.clone()) {
                return None;
            }
            out.push(value);
        }
        Some(out)
    }

    /// A field that is a text or a number, seen through symbols.
    fn field(&self, hand: Hand, id: NodeId, field: &str) -> Option<String> {
        let document = self.document(hand);
        let member = document.member(id, field)?;
        let is_key = matches!(document.kind(member), Kind::String | Kind::Number);
        is_key.then(|| self.lens.normal(hand, &document.scalar(member)).into_owned())
    }

    /// Pairs items that share all of a rule's fields; the others stand on one side only.
    pub(super) fn by_named_key(
        &mut self,
        lefts: &[NodeId],
        rights: &[NodeId],
        fields: &[String],
        mode: Mode,
    ) {
        // Items without the key are paired in turn.
        let keys = |hand: Hand, items: &[NodeId]| -> Vec<Option<Vec<String>>> {
            items.iter().map(|id| fields.iter().map(|field| self.field(hand, *id, field)).collect()).collect()
        };
        let alignment = Alignment::by_equality(&keys(Hand::Left, lefts), &keys(Hand::Right, rights));
        if alignment.reordered {
            self.lined_up("order", "the order does not count");
        }
        for (l, r) in &alignment.pairs {
            self.step(Step::Index(*l), lefts[*l], rights[*r], mode);
        }
        if self.is_learning() && alignment.left_only.len() + alignment.right_only.len() > 0 {
            return self.found(What::Length { left: lefts.len(), right: rights.len() });
        }
        if self.place().is_some_and(|place| place.length) {
            return self.explain();
        }
        for at in alignment.left_only {
            self.alone(Hand::Left, Step::Index(at), lefts[at], mode);
        }
        for at in alignment.right_only {
            self.alone(Hand::Right, Step::Index(at), rights[at], mode);
        }
    }

    /// Items as sets: each counts once, order is free.
    pub(super) fn as_sets(&mut self, (lefts, rights): (Vec<NodeId>, Vec<NodeId>), mode: Mode) {
        let distinct = |walk: &mut Self, hand: Hand, items: &[NodeId]| -> Vec<(usize, NodeId)> {
            let mut seen = HashSet::new();
            let mut out = Vec::new();
            for (at, id) in items.iter().enumerate() {
                if seen.insert(walk.canon_below(hand, Step::Index(at), *id, (true, mode))) {
                    out.push((at, *id));
                }
            }
            out
        };
        let items =
            Items { lefts: distinct(self, Hand::Left, &lefts), rights: distinct(self, Hand::Right, &rights) };
        if items.lefts.len() < lefts.len() || items.rights.len() < rights.len() {
            self.lined_up("length", "repetition does not count");
        }
        self.length(items.lefts.len(), items.rights.len(), mode);
        let same_length = items.lefts.len() == items.rights.len();
        let pairs = self.align(items, How { free: true, by_rule: true, same_length, several: false, mode });
        self.pairs(&pairs, &lefts, &rights, mode);
    }

    /// Lists compared by the shape of their items: as many as there are, the last of the shorter list against the
    /// rest of the longer one.
    pub(super) fn by_shape(&mut self, lefts: &[NodeId], rights: &[NodeId]) {
        if lefts.len() != rights.len() {
            self.silence("compared by shape, not by its number of items,");
        }
        if lefts.is_empty() || rights.is_empty() {
            return;
        }
        for at in 0..lefts.len().max(rights.len()) {
            let (l, r) = (lefts[at.min(lefts.len() - 1)], rights[at.min(rights.len() - 1)]);
            self.step(Step::Index(at), l, r, Mode::Shape);
        }
    }
}

fn is_key_name(field: &str) -> bool {
    let lower = field.to_ascii_lowercase();
    matches!(lower.as_str(), "id" | "_id" | "uuid" | "guid" | "key" | "name" | "slug" | "code" | "sku")
        || lower.ends_with("_id")
        || field.ends_with("Id")
}
