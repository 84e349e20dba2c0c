//! YAML by its core schema, as JSON values. Aliases are bounded: a document cannot grow beyond what it may hold.

use std::collections::HashMap;

use envparity_model::Problem;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Number, Value};

use crate::syntax::{DEPTH, located};

/// The most values of one document, what aliases repeat included.
const MOST_VALUES: usize = 2_000_000;

/// Reads the one document of a text.
pub(crate) fn read(path: &str, text: &str) -> Result<Value, Problem> {
    let mut builder = Builder { path, open: Vec::new(), anchors: HashMap::new(), values: 0, root: None };
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let (line, column) = (error.marker().line(), error.marker().col() + 1);
            if error.info() == "recursion limit exceeded" {
                return located(path, line, column, &format!("nests deeper than {DEPTH}"));
            }
            located(path, line, column, &format!("malformed YAML: {}", error.info()))
        })?;
        if let Event::DocumentStart(_) = event {
            documents += 1;
            if documents > 1 {
                return Err(builder.fail(&span, "a second document begins here"));
            }
        }
        builder.take(event, &span)?;
    }
    builder.root.ok_or_else(|| Problem::new(format!("`{path}` is empty")))
}

/// A list or mapping that has begun.
struct Open {
    value: Value,
    /// The key whose value comes next.
    key: Option<String>,
    /// Members that `<<` brings where they are not given otherwise.
    merged: Vec<Map<String, Value>>,
    anchor: usize,
    /// How many values had been read when it began.
    before: usize,
}

struct Builder<'p> {
    path: &'p str,
    open: Vec<Open>,
    /// Values by anchor, with how many they are.
    anchors: HashMap<usize, (Value, usize)>,
    values: usize,
    root: Option<Value>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), Problem> {
        match event {
            Event::SequenceStart(anchor, _) => self.begin(Value::Array(Vec::new()), anchor, span),
            Event::MappingStart(anchor, _) => self.begin(Value::Object(Map::new()), anchor, span),
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, span)?;
                let plain = style == ScalarStyle::Plain && tag.as_deref().is_none_or(|tag| !is_text(tag));
                if self.expects_key() {
                    let key = if plain && text == "<<" { MERGE.to_owned() } else { text.into_owned() };
                    return self.key(key, span);
                }
                let value = if plain { plain_value(&text) } else { Value::String(text.into_owned()) };
                self.keep(anchor, &value, 1);
                self.place(value, span)
            }
            Event::Alias(anchor) => {
                let Some((value, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.fail(span, "this alias stands within what it repeats"));
                };
                self.count(size, span)?;
                if self.expects_key() {
                    let key = value.as_str().map(str::to_owned);
                    return match key {
                        Some(key) => self.key(key, span),
                        None => Err(self.fail(span, "a key must be text")),
                    };
                }
                if depth(&value) + self.open.len() > DEPTH {
                    return Err(self.fail(span, &format!("nests deeper than {DEPTH}")));
                }
                self.place(value, span)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, value: Value, anchor: usize, span: &Span) -> Result<(), Problem> {
        self.count(1, span)?;
        if self.open.len() >= DEPTH {
            return Err(self.fail(span, &format!("nests deeper than {DEPTH}")));
        }
        if self.expects_key() {
            return Err(self.fail(span, "a key must be text"));
        }
        self.open.push(Open { value, key: None, merged: Vec::new(), anchor, before: self.values });
        Ok(())
    }

    fn end(&mut self, span: &Span) -> Result<(), Problem> {
        let Some(Open { mut value, merged, anchor, before, .. }) = self.open.pop() else { return Ok(()) };
        if let Value::Object(members) = &mut value {
            for (key, value) in merged.into_iter().flatten() {
                members.entry(key).or_insert(value);
            }
        }
        self.keep(anchor, &value, self.values - before + 1);
        self.place(value, span)
    }

    fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.value.is_object() && open.key.is_none())
    }

    fn key(&mut self, key: String, span: &Span) -> Result<(), Problem> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        if open.value.get(&key).is_some() {
            return Err(self.fail(span, &format!("`{key}` stands twice")));
        }
        open.key = Some(key);
        Ok(())
    }

    fn place(&mut self, value: Value, span: &Span) -> Result<(), Problem> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        match (&mut open.value, open.key.take()) {
            (Value::Array(items), _) => items.push(value),
            (Value::Object(_), Some(key)) if key == MERGE => match value {
                Value::Object(members) => open.merged.push(members),
                Value::Array(items) => {
                    open.merged.extend(items.into_iter().filter_map(|item| match item {
                        Value::Object(members) => Some(members),
                        _ => None,
                    }));
                }
                _ => return Err(self.fail(span, "`<<` takes a mapping")),
            },
            (Value::Object(members), Some(key)) => {
                members.insert(key, value);
            }
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, anchor: usize, value: &Value, size: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
    }

    fn count(&mut self, more: usize, span: &Span) -> Result<(), Problem> {
        self.values += more;
        if self.values <= MOST_VALUES {
            return Ok(());
        }
        Err(self.fail(span, &format!("holds more than {MOST_VALUES} values, aliases included")))
    }

    fn fail(&self, span: &Span, message: &str) -> Problem {
        located(self.path, span.start.line(), span.start.col() + 1, message)
    }
}

/// A key that no text is: the merge key of YAML 1.1, which documents still use.
const MERGE: &str = "\u{0}<<";

fn is_text(tag: &Tag) -> bool {
    tag.suffix == "str" || tag.handle == "!"
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// A plain scalar by the core schema: null, boolean, number, else text.
fn plain_value(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !unsigned.contains(|c: char| c.is_ascii_digit())
        || !unsigned.chars().all(|c| c.is_ascii_digit() || ".eE+-".contains(c))
    {
        return None;
    }
    // As written where JSON writes it so too: large integers keep their digits.
    serde_json::from_str(text).ok().or_else(|| {
        let whole = text.trim_start_matches('+').parse::<i64>().ok().map(Number::from);
        whole.or_else(|| text.parse().ok().and_then(Number::from_f64))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_core_schema_applies() {
        let text = "a: 1\nb: '1'\nc: yes\nd: ~\ne: 1.50\nf: 0x1F\ng: 2024-01-01\n200: ok\nh: !!str 5\ni: -.5\nj: 1.2.3\nk: 010\n";
        let value = read("x.yaml", text).expect("YAML");
        let expected = serde_json::from_str::<Value>(
            r#"{"a":1,"b":"1","c":"yes","d":null,"e":1.50,"f":31,"g":"2024-01-01","200":"ok","h":"5","i":-0.5,"j":"1.2.3","k":10}"#,
        );
        assert_eq!(value, expected.expect("JSON"));
    }

    #[test]
    fn aliases_and_merges_repeat() {
        let text = "base: &b {x: 1, y: 2}\na: *b\nc:\n  <<: *b\n  y: 3\n";
        let value = read("x.yaml", text).expect("YAML");
        assert_eq!(value["a"], json!({"x": 1, "y": 2}));
        assert_eq!(value["c"], json!({"x": 1, "y": 3}));
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            let items = vec![format!("*a{before}"); 10].join(",");
            text = format!("{text}a{level}: &a{level} [{items}]\n");
        }
        let error = read("x.yaml", &text).expect_err("a bomb");
        assert!(error.message.contains("aliases included"), "{}", error.message);
    }

    #[test]
    fn keys_stand_once() {
        let error = read("x.yaml", "a: 1\na: 2\n").expect_err("twice");
        assert_eq!(error.message, "x.yaml:2:1: `a` stands twice");
    }
}
