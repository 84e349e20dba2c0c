//! Names of files and variables.

use std::collections::BTreeSet;

/// The longest name of a file or variable, in characters.
const LONGEST: usize = 60;

/// Text as the name of a file: `Pet Store / v2` is `pet-store-v2`.
pub(crate) fn slug(text: &str) -> String {
    let slug = words(text).join("-");
    if slug.is_empty() { "requests".to_owned() } else { slug.chars().take(LONGEST).collect() }
}

/// Text as the name of a variable: `petId` is `pet_id`.
pub(crate) fn variable(text: &str) -> String {
    let name: String = words(text).join("_").chars().take(LONGEST).collect();
    match name.as_str() {
        "" => "value".to_owned(),
        // What `{{…}}` already means.
        "base" | "environment" | "run" => format!("{name}_value"),
        _ => name,
    }
}

/// A variable's name as it was given, with `_` for what cannot stand in one.
pub(crate) fn kept(text: &str) -> String {
    let name: String = text
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' })
        .collect();
    match name.as_str() {
        "" => "value".to_owned(),
        "newUuid" | "newDate" => format!("{name}_value"),
        _ => name.chars().take(LONGEST).collect(),
    }
}

/// The words of a text, in lower case; `petId` has two.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in text.chars() {
        let begins = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if begins || !c.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Gives each its own name.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// The name, numbered where it is taken.
    pub(crate) fn unique(&mut self, name: &str, separator: char) -> String {
        let numbered = (2..).map(|number| format!("{name}{separator}{number}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !self.0.contains(name));
        let free = free.unwrap_or_default();
        self.0.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words() {
        assert_eq!(slug("Pet Store / v2"), "pet-store-v2");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("日本"), "requests");
        assert_eq!(variable("petId"), "pet_id");
        assert_eq!(variable("X-API-Key"), "x_api_key");
        assert_eq!(kept("my var"), "my_var");
    }

    #[test]
    fn names_are_numbered() {
        let mut names = Names::default();
        assert_eq!(names.unique("a", '-'), "a");
        assert_eq!(names.unique("a", '-'), "a-2");
        assert_eq!(names.unique("a-2", '-'), "a-2-2");
    }
}
