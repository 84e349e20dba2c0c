//! Figures for the bench; they fail nothing. `cargo test --release -p envparity-core --test speed -- --ignored --nocapture`

mod kit;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use kit::{Made, comparator, compare, compare_controlled, found, input};

/// About ten megabytes of alike items; every `step`th differs by `salt`, none with 0.
fn items(step: usize, salt: u32) -> String {
    items_of(0..37_015, step, salt)
}

fn items_of(order: impl Iterator<Item = usize>, step: usize, salt: u32) -> String {
    let mut out = String::from("[");
    for n in order {
        let changed = step > 0 && n % step == 0;
        let value = if changed { salt } else { 0 };
        if out.len() > 1 {
            out.push(',');
        }
        write!(
            out,
            r#"{{"id":{n},"name":"item number {n}","price":{}.25,"tags":["one","two","three"],"at":"2026-11-24T09:58:{:02}Z","owner":{{"id":{},"mail":"user{n}@example.org","active":true}},"notes":"a text that takes some room, as texts in answers do, whatever they say","v":{value}}}"#,
            n * 3,
            n % 60,
            n % 997,
        )
        .expect("text");
    }
    out.push(']');
    out
}

fn best(mut run: impl FnMut()) -> Duration {
    (0..7)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

#[test]
#[ignore = "prints figures, judges nothing"]
fn ten_megabytes() {
    let (one, two, other) = (items(100, 0), items(100, 7), items(100, 9));
    let (l, k, r) = (Made::json(&one), Made::json(&other), Made::json(&two));
    println!("body {:.1} MB", one.len() as f64 / 1e6);
    // Without a reason to look further, two documents are parsed and the rest is next to nothing.
    let spaced = Made::json(&format!("{one} "));
    let parse =
        best(|| assert!(compare(&l, &spaced).drifts.iter().all(|d| d.code.name() == "response-bytes")));
    println!("parse both, nothing differs   {parse:?}");
    let changed = best(|| assert_eq!(found(&compare(&l, &r)), ["response-value $[0].v"]));
    println!("parse both, 1 % changed       {changed:?}  over parsing {:?}", changed.saturating_sub(parse));
    let noisy = best(|| assert!(found(&compare_controlled(&l, &k, &r)).is_empty()));
    println!("with a control, 1 % noise     {noisy:?}");
    let moved = Made::json(&items_of((0..37_015).rev(), 0, 0));
    let shuffled = best(|| assert_eq!(found(&compare(&l, &moved)), ["response-order $"]));
    println!("all items moved               {shuffled:?}");
    let equal = best(|| assert!(compare(&l, &l).drifts.is_empty()));
    println!("equal bytes                   {equal:?}");
}

#[test]
#[ignore = "prints figures, judges nothing"]
fn many_cases() {
    let mut comparator = comparator(&[]);
    let start = Instant::now();
    for n in 0..20_000 {
        let body = |salt: u32| {
            Made::json(&format!(r#"{{"id":"{salt}-{n}-abcdefgh","n":{n}}}"#))
                .capture("id", serde_json::json!(format!("{salt}-{n}-abcdefgh")))
        };
        let (l, k, r) = (body(1), body(2), body(3));
        assert!(comparator.compare(&input(&l, Some(&k), &r)).drifts.is_empty());
    }
    println!("20,000 cases, each a symbol   {:?}", start.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default());
}
