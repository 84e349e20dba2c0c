//! A value as one number: equal numbers are equal values, whatever the order of keys, seen through symbols, noise
//! and rules. Used to line up items of lists and members of maps.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::document::{Kind, NodeId};
use super::walk::Walk;
use crate::lens::Hand;
use crate::path::Step;
use crate::rules::Mode;

/// Levels below an item that are looked into; deeper ones count as bytes.
const MAX_DEPTH: usize = 64;

/// Nodes from which on a number is worth remembering: lists of lists ask for it at every level.
const WORTH_KEEPING: usize = 32;

impl<'a> Walk<'_, 'a> {
    /// The number of a value one step below the walk's current place. `blind` to what noise and rules excuse, or not.
    pub(super) fn canon_below(
        &mut self,
        hand: Hand,
        step: Step<'a>,
        id: NodeId,
        (blind, mode): (bool, Mode),
    ) -> u64 {
        let seeing = std::mem::replace(&mut self.blind, blind);
        self.path.push(step);
        let canon = self.canon(hand, id, mode, 0);
        self.path.pop();
        self.blind = seeing;
        canon
    }

    fn canon(&mut self, hand: Hand, id: NodeId, inherited: Mode, depth: usize) -> u64 {
        let document = self.document(hand);
        let large = document.below(id).len() >= WORTH_KEEPING;
        let key = (hand == Hand::Left, id, self.blind, self.path.hash());
        if let Some(known) = self.canons.get(&key).filter(|_| large) {
            return *known;
        }
        let canon = self.canon_anew(hand, id, inherited, depth);
        if large && depth < MAX_DEPTH / 2 {
            self.canons.insert(key, canon);
        }
        canon
    }

    fn canon_anew(&mut self, hand: Hand, id: NodeId, inherited: Mode, depth: usize) -> u64 {
        let document = self.document(hand);
        let kind = document.kind(id);
        let mode = self.mode(inherited);
        let place = self.place().filter(|_| self.blind);
        if (mode == Mode::Ignore && !self.keeps_below())
            || place.is_some_and(|place| place.unstable.is_some() || place.varied)
        {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        kind.hash(&mut hasher);
        if depth >= MAX_DEPTH {
            document.raw(id).hash(&mut hasher);
            return hasher.finish();
        }
        if self.blind && matches!(mode, Mode::Type | Mode::Format | Mode::Shape) {
            return hasher.finish();
        }
        match kind {
            Kind::Object if !place.is_some_and(|place| place.keys) => {
                self.members(hand, id, mode, depth).hash(&mut hasher);
            }
            Kind::Array if !place.is_some_and(|place| place.length) => {
                self.items(hand, id, mode, depth).hash(&mut hasher);
            }
            Kind::Object | Kind::Array => {}
            _ if mode == Mode::Ignore => {}
            _ if place.is_some_and(|place| place.values.contains_key(&kind)) => {}
            _ => self.leaf(hand, id, mode, &mut hasher),
        }
        hasher.finish()
    }

    /// The members of an object, whatever their order.
    fn members(&mut self, hand: Hand, id: NodeId, mode: Mode, depth: usize) -> u64 {
        let document = self.document(hand);
        let map = self.map_of(hand, id);
        let mut sum: u64 = 0;
        for child in document.children(id) {
            let key = document.key(child);
            let step = if map.wild { Step::MapKey(key.clone()) } else { Step::Key(key.clone()) };
            self.path.push(step);
            let value = self.canon(hand, child, mode, depth + 1);
            self.path.pop();
            let mut member = DefaultHasher::new();
            if !map.by_rule {
                key.hash(&mut member);
            }
            value.hash(&mut member);
            sum = sum.wrapping_add(member.finish());
        }
        sum
    }

    fn items(&mut self, hand: Hand, id: NodeId, mode: Mode, depth: usize) -> u64 {
        let document = self.document(hand);
        let lists = self.lists();
        let by_noise = self.blind && self.place().is_some_and(|place| place.order);
        let free = by_noise || lists.unordered || lists.set || lists.key.is_some();
        let mut values = Vec::with_capacity(document.len(id));
        for (at, child) in document.children(id).enumerate() {
            self.path.push(Step::Index(at));
            values.push(self.canon(hand, child, mode, depth + 1));
            self.path.pop();
        }
        if free {
            values.sort_unstable();
        }
        if lists.set {
            values.dedup();
        }
        let mut hasher = DefaultHasher::new();
        values.hash(&mut hasher);
        hasher.finish()
    }

    fn leaf(&self, hand: Hand, id: NodeId, mode: Mode, hasher: &mut DefaultHasher) {
        let text = self.document(hand).scalar(id);
        match mode {
            Mode::Texts(rule) if self.blind => {
                if let Some(normal) = self.rules.normal(rule, &text) {
                    self.lens.normal(hand, &normal).hash(hasher);
                }
            }
            _ => self.lens.normal(hand, &text).hash(hasher),
        }
    }
}
