//! Two arrays: by position, by a key of their items, or by equality, whichever explains more.

use std::borrow::Cow;
use std::collections::HashSet;

use super::align::Alignment;
use super::document::{Document, Kind, NodeId};
use super::walk::{Walk, What};
use crate::lens::Hand;
use crate::path::Step;
use crate::rules::Mode;

impl Walk<'_, '_> {
    pub(super) fn array(&mut self, left: NodeId, right: NodeId, mode: Mode) {
        let lefts: Vec<NodeId> = self.left.children(left).collect();
        let rights: Vec<NodeId> = self.right.children(right).collect();
        if mode == Mode::Shape {
            return self.by_shape(&lefts, &rights);
        }
        let lists = self.lists();
        if let Some(fields) = lists.key {
            return self.by_named_key(&lefts, &rights, fields, mode);
        }
        if lists.set {
            return self.as_sets((lefts, rights), mode);
        }
        let place = self.place();
        let noisy = place.is_some_and(|p| p.order);
        self.length(lefts.len(), rights.len(), mode);
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
        let how = How {
            free: noisy || lists.unordered,
            by_rule: lists.unordered,
            same_length: lefts.len() == rights.len(),
            several: lefts.len() > 1,
            mode,
        };
        let pairs = self.align(items, how);
        self.pairs(&pairs, &lefts, &rights, mode);
    }

    pub(super) fn pairs(&mut self, pairs: &[Pair], lefts: &[NodeId], rights: &[NodeId], mode: Mode) {
        for pair in pairs {
            let (l, r) = (lefts[pair.left], rights[pair.right]);
            if pair.replaced {
                self.replaced(pair.left, (l, r), mode);
                continue;
            }
            let foreign = self.is_learning() && is_foreign((self.left, l), (self.right, r));
            self.foreign += usize::from(foreign);
            self.step(Step::Index(pair.left), l, r, mode);
            self.foreign -= usize::from(foreign);
        }
    }

    /// Another thing stands in an item's place: that is one difference, not one for each of its fields.
    fn replaced(&mut self, at: usize, (left, right): (NodeId, NodeId), inherited: Mode) {
        self.path.push(Step::Index(at));
        if self.mode(inherited) == Mode::Ignore {
            self.silence("ignored");
        } else {
            let texts = (Cow::Borrowed(self.left.raw(left)), Cow::Borrowed(self.right.raw(right)));
            self.found(What::Value { kind: Some("item"), texts });
        }
        self.path.pop();
    }

    /// Whether two items whose keys differ share so little beside them that they stand for different things. What is
    /// noise or excused by a rule says nothing.
    fn is_replaced(&mut self, key: &str, (at, left): (usize, NodeId), right: NodeId, mode: Mode) -> bool {
        if self.is_learning() || self.left.kind(left) != self.right.kind(right) {
            return false;
        }
        let (mut told, mut same, mut other) = (0, 0, false);
        let members: Vec<NodeId> = self.left.children(left).take(COMPARED).collect();
        self.path.push(Step::Index(at));
        let inherited = self.mode(mode);
        for member in members.into_iter().filter(|member| self.left.kind(*member).is_scalar()) {
            let name = self.left.key(member);
            let is_key = name == key;
            let theirs = self.right.member(right, &name);
            self.path.push(Step::Key(name));
            let told_here = self.place().is_none() && self.mode(inherited) == Mode::Exact;
            self.path.pop();
            let normal =
                |hand: Hand, id: NodeId| self.lens.normal(hand, &self.document(hand).scalar(id)).into_owned();
            let equal = theirs.is_some_and(|r| normal(Hand::Left, member) == normal(Hand::Right, r));
            if is_key {
                other |= told_here && !equal;
            } else if told_here {
                told += 1;
                same += usize::from(equal);
            }
        }
        self.path.pop();
        other && told > 0 && same * 2 < told
    }

    pub(super) fn length(&mut self, left: usize, right: usize, mode: Mode) {
        if left == right {
            return;
        }
        if mode == Mode::Ignore && !self.keeps_below() {
            self.silence("ignored");
        } else if self.place().is_some_and(|p| p.length) {
            self.explain();
        } else {
            self.found(What::Length { left, right });
        }
    }

    /// The order of items differs.
    fn order(&mut self, how: How) {
        if how.by_rule {
            self.lined_up("order", "the order does not count");
        } else if how.free {
            self.explain();
        } else if how.mode == Mode::Ignore && !self.keeps_below() {
            self.silence("ignored");
        } else {
            self.found(What::Order);
        }
    }

    /// A rule says how a list is lined up, and it made a difference.
    pub(super) fn lined_up(&mut self, kind: &'static str, how: &str) {
        self.shaped(kind, |walk| format!("{how}, by {}", walk.rules.origin_of_lists(walk.path.steps())));
    }

