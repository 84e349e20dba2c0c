//! Laws of the comparison, over documents of every shape.

mod kit;

use std::collections::BTreeSet;
use std::fmt::Write as _;

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
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

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
        let known = noisy_places.iter().all(is_known) && noisy_places.len() <= quiet_places.len();
        prop_assert!(known, "{noisy_places:?} {quiet_places:?}\n{value}\n{control}\n{candidate}");
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
