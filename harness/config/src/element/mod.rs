//! The texts that a configuration holds, one kind a file: what it is, how it is read.

pub(crate) mod address;
pub(crate) mod duration;
pub(crate) mod engine;
pub(crate) mod image;
pub(crate) mod mount;
pub(crate) mod name;
pub(crate) mod place;
pub(crate) mod size;

use envparity_model::Problem;

/// A kind of text.
#[derive(Debug)]
pub(crate) struct Element {
    /// With article, for `… is not …`.
    pub(crate) what: &'static str,
    /// Whether a text is one.
    pub(crate) check: fn(&str) -> Result<(), Problem>,
    /// A regular expression that every such text matches, for editors.
    pub(crate) pattern: Option<&'static str>,
}

/// Any text.
pub(crate) static ANY: Element = Element {
    what: "a string",
    check: |text| ensure(!text.contains('\0'), || Problem::new("a string with a zero byte")),
    pattern: None,
};

/// Any text with something in it.
pub(crate) static FILLED: Element =
    Element { what: "a string", check: |text| filled(text, "string"), pattern: Some(r"\S") };

/// A regular expression.
pub(crate) static PATTERN: Element = Element {
    what: "a regular expression",
    check: |text| {
        filled(text, "regular expression")?;
        regex::Regex::new(text).map(drop).map_err(|error| {
            let hint = "its language is that of https://docs.rs/regex: no look-around, no back-references";
            Problem::new(format!("`{text}` is no regular expression: {}", reason(&error))).hint(hint)
        })
    },
    pattern: Some(r"\S"),
};

/// The last line of a regex's error: the others draw the place.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

pub(crate) fn filled(text: &str, what: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(format!("an empty {what}")));
    }
    ensure(!text.contains('\0'), || Problem::new(format!("a {what} with a zero byte")))
}

/// A condition, or the problem that it does not hold.
fn ensure(holds: bool, problem: impl FnOnce() -> Problem) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(problem()) }
}

/// A number with a unit, repeated: `1m30s` is `[(1, "m"), (30, "s")]`. None if the text is anything else.
fn quantities(text: &str) -> Option<Vec<(f64, &str)>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        if !number.starts_with(|c: char| c.is_ascii_digit()) || number.ends_with('.') {
            return None;
        }
        parts.push((number.parse().ok()?, unit));
        rest = tail;
    }
    (!parts.is_empty()).then_some(parts)
}
