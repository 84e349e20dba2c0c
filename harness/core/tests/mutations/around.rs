//! Changes around the body: status, outcome, headers, redirects.

use envparity_core::CaseStatus;
use envparity_model::{FailureKind, Severity};

use super::kit::{Made, compare, compare_controlled, found};
use super::{BODY, reference};

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
            "response-header header.cache-control [max-age]",
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
            "response-header header.set-cookie [cookie-httponly]",
        ),
        (
            "cookie path",
            base.clone().set("set-cookie", "theme=dark; Path=/x; HttpOnly; SameSite=Lax"),
            "response-header header.set-cookie [cookie-path]",
        ),
        (
            "cookie site",
            base.clone().set("set-cookie", "theme=dark; Path=/; HttpOnly; SameSite=None"),
            "response-header header.set-cookie [cookie-samesite]",
        ),
        (
            "link relative",
            base.clone().set("link", "</activities?page=2>; rel=\"next\""),
            "response-header header.link [next]",
        ),
        (
            "link page",
            base.clone().set("link", "<http://localhost:4567/activities?page=3>; rel=\"next\""),
            "response-header header.link [next]",
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
        ["response-header header.location [scheme]"]
    );
    assert_eq!(to("/x", "/y"), ["response-header header.location [path]"]);
    assert_eq!(to("/x?a=1&b=2", "/x?a=1&b=3"), ["response-header header.location [query.b]"]);
}

/// (header, on the reference, on the candidate, the kinds of what must be found).
const HEADERS: &[(&str, &str, &str, &str)] = &[
    ("cache-control", "no-store, max-age=0", "max-age=0", "no-store"),
    ("cache-control", "private, max-age=60", "public, max-age=60", "private|public"),
    ("vary", "Accept, Origin", "Accept", "value"),
    ("allow", "GET, POST", "GET, POST, DELETE", "value"),
    ("access-control-allow-methods", "GET, PUT", "GET", "value"),
    ("access-control-allow-headers", "x-a", "x-a, authorization", "value"),
    ("access-control-allow-credentials", "true", "false", "value"),
    ("access-control-max-age", "600", "60", "value"),
    ("content-security-policy", "default-src 'self'; img-src *", "default-src 'self'", "img-src"),
    ("content-security-policy", "script-src 'self'", "script-src 'self' 'unsafe-inline'", "script-src"),
    ("content-security-policy", "script-src 'nonce-a' 'self'", "script-src 'self'", "script-src"),
    ("strict-transport-security", "max-age=600; includeSubDomains", "max-age=600", "includesubdomains"),
    ("strict-transport-security", "max-age=600", "max-age=0", "max-age"),
    ("x-frame-options", "DENY", "SAMEORIGIN", "value"),
    ("x-content-type-options", "nosniff", "none", "value"),
    ("referrer-policy", "no-referrer", "unsafe-url", "value"),
    ("permissions-policy", "camera=(), geolocation=(self)", "camera=*, geolocation=(self)", "camera"),
    ("cross-origin-opener-policy", "same-origin", "unsafe-none", "value"),
    ("www-authenticate", "Basic realm=\"a\"", "Basic realm=\"b\"", "basic.realm"),
    ("www-authenticate", "Basic realm=\"a\", Bearer", "Basic realm=\"a\"", "bearer"),
    ("content-disposition", "attachment; filename=\"a.csv\"", "attachment; filename=\"b.csv\"", "filename"),
    ("content-disposition", "attachment; filename=a", "inline; filename=a", "value"),
    ("link", "</a?page=2>; rel=next, </a>; rel=prev", "</a>; rel=prev", "next"),
    ("link", "</a.css>; rel=preload; as=style", "</a.css>; rel=preload; as=script", "preload"),
    ("location", "/a?next=%2Fx#top", "/a?next=%2Fx", "fragment"),
    ("location", "/a", "/a?", "query"),
    ("content-language", "de", "en", "value"),
    ("retry-after", "120", "60", "value"),
    ("expires", "Tue, 24 Nov 2026 10:58:01 GMT", "Tue, 24 Nov 2026 09:58:01 GMT", "value"),
    ("last-modified", "Tue, 24 Nov 2026 09:58:01 GMT", "2026-11-24", "shape"),
    ("accept-patch", "application/json; v=1", "application/json; v=2", "value"),
    ("set-cookie", "a=1; Secure; HttpOnly", "a=1; HttpOnly", "cookie-secure"),
    ("set-cookie", "a=1; Secure; Partitioned", "a=1; Secure", "cookie-partitioned"),
    ("set-cookie", "a=1; Max-Age=60", "a=1; Max-Age=600", "cookie-max-age"),
    ("set-cookie", "a=1; Domain=a.example", "a=1; Domain=b.example", "cookie-domain"),
    (
        "set-cookie",
        "a=1; Expires=Tue, 24 Nov 2026 10:58:01 GMT",
        "a=1; Expires=Tue, 24 Nov 2026 11:58:01 GMT",
        "cookie-expires",
    ),
    ("set-cookie", "a=1; Expires=Tue, 24 Nov 2026 10:58:01 GMT", "a=1", "cookie-expires"),
];

