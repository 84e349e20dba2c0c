//! Secrets as digests.

use std::borrow::Cow;
use std::fmt;

use hmac::{Hmac, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A secret's stand-in: HMAC-SHA-256 under a key that is never written. Equal digests under one key are
/// equal secrets; under different keys nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Masked {
    /// First 16 hex of the HMAC.
    pub digest: String,
    /// Which key: first 8 hex of the SHA-256 of the key.
    pub key: String,
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[masked:{}]", self.digest)
    }
}

/// Masks secrets under one key, by name and wherever a known value occurs.
#[derive(Clone, Default)]
pub struct Masker {
    key: Vec<u8>,
    values: Vec<String>,
}

/// Values shorter than this are not looked for in text: they would hit by chance.
const SHORTEST_VALUE: usize = 6;

impl Masker {
    /// A masker under a key: `PARITY_DIGEST_KEY`, or random bytes of this run.
    pub fn new(key: Vec<u8>) -> Self {
        Self { key, values: Vec::new() }
    }

    /// First 8 hex of the key's SHA-256.
    pub fn key_id(&self) -> String {
        hex(&Sha256::digest(&self.key), 4)
    }

    /// From now on, masks this value wherever it occurs in text.
    pub fn add_value(&mut self, value: &str) {
        if value.len() >= SHORTEST_VALUE && !self.values.iter().any(|v| v == value) {
            self.values.push(value.to_owned());
            // Longest first, so that a value that holds another goes as a whole.
            self.values.sort_by_key(|v| std::cmp::Reverse(v.len()));
        }
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
        let mut out = Cow::Borrowed(text);
        for value in self.values.iter().filter(|value| text.contains(value.as_str())) {
            out = Cow::Owned(out.replace(value.as_str(), &self.mask(value).to_string()));
        }
        out
    }

    /// Bytes with every known value masked.
    pub fn redact_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut out = Cow::Borrowed(bytes);
        for value in &self.values {
            // Most bodies hold no secret: its stand-in is made only where it is put in.
            if find_bytes(&out, value.as_bytes(), 0).is_some() {
                let masked = self.mask(value).to_string();
                out = Cow::Owned(replace_bytes(&out, value.as_bytes(), masked.as_bytes()));
            }
        }
        out
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masker({} values under key {})", self.values.len(), self.key_id())
    }
}

/// Where `wanted`, which is not empty, stands next at or after `from`.
fn find_bytes(bytes: &[u8], wanted: &[u8], mut from: usize) -> Option<usize> {
    let first = *wanted.first()?;
    while let Some(offset) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        from += offset;
        if bytes[from..].starts_with(wanted) {
            return Some(from);
        }
        from += 1;
    }
    None
}

fn replace_bytes(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut copied = 0;
    while let Some(found) = find_bytes(bytes, from, copied) {
        out.extend_from_slice(&bytes[copied..found]);
        out.extend_from_slice(to);
        copied = found + from.len();
    }
    out.extend_from_slice(&bytes[copied..]);
    out
}

fn hex(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a variable or header of this name holds a secret, judged by its words.
pub fn is_secret_name(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "secret",
        "token",
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "credential",
        "credentials",
        "apikey",
        "auth",
        "authorization",
        "cookie",
        "session",
        "signature",
        "dsn",
    ];
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let named = words.any(|word| WORDS.iter().any(|w| word == *w || (w.len() > 4 && word.ends_with(w))));
    named || ["_key", "-key", "_url", "_uri"].iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn secrets_are_known_by_their_words() {
        for name in [
            "DB_PASSWORD",
            "x-api-key",
            "AWS_SECRET_ACCESS_KEY",
            "Authorization",
            "DATABASE_URL",
            "accesstoken",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["RACK_ENV", "PATH", "LANG", "author", "content-type", "KEYBOARD"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
