//! Rules of the configuration: compiled once, applied case by case.

mod case;
mod markup;
mod place;
mod texts;

use std::collections::HashSet;

use envparity_config::{Rule, Verb};
use envparity_model::CaseId;

pub(crate) use case::{CaseRules, Lists, Mode};
pub(crate) use texts::Ruling;

use place::Place;
use texts::Texts;

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
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    list: Vec<Compiled>,
}

#[derive(Debug, Clone)]
struct Compiled {
    rule: Rule,
    place: Place,
    /// How it compares texts, where it does.
    texts: Option<Texts>,
    case_seen: bool,
    place_seen: bool,
    /// A body that the rule applies to was never parsed: whether its place exists is unknown.
    unknown: bool,
}

impl Rules {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let compile = |rule: &Rule| Compiled {
            place: Place::parse(&rule.at),
            texts: Texts::of(&rule.verb),
            rule: rule.clone(),
            case_seen: false,
            place_seen: false,
            unknown: false,
        };
        Self { list: rules.iter().map(compile).collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// These rules and more, which are last.
    pub(crate) fn and(&self, more: &[Rule]) -> Self {
        let mut all = self.clone();
        all.list.extend(Self::new(more).list);
        all
    }

    /// The captures that rules compare with.
    pub(crate) fn captures(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter_map(|compiled| match &compiled.rule.verb {
            Verb::SameAsCapture { capture } => Some(capture.as_str()),
            _ => None,
        })
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
        CaseRules::new(&self.list, active)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use crate::path::Step;
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
        assert!(rules.keeps_below(&steps[..1]) && !rules.keeps_below(&steps));
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