#[test]
fn a_header_is_told_by_the_part_that_differs() {
    for (name, left, right, kinds) in HEADERS {
        let of = |value: &str| Made::json("{}").header(name, value);
        for (l, r) in [(left, right), (right, left)] {
            let result = compare_controlled(&of(l), &of(l), &of(r));
            let expected: Vec<String> =
                kinds.split('|').map(|kind| format!("response-header header.{name} [{kind}]")).collect();
            assert_eq!(found(&result), expected, "{name}: {l} -> {r}");
            assert!(result.drifts.iter().all(|drift| drift.severity >= Severity::Minor));
        }
    }
}

#[test]
fn what_protects_never_is_noise() {
    for (name, one, two) in [
        ("set-cookie", "a=1; HttpOnly", "a=1"),
        ("set-cookie", "a=1; SameSite=Lax", "a=1; SameSite=None"),
        ("content-security-policy", "default-src 'self'; img-src *", "default-src 'self'"),
        ("strict-transport-security", "max-age=600; preload", "max-age=600"),
    ] {
        let of = |value: &str| Made::json("{}").header(name, value);
        let result = compare_controlled(&of(one), &of(two), &of(one));
        assert!(matches!(&result.status, CaseStatus::Inconclusive(_)), "{name}: {:?}", result.status);
    }
    let result = compare_controlled(
        &Made::json("{}").header("x-frame-options", "DENY"),
        &Made::json("{}"),
        &Made::json("{}"),
    );
    assert!(matches!(&result.status, CaseStatus::Inconclusive(why) if why.contains("x-frame-options")));
}

#[test]
fn noise_in_one_part_leaves_the_others() {
    let policy = |report: &str, img: &str| {
        Made::json("{}")
            .header("content-security-policy", &format!("img-src {img}; report-uri /r?id={report}"))
    };
    let judge = |img: &str| {
        found(&compare_controlled(&policy("83af91", "*"), &policy("77bc02", "*"), &policy("11aa22", img)))
    };
    assert_eq!(judge("*"), Vec::<String>::new());
    assert_eq!(judge("*.example"), ["response-header header.content-security-policy [img-src]"]);
    let to = |state: &str, path: &str| {
        Made::new(302, "text/html", "").header("location", &format!("/{path}?client=a&state={state}"))
    };
    let judge = |candidate: Made| {
        found(&compare_controlled(
            &to("d41d8cd98f00b204e9800998ecf8427e", "login"),
            &to("0cc175b9c0f1b6a831c399e269772661", "login"),
            &candidate,
        ))
    };
    assert_eq!(judge(to("92eb5ffee6ae2fec3ad71c777531578f", "login")), Vec::<String>::new());
    assert_eq!(
        judge(to("92eb5ffee6ae2fec3ad71c777531578f", "logon")),
        ["response-header header.location [path]"]
    );
    assert_eq!(judge(to("", "login")), ["response-header header.location [query.state]"]);
}

#[test]
fn a_cookie_is_quoted_or_not_and_empty_or_not() {
    let of = |value: &str| Made::json("{}").header("set-cookie", &format!("theme={value}; Path=/"));
    for (left, right) in [("[masked:00aa]", "\"[masked:00aa]\""), ("[masked:00aa]", "")] {
        for (l, r) in [(left, right), (right, left)] {
            assert_eq!(found(&compare(&of(l), &of(r))), ["response-header header.set-cookie [cookie-shape]"]);
        }
    }
}

#[test]
fn cookies_set_on_the_way_are_compared() {
    let way = |cookie: &str| {
        let mut made = Made::json("{}").hop(302, "/a");
        made.response().hops[0].cookies.push(cookie.to_owned());
        made
    };
    let base = way("sid=1; HttpOnly");
    let judge = |candidate: &Made| found(&compare_controlled(&base, &base.clone(), candidate));
    assert_eq!(judge(&way("sid=1; HttpOnly")), Vec::<String>::new());
    assert_eq!(judge(&way("sid=1")), ["response-header header.set-cookie [hop]"]);
    assert_eq!(judge(&Made::json("{}").hop(302, "/a")), ["response-header header.set-cookie [hop]"]);
    assert_eq!(judge(&way("sid=1").hop(302, "/b")), ["response-status status [redirects]"]);
}
