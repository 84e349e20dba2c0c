//! Two objects: members by key, duplicates counted, keys that differ by nature lined up.

use std::borrow::Cow;
use std::collections::HashMap;

use super::document::{Document, NodeId};
use super::walk::{Walk, What};
use crate::form::{Form, Misfit};
use crate::noise::Place;
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
        if self.same_keys(left, right) {
            let pairs: Vec<_> = self.left.children(left).zip(self.right.children(right)).collect();
            for (l, r) in pairs {
                if !self.is_same(l, r) {
                    let key = self.left.key(l);
                    self.step(Step::Key(key), l, r, mode);
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
            self.step(Step::Key(member.key), member.id, theirs.id, mode);
        }
        let right_only: Vec<Member<'a>> = rights.into_iter().flatten().collect();
        self.unmatched(left_only, right_only, mode);
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
    fn is_excused(&mut self, inherited: Mode) -> bool {
        let mode = if self.flat { inherited } else { self.rules.mode_at(self.path.steps(), inherited) };
        let learned = self.place().is_some_and(|place| place.varied || place.unstable.is_some());
        if learned || mode == Mode::Ignore {
            self.explain();
            return true;
        }
        if self.is_learning() && self.is_varied() {
            self.found(What::Varied);
            return true;
        }
        false
    }

    fn unmatched(&mut self, lefts: Vec<Member<'a>>, rights: Vec<Member<'a>>, mode: Mode) {
        let (lefts, rights) = self.pair_symbols(lefts, rights, mode);
        if lefts.is_empty() && rights.is_empty() {
            return;
        }
        let by_nature = |list: &[Member<'a>]| list.iter().all(|m| Form::of(&m.key).is_volatile());
        if let Some(place) = self.place().filter(|place| place.keys) {
            return self.by_nature(&lefts, &rights, Some(place), mode);
        }
        if self.is_learning() && by_nature(&lefts) && by_nature(&rights) {
            let keys = lefts.iter().chain(&rights).map(|m| m.key.clone()).collect();
            self.found(What::Keys(keys));
            return self.by_nature(&lefts, &rights, None, mode);
        }
        for member in lefts {
            self.alone(member, mode, true);
        }
        for member in rights {
            self.alone(member, mode, false);
        }
    }

    fn alone(&mut self, member: Member<'a>, mode: Mode, is_left: bool) {
        self.path.push(Step::Key(member.key));
        if !self.is_excused(mode) {
            let document = if is_left { self.left } else { self.right };
            let value = document.raw(member.id);
            self.found(if is_left { What::Removed { value } } else { What::Added { value } });
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

    /// Members whose keys differ by nature: as many, keys of the forms seen, values lined up.
    fn by_nature(&mut self, lefts: &[Member<'a>], rights: &[Member<'a>], place: Option<&Place>, mode: Mode) {
        self.explain();
        if let Some(place) = place {
            for theirs in rights {
                if let Err(misfit) = place.key_forms.check(&theirs.key) {
                    let kind = if let Misfit::Form(kind) = misfit { kind } else { "keys" };
                    let mine = lefts.first().map_or(Cow::Borrowed(""), |m| m.key.clone());
                    self.found(What::Format { kind, texts: (mine, theirs.key.clone()) });
                    break;
                }
            }
        }
        if lefts.len() != rights.len() && !place.is_some_and(|place| place.length) {
            self.found(What::Length { left: lefts.len(), right: rights.len() });
        }
        for (mine, theirs) in lefts.iter().zip(rights) {
            self.step(Step::AnyKey, mine.id, theirs.id, mode);
        }
    }
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
