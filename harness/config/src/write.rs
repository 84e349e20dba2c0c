//! Values as TOML.

use std::fmt::Write as _;

use envparity_model::is_secret_name;

use crate::tree::{Node, Table, Value};

/// What a secret is shown as.
const HIDDEN: &str = "\"…\"";

/// A value on one line; `name` is its key, which tells secrets.
pub(crate) fn value(node: &Node, name: &str) -> String {
    match &node.value {
        Value::Text(_) | Value::Whole(_) | Value::Number(_) if is_secret_name(name) => HIDDEN.to_owned(),
        Value::Text(text) => quote(text),
        Value::Whole(whole) => whole.to_string(),
        Value::Number(number) if number.is_finite() && number.fract() == 0.0 => format!("{number:.1}"),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Date(day) => day.to_string(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| value(item, name)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) => inline(table),
        Value::Odd(kind) => (*kind).to_owned(),
    }
}

fn inline(table: &Table) -> String {
    if table.entries.is_empty() {
        return "{}".to_owned();
    }
    let entries: Vec<String> = table
        .entries
        .iter()
        .map(|entry| format!("{} = {}", crate::shape::join("", &entry.key), value(&entry.node, &entry.key)))
        .collect();
    format!("{{ {} }}", entries.join(", "))
}

/// A basic string, <https://toml.io/en/v1.0.0#string>.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
