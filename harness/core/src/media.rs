//! Media types and charsets of `Content-Type`.

use std::collections::BTreeMap;
use std::fmt;

/// A media type: lower-case, parameters without order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MediaType {
    /// `application/json`.
    pub(crate) essence: String,
    /// Everything after it; the value of `charset` in lower case.
    pub(crate) params: BTreeMap<String, String>,
}

/// The families of bodies that are compared in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Json,
    /// One JSON value a line.
    Lines,
    /// JSON text sequences.
    Sequence,
    /// Server-sent events.
    Events,
    /// Fields of a form.
    Form,
    Multipart,
    Html,
    Xml,
    Text,
    Binary,
    Unknown,
}

impl Family {
    /// Whether it is, or is read as, JSON.
    pub(crate) const fn is_json(self) -> bool {
        matches!(
            self,
            Self::Json | Self::Lines | Self::Sequence | Self::Events | Self::Form | Self::Multipart
        )
    }

    /// The family of a text that does not say what it is.
    pub(crate) fn sniffed(self, text: &str) -> Self {
        let head: String = text.trim_start().chars().take(14).collect::<String>().to_ascii_lowercase();
        match self {
            Self::Unknown if head.starts_with("<?xml") => Self::Xml,
            Self::Unknown if head.starts_with("<!doctype html") || head.starts_with("<html") => Self::Html,
            family => family,
        }
    }
}

impl MediaType {
    pub(crate) fn parse(value: &str) -> Self {
        let mut parts = value.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut params = BTreeMap::new();
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = name.trim().to_ascii_lowercase();
            let value = value.trim().trim_matches('"');
            if name.is_empty() {
                continue;
            }
            let value = if name == "charset" { charset_name(value) } else { value.to_owned() };
            params.insert(name, value);
        }
        Self { essence, params }
    }

    pub(crate) fn family(&self) -> Family {
        let (kind, sub) = self.essence.split_once('/').unwrap_or((&self.essence, ""));
        let suffix = sub.rsplit('+').next().unwrap_or(sub);
        match (kind, suffix) {
            (_, "json") => Family::Json,
            ("multipart", _) => Family::Multipart,
            ("text", "html") => Family::Html,
            ("text", "event-stream") => Family::Events,
            (_, "xml") => Family::Xml,
            (_, "json-seq") => Family::Sequence,
            (_, "x-www-form-urlencoded") => Family::Form,
            (_, "x-ndjson" | "ndjson" | "jsonl" | "x-jsonlines") => Family::Lines,
            ("text", _) | (_, "javascript" | "yaml" | "x-yaml" | "graphql" | "toml" | "sql") => Family::Text,
            ("image" | "audio" | "video" | "font", _)
            | (_, "octet-stream" | "pdf" | "zip" | "gzip" | "x-tar" | "x-protobuf" | "protobuf" | "wasm") => {
                Family::Binary
            }
            _ => Family::Unknown,
        }
    }

    pub(crate) fn charset(&self) -> Option<&str> {
        self.params.get("charset").map(String::as_str)
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.essence)?;
        self.params.iter().try_for_each(|(name, value)| write!(f, "; {name}={value}"))
    }
}

/// One name for each charset that is known under several.
fn charset_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "utf8" => "utf-8".to_owned(),
        "latin1" | "latin-1" | "iso8859-1" | "iso_8859-1" => "iso-8859-1".to_owned(),
        "ascii" => "us-ascii".to_owned(),
        _ => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_no_order_and_charsets_no_case() {
        let one = MediaType::parse("Application/JSON; charset=\"UTF8\"; v=1");
        assert_eq!(one, MediaType::parse("application/json;v=1;charset=utf-8"));
        assert_eq!(one.family(), Family::Json);
        assert_eq!(MediaType::parse("application/problem+json").family(), Family::Json);
        assert_eq!(MediaType::parse("image/svg+xml").family(), Family::Xml);
        assert_eq!(MediaType::parse("text/html;charset=x").family(), Family::Html);
        assert_eq!(MediaType::parse("image/png").family(), Family::Binary);
        assert_eq!(MediaType::parse("").family(), Family::Unknown);
    }
}
