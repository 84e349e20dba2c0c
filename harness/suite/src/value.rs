//! The values that queries find, captures keep and templates render.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Instant, Number};

/// A value. Equality is Hurl's `==`: numbers by value (`1` equals `1.0`), everything else by type and content.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// JSON `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, with its lexeme.
    Number(Number),
    /// Text.
    String(String),
    /// A list: a JSON array, several results of a query, or a header with several values.
    List(Vec<Value>),
    /// A JSON object, in the order of its text.
    Object(Vec<(String, Value)>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A point in time.
    Date(Instant),
    /// How many nodes an XPath found.
    Nodes(usize),
    /// A response that led to another address.
    Redirect {
        /// Its status.
        status: u16,
        /// Where it led, as an absolute URL.
        location: String,
    },
    /// Something that is there but has no value: a cookie's `Secure`.
    Unit,
}

impl Value {
    /// The value of a variable given as bare text, much as Hurl's `--variable` reads it: `true`, `false`, `null`
    /// and JSON numbers are what they look like, text in double quotes is that text, all else is text.
    pub fn from_bare(text: &str) -> Self {
        match text {
            "true" => Self::Bool(true),
            "false" => Self::Bool(false),
            "null" => Self::Null,
            text => Number::from_lexeme(text).map_or_else(
                || {
                    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                    Self::from(quoted.unwrap_or(text))
                },
                Self::Number,
            ),
        }
    }

    /// As JSON: bytes in base64, a date as ISO 8601, [`Value::Unit`] as `true`. Number lexemes are kept.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Number(number) => serde_json::from_str(number.lexeme())
                .map_or_else(|_| Json::String(number.lexeme().to_owned()), Json::Number),
            Self::String(text) => Json::String(text.clone()),
            Self::List(values) => Json::Array(values.iter().map(Self::to_json).collect()),
            Self::Object(members) => {
                Json::Object(members.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
            }
            Self::Bytes(bytes) => Json::String(STANDARD.encode(bytes)),
            Self::Date(date) => Json::String(date.to_iso()),
            Self::Nodes(size) => serde_json::json!({ "type": "nodeset", "size": size }),
            Self::Redirect { status, location } => {
                serde_json::json!({ "status": status, "location": location })
            }
            Self::Unit => Json::Bool(true),
        }
    }

    /// The name of its type, as asserts show it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(number) if number.is_float() => "float",
            Self::Number(_) => "integer",
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Object(_) => "object",
            Self::Bytes(_) => "bytes",
            Self::Date(_) => "date",
            Self::Nodes(_) => "nodeset",
            Self::Redirect { .. } => "http response",
            Self::Unit => "unit",
        }
    }

    /// As a template renders it; `None` for what has no text.
    pub(crate) fn render(&self) -> Option<String> {
        match self {
            Self::Null => Some("null".to_owned()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::String(text) => Some(text.clone()),
            Self::Date(date) => Some(date.to_iso()),
            Self::List(_)
            | Self::Object(_)
            | Self::Bytes(_)
            | Self::Nodes(_)
            | Self::Redirect { .. }
            | Self::Unit => None,
        }
    }

    /// For people: the type and the value, cut where it grows long.
    pub(crate) fn show(&self) -> String {
        let text = match self {
            Self::Null | Self::Unit => return self.kind().to_owned(),
            Self::Bytes(bytes) => bytes.iter().take(SHOWN / 2).map(|byte| format!("{byte:02x}")).collect(),
            Self::Date(date) => date.to_string(),
            Self::Nodes(size) => format!("{size} nodes"),
            Self::Redirect { status, location } => format!("{status} {location}"),
            Self::List(_) | Self::Object(_) => self.to_json().to_string(),
            Self::Bool(_) | Self::Number(_) | Self::String(_) => self.render().unwrap_or_default(),
        };
        format!("{} <{}>", self.kind(), cut(text))
    }
}

/// How many characters of a value an assert shows.
const SHOWN: usize = 200;

fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(at);
        text.push('…');
    }
    text
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Number(Number::from_checked(&number.to_string())),
            Json::String(text) => Self::String(text.clone()),
            Json::Array(values) => Self::List(values.iter().map(Self::from).collect()),
            Json::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.clone(), value.into())).collect())
            }
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        Self::from(&json)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value.into())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Instant> for Value {
    fn from(date: Instant) -> Self {
        Self::Date(date)
    }
}
