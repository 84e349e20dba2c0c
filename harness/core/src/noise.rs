//! What the reference shows against itself, by place: learned from its control sample, bounded in what it excuses.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use envparity_model::{CaseId, Code, Learned};

use crate::drift::Drift;
use crate::form::Forms;
use crate::json::Kind;

/// What was learned about one case.
#[derive(Debug, Default, Clone)]
pub(crate) struct Noise {
    /// Places in a JSON body, by the hash of their path without indices.
    pub(crate) places: HashMap<u64, Place>,
    /// Documents within the body, by their place with `[*]` for ordinals: noise of their own.
    pub(crate) embedded: BTreeMap<String, Noise>,
    /// Headers by lower-case name.
    pub(crate) headers: BTreeMap<String, HeaderNoise>,
    /// Cookies by name: values seen.
    pub(crate) cookies: BTreeMap<String, Forms>,
    /// A text body: its lines.
    pub(crate) text: TextNoise,
    /// The body differs as bytes that are no text.
    pub(crate) binary: bool,
    /// The bytes differ and the meaning does not.
    pub(crate) bytes: bool,
}

/// What may differ at one place of a JSON body.
#[derive(Debug, Default, Clone)]
pub(crate) struct Place {
    /// The path, indices as `[*]`.
    pub(crate) at: String,
    /// The value, by its type, within the forms seen.
    pub(crate) values: BTreeMap<Kind, Forms>,
    /// Anything, below the deepest level that is looked into.
    pub(crate) deep: bool,
    /// The order of items.
    pub(crate) order: bool,
    /// The number of items.
    pub(crate) length: bool,
    /// The keys, within the forms seen.
    pub(crate) keys: bool,
    /// Type or presence, where the reference's own list holds both.
    pub(crate) varied: bool,
    /// A captured value stands here.
    pub(crate) symbol: bool,
    /// Type or presence differ on the reference against itself: nothing below can be judged.
    pub(crate) unstable: Option<&'static str>,
    /// Keys seen.
    pub(crate) key_forms: Forms,
}

/// What may differ in one header.
#[derive(Debug, Default, Clone)]
pub(crate) struct HeaderNoise {
    /// Whether it is there at all.
    pub(crate) presence: bool,
    /// Parts that are there in one sample only: directives, parameters, cookies.
    pub(crate) absent: BTreeSet<String>,
    /// By part, the values seen; `value` is the header as a whole.
    pub(crate) parts: BTreeMap<String, Forms>,
}

/// What may differ in a text.
#[derive(Debug, Default, Clone)]
pub(crate) struct TextNoise {
    /// Lines of the reference that differ, by their index, with the values seen.
    pub(crate) lines: BTreeMap<usize, Forms>,
    /// The number of lines.
    pub(crate) length: bool,
    /// The order of lines.
    pub(crate) order: bool,
    /// Whole stretches: nothing lines up.
    pub(crate) whole: bool,
}

impl TextNoise {
    /// Whether nothing was learned.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty() && !self.length && !self.order && !self.whole
    }

    /// Every line of a text by its form only.
    pub(crate) fn forms_of(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            self.lines.entry(at).or_default().add(line);
        }
    }
}

impl Noise {
    /// The place with this key, made if it is new.
    pub(crate) fn place(&mut self, hash: u64, at: impl FnOnce() -> String) -> &mut Place {
        self.places.entry(hash).or_insert_with(|| Place { at: at(), ..Place::default() })
    }

    /// All places, those of embedded documents included.
    pub(crate) fn all_places(&self) -> impl Iterator<Item = &Place> {
        let embedded = self.embedded.values().flat_map(|noise| noise.places.values());
        self.places.values().chain(embedded)
    }

    /// Whether a drift stands at a place that differs on the reference against itself: in form, then.
    pub(crate) fn is_at(&self, drift: &Drift) -> bool {
        let at = drift.place();
        if let Some(name) = at.strip_prefix("header.") {
            return self.headers.contains_key(name) || (name == "set-cookie" && !self.cookies.is_empty());
        }
        if at == "body" {
            return !self.text.is_empty() || self.binary;
        }
        let formal = matches!(drift.code, Code::ResponseFormat | Code::ResponseValue);
        let covers = |place: &Place| place.at == at;
        formal && self.all_places().any(|place| covers(place) && (!place.values.is_empty() || place.keys))
    }

    /// Whether a drift lies in a list whose items differ by nature: their number, order and optional fields may, too.
    pub(crate) fn casts_doubt_on(&self, drift: &Drift) -> bool {
        let at = drift.place();
        let list = match drift.code {
            Code::ResponseLength | Code::ResponseOrder => format!("{at}[*]"),
            Code::ResponseFieldAdded | Code::ResponseFieldRemoved | Code::ResponseType => {
                match at.rfind("[*]") {
                    Some(end) => at[..end + 3].to_owned(),
                    None => return false,
                }
            }
            _ => return false,
        };
        self.all_places().any(|place| place.at.starts_with(&list))
    }

    /// What cannot be judged, in order: place and reason.
    pub(crate) fn unstable(&self) -> Vec<(&str, &'static str)> {
        let mut out: Vec<_> =
            self.all_places().filter_map(|p| p.unstable.map(|why| (p.at.as_str(), why))).collect();
        out.sort_unstable();
        out
    }

    /// What was learned, for people.
    pub(crate) fn learned(&self, case: &CaseId) -> Vec<Learned> {
        const WHY: &str = "differs between two samples of the reference";
        let mut out = Vec::new();
        let mut push = |at: &str, kind: &str| {
            out.push(Learned {
                case: case.clone(),
                at: at.to_owned(),
                kind: kind.to_owned(),
                why: WHY.to_owned(),
            });
        };
        for place in self.all_places() {
            let kinds = [
                (!place.values.is_empty() || place.deep, "value"),
                (place.order, "order"),
                (place.length, "length"),
                (place.keys, "keys"),
                (place.varied, "varied"),
            ];
            kinds.into_iter().filter(|(is, _)| *is).for_each(|(_, kind)| push(&place.at, kind));
        }
        self.headers.keys().for_each(|name| push(&format!("header.{name}"), "header"));
        if !self.cookies.is_empty() {
            push("header.set-cookie", "header");
        }
        if !self.text.lines.is_empty() || self.text.whole || self.binary {
            push("body", "value");
        }
        if self.text.length {
            push("body", "length");
        }
        if self.text.order {
            push("body", "order");
        }
        out.sort();
        out.dedup();
        out
    }
}
