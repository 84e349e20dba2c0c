//! Responses held to a document: what the candidate alone breaks makes its drift worse, or is one by itself.

use envparity_model::{Code, Judgement, Severity, Violation};

use crate::drift::Drift;
use crate::input::{CaseResult, CaseStatus};
use crate::path::without_indices;

/// What a document says to the answers of one case; none for a sample that has no answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseContract {
    /// To the reference's first answer.
    pub reference: Option<Judgement>,
    /// To its other answers.
    pub again: Vec<Judgement>,
    /// To the candidate's first answer.
    pub candidate: Option<Judgement>,
    /// To its second one.
    pub resample: Option<Judgement>,
}

impl CaseContract {
    /// What the candidate breaks and no answer of the reference does, each with whether the candidate repeats it.
    fn by_candidate_alone(&self) -> Vec<(&Violation, bool)> {
        let (Some(Judgement::Checked(mine)), Some(Judgement::Checked(theirs))) =
            (&self.reference, &self.candidate)
        else {
            return Vec::new();
        };
        let again = self.again.iter().flat_map(violations);
        let known: Vec<_> = mine.iter().chain(again).map(place).collect();
        let alone = theirs.iter().filter(|violation| !known.contains(&place(violation)));
        let repeated = |violation: &Violation| match &self.resample {
            Some(Judgement::Checked(second)) => second.iter().any(|other| place(other) == place(violation)),
            _ => true,
        };
        alone.map(|violation| (violation, repeated(violation))).collect()
    }
}

impl CaseResult {
    /// Holds the case to a document. What the candidate alone breaks raises the drifts of that place by one step;
    /// where nothing else differs there, it is a drift by itself.
    #[must_use]
    pub fn held_to(mut self, document: &str, contract: CaseContract) -> Self {
        if matches!(self.status, CaseStatus::Compared | CaseStatus::Inconclusive(_)) {
            for (violation, repeated) in contract.by_candidate_alone() {
                self.hold(document, violation, repeated);
            }
        }
        self.contract = Some(contract);
        self
    }

    fn hold(&mut self, document: &str, violation: &Violation, repeated: bool) {
        let reason = format!("breaks `{document}`: {} {}", violation.at, violation.message);
        let related = |drift: &&mut Drift| {
            let at = drift.at.as_deref().is_some_and(|at| touches(at, &violation.at));
            at && drift.severity > Severity::Info && drift.code != Code::ContractViolated
        };
        let mut raised = false;
        for drift in self.drifts.iter_mut().filter(related) {
            raised = true;
            // One step, however much is broken there.
            if drift.hint.as_deref().is_some_and(|hint| hint.contains("breaks `")) {
                continue;
            }
            drift.severity = drift.severity.raised();
            drift.hint = Some(match drift.hint.take() {
                Some(hint) => format!("{hint}; {reason}"),
                None => reason.clone(),
            });
        }
        let same = |drift: &&mut Drift| {
            let at = drift.at.as_deref().map(without_indices);
            drift.code == Code::ContractViolated
                && at == Some(without_indices(&violation.at))
                && drift.kind.as_deref() == Some(&violation.keyword)
        };
        if let Some(known) = self.drifts.iter_mut().find(same) {
            known.count += 1;
        } else if !raised {
            let mut drift = Drift::at(Code::ContractViolated, &violation.at)
                .kind(&violation.keyword)
                .sides("as described", &violation.message)
                .hint(format!("breaks `{document}`, which the reference keeps"));
            drift.unstable = !repeated;
            self.drifts.push(drift);
        }
    }
}

/// The violations that a judgement names.
pub(crate) fn violations(judgement: &Judgement) -> &[Violation] {
    match judgement {
        Judgement::Checked(found) => found,
        _ => &[],
    }
}

/// What makes two violations one.
fn place(violation: &Violation) -> (String, &str) {
    (without_indices(&violation.at), &violation.keyword)
}

