//! Rules of the configuration, as they apply to one case.

use std::collections::HashSet;

use envparity_config::{Rule, Verb};
use envparity_model::CaseId;

use crate::json::Document;
use crate::path::{Pattern, Step};

/// A rule that matched nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnusedRule {
    /// Its index in the configuration.
    pub index: usize,
    /// Where it stands, `parity.toml:12`.
    pub origin: String,
    /// Its place as written.
    pub at: String,
    /// What it matched nothing of.
    pub reason: String,
}

/// All rules with what is known of their use.
#[derive(Debug)]
pub(crate) struct Rules {
    list: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    rule: Rule,
    place: Place,
    case_seen: bool,
    place_seen: bool,
    /// A body that the rule applies to was never parsed: whether its place exists is unknown.
    unknown: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Outcome,
    Status,
    Header(String),
    Body,
    /// Of a command: `exit`, `stdout`, `stderr`.
    Output(String),
    Json(Pattern),
    /// Not of any known form: matches nothing.
    Unreadable,
}

impl Rules {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let place = |at: &str| match at {
            "outcome" => Place::Outcome,
            "status" => Place::Status,
            "body" => Place::Body,
            "exit" | "stdout" | "stderr" => Place::Output(at.to_owned()),
            at => match at.strip_prefix("header.") {
                Some(name) => Place::Header(name.to_ascii_lowercase()),
                None => Pattern::parse(at).map_or(Place::Unreadable, Place::Json),
            },
        };
        let compile = |rule: &Rule| Compiled {
            place: place(&rule.at),
            rule: rule.clone(),
            case_seen: false,
            place_seen: false,
            unknown: false,
        };
        Self { list: rules.iter().map(compile).collect() }
    }

    /// The rules of one case.
    pub(crate) fn of(&mut self, case: &CaseId) -> CaseRules<'_> {
        let mut active = Vec::new();
        for (index, compiled) in self.list.iter_mut().enumerate() {
            if compiled.rule.case.as_ref().is_none_or(|glob| glob.matches(case)) {
                compiled.case_seen = true;
                compiled.place_seen |= matches!(compiled.place, Place::Outcome | Place::Status | Place::Body);
                active.push(index);
            }
        }
        CaseRules { rules: &self.list, active }
    }

    /// Marks what the rules of a case matched.
    pub(crate) fn mark(&mut self, marks: &Marks) {
        for index in &marks.seen {
            self.list[*index].place_seen = true;
        }
        for index in &marks.unknown {
            self.list[*index].unknown = true;
        }
    }

    /// Rules that matched no case, or nothing in any body that was parsed.
    pub(crate) fn unused(&self) -> Vec<UnusedRule> {
        let reason = |compiled: &Compiled| {
            if !compiled.case_seen {
                Some("it matches no case")
            } else if !compiled.place_seen && !compiled.unknown {
                Some("its place is in no response")
            } else {
                None
            }
        };
        let unused = |(index, compiled): (usize, &Compiled)| {
            Some(UnusedRule {
                index,
                origin: compiled.rule.origin.clone(),
                at: compiled.rule.at.clone(),
                reason: reason(compiled)?.to_owned(),
            })
        };
        self.list.iter().enumerate().filter_map(unused).collect()
    }
}

/// What the rules of one case were seen to match.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    seen: HashSet<usize>,
    unknown: HashSet<usize>,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    /// In full.
    Exact,
    /// Not at all.
    Ignore,
    /// By its JSON type.
    Type,
    /// By type and format class.
    Format,
    /// Numbers within a distance.
    Tolerance { abs: f64, rel: f64 },
}

/// The rules that apply to one case.
#[derive(Debug)]
pub(crate) struct CaseRules<'r> {
    rules: &'r [Compiled],
    active: Vec<usize>,
}

