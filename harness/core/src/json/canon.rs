//! A value as one number: equal numbers are equal values, whatever the order of keys, seen through symbols, noise
//! and rules. Used to line up items of lists.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::document::{Document, Kind, NodeId};
use super::walk::Walk;
use crate::lens::Hand;
use crate::path::Step;
use crate::rules::Mode;

/// Levels below an item that are looked into; deeper ones count as bytes.
const MAX_DEPTH: usize = 64;

impl<'a> Walk<'_, 'a> {
    /// The number of an item, one index below the walk's current place. `blind` to what noise excuses, or not.
    pub(super) fn canon_item(&mut self, hand: Hand, at: usize, id: NodeId, blind: bool) -> u64 {
        let seeing = std::mem::replace(&mut self.blind, blind);
        self.path.push(Step::Index(at));
        let canon = self.canon(hand, id, Mode::Exact, 0);
        self.path.pop();
        self.blind = seeing;
        canon
    }

    fn canon(&mut self, hand: Hand, id: NodeId, inherited: Mode, depth: usize) -> u64 {
        let document: &Document<'a> = match hand {
            Hand::Left => self.left,
            Hand::Right => self.right,
        };
        let kind = document.kind(id);
        let mode = if self.flat { inherited } else { self.rules.mode_at(self.path.steps(), inherited) };
        let place = self.place().filter(|_| self.blind);
        let mut hasher = DefaultHasher::new();
        if mode == Mode::Ignore || place.is_some_and(|place| place.unstable.is_some() || place.varied) {
            return 0;
        }
        kind.hash(&mut hasher);
        if matches!(mode, Mode::Type | Mode::Format | Mode::Tolerance { .. }) || depth >= MAX_DEPTH {
            if mode == Mode::Exact {
                document.raw(id).hash(&mut hasher);
            }
            return hasher.finish();
        }
        match kind {
            Kind::Object if !place.is_some_and(|place| place.keys) => {
                let mut sum: u64 = 0;
                for child in document.children(id) {
                    let key = document.key(child);
                    self.path.push(Step::Key(key.clone()));
                    let value = self.canon(hand, child, mode, depth + 1);
                    self.path.pop();
                    let mut member = DefaultHasher::new();
                    (key, value).hash(&mut member);
                    sum = sum.wrapping_add(member.finish());
                }
                sum.hash(&mut hasher);
            }
            Kind::Array if !place.is_some_and(|place| place.length) => {
                let free = place.is_some_and(|place| place.order)
                    || (!self.flat && self.rules.unordered(self.path.steps()));
                let mut sum: u64 = 0;
                for (at, child) in document.children(id).enumerate() {
                    self.path.push(Step::Index(at));
                    let value = self.canon(hand, child, mode, depth + 1);
                    self.path.pop();
                    if free {
                        let mut item = DefaultHasher::new();
                        value.hash(&mut item);
                        sum = sum.wrapping_add(item.finish());
                    } else {
                        value.hash(&mut hasher);
                    }
                }
                (document.len(id), sum).hash(&mut hasher);
            }
            Kind::Object | Kind::Array => {}
            _ if place.is_some_and(|place| place.values.contains_key(&kind)) => {}
            _ => self.lens.normal(hand, &document.scalar(id)).hash(&mut hasher),
        }
        hasher.finish()
    }
}
