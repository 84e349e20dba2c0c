//! Rules: what they silence, what they do not, and whether they were used.

mod kit;

use envparity_config::{Rule, Verb};
use envparity_core::{Authorities, Authority, CaseStatus, Comparator};
use envparity_model::{CaseGlob, FailureKind};
use kit::{Made, comparator, found, input};

fn rule(at: &str, verb: Verb) -> Rule {
    Rule { case: None, at: at.to_owned(), verb, reason: None, origin: "parity.toml:7".to_owned() }
}

fn because(mut rule: Rule) -> Rule {
    rule.reason = Some("PROJ-12".to_owned());
    rule
}

fn check(rules: &[Rule], bodies: [&str; 2], expected: &[&str]) {
    let [reference, candidate] = bodies.map(Made::json);
    let result = comparator(rules).compare(&input(&reference, None, &candidate));
    assert_eq!(found(&result), expected, "{rules:?}");
    assert_eq!(result.status, CaseStatus::Compared);
}

#[test]
fn verbs_do_what_they_say() {
    let ignore = |at: &str| rule(at, Verb::Ignore);
    check(&[ignore("$.a")], [r#"{"a":1,"b":1}"#, r#"{"a":"x","b":2}"#], &["response-value $.b"]);
    check(&[ignore("$.a")], [r#"{"a":1,"b":1}"#, r#"{"b":1}"#], &[]);
    check(&[ignore("$.a")], [r#"{"b":1}"#, r#"{"a":1,"b":1}"#], &[]);
    check(&[ignore("$.a")], [r#"{"a":{"x":1,"y":[1]}}"#, r#"{"a":{"x":2,"y":[]}}"#], &[]);
    check(
        &[ignore("$.items[*].t")],
        [r#"{"items":[{"t":1,"n":1},{"t":2,"n":2}]}"#, r#"{"items":[{"t":9,"n":1},{"t":8,"n":3}]}"#],
        &["response-value $.items[1].n"],
    );
    check(&[ignore("$..t")], [r#"{"t":1,"a":[{"t":2}]}"#, r#"{"t":3,"a":[{"t":4}]}"#], &[]);
    check(&[ignore("body")], [r#"{"a":1}"#, "oops"], &[]);
    check(&[rule("$.a", Verb::Type)], [r#"{"a":1}"#, r#"{"a":2}"#], &[]);
    check(&[rule("$.a", Verb::Type)], [r#"{"a":1}"#, r#"{"a":"2"}"#], &["response-type $.a"]);
    check(&[rule("$.a", Verb::Type)], [r#"{"a":{"x":1}}"#, r#"{"a":{}}"#], &[]);
    check(&[rule("$.a", Verb::Format)], [r#"{"a":"2026-11-24"}"#, r#"{"a":"2025-01-02"}"#], &[]);
    check(
        &[rule("$.a", Verb::Format)],
        [r#"{"a":"2026-11-24"}"#, r#"{"a":"24.11.2026"}"#],
        &["response-format $.a [date-format]"],
    );
    check(&[rule("$.a", Verb::Format)], [r#"{"a":{"x":"a1","y":2}}"#, r#"{"a":{"x":"b2","y":3}}"#], &[]);
    check(&[rule("$.a", Verb::Unordered)], [r#"{"a":[1,2,3]}"#, r#"{"a":[3,1,2]}"#], &[]);
    check(
        &[rule("$.a", Verb::Unordered)],
        [r#"{"a":[1,2,3]}"#, r#"{"a":[3,1,4]}"#],
        &["response-value $.a[1]"],
    );
    check(&[rule("$", Verb::Unordered)], ["[1,2]", "[2,1]"], &[]);
    let near = |abs: f64, rel: f64| rule("$.a", Verb::Tolerance { abs, rel });
    check(&[near(0.1, 0.0)], [r#"{"a":1.0}"#, r#"{"a":1.1}"#], &[]);
    check(&[near(0.1, 0.0)], [r#"{"a":1.0}"#, r#"{"a":1.2}"#], &["response-value $.a"]);
    check(&[near(0.0, 0.01)], [r#"{"a":[100,200]}"#, r#"{"a":[101,203]}"#], &["response-value $.a[1]"]);
}

#[test]
fn the_most_specific_rule_wins() {
    let rules = [rule("$.a", Verb::Ignore), rule("$.a.keep", Verb::Format)];
    check(&rules, [r#"{"a":{"x":1,"keep":"12"}}"#, r#"{"a":{"x":2,"keep":"34"}}"#], &[]);
    check(
        &rules,
        [r#"{"a":{"x":1,"keep":"12"}}"#, r#"{"a":{"x":2,"keep":"ab"}}"#],
        &["response-format $.a.keep [shape]"],
    );
    let rules = [rule("$.*", Verb::Ignore), rule("$.b", Verb::Type)];
    check(&rules, [r#"{"a":1,"b":1}"#, r#"{"a":"1","b":"1"}"#], &["response-type $.b"]);
}

#[test]
fn rules_for_other_cases_do_nothing() {
    let mut other = rule("$.a", Verb::Ignore);
    other.case = Some(CaseGlob::new("other **"));
    check(&[other.clone()], [r#"{"a":1}"#, r#"{"a":2}"#], &["response-value $.a"]);
    other.case = Some(CaseGlob::new("suite GET /*"));
    check(&[other], [r#"{"a":1}"#, r#"{"a":2}"#], &[]);
}

#[test]
fn outcome_and_status_are_silenced_by_a_reason_only() {
    let (up, down, cut) =
        (Made::json("{}"), Made::json("{}").status(500), Made::failure(FailureKind::Closed));
    let compare =
        |rules: &[Rule], candidate: &Made| found(&comparator(rules).compare(&input(&up, None, candidate)));
    assert_eq!(compare(&[rule("status", Verb::Ignore)], &down), ["response-status status [class]"]);
    assert_eq!(compare(&[because(rule("status", Verb::Ignore))], &down), Vec::<String>::new());
    assert_eq!(compare(&[rule("outcome", Verb::Ignore)], &cut), ["response-outcome outcome [closed]"]);
    assert_eq!(compare(&[because(rule("outcome", Verb::Ignore))], &cut), Vec::<String>::new());
}

#[test]
fn headers_have_rules() {
    let with = |value: &str| Made::json("{}").header("x-a", value);
    let compare = |rules: &[Rule], l: &Made, r: &Made| found(&comparator(rules).compare(&input(l, None, r)));
    assert_eq!(
        compare(&[rule("header.X-A", Verb::Ignore)], &with("1"), &Made::json("{}")),
        Vec::<String>::new()
    );
    assert_eq!(compare(&[rule("header.x-a", Verb::Format)], &with("12"), &with("34")), Vec::<String>::new());
    assert_eq!(
        compare(&[rule("header.x-a", Verb::Format)], &with("12"), &with("ab")),
        ["response-header header.x-a [shape]"]
    );
    assert_eq!(
        compare(&[rule("header.x-a", Verb::Format)], &with("12"), &Made::json("{}")),
        ["response-header header.x-a [removed]"]
    );
}

#[test]
fn a_rule_beats_noise_and_lifts_instability() {
    let [reference, control, candidate] =
        [r#"{"a":1,"b":1}"#, r#"{"a":"x","b":1}"#, r#"{"a":null,"b":2}"#].map(Made::json);
    let result =
        comparator(&[rule("$.a", Verb::Ignore)]).compare(&input(&reference, Some(&control), &candidate));
    assert_eq!(result.status, CaseStatus::Compared);
    assert_eq!(found(&result), ["response-value $.b"]);
    assert_eq!(result.shape_only[0].why, "ignored by the rule at parity.toml:7");
}

#[test]
fn asserts_are_silenced_at_their_own_place_only() {
    let assert = r#"jsonpath "$.a" == 1"#;
    let (l, r) =
        (Made::json(r#"{"a":1}"#).assert(assert, true), Made::json(r#"{"a":2}"#).assert(assert, false));
    let compare = |rules: &[Rule]| found(&comparator(rules).compare(&input(&l, None, &r)));
    assert_eq!(compare(&[]), ["response-assert $.a", "response-value $.a"]);
    assert_eq!(compare(&[rule("$.a", Verb::Ignore)]), ["response-assert $.a"]);
    assert_eq!(compare(&[because(rule("$.a", Verb::Ignore))]), Vec::<String>::new());
}

#[test]
fn use_is_told_apart_from_absence() {
    let rules = [
        rule("$.a", Verb::Ignore),
        rule("$.gone", Verb::Ignore),
        rule("header.x-gone", Verb::Ignore),
        rule("status", Verb::Ignore),
    ];
    let unused = |l: &Made, r: &Made| {
        let mut comparator = comparator(&rules);
        comparator.compare(&input(l, None, r));
        comparator.unused_rules().into_iter().map(|rule| rule.at).collect::<Vec<_>>()
    };
    assert_eq!(unused(&Made::json(r#"{"a":1}"#), &Made::json(r#"{"a":2}"#)), ["$.gone", "header.x-gone"]);
    // Equal bytes are never parsed: whether the place is there is unknown.
    assert_eq!(unused(&Made::json(r#"{"a":1}"#), &Made::json(r#"{"a":1}"#)), ["header.x-gone"]);
    assert_eq!(comparator(&rules).unused_rules().len(), 4);
}

#[test]
fn authorities_are_masked_on_their_own_side() {
    let authority = |name: &str| Authority::new(name, []);
    let mut comparator = Comparator::new(
        "qa",
        &[],
        Authorities { reference: authority("localhost:4567"), candidate: authority("qa.example:8080") },
    );
    let page = |host: &str| {
        Made::json(&format!(r#"{{"next":"http://{host}/x?page=2"}}"#))
            .header("location", &format!("http://{host}/y"))
    };
    let result = comparator.compare(&input(&page("localhost:4567"), None, &page("qa.example:8080")));
    assert_eq!(found(&result), Vec::<String>::new());
    let result = comparator.compare(&input(&page("localhost:4567"), None, &page("other.example:8080")));
    assert_eq!(found(&result), ["response-header header.location [authority]", "response-value $.next"]);
}
