//! Media types and charsets of `Content-Type`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::meaning::windows_1252;

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
    Text,
    Binary,
    Unknown,
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
            ("text", _)
            | (_, "xml" | "javascript" | "x-www-form-urlencoded" | "yaml" | "x-yaml" | "graphql") => {
                Family::Text
            }
            (_, "x-ndjson" | "ndjson" | "jsonl" | "x-jsonlines") => Family::Lines,
            (_, "json-seq" | "toml" | "sql") => Family::Text,
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

/// Bytes as text by their charset, a byte order mark taken off; none where they are no text of it.
pub(crate) fn decode<'b>(bytes: &'b [u8], charset: Option<&str>) -> Option<Cow<'b, str>> {
    match charset {
        Some("iso-8859-1" | "windows-1252" | "us-ascii" | "iso-8859-15") => {
            Some(match std::str::from_utf8(bytes) {
                Ok(text) if text.is_ascii() => Cow::Borrowed(text),
                _ => Cow::Owned(windows_1252(bytes)),
            })
        }
        Some("utf-16le") => utf16(bytes, u16::from_le_bytes),
        Some("utf-16be") => utf16(bytes, u16::from_be_bytes),
        Some("utf-16") => match bytes {
            [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
            _ => utf16(bytes, u16::from_be_bytes),
        },
        _ => std::str::from_utf8(bytes).ok().map(|t| Cow::Borrowed(t.strip_prefix('\u{feff}').unwrap_or(t))),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Cow<'_, str>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).collect::<Result<String, _>>().ok().map(Cow::Owned)
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
        assert_eq!(MediaType::parse("image/svg+xml").family(), Family::Text);
        assert_eq!(MediaType::parse("image/png").family(), Family::Binary);
        assert_eq!(MediaType::parse("").family(), Family::Unknown);
    }

    #[test]
    fn charsets_decode() {
        assert_eq!(decode(b"caf\xe9", Some("iso-8859-1")).as_deref(), Some("café"));
        assert_eq!(decode(b"\xef\xbb\xbfx", None).as_deref(), Some("x"));
        assert_eq!(decode(b"\xff\xfea\0", Some("utf-16")).as_deref(), Some("a"));
        assert_eq!(decode(b"caf\xe9", None), None);
        assert_eq!(decode(b"a", Some("utf-16le")), None);
    }
}
