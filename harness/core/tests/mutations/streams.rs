//! Changes of streams, forms, parts and charsets.

use envparity_model::Severity;

use super::kit::{Made, compare, compare_controlled, found};

const EVENTS: &str = ": keep-alive\n\nevent: price\nid: 1\ndata: {\"a\": 1, \"b\": [1, 2]}\n\ndata: plain\ndata: text\n\nretry: 3000\n\n";
const PARTS: &str = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: application/json\r\n\r\n{\"x\": 1}\r\n--B\r\nContent-Type: text/plain\r\n\r\nhello\r\n--B--\r\n";

#[test]
fn every_change_of_a_stream_is_found_at_its_place() {
    let sequence = "\u{1e}{\"a\":1}\n\u{1e}{\"a\":2}\n";
    let form = "a=1&b=x+y&a=2";
    for (media, body, from, to, expected) in [
        ("text/event-stream", EVENTS, "\"a\": 1", "\"a\": 2", "response-value $[0].data.a"),
        ("text/event-stream", EVENTS, "\"a\": 1", "\"a\": \"1\"", "response-type $[0].data.a"),
        ("text/event-stream", EVENTS, "event: price\n", "event: cost\n", "response-value $[0].event"),
        ("text/event-stream", EVENTS, "id: 1\n", "", "response-field-removed $[0].id"),
        ("text/event-stream", EVENTS, "data: text", "data: test", "response-value $[1].data"),
        ("text/event-stream", EVENTS, "retry: 3000", "retry: 300", "response-value $[2].retry"),
        ("text/event-stream", EVENTS, "data: plain\ndata: text\n\n", "", "response-length $ [shorter]"),
        ("application/json-seq", sequence, "\"a\":2", "\"a\":3", "response-value $[1].a"),
        (
            "application/x-ndjson",
            "{\"a\":1}\n{\"a\":2}\n",
            "\"a\":2",
            "\"a\":null",
            "response-type $[1].a [null]",
        ),
        ("application/x-www-form-urlencoded", form, "x+y", "x+z", "response-value $.b"),
        ("application/x-www-form-urlencoded", form, "&a=2", "", "response-type $.a"),
        ("multipart/mixed; boundary=B", PARTS, "\"x\": 1", "\"x\": 2", "response-value $[0].body.x"),
        (
            "multipart/mixed; boundary=B",
            PARTS,
            "text/plain",
            "text/html",
            "response-value $[1].headers.content-type",
        ),
        ("multipart/mixed; boundary=B", PARTS, "hello", "hallo", "response-value $[1].body"),
    ] {
        assert_eq!(body.matches(from).count(), 1, "`{from}` stands once");
        let (one, other) = (Made::new(200, media, body), Made::new(200, media, body.replacen(from, to, 1)));
        assert_eq!(
            found(&compare_controlled(&one, &one.clone(), &other)),
            [expected],
            "{media}: {from} -> {to}"
        );
    }
}

#[test]
fn other_spelling_of_a_stream_is_below_minor() {
    for (media, one, other) in [
        ("text/event-stream", EVENTS.to_owned(), EVENTS.replace('\n', "\r\n")),
        ("text/event-stream", EVENTS.to_owned(), EVENTS.replace(": keep-alive\n\n", "")),
        ("text/event-stream", EVENTS.to_owned(), EVENTS.replace("data: p", "data:p")),
        (
            "text/event-stream",
            EVENTS.to_owned(),
            EVENTS.replace("event: price\nid: 1\n", "id: 1\nevent: price\n"),
        ),
        ("application/x-www-form-urlencoded", "a=x+y".to_owned(), "a=x%20y".to_owned()),
        ("application/json-seq", "\u{1e}{}\n".to_owned(), "\u{1e} {}\n\n".to_owned()),
    ] {
        let result = compare(&Made::new(200, media, &one), &Made::new(200, media, &other));
        assert!(result.drifts.iter().all(|drift| drift.severity == Severity::Info), "{:?}", found(&result));
    }
    let boundary = Made::new(200, "multipart/mixed; boundary=C", PARTS.replace("--B", "--C"));
    let result = compare(&Made::new(200, "multipart/mixed; boundary=B", PARTS), &boundary);
    assert!(result.drifts.iter().all(|drift| drift.severity == Severity::Info), "{:?}", found(&result));
}

#[test]
fn the_same_text_in_another_charset_is_told_once() {
    let text = "name;ort\nZo\u{eb};K\u{f6}ln\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = |bytes: &[u8], mark: &[u8]| [mark, bytes].concat();
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let csv = |bytes: &[u8]| Made::new(200, "text/csv", bytes);
    let judge = |other: Made| found(&compare(&csv(text.as_bytes()), &other));
    assert_eq!(
        judge(csv(&marked(text.as_bytes(), b"\xef\xbb\xbf"))),
        ["response-format body [byte-order-mark]"]
    );
    assert_eq!(judge(csv(&marked(&utf16, b"\xff\xfe"))), ["response-format body [charset]"]);
    assert_eq!(judge(csv(&latin)), ["response-format body [charset]"]);
    let named = Made::new(200, "text/csv; charset=iso-8859-1", &latin);
    assert_eq!(judge(named), ["response-format header.content-type [charset]"]);
    let json = Made::json("\u{feff}{\"a\":1}");
    assert_eq!(found(&compare(&Made::json("{\"a\":1}"), &json)), ["response-format body [byte-order-mark]"]);
    let xml = |charset: &str, bytes: &[u8]| {
        let head = format!("<?xml version=\"1.0\" encoding=\"{charset}\"?><a>");
        Made::new(200, "text/xml", [head.as_bytes(), bytes, b"</a>"].concat())
    };
    assert_eq!(
        found(&compare(&xml("utf-8", "\u{e9}".as_bytes()), &xml("iso-8859-1", b"\xe9"))),
        ["response-format body [charset]"]
    );
    assert_eq!(
        found(&compare(&xml("utf-8", "\u{e9}".as_bytes()), &xml("iso-8859-1", b"\xe8"))),
        ["response-format body [charset]", "response-value /a"]
    );
}

#[test]
fn what_cannot_be_decoded_is_drift() {
    let encoded = |bytes: &[u8]| {
        let mut made = Made::new(200, "application/json", bytes).header("content-encoding", "compress");
        made.response().body.undecoded = Some("compress".to_owned());
        made
    };
    let plain = Made::json("{}").header("content-encoding", "compress");
    assert_eq!(found(&compare(&plain, &encoded(b"\x1f\x9d1"))), ["response-unparsable body [encoding]"]);
    assert_eq!(found(&compare(&plain, &encoded(b"{}"))), ["response-unparsable body [encoding]"]);
    assert_eq!(
        found(&compare(&encoded(b"\x1f\x9d1"), &encoded(b"\x1f\x9d2"))),
        ["response-value body [binary]"]
    );
    let unknown = compare_controlled(&encoded(b"1"), &encoded(b"2"), &encoded(b"3"));
    assert_ne!(unknown.status, envparity_core::CaseStatus::Compared);
}
