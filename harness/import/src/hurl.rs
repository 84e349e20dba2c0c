//! Hurl files as they are written. Whatever a text holds, what comes of it is one file that parses.

use std::fmt::Write as _;

use serde_json::Value;

use crate::text::{Part, Text};

/// A file.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// Comments at its head.
    pub(crate) head: Vec<String>,
    pub(crate) entries: Vec<Entry>,
    /// Comments at its end.
    pub(crate) tail: Vec<String>,
}

/// One request with what is expected of its response.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// Comments above it.
    pub(crate) comments: Vec<String>,
    /// Capitals only.
    pub(crate) method: String,
    pub(crate) url: Text,
    pub(crate) headers: Vec<(Text, Text)>,
    pub(crate) query: Vec<(Text, Text)>,
    pub(crate) cookies: Vec<(Text, Text)>,
    pub(crate) basic_auth: Option<(Text, Text)>,
    pub(crate) body: Body,
    /// The status expected: `200`, or `*`.
    pub(crate) status: String,
    /// (variable, query with filters).
    pub(crate) captures: Vec<(String, String)>,
    pub(crate) asserts: Vec<String>,
}

/// What a request carries.
#[derive(Debug, Clone, Default)]
pub(crate) enum Body {
    #[default]
    None,
    /// A value, with variables in some of its texts.
    Json(Json),
    /// Text as it is; the word says what of: `json`, `xml`, or nothing.
    Text(&'static str, Text),
    Form(Vec<(Text, Text)>),
    Multipart(Vec<(Text, Field)>),
    File(Text),
}

/// A field of a multipart body.
#[derive(Debug, Clone)]
pub(crate) enum Field {
    Text(Text),
    File { name: Text, media_type: String },
}

/// A JSON value in which variables may stand.
#[derive(Debug, Clone)]
pub(crate) enum Json {
    /// Null, a boolean, or a number as written.
    Scalar(String),
    Text(Text),
    /// A variable in place of a number.
    Variable(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(Text::from(text.as_str())),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.iter().map(|(key, value)| (key.clone(), Self::from(value))).collect())
            }
            scalar => Self::Scalar(scalar.to_string()),
        }
    }
}

impl File {
    /// The text of the file.
    pub(crate) fn render(&self) -> String {
        let mut out = String::new();
        comments(&mut out, &self.head);
        for entry in &self.entries {
            if !out.is_empty() {
                out.push('\n');
            }
            entry.render(&mut out);
        }
        if !self.tail.is_empty() {
            if !out.is_empty() {
                out.push('\n');
            }
            comments(&mut out, &self.tail);
        }
        out
    }
}

impl Entry {
    fn render(&self, out: &mut String) {
        comments(out, &self.comments);
        line(out, &format!("{} {}", self.method, self.url.url()));
        pairs(out, "", &self.headers);
        pairs(out, "[Query]", &self.query);
        if let Body::Form(fields) = &self.body {
            pairs(out, "[Form]", fields);
        }
        if let Body::Multipart(fields) = &self.body {
            line(out, "[Multipart]");
            for (key, field) in fields {
                line(out, format!("{}: {}", key.key(), field.render()).trim_end());
            }
        }
        pairs(out, "[Cookies]", &self.cookies);
        if let Some((user, password)) = &self.basic_auth {
            line(out, "[BasicAuth]");
            line(out, format!("{}: {}", user.key(), password.value()).trim_end());
        }
        self.body.render(out);
        line(out, &format!("HTTP {}", self.status));
        if !self.captures.is_empty() {
            line(out, "[Captures]");
            for (name, query) in &self.captures {
                line(out, &format!("{name}: {query}"));
            }
        }
        if !self.asserts.is_empty() {
            line(out, "[Asserts]");
            self.asserts.iter().for_each(|assert| line(out, assert));
        }
    }
}

impl Field {
    fn render(&self) -> String {
        match self {
            Self::Text(text) => text.part_value(),
            Self::File { name, media_type } => {
                format!("file,{}; {}", name.file_name(), Text::from(media_type.as_str()).value())
            }
        }
    }
}

