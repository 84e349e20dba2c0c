//! The rules of one case at places in HTML and XML.

use envparity_config::Verb;

use super::case::{CaseRules, Mode, mode_of, named};
use super::place::Place;
use super::{Compiled, Marks};
use crate::body::{MarkupPattern, MarkupStep, Tree};

impl<'r> CaseRules<'r> {
    fn in_markup(&self) -> impl Iterator<Item = (usize, &'r Compiled, &'r MarkupPattern)> {
        self.active().filter_map(|(index, c)| match &c.place {
            Place::Markup(pattern) => Some((index, c, pattern)),
            _ => None,
        })
    }

    fn at_markup(
        &self,
        steps: &[MarkupStep<'_>],
    ) -> impl Iterator<Item = (usize, &'r Compiled, &'r MarkupPattern)> {
        self.in_markup().filter(move |(.., pattern)| pattern.matches(steps))
    }

    /// Whether some rule looks into HTML or XML.
    pub(crate) fn looks_into_markup(&self) -> bool {
        self.markup
    }

    /// How markup as a whole is compared, where no rule says otherwise of a place in it.
    pub(crate) fn markup(&self) -> Mode {
        self.text_body()
    }

    /// How the text, attributes and children at this place are compared: by the most specific rule, else as those
    /// of the element around it.
    pub(crate) fn markup_at(&self, steps: &[MarkupStep<'_>], inherited: Mode) -> Mode {
        if !self.markup {
            return inherited;
        }
        let ranked = self.at_markup(steps).filter_map(|(index, c, pattern)| {
            Some((pattern.rank(), c.rule.case.is_some(), index, mode_of(index, &c.rule.verb)?))
        });
        let best = ranked.max_by_key(|(rank, cased, index, _)| (*rank, *cased, *index));
        best.map_or(inherited, |(.., mode)| mode)
    }

    /// Whether the children of the element at this place may stand in any order.
    pub(crate) fn unordered_markup(&self, steps: &[MarkupStep<'_>]) -> bool {
        self.markup && self.at_markup(steps).any(|(_, c, _)| c.rule.verb == Verb::Unordered)
    }

    /// Whether some rule compares a place below this one, which is ignored.
    pub(crate) fn keeps_below_markup(&self, steps: &[MarkupStep<'_>]) -> bool {
        self.in_markup().any(|(index, c, pattern)| {
            let keeps = mode_of(index, &c.rule.verb).is_some_and(|mode| mode != Mode::Ignore);
            keeps && pattern.reaches_below(steps)
        })
    }

    /// The rule that decides about this place, for people: the nearest at or above it.
    pub(crate) fn origin_in_markup(&self, steps: &[MarkupStep<'_>]) -> String {
        let decides = |(index, c, pattern): (usize, &'r Compiled, &'r MarkupPattern)| {
            mode_of(index, &c.rule.verb).map(|_| ((pattern.rank(), c.rule.case.is_some(), index), &c.rule))
        };
        let here = |depth: usize| {
            self.at_markup(&steps[..depth])
                .filter_map(decides)
                .max_by_key(|(key, _)| *key)
                .map(|(_, rule)| rule)
        };
        (0..=steps.len()).rev().find_map(here).map_or_else(|| self.origin(&[]), named)
    }

    /// The rule by which children may stand in any order, for people.
    pub(crate) fn origin_of_markup_order(&self, steps: &[MarkupStep<'_>]) -> String {
        let last = self.at_markup(steps).filter(|(_, c, _)| c.rule.verb == Verb::Unordered).last();
        last.map_or_else(|| "a rule".to_owned(), |(_, c, _)| named(&c.rule))
    }

    /// Marks the rules whose place is in a tree.
    pub(crate) fn mark_markup(&self, tree: &Tree, marks: &mut Marks) {
        let mut open: Vec<(usize, &MarkupPattern)> = self
            .in_markup()
            .filter(|(index, c, _)| !c.place_seen && !marks.seen.contains(index))
            .map(|(index, _, pattern)| (index, pattern))
            .collect();
        if open.is_empty() {
            return;
        }
        tree.each_place(&mut |steps| {
            open.retain(|(index, pattern)| {
                let is_here = pattern.matches(steps);
                if is_here {
                    marks.seen.insert(*index);
                }
                !is_here
            });
        });
    }
}
