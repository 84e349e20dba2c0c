//! Captured values that differ by nature, and what stands for them.
//!
//! A captured value becomes a symbol only if the control shows that it differs on the reference against itself.
//! From then on the reference's value and the candidate's mean the same, one to one, wherever one of them is a
//! whole scalar, a segment of a URL, a query value or a header's value; inside other text only from eight
//! characters on.

mod replace;

use std::collections::{HashMap, HashSet};

use envparity_model::Capture;

use crate::form::Form;

use replace::replace;
pub(crate) use replace::stands_in;

/// Shortest value that is replaced inside other text.
const WITHIN_TEXT: usize = 8;
/// Longest value that can be a symbol.
const LONGEST: usize = 4096;

/// One sample of one environment: each has its own values for the symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Reference,
    Control,
    Candidate,
    Resample,
    /// The reference once more, where the candidate drifted: which time.
    Recheck(usize),
}

impl Who {
    const fn index(self) -> usize {
        match self {
            Self::Reference => 0,
            Self::Control => 1,
            Self::Candidate => 2,
            Self::Resample => 3,
            Self::Recheck(time) => 4 + time,
        }
    }
}

/// What one case captured in each sample.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured<'c> {
    pub(crate) reference: &'c [Capture],
    pub(crate) control: &'c [Capture],
    pub(crate) rechecks: Vec<&'c [Capture]>,
    pub(crate) candidate: &'c [Capture],
    pub(crate) resample: &'c [Capture],
}

/// Two captures that the reference tells apart and the candidate does not, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Collision {
    pub(crate) name: String,
    pub(crate) reference: String,
    pub(crate) candidate: String,
}

/// The symbols so far.
#[derive(Debug, Default, Clone)]
pub(crate) struct Symbols {
    sides: Vec<Side>,
    /// Names whose values are kept, symbols or not: rules compare with them.
    kept: HashSet<String>,
    keeps_all: bool,
    /// Those for which the candidate has a value.
    bound: HashSet<u32>,
    next: u32,
}

#[derive(Debug, Default, Clone)]
struct Side {
    /// Captured values by name, of the names that are kept.
    captured: HashMap<String, String>,
    /// Value to the symbols that it is.
    ids: HashMap<String, Vec<u32>>,
    /// Values of eight bytes and more, by their first eight.
    within: HashMap<[u8; WITHIN_TEXT], Vec<String>>,
}

impl Side {
    fn add(&mut self, value: &str, id: u32) {
        let ids = self.ids.entry(value.to_owned()).or_default();
        if ids.contains(&id) {
            return;
        }
        ids.push(id);
        if ids.len() == 1
            && let Some(head) = value.as_bytes().first_chunk::<WITHIN_TEXT>()
        {
            let list = self.within.entry(*head).or_default();
            list.push(value.to_owned());
            // Longest first: a value may begin with another.
            list.sort_by_key(|v| std::cmp::Reverse(v.len()));
        }
    }
}

