//! Laws of the comparison, over documents of every shape.

mod kit;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use envparity_config::{Rule, Verb};
use envparity_core::CaseResult;
use envparity_model::Severity;
use kit::{Made, compare, compare_controlled, found};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Documents with lists of alike objects, as services answer them.
fn document() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..50i64).prop_map(Value::from),
        (0..50u32).prop_map(|n| json!(f64::from(n) + 0.5)),
        "[a-z]{0,4}".prop_map(Value::from),
        Just(json!("2026-11-24T09:58:01Z")),
        Just(json!("0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11")),
    ];
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("[a-e]", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn made(value: &Value) -> Made {
    Made::json(&json!({ "body": value }).to_string())
}

/// Changes some scalars, each to another of its type, by a stream of random numbers.
fn shake(value: &Value, seeds: &mut impl Iterator<Item = u32>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| shake(item, seeds)).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), shake(value, seeds))).collect(),
        Value::Number(number) if seeds.next().is_some_and(|s| s % 3 == 0) => {
            json!(number.as_f64().unwrap_or_default() + 100.0)
        }
        Value::String(text) if !text.is_empty() && seeds.next().is_some_and(|s| s % 3 == 0) => {
            json!(format!("{text}x"))
        }
        other => other.clone(),
    }
}

fn loud(result: &CaseResult) -> BTreeSet<(String, String)> {
    let loud = result.drifts.iter().filter(|d| d.severity > Severity::Info);
    let bare = |at: &str| at.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    loud.map(|d| (d.code.name().to_owned(), bare(d.at.as_deref().unwrap_or_default()))).collect()
}

/// Every place of a document, rendered, with a pointer to it.
fn places(value: &Value, at: &str, pointer: &str, out: &mut Vec<(String, String)>) {
    out.push((at.to_owned(), pointer.to_owned()));
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                places(value, &format!("{at}.{key}"), &format!("{pointer}/{key}"), out);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}[{index}]"), &format!("{pointer}/{index}"), out);
            }
        }
        _ => {}
    }
}

/// One change at one place, with what must be found.
fn mutate(value: &mut Value, at: &str, how: usize) -> String {
    let found = |code: &str, at: &str| format!("response-{code} {at}");
    match (value, how % 3) {
        (Value::Object(map), 0) => {
            map.insert("new".to_owned(), json!([1]));
            found("field-added", &format!("{at}.new"))
        }
        (Value::Object(map), 1) if !map.is_empty() => {
            let key = map.keys().next().cloned().unwrap_or_default();
            map.remove(&key);
            found("field-removed", &format!("{at}.{key}"))
        }
        (Value::Array(items), 0) => {
            items.push(json!("new item"));
            format!("{} [longer]", found("length", at))
        }
        (Value::Array(items), 1) if !items.is_empty() => {
            items.remove(how % items.len());
            format!("{} [shorter]", found("length", at))
        }
        (Value::Number(number), 0) => {
            *number = serde_json::Number::from(number.as_f64().unwrap_or_default() as i64 + 7_777);
            found("value", at)
        }
        (Value::String(text), 0) => {
            text.push_str("zq");
            found("value", at)
        }
        (Value::Bool(held), 0) => {
            *held = !*held;
            found("value", at)
        }
        (value, _) => {
            let null = value.is_null();
            *value = if null { json!(17) } else { Value::Null };
            format!("{} [null]", found("type", at))
        }
    }
}

