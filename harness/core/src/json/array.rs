//! Two arrays: by position, by a key of their items, or by equality, whichever explains more.

use super::align::Alignment;
use super::document::{Document, Kind, NodeId};
use super::walk::{Walk, What};
use crate::lens::Hand;
use crate::path::Step;
use crate::rules::Mode;

/// Fields tried as the key of a list's items.
const KEYS_TRIED: usize = 8;

impl Walk<'_, '_> {
    pub(super) fn array(&mut self, left: NodeId, right: NodeId, mode: Mode) {
        let lefts: Vec<NodeId> = self.left.children(left).collect();
        let rights: Vec<NodeId> = self.right.children(right).collect();
        let place = self.place();
        let free = place.is_some_and(|p| p.order) || (!self.flat && self.rules.unordered(self.path.steps()));
        if lefts.len() != rights.len() {
            if place.is_some_and(|p| p.length) || mode == Mode::Ignore {
                self.explain();
            } else {
                self.found(What::Length { left: lefts.len(), right: rights.len() });
            }
        }
        // Equal items at both ends stay where they are.
        let both = lefts.len().min(rights.len());
        let head = (0..both).take_while(|at| self.is_same(lefts[*at], rights[*at])).count();
        let tail = (0..both - head)
            .take_while(|at| self.is_same(lefts[lefts.len() - 1 - at], rights[rights.len() - 1 - at]))
            .count();
        let items = Items {
            lefts: (head..lefts.len() - tail).map(|at| (at, lefts[at])).collect(),
            rights: (head..rights.len() - tail).map(|at| (at, rights[at])).collect(),
        };
        let pairs = self.align(items, free, lefts.len() == rights.len(), mode);
        for (l, r) in pairs {
            let foreign = self.is_learning() && is_foreign((self.left, lefts[l]), (self.right, rights[r]));
            self.foreign += usize::from(foreign);
            self.step(Step::Index(l), lefts[l], rights[r], mode);
            self.foreign -= usize::from(foreign);
        }
    }

    /// Which items are compared with which, in the left's order.
    fn align(&mut self, mut items: Items, free: bool, same_length: bool, mode: Mode) -> Vec<(usize, usize)> {
        let mut known = Vec::new();
        if same_length && !free {
            // Items that are equal where they stand, in meaning, are walked there (for the shape of noise).
            let (mut lefts, mut rights) = (Vec::new(), Vec::new());
            for (l, r) in items.lefts.into_iter().zip(items.rights) {
                if self.is_same(l.1, r.1) {
                    continue;
                }
                if self.canon_item(Hand::Left, l.0, l.1, true) == self.canon_item(Hand::Right, l.0, r.1, true)
                {
                    known.push((l.0, r.0));
                } else {
                    lefts.push(l);
                    rights.push(r);
                }
            }
            items = Items { lefts, rights };
        }
        if items.lefts.is_empty() || items.rights.is_empty() {
            return known;
        }
        let mut alignment =
            if same_length && !free { self.align_in_place(&items) } else { self.align_freely(&items, free) };
        if alignment.reordered {
            if free || mode == Mode::Ignore {
                self.explain();
            } else {
                self.found(What::Order);
            }
        }
        let (left, right) = (self.left, self.right);
        let likeness = |l: usize, r: usize| alike((left, items.lefts[l].1), (right, items.rights[r].1));
        if free {
            alignment.pair_rest(likeness);
        } else {
            alignment.pair_gaps(likeness);
            if same_length {
                // As many on both sides: none may stay without a partner.
                alignment.pair_rest(likeness);
            }
        }
        known.extend(alignment.pairs.iter().map(|(l, r)| (items.lefts[*l].0, items.rights[*r].0)));
        known.sort_unstable();
        known
    }

    /// Lists of one length: items stay at their positions unless more of them are found elsewhere.
    fn align_in_place(&mut self, items: &Items) -> Alignment {
        let count = items.lefts.len();
        let in_place =
            || Alignment { pairs: (0..count).map(|at| (at, at)).collect(), ..Alignment::default() };
        if count < 2 {
            return in_place();
        }
        let by_value = self.by_value(items, false);
        if by_value.pairs.len() == count {
            return by_value;
        }
        match self.by_key(items) {
            Some(by_key) if by_key.pairs.iter().all(|(l, r)| l == r) => in_place(),
            Some(by_key) => by_key,
            None if by_value.exact * 2 > count => by_value,
            None => in_place(),
        }
    }

