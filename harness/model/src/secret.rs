//! Secrets as digests.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