/// The same document with its keys turned round, escaped and spread out.
fn rewrite(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            out.push_str("{ ");
            for (at, (key, value)) in map.iter().rev().enumerate() {
                out.push_str(if at > 0 { " ,\n" } else { "" });
                out.push('"');
                key.chars().for_each(|c| write!(out, "\\u{:04X}", u32::from(c)).expect("text"));
                out.push_str("\" : ");
                rewrite(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { " , " } else { "" });
                rewrite(item, out);
            }
            out.push_str(" ]");
        }
        Value::String(text) => {
            out.push('"');
            text.chars().for_each(|c| write!(out, "\\u{:04x}", u32::from(c)).expect("text"));
            out.push('"');
        }
        other => out.push_str(&other.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself(value in document()) {
        prop_assert!(compare(&made(&value), &made(&value)).drifts.is_empty());
        let result = compare_controlled(&made(&value), &made(&value), &made(&value));
        prop_assert!(result.drifts.is_empty() && result.noise.is_empty());
    }

    #[test]
    fn another_writing_is_the_same(value in document()) {
        let mut text = String::from("{\"body\":");
        rewrite(&value, &mut text);
        text.push('}');
        let result = compare(&made(&value), &Made::json(&text));
        prop_assert!(loud(&result).is_empty(), "{result:?}");
    }

    #[test]
    fn two_documents_differ_or_are_equal(left in document(), right in document()) {
        let result = compare(&made(&left), &made(&right));
        prop_assert_eq!(loud(&result).is_empty(), left == right, "{:?}", found(&result));
        let back = compare(&made(&right), &made(&left));
        prop_assert_eq!(loud(&back).is_empty(), left == right, "{:?}", found(&back));
    }

    #[test]
    fn one_change_is_one_drift_at_its_place(value in document(), which in any::<prop::sample::Index>(), how in 0..30usize) {
        let mut list = Vec::new();
        places(&value, "$.body", "", &mut list);
        let (at, pointer) = which.get(&list);
        let mut changed = value.clone();
        let expected = mutate(changed.pointer_mut(pointer).expect("a place"), at, how);
        let result = compare(&made(&value), &made(&changed));
        prop_assert_eq!(found(&result), vec![expected], "{} {}", value, changed);
    }

    #[test]
    fn one_change_beside_noise_is_found(
        value in document(),
        seeds in proptest::collection::vec(any::<u32>(), 64),
        which in any::<prop::sample::Index>(),
        how in 0..30usize,
    ) {
        let control = shake(&value, &mut seeds.into_iter());
        let mut list = Vec::new();
        places(&control, "$.body", "", &mut list);
        let (at, pointer) = which.get(&list);
        let mut changed = control.clone();
        let expected = mutate(changed.pointer_mut(pointer).expect("a place"), at, how);
        let result = compare_controlled(&made(&value), &made(&control), &made(&changed));
        let bare = |text: &str| text.chars().filter(|c| !c.is_ascii_digit() && *c != '*').collect::<String>();
        let at = bare(at);
        // At a place that is noise itself, or in a list of noise, the change may be one of form only.
        let noisy = result.noise.iter().any(|n| bare(&n.at) == at || (at.ends_with("[]") && bare(&n.at).starts_with(&at)));
        let known = found(&result).iter().any(|f| bare(f) == bare(&expected));
        prop_assert!(known || noisy, "{:?} {expected}\n{value}\n{control}\n{changed}", found(&result));
    }

    #[test]
    fn what_the_reference_shows_itself_is_no_drift(value in document(), seeds in proptest::collection::vec(any::<u32>(), 64)) {
        // The candidate shows what the control shows.
        let control = shake(&value, &mut seeds.into_iter());
        let result = compare_controlled(&made(&value), &made(&control), &made(&control));
        prop_assert!(loud(&result).is_empty(), "{:?} {:?}", found(&result), result.noise);
    }

    #[test]
    fn more_noise_never_adds_findings(
        value in document(),
        other in document(),
        seeds in proptest::collection::vec(any::<u32>(), 64),
        more in proptest::collection::vec(any::<u32>(), 64),
        mix in any::<bool>(),
    ) {
        let candidate = if mix { shake(&value, &mut more.clone().into_iter()) } else { other };
        let control = shake(&value, &mut seeds.into_iter());
        let quiet = compare_controlled(&made(&value), &made(&value), &made(&candidate));
        let noisy = compare_controlled(&made(&value), &made(&control), &made(&candidate));
        let places = |r: &CaseResult| loud(r).into_iter().map(|(_, at)| at).collect::<BTreeSet<_>>();
        let (quiet_places, noisy_places) = (places(&quiet), places(&noisy));
        // Items may be lined up in another way; what is found then lies at, above or below what was found before.
        let is_known = |at: &String| quiet_places.iter().any(|q| at.starts_with(q.as_str()) || q.starts_with(at.as_str()));
        let fewer = !mix || noisy_places.len() <= quiet_places.len();
        let known = noisy_places.iter().all(is_known) && fewer;
        prop_assert!(known, "{noisy_places:?} {quiet_places:?}\n{value}\n{control}\n{candidate}");
    }

    #[test]
    fn what_is_found_is_found_from_either_side(value in document(), which in any::<prop::sample::Index>(), how in 0..30usize) {
        let mut list = Vec::new();
        places(&value, "$.body", "", &mut list);
        let (at, pointer) = which.get(&list);
        let mut changed = value.clone();
        mutate(changed.pointer_mut(pointer).expect("a place"), at, how);
        let turned = |code: &str| match code {
            "response-field-added" => "response-field-removed".to_owned(),
            "response-field-removed" => "response-field-added".to_owned(),
            code => code.to_owned(),
        };
        let there: BTreeSet<(String, String)> = loud(&compare(&made(&value), &made(&changed))).into_iter().collect();
        let back: BTreeSet<(String, String)> =
            loud(&compare(&made(&changed), &made(&value))).into_iter().map(|(code, at)| (turned(&code), at)).collect();
        prop_assert_eq!(there, back, "{} {}", value, changed);
    }

    #[test]
    fn a_rule_only_removes_what_lies_at_its_place(
        value in document(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..30usize), 1..4),
        which in any::<prop::sample::Index>(),
        verb in 0..6usize,
    ) {
        let mut changed = value.clone();
        for (which, how) in &changes {
            let mut list = Vec::new();
            places(&changed, "$.body", "", &mut list);
            let (at, pointer) = which.get(&list);
            mutate(changed.pointer_mut(pointer).expect("a place"), at, *how);
        }
        let mut list = Vec::new();
        places(&value, "$.body", "", &mut list);
        // Within a list a rule may also change which items are held against each other.
        list.retain(|(at, _)| !at.contains('['));
        let at = which.get(&list).0.clone();
        let verb = [
            Verb::Ignore,
            Verb::Shape,
            Verb::Type,
            Verb::Format,
            Verb::Tolerance { abs: 1e9, rel: 0.0 },
            Verb::Unordered,
        ][verb].clone();
        let rule = Rule { case: None, at: at.clone(), verb: verb.clone(), reason: None, origin: "x:1".to_owned() };
        let plain = compare(&made(&value), &made(&changed));
        let ruled = kit::comparator(&[rule]).compare(&kit::input(&made(&value), None, &made(&changed)));
        let outside = |result: &CaseResult| -> BTreeSet<(String, String)> {
            let below = |place: &str| place.strip_prefix(at.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
            loud(result).into_iter().filter(|(_, place)| !below(place)).collect()
        };
        prop_assert_eq!(outside(&plain), outside(&ruled), "{} {} {} {:?}", value, changed, at, verb);
        if !matches!(verb, Verb::Unordered) {
            prop_assert!(loud(&ruled).len() <= loud(&plain).len(), "{} {} {:?}", value, changed, verb);
        }
    }

    #[test]
    fn noise_excuses_neither_type_nor_presence(value in document(), seeds in proptest::collection::vec(any::<u32>(), 64), which in any::<prop::sample::Index>(), how in 0..2usize) {
        let control = shake(&value, &mut seeds.into_iter());
        let mut list = Vec::new();
        places(&value, "$.body", "", &mut list);
        // The items of a list may vary by nature.
        list.retain(|(at, _)| !at.contains('['));
        let (at, pointer) = which.get(&list);
        let mut changed = value.clone();
        let place = changed.pointer_mut(pointer).expect("a place");
        let expected = match (place, how) {
            (Value::Object(map), 0) if !map.is_empty() => {
                let key = map.keys().next().cloned().unwrap_or_default();
                map.remove(&key);
                ("response-field-removed".to_owned(), format!("{at}.{key}"))
            }
            (place, _) => {
                *place = if place.is_null() { json!(17) } else { Value::Null };
                ("response-type".to_owned(), at.clone())
            }
        };
        let result = compare_controlled(&made(&value), &made(&control), &made(&changed));
        prop_assert!(loud(&result).contains(&expected), "{:?} {expected:?}\n{value}\n{control}\n{changed}", found(&result));
    }

    #[test]
    fn any_bytes_are_taken(left in proptest::collection::vec(any::<u8>(), 0..64), right in proptest::collection::vec(any::<u8>(), 0..64), kind in 0..4usize) {
        let media = ["application/json", "text/html; charset=utf-16", "", "image/png"][kind];
        let (l, r) = (Made::new(200, media, &left), Made::new(200, media, &right));
        let result = compare_controlled(&l, &l, &r);
        prop_assert_eq!(result.drifts.is_empty(), left == right);
        let _ = compare_controlled(&l, &r, &l);
    }

    #[test]
    fn json_like_bytes_are_taken(left in r#"[\[\]{}:,"0-9eE.\-ntruefalsb\\ ]{0,24}"#, right in r#"[\[\]{}:,"0-9eE.\-ntruefalsb\\ ]{0,24}"#) {
        let (l, r) = (Made::json(&left), Made::json(&right));
        prop_assert_eq!(compare(&l, &r).drifts.is_empty(), left == right);
    }
}

/// What stands in place of bodies here would be read as broken, cut or other, if it were read.
#[test]
fn bodies_of_equal_digests_are_never_read() {
    let answers = [
        Made::json(r#"{"x": 1, "list": [1, 2]}"#),
        Made::new(200, "text/html", "<p>x</p>"),
        Made::text("a\nb\n"),
    ];
    for answer in &answers {
        for (left, right) in [("{\"x\": ", "<p"), ("", ""), ("[1]", "[2]")] {
            let mut case = kit::input(answer, Some(answer), answer);
            (case.reference.body, case.candidate.body) = (left.as_bytes(), right.as_bytes());
            let result = kit::comparator(&[]).compare(&case);
            assert!(
                kit::is_compared(&result) && found(&result).is_empty(),
                "{left:?} {right:?}: {:?}",
                found(&result)
            );
        }
    }
    // The same bytes in place of bodies that differ are read, and found to be no JSON.
    let (one, other) = (Made::json("{\"x\": "), Made::json("{\"x\": 1}"));
    assert_eq!(found(&compare(&one, &other)), ["response-unparsable body"]);
}
