//! What a key takes, and the check of a tree against it: unknown keys, wrong types, malformed texts.

use envparity_model::{Problem, is_secret_name};

use crate::element::Element;
use crate::nearest::suggest;
use crate::problem::Problems;
use crate::tree::{Node, Place, Table, Value};

/// A key of a table.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// One sentence for people and editors.
    pub(crate) about: &'static str,
}

/// What a key takes.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A text of a kind.
    Text(&'static Element),
    /// One of some words.
    Word(fn() -> Vec<&'static str>),
    Flag,
    /// A whole number within bounds, both inclusive.
    Whole(i64, i64),
    /// A number that is not negative.
    Number,
    Date,
    /// What a variable may be: text, number, boolean.
    Scalar,
    /// An array of one shape.
    List(&'static Shape),
    /// A table with these keys, in groups so that tables can share them.
    Table(&'static [&'static [Key]]),
    /// A table whose keys are names of a kind.
    Map(&'static Element, &'static Shape),
    /// A table whose keys are some words.
    WordMap(fn() -> Vec<&'static str>, &'static Shape),
    /// The first shape of the value's type.
    Either(&'static [Shape]),
}

impl Shape {
    /// What it takes, in words.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Text(element) => element.what.to_owned(),
            Self::Word(words) => {
                let words: Vec<String> = words().iter().map(|word| format!("\"{word}\"")).collect();
                if words.len() > 6 { "a string".to_owned() } else { words.join(" or ") }
            }
            Self::Flag => "true or false".to_owned(),
            Self::Whole(..) => "a whole number".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Date => "a date, as 2026-12-31 without quotes".to_owned(),
            Self::Scalar => "a string, a number or a boolean".to_owned(),
            Self::List(item) => format!("an array, each item {}", item.describe()),
            Self::Table(_) | Self::Map(..) | Self::WordMap(..) => "a table".to_owned(),
            Self::Either(shapes) => shapes.iter().map(Self::describe).collect::<Vec<_>>().join(", or "),
        }
    }

    /// Whether a value has the type, whatever it holds.
    fn takes(&self, value: &Value) -> bool {
        match self {
            Self::Text(_) | Self::Word(_) => matches!(value, Value::Text(_)),
            Self::Flag => matches!(value, Value::Flag(_)),
            Self::Whole(..) => matches!(value, Value::Whole(_)),
            Self::Number => matches!(value, Value::Whole(_) | Value::Number(_)),
            Self::Date => matches!(value, Value::Date(_)),
            Self::Scalar => {
                matches!(value, Value::Text(_) | Value::Whole(_) | Value::Number(_) | Value::Flag(_))
            }
            Self::List(_) => matches!(value, Value::List(_)),
            Self::Table(_) | Self::Map(..) | Self::WordMap(..) => matches!(value, Value::Table(_)),
            Self::Either(shapes) => shapes.iter().any(|shape| shape.takes(value)),
        }
    }

    /// Whether a bare text stands for itself: nothing else is taken.
    pub(crate) fn is_text(&self) -> bool {
        match self {
            Self::Text(_) | Self::Word(_) => true,
            Self::Either(shapes) => shapes.iter().any(Self::is_text),
            _ => false,
        }
    }

    /// The shape of what stands under a key.
    pub(crate) fn child(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(groups) => groups.iter().copied().flatten().find(|k| k.name == key).map(|k| &k.shape),
            Self::Map(_, item) | Self::WordMap(_, item) => Some(item),
            Self::Either(shapes) => shapes.iter().find_map(|shape| shape.child(key)),
            _ => None,
        }
    }
}

impl Shape {
    /// The names of the keys of the table.
    pub(crate) fn key_names(&self) -> Vec<&'static str> {
        match self {
            Self::Table(groups) => groups.iter().copied().flatten().map(|key| key.name).collect(),
            _ => Vec::new(),
        }
    }

    /// Where a key stands among the keys of the table; none where the file decides.
    pub(crate) fn position(&self, key: &str) -> Option<usize> {
        match self {
            Self::Table(groups) => groups.iter().copied().flatten().position(|k| k.name == key),
            Self::Either(shapes) => shapes.iter().find_map(|shape| shape.position(key)),
            _ => None,
        }
    }
}

