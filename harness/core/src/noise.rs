//! What the reference shows against itself, by place: learned from its control sample, bounded in what it excuses.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use envparity_model::{CaseId, Code, Learned, is_secret_name};

use crate::drift::Drift;
use crate::excerpt::short;
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

fn again() -> String {
    "differs between two samples of the reference".to_owned()
}

/// Longest value shown, in characters.
const SHOWN: usize = 40;

/// The first two values seen at a place, for people: what they look like, and they themselves unless the place's name
/// says that they are secret.
fn seen(at: &str, forms: &Forms) -> String {
    let values = forms.seen();
    let ([first, second, ..], Some(form)) = (values.as_slice(), forms.describe()) else { return again() };
    let mut names = at.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
    if names.any(is_secret_name) {
        return format!("{form} that differs on the reference");
    }
    let show = |text: &str| match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", short(&text[..end])),
        None => format!("`{}`", short(text)),
    };
    format!("{form}, {} and {} on the reference", show(first), show(second))
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
    /// How many there were, first.
    pub(crate) lengths: Option<(usize, usize)>,
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
        let mut out = Vec::new();
        let mut push = |at: &str, kind: &str, why: String| {
            out.push(Learned { case: case.clone(), at: at.to_owned(), kind: kind.to_owned(), why });
        };
        for place in self.all_places() {
            let seen = || place.values.values().next().map_or_else(again, |forms| seen(&place.at, forms));
            let lengths = || match place.lengths {
                Some((first, second)) => format!("{first} items and {second} on the reference"),
                None => again(),
            };
            let kinds: [(bool, &str, &dyn Fn() -> String); 5] = [
                (!place.values.is_empty() || place.deep, "value", &seen),
                (place.order, "order", &|| "the same items in another order on the reference".to_owned()),
                (place.length, "length", &lengths),
                (place.keys, "keys", &|| self::seen(&place.at, &place.key_forms)),
                (place.varied, "varied", &|| "there in some items of the reference's own list".to_owned()),
            ];
            kinds.into_iter().filter(|(is, ..)| *is).for_each(|(_, kind, why)| push(&place.at, kind, why()));
        }
        for (name, noise) in &self.headers {
            let at = format!("header.{name}");
            let why = match noise.parts.values().next() {
                _ if noise.presence => "there in one sample of the reference only".to_owned(),
                Some(forms) => seen(&at, forms),
                None => again(),
            };
            push(&at, "header", why);
        }
        if !self.cookies.is_empty() && !self.headers.contains_key("set-cookie") {
            push("header.set-cookie", "header", "the value of a cookie differs on the reference".to_owned());
        }
        if !self.text.lines.is_empty() || self.text.whole || self.binary {
            let line = self.text.lines.values().find(|forms| forms.seen().len() > 1);
            push("body", "value", line.map_or_else(again, |forms| seen("body", forms)));
        }
        if self.text.length {
            push("body", "length", "another number of lines on the reference".to_owned());
        }
        if self.text.order {
            push("body", "order", "the same lines in another order on the reference".to_owned());
        }
        out.sort();
        out.dedup();
        out
    }
}
