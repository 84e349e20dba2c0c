//! Two objects: members by key, duplicates counted, keys that differ by nature lined up.

use std::borrow::Cow;
use std::collections::HashMap;

use super::align::Alignment;
use super::array::alike;
use super::document::{Document, Kind, NodeId};
use super::walk::{Walk, What};
use crate::form::{Form, Forms, Misfit};
use crate::lens::Hand;
use crate::path::Step;
use crate::rules::Mode;
use crate::symbols::Symbols;

/// Unmatched keys looked at for symbols.
const SYMBOL_KEYS: usize = 256;

/// A member: its key, its last value, how often the key stands.
struct Member<'a> {
    key: Cow<'a, str>,
    id: NodeId,
    count: u32,
}

impl<'a> Walk<'_, 'a> {
    pub(super) fn object(&mut self, left: NodeId, right: NodeId, mode: Mode) {
        let map = self.map_of(Hand::Left, left);
        let step = |key: Cow<'a, str>| if map.wild { Step::MapKey(key) } else { Step::Key(key) };
        if self.same_keys(left, right) {
            let pairs: Vec<_> = self.left.children(left).zip(self.right.children(right)).collect();
            for (l, r) in pairs {
                if !self.is_same(l, r) {
                    let key = self.left.key(l);
                    self.step(step(key), l, r, mode);
                }
            }
            return;
        }
        let lefts = members(self.left, left);
        let mut rights: Vec<Option<Member<'a>>> = members(self.right, right).into_iter().map(Some).collect();
        let by_key: HashMap<String, usize> = rights
            .iter()
            .enumerate()
            .filter_map(|(at, member)| Some((member.as_ref()?.key.clone().into_owned(), at)))
            .collect();
        let mut left_only = Vec::new();
        for member in lefts {
            let Some(theirs) = by_key.get(member.key.as_ref()).and_then(|at| rights[*at].take()) else {
                left_only.push(member);
                continue;
            };
            if member.count != theirs.count {
                self.duplicate(&member, &theirs, mode);
            }
            self.step(step(member.key), member.id, theirs.id, mode);
        }
        let right_only: Vec<Member<'a>> = rights.into_iter().flatten().collect();
        self.unmatched(left_only, right_only, map, (left, mode));
    }

    /// Whether an object is a map from ids: by rule, or by what it looks like.
    pub(super) fn map_of(&self, hand: Hand, id: NodeId) -> Map {
        let by_rule = self.lists().map;
        Map { wild: by_rule || looks_like_map(self.document(hand), id), by_rule }
    }

    /// The same keys in the same order: the usual case.
    fn same_keys(&self, left: NodeId, right: NodeId) -> bool {
        self.left.len(left) == self.right.len(right)
            && self
                .left
                .children(left)
                .zip(self.right.children(right))
                .all(|(l, r)| self.left.same_key(l, self.right, r))
    }

    fn duplicate(&mut self, left: &Member<'a>, right: &Member<'a>, mode: Mode) {
        self.path.push(Step::Key(left.key.clone()));
        if !self.is_excused(mode) {
            self.found(What::Duplicate { left: left.count, right: right.count });
        }
        self.path.pop();
    }

    /// Whether presence is not judged at this place.
    pub(super) fn is_excused(&mut self, inherited: Mode) -> bool {
        let mode = self.mode(inherited);
        if mode == Mode::Ignore {
            self.silence("ignored");
            return true;
        }
        let learned = self.place().is_some_and(|place| place.varied || place.unstable.is_some());
        if learned || self.is_excused_by_shape(mode) {
            self.explain();
            return true;
        }
        if self.is_learning() && self.is_varied() {
            self.found(What::Varied);
            return true;
        }
        false
    }

    fn unmatched(
        &mut self,
        lefts: Vec<Member<'a>>,
        rights: Vec<Member<'a>>,
        map: Map,
        (object, mode): (NodeId, Mode),
    ) {
        let (lefts, rights) = self.pair_symbols(lefts, rights, mode);
        if lefts.is_empty() && rights.is_empty() {
            return;
        }
        if map.by_rule {
            let mut forms = Forms::default();
            self.left.children(object).for_each(|child| forms.add(&self.left.key(child)));
            self.lined_up("keys", "keys are compared by their form");
            return self.by_nature(&lefts, &rights, Some(&forms), mode);
        }
        let by_nature = |list: &[Member<'a>]| list.iter().all(|m| Form::of(&m.key).is_volatile());
        if let Some(place) = self.place().filter(|place| place.keys) {
            return self.by_nature(&lefts, &rights, Some(&place.key_forms), mode);
        }
        if self.is_learning() && by_nature(&lefts) && by_nature(&rights) {
            let keys = lefts.iter().chain(&rights).map(|m| m.key.clone()).collect();
            self.found(What::Keys(keys));
            return self.by_nature(&lefts, &rights, None, mode);
        }
        let step = |key: Cow<'a, str>| if map.wild { Step::MapKey(key) } else { Step::Key(key) };
        for member in lefts {
            self.alone(Hand::Left, step(member.key), member.id, mode);
        }
        for member in rights {
            self.alone(Hand::Right, step(member.key), member.id, mode);
        }
    }

    /// A member or an item that stands on one side only.
    pub(super) fn alone(&mut self, hand: Hand, step: Step<'a>, id: NodeId, inherited: Mode) {
        self.path.push(step);
        let mode = self.mode(inherited);
        if !self.is_excused(mode) {
            let value = self.document(hand).raw(id);
            self.found(if hand == Hand::Left { What::Removed { value } } else { What::Added { value } });
        } else if mode == Mode::Ignore {
            self.kept(hand, id, mode);
        }
        self.path.pop();
    }

    /// Pairs keys that are one symbol; returns what is left.
    fn pair_symbols(
        &mut self,
        lefts: Vec<Member<'a>>,
        rights: Vec<Member<'a>>,
        mode: Mode,
    ) -> (Vec<Member<'a>>, Vec<Member<'a>>) {
        let symbols: &Symbols = self.lens.symbols;
        if symbols.is_empty() || lefts.len() > SYMBOL_KEYS || rights.len() > SYMBOL_KEYS {
            return (lefts, rights);
        }
        let (who, other) = self.lens.sides;
        let mut rights: Vec<Option<Member<'a>>> = rights.into_iter().map(Some).collect();
        let mut open = Vec::new();
        for member in lefts {
            let partner = rights.iter().position(|theirs| {
                theirs.as_ref().is_some_and(|theirs| symbols.same(&member.key, who, &theirs.key, other))
            });
            match partner.and_then(|at| rights[at].take()) {
                Some(theirs) => {
                    self.explain();
                    self.step(Step::Key(member.key), member.id, theirs.id, mode);
                }
                None => open.push(member),
            }
        }
        (open, rights.into_iter().flatten().collect())
    }

    /// Members whose keys differ by nature: as many, keys of the forms seen, values lined up by what they hold.
    fn by_nature(&mut self, lefts: &[Member<'a>], rights: &[Member<'a>], forms: Option<&Forms>, mode: Mode) {
        self.explain();
        let misfit = |theirs: &&Member<'a>| forms.is_some_and(|forms| forms.check(&theirs.key).is_err());
        if let Some(theirs) = rights.iter().find(misfit).filter(|_| !self.is_learning()) {
            let kind = match forms.map(|forms| forms.check(&theirs.key)) {
                Some(Err(Misfit::Form(kind))) => kind,
                _ => "keys",
            };
            let mine = lefts.first().map_or(Cow::Borrowed(""), |m| m.key.clone());
            self.found(What::Format { kind, texts: (mine, theirs.key.clone()) });
        }
        self.length(lefts.len(), rights.len(), mode);
        for (l, r) in self.line_up(lefts, rights, mode) {
            self.step(Step::AnyKey, lefts[l].id, rights[r].id, mode);
        }
    }

    /// Which members hold the same: equal ones first, then those that noise excuses, then the likest.
    fn line_up(&mut self, lefts: &[Member<'a>], rights: &[Member<'a>], mode: Mode) -> Vec<(usize, usize)> {
        let canons = |walk: &mut Self, hand: Hand, members: &[Member<'a>], blind: bool| -> Vec<u64> {
            members.iter().map(|m| walk.canon_below(hand, Step::AnyKey, m.id, (blind, mode))).collect()
        };
        let strict = (canons(self, Hand::Left, lefts, false), canons(self, Hand::Right, rights, false));
        let mut alignment = Alignment::by_equality(&strict.0, &strict.1);
        let blind = (canons(self, Hand::Left, lefts, true), canons(self, Hand::Right, rights, true));
        alignment.refine(&blind.0, &blind.1, true);
        let (left, right) = (self.left, self.right);
        alignment.pair_rest(|l, r| alike((left, lefts[l].id), (right, rights[r].id)));
        alignment.pairs
    }
}

