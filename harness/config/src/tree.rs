//! A TOML document as a tree that remembers where every value was written.

use toml::de::{DeTable, DeValue};

use crate::model::Day;

/// Where something was written: a stretch of bytes in one of the sources, read as part of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Index into the sources.
    pub(crate) source: usize,
    /// Index into the layers; later layers win.
    pub(crate) layer: usize,
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

impl Place {
    fn over(self, span: std::ops::Range<usize>) -> Self {
        Self { start: span.start, end: span.end, ..self }
    }
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) place: Place,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Whole(i64),
    Number(f64),
    Flag(bool),
    Date(Day),
    List(Vec<Node>),
    Table(Table),
    /// A value that no key takes; the text names what it is.
    Odd(&'static str),
}

/// A table in the order of the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// One key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_place: Place,
    pub(crate) node: Node,
}

impl Node {
    /// The tree of a parsed value; `at` says in which source and layer it stands.
    pub(crate) fn new(value: &toml::Spanned<DeValue<'_>>, at: Place) -> Self {
        let place = at.over(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(whole) => i64::from_str_radix(whole.as_str(), whole.radix())
                .map_or(Value::Odd("a whole number beyond 64 bits"), Value::Whole),
            DeValue::Float(number) => {
                number.as_str().parse().map_or(Value::Odd("an unreadable number"), Value::Number)
            }
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Datetime(moment) => match (moment.date, moment.time) {
                (Some(date), None) => Value::Date(Day { year: date.year, month: date.month, day: date.day }),
                (Some(_), Some(_)) => Value::Odd("a date with a time"),
                (None, _) => Value::Odd("a time of day"),
            },
            DeValue::Array(items) => Value::List(items.iter().map(|item| Self::new(item, at)).collect()),
            DeValue::Table(table) => Value::Table(Table::new(table, at)),
        };
        Self { value, place }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// What the value is, in words, for `… is a string, not …`.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a string",
            Value::Whole(_) => "a whole number",
            Value::Number(_) => "a decimal number",
            Value::Flag(_) => "a boolean",
            Value::Date(_) => "a date",
            Value::List(_) => "an array",
            Value::Table(_) => "a table",
            Value::Odd(kind) => kind,
        }
    }
}

impl Table {
    /// The tree of a parsed table.
    pub(crate) fn new(table: &DeTable<'_>, at: Place) -> Self {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_place: at.over(key.span()),
                node: Node::new(value, at),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_place.start);
        Self { entries }
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub(crate) fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.entries.retain(|entry| entry.key != key);
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    pub(crate) fn string(&self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    pub(crate) fn whole(&self, key: &str) -> Option<i64> {
        match self.get(key)?.value {
            Value::Whole(whole) => Some(whole),
            _ => None,
        }
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        match self.get(key)?.value {
            Value::Whole(whole) => Some(whole as f64),
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)?.value {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    pub(crate) fn list(&self, key: &str) -> Option<&[Node]> {
        self.get(key)?.list()
    }

    pub(crate) fn table(&self, key: &str) -> Option<&Self> {
        self.get(key)?.table()
    }

    /// The texts of an array; items of another type were reported by the check.
    pub(crate) fn texts(&self, key: &str) -> Option<Vec<String>> {
        Some(self.list(key)?.iter().filter_map(Node::text).map(str::to_owned).collect())
    }

    /// The texts of a table of texts.
    pub(crate) fn text_map(&self, key: &str) -> std::collections::BTreeMap<String, String> {
        let entries = self.table(key).map(|table| table.entries.as_slice()).unwrap_or_default();
        entries.iter().filter_map(|e| Some((e.key.clone(), e.node.text()?.to_owned()))).collect()
    }
}
