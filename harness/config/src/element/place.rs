//! Places of a response: `outcome`, `status`, `header.NAME`, `body`, or a JSONPath.

use envparity_model::Problem;

use super::{Element, ensure};

/// What `at = …` takes.
pub(crate) static PLACE: Element = Element {
    what: "a place, as \"status\", \"header.Date\" or \"$.items[*].id\"",
    check: |text| At::parse(text).map(drop),
    pattern: Some(r"^(outcome|status|body|header\.\S+|\$.*)$"),
};

/// A place, as far as it decides which verbs make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Outcome,
    Status,
    Header,
    Body,
    Json,
}

impl At {
    /// Reads a place.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "outcome" => return Ok(Self::Outcome),
            "status" => return Ok(Self::Status),
            "body" => return Ok(Self::Body),
            _ => {}
        }
        if let Some(name) = text.strip_prefix("header.") {
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            let problem =
                || Problem::new(format!("`{name}` is not a header's name")).hint("as `header.Date`");
            return ensure(!name.is_empty() && name.chars().all(token), problem).map(|()| Self::Header);
        }
        if let Some(path) = text.strip_prefix('$') {
            return check_path(path).map(|()| Self::Json).map_err(|why| {
                Problem::new(format!("`{text}` is not a path: {why}")).hint(
                    "steps are `.name`, `['name']`, `[0]`, `[*]`, `.*` and `..name`, as `$.items[*].id`",
                )
            });
        }
        let known = ["outcome", "status", "body", "header"];
        let hint = match crate::nearest::nearest(text, known) {
            Some("header") => "did you mean `header.NAME`?".to_owned(),
            Some(near) => format!("did you mean `{near}`?"),
            None if text.starts_with(['.', '[']) => format!("a path starts at the body's root: `${text}`"),
            None if text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-')) => {
                format!("a field of the body is `$.{text}`")
            }
            None => "`outcome`, `status`, `header.NAME`, `body`, or a JSONPath as `$.items[*].id`".to_owned(),
        };
        Err(Problem::new(format!("`{text}` is not a place of a response")).hint(hint))
    }
}

/// Each `..` may match at every depth: more of them only cost time.
const MOST_ANY_DEPTH: usize = 4;

/// The steps of a JSONPath after `$`.
fn check_path(mut rest: &str) -> Result<(), &'static str> {
    let mut any_depth = 0;
    while !rest.is_empty() {
        rest = match rest.strip_prefix('.') {
            Some(step) => match step.strip_prefix('.') {
                Some(_) if any_depth == MOST_ANY_DEPTH => return Err("it has more than four `..`"),
                Some(deep) => {
                    any_depth += 1;
                    deep.strip_prefix('[').map_or_else(|| dotted(deep), bracketed)?
                }
                None => dotted(step)?,
            },
            None => match rest.strip_prefix('[') {
                Some(step) => bracketed(step)?,
                None => return Err("a step starts with `.` or `[`"),
            },
        };
    }
    Ok(())
}

fn dotted(step: &str) -> Result<&str, &'static str> {
    if let Some(rest) = step.strip_prefix('*') {
        return Ok(rest);
    }
    let end = step.find(['.', '[']).unwrap_or(step.len());
    let (name, rest) = step.split_at(end);
    if name.is_empty() {
        return Err("a step has no name");
    }
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@' | ':'));
    if plain { Ok(rest) } else { Err("a name with other characters is written `['name']`") }
}

fn bracketed(step: &str) -> Result<&str, &'static str> {
    if let Some(quote) = step.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let mut escaped = false;
        for (at, c) in step.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => return step[at + 1..].strip_prefix(']').ok_or("a `]` is missing"),
                _ => {}
            }
        }
        return Err("a quote is not closed");
    }
    let (index, rest) = step.split_once(']').ok_or("a `]` is missing")?;
    let number = !index.is_empty() && index.len() <= 9 && index.chars().all(|c| c.is_ascii_digit());
    match index == "*" || number {
        true => Ok(rest),
        false if index.contains(['?', '(', ':', ',']) => Err("filters, slices and unions are not supported"),
        false => Err("an index is a number or `*`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for good in [
            "outcome",
            "status",
            "body",
            "header.Date",
            "header.x-a_b",
            "$",
            "$.a",
            "$.a[*].b",
            "$['a b'].c[0]",
            "$.*",
            "$[*]",
            "$[\"a]\"]",
            r"$['it\'s']",
            "$.größe",
            "$..a",
            "$..*.b",
            "$..[0]",
        ] {
            assert!(At::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "stats",
            "header",
            "header.",
            "header.a b",
            "date",
            "$date",
            "$.",
            "$...a",
            "$..",
            "$..a..a..a..a..a",
            "$.a[",
            "$.a[]",
            "$[-1]",
            "$[?(@.x)]",
            "$[0:2]",
            "$['a",
            "$['a'",
            "$.a b",
            "$.a.",
            "$[1",
        ] {
            assert!(At::parse(bad).is_err(), "{bad}");
        }
    }
}
