//! One stable name per drift.

use sha2::{Digest, Sha256};

use crate::Code;

/// First 16 hex of SHA-256 over the canonical JSON `[1, code, environment, subject, at, kind]`; array indices
/// of `at` become `[*]`. No values, versions, lines or times: the same drift tomorrow has the same name.
///
/// `subject` is the case id of a response finding, else the package or fact.
pub fn fingerprint(
    code: Code,
    environment: &str,
    subject: &str,
    at: Option<&str>,
    kind: Option<&str>,
) -> String {
    let at = at.map(without_indices);
    let parts = serde_json::json!([1, code.name(), environment, subject, at, kind]);
    let digest = Sha256::digest(parts.to_string().as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn without_indices(at: &str) -> String {
    let mut out = String::with_capacity(at.len());
    let mut rest = at;
    while let Some(open) = rest.find('[') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        let Some(close) = tail.find(']') else {
            out.push_str(tail);
            return out;
        };
        let inner = &tail[1..close];
        let is_index = !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_digit());
        out.push_str(if is_index { "[*]" } else { &tail[..=close] });
        rest = &tail[close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_do_not_count_and_the_rest_does() {
        let of = |at: &str| fingerprint(Code::ResponseValue, "qa", "a GET /x", Some(at), Some("value"));
        assert_eq!(of("$.items[3].id"), of("$.items[17].id"));
        assert_ne!(of("$.items[3].id"), of("$.items[3].name"));
        assert_ne!(of("$['a[0]']"), of("$['b[0]']"));
        assert_eq!(of("$.x").len(), 16);
    }

    #[test]
    fn the_form_is_pinned() {
        let value = fingerprint(Code::PackageOutdated, "qa", "pkg:gem/rack", None, None);
        insta::assert_snapshot!(value, @"4874e31d717411e9");
    }
}