impl Symbols {
    pub(crate) fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// Keeps the values captured under these names.
    pub(crate) fn keep<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        self.kept.extend(names.into_iter().map(str::to_owned));
    }

    /// Keeps the values captured under any name.
    pub(crate) fn keep_all(&mut self) {
        self.keeps_all = true;
    }

    /// The names that both the reference and the candidate captured, sorted.
    pub(crate) fn captured_names(&self) -> Vec<String> {
        let of = |who: Who| self.sides.get(who.index()).map(|side| &side.captured);
        let (Some(mine), Some(theirs)) = (of(Who::Reference), of(Who::Candidate)) else { return Vec::new() };
        let mut names: Vec<String> = mine.keys().filter(|name| theirs.contains_key(*name)).cloned().collect();
        names.sort_unstable();
        names
    }

    /// What a side captured last under a name that is kept.
    pub(crate) fn captured(&self, who: Who, name: &str) -> Option<&str> {
        self.sides.get(who.index())?.captured.get(name).map(String::as_str)
    }

    /// Remembers the captures of one side whose names are kept.
    pub(crate) fn remember(&mut self, who: Who, captures: &[Capture]) {
        let is_kept = |capture: &&Capture| self.keeps_all || self.kept.contains(&capture.name);
        for capture in captures.iter().filter(is_kept) {
            if let Some(text) = text_of(capture) {
                let side = side_of(&mut self.sides, who);
                side.captured.insert(capture.name.clone(), text);
            }
        }
    }

    /// Takes in what one case captured. Feeding a case again changes nothing.
    pub(crate) fn learn(&mut self, captured: &Captured<'_>) -> Vec<Collision> {
        let mut collisions = Vec::new();
        for capture in captured.reference {
            let find = |list: &[Capture]| list.iter().find(|c| c.name == capture.name).and_then(text_of);
            let (Some(mine), Some(again)) = (text_of(capture), find(captured.control)) else {
                continue;
            };
            if mine == again {
                continue;
            }
            let theirs = find(captured.candidate);
            let collides = theirs.as_deref().is_some_and(|theirs| self.collides(&mine, theirs));
            if let Some(theirs) = theirs.as_deref().filter(|_| collides && is_identity(&mine)) {
                collisions.push(Collision {
                    name: capture.name.clone(),
                    reference: mine.clone(),
                    candidate: theirs.to_owned(),
                });
                continue;
            }
            let id = match &theirs {
                Some(theirs) => self.shared(&mine, Who::Reference, theirs, Who::Candidate),
                None => None,
            };
            let id = id.unwrap_or_else(|| {
                self.next += 1;
                self.next
            });
            self.add(Who::Reference, &mine, id);
            self.add(Who::Control, &again, id);
            if let Some(theirs) = &theirs {
                self.add(Who::Candidate, theirs, id);
                self.bound.insert(id);
            }
            if let Some(later) = find(captured.resample) {
                self.add(Who::Resample, &later, id);
            }
            for (time, list) in captured.rechecks.iter().enumerate() {
                if let Some(value) = find(list) {
                    self.add(Who::Recheck(time), &value, id);
                }
            }
        }
        collisions
    }

    fn add(&mut self, who: Who, value: &str, id: u32) {
        side_of(&mut self.sides, who).add(value, id);
    }

    fn ids(&self, who: Who, value: &str) -> Option<&Vec<u32>> {
        self.sides.get(who.index())?.ids.get(value)
    }

    /// One of the two already stands for something else.
    fn collides(&self, reference: &str, candidate: &str) -> bool {
        let (mine, theirs) = (self.ids(Who::Reference, reference), self.ids(Who::Candidate, candidate));
        match (mine, theirs) {
            (None, None) => false,
            (Some(mine), Some(theirs)) => !mine.iter().any(|id| theirs.contains(id)),
            (Some(mine), None) => mine.iter().any(|id| self.bound.contains(id)),
            (None, Some(_)) => true,
        }
    }

    fn shared(&self, left: &str, left_who: Who, right: &str, right_who: Who) -> Option<u32> {
        let left = self.ids(left_who, left)?;
        let right = self.ids(right_who, right)?;
        left.iter().copied().find(|id| right.contains(id))
    }

    /// Whether both values, whole, are one symbol.
    pub(crate) fn same(&self, left: &str, left_who: Who, right: &str, right_who: Who) -> bool {
        self.shared(left, left_who, right, right_who).is_some()
    }

    /// The text with its symbols replaced; none where it holds none.
    pub(crate) fn replace(&self, who: Who, text: &str) -> Option<String> {
        replace(self.sides.get(who.index())?, text)
    }
}

fn side_of(sides: &mut Vec<Side>, who: Who) -> &mut Side {
    if sides.len() <= who.index() {
        sides.resize_with(who.index() + 1, Side::default);
    }
    &mut sides[who.index()]
}

/// A scalar worth a symbol, as text.
fn text_of(capture: &Capture) -> Option<String> {
    let text = match &capture.value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= LONGEST).then_some(text)
}

