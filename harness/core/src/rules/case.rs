//! The rules that apply to one case.

use std::collections::HashSet;

use envparity_config::{Rule, Verb};

use super::place::Place;
use super::texts::Ruling;
use super::{Compiled, Marks};
use crate::json::Document;
use crate::lens::Lens;
use crate::path::{Pattern, Step};

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// In full.
    Exact,
    /// Not at all.
    Ignore,
    /// By fields and types, all the way down.
    Shape,
    /// By its JSON type.
    Type,
    /// By type and format class.
    Format,
    /// As texts, by the rule of this index: see [`CaseRules::ruling`].
    Texts(usize),
}

impl Mode {
    /// What holds below a place that is compared so: of what is compared by its type, only what a rule names.
    pub(crate) fn below(self) -> Self {
        if self == Self::Type { Self::Ignore } else { self }
    }
}

/// How an array or object is lined up, beside the mode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lists<'r> {
    /// The order of items does not count.
    pub(crate) unordered: bool,
    /// Nor does repetition.
    pub(crate) set: bool,
    /// Fields that tell items apart.
    pub(crate) key: Option<&'r [String]>,
    /// Keys are ids.
    pub(crate) map: bool,
}

/// The rules that apply to one case.
#[derive(Debug)]
pub(crate) struct CaseRules<'r> {
    rules: &'r [Compiled],
    active: Vec<usize>,
    /// Rules that say what alone is compared.
    only_headers: bool,
    only_body: bool,
    flat: bool,
    /// Some rule is about a place in HTML or XML.
    pub(super) markup: bool,
    /// Some rule says how lists are lined up.
    lists: bool,
}

impl<'r> CaseRules<'r> {
    pub(super) fn new(rules: &'r [Compiled], active: Vec<usize>) -> Self {
        let any = |is: fn(&Compiled) -> bool| active.iter().any(|index| is(&rules[*index]));
        Self {
            only_headers: any(|c| c.rule.verb == Verb::Only && matches!(c.place, Place::Header(_))),
            only_body: any(|c| c.rule.verb == Verb::Only && matches!(c.place, Place::Json(_))),
            flat: !any(|c| matches!(c.place, Place::Json(_))),
            markup: any(|c| matches!(c.place, Place::Markup(_))),
            lists: any(|c| {
                matches!(c.rule.verb, Verb::Unordered | Verb::Set | Verb::Key { .. } | Verb::MapKeys)
            }),
            rules,
            active,
        }
    }

    pub(super) fn active(&self) -> impl Iterator<Item = (usize, &'r Compiled)> {
        self.active.iter().map(|index| (*index, &self.rules[*index]))
    }

    /// Whether the outcome is silenced: by `ignore` with a reason only.
    pub(crate) fn ignores_outcome(&self) -> bool {
        self.silences(|place| *place == Place::Outcome)
    }

    /// Whether the status is silenced: by `ignore` with a reason only.
    pub(crate) fn ignores_status(&self) -> bool {
        self.silences(|place| *place == Place::Status)
    }

    fn silences(&self, is: impl Fn(&Place) -> bool) -> bool {
        let with_reason =
            |rule: &Rule| rule.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
        self.active().any(|(_, c)| is(&c.place) && c.rule.verb == Verb::Ignore && with_reason(&c.rule))
    }

    /// Whether a failing assert at this place is silenced: by `ignore` with a reason at that very place.
    pub(crate) fn silences_assert(&self, at: &str) -> bool {
        self.silences(|place| match place {
            Place::Status => at == "status",
            Place::Body => at == "body" || at.starts_with('$'),
            Place::Header(name) => at.strip_prefix("header.") == Some(name),
            Place::Output(name) => at == name,
            Place::Json(_) | Place::Markup(_) | Place::Outcome | Place::Unreadable => false,
        }) || self
            .active()
            .any(|(_, c)| c.rule.at == at && c.rule.verb == Verb::Ignore && c.rule.reason.is_some())
    }