/// Whether two places are one, or one is within the other.
fn touches(one: &str, other: &str) -> bool {
    let (one, other) = (without_indices(one), without_indices(other));
    let within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || outer.starts_with('$') && rest.starts_with(['.', '[']))
    };
    let whole = |place: &str| place == "body";
    let part = |place: &str| place.starts_with('$') || place == "body";
    within(&one, &other) || within(&other, &one) || whole(&one) && part(&other) || whole(&other) && part(&one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(at: &str) -> Violation {
        Violation { at: at.to_owned(), keyword: "type".to_owned(), message: "is no integer".to_owned() }
    }

    #[expect(clippy::unnecessary_wraps, reason = "as a side's judgement is held")]
    fn checked(places: &[&str]) -> Option<Judgement> {
        Some(Judgement::Checked(places.iter().map(|at| violation(at)).collect()))
    }

    fn held(drifts: Vec<Drift>, contract: CaseContract) -> Vec<(Code, Severity, Option<String>)> {
        let mut result = CaseResult::new(CaseStatus::Compared);
        result.drifts = drifts;
        let drifts = result.held_to("o.yaml", contract).drifts;
        drifts.into_iter().map(|drift| (drift.code, drift.severity, drift.at)).collect()
    }

    #[test]
    fn the_candidate_alone_makes_its_drift_worse() {
        let drifts = || {
            vec![
                Drift::at(Code::ResponseFormat, "$.items[3].price"),
                Drift::at(Code::ResponseValue, "$.name"),
                Drift::at(Code::ResponseBytes, "$.items[3].price"),
            ]
        };
        let contract = CaseContract {
            reference: checked(&[]),
            candidate: checked(&["$.items[0].price", "$.items[3].price"]),
            ..CaseContract::default()
        };
        let severities =
            |found: Vec<(Code, Severity, Option<String>)>| found.into_iter().map(|f| f.1).collect::<Vec<_>>();
        assert_eq!(severities(held(drifts(), contract)), [Severity::Major, Severity::Major, Severity::Info]);
        let both = CaseContract {
            reference: checked(&["$.items[1].price"]),
            candidate: checked(&["$.items[0].price"]),
            ..CaseContract::default()
        };
        assert_eq!(severities(held(drifts(), both)), [Severity::Minor, Severity::Major, Severity::Info]);
    }

    #[test]
    fn without_another_drift_it_is_one() {
        let alone = |again: Vec<Judgement>| CaseContract {
            reference: checked(&[]),
            again,
            candidate: checked(&["$.at", "$.list[0]", "$.list[1]"]),
            resample: checked(&["$.at"]),
        };
        let found = held(Vec::new(), alone(Vec::new()));
        let expected = |at: &str| (Code::ContractViolated, Severity::Major, Some(at.to_owned()));
        assert_eq!(found, [expected("$.at"), expected("$.list[0]")]);
        // The reference breaks it too, in another sample.
        let found = held(Vec::new(), alone(checked(&["$.at", "$.list[7]"]).into_iter().collect()));
        assert_eq!(found, []);
    }

    #[test]
    fn what_was_not_held_on_the_reference_says_nothing() {
        for reference in [None, Some(Judgement::NoOperation), Some(Judgement::Unchecked("cut".to_owned()))] {
            let contract =
                CaseContract { reference, candidate: checked(&["$.a"]), ..CaseContract::default() };
            assert_eq!(held(Vec::new(), contract), []);
        }
        let mut broken = CaseResult::new(CaseStatus::Broken("status".to_owned()));
        let contract =
            CaseContract { reference: checked(&[]), candidate: checked(&["$"]), ..CaseContract::default() };
        broken = broken.held_to("o.yaml", contract);
        assert!(broken.drifts.is_empty() && broken.contract.is_some());
    }

    #[test]
    fn places_touch_where_one_is_within_the_other() {
        for (one, other, touch) in [
            ("$.a.b", "$.a", true),
            ("$.a", "$.a.b", true),
            ("$.a", "$.ab", false),
            ("$", "$.x[0]", true),
            ("body", "$.x", true),
            ("status", "status", true),
            ("header.a", "header.ab", false),
            ("status", "$", false),
        ] {
            assert_eq!(touches(one, other), touch, "{one} {other}");
        }
    }
}