/// Whether equal values mean the same thing: two moments in one second do not.
fn is_identity(text: &str) -> bool {
    match Form::of(text) {
        Form::Moment(..) | Form::Empty => false,
        Form::Number { digits, decimals, .. } => !decimals && !matches!(digits, 10 | 13 | 16),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn capture(name: &str, value: serde_json::Value) -> Vec<Capture> {
        vec![Capture { name: name.to_owned(), value }]
    }

    fn feed(
        symbols: &mut Symbols,
        reference: &[Capture],
        control: &[Capture],
        candidate: &[Capture],
    ) -> Vec<Collision> {
        symbols.learn(&Captured { reference, control, candidate, ..Captured::default() })
    }

    fn learned(rows: &[(&str, &str, &str)]) -> Symbols {
        let mut symbols = Symbols::default();
        for (reference, control, candidate) in rows {
            let of = |value: &str| capture("id", json!(value));
            assert_eq!(feed(&mut symbols, &of(reference), &of(control), &of(candidate)), []);
        }
        symbols
    }

    #[test]
    fn only_what_the_control_shows_to_differ_is_a_symbol() {
        let symbols = learned(&[("7", "7", "9")]);
        assert!(symbols.is_empty());
        assert!(!symbols.same("7", Who::Reference, "9", Who::Candidate));
        let symbols = learned(&[("7", "8", "9")]);
        assert!(symbols.same("7", Who::Reference, "9", Who::Candidate));
        assert!(symbols.same("7", Who::Reference, "8", Who::Control));
        assert!(!symbols.same("7", Who::Reference, "7", Who::Candidate));
    }

    #[test]
    fn short_values_are_replaced_as_segments_only() {
        let symbols = learned(&[("7", "8", "9")]);
        let replace = |text| symbols.replace(Who::Reference, text);
        assert_eq!(
            replace("/activity/7?x=7&y=17").as_deref(),
            Some("/activity/\u{2}1\u{3}?x=\u{2}1\u{3}&y=17")
        );
        assert_eq!(replace("activity 7 of 17"), None);
        assert_eq!(replace("7").as_deref(), Some("\u{2}1\u{3}"));
    }

    #[test]
    fn values_are_known_in_the_spelling_of_urls() {
        let symbols = learned(&[("a b", "c d", "e/f g"), ("größe/1", "x", "2&3")]);
        let replace = |who, text| symbols.replace(who, text);
        for (mine, theirs) in [
            ("/items/a%20b?x=1", "/items/e%2Ff%20g?x=1"),
            ("/items?of=a+b&x=1", "/items?of=e%2ff+g&x=1"),
            ("http://h/?q=gr%C3%B6%C3%9Fe%2F1", "http://h/?q=2%263"),
            ("a%20b", "e%2Ff%20g"),
        ] {
            let (l, r) = (replace(Who::Reference, mine), replace(Who::Candidate, theirs));
            assert!(l.is_some() && l == r, "{mine} {l:?} {theirs} {r:?}");
        }
        // Another spelling of a space is another answer.
        assert_ne!(replace(Who::Reference, "/?q=a+b"), replace(Who::Candidate, "/?q=e%2Ff%20g"));
        // In a path `+` is no space, and what merely begins so is another value.
        for text in ["/a+b", "/items/a%20bc", "/items/a%2", "/?q=a%zzb", "/?q=%ff", "a+b", "x a%20b"] {
            assert_eq!(replace(Who::Reference, text), None, "{text}");
        }
    }

    #[test]
    fn long_values_are_replaced_anywhere() {
        let symbols = learned(&[("abcdefgh", "ABCDEFGH", "12345678"), ("abcdefghij", "x", "y")]);
        assert_eq!(
            symbols.replace(Who::Reference, "no abcdefgh, no abcdefghij").as_deref(),
            Some("no \u{2}1\u{3}, no \u{2}2\u{3}")
        );
        assert_eq!(symbols.replace(Who::Candidate, "é12345678").as_deref(), Some("é\u{2}1\u{3}"));
    }

    #[test]
    fn a_collision_is_told() {
        let mut symbols = Symbols::default();
        let of = |value: &str| capture("id", json!(value));
        assert!(feed(&mut symbols, &of("aaaa"), &of("bbbb"), &of("cccc")).is_empty());
        let collisions = feed(&mut symbols, &of("dddd"), &of("eeee"), &of("cccc"));
        assert_eq!(collisions.len(), 1);
        assert!(
            feed(&mut symbols, &of("aaaa"), &of("bbbb"), &of("cccc")).is_empty(),
            "again changes nothing"
        );
        // Two moments of one second are no identity.
        assert!(
            feed(
                &mut symbols,
                &of("2026-11-24T09:58:01Z"),
                &of("2026-11-24T09:58:03Z"),
                &of("2026-11-24T09:58:01Z")
            )
            .is_empty()
        );
        assert!(
            feed(
                &mut symbols,
                &of("2026-11-24T09:58:01Z"),
                &of("2026-11-24T09:58:04Z"),
                &of("2026-11-24T09:58:02Z")
            )
            .is_empty()
        );
    }

    proptest! {
        #[test]
        fn symbols_are_one_to_one(rows in proptest::collection::vec(("[ab]{2}x", "[cd]{2}y", "[ef]{2}z"), 1..12)) {
            let mut symbols = Symbols::default();
            for (reference, control, candidate) in &rows {
                let of = |value: &String| capture("id", json!(value));
                feed(&mut symbols, &of(reference), &of(control), &of(candidate));
            }
            for (a, _, _) in &rows {
                let partners: std::collections::BTreeSet<_> = rows
                    .iter()
                    .map(|(_, _, c)| c)
                    .filter(|c| symbols.same(a, Who::Reference, c, Who::Candidate))
                    .collect();
                prop_assert!(partners.len() <= 1, "{a} is {partners:?}");
            }
            for (_, _, c) in &rows {
                let partners: std::collections::BTreeSet<_> = rows
                    .iter()
                    .map(|(a, _, _)| a)
                    .filter(|a| symbols.same(a, Who::Reference, c, Who::Candidate))
                    .collect();
                prop_assert!(partners.len() <= 1, "{c} is {partners:?}");
            }
        }
    }
}