    /// How a header is compared: by the rule that names it best, the last of equals.
    pub(crate) fn header(&self, name: &str, marks: &mut Marks) -> Mode {
        let mut best = None;
        for (index, compiled) in self.active() {
            let Some(rank) = compiled.place.rank_of_header(name) else { continue };
            marks.seen.insert(index);
            let key = (rank, compiled.rule.case.is_some(), index);
            if let Some(mode) = mode_of(index, &compiled.rule.verb)
                && best.is_none_or(|(known, _)| known < key)
            {
                best = Some((key, mode));
            }
        }
        let rest = if self.only_headers { Mode::Ignore } else { Mode::Exact };
        best.map_or(rest, |(_, mode)| mode)
    }

    /// How the body as a whole is compared.
    pub(crate) fn body(&self) -> Mode {
        match self.text_body() {
            Mode::Exact if self.only_body => Mode::Ignore,
            mode => mode,
        }
    }

    fn of_output(&self, at: &str) -> impl Iterator<Item = (usize, &'r Compiled)> {
        self.active().filter(move |(_, c)| matches!(&c.place, Place::Output(name) if name == at))
    }

    /// How the exit code or a stream of a command is compared.
    pub(crate) fn output(&self, at: &str, marks: &mut Marks) -> Mode {
        marks.seen.extend(self.of_output(at).map(|(index, _)| index));
        let modes = self.of_output(at).filter_map(|(index, c)| mode_of(index, &c.rule.verb));
        modes.last().unwrap_or(Mode::Exact)
    }

