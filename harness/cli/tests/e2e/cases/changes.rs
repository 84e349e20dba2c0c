//! Changes on the wire, many in one run: what means something is found at its place and nowhere else, what means
//! nothing is not found. `ci/bench sensitivity` has hundreds more.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::support::Project;
use crate::support::wire::{Wire, ok, response};

tests!(
    "changes":
    each_is_found_at_its_place,
    those_without_meaning_are_not_found,
    one_change_in_many_cases_is_told_once
);

/// (name, the reference's response, the candidate's, findings above info).
type Change = (&'static str, Vec<u8>, Vec<u8>, &'static [&'static str]);

const BODY: &str =
    r#"{"id":7,"name":"Zoë","at":"2026-01-05T10:00:00Z","big":9007199254740993,"tags":["a","b"]}"#;

fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    ok("application/json", body)
}

fn swap(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(BODY.matches(from).count(), 1, "`{from}` stands once");
    json(BODY.replacen(from, to, 1))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

fn encoded(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Encoding: gzip\nContent-Length: {}",
        body.len()
    );
    response(&head, body)
}

fn with(header: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 2\n{header}");
    response(&head, b"{}")
}

fn chunked(size: usize, end: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for chunk in BODY.as_bytes().chunks(size) {
        body.extend(format!("{:x};note=1\r\n", chunk.len()).bytes().chain(chunk.iter().copied()));
        body.extend(b"\r\n");
    }
    body.extend(end.bytes());
    response("HTTP/1.1 200 OK\nContent-Type: application/json\nTransfer-Encoding: chunked", &body)
}

fn with_meaning() -> Vec<Change> {
    let body = || json(BODY);
    let cut = |bytes: Vec<u8>, at: usize| bytes[..at].to_vec();
    let status = |line: &str, body: &[u8]| {
        let head = format!("{line}\nContent-Type: application/json\nContent-Length: {}", body.len());
        response(&head, body)
    };
    let cookie = |rest: &str| with(&format!("Set-Cookie: theme=dark; Path=/{rest}"));
    let place = |to: &str| {
        response(
            &format!("HTTP/1.1 302 Found\nContent-Type: text/plain\nContent-Length: 0\nLocation: {to}"),
            b"",
        )
    };
    vec![
        ("value", body(), swap("\"id\":7", "\"id\":8"), &["response-value $.id"]),
        ("type", body(), swap("\"id\":7", "\"id\":\"7\""), &["response-type $.id"]),
        ("gone", body(), swap("\"id\":7,", ""), &["response-field-removed $.id"]),
        ("new", body(), swap("\"id\":7", "\"id\":7,\"x\":null"), &["response-field-added $.x"]),
        ("float", body(), swap("\"id\":7", "\"id\":7.0"), &["response-format $.id"]),
        ("double", body(), swap("0993", "0992"), &["response-value $.big"]),
        ("zone", body(), swap("00Z", "00+00:00"), &["response-format $.at"]),
        ("decomposed", body(), swap("ë", "e\u{308}"), &["response-format $.name"]),
        ("order", body(), swap("\"a\",\"b\"", "\"b\",\"a\""), &["response-order $.tags"]),
        ("shorter", body(), swap("\"a\",\"b\"", "\"b\""), &["response-length $.tags"]),
        ("twice", body(), swap("\"id\":7", "\"id\":7,\"id\":7"), &["response-field-added $.id"]),
        ("class", body(), status("HTTP/1.1 500 Oops", BODY.as_bytes()), &["response-status status"]),
        ("status", body(), status("HTTP/1.1 202 Accepted", BODY.as_bytes()), &["response-status status"]),
        ("media", body(), ok("text/json", BODY), &["response-media-type header.content-type"]),
        ("cut-off", body(), cut(json(BODY), 130), &["response-outcome outcome"]),
        ("no-answer", body(), Vec::new(), &["response-outcome outcome"]),
        ("no-http", body(), b"220 ready\r\n".to_vec(), &["response-outcome outcome"]),
        ("chunk-cut", body(), chunked(20, ""), &["response-outcome outcome"]),
        ("chunk-bad", body(), chunked(20, "zz\r\n"), &["response-outcome outcome"]),
        ("no-end", body(), json(&BODY[..BODY.len() - 1]), &["response-unparsable body"]),
        ("empty", body(), json(""), &["response-unparsable body"]),
        (
            "bomb-not",
            encoded(&gzip(BODY.as_bytes())),
            encoded(BODY.as_bytes()),
            &["response-unparsable body"],
        ),
        (
            "garbage",
            encoded(&gzip(BODY.as_bytes())),
            encoded(&gzip(BODY.as_bytes())[5..]),
            &["response-unparsable body"],
        ),
        ("weak", with("ETag: \"a\""), with("ETag: W/\"a\""), &["response-header header.etag"]),
        ("vary", with("Vary: Accept, Origin"), with("Vary: Origin"), &["response-header header.vary"]),
        ("script", cookie("; HttpOnly"), cookie(""), &["response-header header.set-cookie"]),
        ("target", place("/a"), place("/b"), &["response-header header.location"]),
        ("absolute", place("/a"), place("http://other.example/a"), &["response-header header.location"]),
        ("lines", ok("text/plain", "a\nb\n"), ok("text/plain", "a\r\nb\r\n"), &["response-text-space body"]),
        (
            "bytes",
            ok("image/png", b"\x89PNG\r\n\x1a\n1"),
            ok("image/png", b"\x89PNG\r\n\x1a\n2"),
            &["response-value body"],
        ),
    ]
}

fn without_meaning() -> Vec<Change> {
    let body = || json(BODY);
    let head = |more: &str| {
        response(&format!("HTTP/1.1 200 OK\n{more}\nContent-Length: {}", BODY.len()), BODY.as_bytes())
    };
    let before = |first: &str| [first.as_bytes(), &json(BODY)].concat();
    vec![
        ("keys", json(r#"{"a":1,"b":[{"c":2,"d":3}]}"#), json(r#"{"b":[{"d":3,"c":2}],"a":1}"#), &[]),
        ("space", body(), json(BODY.replace(':', " :\t").replace("T10 :\t00 :\t00Z", "T10:00:00Z")), &[]),
        ("escapes", body(), swap("ë", "\\u00eb"), &[]),
        ("chunks", body(), chunked(7, "0\r\n\r\n"), &[]),
        ("bytewise", body(), chunked(1, "0\r\n\r\n"), &[]),
        ("trailer", body(), chunked(7, "0\r\nX-Sum: 1\r\n\r\n"), &[]),
        ("gzip", body(), encoded(&gzip(BODY.as_bytes())), &[]),
        ("plain", encoded(&gzip(BODY.as_bytes())), body(), &[]),
        (
            "version",
            body(),
            response("HTTP/1.0 200 OK\nContent-Type: application/json", BODY.as_bytes()),
            &[],
        ),
        ("interim", body(), before("HTTP/1.1 100 Continue\r\n\r\n"), &[]),
        ("hints", body(), before("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), &[]),
        ("names", body(), head("CONTENT-TYPE: Application/JSON"), &[]),
        (
            "connection",
            body(),
            head("Keep-Alive: timeout=5\nContent-Type: application/json\nVia: 1.1 x"),
            &[],
        ),
        ("vary", with("Vary: Accept, Origin"), with("vary: origin,accept"), &[]),
        ("cookie", with("Set-Cookie: a=1; Path=/; HttpOnly"), with("set-cookie: a=1; httponly; path=/"), &[]),
    ]
}

/// Runs all of them at once and compares what is found with what is expected, change by change.
fn check(changes: fn() -> Vec<Change>) {
    let serve = |pick: fn(&Change) -> &Vec<u8>| {
        let answers: BTreeMap<String, Vec<u8>> =
            changes().iter().map(|change| (format!("/{}", change.0), pick(change).clone())).collect();
        Wire::start(move |path, stream| {
            let plain = ok("application/json", "[1]");
            stream.write_all(answers.get(path).unwrap_or(&plain))
        })
    };
    let (reference, candidate) = (serve(|change| &change.1), serve(|change| &change.2));
    let mut project = Project::local()
        .reference_is("one", &reference.lines())
        .candidate_is("other", &candidate.lines())
        .compare("allow-same-engine", "false")
        .with_control();
    for (name, ..) in changes() {
        project = project.suite(name, &format!("GET {{{{base}}}}/same\n\nGET {{{{base}}}}/{name}\n"));
    }
    let outcome = project.run();
    let report = outcome.report();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("a list") {
        if finding["severity"] != "info" {
            let case = finding["case"]["id"].as_str().expect("of a case").to_owned();
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            found.entry(case).or_default().push(format!("{} {}", text("code"), text("at")));
        }
    }
    let expected: BTreeMap<String, Vec<String>> = changes()
        .into_iter()
        .filter(|change| !change.3.is_empty())
        .map(|(name, _, _, all)| {
            (format!("suites/{name} GET /{name}"), all.iter().map(|one| (*one).to_owned()).collect())
        })
        .collect();
    assert_eq!(found, expected, "{}", outcome.words());
    let gaps = &report["coverage"]["not_compared"];
    assert_eq!(gaps.as_array().map(Vec::len), Some(0), "{gaps:#}");
}

fn each_is_found_at_its_place() {
    check(with_meaning);
}

fn those_without_meaning_are_not_found() {
    check(without_meaning);
}

fn one_change_in_many_cases_is_told_once() {
    let serve = |pace: &'static str| {
        Wire::start(move |path, stream| {
            let run = path.rsplit('/').next().unwrap_or_default();
            let body = format!(r#"{{"id":"{run}","km":{run},"pace":"{pace}{run}"}}"#);
            stream.write_all(&json(body))
        })
    };
    let (reference, candidate) = (serve("4:3"), serve("4.3"));
    let requests: String = (0..6).map(|run| format!("GET {{{{base}}}}/runs/{run}\n\n")).collect();
    let project = Project::local()
        .reference_is("one", &reference.lines())
        .candidate_is("other", &candidate.lines())
        .compare("allow-same-engine", "false")
        .with_control()
        .suite("runs", &requests);
    let outcome = project.run();
    let report = outcome.report();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(6));
    let [group] = report["groups"].as_array().expect("a list").as_slice() else {
        panic!("one group: {:#}", report["groups"])
    };
    assert_eq!((group["endpoint"].as_str(), group["cases"].as_u64()), (Some("GET /runs/*"), Some(6)));
    let said = outcome.words();
    assert!(
        said.contains("in 6 cases") && said.contains("and 3 more cases that show other values"),
        "{said}"
    );
    assert!(!said.contains("> pace"), "{said}");
    let said = project.parity(&["-v", "report", "latest"]).words();
    let line = said.lines().find(|line| line.contains("> pace: \"4:30\"")).expect("the place");
    assert!(line.contains("> pace: \"4.30\"") && said.contains("km: 0"), "{said}");
}
