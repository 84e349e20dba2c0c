//! Changes that change no meaning.

use envparity_model::Severity;

use super::kit::{Made, compare, compare_controlled, found, is_compared};
use super::{BODY, reference};

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
fn headers_that_say_the_same_are_below_minor() {
    for (name, left, right) in [
        ("content-security-policy", "img-src a b; default-src 'self'", "default-src 'self';img-src b a;"),
        ("content-security-policy", "script-src 'nonce-aGk='", "script-src 'nonce-Yes+8/'"),
        ("permissions-policy", "camera=(), geolocation=(self a)", "geolocation=(a self),camera=()"),
        ("strict-transport-security", "max-age=600; includeSubDomains", "includesubdomains;max-age=\"600\""),
        ("x-frame-options", "DENY", "deny"),
        ("cache-control", "no-cache, Max-Age=5", "max-age=5,no-cache"),
        ("link", "</a>; rel=next, </b>; rel=prev", "</b>;rel=\"prev\", </a>; rel=\"next\""),
        ("www-authenticate", "Basic realm=\"a\", charset=\"UTF-8\"", "basic charset=\"UTF-8\", realm=\"a\""),
        ("content-disposition", "attachment; filename=a; size=1", "Attachment;size=1;filename=\"a\""),
        ("accept-post", "text/a; x=1; y=2, text/b", "text/b,text/A;y=2;x=1"),
        ("access-control-allow-headers", "X-A, X-B", "x-b,x-a"),
        ("expires", "Tue, 24 Nov 2026 10:58:01 GMT", "Tue, 24 Nov 2026 10:58:04 GMT"),
        ("last-modified", "Tue, 24 Nov 2026 09:58:01 GMT", "Mon, 23 Nov 2026 09:58:01 GMT"),
        (
            "set-cookie",
            "a=1; Expires=Tue, 24 Nov 2026 10:58:01 GMT; Domain=.a.b",
            "a=1; domain=a.b; expires=Tue, 24-Nov-2026 10:58:03 GMT",
        ),
        ("location", "http://localhost:4567/x", "http://localhost:4567/x"),
    ] {
        let of = |value: &str| Made::json("{}").header(name, value);
        for (l, r) in [(left, right), (right, left)] {
            let result = compare_controlled(&of(l), &of(l), &of(r));
            let loud: Vec<_> = result.drifts.iter().filter(|d| d.severity > Severity::Info).collect();
            assert!(loud.is_empty() && is_compared(&result), "{name}: {l} -> {r}: {loud:?}");
        }
    }
}

#[test]
fn no_body_is_framed_in_two_ways() {
    let none = Made::new(204, "", "").without("content-length");
    for (l, r) in [
        (&none, &none.clone().header("content-length", "0")),
        (&none.clone().header("content-length", "0"), &none),
    ] {
        assert_eq!(found(&compare(l, r)), Vec::<String>::new());
    }
}
