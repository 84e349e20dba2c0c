//! Lists and maps: what was inserted, removed, moved or replaced is one finding at one place.

mod kit;

use std::fmt::Write as _;

use envparity_core::CaseStatus;
use kit::{Made, compare, compare_controlled, found};

fn check(name: &str, left: &str, right: &str, expected: &[&str]) {
    let (l, r) = (Made::json(left), Made::json(right));
    assert_eq!(found(&compare(&l, &r)), expected, "{name}");
}

#[test]
fn an_inserted_item_is_one_finding() {
    check("scalars", "[1,2,3,4]", "[1,9,2,3,4]", &["response-length $ [longer]"]);
    check(
        "repeated scalars",
        "[0,0,1,0,2,0,3]",
        "[0,0,1,0,0,2,0,4]",
        &["response-length $ [longer]", "response-value $[6]"],
    );
    check(
        "by id, in front",
        r#"[{"id":1,"n":"a"},{"id":2,"n":"b"}]"#,
        r#"[{"id":9,"n":"z"},{"id":1,"n":"a"},{"id":2,"n":"b"}]"#,
        &["response-length $ [longer]"],
    );
    // The number of a row tells rows apart and is no key: what follows is the same thing with another number.
    check(
        "row numbers, in front",
        r#"[{"row":1,"n":"a","m":"x"},{"row":2,"n":"b","m":"y"},{"row":3,"n":"c","m":"z"}]"#,
        r#"[{"row":1,"n":"q","m":"w"},{"row":2,"n":"a","m":"x"},{"row":3,"n":"b","m":"y"},{"row":4,"n":"c","m":"z"}]"#,
        &["response-length $ [longer]", "response-value $[0].row"],
    );
    check(
        "one inserted, one changed",
        r#"[{"id":1,"n":"a"},{"id":2,"n":"b"},{"id":3,"n":"c"}]"#,
        r#"[{"id":1,"n":"a"},{"id":9,"n":"z"},{"id":2,"n":"b"},{"id":3,"n":"x"}]"#,
        &["response-length $ [longer]", "response-value $[2].n"],
    );
    check(
        "lists in lists",
        "[[1,2],[3,4],[5,6]]",
        "[[1,2],[7,8],[3,4],[5,6]]",
        &["response-length $ [longer]"],
    );
}

#[test]
fn a_replaced_item_is_one_finding() {
    let items = r#"[{"id":1,"n":"a","p":1},{"id":2,"n":"b","p":2},{"id":3,"n":"c","p":3}]"#;
    check(
        "in its place",
        items,
        r#"[{"id":1,"n":"a","p":1},{"id":7,"n":"x","p":9},{"id":3,"n":"c","p":3}]"#,
        &["response-value $[1] [item]"],
    );
    check(
        "one gone, one new at the end",
        items,
        r#"[{"id":1,"n":"a","p":1},{"id":3,"n":"c","p":3},{"id":4,"n":"d","p":4}]"#,
        &["response-value $[1] [item]"],
    );
    // The same thing with another id.
    check(
        "its id alone",
        items,
        r#"[{"id":1,"n":"a","p":1},{"id":7,"n":"b","p":2},{"id":3,"n":"c","p":3}]"#,
        &["response-value $[1].id"],
    );
    let [reference, control, candidate] = [
        r#"[{"id":1,"t":1111},{"id":2,"t":2222},{"id":3,"t":3333}]"#,
        r#"[{"id":1,"t":4111},{"id":2,"t":5222},{"id":3,"t":6333}]"#,
        r#"[{"id":1,"t":7111},{"id":9,"t":8222},{"id":3,"t":9333}]"#,
    ]
    .map(Made::json);
    assert_eq!(found(&compare_controlled(&reference, &control, &candidate)), ["response-value $[1].id"]);
}

#[test]
fn order_is_told_apart_from_change() {
    check("moved", "[1,2,3]", "[3,1,2]", &["response-order $"]);
    check(
        "moved and changed",
        r#"[{"id":1,"n":"a"},{"id":2,"n":"b"},{"id":3,"n":"c"}]"#,
        r#"[{"id":3,"n":"c"},{"id":1,"n":"a"},{"id":2,"n":"x"}]"#,
        &["response-order $", "response-value $[1].n"],
    );
    check("swapped with a repeat", "[1,2,1,3]", "[1,1,2,3]", &["response-order $"]);
}

