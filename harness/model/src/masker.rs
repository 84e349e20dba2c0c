//! Secrets found in text, in every encoding that is usual, and replaced by their stand-ins.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use memchr::memmem;
use sha2::{Digest, Sha256};

use crate::secret::{Masked, is_secret_name};

/// Masks secrets under one key, by name and wherever a known value occurs.
#[derive(Clone, Default)]
pub struct Masker {
    key: Vec<u8>,
    /// Longest first, so that a value that holds another goes as a whole.
    needles: Vec<Needle>,
}

/// A text that must not be written.
#[derive(Clone)]
struct Needle {
    text: String,
    stand_in: String,
    /// It only counts where it does not go on: short values would hit by chance, digits are parts of other numbers.
    bounds: Bounds,
    /// It is a value of its own in JSON, which its stand-in must be as well.
    literal: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bounds {
    /// None.
    Anywhere,
    /// No digit beside it.
    Number,
    /// No letter or digit beside it.
    Word,
}

/// Values shorter than this are not looked for within words, and not in other encodings.
const SHORTEST_VALUE: usize = 6;
/// What is left of an encoded value must be no shorter.
const SHORTEST_CORE: usize = 8;

impl Masker {
    /// A masker under a key: `PARITY_DIGEST_KEY`, or random bytes of this run.
    pub fn new(key: Vec<u8>) -> Self {
        Self { key, needles: Vec::new() }
    }

    /// First 8 hex of the key's SHA-256.
    pub fn key_id(&self) -> String {
        hex(&Sha256::digest(&self.key), 4)
    }

    /// From now on, masks this value wherever it occurs in text. A short one, which is a secret by its name alone,
    /// would hit by chance and is left out.
    pub fn add_value(&mut self, value: &str) {
        if value.len() >= SHORTEST_VALUE {
            self.add_secret(value);
        }
    }

    /// From now on, masks this value wherever it occurs, however short it is: it was declared a secret.
    pub fn add_secret(&mut self, value: &str) {
        if value.is_empty() || self.needles.iter().any(|needle| needle.text == value) {
            return;
        }
        let stand_in = self.mask(value).to_string();
        let literal = is_literal(value);
        let number = value.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        let bounds = match () {
            () if value.len() < SHORTEST_VALUE => Bounds::Word,
            () if number => Bounds::Number,
            () => Bounds::Anywhere,
        };
        let forms = if value.len() < SHORTEST_VALUE { vec![value.to_owned()] } else { forms(value) };
        for text in forms {
            if !self.needles.iter().any(|needle| needle.text == text) {
                let (bounds, literal) =
                    if text == value { (bounds, literal) } else { (Bounds::Anywhere, false) };
                self.needles.push(Needle { text, stand_in: stand_in.clone(), bounds, literal });
            }
        }
        self.needles.sort_by_key(|needle| std::cmp::Reverse(needle.text.len()));
    }

    /// The stand-in of one secret.
    pub fn mask(&self, secret: &str) -> Masked {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(secret.as_bytes());
        Masked { digest: hex(&mac.finalize().into_bytes(), 8), key: self.key_id() }
    }

    /// A named value (variable, header), masked if its name says that it is secret, else redacted.
    pub fn by_name(&self, name: &str, value: &str) -> String {
        if is_secret_name(name) { self.mask(value).to_string() } else { self.redact(value).into_owned() }
    }

    /// Text with every known value masked.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.redact_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // Whole characters were replaced by whole characters.
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// Bytes with every known value masked.
    pub fn redact_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut out = Cow::Borrowed(bytes);
        for needle in &self.needles {
            if let Some(replaced) = needle.replace(&out) {
                out = Cow::Owned(replaced);
            }
        }
        out
    }
}

impl Needle {
    /// The bytes with this replaced; none where it does not occur, as in most of them.
    fn replace(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut out: Option<Vec<u8>> = None;
        let mut copied = 0;
        for at in memmem::find_iter(bytes, self.text.as_bytes()) {
            let end = at + self.text.len();
            if at < copied || !self.bounds.hold(bytes[..at].last(), bytes.get(end)) {
                continue;
            }
            let out = out.get_or_insert_default();
            out.extend_from_slice(&bytes[copied..at]);
            let quote: &[u8] =
                if self.literal && is_json_value(&bytes[..at], &bytes[end..]) { b"\"" } else { b"" };
            out.extend_from_slice(quote);
            out.extend_from_slice(self.stand_in.as_bytes());
            out.extend_from_slice(quote);
            copied = end;
        }
        out.map(|mut out| {
            out.extend_from_slice(&bytes[copied..]);
            out
        })
    }
}

impl Bounds {
    fn hold(self, before: Option<&u8>, after: Option<&u8>) -> bool {
        let goes_on = |byte: Option<&u8>| match self {
            Self::Anywhere => false,
            Self::Number => byte.is_some_and(u8::is_ascii_digit),
            Self::Word => byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80),
        };
        !goes_on(before) && !goes_on(after)
    }
}

/// A number, `true`, `false` or `null`.
fn is_literal(value: &str) -> bool {
    !value.starts_with(['"', '{', '[']) && serde_json::from_str::<serde_json::Value>(value).is_ok()
}

