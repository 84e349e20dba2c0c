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

fn text(text: &str) -> String {
    text.to_owned()
}

#[test]
fn texts_by_rule() {
    let regex = |pattern: &str| rule("$.a", Verb::Regex { pattern: text(pattern) });
    check(&[regex("v[0-9]+")], [r#"{"a":"v1"}"#, r#"{"a":"v23"}"#], &[]);
    check(&[regex("v[0-9]+")], [r#"{"a":"v1"}"#, r#"{"a":"v23x"}"#], &["response-value $.a"]);
    check(&[regex("a|ab")], [r#"{"a":"a"}"#, r#"{"a":"ab"}"#], &[]);
    check(&[regex("[0-9]+")], [r#"{"a":1}"#, r#"{"a":"2"}"#], &["response-type $.a"]);
    check(&[regex("[0-9]+")], [r#"{"a":[1,2]}"#, r#"{"a":[3,-4]}"#], &["response-value $.a[1]"]);

    let round = |digits| rule("$.a", Verb::Round { digits });
    check(&[round(1)], [r#"{"a":0.31}"#, r#"{"a":0.30000000000000004}"#], &[]);
    check(&[round(1)], [r#"{"a":0.31}"#, r#"{"a":0.36}"#], &["response-value $.a"]);
    check(&[round(0)], [r#"{"a":1.0}"#, r#"{"a":1}"#], &[]);
    check(&[round(0)], [r#"{"a":"x"}"#, r#"{"a":"y"}"#], &["response-value $.a"]);

    let replace = |at: &str, pattern: &str, with: &str| {
        rule(at, Verb::Replace { pattern: text(pattern), with: text(with) })
    };
    check(&[replace("$.a", "[0-9a-f]{4}", "ID")], [r#"{"a":"x 12ab y"}"#, r#"{"a":"x ffff y"}"#], &[]);
    check(
        &[replace("$.a", "[0-9a-f]{4}", "ID")],
        [r#"{"a":"x 12ab y"}"#, r#"{"a":"x ffff z"}"#],
        &["response-value $.a"],
    );
    check(&[replace("$", "/v[0-9]/(.)", "/$1")], [r#"["/v1/a"]"#, r#"["/v2/a"]"#], &[]);
    let result = comparator(&[replace("body", "at [0-9:]+", "")]).compare(&input(
        &Made::text("built at 10:22"),
        None,
        &Made::text("built at 11:00"),
    ));
    assert_eq!(found(&result), Vec::<String>::new());
    assert_eq!(result.shape_only[0].why, "equal once replaced by the rule at parity.toml:7");

    // A text that is a number is within a distance, too.
    let near = rule("$.a", Verb::Tolerance { abs: 0.5, rel: 0.0 });
    check(&[near], [r#"{"a":"1.0"}"#, r#"{"a":"1.25"}"#], &[]);
}

#[test]
fn only_compares_nothing_else() {
    let only = |at: &str| rule(at, Verb::Only);
    let bodies = [r#"{"a":{"b":1,"c":1},"d":1}"#, r#"{"a":{"b":2,"c":2},"d":2,"e":1}"#];
    check(&[only("$.a.b")], bodies, &["response-value $.a.b"]);
    check(&[only("$.a.b"), only("$.d")], bodies, &["response-value $.a.b", "response-value $.d"]);
    // What is to be compared and has gone is missed, wherever it went from.
    check(&[only("$.a.b")], [r#"{"a":{"b":1}}"#, r#"{"a":null}"#], &["response-field-removed $.a.b"]);
    check(&[only("$.a.b")], [r#"{"a":{"b":1}}"#, "{}"], &["response-field-removed $.a.b"]);
    check(&[only("$.a.b")], ["{}", r#"{"a":{"b":1}}"#], &["response-field-added $.a.b"]);
    check(
        &[only("$.items[*].id")],
        [r#"{"items":[{"id":1,"t":1},{"id":2,"t":1}]}"#, r#"{"items":[{"id":1,"t":2},{"id":3,"t":2}]}"#],
        &["response-value $.items[1].id"],
    );
    check(
        &[only("$.items[*].id")],
        [r#"{"items":[{"id":1},{"id":2}]}"#, r#"{"items":[{"id":1}]}"#],
        &["response-length $.items [shorter]"],
    );
    let with = |a: &str, b: &str| Made::json("{}").header("x-a", a).header("x-b", b);
    let result = comparator(&[only("header.x-a")]).compare(&input(&with("1", "1"), None, &with("2", "2")));
    assert_eq!(found(&result), ["response-header header.x-a [value]"]);
    assert!(result.shape_only.iter().any(|l| l.at == "header.x-b"));
}

#[test]
fn shapes_are_fields_and_types() {
    let shape = || [rule("$.a", Verb::Shape)];
    check(&shape(), [r#"{"a":{"x":1,"y":["p"]}}"#, r#"{"a":{"x":2,"y":["q","r"]}}"#], &[]);
    check(&shape(), [r#"{"a":{"x":1}}"#, r#"{"a":{"x":"1"}}"#], &["response-type $.a.x"]);
    check(
        &shape(),
        [r#"{"a":{"x":1}}"#, r#"{"a":{"y":1}}"#],
        &["response-field-added $.a.y", "response-field-removed $.a.x"],
    );
    check(
        &shape(),
        [r#"{"a":[{"x":1}]}"#, r#"{"a":[{"x":1},{"x":2},{}]}"#],
        &["response-field-removed $.a[2].x"],
    );
    check(&shape(), [r#"{"a":[{"x":1},{}]}"#, r#"{"a":[{"x":1},{"x":2}]}"#], &[]);
    check(&shape(), [r#"{"a":[]}"#, r#"{"a":[1]}"#], &[]);
    check(&shape(), [r#"{"a":[1]}"#, r#"{"a":[1,"2"]}"#], &["response-type $.a[1]"]);
}

#[test]
fn lists_by_rule() {
    let set = || [rule("$.a", Verb::Set)];
    check(&set(), [r#"{"a":[1,2,2]}"#, r#"{"a":[2,1]}"#], &[]);
    check(&set(), [r#"{"a":[1,2]}"#, r#"{"a":[2,1,3]}"#], &["response-length $.a [longer]"]);
    check(&set(), [r#"{"a":[1,2,2]}"#, r#"{"a":[2,3]}"#], &["response-value $.a[0]"]);
    let key = |by: &[&str]| [rule("$.a", Verb::Key { by: by.iter().map(|name| text(name)).collect() })];
    let items = r#"{"a":[{"k":1,"v":1},{"k":2,"v":2},{"k":3,"v":3}]}"#;
    check(&key(&["k"]), [items, r#"{"a":[{"k":3,"v":3},{"k":1,"v":1},{"k":2,"v":2}]}"#], &[]);
    check(
        &key(&["k"]),
        [items, r#"{"a":[{"k":3,"v":3},{"k":2,"v":9},{"k":1,"v":1}]}"#],
        &["response-value $.a[1].v"],
    );
    check(
        &key(&["k"]),
        [items, r#"{"a":[{"k":1,"v":1},{"k":3,"v":3}]}"#],
        &["response-field-removed $.a[1]"],
    );
    check(
        &key(&["k"]),
        [items, r#"{"a":[{"k":1,"v":1},{"k":7,"v":2},{"k":3,"v":3}]}"#],
        &["response-field-added $.a[1]", "response-field-removed $.a[1]"],
    );
    check(
        &key(&["k", "l"]),
        [
            r#"{"a":[{"k":1,"l":1,"v":1},{"k":1,"l":2,"v":2}]}"#,
            r#"{"a":[{"k":1,"l":2,"v":2},{"k":1,"l":1,"v":3}]}"#,
        ],
        &["response-value $.a[0].v"],
    );
    // Items without the key are paired in turn.
    check(
        &key(&["k"]),
        [r#"{"a":[{"v":1},{"k":1}]}"#, r#"{"a":[{"k":1},{"v":2}]}"#],
        &["response-value $.a[0].v"],
    );
    let map = || [rule("$.a", Verb::MapKeys)];
    check(&map(), [r#"{"a":{"u1":{"n":1},"u2":{"n":2}}}"#, r#"{"a":{"u7":{"n":2},"u8":{"n":1}}}"#], &[]);
    check(
        &map(),
        [r#"{"a":{"u1":{"n":1},"u2":{"n":2}}}"#, r#"{"a":{"u7":{"n":2},"u8":{"n":3}}}"#],
        &["response-value $.a.*.n"],
    );
    check(&map(), [r#"{"a":{"u1":1}}"#, r#"{"a":{"u1":1,"u2":1}}"#], &["response-length $.a [longer]"]);
    check(&map(), [r#"{"a":{"u1":1}}"#, r#"{"a":{"x-1":1}}"#], &["response-format $.a [shape]"]);
    // Order is free, and what is near belongs together.
    let near = || [rule("$.a", Verb::Unordered), rule("$.a", Verb::Tolerance { abs: 0.1, rel: 0.0 })];
    check(&near(), [r#"{"a":[1.0,5.0,3.0]}"#, r#"{"a":[5.01,3.02,1.01]}"#], &[]);
    check(&near(), [r#"{"a":[1.0,5.0,3.0]}"#, r#"{"a":[5.01,3.02,1.2]}"#], &["response-value $.a[0]"]);
}

#[test]
fn captures_stand_in_for_values() {
    let same = |at: &str| rule(at, Verb::SameAsCapture { capture: text("id") });
    let made = |id: &str, shown: &str| {
        Made::json(&format!(r#"{{"self":"/x/{shown}"}}"#))
            .header("location", &format!("/x/{shown}"))
            .capture("id", serde_json::json!(id))
    };
    let compare = |l: &Made, r: &Made| {
        found(&comparator(&[same("$.self"), same("header.location")]).compare(&input(l, None, r)))
    };
    assert_eq!(compare(&made("17", "17"), &made("18", "18")), Vec::<String>::new());
    assert_eq!(
        compare(&made("17", "17"), &made("18", "17x")),
        ["response-header header.location [value]", "response-value $.self"]
    );
}

#[test]
fn a_rule_beats_noise() {
    let compare = |rules: &[Rule], bodies: [&str; 3]| {
        let [reference, control, candidate] = bodies.map(Made::json);
        found(&comparator(rules).compare(&input(&reference, Some(&control), &candidate)))
    };
    let near = [rule("$.a", Verb::Tolerance { abs: 1.0, rel: 0.0 })];
    let noisy = [r#"{"a":10}"#, r#"{"a":90}"#, r#"{"a":50}"#];
    assert_eq!(compare(&[], noisy), Vec::<String>::new());
    assert_eq!(compare(&near, noisy), ["response-value $.a"]);
    // Lists that vary on the reference vary under a key, too.
    let key = [rule("$", Verb::Key { by: vec![text("k")] })];
    assert_eq!(
        compare(&key, [r#"[{"k":1}]"#, r#"[{"k":1},{"k":2}]"#, r#"[{"k":1},{"k":3}]"#]),
        Vec::<String>::new()
    );
}

#[test]
fn what_a_rule_hides_is_listed() {
    let listed = |rules: &[Rule], bodies: [&str; 2]| {
        let [reference, candidate] = bodies.map(Made::json);
        let result = comparator(rules).compare(&input(&reference, None, &candidate));
        assert_eq!(found(&result), Vec::<String>::new(), "{rules:?}");
        result.shape_only.into_iter().map(|l| format!("{} {}", l.at, l.why)).collect::<Vec<_>>()
    };
    let at = "by the rule at parity.toml:7";
    let (one, two) = (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#);
    for (rule, bodies, expected) in [
        (rule("$.a", Verb::Ignore), [one, "{}"], format!("$.a ignored {at}")),
        (rule("$.a", Verb::Ignore), [one, r#"{"a":null}"#], format!("$.a ignored {at}")),
        (rule("$.b", Verb::Only), [one, "{}"], format!("$.a ignored {at}")),
        (rule("$.a", Verb::Type), [one, two], format!("$.a compared by its type {at}")),
        (rule("$.a", Verb::Shape), [one, two], format!("$.a[*] compared by its type {at}")),
        (
            rule("$.a", Verb::Format),
            [one, r#"{"a":[3,2]}"#],
            format!("$.a[*] compared by type and form {at}"),
        ),
        (rule("$.a", Verb::Unordered), [one, two], format!("$.a the order does not count, {at}")),
        (rule("$.a", Verb::Round { digits: 0 }), [one, r#"{"a":[1.2,2]}"#], format!("$.a[*] rounded {at}")),
    ] {
        assert_eq!(listed(&[rule], bodies), [expected]);
    }
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
    let round = rule("header.x-a", Verb::Round { digits: 0 });
    assert_eq!(compare(std::slice::from_ref(&round), &with("1.2"), &with("1.4")), Vec::<String>::new());
    assert_eq!(compare(&[round], &with("1.2"), &with("1.6")), ["response-header header.x-a [value]"]);
    let lower = Verb::Replace { pattern: "b[0-9]+".to_owned(), with: "b".to_owned() };
    assert_eq!(compare(&[rule("header.x-*", lower)], &with("b1 c"), &with("b2 c")), Vec::<String>::new());
    assert_eq!(
        compare(
            &[rule("header.x-*", Verb::Ignore), rule("header.x-a", Verb::Format)],
            &with("1"),
            &with("x")
        ),
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
