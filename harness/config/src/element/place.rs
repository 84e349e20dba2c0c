//! Places of a response: `outcome`, `status`, `header.NAME`, `body`, a JSONPath, or a path in HTML and XML; of a
//! command: `exit`, `stdout`, `stderr`.

use envparity_model::Problem;

use super::{Element, ensure};
use crate::json_path::JsonPath;
use crate::markup_path::MarkupPath;

/// What `at = …` takes.
pub(crate) static PLACE: Element = Element {
    what: "a place, as \"status\", \"header.Date\" or \"$.items[*].id\"",
    check: |text| At::parse(text).map(drop),
    pattern: Some(r"^(outcome|status|body|exit|stdout|stderr|header\.\S+|\$.*|/.+)$"),
};

/// A place, as far as it decides which verbs make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Outcome,
    Status,
    Header,
    Body,
    Json,
    /// An element of HTML or XML.
    Element,
    /// An attribute of one.
    Attribute,
    /// The exit code of a command.
    Exit,
    /// What a command wrote.
    Stream,
}

impl At {
    /// Reads a place.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "outcome" => return Ok(Self::Outcome),
            "status" => return Ok(Self::Status),
            "body" => return Ok(Self::Body),
            "exit" => return Ok(Self::Exit),
            "stdout" | "stderr" => return Ok(Self::Stream),
            _ => {}
        }
        if let Some(name) = text.strip_prefix("header.") {
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            let problem =
                || Problem::new(format!("`{name}` is not a header's name")).hint("as `header.Date`");
            return ensure(!name.is_empty() && name.chars().all(token), problem).map(|()| Self::Header);
        }
        if text.starts_with('$') {
            return JsonPath::parse(text).map(|_| Self::Json).map_err(|why| {
                Problem::new(format!("`{text}` is not a path: {why}")).hint(
                    "steps are `.name`, `['name']`, `[0]`, `[0:9]`, `[*]`, `.*` and `..name`, as `$.items[*].id`",
                )
            });
        }
        if text.starts_with('/') {
            let place = |path: MarkupPath| if path.is_attribute() { Self::Attribute } else { Self::Element };
            return MarkupPath::parse(text).map(place).map_err(|why| {
                Problem::new(format!("`{text}` is not a path: {why}"))
                    .hint("steps are `/name`, `/name[2]`, `/name[*]`, `/*`, `//name` and at the end `/@name`, as `//td/@class`")
            });
        }
        let known = ["outcome", "status", "body", "header", "exit", "stdout", "stderr"];
        let hint = match crate::nearest::nearest(text, known) {
            Some("header") => "did you mean `header.NAME`?".to_owned(),
            Some(near) => format!("did you mean `{near}`?"),
            None if text.starts_with(['.', '[']) => format!("a path starts at the body's root: `${text}`"),
            None if text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-')) => {
                format!("a field of the body is `$.{text}`")
            }
            None => "`outcome`, `status`, `header.NAME`, `body`, a JSONPath as `$.items[*].id`, or a path in markup as `//td`"
                .to_owned(),
        };
        Err(Problem::new(format!("`{text}` is not a place of a response")).hint(hint))
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
            "$[0:2]",
            "$['a', 'b'].c",
            "/html/body/table[2]/tr[1]/td[3]/@class",
            "//td",
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
            "$['a",
            "$['a'",
            "$.a b",
            "$.a.",
            "$[1",
            "/",
            "/a/@b/c",
        ] {
            assert!(At::parse(bad).is_err(), "{bad}");
        }
    }
}