/// What an object's keys are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Map {
    /// Ids: members are one place, whatever their key.
    pub(super) wild: bool,
    /// A rule says so: keys differ by nature.
    pub(super) by_rule: bool,
}

/// Members beyond which an object of alike records is a map, whatever its keys.
const MANY: usize = 50;

/// Whether an object is a map from ids to values: its keys look like ids, or like numbers or like many, and it holds
/// records that are alike.
fn looks_like_map(document: &Document<'_>, id: NodeId) -> bool {
    let Some(first) = document.children(id).next() else { return false };
    let many = document.len(id) > MANY;
    // Ids hold digits: most objects are told by their first key.
    if !many && !document.key(first).bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    if document.children(id).all(|child| Form::of(&document.key(child)).is_id()) {
        return true;
    }
    let is_number = |child: NodeId| document.key(child).bytes().all(|b| b.is_ascii_digit());
    (many || document.children(id).all(is_number)) && holds_records(document, id)
}

/// Whether all members are objects that have half of their keys or more in common with the first.
fn holds_records(document: &Document<'_>, id: NodeId) -> bool {
    let mut records = document.children(id).take(MANY);
    let Some(first) = records.next() else { return false };
    let shares = |record: NodeId| {
        let shared =
            document.children(record).filter(|m| document.member(first, &document.key(*m)).is_some());
        shared.count() * 2 >= document.len(first).max(document.len(record))
    };
    let is_record = |child: NodeId| document.kind(child) == Kind::Object;
    is_record(first) && document.len(first) > 0 && records.all(|record| is_record(record) && shares(record))
}

fn members<'a>(document: &Document<'a>, id: NodeId) -> Vec<Member<'a>> {
    let mut out: Vec<Member<'a>> = Vec::with_capacity(document.len(id));
    let mut at: HashMap<Cow<'a, str>, usize> = HashMap::with_capacity(document.len(id));
    for child in document.children(id) {
        let key = document.key(child);
        if let Some(known) = at.get(&key) {
            out[*known].id = child;
            out[*known].count += 1;
        } else {
            at.insert(key.clone(), out.len());
            out.push(Member { key, id: child, count: 1 });
        }
    }
    out
}
