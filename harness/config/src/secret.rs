//! A configuration without its secrets, still one that can be read.
//!
//! Only what the service and the suites are given may hold a secret: environment variables, commands, build
//! arguments, variables. Names, references, globs and rules stay as they are, whatever word a secret happens to be.

use std::ops::Range;

use crate::problem::{Problems, Source};
use crate::resolve::Setting;
use crate::tree::{Node, Place, Table, Value};
use crate::{setting, syntax, write};

/// Keys below which values are given on; `*` is any name.
const GIVEN: &[&[&str]] = &[
    &["container", "env"],
    &["container", "command"],
    &["container", "entrypoint"],
    &["container", "services", "*", "env"],
    &["container", "services", "*", "command"],
    &["environments", "*", "env"],
    &["environments", "*", "variables"],
    &["environments", "*", "image", "build-args"],
    &["command", "run"],
    &["command", "env"],
    &["image", "build-args"],
    &["variables"],
];

/// Masks a value; the first argument is its name, empty for a comment.
type Mask<'m> = &'m dyn Fn(&str, &str) -> String;

/// The text of a `parity.toml` with every value that is given on, and every comment, passed through `mask`. Lines
/// stay where they are.
pub fn masked_text(text: &str, mask: Mask<'_>) -> String {
    let texts = [Source { name: "", text: Some(text) }];
    let mut problems = Problems::new(&texts);
    let at = Place { source: 0, layer: 0, start: 0, end: 0 };
    let table = syntax::parse(text, at, &mut problems).table;
    let mut values = Values { text, mask, found: Vec::new() };
    values.walk_table(&table, &mut Vec::new());
    let Values { mut found, .. } = values;
    found.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (range, replaced) in found.into_iter().filter(|(range, _)| range.end <= text.len()) {
        if let (true, Some(between)) = (range.start >= done, text.get(done..range.start)) {
            out.push_str(&comments(between, mask));
            out.push_str(&replaced);
            done = range.end;
        }
    }
    out.push_str(&comments(text.get(done..).unwrap_or_default(), mask));
    out
}

/// A setting with its value passed through `mask`, where its key is one that is given on.
pub fn masked_setting((key, value, origin): &Setting, mask: Mask<'_>) -> Setting {
    let path = setting::split_key(key).unwrap_or_default();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let masked = match path.last() {
        Some(name) if is_given(&path) => mask(name, value),
        _ => value.clone(),
    };
    // A stand-in is a text, not the array that its brackets look like.
    let masked = if masked == *value { masked } else { write::quote(&masked) };
    (key.clone(), masked, origin.clone())
}

/// Every value of a document as it is to be written: where it stood, and its text.
struct Values<'a> {
    text: &'a str,
    mask: Mask<'a>,
    found: Vec<(Range<usize>, String)>,
}

impl<'a> Values<'a> {
    fn walk_table(&mut self, table: &'a Table, path: &mut Vec<&'a str>) {
        for entry in &table.entries {
            path.push(&entry.key);
            self.walk(&entry.node, path);
            path.pop();
        }
    }

    fn walk(&mut self, node: &'a Node, path: &mut Vec<&'a str>) {
        match &node.value {
            Value::Table(table) => self.walk_table(table, path),
            Value::List(items) => items.iter().for_each(|item| self.walk(item, path)),
            _ => self.keep(node, path),
        }
    }

    fn keep(&mut self, node: &Node, path: &[&str]) {
        let range = node.place.start..node.place.end;
        let Some(written) = self.text.get(range.clone()) else { return };
        let plain = node.text().unwrap_or(written);
        let name = path.last().copied().unwrap_or_default();
        let masked = if is_given(path) { (self.mask)(name, plain) } else { plain.to_owned() };
        // Lines must not move: a text over several lines stays as many.
        let lines = "\n".repeat(written.matches('\n').count());
        let replaced = if masked == plain { written.to_owned() } else { on_lines(&masked, &lines) };
        self.found.push((range, replaced));
    }
}

/// A basic string, or one over as many lines as `breaks` has.
fn on_lines(text: &str, breaks: &str) -> String {
    let quoted = write::quote(text);
    match (breaks.is_empty(), quoted.strip_suffix('"')) {
        // A backslash before a line's end takes the white space that follows for nothing.
        (false, Some(open)) => format!("\"\"{open}\\{breaks}\"\"\""),
        _ => quoted,
    }
}

fn is_given(path: &[&str]) -> bool {
    let path = match path {
        ["profiles", _, rest @ ..] => rest,
        all => all,
    };
    GIVEN.iter().any(|given| {
        path.len() >= given.len() && given.iter().zip(path).all(|(given, key)| *given == "*" || given == key)
    })
}

/// What stands between values: keys, signs and comments, of which the comments are masked.
fn comments(between: &str, mask: Mask<'_>) -> String {
    between
        .split_inclusive('\n')
        .map(|line| match line.find('#') {
            Some(at) => format!("{}{}", &line[..at], mask("", &line[at..])),
            None => line.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use envparity_model::is_secret_name;
    use proptest::prelude::*;

    use super::*;
    use crate::{Sources, resolve};

    fn mask(name: &str, value: &str) -> String {
        if is_secret_name(name) { "[masked:1]".to_owned() } else { value.replace("qa", "[masked:2]") }
    }

    const TEXT: &str = r#"# the qa host
[container]
port = 80
env = { DB_PASSWORD = "qa", MODE = 'for qa' } # qa again
command = ["run", "--key", "qa"]

[image]
ref = "qa/app:1"

[environments.local]
engine = "local"

[environments.qa]
engine = "ssh://qa"
env.SECRET = """
qa
second"""

[compare]
reference = "local"
suites = ["qa/*.hurl"]

[variables]
pin_token = 17

[profiles.ci.variables]
token = "x"
"#;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let masked = masked_text(TEXT, &mask);
        insta::assert_snapshot!(masked);
        assert_eq!(masked.lines().count(), TEXT.lines().count());
        let read =
            |text: &str| resolve(&Sources { file: Some(("p", text)), ..Sources::default() }).unwrap().config;
        let (before, after) = (read(TEXT), read(&masked));
        assert_eq!((before.compare, before.rules), (after.compare, after.rules));
        assert_eq!(before.environments.len(), after.environments.len());
    }

    #[test]
    fn settings_are_masked_by_their_key() {
        let setting = |key: &str, value: &str| (key.to_owned(), value.to_owned(), "--set".to_owned());
        let masked = |key: &str, value: &str| masked_setting(&setting(key, value), &mask).1;
        assert_eq!(masked("container.env.API_KEY", "qa"), "\"[masked:1]\"");
        assert_eq!(masked("compare.reference", "qa"), "qa");
        assert_eq!(masked("variables.user", "7"), "7");
    }

    proptest! {
        #[test]
        fn any_text_can_be_masked_and_nothing_is_lost_without_secrets(text in "\\PC{0,80}") {
            let keep = |_: &str, value: &str| value.to_owned();
            prop_assert_eq!(masked_text(&text, &keep), text);
        }
    }
}