    /// How a stream's lines are lined up.
    pub(crate) fn lists_of_output(&self, at: &str) -> Lists<'r> {
        let says = |verb: Verb| self.of_output(at).any(|(_, c)| c.rule.verb == verb);
        Lists { unordered: says(Verb::Unordered), set: says(Verb::Set), ..Lists::default() }
    }

    /// How a body that is text is compared: what alone is compared of JSON says nothing of it.
    pub(crate) fn text_body(&self) -> Mode {
        let whole = self.active().filter(|(_, c)| c.place == Place::Body);
        whole.filter_map(|(index, c)| mode_of(index, &c.rule.verb)).last().unwrap_or(Mode::Exact)
    }

    /// Whether no rule looks into a JSON body.
    pub(crate) fn is_flat(&self) -> bool {
        self.flat
    }

    /// Whether every value of a JSON body is compared in full, however lists are lined up.
    pub(crate) fn is_plain(&self) -> bool {
        self.flat && !self.lists && self.body() == Mode::Exact
    }

    fn at(&self, steps: &[Step<'_>]) -> impl Iterator<Item = (usize, &'r Compiled, &'r Pattern)> {
        self.active().filter_map(move |(index, c)| match &c.place {
            Place::Json(pattern) if pattern.matches(steps) => Some((index, c, pattern)),
            _ => None,
        })
    }

    /// How the value at this place is compared: by the most specific rule, else as its parent.
    pub(crate) fn mode_at(&self, steps: &[Step<'_>], inherited: Mode) -> Mode {
        if self.flat {
            return inherited;
        }
        let best = self
            .at(steps)
            .filter_map(|(index, c, pattern)| {
                Some((pattern.rank(), c.rule.case.is_some(), index, mode_of(index, &c.rule.verb)?))
            })
            .max_by_key(|(rank, cased, index, _)| (*rank, *cased, *index));
        best.map_or(inherited, |(.., mode)| mode)
    }

    /// How the array or object at this place is lined up. What several rules say there holds together.
    pub(crate) fn lists(&self, steps: &[Step<'_>]) -> Lists<'r> {
        let mut out = Lists::default();
        if !self.lists {
            return out;
        }
        let whole = self.active().filter(|(_, c)| steps.is_empty() && c.place == Place::Body).map(|(_, c)| c);
        for compiled in whole.chain(self.at(steps).map(|(_, c, _)| c)) {
            match &compiled.rule.verb {
                Verb::Unordered => out.unordered = true,
                Verb::Set => out.set = true,
                Verb::Key { by } => out.key = Some(by),
                Verb::MapKeys => out.map = true,
                _ => {}
            }
        }
        out
    }

    /// Whether some rule compares a place below this one, which is ignored.
    pub(crate) fn keeps_below(&self, steps: &[Step<'_>]) -> bool {
        self.active().any(|(index, c)| {
            let keeps = mode_of(index, &c.rule.verb).is_some_and(|mode| mode != Mode::Ignore);
            keeps && matches!(&c.place, Place::Json(pattern) if pattern.reaches_below(steps))
        })
    }

    /// What the rule of a [`Mode::Texts`] says of two differing texts.
    pub(crate) fn ruling<'t>(
        &self,
        index: usize,
        lens: &Lens<'_>,
        left: &'t str,
        right: &'t str,
    ) -> Ruling<'t> {
        let texts = self.rules.get(index).and_then(|c| c.texts.as_ref());
        texts.map_or(Ruling::Different, |texts| texts.rule(lens, left, right))
    }

    /// The text under which equal ones are equal by the rule of a [`Mode::Texts`]; none where it takes two to say.
    pub(crate) fn normal<'t>(&self, index: usize, text: &'t str) -> Option<std::borrow::Cow<'t, str>> {
        self.rules.get(index)?.texts.as_ref()?.normal(text)
    }

    fn redacting(&self) -> impl Iterator<Item = &'r Place> {
        self.active().filter(|(_, c)| c.rule.verb == Verb::Redact).map(|(_, c)| &c.place)
    }

    /// Whether a header's value is kept out of everything that is written.
    pub(crate) fn redacts_header(&self, name: &str) -> bool {
        self.redacting().any(|place| place.rank_of_header(&name.to_ascii_lowercase()).is_some())
    }

    /// Whether some part of the body is.
    pub(crate) fn redacts_body(&self) -> bool {
        self.redacting().any(|place| matches!(place, Place::Body | Place::Json(_)))
    }

    /// Whether all of it is.
    pub(crate) fn redacts_whole_body(&self) -> bool {
        self.redacting().any(|place| *place == Place::Body)
    }

    /// Whether the value at this place is.
    pub(crate) fn redacts_json(&self, steps: &[Step<'_>]) -> bool {
        self.redacting().any(|place| matches!(place, Place::Json(pattern) if pattern.matches(steps)))
    }

    /// Which rule of a [`Mode::Texts`] made texts equal, and how, for people.
    pub(crate) fn why(&self, index: usize) -> String {
        match self.rules.get(index).and_then(|c| Some((c, c.texts.as_ref()?))) {
            Some((compiled, texts)) => format!("{} {}", texts.describe(), named(&compiled.rule)),
            None => "by rule".to_owned(),
        }
    }

    /// The rule that decides about this place, for people: the nearest at or above it.
    pub(crate) fn origin(&self, steps: &[Step<'_>]) -> String {
        let decides = |(index, c, pattern): (usize, &'r Compiled, &'r Pattern)| {
            Some((pattern.rank(), index, mode_of(index, &c.rule.verb).map(|_| &c.rule)?))
        };
        let here =
            |depth: usize| self.at(&steps[..depth]).filter_map(decides).max_by_key(|(r, i, _)| (*r, *i));
        let json = (0..=steps.len()).rev().find_map(here).map(|(.., rule)| rule);
        let whole = || self.active().filter(|(_, c)| c.place == Place::Body).map(|(_, c)| &c.rule).last();
        let only = || self.active().map(|(_, c)| &c.rule).find(|rule| rule.verb == Verb::Only);
        json.or_else(whole).or_else(only).map_or_else(|| "a rule".to_owned(), named)
    }

    /// The rule that says how the array or object at this place is lined up, for people.
    pub(crate) fn origin_of_lists(&self, steps: &[Step<'_>]) -> String {
        let lists = |c: &&Compiled| {
            matches!(c.rule.verb, Verb::Unordered | Verb::Set | Verb::Key { .. } | Verb::MapKeys)
        };
        let whole = self.active().filter(|(_, c)| steps.is_empty() && c.place == Place::Body).map(|(_, c)| c);
        let last = whole.chain(self.at(steps).map(|(_, c, _)| c)).filter(lists).last();
        last.map_or_else(|| "a rule".to_owned(), |c| named(&c.rule))
    }

    /// The rule that decides about a header, for people.
    pub(crate) fn origin_of_header(&self, name: &str) -> String {
        let ranked =
            self.active().filter_map(|(index, c)| Some((c.place.rank_of_header(name)?, index, &c.rule)));
        let best = ranked.max_by_key(|(rank, index, _)| (*rank, *index)).map(|(.., rule)| rule);
        let only = || self.active().map(|(_, c)| &c.rule).find(|rule| rule.verb == Verb::Only);
        best.or_else(only).map_or_else(|| "a rule".to_owned(), named)
    }

    /// Marks the rules whose place is in a parsed body.
    pub(crate) fn mark_body(&self, document: &Document<'_>, marks: &mut Marks) {
        let open: Vec<(usize, &Pattern)> = self
            .active()
            .filter(|(index, c)| !c.place_seen && !marks.seen.contains(index))
            .filter_map(|(index, c)| match &c.place {
                Place::Json(pattern) => Some((index, pattern)),
                _ => None,
            })
            .collect();
        if !open.is_empty() {
            find_places(document, &open, &mut marks.seen);
        }
    }

    /// Marks the rules whose place may be in a body that was not parsed.
    pub(crate) fn mark_unknown(&self, marks: &mut Marks) {
        self.mark_no_json(marks);
        let markup = self.active().filter(|(_, c)| matches!(c.place, Place::Markup(_)));
        marks.unknown.extend(markup.map(|(index, _)| index));
    }

    /// Marks the rules whose place may be in a body that was not parsed as JSON.
    pub(crate) fn mark_no_json(&self, marks: &mut Marks) {
        let json = self.active().filter(|(_, c)| matches!(c.place, Place::Json(_)));
        marks.unknown.extend(json.map(|(index, _)| index));
    }
}

pub(super) fn named(rule: &Rule) -> String {
    match &rule.reason {
        Some(reason) => format!("the rule at {}: {reason}", rule.origin),
        None => format!("the rule at {}", rule.origin),
    }
}

pub(super) const fn mode_of(index: usize, verb: &Verb) -> Option<Mode> {
    match verb {
        Verb::Ignore => Some(Mode::Ignore),
        Verb::Only => Some(Mode::Exact),
        Verb::Shape => Some(Mode::Shape),
        Verb::Type => Some(Mode::Type),
        Verb::Format => Some(Mode::Format),
        Verb::Regex { .. }
        | Verb::Tolerance { .. }
        | Verb::Round { .. }
        | Verb::Replace { .. }
        | Verb::SameAsCapture { .. } => Some(Mode::Texts(index)),
        // How lists are lined up, and what is written, is another matter than how values are compared.
        Verb::Unordered | Verb::Set | Verb::Key { .. } | Verb::MapKeys | Verb::Redact => None,
    }
}

/// Walks a document without recursion until every pattern has been seen.
fn find_places(document: &Document<'_>, open: &[(usize, &Pattern)], seen: &mut HashSet<usize>) {
    let mut steps: Vec<Step<'_>> = Vec::new();
    // (node, depth of its parent, index among its siblings)
    let mut stack = vec![(Document::ROOT, 0, None)];
    while let Some((id, depth, step)) = stack.pop() {
        steps.truncate(depth);
        steps.extend(step);
        for (index, pattern) in open {
            if pattern.matches(&steps) {
                seen.insert(*index);
            }
        }
        if open.iter().all(|(index, _)| seen.contains(index)) {
            return;
        }
        if !open.iter().any(|(_, pattern)| pattern.reaches_below(&steps)) {
            continue;
        }
        let is_object = document.kind(id) == crate::json::Kind::Object;
        for (at, child) in document.children(id).enumerate() {
            let step = if is_object { Step::Key(document.key(child)) } else { Step::Index(at) };
            stack.push((child, steps.len(), Some(step)));
        }
    }
}
