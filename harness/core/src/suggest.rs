//! The smallest rule for a drift: candidates, weakest first, and whether one settles exactly that drift.

use envparity_config::{MarkupPath, Rule, Verb};
use envparity_model::{CaseGlob, CaseId, Code};

use crate::drift::Drift;
use crate::input::CaseResult;
use crate::json::Decimal;
use crate::path::without_indices;

/// Numbers further apart than this part of the larger one are another value, not the same one measured again.
const NEAR: f64 = 0.25;

/// Rules that may settle a drift, weakest first, each at the most specific place that covers it. An error says why
/// no honest rule exists.
///
/// # Errors
/// As said: for what a rule must not hide.
pub fn proposals(case: &CaseId, drift: &Drift, captures: &[String]) -> Result<Vec<Rule>, &'static str> {
    let at = drift.at.as_deref().ok_or("rules are about responses; a known one is waived")?;
    let is_markup = at.starts_with('/');
    if is_markup && MarkupPath::parse(at).is_err() {
        return Err("no rule looks into what is embedded in a page; a known one is waived");
    }
    let mut verbs = verbs(drift, at, captures)?;
    if is_markup {
        verbs.retain(|verb| Verb::IN_MARKUP.contains(&verb.name()));
    }
    let mut places = Vec::new();
    if drift.count == 1 {
        places.push(at.to_owned());
    }
    // Of markup, what is known of a place holds the columns of a table apart; of JSON, it joins more.
    let (narrow, wide) = (without_indices(at), drift.place());
    places.extend(if is_markup { [wide, narrow] } else { [narrow, wide] });
    places.dedup();
    let rule = |at: &String, verb: &Verb| Rule {
        case: Some(CaseGlob::new(case.as_str())),
        at: at.clone(),
        verb: verb.clone(),
        reason: None,
        origin: "the rule that is tried".to_owned(),
    };
    Ok(places.iter().flat_map(|at| verbs.iter().map(move |verb| rule(at, verb))).collect())
}

fn verbs(drift: &Drift, at: &str, captures: &[String]) -> Result<Vec<Verb>, &'static str> {
    let code = match drift.code {
        // What differs from itself was found under another code first.
        Code::Unstable => drift.kind.as_deref().and_then(Code::from_name).unwrap_or(Code::Unstable),
        code => code,
    };
    let inside = at.starts_with(['$', '/']);
    let captured = || captures.iter().map(|name| Verb::SameAsCapture { capture: name.clone() });
    let texts = |rest: &[Verb]| {
        let near = nearness(drift).into_iter();
        near.chain(captured()).chain(std::iter::once(Verb::Format)).chain(rest.iter().cloned()).collect()
    };
    match (code, drift.kind.as_deref()) {
        (Code::ResponseOutcome | Code::ResponseStatus | Code::CommandExit, _) => {
            Err("outcome and status are never noise: mend it, or ignore them by hand with a reason")
        }
        (Code::ResponseType, _) => Err("another type breaks clients: no rule but `ignore` hides it"),
        (Code::ResponseFieldRemoved, _) => {
            Err("what is missing breaks clients: no rule but `ignore` hides it")
        }
        (Code::ResponseMediaType | Code::ResponseUnparsable, _) => {
            Err("a body of another kind cannot be compared: no rule makes it equal")
        }
        (Code::ResponseAssert, _) => Err("the suite asks for it: mend the service, or the assert"),
        (Code::ResponseValue, Some("symbol")) => {
            Err("one side repeats a captured value that the other makes anew: no rule makes it equal")
        }
        (Code::ResponseValue, _) if inside => Ok(texts(&[Verb::Type])),
        (Code::ResponseFormat, Some("lexeme")) if inside => {
            Ok(vec![Verb::Tolerance { abs: 0.0, rel: 0.0 }, Verb::Type])
        }
        (Code::ResponseFormat, _) if inside => Ok(vec![Verb::MapKeys, Verb::Type]),
        (Code::ResponseOrder, _) => Ok(vec![Verb::Unordered]),
        (Code::ResponseLength, _) if inside => Ok(vec![Verb::Set, Verb::Shape, Verb::Type]),
        (Code::ResponseFieldAdded, _) if inside => Ok(vec![Verb::Ignore]),
        (Code::ResponseHeader, Some("removed")) => {
            Err("a header that is missing may break clients: no rule but `ignore` hides it")
        }
        (Code::ResponseHeader, _) => Ok(texts(&[Verb::Ignore])),
        (Code::ResponseTextSpace, _) if at == "body" => {
            Ok(vec![Verb::Replace { pattern: r"\s+".to_owned(), with: " ".to_owned() }])
        }
        (Code::ResponseValue | Code::ResponseFormat | Code::ResponseLength, _) if at == "body" => {
            Ok(vec![Verb::Unordered, Verb::Format])
        }
        (_, _) if matches!(at, "stdout" | "stderr") => Ok(vec![Verb::Unordered, Verb::Format]),
        _ => Err("no rule speaks of it; a known one is waived"),
    }
}

/// A tolerance, where both sides are numbers that are near each other: their distance, rounded up to a digit.
fn nearness(drift: &Drift) -> Option<Verb> {
    let number = |side: &Option<String>| Decimal::parse(side.as_deref()?).map(|number| number.approximate());
    let (l, r) = (number(&drift.reference)?, number(&drift.candidate)?);
    let distance = (l - r).abs();
    if !distance.is_finite() || distance == 0.0 || distance > NEAR * l.abs().max(r.abs()) {
        return None;
    }
    let unit = 10_f64.powf(distance.log10().floor());
    // Through its text, so that 0.30000000000000004 is 0.3.
    let abs = format!("{:.0e}", (distance / unit - 1e-9).ceil() * unit).parse().ok()?;
    Some(Verb::Tolerance { abs, rel: 0.0 })
}

/// Whether a rule settled one drift and nothing else: everything else is as it was before.
pub fn settles(target: &Drift, before: &CaseResult, after: &CaseResult) -> bool {
    let is = |one: &Drift, other: &Drift| {
        one.code == other.code && one.kind == other.kind && one.place() == other.place()
    };
    let others = |result: &CaseResult| -> Vec<(Code, String, Option<String>, u64)> {
        let rest = result.drifts.iter().filter(|drift| !is(drift, target));
        let mut out: Vec<_> = rest.map(|d| (d.code, d.place(), d.kind.clone(), d.count)).collect();
        out.sort();
        out
    };
    before.status == after.status
        && !after.drifts.iter().any(|drift| is(drift, target))
        && others(before) == others(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_rounded_up_to_a_digit() {
        let near = |l: &str, r: &str| nearness(&Drift::at(Code::ResponseValue, "$.a").sides(l, r));
        let abs = |abs: f64| Some(Verb::Tolerance { abs, rel: 0.0 });
        assert_eq!(near("0.1", "0.123"), abs(0.03));
        assert_eq!(near("100", "101"), abs(1.0));
        assert_eq!(near("0.3", "0.30000000000000004"), abs(6e-17));
        assert_eq!(near("1", "2"), None);
        assert_eq!(near("1", "x"), None);
    }
}