/// Whether what stands between is a value of a JSON object or array.
fn is_json_value(before: &[u8], after: &[u8]) -> bool {
    let before = before.iter().rev().find(|byte| !byte.is_ascii_whitespace());
    let after = after.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(before, Some(b':' | b'[' | b',')) && matches!(after, Some(b',' | b']' | b'}'))
}

/// A value as it may be written: as it is, in JSON, in a URL, in HTML, in base64 at any offset.
fn forms(value: &str) -> Vec<String> {
    let json = serde_json::Value::from(value).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let strict = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let lenient = |c: char| c.is_ascii_graphic() && !"\"#<>".contains(c);
    let mut forms = vec![
        value.to_owned(),
        json.replace('/', "\\/"),
        ascii(&json),
        json,
        percent(value, strict, false),
        percent(value, strict, true),
        percent(value, strict, false).replace("%20", "+"),
        percent(value, lenient, false),
        value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
    ];
    for offset in 0..3 {
        let padded = [&vec![0; offset][..], value.as_bytes()].concat();
        forms.extend([core(STANDARD_NO_PAD.encode(&padded), offset, padded.len())]);
        forms.extend([core(URL_SAFE_NO_PAD.encode(&padded), offset, padded.len())]);
    }
    forms.retain(|form| !form.is_empty());
    forms.sort();
    forms.dedup();
    forms
}

/// The characters of an encoding that do not depend on what stands beside the value; nothing if they are too few.
fn core(encoded: String, offset: usize, length: usize) -> String {
    let start = [0, 2, 3][offset];
    let end = encoded.len() - usize::from(!length.is_multiple_of(3));
    let core = encoded.get(start..end).unwrap_or_default();
    if core.len() < SHORTEST_CORE { String::new() } else { core.to_owned() }
}

fn percent(value: &str, keep: impl Fn(char) -> bool, lower: bool) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        let c = char::from(byte);
        if byte.is_ascii() && keep(c) {
            out.push(c);
        } else {
            // A string takes everything.
            let _ = if lower { write!(out, "%{byte:02x}") } else { write!(out, "%{byte:02X}") };
        }
    }
    out
}

/// JSON with `\uXXXX` for whatever is not ASCII.
fn ascii(json: &str) -> String {
    let mut out = String::new();
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masker({} values under key {})", self.needles.len(), self.key_id())
    }
}

fn hex(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn known_values_vanish_from_text_and_bytes() {
        let mut masker = Masker::new(b"key".to_vec());
        masker.add_value("hunter22");
        masker.add_value("hunter22-long");
        let masked = masker.redact("a hunter22-long b hunter22 hunter2");
        assert!(!masked.contains("hunter22"), "{masked}");
        assert!(masked.ends_with(" hunter2"));
        assert_eq!(
            masker.redact_bytes(b"hhunter22").as_ref(),
            format!("h{}", masker.mask("hunter22")).as_bytes()
        );
        assert_eq!(masker.redact_bytes(b"\xff\x00").as_ref(), b"\xff\x00");
    }

    #[test]
    fn equal_secrets_are_equal_under_one_key_only() {
        let (one, other) = (Masker::new(b"1".to_vec()), Masker::new(b"2".to_vec()));
        assert_eq!(one.mask("s"), one.mask("s"));
        assert_ne!(one.mask("s").digest, other.mask("s").digest);
        assert_ne!(one.mask("s").key, other.mask("s").key);
    }

    #[test]
    fn encoded_values_vanish_at_any_offset() {
        let secret = "pä/ss & w\"rd=7";
        let mut masker = Masker::new(b"key".to_vec());
        masker.add_secret(secret);
        let stand_in = masker.mask(secret).to_string();
        let url = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
        for before in ["", "u", "me", "you:"] {
            for after in ["", ":", "--"] {
                let text = format!("{before}{secret}{after}");
                let encoded = STANDARD.encode(&text);
                assert!(masker.redact(&encoded).contains(&stand_in), "{text} {encoded}");
                let json = serde_json::Value::from(text.clone()).to_string();
                assert_eq!(masker.redact(&json), format!("\"{before}{stand_in}{after}\""));
            }
        }
        for text in [url.clone(), percent(secret, |c| c.is_ascii_alphanumeric(), true), secret.to_owned()] {
            assert_eq!(masker.redact(&format!("?q={text}&x")), format!("?q={stand_in}&x"));
        }
    }

    #[test]
    fn numbers_and_words_that_are_secret_leave_json_behind() {
        let mut masker = Masker::new(b"key".to_vec());
        for secret in ["4711", "123456789", "true"] {
            masker.add_secret(secret);
        }
        let body = r#"{"pin": 4711, "id":123456789,"ok":true,"other":[4711,47110,91234567890],"text":"pin 4711, untrue"}"#;
        let masked = masker.redact(body).into_owned();
        let value: serde_json::Value = serde_json::from_str(&masked).expect("still JSON");
        assert_eq!(value["pin"], masker.mask("4711").to_string());
        assert_eq!(value["id"], masker.mask("123456789").to_string());
        assert_eq!(value["ok"], masker.mask("true").to_string());
        assert_eq!(value["other"][1], 47110);
        assert_eq!(value["other"][2], 91_234_567_890_i64);
        assert_eq!(value["text"], format!("pin {}, untrue", masker.mask("4711")));
    }
}
