//! Mounts as Docker writes them: `source:target[:ro]`.

use envparity_model::Problem;

use super::Element;
use crate::model::Mount;

/// `source:target[:ro]`.
pub(crate) static MOUNT: Element = Element {
    what: "a mount, as \"data:/var/lib/app:ro\"",
    check: |text| parse(text).map(drop),
    pattern: Some("^[^:]+:/[^:]*(:(ro|rw))?$"),
};

/// Reads a bind mount or a named volume.
pub(crate) fn parse(text: &str) -> Result<Mount, Problem> {
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, option) = match parts.as_slice() {
        [source, target] => (*source, *target, None),
        [source, target, option] => (*source, *target, Some(*option)),
        _ => {
            return Err(Problem::new(format!("`{text}` is not a mount")).hint(
                "`source:target` or `source:target:ro`; `{ type = \"tmpfs\", target = \"/tmp\" }` for memory",
            ));
        }
    };
    let read_only = match option {
        None | Some("rw") => false,
        Some("ro") => true,
        Some(option) => {
            return Err(
                Problem::new(format!("unknown mount option `{option}` in `{text}`")).hint("`ro` or `rw`")
            );
        }
    };
    build(source, target, read_only)
}

/// A bind mount where the source is a path, else a named volume.
pub(crate) fn build(source: &str, target: &str, read_only: bool) -> Result<Mount, Problem> {
    check_target(target)?;
    let (source, target) = (source.to_owned(), target.to_owned());
    if source.starts_with('/') {
        return Ok(Mount::Bind { source, target, read_only });
    }
    if source.starts_with(['.', '~']) || source.contains('/') {
        return Err(Problem::new(format!("the mount source `{source}` is a relative path"))
            .hint("a bind mount is a folder on every engine's own host: give an absolute path, or put the files into the image"));
    }
    let plain = source.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if source.len() < 2 || !plain {
        return Err(Problem::new(format!("`{source}` is not a name for a volume"))
            .hint("two or more letters, digits, `_`, `.` and `-`"));
    }
    Ok(Mount::Volume { source, target, read_only })
}

/// Where a mount may stand in a container.
pub(crate) fn check_target(target: &str) -> Result<(), Problem> {
    if target.starts_with('/') && !target.trim_matches('/').is_empty() && !target.contains('\0') {
        return Ok(());
    }
    Err(Problem::new(format!("the mount target `{target}` is not an absolute path below `/`")))
}

/// Where a mount stands in the container.
pub(crate) fn target(mount: &Mount) -> &str {
    match mount {
        Mount::Bind { target, .. } | Mount::Volume { target, .. } | Mount::Tmpfs { target, .. } => target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts() {
        let bind = Mount::Bind { source: "/a".into(), target: "/b".into(), read_only: true };
        assert_eq!(parse("/a:/b:ro"), Ok(bind));
        let volume = Mount::Volume { source: "data".into(), target: "/b".into(), read_only: false };
        assert_eq!(parse("data:/b"), Ok(volume));
        for bad in
            ["", "/a", "/a:b", "a:/", "./a:/b", "~/a:/b", "a/b:/c", "/a:/b:z", "/a:/b:ro:x", ":/b", "x y:/b"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
