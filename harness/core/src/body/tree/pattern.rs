//! The places in a tree that a rule's path names.

use std::cmp::Reverse;

use envparity_config::{MarkupPath, MarkupStep};

use super::path::Step;

/// The places in a tree that a rule's path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<MarkupStep>,
}

impl Pattern {
    /// Reads a path; none where the text is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        MarkupPath::parse(text).ok().map(|path| Self { parts: path.steps })
    }

    /// Whether the pattern names exactly this place.
    pub(crate) fn matches(&self, steps: &[Step<'_>]) -> bool {
        matches(&self.parts, steps)
    }

    /// Whether the pattern names exactly the place that a finding shows.
    pub(crate) fn names(&self, at: &str) -> bool {
        let Ok(path) = MarkupPath::parse(at) else { return false };
        let step = |part| match part {
            &MarkupStep::Element { name: Some(ref name), ordinal } => {
                Some(Step::Element { name, ordinal, is_item: false })
            }
            MarkupStep::Attribute(Some(name)) => Some(Step::Attribute(name)),
            _ => None,
        };
        path.steps.iter().map(step).collect::<Option<Vec<_>>>().is_some_and(|steps| self.matches(&steps))
    }

    /// Whether the pattern may name a place below this one.
    pub(crate) fn reaches_below(&self, steps: &[Step<'_>]) -> bool {
        reaches_below(&self.parts, steps)
    }

    /// How specific: more steps first, then more that is said of them, then fewer that reach to any depth.
    pub(crate) fn rank(&self) -> (usize, usize, Reverse<usize>) {
        let deep = self.parts.iter().filter(|part| **part == MarkupStep::Deep).count();
        let said = |part: &MarkupStep| match part {
            MarkupStep::Element { name, ordinal } => {
                usize::from(name.is_some()) + usize::from(ordinal.is_some())
            }
            MarkupStep::Attribute(name) => usize::from(name.is_some()),
            MarkupStep::Deep => 0,
        };
        (self.parts.len() - deep, self.parts.iter().map(said).sum(), Reverse(deep))
    }
}

fn matches(parts: &[MarkupStep], steps: &[Step<'_>]) -> bool {
    let Some((part, later)) = parts.split_first() else {
        return steps.is_empty();
    };
    if *part == MarkupStep::Deep {
        return (0..=steps.len()).any(|skip| matches(later, &steps[skip..]));
    }
    let Some((step, below)) = steps.split_first() else {
        return false;
    };
    names(part, step) && matches(later, below)
}

fn reaches_below(parts: &[MarkupStep], steps: &[Step<'_>]) -> bool {
    match (parts.split_first(), steps.split_first()) {
        (None, _) => false,
        // It may skip as many steps as it takes.
        (Some((MarkupStep::Deep, _)), _) | (Some(_), None) => true,
        (Some((part, later)), Some((step, below))) => names(part, step) && reaches_below(later, below),
    }
}

/// Whether one part of a pattern names one step. What can be there once only is the first of its name.
fn names(part: &MarkupStep, step: &Step<'_>) -> bool {
    match (part, step) {
        (MarkupStep::Element { name, ordinal }, Step::Element { name: held, ordinal: at, .. }) => {
            name.as_ref().is_none_or(|name| name == held)
                && ordinal.is_none_or(|ordinal| ordinal == at.unwrap_or(1))
        }
        (MarkupStep::Attribute(name), Step::Attribute(held)) => name.as_ref().is_none_or(|name| name == held),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step<'static>; 4] = [
        Step::Element { name: "html", ordinal: None, is_item: false },
        Step::Element { name: "table", ordinal: Some(2), is_item: false },
        Step::Element { name: "tr", ordinal: Some(3), is_item: true },
        Step::Attribute("class"),
    ];

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).expect("a path")
    }

    #[test]
    fn patterns_match_whole_paths() {
        for good in [
            "/html/table[2]/tr[3]/@class",
            "/html[1]/table/tr[*]/@*",
            "//tr/@class",
            "//@class",
            "/html//@*",
            "/*/*/*/@class",
        ] {
            assert!(pattern(good).matches(&STEPS), "{good}");
        }
        for bad in
            ["/html/table/tr", "/html/table[1]/tr/@class", "//td/@class", "//tr/*", "/tr/@class", "//@id"]
        {
            assert!(!pattern(bad).matches(&STEPS), "{bad}");
        }
        assert!(pattern("//td[*]").names("/html/td[3]") && pattern("//@id").names("/a[1]/@id"));
        assert!(!pattern("//td[2]").names("/html/td[3]") && !pattern("//td").names("$.td"));
        assert!(pattern("//tr").matches(&STEPS[..3]) && !pattern("//table").matches(&STEPS[..3]));
    }

    #[test]
    fn a_pattern_knows_what_lies_below() {
        let rows = pattern("/html/table/tr/@id");
        assert!(rows.reaches_below(&STEPS[..3]) && !rows.reaches_below(&STEPS));
        assert!(pattern("//b").reaches_below(&STEPS[..2]));
        assert!(!pattern("/html/p//b").reaches_below(&STEPS[..2]));
        assert!(pattern("/html/table/tr").rank() > pattern("//tr").rank());
        assert!(
            pattern("//tr[2]").rank() > pattern("//tr").rank()
                && pattern("//tr").rank() > pattern("//*").rank()
        );
    }
}
