//! A response's body in the forms that queries ask for, each made once.

use std::cell::OnceCell;

use encoding_rs::{Encoding, UTF_8};

use super::Observed;

pub(super) struct Subject<'a> {
    pub(super) observed: &'a Observed<'a>,
    text: OnceCell<Result<String, String>>,
    json: OnceCell<Result<serde_json::Value, String>>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(observed: &'a Observed<'a>) -> Self {
        Self { observed, text: OnceCell::new(), json: OnceCell::new() }
    }

    /// The body as text, by the charset of its media type (UTF-8 without one).
    pub(super) fn text(&self) -> Result<&str, String> {
        let text = self.text.get_or_init(|| {
            let label = super::query::header_values(self.observed, "content-type").next().and_then(charset);
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
