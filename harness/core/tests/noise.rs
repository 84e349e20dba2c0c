//! Noise is learned from the reference alone, excuses what differs by nature, and nothing beside it.

mod kit;

use envparity_core::{CaseResult, CaseStatus};
use envparity_model::{Code, FailureKind, NotSent, Outcome, Severity};
use kit::{Made, comparator, compare_controlled, found, input};
use serde_json::json;

fn silent(name: &str, bodies: [&str; 3]) -> CaseResult {
    let [reference, control, candidate] = bodies.map(Made::json);
    let result = compare_controlled(&reference, &control, &candidate);
    assert_eq!(found(&result), Vec::<String>::new(), "{name}");
    assert_eq!(result.status, CaseStatus::Compared, "{name}");
    result
}

fn loud(name: &str, bodies: [&str; 3], expected: &[&str]) {
    let [reference, control, candidate] = bodies.map(Made::json);
    assert_eq!(found(&compare_controlled(&reference, &control, &candidate)), expected, "{name}");
}

#[test]
fn values_that_differ_by_nature_are_noise() {
    let result = silent(
        "time and id",
        [
            r#"{"id":"0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11","at":"2026-11-24T09:58:01.123Z","n":1}"#,
            r#"{"id":"9b1d33aa-1111-4222-8333-444455556666","at":"2026-11-24T09:58:03.456Z","n":1}"#,
            r#"{"id":"12345678-1234-4234-8234-123456789012","at":"2026-11-24T09:58:01.789Z","n":1}"#,
        ],
    );
    let places: Vec<(&str, &str)> = result.noise.iter().map(|l| (l.at.as_str(), l.kind.as_str())).collect();
    assert_eq!(places, [("$.at", "value"), ("$.id", "value")]);
    assert_eq!(result.shape_only, result.noise);
    silent("shuffled", ["[1,2,3,4]", "[3,1,2,4]", "[4,3,2,1]"]);
    silent(
        "shuffled objects",
        [
            r#"[{"k":"a","v":1},{"k":"b","v":2},{"k":"c","v":3}]"#,
            r#"[{"k":"c","v":3},{"k":"b","v":2},{"k":"a","v":1}]"#,
            r#"[{"k":"b","v":2},{"k":"a","v":1},{"k":"c","v":3}]"#,
        ],
    );
    silent(
        "shuffled objects with times inside",
        [
            r#"[{"k":"a","t":"2026-11-24T09:58:01Z"},{"k":"b","t":"2026-11-24T09:58:01Z"},{"k":"c","t":"2026-11-24T09:58:01Z"}]"#,
            r#"[{"k":"c","t":"2026-11-24T09:58:03Z"},{"k":"b","t":"2026-11-24T09:58:03Z"},{"k":"a","t":"2026-11-24T09:58:03Z"}]"#,
            r#"[{"k":"b","t":"2026-11-24T09:58:02Z"},{"k":"a","t":"2026-11-24T09:58:02Z"},{"k":"c","t":"2026-11-24T09:58:02Z"}]"#,
        ],
    );
    silent("varying length", [r#"{"log":["a","b"]}"#, r#"{"log":["a","b","c"]}"#, r#"{"log":["a"]}"#]);
    silent(
        "keys by nature",
        [
            r#"{"0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11":{"n":1},"9b1d33aa-1111-4222-8333-444455556666":{"n":1}}"#,
            r#"{"11111111-3f60-4f0e-9a52-6a2f1c7c1b11":{"n":1},"22222222-1111-4222-8333-444455556666":{"n":1}}"#,
            r#"{"33333333-3f60-4f0e-9a52-6a2f1c7c1b11":{"n":1},"44444444-1111-4222-8333-444455556666":{"n":1}}"#,
        ],
    );
    silent(
        "optional fields in a random list",
        [r#"[{"id":1,"sale":2},{"id":2}]"#, r#"[{"id":5},{"id":6,"sale":1}]"#, r#"[{"id":7},{"id":8}]"#],
    );
}

#[test]
fn a_drift_beside_the_noise_is_found() {
    loud(
        "value",
        [
            r#"{"at":"2026-11-24T09:58:01Z","n":1}"#,
            r#"{"at":"2026-11-24T09:58:03Z","n":1}"#,
            r#"{"at":"2026-11-24T09:58:02Z","n":2}"#,
        ],
        &["response-value $.n"],
    );
    loud(
        "in a shuffled list",
        [
            r#"[{"k":"a","v":1},{"k":"b","v":2},{"k":"c","v":3}]"#,
            r#"[{"k":"c","v":3},{"k":"b","v":2},{"k":"a","v":1}]"#,
            r#"[{"k":"b","v":2},{"k":"c","v":9},{"k":"a","v":1}]"#,
        ],
        &["response-value $[2].v"],
    );
    loud(
        "a member of a shuffled set",
        [r#"["x","y","z"]"#, r#"["z","x","y"]"#, r#"["y","z","w"]"#],
        &["response-value $[0]"],
    );
    loud("length of a shuffled list", ["[1,2,3]", "[3,1,2]", "[2,1]"], &["response-length $ [shorter]"]);
    loud("type of noise", [r#"{"n":1.5}"#, r#"{"n":1.7}"#, r#"{"n":"1.6"}"#], &["response-type $.n"]);
    loud("null for noise", [r#"{"n":1.5}"#, r#"{"n":1.7}"#, r#"{"n":null}"#], &["response-type $.n [null]"]);
    loud(
        "form of noise",
        [
            r#"{"at":"2026-11-24T09:58:01Z"}"#,
            r#"{"at":"2026-11-24T09:58:03Z"}"#,
            r#"{"at":"24/11/2026 09:58"}"#,
        ],
        &["response-format $.at [date-format]"],
    );
    loud(
        "presence of noise",
        [r#"{"n":1,"m":1}"#, r#"{"n":2,"m":1}"#, r#"{"m":1}"#],
        &["response-field-removed $.n"],
    );
    loud(
        "integers become decimals",
        [r#"{"n":11}"#, r#"{"n":22}"#, r#"{"n":1.5}"#],
        &["response-format $.n [lexeme]"],
    );
    loud(
        "keys of another form",
        [
            r#"{"0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11":1}"#,
            r#"{"9b1d33aa-1111-4222-8333-444455556666":1}"#,
            r#"{"17":1}"#,
        ],
        &["response-format $ [shape]"],
    );
    loud(
        "a word of a message",
        [
            r#"{"m":"request 83af91 failed"}"#,
            r#"{"m":"request 77bc02 failed"}"#,
            r#"{"m":"request 11aa22 passed"}"#,
        ],
        &["response-value $.m"],
    );
}

#[test]
fn what_never_is_noise_is_inconclusive() {
    let status = |result: &CaseResult| matches!(result.status, CaseStatus::Inconclusive(_));
    let check = |name: &str, reference: Made, control: Made| {
        let result = compare_controlled(&reference, &control, &reference.clone());
        let other = compare_controlled(&reference, &control, &Made::json(r#"{"unlike":1}"#));
        assert!(status(&result) || status(&other), "{name}: {result:?}");
    };
    let json = |text: &str| Made::json(text);
    check("status", json("{}"), json("{}").status(201));
    check("outcome", json("{}"), Made::failure(FailureKind::Closed));
    check("media type", json("{}"), Made::text("{}"));
    check("assert", json("{}").assert("status == 200", true), json("{}").assert("status == 200", false));
    check("type", json(r#"{"a":1}"#), json(r#"{"a":"1"}"#));
    check("presence", json(r#"{"a":1}"#), json("{}"));
    check("json or not", json(r#"{"a":1}"#), json("oops"));
    let missing = Outcome::NotSent(NotSent::Missing { variable: "id".into(), because: None });
    check("not asked again", json("{}"), Made::outcome(missing));
}

#[test]
fn what_is_certain_beside_the_unstable_is_still_told() {
    let [reference, control, candidate] =
        [r#"{"a":1,"b":1}"#, r#"{"a":"x","b":1}"#, r#"{"a":true,"b":2}"#].map(Made::json);
    let result = compare_controlled(&reference, &control, &candidate);
    assert!(matches!(&result.status, CaseStatus::Inconclusive(why) if why.contains("$.a")));
    assert_eq!(found(&result), ["response-value $.b"]);
}

#[test]
fn headers_can_be_noise_by_name() {
    let with = |limit: &str, total: &str| Made::json("{}").header("x-limit", limit).header("x-total", total);
    let result = compare_controlled(&with("58", "12"), &with("59", "12"), &with("60", "13"));
    assert_eq!(found(&result), ["response-header header.x-total [value]"]);
    assert_eq!(result.noise[0].at, "header.x-limit");
    let result = compare_controlled(&with("58", "12"), &with("59", "12"), &with("none", "12"));
    assert_eq!(found(&result), ["response-header header.x-limit [shape]"]);
    let result =
        compare_controlled(&with("58", "12"), &with("59", "12"), &Made::json("{}").header("x-total", "12"));
    assert_eq!(found(&result), ["response-header header.x-limit [removed]"]);
    let cookie = |value: &str| Made::json("{}").header("set-cookie", &format!("sid={value}; Path=/"));
    let result = compare_controlled(
        &cookie("d41d8cd98f00b204e9800998ecf8427e"),
        &cookie("0cc175b9c0f1b6a831c399e269772661"),
        &cookie("92eb5ffee6ae2fec3ad71c777531578f"),
    );
    assert_eq!(found(&result), Vec::<String>::new());
}

#[test]
fn text_noise_is_learned_by_line() {
    let page = |time: &str, pid: &str, state: &str| {
        Made::text(&format!("status page\ntime {time}\npid {pid}\nstate {state}\n"))
    };
    let (reference, control) =
        (page("2026-11-24T09:58:01Z", "17", "ok"), page("2026-11-24T09:58:03Z", "1894", "ok"));
    assert_eq!(
        found(&compare_controlled(&reference, &control, &page("2026-11-24T09:58:05Z", "3", "ok"))),
        Vec::<String>::new()
    );
    assert_eq!(
        found(&compare_controlled(&reference, &control, &page("2026-11-24T09:58:05Z", "3", "bad"))),
        ["response-value body"]
    );
    assert_eq!(
        found(&compare_controlled(&reference, &control, &page("24 November", "3", "ok"))),
        ["response-format body [shape]"]
    );
}

#[test]
fn captured_values_become_symbols() {
    let mut comparator = comparator(&[]);
    let created = |id: &str| Made::json(&format!(r#"{{"id":"{id}","n":1}}"#)).capture("id", json!(id));
    let (r, k, c) = (created("aaaaaaaa-1"), created("bbbbbbbb-2"), created("cccccccc-3"));
    let result = comparator.compare(&input(&r, Some(&k), &c));
    assert_eq!(found(&result), Vec::<String>::new());
    assert_eq!(result.noise, []);
    assert_eq!((result.shape_only[0].at.as_str(), result.shape_only[0].kind.as_str()), ("$.id", "symbol"));
    // Later: the symbol in a body, in a path, in a text; and one that the candidate gets wrong.
    let later = |id: &str, other: &str| {
        Made::json(&format!(
            r#"{{"id":"{id}","url":"/activity/{id}/x","text":"made {id}.","other":"{other}"}}"#
        ))
    };
    let result = comparator.compare(&input(
        &later("aaaaaaaa-1", "s"),
        Some(&later("bbbbbbbb-2", "s")),
        &later("cccccccc-3", "s"),
    ));
    assert_eq!(found(&result), Vec::<String>::new());
    let wrong = Made::json(
        r#"{"id":"dddddddd-4","url":"/activity/cccccccc-3/x","text":"made cccccccc-3.","other":"s"}"#,
    );
    let result =
        comparator.compare(&input(&later("aaaaaaaa-1", "s"), Some(&later("bbbbbbbb-2", "s")), &wrong));
    assert_eq!(found(&result), ["response-value $.id [symbol]"]);
    // A value of the same text that is stable on the reference is no symbol.
    let result = comparator.compare(&input(
        &later("aaaaaaaa-1", "aaaaaaaa-1"),
        Some(&later("bbbbbbbb-2", "aaaaaaaa-1")),
        &later("cccccccc-3", "cccccccc-3"),
    ));
    assert_eq!(found(&result), ["response-value $.other"]);
}

#[test]
fn a_captured_value_that_the_reference_repeats_is_compared() {
    let created = |id: u32| Made::json(&format!(r#"{{"id":{id}}}"#)).capture("id", json!(id));
    let result = comparator(&[]).compare(&input(&created(1), Some(&created(1)), &created(57)));
    assert_eq!(found(&result), ["response-value $.id"]);
    let result = comparator(&[]).compare(&input(&created(1), None, &created(57)));
    assert_eq!(found(&result), ["response-value $.id"]);
}

#[test]
fn a_symbol_of_another_type_or_form_is_drift() {
    let of =
        |raw: &str, value: serde_json::Value| Made::json(&format!(r#"{{"id":{raw}}}"#)).capture("id", value);
    let (r, k) = (of("17", json!(17)), of("18", json!(18)));
    let result = comparator(&[]).compare(&input(&r, Some(&k), &of("\"19\"", json!("19"))));
    assert_eq!(found(&result), ["response-type $.id"]);
    let uuid = |text: &str| of(&format!("\"{text}\""), json!(text));
    let (r, k) = (uuid("0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11"), uuid("9b1d33aa-1111-4222-8333-444455556666"));
    let result = comparator(&[]).compare(&input(&r, Some(&k), &uuid("1795514281")));
    assert_eq!(found(&result), ["response-format $.id [shape]"]);
}

#[test]
fn a_candidate_that_differs_from_itself_is_unstable() {
    let mut case = input(
        Box::leak(Box::new(Made::json(r#"{"a":1,"b":1}"#))),
        None,
        Box::leak(Box::new(Made::json(r#"{"a":2,"b":2}"#))),
    );
    let (control, resample) = (Made::json(r#"{"a":1,"b":1}"#), Made::json(r#"{"a":3,"b":2}"#));
    case.control = Some(control.side());
    assert!(envparity_core::needs_resample(&comparator(&[]).compare(&case)));
    case.resample = Some(resample.side());
    let result = comparator(&[]).compare(&case);
    assert_eq!(found(&result), ["response-value $.b", "unstable $.a [response-value]"]);
    let shaky = result.drifts.iter().find(|d| d.code == Code::Unstable).expect("unstable");
    assert!(shaky.unstable && shaky.severity == Severity::Major);
    // A status that comes and goes is no less than critical.
    let (down, up) = (Made::json("{}").status(500), Made::json("{}"));
    let mut case = input(&up, Some(&up), &down);
    case.resample = Some(up.side());
    let result = comparator(&[]).compare(&case);
    assert_eq!(found(&result), ["unstable status [response-status]"]);
    assert_eq!(result.drifts[0].severity, Severity::Critical);
}

#[test]
fn a_value_that_few_of_many_samples_show_is_told_and_no_more() {
    let (usual, rare, other) = (Made::json(r#"{"n":4}"#), Made::json(r#"{"n":5}"#), Made::json(r#"{"n":6}"#));
    let judged = |later: &[_]| {
        let mut case = input(&usual, Some(&usual), &rare);
        (case.resample, case.later) = (Some(usual.side()), later);
        let result = comparator(&[]).compare(&case);
        assert!(envparity_core::needs_more(&result));
        assert_eq!(found(&result), ["unstable $.n [response-value]"]);
        result.drifts[0].severity
    };
    assert_eq!(judged(&[usual.side(), usual.side()]), Severity::Major, "too few");
    assert_eq!(judged(&[usual.side(), other.side(), other.side()]), Severity::Major, "it comes and goes");
    assert_eq!(judged(&[usual.side(), usual.side(), usual.side()]), Severity::Info);
    // What is there or not, and of which type, never differs by nature.
    let gone = Made::json("{}");
    let mut case = input(&usual, Some(&usual), &gone);
    let later = [usual.side(), usual.side(), usual.side()];
    (case.resample, case.later) = (Some(usual.side()), &later);
    assert_eq!(comparator(&[]).compare(&case).drifts[0].severity, Severity::Major);
    // Lines of a text are told apart.
    let text = |n: u8, m: u8| Made::text(&format!("a 1\nn {n}\nb 2\nm {m}\n"));
    let [plain, one, two] = [text(0, 0), text(1, 0), text(0, 1)];
    let mut case = input(&plain, Some(&plain), &one);
    let later = [plain.side(), two.side(), plain.side()];
    (case.resample, case.later) = (Some(plain.side()), &later);
    assert_eq!(comparator(&[]).compare(&case).drifts[0].severity, Severity::Info);
}

#[test]
fn a_third_sample_sees_through_chance() {
    let [a, b] = [r#"["x","y"]"#, r#"["y","x"]"#].map(Made::json);
    let by_chance = comparator(&[]).compare(&input(&a, Some(&a), &b));
    assert_eq!(found(&by_chance), ["response-order $"]);
    let rechecked = comparator(&[]).compare_rechecked(&input(&a, Some(&a), &b), Some(b.side()));
    assert_eq!(found(&rechecked), Vec::<String>::new());
}

#[test]
fn cut_bodies_prove_nothing() {
    let (cut, other) = (Made::json("[1,2").truncated(), Made::json("[1,3").truncated());
    let result = compare_controlled(&cut, &cut, &cut);
    assert!(matches!(result.status, CaseStatus::Inconclusive(_)) && result.drifts.is_empty());
    let result = compare_controlled(&cut, &cut, &other);
    assert!(matches!(result.status, CaseStatus::Inconclusive(_)));
    assert_eq!(found(&result), ["response-value body [truncated]"]);
    // A body that the recording lost is no equal body.
    let mut lost = Made::json("{}");
    lost.body = Vec::new();
    let result = compare_controlled(&lost, &lost, &Made::json("[]"));
    assert!(matches!(result.status, CaseStatus::Inconclusive(_)));
}
