//! A difference that is not noise, before policy.

use std::collections::HashMap;

use envparity_model::{Code, ContextRow, Severity};

use crate::path::without_indices;

/// A difference that is not noise. Those that share code, place (indices aside) and kind are one, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// What differs.
    pub code: Code,
    /// How bad, before the configuration's levels.
    pub severity: Severity,
    /// Where in the response; of the first one, where there are several.
    pub at: Option<String>,
    /// The kind within the code.
    pub kind: Option<String>,
    /// The package or fact.
    pub subject: Option<String>,
    /// What the reference shows, one line.
    pub reference: Option<String>,
    /// What the candidate shows, one line.
    pub candidate: Option<String>,
    /// The candidate differs from itself here.
    pub unstable: bool,
    /// It may be noise that the samples of the reference have hidden by chance: a further one would tell.
    pub doubtful: bool,
    /// What to look at.
    pub hint: Option<String>,
    /// The command that mends it.
    pub remedy: Option<String>,
    /// How many places show it.
    pub count: u64,
    /// What stands around the first of them, side by side.
    pub context: Vec<ContextRow>,
    /// The place without what only tells items of lists and maps apart, where that is more than indices.
    pub(crate) place: Option<String>,
}

impl Drift {
    /// A drift with its code's default severity.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            severity: code.default_severity(),
            at: None,
            kind: None,
            subject: None,
            reference: None,
            candidate: None,
            unstable: false,
            doubtful: false,
            hint: None,
            remedy: None,
            count: 1,
            context: Vec::new(),
            place: None,
        }
    }

    /// A drift at a place in a response.
    pub(crate) fn at(code: Code, at: impl Into<String>) -> Self {
        Self { at: Some(at.into()), ..Self::new(code) }
    }

    /// A drift of a package or fact.
    pub(crate) fn of(code: Code, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..Self::new(code) }
    }

    /// The place without what only tells items of lists and maps apart: where noise is known, and drifts are one.
    pub(crate) fn place(&self) -> String {
        match &self.place {
            Some(place) => place.clone(),
            None => self.at.as_deref().map(without_indices).unwrap_or_default(),
        }
    }

    #[must_use]
    pub(crate) fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    #[must_use]
    pub(crate) fn sides(mut self, reference: impl Into<String>, candidate: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self.candidate = Some(candidate.into());
        self
    }

    #[must_use]
    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Drifts of one response that are told with what stands around them.
const WITH_CONTEXT: usize = 20;

/// Places of one response that are told apart; of further ones only the place around them is told.
const MOST: usize = 1000;

/// Gathers drifts, one for each (code, place without indices, kind): memory stays flat however many items of a
/// list, or members of an object, differ.
#[derive(Debug, Default)]
pub(crate) struct Drifts {
    list: Vec<Drift>,
    seen: HashMap<(Code, String, Option<String>), usize>,
}

impl Drifts {
    /// Adds a drift, or counts it.
    pub(crate) fn push(&mut self, drift: Drift) {
        self.push_within(drift, Vec::new);
    }

    /// [`push`](Self::push), with what stands around it where it is one of the first.
    pub(crate) fn push_within(&mut self, mut drift: Drift, context: impl FnOnce() -> Vec<ContextRow>) {
        let mut place = drift.place();
        let next = self.list.len();
        if next >= MOST && !self.seen.contains_key(&(drift.code, place.clone(), drift.kind.clone())) {
            place = if next < 2 * MOST { around(&place) } else { "**".to_owned() };
            drift.place = Some(place.clone());
        }
        match self.seen.entry((drift.code, place, drift.kind.clone())) {
            std::collections::hash_map::Entry::Occupied(held) => {
                let first = &mut self.list[*held.get()];
                first.count += drift.count;
                first.severity = first.severity.max(drift.severity);
            }
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(next);
                if next < WITH_CONTEXT {
                    drift.context = context();
                }
                self.list.push(drift);
            }
        }
    }

    /// The drifts so far, to be changed in place.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Drift> {
        self.list.iter_mut()
    }

    /// Keeps the drifts for which a test holds.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Drift) -> bool) {
        self.list.retain(keep);
        self.seen.clear();
    }

    /// Whether a drift of this code, place without indices and kind was found.
    pub(crate) fn has_like(&self, drift: &Drift) -> bool {
        let place = drift.place();
        self.list
            .iter()
            .any(|other| other.code == drift.code && other.kind == drift.kind && other.place() == place)
    }

    /// Whether a drift was found once more. Lines of a text share their place and are told apart by their numbers.
    pub(crate) fn repeats(&self, drift: &Drift) -> bool {
        let place = drift.place();
        let is_line = |drift: &Drift| drift.count == 1 && place == "body" && drift.hint.is_some();
        self.list.iter().any(|other| {
            let is_same = other.code == drift.code && other.kind == drift.kind && other.place() == place;
            is_same && !(is_line(drift) && is_line(other) && other.hint != drift.hint)
        })
    }

    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether a drift of this code was found.
    pub(crate) fn has(&self, code: Code) -> bool {
        self.list.iter().any(|drift| drift.code == code)
    }

    /// Everything found, in the order of finding.
    pub(crate) fn into_vec(self) -> Vec<Drift> {
        self.list
    }
}

/// The place around a place, for all that is in it.
fn around(place: &str) -> String {
    match place.rfind(['.', '[', '/']) {
        Some(at) if place[at..].starts_with('/') => format!("{}/*", &place[..at]),
        Some(at) => format!("{}.*", &place[..at]),
        None => "**".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_a_thousand_places_only_the_place_around_them_is_told() {
        let mut drifts = Drifts::default();
        for key in 0..5000 {
            drifts.push(Drift::at(Code::ResponseFieldRemoved, format!("$.wide.k{key}")));
        }
        for parent in 0..5000 {
            drifts.push(Drift::at(Code::ResponseValue, format!("$.p{parent}.x")));
        }
        drifts.push(Drift::at(Code::ResponseFieldRemoved, "$.wide.k7"));
        let list = drifts.into_vec();
        assert!(list.len() <= 2 * MOST + 2, "{}", list.len());
        assert_eq!(list.iter().map(|drift| drift.count).sum::<u64>(), 10_001, "all are counted");
        let rest = list.iter().find(|drift| drift.place() == "$.wide.*").expect("told together");
        assert_eq!(rest.count, 4000);
        assert_eq!(list[7].count, 2);
    }
}
