//! Names: of environments, services, variables, env variables, capabilities.

use envparity_model::Problem;

use super::{Element, ensure, filled};

/// The name of an environment: it names files.
pub(crate) static ENVIRONMENT: Element = Element {
    what: "an environment",
    check: |text| {
        if text == "baseline" {
            return Err(Problem::new("`baseline` is not a name for an environment")
                .hint("it is what the approved snapshots of `[compare] baseline` are called"));
        }
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if plain && text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Ok(());
        }
        Err(Problem::new(format!("`{text}` is not a name for an environment"))
            .hint("letters, digits, `-`, `_` and `.`, a letter or digit first, at most 64"))
    },
    pattern: Some(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
};

/// The name of a profile.
pub(crate) static PROFILE: Element = Element {
    what: "a profile",
    check: |text| match text {
        "default" => Err(Problem::new("`default` is not a name for a profile")
            .hint("`default` is what stands outside `[profiles]`")),
        text => filled(text, "name"),
    },
    pattern: None,
};

/// The name of a sidecar service: a host name of one label.
pub(crate) static SERVICE: Element = Element {
    what: "a service",
    check: |text| {
        let plain = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let ends = !text.starts_with('-') && !text.ends_with('-');
        if plain && ends && (1..=63).contains(&text.len()) {
            return Ok(());
        }
        Err(Problem::new(format!("`{text}` is not a host name"))
            .hint("a service is reached by its name: lower-case letters, digits and `-`, at most 63"))
    },
    pattern: Some(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
};

/// The name of an environment variable.
pub(crate) static ENV: Element = Element {
    what: "an environment variable",
    check: |text| {
        if text.is_empty() || text.contains(['=', '\0']) || text.contains(char::is_whitespace) {
            return Err(Problem::new(format!("`{text}` is not a name for an environment variable")));
        }
        Ok(())
    },
    pattern: Some(r"^[^=\s]+$"),
};

/// The name of a variable that suites see.
pub(crate) static VARIABLE: Element = Element {
    what: "a variable",
    check: |text| {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if matches!(text, "base" | "environment" | "run") {
            return Err(Problem::new(format!("the variable `{text}` is set by envparity"))
                .hint("choose another name"));
        }
        if plain && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Ok(());
        }
        Err(Problem::new(format!("`{text}` is not a name for a variable"))
            .hint("letters, digits, `-` and `_`, a letter or `_` first"))
    },
    pattern: Some(r"^[A-Za-z_][A-Za-z0-9_-]*$"),
};

/// The name of a case: one word.
pub(crate) static CASE: Element = Element {
    what: "a name of one word",
    check: |text| {
        ensure(!text.is_empty() && !text.contains(char::is_whitespace) && !text.contains('\0'), || {
            Problem::new(format!("`{text}` is not a name for a case")).hint("one word, as `ruby-version`")
        })
    },
    pattern: Some(r"^\S+$"),
};

/// A tag of a case.
pub(crate) static TAG: Element = Element {
    what: "a tag",
    check: |text| {
        let plain = !text.is_empty() && !text.contains(char::is_whitespace) && !text.contains([',', '\0']);
        ensure(plain, || Problem::new(format!("`{text}` is not a tag")).hint("one word without a comma"))
    },
    pattern: Some(r"^[^\s,]+$"),
};

/// A Linux capability.
pub(crate) static CAPABILITY: Element = Element {
    what: "a capability",
    check: |text| {
        let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        ensure(plain, || {
            Problem::new(format!("`{text}` is not a capability")).hint("as `NET_ADMIN` or `CAP_NET_ADMIN`")
        })
    },
    pattern: Some(r"^[A-Za-z_]+$"),
};

/// `user[:group]`, by name or number.
pub(crate) static USER: Element = Element {
    what: "a user, as \"app\" or \"1000:1000\"",
    check: |text| {
        let mut parts = text.split(':');
        let named = |part: Option<&str>| {
            part.is_none_or(|p| !p.is_empty() && !p.contains(char::is_whitespace) && !p.contains('\0'))
        };
        let two = named(parts.next()) && named(parts.next()) && parts.next().is_none();
        ensure(!text.is_empty() && two, || {
            Problem::new(format!("`{text}` is not a user")).hint("as `app`, `1000` or `1000:1000`")
        })
    },
    pattern: Some(r"^[^\s:]+(:[^\s:]+)?$"),
};

/// An absolute path in a container.
pub(crate) static ABSOLUTE: Element = Element {
    what: "an absolute path",
    check: |text| {
        ensure(text.starts_with('/') && !text.contains('\0'), || {
            Problem::new(format!("`{text}` is not an absolute path")).hint("it starts with `/`")
        })
    },
    pattern: Some("^/"),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_environments_are_safe_file_names() {
        for bad in ["", ".", "..", "a/b", "a\\b", "-x", "ä", "a b"] {
            assert!((ENVIRONMENT.check)(bad).is_err(), "{bad}");
        }
        assert!((ENVIRONMENT.check)("qa-2.eu_west").is_ok());
    }

    #[test]
    fn users() {
        assert!((USER.check)("1000:1000").is_ok());
        for bad in ["", ":", "a:", "a:b:c", "a b"] {
            assert!((USER.check)(bad).is_err(), "{bad}");
        }
    }
}
