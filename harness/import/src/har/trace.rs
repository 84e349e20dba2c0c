//! Values that an answer gives and later requests send back.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::record::{Record, leaf_text};
use crate::hurl::JsonPath;
use crate::name::{Names, variable};
use crate::secret::{Secrets, is_secret_key};
use crate::text::Text;

/// The most values of one answer that are remembered, and of all.
const MOST_VALUES: usize = 20_000;
const MOST_IN_ALL: usize = 400_000;

/// Where a value comes from.
#[derive(Debug)]
struct Origin {
    entry: usize,
    query: String,
    variable: String,
    is_number: bool,
    /// It stands at more than one place of that answer.
    repeated: bool,
}

/// Which values pass from answers to requests.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// By value, only those that are used.
    origins: HashMap<String, Origin>,
    /// By entry: (variable, query).
    captures: BTreeMap<usize, Vec<(String, String)>>,
    /// By name: the entry whose answer set the cookie first.
    cookies: HashMap<String, usize>,
}

impl Trace {
    /// Looks at every answer, and what was sent before and after it. A value is evidence only if it is whole, stands
    /// at one place of the answer that gives it first, and was not sent before.
    pub(crate) fn new(records: &[Record], secrets: &Secrets) -> Self {
        let mut origins: HashMap<String, Origin> = HashMap::new();
        let mut cookies = HashMap::new();
        let (mut sent, mut used, mut remembered) = (HashSet::new(), HashSet::new(), 0);
        for (entry, record) in records.iter().enumerate() {
            for value in record.values() {
                if origins.get(&value).is_some_and(|origin| origin.entry < entry && !origin.repeated) {
                    used.insert(value.clone());
                }
                sent.insert(value);
            }
            for name in record.sets_cookies() {
                cookies.entry(name.to_owned()).or_insert(entry);
            }
            for (value, found) in given(record) {
                remembered += 1;
                if remembered > MOST_IN_ALL || sent.contains(&value) {
                    continue;
                }
                match origins.get_mut(&value) {
                    Some(known) if known.entry == entry => known.repeated = true,
                    Some(_) => {}
                    None => {
                        let Found { query, name, is_number } = found;
                        origins.insert(
                            value,
                            Origin { entry, query, variable: name, is_number, repeated: false },
                        );
                    }
                }
            }
        }
        origins.retain(|value, _| used.contains(value));
        Self { cookies, ..Self::named(origins, secrets) }
    }

    /// Gives each its own variable, in the order of the answers.
    fn named(mut origins: HashMap<String, Origin>, secrets: &Secrets) -> Self {
        let mut names = Names::default();
        let mut order: Vec<(&String, &mut Origin)> = origins.iter_mut().collect();
        order.sort_by(|(_, a), (_, b)| (a.entry, &a.query).cmp(&(b.entry, &b.query)));
        let mut captures: BTreeMap<usize, Vec<(String, String)>> = BTreeMap::new();
        for (value, origin) in order {
            origin.variable = names.unique(&origin.variable, '_');
            let redact = if secrets.knows(value) { " redact" } else { "" };
            let capture = (origin.variable.clone(), format!("{}{redact}", origin.query));
            captures.entry(origin.entry).or_default().push(capture);
        }
        Self { origins, captures, cookies: HashMap::new() }
    }

    /// What an entry captures.
    pub(crate) fn captures(&self, entry: usize) -> Vec<(String, String)> {
        self.captures.get(&entry).cloned().unwrap_or_default()
    }

    /// The variable of a value that an answer before this entry gave.
    pub(crate) fn variable(&self, value: &str, entry: usize) -> Option<&str> {
        self.origins.get(value).filter(|origin| origin.entry < entry).map(|origin| origin.variable.as_str())
    }

    /// Whether an answer before this entry set a cookie.
    pub(crate) fn sets_cookie(&self, name: &str, entry: usize) -> bool {
        self.cookies.get(name).is_some_and(|set| *set < entry)
    }

    /// As [`Trace::variable`], where a number can stand.
    pub(crate) fn number(&self, value: &str, entry: usize) -> Option<&str> {
        let origin = self.origins.get(value).filter(|origin| origin.entry < entry && origin.is_number)?;
        Some(&origin.variable)
    }
}

struct Found {
    query: String,
    name: String,
    is_number: bool,
}

/// The values of an answer that may be sent back.
fn given(record: &Record) -> Vec<(String, Found)> {
    let mut out = Vec::new();
    if let Some(answer) = &record.answer {
        let collection = record.address.path.split('/').rfind(|segment| segment.parse::<u64>().is_err());
        walk(answer, &JsonPath::root(), collection.unwrap_or_default(), "", &mut out);
    }
    for (name, value) in &record.answer_headers {
        let eligible = is_secret_key(name) || name.starts_with("x-") && name.ends_with("id");
        if eligible && name != "set-cookie" && value.len() >= 6 {
            let query = format!("header {}", Text::from(name.as_str()).quoted());
            out.push((value.clone(), Found { query, name: variable(name), is_number: false }));
        }
    }
    out
}

fn walk(value: &Value, at: &JsonPath, parent: &str, key: &str, out: &mut Vec<(String, Found)>) {
    if out.len() >= MOST_VALUES {
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let one = if key.is_empty() { parent } else { key };
                walk(item, &at.item(index), one, "", out);
            }
        }
        Value::Object(members) => {
            let within = if key.is_empty() { parent } else { key };
            for (name, member) in members {
                walk(member, &at.member(name), within, name, out);
            }
        }
        Value::String(_) | Value::Number(_) => {
            let text = leaf_text(value);
            if is_eligible(key, &text) {
                let name = if key.eq_ignore_ascii_case("id") { one_of(parent) } else { variable(key) };
                out.push((text, Found { query: at.query(), name, is_number: value.is_number() }));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Values that are made rather than chosen: ids, tokens, long mixed texts.
fn is_eligible(key: &str, text: &str) -> bool {
    if text.is_empty() || text.len() > 4096 {
        return false;
    }
    let lower = key.to_ascii_lowercase();
    let by_key = ["id", "uuid", "guid", "token", "key", "cursor", "nonce", "etag"]
        .iter()
        .any(|end| lower.ends_with(end))
        || is_secret_key(key);
    let mixed =
        text.len() >= 8 && text.contains(|c: char| c.is_ascii_digit()) && !text.contains(char::is_whitespace);
    by_key || mixed
}

/// `pet_id` for a member of `pets`.
fn one_of(collection: &str) -> String {
    let name = variable(collection);
    let one = name.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let one = one.unwrap_or_else(|| name.strip_suffix('s').unwrap_or(&name).to_owned());
    if collection.is_empty() { "id".to_owned() } else { format!("{one}_id") }
}