impl CaseRules<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    fn active(&self) -> impl Iterator<Item = (usize, &Compiled)> {
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
            Place::Json(_) | Place::Outcome | Place::Unreadable => false,
        }) || self
            .active()
            .any(|(_, c)| c.rule.at == at && c.rule.verb == Verb::Ignore && c.rule.reason.is_some())
    }

    /// How a header is compared.
    pub(crate) fn header(&self, name: &str, marks: &mut Marks) -> Mode {
        let mut mode = Mode::Exact;
        for (index, compiled) in self.active() {
            if matches!(&compiled.place, Place::Header(n) if n == name || n == "*") {
                marks.seen.insert(index);
                mode = Self::mode_of(&compiled.rule.verb).unwrap_or(mode);
            }
        }
        mode
    }

    /// How the exit code or a stream of a command is compared.
    pub(crate) fn output(&self, at: &str, marks: &mut Marks) -> Mode {
        let mut mode = Mode::Exact;
        for (index, compiled) in self.active() {
            if matches!(&compiled.place, Place::Output(name) if name == at) {
                marks.seen.insert(index);
                mode = Self::mode_of(&compiled.rule.verb).unwrap_or(mode);
            }
        }
        mode
    }

    /// Whether the order of a stream's lines counts for nothing.
    pub(crate) fn is_unordered(&self, at: &str) -> bool {
        let here = |c: &Compiled| matches!(&c.place, Place::Output(name) if name == at);
        self.active().any(|(_, c)| here(c) && c.rule.verb == Verb::Unordered)
    }

    /// How the body as a whole is compared.
    pub(crate) fn body(&self) -> Mode {
        let verbs = self.active().filter(|(_, c)| c.place == Place::Body).map(|(_, c)| &c.rule.verb);
        verbs.filter_map(Self::mode_of).last().unwrap_or(Mode::Exact)
    }

    /// Whether no rule looks into a JSON body.
    pub(crate) fn is_flat(&self) -> bool {
        !self.active().any(|(_, c)| matches!(c.place, Place::Json(_)))
    }

    /// How the value at this place is compared: by the most specific rule, else as its parent.
    pub(crate) fn mode_at(&self, steps: &[Step<'_>], inherited: Mode) -> Mode {
        let best = self
            .active()
            .filter_map(|(index, c)| match &c.place {
                Place::Json(pattern) if pattern.matches(steps) => {
                    Some((pattern.rank(), c.rule.case.is_some(), index, Self::mode_of(&c.rule.verb)?))
                }
                _ => None,
            })
            .max_by_key(|(rank, cased, index, _)| (*rank, *cased, *index));
        best.map_or(inherited, |(.., mode)| mode)
    }

    /// Whether some rule names a place below this one.
    pub(crate) fn reach_below(&self, steps: &[Step<'_>]) -> bool {
        self.active().any(|(_, c)| matches!(&c.place, Place::Json(pattern) if pattern.reaches_below(steps)))
    }

    /// Whether the items of the array at this place may come in any order.
    pub(crate) fn unordered(&self, steps: &[Step<'_>]) -> bool {
        self.active().any(|(_, c)| {
            c.rule.verb == Verb::Unordered
                && match &c.place {
                    Place::Json(pattern) => pattern.matches(steps),
                    Place::Body => steps.is_empty(),
                    _ => false,
                }
        })
    }

    /// Where the rules stand that apply at this place, for people.
    pub(crate) fn origin(&self, steps: &[Step<'_>]) -> Option<(&str, Option<&str>)> {
        let best = self
            .active()
            .filter_map(|(index, c)| match &c.place {
                Place::Json(pattern) if pattern.matches(steps) => Some((pattern.rank(), index, c)),
                _ => None,
            })
            .max_by_key(|(rank, index, _)| (*rank, *index));
        best.map(|(.., c)| (c.rule.origin.as_str(), c.rule.reason.as_deref()))
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
        let json = self.active().filter(|(_, c)| matches!(c.place, Place::Json(_)));
        marks.unknown.extend(json.map(|(index, _)| index));
    }

    const fn mode_of(verb: &Verb) -> Option<Mode> {
        match verb {
            Verb::Ignore => Some(Mode::Ignore),
            Verb::Type => Some(Mode::Type),
            Verb::Format => Some(Mode::Format),
            Verb::Tolerance { abs, rel } => Some(Mode::Tolerance { abs: *abs, rel: *rel }),
            Verb::Unordered => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use envparity_model::CaseGlob;

    fn rule(case: Option<&str>, at: &str, verb: Verb, reason: Option<&str>) -> Rule {
        Rule {
            case: case.map(CaseGlob::new),
            at: at.to_owned(),
            verb,
            reason: reason.map(str::to_owned),
            origin: "parity.toml:1".to_owned(),
        }
    }

    #[test]
    fn the_most_specific_path_wins() {
        let mut rules = Rules::new(&[
            rule(None, "$.a.b", Verb::Format, None),
            rule(None, "$.*", Verb::Ignore, None),
            rule(None, "$.a.*", Verb::Type, None),
        ]);
        let case = CaseId::new("x GET /");
        let rules = rules.of(&case);
        let steps = [Step::Key("a".into()), Step::Key("b".into())];
        assert_eq!(rules.mode_at(&steps, Mode::Exact), Mode::Format);
        assert_eq!(rules.mode_at(&steps[..1], Mode::Exact), Mode::Ignore);
        assert!(rules.reach_below(&steps[..1]) && !rules.reach_below(&steps));
    }

    #[test]
    fn outcome_and_status_need_a_reason() {
        for (reason, silenced) in [(None, false), (Some(" "), false), (Some("PROJ-1"), true)] {
            let mut rules = Rules::new(&[
                rule(None, "outcome", Verb::Ignore, reason),
                rule(None, "status", Verb::Ignore, reason),
            ]);
            let case = CaseId::new("x GET /");
            let rules = rules.of(&case);
            assert_eq!((rules.ignores_outcome(), rules.ignores_status()), (silenced, silenced));
        }
    }

    #[test]
    fn use_is_known_unknown_or_absent() {
        let list = [
            rule(Some("y **"), "status", Verb::Ignore, None),
            rule(None, "$.items[*].id", Verb::Ignore, None),
            rule(None, "$.gone", Verb::Ignore, None),
        ];
        let mut rules = Rules::new(&list);
        let case = CaseId::new("x GET /");
        let document = Document::parse(r#"{"items":[{},{"id":1}]}"#).expect("JSON");
        let mut marks = Marks::default();
        rules.of(&case).mark_body(&document, &mut marks);
        rules.mark(&marks);
        let unused: Vec<usize> = rules.unused().iter().map(|rule| rule.index).collect();
        assert_eq!(unused, [0, 2]);
        rules.of(&case).mark_unknown(&mut marks);
        rules.mark(&marks);
        let unused: Vec<usize> = rules.unused().iter().map(|rule| rule.index).collect();
        assert_eq!(unused, [0]);
    }
}