    fn align_freely(&mut self, items: &Items, free: bool) -> Alignment {
        if !free {
            if let Some(by_key) = self.by_key(items) {
                return by_key;
            }
            return self.by_value(items, false);
        }
        let mut alignment = self.by_value(items, true);
        let rest = Items {
            lefts: alignment.left_only.iter().map(|at| items.lefts[*at]).collect(),
            rights: alignment.right_only.iter().map(|at| items.rights[*at]).collect(),
        };
        if let Some(by_key) = self.by_key(&rest) {
            let (lefts, rights) = (alignment.left_only.clone(), alignment.right_only.clone());
            alignment.extend(&by_key, &lefts, &rights);
        }
        alignment
    }

    /// Pairs equal items; then, of the rest, those that noise excuses.
    fn by_value(&mut self, items: &Items, free: bool) -> Alignment {
        let (lefts, rights) = self.canons(items, false);
        let mut alignment = Alignment::by_equality(&lefts, &rights);
        if self.has_noise() && !alignment.left_only.is_empty() && !alignment.right_only.is_empty() {
            let (lefts, rights) = self.canons(items, true);
            alignment.reordered &= Alignment::by_equality(&lefts, &rights).reordered;
            alignment.refine(&lefts, &rights, free);
        }
        alignment
    }

    fn canons(&mut self, items: &Items, blind: bool) -> (Vec<u64>, Vec<u64>) {
        let lefts = items.lefts.iter().map(|(at, id)| self.canon_item(Hand::Left, *at, *id, blind)).collect();
        let rights =
            items.rights.iter().map(|(at, id)| self.canon_item(Hand::Right, *at, *id, blind)).collect();
        (lefts, rights)
    }

    /// Pairs objects by a field that tells them apart on both sides and that both sides share.
    fn by_key(&self, items: &Items) -> Option<Alignment> {
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
        let mut best = None;
        for field in fields.iter().take(KEYS_TRIED) {
            let Some(lefts) = self.key_values(Hand::Left, &items.lefts, field) else {
                continue;
            };
            let Some(rights) = self.key_values(Hand::Right, &items.rights, field) else {
                continue;
            };
            let alignment = Alignment::by_equality(&lefts, &rights);
            if alignment.pairs.is_empty() || alignment.pairs.len() * 2 < lefts.len().min(rights.len()) {
                continue;
            }
            // A key under which everything keeps its place explains more than one under which it moves.
            if !alignment.reordered {
                return Some(alignment);
            }
            best.get_or_insert(alignment);
        }
        best
    }

    /// The values of one field, if every item has it and no two share one.
    fn key_values(&self, hand: Hand, items: &[(usize, NodeId)], field: &str) -> Option<Vec<String>> {
        let document = match hand {
            Hand::Left => self.left,
            Hand::Right => self.right,
        };
        let mut seen = std::collections::HashSet::with_capacity(items.len());
        let mut out = Vec::with_capacity(items.len());
        for (_, id) in items {
            let member = document.member(*id, field)?;
            if !matches!(document.kind(member), Kind::String | Kind::Number) {
                return None;
            }
            let value = self.lens.normal(hand, &document.scalar(member)).into_owned();
            if !seen.insert(value.clone()) {
                return None;
            }
            out.push(value);
        }
        Some(out)
    }
}

/// Members looked at when two items are held against each other.
const COMPARED: usize = 64;

/// Items to be lined up: position in their list, node.
struct Items {
    lefts: Vec<(usize, NodeId)>,
    rights: Vec<(usize, NodeId)>,
}

fn is_key_name(field: &str) -> bool {
    let lower = field.to_ascii_lowercase();
    matches!(lower.as_str(), "id" | "_id" | "uuid" | "key" | "name" | "slug" | "code" | "sku")
        || lower.ends_with("_id")
        || field.ends_with("Id")
}

/// Whether two objects share so little that they stand for different things: most of their scalars differ.
fn is_foreign((left, l): (&Document<'_>, NodeId), (right, r): (&Document<'_>, NodeId)) -> bool {
    if left.kind(l) != Kind::Object || right.kind(r) != Kind::Object {
        return false;
    }
    let (mut scalars, mut same) = (0, 0);
    for child in left.children(l).filter(|child| left.kind(*child).is_scalar()).take(COMPARED) {
        scalars += 1;
        let theirs = right.member(r, &left.key(child));
        same += usize::from(theirs.is_some_and(|theirs| left.raw(child) == right.raw(theirs)));
    }
    scalars > 0 && same * 2 < scalars
}

/// How many members two objects share; other values are alike if they are of one type.
fn alike((left, l): (&Document<'_>, NodeId), (right, r): (&Document<'_>, NodeId)) -> usize {
    if left.kind(l) != right.kind(r) {
        return 0;
    }
    if left.kind(l) != Kind::Object {
        return 1;
    }
    let shared = left.children(l).take(COMPARED).filter(|child| {
        let mut theirs = right.children(r).take(COMPARED);
        theirs.any(|theirs| left.same_key(*child, right, theirs) && left.raw(*child) == right.raw(theirs))
    });
    1 + shared.count()
}
