//! Image references and platforms.

use envparity_model::Problem;

use super::{Element, ensure};

/// `[registry/]name[:tag][@digest]`, or an image id.
/// Grammar: <https://github.com/distribution/reference/blob/main/reference.go>.
pub(crate) static REFERENCE: Element =
    Element { what: "an image, as \"team/app:1.4\"", check: check_reference, pattern: Some(r"^\S+$") };

/// `os/arch[/variant]`.
pub(crate) static PLATFORM: Element = Element {
    what: "a platform, as \"linux/amd64\"",
    check: |text| {
        let parts: Vec<&str> = text.split('/').collect();
        let plain = |part: &&str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        ensure((2..=3).contains(&parts.len()) && parts.iter().all(plain), || {
            Problem::new(format!("`{text}` is not a platform"))
                .hint("operating system and architecture, as `linux/amd64` or `linux/arm64`")
        })
    },
    pattern: Some("^[a-z0-9_]+/[a-z0-9_]+(/[a-z0-9_]+)?$"),
};

fn check_reference(text: &str) -> Result<(), Problem> {
    let bad =
        |why: &str| Err(Problem::new(format!("`{text}` is not an image: {why}")).hint("as `team/app:1.4`"));
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    if text.starts_with("sha256:") && digest.is_none() {
        return if is_digest(text) { Ok(()) } else { bad("an id is `sha256:` and 64 hex digits") };
    }
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return bad("a digest is `sha256:` and 64 hex digits");
    }
    let (name, tag) = match rest.rsplit_once(':') {
        // A colon before a slash belongs to a registry's port.
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    let is_tag = |tag: &str| {
        let plain = tag.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        plain && (1..=128).contains(&tag.len()) && !tag.starts_with(['.', '-'])
    };
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return bad("a tag has letters, digits, `_`, `.` and `-`");
    }
    let (registry, path) = match name.split_once('/') {
        Some((first, path)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), path),
        _ => (None, name),
    };
    if registry.is_some_and(|r| r.is_empty() || r.contains(|c: char| c.is_whitespace() || c.is_control())) {
        return bad("the registry has no name");
    }
    if path.chars().any(|c| c.is_ascii_uppercase()) {
        return bad("its name has upper-case letters");
    }
    let is_component = |part: &str| {
        let plain = part
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.' | '-'));
        let ends = |c: char| c.is_ascii_alphanumeric();
        plain && part.starts_with(ends) && part.ends_with(ends)
    };
    if path.split('/').all(is_component) { Ok(()) } else { bad("its name is malformed") }
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let digest = format!("sha256:{}", "0f".repeat(32));
        for good in
            ["debian", "debian:bookworm-slim", "localhost:5000/a/b:1", "r.example/team/app", "a/b_c.d-e:V1"]
        {
            assert!(check_reference(good).is_ok(), "{good}");
            assert!(check_reference(&format!("{good}@{digest}")).is_ok(), "{good} with digest");
        }
        assert!(check_reference(&digest).is_ok());
        for bad in
            ["", ":", "a:", "A/b", "a b", "a//b", "a:b:c", "a@sha256:1", "/a", "a/", "-a", "https://a/b"]
        {
            assert!(check_reference(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn platforms() {
        assert!((PLATFORM.check)("linux/arm/v7").is_ok());
        for bad in ["", "linux", "linux/", "linux/arm/v7/x", "Linux/amd64"] {
            assert!((PLATFORM.check)(bad).is_err(), "{bad}");
        }
    }
}
