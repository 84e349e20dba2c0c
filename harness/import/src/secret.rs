//! Secrets of a recording, and the variables that stand for them.

use std::collections::BTreeMap;

use envparity_model::is_secret_name;

use crate::hurl::{Body, Entry, Field, File, Json};
use crate::name::{Names, variable};
use crate::text::{Part, Text, encoded};

/// Secrets shorter than this are not looked for within other texts: they would be found by chance.
const SHORTEST: usize = 6;

/// How known kinds of secrets begin.
const BEGINNINGS: [&str; 12] = [
    "eyJ",
    "sk_live_",
    "sk_test_",
    "sk-",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "AIza",
];

/// Whether a header, field or parameter of this name holds a secret.
pub(crate) fn is_secret_key(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let address = lower.ends_with("url") || lower.ends_with("uri");
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let mut words = words.chain([lower.as_str()]);
    let short = [
        "key", "code", "pin", "otp", "csrf", "xsrf", "sid", "jwt", "pass", "sig", "cvv", "cvc", "ssn",
        "nonce",
    ];
    // `accessToken` is one word to who judges by words.
    !address
        && (is_secret_name(name)
            || is_secret_name(&variable(name))
            || words.any(|word| short.contains(&word)))
}

/// What is secret, and its variable.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    /// By value: the variable.
    values: BTreeMap<String, String>,
    /// By variable: what it holds.
    about: BTreeMap<String, String>,
    names: Names,
}

impl Secrets {
    /// Remembers a secret; the same value has one variable.
    pub(crate) fn add(&mut self, name: &str, about: &str, value: &str) {
        if value.is_empty() || self.values.contains_key(value) {
            return;
        }
        let name = self.names.unique(&format!("secret_{}", variable(name)), '_');
        self.values.insert(value.to_owned(), name.clone());
        self.about.insert(name, about.to_owned());
    }

    /// Remembers a secret that has a variable already.
    pub(crate) fn alias(&mut self, name: &str, about: &str, value: &str) {
        if !value.is_empty() {
            self.values.entry(value.to_owned()).or_insert_with(|| name.to_owned());
        }
        self.about.insert(name.to_owned(), about.to_owned());
    }

    /// What a variable holds.
    pub(crate) fn about(&self, variable: &str) -> Option<&str> {
        self.about.get(variable).map(String::as_str)
    }

    /// Remembers the value of a field if its name, or the value itself, says that it is secret.
    pub(crate) fn add_named(&mut self, name: &str, value: &str) {
        if is_secret_key(name) {
            self.add(name, &format!("field `{name}`"), value);
        } else {
            self.consider(name, value);
        }
    }

    /// Remembers a value that looks like a secret by itself.
    pub(crate) fn consider(&mut self, name: &str, value: &str) {
        let known = BEGINNINGS.iter().any(|begin| value.starts_with(begin));
        if known && value.len() >= 16 && !value.contains(char::is_whitespace) {
            self.add(name, &format!("found in `{name}`"), value);
        }
    }

    /// Whether a value is one.
    pub(crate) fn knows(&self, value: &str) -> bool {
        self.values.contains_key(value)
    }

    /// The variable of a value that stands under a name. A short value counts only where its name says that it is
    /// secret: elsewhere it would be found by chance.
    pub(crate) fn variable(&self, name: &str, value: &str) -> Option<&str> {
        let counts = value.len() >= SHORTEST || is_secret_key(name);
        self.values.get(value).filter(|_| counts).map(String::as_str)
    }

    /// Puts variables in the place of secrets wherever they stand in a file.
    pub(crate) fn hide(&self, file: &mut File) {
        let mut wanted: Vec<(String, &str)> = Vec::new();
        for (value, name) in self.values.iter().filter(|(value, _)| value.len() >= SHORTEST) {
            wanted.push((value.clone(), name));
            wanted.push((encoded(value), name));
        }
        // Longest first, so that a value that holds another goes as a whole.
        wanted.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        for entry in &mut file.entries {
            texts(entry, &mut |text| {
                for (value, name) in &wanted {
                    text.replace(value, name);
                }
            });
        }
    }

    /// The variables that a file uses, and what each holds.
    pub(crate) fn used(&self, file: &File) -> Vec<(String, String)> {
        let mut used: Vec<String> = Vec::new();
        let mut file = file.entries.clone();
        for entry in &mut file {
            texts(entry, &mut |text| {
                for part in &text.0 {
                    if let Part::Variable(name) = part
                        && self.about.contains_key(name)
                        && !used.contains(name)
                    {
                        used.push(name.clone());
                    }
                }
            });
        }
        used.into_iter().map(|name| (name.clone(), self.about[&name].clone())).collect()
    }
}

/// Visits every text of an entry.
pub(crate) fn texts(entry: &mut Entry, visit: &mut dyn FnMut(&mut Text)) {
    visit(&mut entry.url);
    for (key, value) in entry.headers.iter_mut().chain(&mut entry.query).chain(&mut entry.cookies) {
        visit(key);
        visit(value);
    }
    if let Some((user, password)) = &mut entry.basic_auth {
        visit(user);
        visit(password);
    }
    match &mut entry.body {
        Body::None => {}
        Body::Json(json) => json_texts(json, visit),
        Body::Text(_, text) | Body::File(text) => visit(text),
        Body::Form(fields) => fields.iter_mut().for_each(|(key, value)| {
            visit(key);
            visit(value);
        }),
        Body::Multipart(fields) => {
            for (key, field) in fields {
                visit(key);
                match field {
                    Field::Text(text) | Field::File { name: text, .. } => visit(text),
                }
            }
        }
    }
}

fn json_texts(json: &mut Json, visit: &mut dyn FnMut(&mut Text)) {
    match json {
        Json::Text(text) => visit(text),
        Json::Variable(name) => visit(&mut Text::variable(name.as_str())),
        Json::List(items) => items.iter_mut().for_each(|item| json_texts(item, visit)),
        Json::Object(members) => members.iter_mut().for_each(|(_, value)| json_texts(value, visit)),
        Json::Scalar(_) => {}
    }
}
