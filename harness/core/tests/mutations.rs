//! Every kind of change to a response is found, under its code, at its place, and nowhere else; what changes no
//! meaning is not found at minor or above.

mod kit;

use envparity_model::{FailureKind, Severity};
use kit::{Made, compare, compare_controlled, found, is_compared};

const BODY: &str = r#"{
  "activity_id": "run-17", "user": {"id": 7, "name": "Zoë", "tags": ["a", "b", "c"]},
  "calories": 320, "distance": 5.25, "big": 9007199254740993, "active": true, "note": null,
  "date": "2026-01-05T10:00:00Z", "day": "2026-01-05", "total": "1,234.50", "time": "9:58 AM",
  "url": "http://localhost:4567/activity/run-17",
  "items": [
    {"id": 1, "kind": "walk", "steps": [1, 2, 3]},
    {"id": 2, "kind": "run", "steps": [4, 5, 6]},
    {"id": 3, "kind": "swim", "steps": []}
  ],
  "matrix": [[1, 2], [3, 4]]
}"#;

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

fn reference() -> Made {
    Made::json(BODY)
        .header("server", "thin")
        .header("etag", "\"abc\"")
        .header("cache-control", "max-age=60, private")
        .header("vary", "Accept, Origin")
        .header("allow", "GET, POST")
        .header("x-total", "12")
        .header("set-cookie", "theme=dark; Path=/; HttpOnly; SameSite=Lax")
        .header("link", "<http://localhost:4567/activities?page=2>; rel=\"next\"")
        .header("access-control-allow-origin", "*")
}

