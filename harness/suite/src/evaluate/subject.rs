//! A response's body in the forms that queries ask for, each made once.

use std::cell::OnceCell;

use encoding_rs::{Encoding, UTF_8};

use super::Observed;
use crate::tree::Document;

pub(super) struct Subject<'a> {
    pub(super) observed: &'a Observed<'a>,
    text: OnceCell<Result<String, String>>,
    json: OnceCell<Result<serde_json::Value, String>>,
    document: OnceCell<Result<Document, String>>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(observed: &'a Observed<'a>) -> Self {
        Self { observed, text: OnceCell::new(), json: OnceCell::new(), document: OnceCell::new() }
    }

    /// The body as text, by the charset of its media type (UTF-8 without one).
    pub(super) fn text(&self) -> Result<&str, String> {
        let text = self.text.get_or_init(|| {
            let label = self.media_type().and_then(charset);
            decode(self.observed.body, label.unwrap_or("utf-8"))
        });
        text.as_deref().map_err(Clone::clone)
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Result<&serde_json::Value, String> {
        let json = self.json.get_or_init(|| {
            serde_json::from_str(self.text()?).map_err(|e| format!("the body is no JSON: {e}"))
        });
        json.as_ref().map_err(Clone::clone)
    }

    /// The body as a document: HTML by its media type, else XML.
    pub(super) fn document(&self) -> Result<&Document, String> {
        let document = self.document.get_or_init(|| {
            let is_html = self.media_type().is_some_and(|media_type| {
                media_type.trim().get(..9).is_some_and(|begin| begin.eq_ignore_ascii_case("text/html"))
            });
            let text = self.text()?;
            let document = if is_html { Document::from_html(text) } else { Document::from_xml(text) };
            document.map_err(|reason| format!("the body is no document: {reason}"))
        });
        document.as_ref().map_err(Clone::clone)
    }

    fn media_type(&self) -> Option<&str> {
        super::query::header_values(self.observed, "content-type").next()
    }
}

fn charset(media_type: &str) -> Option<&str> {
    media_type.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

/// Bytes as text; an unknown charset or a malformed sequence is an error.
pub(super) fn decode(bytes: &[u8], charset: &str) -> Result<String, String> {
    let encoding =
        Encoding::for_label(charset.as_bytes()).ok_or_else(|| format!("unknown charset `{charset}`"))?;
    if encoding == UTF_8 {
        return String::from_utf8(bytes.to_vec()).map_err(|e| format!("no UTF-8: {e}"));
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(Into::into).ok_or_else(|| format!("not in charset `{charset}`"))
}