#[test]
fn maps_from_ids_are_lists_with_names() {
    let map = |range: std::ops::Range<u32>, of: fn(u32) -> String| {
        let mut out = String::from("{");
        for n in range {
            let comma = if out.len() > 1 { "," } else { "" };
            write!(out, r#"{comma}"user-{n}":{{"name":"n{n}","seen":{}}}"#, of(n)).expect("text");
        }
        out + "}"
    };
    // What differs by nature in some members may differ in all of them.
    let reference = map(0..60, |n| format!("{}", 1000 + n));
    let control = map(0..60, |n| format!("{}", if n < 9 { 2000 + n } else { 1000 + n }));
    let candidate = map(0..60, |n| format!("{}", 3000 + n));
    let [l, k, r] = [&reference, &control, &candidate].map(|text| Made::json(text));
    let result = compare_controlled(&l, &k, &r);
    assert_eq!(found(&result), Vec::<String>::new());
    assert_eq!(result.noise[0].at, "$.*.seen");
    // A change beside it is found, where it is.
    let changed = Made::json(&candidate.replace(r#""name":"n17""#, r#""name":"other""#));
    assert_eq!(found(&compare_controlled(&l, &k, &changed)), ["response-value $.user-17.name"]);
    // A wide record is no map: one field's noise excuses no other.
    let record = |noisy: u32, other: u32| {
        let mut out = format!(r#"{{"noisy":{noisy},"other":{other}"#);
        (0..60).for_each(|n| write!(out, r#","field_{n}":{n}"#).expect("text"));
        Made::json(&(out + "}"))
    };
    let result = compare_controlled(&record(1234, 7777), &record(4321, 7777), &record(1111, 8888));
    assert_eq!(found(&result), ["response-value $.other"]);
}

#[test]
fn members_whose_keys_differ_are_lined_up_by_what_they_hold() {
    let [reference, control, candidate] = [
        r#"{"a1b2c3d4e5f60718":{"n":1},"b1b2c3d4e5f60718":{"n":2}}"#,
        r#"{"c1b2c3d4e5f60718":{"n":2},"d1b2c3d4e5f60718":{"n":1}}"#,
        r#"{"e1b2c3d4e5f60718":{"n":2},"f1b2c3d4e5f60718":{"n":3}}"#,
    ]
    .map(Made::json);
    let result = compare_controlled(&reference, &control, &candidate);
    assert_eq!(found(&result), ["response-value $.*.n"]);
    assert_eq!(result.status, CaseStatus::Compared);
}

#[test]
fn deep_and_wide_lists_take_bounded_work() {
    // A list of lists of lists: at every level two items differ, the rest lies below the first.
    let deep = |leaf: &str| {
        let mut text = format!("[{}]", vec!["{\"k\":\"value\",\"n\":12345}"; 20_000].join(","));
        for level in 0..100 {
            text = format!("[{text},\"{leaf}{level}\",{level}]");
        }
        text
    };
    let (l, r) = (Made::json(&deep("a")), Made::json(&deep("b").replacen("12345", "54321", 1)));
    let result = compare(&l, &r);
    assert!(result.drifts.iter().map(|d| d.count).sum::<u64>() > 100);
    // Nothing lines up, no field is a key, lengths differ.
    let wide = |salt: u32, many: u32| {
        let items: Vec<String> =
            (0..many).map(|n| format!(r#"{{"a":{},"b":[{}]}}"#, n * salt % 7, n ^ salt)).collect();
        Made::json(&format!("[{}]", items.join(",")))
    };
    assert!(!compare(&wide(3, 30_000), &wide(5, 30_001)).drifts.is_empty());
}

/// Subnets in a list, the one of the caller's own at a place of its own.
fn subnets(own: usize, tag: &str) -> Made {
    let mut items: Vec<String> =
        (0..6).map(|n| format!("<item><{tag}>net-{n}</{tag}><free>4091</free></item>")).collect();
    items.insert(own, format!("<item><{tag}>net-own</{tag}><free>251</free></item>"));
    Made::new(
        200,
        "text/html; charset=utf-8",
        format!("<Answer xmlns=\"http://x/\"><set>{}</set></Answer>", items.concat()),
    )
}

#[test]
fn xml_is_xml_also_where_it_says_html() {
    let (first, second) = (subnets(6, "netId"), subnets(1, "netId"));
    let moved = compare_controlled(&first, &second, &subnets(3, "netId"));
    assert_eq!(found(&moved), [] as [&str; 0], "the reference's own list has no order");
    let respelled = compare(&first, &subnets(6, "netID"));
    assert!(found(&respelled).iter().any(|line| line.contains("netId[1]")), "{:?}", found(&respelled));
}

#[test]
fn a_tag_of_very_many_attributes_is_text() {
    let tag = |value: u8| {
        let attributes: String = (0..200_000).map(|n| format!(" a{n}='{value}'")).collect();
        format!("<p{attributes}>x</p>")
    };
    for media in ["text/html", "application/xml"] {
        let result = compare(&Made::new(200, media, tag(1)), &Made::new(200, media, tag(2)));
        assert_eq!(found(&result), ["response-value body"], "{media}");
    }
    // Within the bound, each is told, whatever its value holds.
    let few = |value: u8| format!("<p title=\"{}\" lang='{value}'>x</p>", "more > words ".repeat(2000));
    let result = compare(&Made::new(200, "text/html", few(1)), &Made::new(200, "text/html", few(2)));
    assert_eq!(found(&result), ["response-value /p[1]/@lang"]);
}