#[test]
fn every_change_around_the_body_is_found_at_its_place() {
    let base = reference();
    let utf16: Vec<u8> = BODY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mutants: Vec<(&str, Made, &str)> = vec![
        ("status class", base.clone().status(500), "response-status status [class]"),
        ("status in class", base.clone().status(201), "response-status status"),
        ("connection cut", Made::failure(FailureKind::Closed), "response-outcome outcome [closed]"),
        ("refused", Made::failure(FailureKind::Refused), "response-outcome outcome [refused]"),
        ("no end", Made::failure(FailureKind::Timeout), "response-outcome outcome [timeout]"),
        (
            "media type",
            base.clone().set("content-type", "text/json"),
            "response-media-type header.content-type",
        ),
        ("no media type", base.clone().without("content-type"), "response-media-type header.content-type"),
        (
            "charset named",
            base.clone().set("content-type", "application/json; charset=iso-8859-1"),
            "response-format header.content-type [charset]",
        ),
        ("header removed", base.clone().without("x-total"), "response-header header.x-total [removed]"),
        ("header added", base.clone().header("x-new", "1"), "response-header header.x-new [added]"),
        ("header value", base.clone().set("x-total", "13"), "response-header header.x-total [value]"),
        ("header twice", base.clone().header("x-total", "12"), "response-header header.x-total [value]"),
        (
            "cache policy",
            base.clone().set("cache-control", "max-age=3600, private"),
            "response-header header.cache-control [value]",
        ),
        (
            "cors",
            base.clone().set("access-control-allow-origin", "http://a.example"),
            "response-header header.access-control-allow-origin [value]",
        ),
        (
            "method allowed",
            base.clone().set("allow", "GET, POST, PUT"),
            "response-header header.allow [value]",
        ),
        ("etag gone", base.clone().without("etag"), "response-header header.etag [removed]"),
        ("etag weak", base.clone().set("etag", "W/\"abc\""), "response-header header.etag [shape]"),
        ("cookie gone", base.clone().without("set-cookie"), "response-header header.set-cookie [removed]"),
        (
            "cookie name",
            base.clone().set("set-cookie", "skin=dark; Path=/; HttpOnly; SameSite=Lax"),
            "response-header header.set-cookie [cookie-added]|response-header header.set-cookie [cookie-removed]",
        ),
        (
            "cookie value",
            base.clone().set("set-cookie", "theme=light; Path=/; HttpOnly; SameSite=Lax"),
            "response-header header.set-cookie [cookie-value]",
        ),
        (
            "cookie not http only",
            base.clone().set("set-cookie", "theme=dark; Path=/; SameSite=Lax"),
            "response-header header.set-cookie [cookie-attributes]",
        ),
        (
            "cookie path",
            base.clone().set("set-cookie", "theme=dark; Path=/x; HttpOnly; SameSite=Lax"),
            "response-header header.set-cookie [cookie-attributes]",
        ),
        (
            "cookie site",
            base.clone().set("set-cookie", "theme=dark; Path=/; HttpOnly; SameSite=None"),
            "response-header header.set-cookie [cookie-attributes]",
        ),
        (
            "link relative",
            base.clone().set("link", "</activities?page=2>; rel=\"next\""),
            "response-header header.link [relative]",
        ),
        (
            "link page",
            base.clone().set("link", "<http://localhost:4567/activities?page=3>; rel=\"next\""),
            "response-header header.link [value]",
        ),
        ("redirect followed", base.clone().hop(302, "/y"), "response-status status [redirects]"),
        ("banner", base.clone().set("server", "puma"), "response-banner header.server"),
        ("banner gone", base.clone().without("server"), "response-banner header.server"),
        (
            "cut body",
            {
                let mut m = Made::json(&BODY[..BODY.len() - 1]);
                m.response().headers = base.clone().response().headers.clone();
                m
            },
            "response-unparsable body",
        ),
        (
            "empty body",
            {
                let mut m = Made::json("");
                m.response().headers = base.clone().response().headers.clone();
                m
            },
            "response-unparsable body [empty]",
        ),
        (
            "not utf-8",
            {
                let mut m = Made::new(
                    200,
                    "application/json",
                    BODY.as_bytes().iter().map(|b| if *b == 0xC3 { 0xFF } else { *b }).collect::<Vec<_>>(),
                );
                m.response().headers = base.clone().response().headers.clone();
                m
            },
            "response-unparsable body",
        ),
        (
            "utf-16",
            {
                let mut m = Made::new(200, "", utf16);
                m.response().headers = base
                    .clone()
                    .set("content-type", "application/json; charset=utf-16le")
                    .response()
                    .headers
                    .clone();
                m
            },
            "response-format header.content-type [charset]",
        ),
        (
            "html error page",
            {
                let mut m = Made::json("<html>oops</html>");
                m.response().headers = base.clone().response().headers.clone();
                m
            },
            "response-unparsable body",
        ),
    ];
    for (name, candidate, expected) in mutants {
        let result = compare_controlled(&base, &base.clone(), &candidate);
        let found: Vec<String> =
            found(&result).into_iter().filter(|f| !f.starts_with("response-bytes")).collect();
        assert_eq!(found, expected.split('|').collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn redirects_are_compared() {
    let base = Made::json("{}").hop(302, "http://localhost:4567/a").hop(301, "/b");
    for (candidate, expected) in [
        (Made::json("{}").hop(302, "/a").hop(301, "/b"), vec!["response-header header.location [hop]"]),
        (
            Made::json("{}").hop(303, "http://localhost:4567/a").hop(301, "/b"),
            vec!["response-status status [hop]"],
        ),
        (Made::json("{}").hop(302, "http://localhost:4567/a"), vec!["response-status status [redirects]"]),
    ] {
        assert_eq!(found(&compare(&base, &candidate)), expected);
    }
    let redirect = |to: &str| Made::new(302, "text/html", "").header("location", to);
    let to = |l: &str, r: &str| found(&compare(&redirect(l), &redirect(r)));
    assert_eq!(to("/x", "http://localhost:4567/x"), ["response-header header.location [absolute]"]);
    assert_eq!(
        to("http://localhost:4567/x", "https://localhost:4567/x"),
        ["response-header header.location [value]"]
    );
    assert_eq!(to("/x", "/y"), ["response-header header.location [value]"]);
}

#[test]
fn text_and_bytes_are_compared() {
    let text = "Activity 17\n  calories: 320\n  done at 9:58\u{202f}AM\nend\n";
    let html = "<table><tr><td style=\"text-align: right;\">1</td></tr></table>";
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
            "attribute",
            Made::new(200, "text/html", html),
            Made::new(200, "text/html", html.replace("style=\"text-align: right;\"", "align=\"right\"")),
            "response-value body",
        ),
        (
            "tag space",
            Made::new(200, "text/html", html),
            Made::new(200, "text/html", html.replace("><", ">\n<")),
            "response-text-space body",
        ),
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
fn what_changes_no_meaning_is_below_minor() {
    let base = reference();
    let body = |text: &str| {
        let mut made = Made::json(text);
        made.response().headers = base.clone().response().headers.clone();
        made
    };
    let compact: String = BODY.replace('\n', "").replace(": ", ":").replace(",  ", ",");
    let neutral: Vec<(&str, Made)> = vec![
        ("key order", body(&BODY.replace(r#""id": 1, "kind": "walk""#, r#""kind": "walk", "id": 1"#))),
        (
            "top key order",
            body(&format!(
                r#"{{"matrix": [[1, 2], [3, 4]],{}}}"#,
                BODY.trim_start_matches('{').rsplit_once(",\n  \"matrix\"").expect("last").0
            )),
        ),
        ("white space", body(&BODY.replace(": ", " :\t"))),
        ("compact", body(&compact)),
        ("final line end", body(&format!("{BODY}\r\n"))),
        ("unicode escape", body(&BODY.replace("Zoë", "Zo\\u00eb"))),
        ("upper-case escape", body(&BODY.replace("Zoë", "Zo\\u00EB"))),
        ("escaped slash", body(&BODY.replace("http://", "http:\\/\\/"))),
        ("escaped letter", body(&BODY.replace("walk", "w\\u0061lk"))),
        ("byte order mark", body(&format!("\u{feff}{BODY}"))),
        ("escaped key", body(&BODY.replace("\"calories\"", "\"calor\\u0069es\""))),
        ("date header", base.clone().set("date", "Tue, 24 Nov 2026 09:58:09 GMT")),
        ("header order", {
            let mut m = base.clone();
            m.response().headers.reverse();
            m
        }),
        ("list order", base.clone().set("vary", "Origin, Accept")),
        ("list case and space", base.clone().set("vary", "accept,origin")),
        ("list over lines", base.clone().without("allow").header("allow", "POST").header("allow", "GET")),
        ("cache order", base.clone().set("cache-control", "private, max-age=60")),
        ("media type case", base.clone().set("content-type", "Application/JSON")),
        ("chunked", base.clone().without("content-length").header("transfer-encoding", "chunked")),
        ("compressed", base.clone().without("content-length").header("content-encoding", "gzip")),
        ("connection", base.clone().header("connection", "close").header("keep-alive", "timeout=5")),
        ("request id", base.clone().header("x-request-id", "b1946ac92492d2347c6235b4d2611184")),
        (
            "trace",
            base.clone().header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ),
        ("etag value", base.clone().set("etag", "\"def\"")),
        (
            "cookie attribute order",
            base.clone().set("set-cookie", "theme=dark; SameSite=lax; HttpOnly; path=/"),
        ),
        ("banner", base.clone().header("x-powered-by", "Ruby")),
        ("via", base.clone().header("via", "1.1 proxy").header("age", "3")),
        ("timed assert", base.clone().timed(false)),
    ];
    for (name, candidate) in neutral {
        for result in [compare(&base, &candidate), compare(&candidate, &base)] {
            let loud: Vec<_> = result.drifts.iter().filter(|d| d.severity > Severity::Info).collect();
            assert!(loud.is_empty(), "{name}: {loud:?}");
            assert!(is_compared(&result), "{name}");
        }
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
    assert_eq!(wide.drifts.len(), 20_000);
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