    /// Which items are compared with which, in the left's order.
    pub(super) fn align(&mut self, mut items: Items, how: How) -> Vec<Pair> {
        let mut known = Vec::new();
        let in_place = how.same_length && !how.free;
        if in_place && items.lefts.len() > 1 {
            // Items that are equal where they stand, in meaning, are walked there (for the shape of noise).
            let (mut lefts, mut rights) = (Vec::new(), Vec::new());
            for (l, r) in items.lefts.into_iter().zip(items.rights) {
                if self.is_same(l.1, r.1) {
                    continue;
                }
                if self.canon_item(Hand::Left, l, how, true)
                    == self.canon_item(Hand::Right, (l.0, r.1), how, true)
                {
                    known.push(Pair { left: l.0, right: r.0, replaced: false });
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
            if in_place { self.align_in_place(&items, how) } else { self.align_freely(&items, how) };
        if alignment.reordered {
            self.order(how);
        }
        let (left, right) = (self.left, self.right);
        let likeness = |l: usize, r: usize| alike((left, items.lefts[l].1), (right, items.rights[r].1));
        // Pairs by key are the same thing on both sides.
        let keyed = alignment.key.is_some();
        let firm: HashSet<(usize, usize)> = alignment.pairs.iter().copied().filter(|_| keyed).collect();
        if how.free {
            alignment.pair_rest(likeness);
        } else {
            alignment.pair_gaps(likeness);
            if how.same_length {
                // As many on both sides: none may stay without a partner.
                alignment.pair_rest(likeness);
            }
        }
        for (l, r) in alignment.pairs {
            let (mine, theirs) = (items.lefts[l], items.rights[r]);
            let replaced = how.several && !firm.contains(&(l, r)) && {
                let key = alignment.key.clone().or_else(|| self.named_key(mine.1));
                key.is_some_and(|key| self.is_replaced(&key, mine, theirs.1, how.mode))
            };
            known.push(Pair { left: mine.0, right: theirs.0, replaced });
        }
        known.sort_unstable();
        known
    }

    /// Lists of one length: items stay at their positions unless more of them are found elsewhere.
    fn align_in_place(&mut self, items: &Items, how: How) -> Alignment {
        let count = items.lefts.len();
        let in_place =
            || Alignment { pairs: (0..count).map(|at| (at, at)).collect(), ..Alignment::default() };
        if count < 2 {
            return in_place();
        }
        let by_value = self.by_value(items, how);
        if by_value.pairs.len() == count {
            return by_value;
        }
        match self.by_key(items) {
            Some(by_key) if by_key.pairs.iter().all(|(l, r)| l == r) => {
                Alignment { exact: 0, reordered: false, ..by_key }
            }
            Some(by_key) => by_key,
            None if by_value.exact * 2 > count => by_value,
            None => in_place(),
        }
    }

    fn align_freely(&mut self, items: &Items, how: How) -> Alignment {
        if !how.free {
            let by_key = self.by_key(items);
            let by_value = self.by_value(items, how);
            let Some(by_key) = by_key else { return by_value };
            // A number of the row tells items apart and is no key of theirs: what is equal belongs together.
            return if by_value.exact > self.equal_pairs(&by_key, items, how) { by_value } else { by_key };
        }
        let mut alignment = self.by_value(items, how);
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

    fn equal_pairs(&mut self, alignment: &Alignment, items: &Items, how: How) -> usize {
        let (lefts, rights) = self.canons(items, how, false);
        alignment.pairs.iter().filter(|(l, r)| lefts[*l] == rights[*r]).count()
    }

    /// Pairs equal items; then, of the rest, those that noise or a rule excuses.
    fn by_value(&mut self, items: &Items, how: How) -> Alignment {
        let (lefts, rights) = self.canons(items, how, false);
        let mut alignment = Alignment::by_equality(&lefts, &rights);
        if how.free {
            let number = |hand: Hand, at: usize| self.number(hand, items, at);
            alignment.pair_numbers(|at| number(Hand::Left, at), |at| number(Hand::Right, at));
        } else {
            alignment.keep_order(&lefts, &rights);
        }
        let excuses = self.has_noise() || !self.flat;
        if excuses && !alignment.left_only.is_empty() && !alignment.right_only.is_empty() {
            let (lefts, rights) = self.canons(items, how, true);
            alignment.reordered &= Alignment::by_equality(&lefts, &rights).reordered;
            alignment.refine(&lefts, &rights, how.free);
        }
        alignment
    }

    fn canons(&mut self, items: &Items, how: How, blind: bool) -> (Vec<u64>, Vec<u64>) {
        let lefts = items.lefts.iter().map(|item| self.canon_item(Hand::Left, *item, how, blind)).collect();
        let rights =
            items.rights.iter().map(|item| self.canon_item(Hand::Right, *item, how, blind)).collect();
        (lefts, rights)
    }

    fn canon_item(&mut self, hand: Hand, (at, id): (usize, NodeId), how: How, blind: bool) -> u64 {
        self.canon_below(hand, Step::Index(at), id, (blind, how.mode))
    }

    /// The number that an item is, where it is one.
    fn number(&self, hand: Hand, items: &Items, at: usize) -> Option<f64> {
        let (document, id) = match hand {
            Hand::Left => (self.left, items.lefts[at].1),
            Hand::Right => (self.right, items.rights[at].1),
        };
        if document.kind(id) == Kind::Number { document.raw(id).parse().ok() } else { None }
    }
}

/// Two items that are compared, by their positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) left: usize,
    pub(super) right: usize,
    /// One thing stands for another.
    pub(super) replaced: bool,
}

/// How items are lined up.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// Their order does not count.
    pub(super) free: bool,
    /// A rule says so.
    pub(super) by_rule: bool,
    pub(super) same_length: bool,
    /// There is more than one.
    pub(super) several: bool,
    /// How what stands in them is compared.
    pub(super) mode: Mode,
}

/// Members looked at when two items are held against each other.
const COMPARED: usize = 64;

/// Items to be lined up: position in their list, node.
pub(super) struct Items {
    pub(super) lefts: Vec<(usize, NodeId)>,
    pub(super) rights: Vec<(usize, NodeId)>,
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
pub(super) fn alike((left, l): (&Document<'_>, NodeId), (right, r): (&Document<'_>, NodeId)) -> usize {
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