/// Checks a value against its shape; `path` is its dotted key.
pub(crate) fn check(node: &Node, shape: &Shape, path: &str, problems: &mut Problems<'_>) {
    if !shape.takes(&node.value) {
        problems.report(node.place, wrong_type(node, shape, path));
        return;
    }
    match (shape, &node.value) {
        (Shape::Either(shapes), value) => {
            if let Some(shape) = shapes.iter().find(|shape| shape.takes(value)) {
                check(node, shape, path, problems);
            }
        }
        (Shape::Text(element), Value::Text(text)) => {
            if let Err(problem) = (element.check)(text) {
                problems.report(node.place, in_key(problem, path));
            }
        }
        (Shape::Word(words), Value::Text(text)) => {
            let words = words();
            if !words.contains(&text.as_str()) {
                let hint = suggest(text, words.iter().copied(), "one of");
                problems
                    .report(node.place, Problem::new(format!("`{path}`: unknown value `{text}`")).hint(hint));
            }
        }
        (Shape::Whole(least, most), Value::Whole(whole)) if !(*least..=*most).contains(whole) => {
            let bounds = if *most == i64::MAX {
                format!("{least} or more")
            } else {
                format!("from {least} to {most}")
            };
            problems.report(node.place, Problem::new(format!("`{path}` is {whole}, not {bounds}")));
        }
        (Shape::Number, value) => check_number(node.place, value, path, problems),
        (Shape::List(item), Value::List(items)) => {
            for (index, node) in items.iter().enumerate() {
                check(node, item, &format!("{path}[{index}]"), problems);
            }
        }
        (Shape::Table(groups), Value::Table(table)) => check_table(table, groups, path, problems),
        (Shape::Map(name, item), Value::Table(table)) => {
            for entry in &table.entries {
                if let Err(problem) = (name.check)(&entry.key) {
                    problems.report(entry.key_place, problem);
                }
                check(&entry.node, item, &join(path, &entry.key), problems);
            }
        }
        (Shape::WordMap(words, item), Value::Table(table)) => {
            let words = words();
            for entry in &table.entries {
                if !words.contains(&entry.key.as_str()) {
                    let hint = suggest(&entry.key, words.iter().copied(), "one of");
                    let message = format!("unknown key `{}` in `{path}`", entry.key);
                    problems.report(entry.key_place, Problem::new(message).hint(hint));
                }
                check(&entry.node, item, &join(path, &entry.key), problems);
            }
        }
        _ => {}
    }
}

fn check_number(place: Place, value: &Value, path: &str, problems: &mut Problems<'_>) {
    let number = match value {
        Value::Whole(whole) => *whole as f64,
        Value::Number(number) => *number,
        _ => return,
    };
    if !number.is_finite() || number < 0.0 {
        problems.report(place, Problem::new(format!("`{path}` is {number}, not 0 or more")));
    }
}

fn check_table(table: &Table, groups: &[&[Key]], path: &str, problems: &mut Problems<'_>) {
    for entry in &table.entries {
        let keys = groups.iter().copied().flatten();
        if let Some(key) = keys.clone().find(|key| key.name == entry.key) {
            check(&entry.node, &key.shape, &join(path, &entry.key), problems);
            continue;
        }
        if let Some(near) = crate::nearest::nearest(&entry.key, keys.map(|key| key.name)) {
            problems.take_for(near);
        }
        problems.report(entry.key_place, unknown_key(&entry.key, groups, path));
    }
}

fn unknown_key(key: &str, groups: &[&[Key]], path: &str) -> Problem {
    let place = if path.is_empty() { "at the top".to_owned() } else { format!("in `{path}`") };
    let known = groups.iter().copied().flatten().map(|key| key.name);
    let hint = match crate::nearest::nearest(key, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => match crate::keys::section_with(key).filter(|section| *section != path) {
            Some(section) => format!("`{key}` belongs to `[{section}]`"),
            None => suggest(key, known, "known keys:"),
        },
    };
    Problem::new(format!("unknown key `{key}` {place}")).hint(hint)
}

fn wrong_type(node: &Node, shape: &Shape, path: &str) -> Problem {
    let problem = Problem::new(format!("`{path}` is {}, not {}", written(node, path), shape.describe()));
    match (shape, &node.value) {
        (Shape::Whole(..) | Shape::Number, Value::Text(text)) if text.trim().parse::<f64>().is_ok() => {
            problem.hint(format!("write `{}` without quotes", text.trim()))
        }
        (Shape::Flag, Value::Text(text)) if matches!(text.as_str(), "true" | "false") => {
            problem.hint(format!("write `{text}` without quotes"))
        }
        (Shape::Date, Value::Text(_)) => problem.hint("write the date without quotes"),
        (Shape::Text(_), Value::Whole(_) | Value::Number(_) | Value::Flag(_) | Value::Date(_)) => {
            problem.hint("write it in quotes")
        }
        (Shape::List(item), Value::Text(_)) if item.is_text() => match path.rsplit('.').next() {
            Some("command" | "entrypoint") => {
                problem.hint("one array item a word, as `[\"./run.sh\", \"--port\", \"80\"]`; a shell is `[\"sh\", \"-c\", \"…\"]`")
            }
            _ => problem.hint("write it in brackets, as `[\"…\"]`"),
        },
        (Shape::List(_), Value::Table(_)) => match path {
            "rule" | "waiver" => problem.hint(format!("each is `[[{path}]]`, in double brackets")),
            _ => problem,
        },
        _ => problem,
    }
}

/// What a value is, with a short text repeated: a setting has no line to show.
fn written(node: &Node, path: &str) -> String {
    let name = path.rsplit('.').next().unwrap_or_default();
    match node.text() {
        Some(text) if text.len() <= 40 && !is_secret_name(name) && !text.contains(['@', '\n']) => {
            format!("the string {}", crate::write::quote(text))
        }
        _ => node.kind().to_owned(),
    }
}

/// Says which key a text belongs to.
fn in_key(problem: Problem, path: &str) -> Problem {
    Problem { message: format!("`{path}`: {}", problem.message), ..problem }
}

/// A dotted key below another; keys with other characters are quoted as TOML does.
pub(crate) fn join(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let key = if plain { key.to_owned() } else { crate::write::quote(key) };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}
