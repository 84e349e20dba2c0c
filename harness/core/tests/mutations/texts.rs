//! Changes of bodies that are no JSON, and bodies that mean harm.

use super::kit::{Made, compare, compare_controlled, found};

#[test]
fn text_and_bytes_are_compared() {
    let text = "Activity 17\n  calories: 320\n  done at 9:58\u{202f}AM\nend\n";
    let png = b"\x89PNG\r\n\x1a\n0000";
    let cases: Vec<(&str, Made, Made, &str)> = vec![
        ("line", Made::text(text), Made::text(&text.replace("320", "321")), "response-value body"),
        (
            "line gone",
            Made::text(text),
            Made::text(&text.replace("  calories: 320\n", "")),
            "response-value body [lines]",
        ),
        (
            "line added",
            Made::text(text),
            Made::text(&text.replace("end", "extra\nend")),
            "response-value body [lines]",
        ),
        (
            "narrow space",
            Made::text(text),
            Made::text(&text.replace('\u{202f}', " ")),
            "response-format body [unicode-form]",
        ),
        ("case", Made::text(text), Made::text(&text.replace("end", "END")), "response-format body [case]"),
        (
            "space",
            Made::text(text),
            Made::text(&text.replace("  calories", " calories")),
            "response-text-space body",
        ),
        ("line ends", Made::text(text), Made::text(&text.replace('\n', "\r\n")), "response-text-space body"),
        ("last line end", Made::text(text), Made::text(text.trim_end()), "response-text-space body"),
        (
            "latin-1 bytes",
            Made::text("café"),
            Made::new(200, "text/plain; charset=utf-8", b"caf\xe9"),
            "response-format body [charset]",
        ),
        (
            "latin-1 named",
            Made::text("café"),
            Made::new(200, "text/plain; charset=iso-8859-1", b"caf\xe9"),
            "response-format header.content-type [charset]",
        ),
        ("empty text", Made::text(text), Made::text(""), "response-value body [empty]"),
        ("json under text", Made::text("{\"a\": 1}"), Made::text("{\"a\": 2}"), "response-value $.a"),
        ("json or not", Made::text("{\"a\": 1}"), Made::text("oops"), "response-unparsable body"),
        (
            "bytes",
            Made::new(200, "image/png", png),
            Made::new(200, "image/png", b"\x89PNG\r\n\x1a\n0001"),
            "response-value body [binary]",
        ),
        (
            "other format",
            Made::new(200, "image/png", png),
            Made::new(200, "image/png", b"GIF89a000000"),
            "response-value body [magic]",
        ),
        (
            "json lines",
            Made::new(200, "application/x-ndjson", "{\"a\":1,\"b\":1}\n{\"a\":2}\n"),
            Made::new(200, "application/x-ndjson", "{\"b\":1,\"a\":1}\n{\"a\":3}\n"),
            "response-value $[1].a",
        ),
        (
            "json line gone",
            Made::new(200, "application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n"),
            Made::new(200, "application/x-ndjson", "{\"a\":2}\n"),
            "response-length $ [shorter]",
        ),
        ("broken json on both", Made::json("{oops"), Made::json("{oops!"), "response-value body"),
    ];
    for (name, reference, candidate, expected) in cases {
        assert_eq!(found(&compare(&reference, &candidate)), [expected], "{name}");
    }
}

#[test]
fn hostile_bodies_do_no_harm() {
    let deep = |n: usize, core: &str| Made::json(&format!("{}{core}{}", "[".repeat(n), "]".repeat(n)));
    assert!(compare(&deep(15_000, "1"), &deep(15_000, "1")).drifts.is_empty());
    assert_eq!(compare(&deep(15_000, "1"), &deep(15_000, "2")).drifts.len(), 1);
    assert_eq!(compare(&deep(100_000, "1"), &deep(100_000, "2")).drifts.len(), 1);
    let nested = |n: usize, core: &str| {
        Made::json(&format!("{}{core}{}", r#"{"a":[{"b":"#.repeat(n), "}]}".repeat(n)))
    };
    assert_eq!(compare(&nested(3_000, "1"), &nested(3_000, "2")).drifts.len(), 1);
    let keys = |n: u32| (0..n).map(|k| format!("\"k{k}\":1")).collect::<Vec<_>>().join(",");
    let wide = compare(&Made::json(&format!("{{{}}}", keys(20_000))), &Made::json("{}"));
    assert_eq!(wide.drifts.iter().map(|drift| drift.count).sum::<u64>(), 20_000);
    // Lists of wide items that share nothing, seen three times.
    let items = |salt: &str| {
        let item = |n: u32| {
            format!("{{{}}}", (0..500).map(|k| format!("\"{salt}{k}\":{n}")).collect::<Vec<_>>().join(","))
        };
        Made::json(&format!("[{}]", (0..60).map(item).collect::<Vec<_>>().join(",")))
    };
    assert!(!compare_controlled(&items("a"), &items("b"), &items("c")).drifts.is_empty());
    let lines = |n: usize, s: &str| Made::text(&format!("{s}\n").repeat(n));
    assert!(!compare(&lines(100_000, "a"), &lines(100_001, "b")).drifts.is_empty());
    for bytes in [&b"\0\0\0"[..], b"\xff\xfe", b"{\"a\": \"\\ud800\"}", b"]]>\x1b[0m"] {
        let _ = compare(&Made::new(200, "application/json", bytes), &Made::json("{}"));
        let _ = compare(&Made::new(200, "", bytes), &Made::new(200, "", b"x"));
    }
}
