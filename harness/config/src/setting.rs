//! Single values from the command line and from `PARITY_*`: a dotted key and a text.

use envparity_model::Problem;
use toml::de::{DeTable, DeValue};

use crate::keys::ROOT;
use crate::shape::Shape;
use crate::tree::{Entry, Node, Place, Table, Value};

/// The tree of one setting: tables down to the key, then the value.
pub(crate) fn tree(key: &str, text: &str, place: Place) -> Result<Table, Problem> {
    let path = split_key(key).ok_or_else(|| {
        Problem::new(format!("`{key}` is not a key")).hint("section and key, as `compare.control`")
    })?;
    let mut shape = Some(&ROOT);
    for part in &path {
        shape = shape.and_then(|shape| shape.child(part));
    }
    let mut node = Node { value: read(text, shape, path.last().map(String::as_str), place), place };
    for key in path.into_iter().rev() {
        let entry = Entry { key, key_place: place, node };
        node = Node { value: Value::Table(Table { entries: vec![entry] }), place };
    }
    match node.value {
        Value::Table(table) => Ok(table),
        _ => Ok(Table::default()),
    }
}

/// The parts of a dotted key, quoted parts included.
pub(crate) fn split_key(key: &str) -> Option<Vec<String>> {
    if key.contains(['\n', '\r', '=', '#']) {
        return None;
    }
    let document = format!("{key} = 0");
    let parsed = DeTable::parse(&document).ok()?;
    let mut table = parsed.get_ref();
    let mut path = Vec::new();
    loop {
        let (name, value) = table.iter().next()?;
        path.push(name.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            DeValue::Integer(_) => return Some(path),
            _ => return None,
        }
    }
}

/// A text as the key takes it: TOML where it is TOML of the right type, else the bare text.
fn read(text: &str, shape: Option<&Shape>, key: Option<&str>, place: Place) -> Value {
    let bare = || Value::Text(text.to_owned());
    match shape {
        Some(shape) if shape.is_text() => match text.trim_start().chars().next() {
            Some('"' | '\'' | '{') => parse(text, place).unwrap_or_else(bare),
            _ => bare(),
        },
        Some(Shape::List(item)) => read_list(text, item, key, place),
        Some(Shape::Scalar) => match parse(text, place) {
            Some(value @ (Value::Text(_) | Value::Whole(_) | Value::Number(_) | Value::Flag(_))) => value,
            _ => bare(),
        },
        _ => parse(text, place).unwrap_or_else(bare),
    }
}

/// A TOML array, or bare items.
fn read_list(text: &str, item: &Shape, key: Option<&str>, place: Place) -> Value {
    if let Some(list @ Value::List(_)) = parse(text, place) {
        return list;
    }
    // Names have no commas; globs and arguments may.
    let names = matches!(key, Some("candidates" | "ecosystems" | "publish" | "cap-add" | "cap-drop"));
    let parts: Vec<&str> = if names { text.split(',').map(str::trim).collect() } else { vec![text] };
    let node = |part: &&str| Node { value: read(part, Some(item), None, place), place };
    Value::List(parts.iter().map(node).collect())
}

fn parse(text: &str, place: Place) -> Option<Value> {
    let mut node = Node::new(&DeValue::parse(text).ok()?, place);
    flatten(&mut node, place);
    Some(node.value)
}

/// A setting has no lines: everything in it stands at its whole.
fn flatten(node: &mut Node, place: Place) {
    node.place = place;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| flatten(item, place)),
        Value::Table(table) => {
            for entry in &mut table.entries {
                entry.key_place = place;
                flatten(&mut entry.node, place);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { source: 0, layer: 0, start: 0, end: 0 };

    fn shown(key: &str, text: &str) -> String {
        let table = tree(key, text, PLACE).unwrap();
        crate::write::value(&Node { value: Value::Table(table), place: PLACE }, "")
    }

    #[test]
    fn values_are_read_as_the_key_takes_them() {
        assert_eq!(shown("compare.reference", "123"), r#"{ compare = { reference = "123" } }"#);
        assert_eq!(shown("compare.control", "\"never\""), r#"{ compare = { control = "never" } }"#);
        assert_eq!(shown("compare.jobs", "4"), "{ compare = { jobs = 4 } }");
        assert_eq!(shown("compare.jobs", "many"), r#"{ compare = { jobs = "many" } }"#);
        assert_eq!(shown("compare.candidates", "qa, dev"), r#"{ compare = { candidates = ["qa", "dev"] } }"#);
        assert_eq!(shown("compare.suites", "a/{b,c}.hurl"), r#"{ compare = { suites = ["a/{b,c}.hurl"] } }"#);
        assert_eq!(shown("compare.suites", r#"["a", "b"]"#), r#"{ compare = { suites = ["a", "b"] } }"#);
        assert_eq!(shown("container.publish", "80,81"), "{ container = { publish = [80, 81] } }");
        assert_eq!(shown("image", "a/b:1"), r#"{ image = "a/b:1" }"#);
        assert_eq!(shown("image", r#"{ ref = "a" }"#), r#"{ image = { ref = "a" } }"#);
        assert_eq!(shown("variables.n", "5"), "{ variables = { n = 5 } }");
        assert_eq!(shown("variables.d", "2026-01-01"), r#"{ variables = { d = "2026-01-01" } }"#);
        let quoted = shown("environments.\"qa.eu\".url", "http://a");
        assert_eq!(quoted, r#"{ environments = { "qa.eu" = { url = "http://a" } } }"#);
    }

    #[test]
    fn a_key_cannot_smuggle_a_document() {
        for bad in ["", ".", "a b", "a = 1\nb", "a.", "[a]", "# a", "a\n"] {
            assert!(tree(bad, "1", PLACE).is_err(), "{bad:?}");
        }
    }
}
