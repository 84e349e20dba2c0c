//! Changes within a JSON body.

use super::BODY;
use super::kit::{Made, compare, compare_controlled, found, is_compared};

fn swap(from: &str, to: &str) -> Made {
    assert_eq!(BODY.matches(from).count(), 1, "`{from}` stands once");
    Made::json(&BODY.replacen(from, to, 1))
}

/// (name, changed response, what must be found).
fn body_mutants() -> Vec<(&'static str, Made, &'static str)> {
    let r = |name, from, to, expected| (name, swap(from, to), expected);
    vec![
        r("string", r#""kind": "run""#, r#""kind": "ran""#, "response-value $.items[1].kind"),
        r("number", r#""calories": 320"#, r#""calories": 321"#, "response-value $.calories"),
        r("sign", r#""calories": 320"#, r#""calories": -320"#, "response-value $.calories"),
        r("zero", r#""calories": 320"#, r#""calories": 0"#, "response-value $.calories"),
        r("boolean", "true", "false", "response-value $.active"),
        r("decimal", "5.25", "5.26", "response-value $.distance"),
        r("precision lost", "5.25", "5.2500000001", "response-value $.distance [precision]"),
        r(
            "big integer through a float",
            "9007199254740993",
            "9007199254740992",
            "response-value $.big [precision]",
        ),
        r(
            "big integer as float",
            "9007199254740993",
            "9.007199254740992e15",
            "response-value $.big [precision]",
        ),
        r(
            "integer as float",
            r#""calories": 320"#,
            r#""calories": 320.0"#,
            "response-format $.calories [lexeme]",
        ),
        r(
            "integer as exponent",
            r#""calories": 320"#,
            r#""calories": 3.2e2"#,
            "response-format $.calories [lexeme]",
        ),
        r("trailing zero", "5.25", "5.250", "response-format $.distance [lexeme]"),
        r("number as string", r#""calories": 320"#, r#""calories": "320""#, "response-type $.calories"),
        r("string as number", r#""run-17", "user""#, r#"17, "user""#, "response-type $.activity_id"),
        r("boolean as string", "true", r#""true""#, "response-type $.active"),
        r("boolean as number", "true", "1", "response-type $.active"),
        r("null to value", r#""note": null"#, r#""note": "x""#, "response-type $.note [null]"),
        r("value to null", r#""calories": 320"#, r#""calories": null"#, "response-type $.calories [null]"),
        r("null to empty string", r#""note": null"#, r#""note": """#, "response-type $.note [null]"),
        r(
            "object to array",
            r#"{"id": 7, "name": "Zoë", "tags": ["a", "b", "c"]}"#,
            "[]",
            "response-type $.user",
        ),
        r("array to object", r#"["a", "b", "c"]"#, "{}", "response-type $.user.tags"),
        r("field removed", r#""calories": 320, "#, "", "response-field-removed $.calories"),
        r("null field removed", r#", "note": null"#, "", "response-field-removed $.note"),
        r("nested field removed", r#""id": 2, "#, "", "response-field-removed $.items[1].id"),
        r("field added", r#""note": null"#, r#""note": null, "extra": 1"#, "response-field-added $.extra"),
        r(
            "nested field added",
            r#""kind": "run""#,
            r#""kind": "run", "n": 1"#,
            "response-field-added $.items[1].n",
        ),
        r(
            "duplicate key",
            r#""note": null"#,
            r#""note": null, "note": null"#,
            "response-field-added $.note [duplicate-key]",
        ),
        r("array shorter", r#"["a", "b", "c"]"#, r#"["a", "b"]"#, "response-length $.user.tags [shorter]"),
        r("first item gone", r#"["a", "b", "c"]"#, r#"["b", "c"]"#, "response-length $.user.tags [shorter]"),
        r(
            "array longer",
            r#"["a", "b", "c"]"#,
            r#"["a", "b", "c", "d"]"#,
            "response-length $.user.tags [longer]",
        ),
        r(
            "item in between",
            r#"["a", "b", "c"]"#,
            r#"["a", "x", "b", "c"]"#,
            "response-length $.user.tags [longer]",
        ),
        r("array empty", r#"["a", "b", "c"]"#, "[]", "response-length $.user.tags [shorter]"),
        r(
            "item twice",
            r#"["a", "b", "c"]"#,
            r#"["a", "b", "c", "c"]"#,
            "response-length $.user.tags [longer]",
        ),
        r(
            "object item gone",
            r#"    {"id": 2, "kind": "run", "steps": [4, 5, 6]},"#,
            "",
            "response-length $.items [shorter]",
        ),
        r("array order", r#"["a", "b", "c"]"#, r#"["c", "b", "a"]"#, "response-order $.user.tags"),
        r("swapped neighbours", r#"["a", "b", "c"]"#, r#"["b", "a", "c"]"#, "response-order $.user.tags"),
        r("nested array order", "[[1, 2], [3, 4]]", "[[3, 4], [1, 2]]", "response-order $.matrix"),
        r("inner array order", "[[1, 2], [3, 4]]", "[[1, 2], [4, 3]]", "response-order $.matrix[1]"),
        r("item value", r#"["a", "b", "c"]"#, r#"["a", "x", "c"]"#, "response-value $.user.tags[1]"),
        r("item null", r#"["a", "b", "c"]"#, r#"["a", null, "c"]"#, "response-type $.user.tags[1] [null]"),
        r("inner value", "[[1, 2], [3, 4]]", "[[1, 2], [3, 5]]", "response-value $.matrix[1][1]"),
        r("zone as offset", "10:00:00Z", "10:00:00+00:00", "response-format $.date [date-format]"),
        r("zone gone", "10:00:00Z", "10:00:00", "response-format $.date [date-format]"),
        r("milliseconds", "10:00:00Z", "10:00:00.000Z", "response-format $.date [date-format]"),
        r("space for T", "2026-01-05T10", "2026-01-05 10", "response-format $.date [date-format]"),
        r(
            "http date",
            "2026-01-05T10:00:00Z",
            "Mon, 05 Jan 2026 10:00:00 GMT",
            "response-format $.date [date-format]",
        ),
        r("other hour", "10:00:00Z", "11:00:00Z", "response-value $.date"),
        r("other zone", "10:00:00Z", "10:00:00+01:00", "response-value $.date"),
        r(
            "day first",
            r#""day": "2026-01-05""#,
            r#""day": "05/01/2026""#,
            "response-format $.day [date-format]",
        ),
        r(
            "unpadded day",
            r#""day": "2026-01-05""#,
            r#""day": "2026-1-5""#,
            "response-format $.day [date-format]",
        ),
        r(
            "epoch string",
            r#""2026-01-05T10:00:00Z""#,
            r#""1767607200""#,
            "response-format $.date [date-format]",
        ),
        r("epoch number", r#""2026-01-05T10:00:00Z""#, "1767607200", "response-type $.date"),
        r("decimal comma", "1,234.50", "1.234,50", "response-format $.total [number-format]"),
        r("no grouping", "1,234.50", "1234.50", "response-format $.total [number-format]"),
        r("other total", "1,234.50", "1,234.51", "response-value $.total"),
        r("narrow space", "9:58 AM", "9:58\u{202f}AM", "response-format $.time [unicode-form]"),
        r("24 hours", "9:58 AM", "09:58", "response-format $.time [date-format]"),
        r("case", r#""kind": "swim""#, r#""kind": "SWIM""#, "response-format $.items[2].kind [case]"),
        r("decomposed", "Zoë", "Zoe\u{308}", "response-format $.user.name [unicode-form]"),
        r("mojibake", "Zoë", "ZoÃ«", "response-format $.user.name [charset]"),
        r("replacement", "Zoë", "Zo\u{fffd}", "response-format $.user.name [charset]"),
        r("accent lost", "Zoë", "Zoe", "response-value $.user.name"),
        r("empty string", "Zoë", "", "response-value $.user.name"),
        r("trailing space", "Zoë", "Zoë ", "response-value $.user.name"),
        r("cut string", "Zoë", "Zo", "response-value $.user.name"),
        r("url path", "activity/run-17", "activities/run-17", "response-value $.url"),
        r("url relative", "http://localhost:4567/activity", "/activity", "response-value $.url"),
        r("url scheme", "http://localhost", "https://localhost", "response-value $.url"),
        r(
            "key case",
            r#""calories""#,
            r#""Calories""#,
            "response-field-added $.Calories|response-field-removed $.calories",
        ),
        r("wrapped", r#""calories": 320"#, r#""calories": [320]"#, "response-type $.calories"),
    ]
}

#[test]
fn every_change_of_a_json_body_is_found_at_its_place() {
    let reference = Made::json(BODY);
    for (name, candidate, expected) in body_mutants() {
        for result in
            [compare(&reference, &candidate), compare_controlled(&reference, &reference.clone(), &candidate)]
        {
            let expected: Vec<&str> = expected.split('|').collect();
            assert_eq!(found(&result), expected, "{name}");
            assert!(is_compared(&result), "{name}: {:?}", result.status);
            assert!(result.noise.is_empty() && result.shape_only.is_empty(), "{name}");
        }
    }
}

#[test]
fn the_other_way_round_is_found_too() {
    let reference = Made::json(BODY);
    for (name, candidate, _) in body_mutants() {
        assert!(!compare(&candidate, &reference).drifts.is_empty(), "{name}");
    }
}

#[test]
fn two_changes_are_two_drifts() {
    let reference = Made::json(BODY);
    let candidate = Made::json(
        &BODY
            .replace(r#""kind": "walk""#, r#""kind": "hike""#)
            .replace(r#"["a", "b", "c"]"#, r#"["b", "a"]"#)
            .replace(
                r#"{"id": 3, "kind": "swim", "steps": []}"#,
                r#"{"id": 3, "kind": "swim", "steps": [0]}"#,
            ),
    );
    assert_eq!(
        found(&compare(&reference, &candidate)),
        [
            "response-length $.items[2].steps [longer]",
            "response-length $.user.tags [shorter]",
            "response-order $.user.tags",
            "response-value $.items[0].kind",
        ]
    );
}

#[test]
fn items_are_followed_by_their_key() {
    let reference = Made::json(r#"[{"id":"a","v":1},{"id":"b","v":2},{"id":"c","v":3}]"#);
    let check =
        |body: &str, expected: &[&str]| assert_eq!(found(&compare(&reference, &Made::json(body))), expected);
    check(
        r#"[{"id":"c","v":3},{"id":"a","v":1},{"id":"b","v":9}]"#,
        &["response-order $", "response-value $[1].v"],
    );
    check(
        r#"[{"id":"a","v":1},{"id":"c","v":9}]"#,
        &["response-length $ [shorter]", "response-value $[2].v"],
    );
    check(
        r#"[{"id":"x","v":0},{"id":"a","v":1},{"id":"b","v":2},{"id":"c","v":3}]"#,
        &["response-length $ [longer]"],
    );
    check(r#"[{"id":"a","v":1},{"id":"B2","v":2},{"id":"c","v":3}]"#, &["response-value $[1].id"]);
}

#[test]
fn many_changes_of_one_kind_are_one_drift_counted() {
    let items = |step: u32| {
        (0..500).map(|n| format!(r#"{{"id":{n},"v":{}}}"#, n * step)).collect::<Vec<_>>().join(",")
    };
    let result = compare(&Made::json(&format!("[{}]", items(1))), &Made::json(&format!("[{}]", items(2))));
    assert_eq!(found(&result), ["response-value $[1].v"]);
    assert_eq!(result.drifts[0].count, 499);
}