impl Body {
    fn render(&self, out: &mut String) {
        match self {
            Self::None | Self::Form(_) | Self::Multipart(_) => {}
            Self::Json(json) => {
                json.render(out, 0);
                out.push('\n');
            }
            Self::Text(language, text) => {
                match text.over_lines().filter(|text| text.contains('\n') || !language.is_empty()) {
                    Some(lines) => line(out, &format!("```{language}\n{lines}```")),
                    None => line(out, &text.backticked()),
                }
            }
            Self::File(name) => line(out, &format!("file,{};", name.file_name())),
        }
    }
}

impl Json {
    fn render(&self, out: &mut String, depth: usize) {
        let indent = |out: &mut String, depth: usize| {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        };
        match self {
            Self::Scalar(text) => out.push_str(text),
            Self::Variable(name) => {
                let _ = write!(out, "{{{{{name}}}}}");
            }
            Self::Text(text) => json_text(out, text),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::Object(members) if members.is_empty() => out.push_str("{}"),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    indent(out, depth + 1);
                    item.render(out, depth + 1);
                }
                indent(out, depth);
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (key, value)) in members.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    indent(out, depth + 1);
                    json_text(out, &Text::from(key.as_str()));
                    out.push_str(": ");
                    value.render(out, depth + 1);
                }
                indent(out, depth);
                out.push('}');
            }
        }
    }
}

fn json_text(out: &mut String, text: &Text) {
    out.push('"');
    for part in &text.0 {
        match part {
            Part::Variable(name) => {
                let _ = write!(out, "{{{{{name}}}}}");
            }
            Part::Literal(literal) => {
                let mut quoted = Value::String(literal.clone()).to_string();
                // A brace beside a brace would begin a variable.
                if literal.contains("{{") || literal.starts_with('{') || literal.ends_with('{') {
                    quoted = quoted.replace('{', "\\u007b");
                }
                out.push_str(&quoted[1..quoted.len() - 1]);
            }
        }
    }
    out.push('"');
}

/// Lines of `key: value` below a heading, if there are any.
fn pairs(out: &mut String, heading: &str, pairs: &[(Text, Text)]) {
    if pairs.is_empty() {
        return;
    }
    if !heading.is_empty() {
        line(out, heading);
    }
    for (key, value) in pairs {
        line(out, format!("{}: {}", key.key(), value.value()).trim_end());
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn comments(out: &mut String, comments: &[String]) {
    for comment in comments {
        let text: String = comment.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // Some comments speak to who reads the file.
        let text = text.trim().replace("@cookie_storage_", "cookie_storage_");
        let text = if text.starts_with("parity:") { format!("\"{text}\"") } else { text };
        line(out, format!("# {text}").trim_end());
    }
}

/// A JSONPath from steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JsonPath(String);

impl JsonPath {
    /// The whole document.
    pub(crate) fn root() -> Self {
        Self("$".to_owned())
    }

    /// Into a member.
    pub(crate) fn member(&self, name: &str) -> Self {
        let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if plain {
            return Self(format!("{}.{name}", self.0));
        }
        let mut quoted = String::new();
        for c in name.chars() {
            match c {
                '\\' | '\'' => {
                    quoted.push('\\');
                    quoted.push(c);
                }
                c if c.is_control() => {
                    let _ = write!(quoted, "\\u{:04x}", c as u32);
                }
                c => quoted.push(c),
            }
        }
        Self(format!("{}['{quoted}']", self.0))
    }

    /// Into an item.
    pub(crate) fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// As the query of a capture or an assert.
    pub(crate) fn query(&self) -> String {
        format!("jsonpath {}", Text::from(self.0.as_str()).quoted())
    }
}

/// An assert that a response has a media type.
pub(crate) fn has_media_type(media_type: &str) -> String {
    format!("header \"Content-Type\" contains {}", Text::from(media_type).quoted())
}
