//! What a rule says of two differing texts.

use std::borrow::Cow;

use envparity_config::Verb;
use regex::{Regex, RegexBuilder};

use crate::json::{Decimal, within};
use crate::lens::Lens;
use crate::symbols::stands_in;

/// How a rule compares texts.
#[derive(Debug, Clone)]
pub(super) enum Texts {
    Regex(Regex),
    Tolerance { abs: f64, rel: f64 },
    Round(u32),
    Replace(Regex, String),
    Capture(String),
}

/// What a rule says of two differing texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ruling<'t> {
    /// They count as equal.
    Equal,
    /// They differ, whatever else is known of their place.
    Different,
    /// These are compared in their stead.
    Instead(Cow<'t, str>, Cow<'t, str>),
}

/// Bytes that a compiled expression may take: rules come from people, but a run must not die of one.
const LARGEST: usize = 1 << 22;

impl Texts {
    pub(super) fn of(verb: &Verb) -> Option<Self> {
        let compile = |pattern: &str| RegexBuilder::new(pattern).size_limit(LARGEST).build().ok();
        match verb {
            Verb::Regex { pattern } => compile(&format!("^(?:{pattern})$")).map(Self::Regex),
            Verb::Tolerance { abs, rel } => Some(Self::Tolerance { abs: *abs, rel: *rel }),
            Verb::Round { digits } => Some(Self::Round(*digits)),
            Verb::Replace { pattern, with } => {
                compile(pattern).map(|pattern| Self::Replace(pattern, with.clone()))
            }
            Verb::SameAsCapture { capture } => Some(Self::Capture(capture.clone())),
            Verb::Ignore
            | Verb::Only
            | Verb::Shape
            | Verb::Type
            | Verb::Format
            | Verb::Unordered
            | Verb::Set
            | Verb::Key { .. }
            | Verb::MapKeys
            | Verb::Redact => None,
        }
    }

    pub(super) fn rule<'t>(&self, lens: &Lens<'_>, left: &'t str, right: &'t str) -> Ruling<'t> {
        let equal = match self {
            Self::Regex(pattern) => pattern.is_match(left) && pattern.is_match(right),
            Self::Tolerance { abs, rel } => within(left, right, *abs, *rel),
            Self::Round(digits) => match (Decimal::parse(left), Decimal::parse(right)) {
                (Some(l), Some(r)) => l.rounded(*digits) == r.rounded(*digits),
                _ => false,
            },
            Self::Replace(pattern, with) => {
                let (l, r) = (pattern.replace_all(left, with), pattern.replace_all(right, with));
                if l != r {
                    return Ruling::Instead(l, r);
                }
                true
            }
            Self::Capture(name) => {
                let (who, other) = lens.sides;
                match (lens.symbols.captured(who, name), lens.symbols.captured(other, name)) {
                    (Some(mine), Some(theirs)) => {
                        let (l, r) = (stands_in(left, mine), stands_in(right, theirs));
                        l.is_some() && l == r
                    }
                    _ => false,
                }
            }
        };
        if equal { Ruling::Equal } else { Ruling::Different }
    }

    /// The text under which equal ones are equal by this rule; none where it takes two to say.
    pub(super) fn normal<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        match self {
            Self::Replace(pattern, with) => Some(pattern.replace_all(text, with)),
            Self::Round(digits) => {
                Decimal::parse(text).map(|number| Cow::Owned(number.rounded(*digits).to_string()))
            }
            Self::Regex(_) | Self::Tolerance { .. } | Self::Capture(_) => None,
        }
    }

    /// What they have in common by this rule, for people.
    pub(super) const fn describe(&self) -> &'static str {
        match self {
            Self::Regex(_) => "matches the pattern of",
            Self::Tolerance { .. } => "within the distance of",
            Self::Round(_) => "rounded by",
            Self::Replace(..) => "equal once replaced by",
            Self::Capture(_) => "what each side captured, by",
        }
    }
}
