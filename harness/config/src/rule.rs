//! Rules: what else counts as equal, or does not count.

use envparity_model::CaseGlob;

use crate::write::quote;

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Which cases; none: all.
    pub case: Option<CaseGlob>,
    /// `outcome`, `status`, `header.NAME`, `body`, a [`JsonPath`](crate::JsonPath) or a
    /// [`MarkupPath`](crate::MarkupPath).
    pub at: String,
    /// What to do.
    pub verb: Verb,
    /// Why; `ignore` on outcome or status needs one.
    pub reason: Option<String>,
    /// Where it stands, `parity.toml:12`.
    pub origin: String,
}

/// What a rule does. A verb holds for its place and everything below it, unless a more specific rule says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Nothing is compared there.
    Ignore,
    /// Nothing else is compared: of the headers, or of the body.
    Only,
    /// Fields and types are compared all the way down; values and the number of items are not.
    Shape,
    /// The JSON type is compared, and nothing below it; of markup, that it is there.
    Type,
    /// The type and the format class are compared.
    Format,
    /// Values that match as a whole are equal.
    Regex {
        /// A regular expression.
        pattern: String,
    },
    /// Numbers within a distance are equal.
    Tolerance {
        /// Absolute.
        abs: f64,
        /// Relative to the reference.
        rel: f64,
    },
    /// Numbers are compared to so many decimals.
    Round {
        /// Decimals, at most 30.
        digits: u32,
    },
    /// Arrays, and the children of elements, are compared as multisets: their order does not count.
    Unordered,
    /// Arrays are compared as sets: neither order nor repetition counts.
    Set,
    /// Items of an array belong together if they share these fields; their order does not count.
    Key {
        /// Names of fields, at least one.
        by: Vec<String>,
    },
    /// The keys of an object are ids that differ by nature: members are lined up by what they hold.
    MapKeys,
    /// Every match is replaced before texts are compared.
    Replace {
        /// A regular expression.
        pattern: String,
        /// What stands for a match; `$1` is its first group.
        with: String,
    },
    /// The value is compared by a keyed digest and written nowhere.
    Redact,
    /// The value is what that side captured under a name.
    SameAsCapture {
        /// The variable.
        capture: String,
    },
}

impl Verb {
    /// Every name, as `do = …` takes it.
    pub const NAMES: &[&str] = &[
        "ignore",
        "only",
        "shape",
        "type",
        "format",
        "regex",
        "tolerance",
        "round",
        "unordered",
        "set",
        "key",
        "map-keys",
        "replace",
        "redact",
        "same-as-capture",
    ];

    /// Those that make sense at a place in HTML or XML, which holds texts; `unordered` at an element only.
    pub const IN_MARKUP: &[&str] =
        &["ignore", "type", "format", "regex", "tolerance", "round", "unordered", "replace"];

    /// The name, as `do = …` takes it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Only => "only",
            Self::Shape => "shape",
            Self::Type => "type",
            Self::Format => "format",
            Self::Regex { .. } => "regex",
            Self::Tolerance { .. } => "tolerance",
            Self::Round { .. } => "round",
            Self::Unordered => "unordered",
            Self::Set => "set",
            Self::Key { .. } => "key",
            Self::MapKeys => "map-keys",
            Self::Replace { .. } => "replace",
            Self::Redact => "redact",
            Self::SameAsCapture { .. } => "same-as-capture",
        }
    }

    /// The keys beside `do`, as TOML lines.
    fn parameters(&self) -> Vec<String> {
        let number = |name: &str, value: f64| (value != 0.0).then(|| format!("{name} = {value}"));
        match self {
            Self::Tolerance { abs, rel } if *abs == 0.0 && *rel == 0.0 => vec!["abs = 0".to_owned()],
            Self::Tolerance { abs, rel } => {
                [number("abs", *abs), number("rel", *rel)].into_iter().flatten().collect()
            }
            Self::Regex { pattern } => vec![format!("pattern = {}", quote(pattern))],
            Self::Round { digits } => vec![format!("digits = {digits}")],
            Self::Key { by } => {
                let names: Vec<String> = by.iter().map(|name| quote(name)).collect();
                vec![match names.as_slice() {
                    [name] => format!("by = {name}"),
                    names => format!("by = [{}]", names.join(", ")),
                }]
            }
            Self::Replace { pattern, with } => {
                vec![format!("pattern = {}", quote(pattern)), format!("with = {}", quote(with))]
            }
            Self::SameAsCapture { capture } => vec![format!("capture = {}", quote(capture))],
            Self::Ignore
            | Self::Only
            | Self::Shape
            | Self::Type
            | Self::Format
            | Self::Unordered
            | Self::Set
            | Self::MapKeys
            | Self::Redact => Vec::new(),
        }
    }
}

impl Rule {
    /// The rule as it stands in a file, `[[rule]]` and its keys.
    pub fn to_toml(&self) -> String {
        let mut out = String::from("[[rule]]\n");
        let case = self.case.as_ref().map(|case| format!("case = {}", quote(case.as_str())));
        let lines = [format!("at = {}", quote(&self.at)), format!("do = {}", quote(self.verb.name()))];
        let reason = self.reason.as_ref().map(|reason| format!("reason = {}", quote(reason)));
        for line in case.into_iter().chain(lines).chain(self.verb.parameters()).chain(reason) {
            out.push_str(&line);
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules_file;

    #[test]
    fn what_is_written_is_read_again() {
        let text = |text: &str| text.to_owned();
        let verbs = [
            Verb::Ignore,
            Verb::Only,
            Verb::Shape,
            Verb::Type,
            Verb::Format,
            Verb::Regex { pattern: text(r#"v\d+ "x""#) },
            Verb::Tolerance { abs: 0.0, rel: 0.0 },
            Verb::Tolerance { abs: 0.0, rel: 0.25 },
            Verb::Tolerance { abs: 1e-9, rel: 2.0 },
            Verb::Round { digits: 3 },
            Verb::Unordered,
            Verb::Set,
            Verb::Key { by: vec![text("id")] },
            Verb::Key { by: vec![text("region"), text("it's")] },
            Verb::MapKeys,
            Verb::Replace { pattern: text(r"\s+"), with: text(" ") },
            Verb::Redact,
            Verb::SameAsCapture { capture: text("token") },
        ];
        let seen: Vec<&str> = verbs.iter().map(Verb::name).collect();
        assert!(Verb::NAMES.iter().all(|name| seen.contains(name)));
        for verb in verbs {
            let rule = Rule {
                case: Some(CaseGlob::new("a GET /x?y=\"1\"")),
                at: text(r"$['it\'s'].b"),
                verb,
                reason: Some(text("because \\ of that")),
                origin: text("x:1"),
            };
            assert_eq!(rules_file("x", &rule.to_toml()), Ok(vec![rule.clone()]), "{}", rule.to_toml());
        }
    }
}
