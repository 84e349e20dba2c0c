//! Noisy services, many runs: nothing is found where nothing differs, and the one thing that differs always is.

mod kit;

use envparity_core::{Approved, Approver, Authority, BaselineComparator, CaseStatus};
use envparity_model::Severity;
use kit::{Made, comparator, input};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::json;

/// Random values as services make them.
struct Dice(TestRng);

impl Dice {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n
    }

    fn from(&mut self, alphabet: &str, len: usize) -> String {
        let chars: Vec<char> = alphabet.chars().collect();
        (0..len).map(|_| chars[self.below(chars.len() as u64) as usize]).collect()
    }

    fn hex(&mut self, len: usize) -> String {
        self.from("0123456789abcdef", len)
    }

    fn uuid(&mut self) -> String {
        format!("{}-{}-4{}-a{}-{}", self.hex(8), self.hex(4), self.hex(3), self.hex(3), self.hex(12))
    }

    fn token(&mut self, len: usize) -> String {
        self.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", len)
    }

    fn base36(&mut self, len: usize) -> String {
        self.from("0123456789abcdefghijklmnopqrstuvwxyz", len)
    }

    fn shuffle<T>(&mut self, mut items: Vec<T>) -> Vec<T> {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as u64 + 1) as usize);
        }
        items
    }

    /// A moment of the day of the test, with this many digits after the second.
    fn moment(&mut self, digits: usize, end: &str) -> String {
        let (h, m, s) = (self.below(24), self.below(60), self.below(60));
        let fraction =
            if digits > 0 { format!(".{}", self.from("0123456789", digits)) } else { String::new() };
        format!("2026-11-24T{h:02}:{m:02}:{s:02}{fraction}{end}")
    }

    /// Nanoseconds, zeros at the end left out.
    fn nanos(&mut self) -> String {
        let text = self.moment(9, "");
        format!("{}Z", text.trim_end_matches('0'))
    }
}

type Service = (&'static str, fn(&mut Dice, bool) -> Made, &'static str);

fn body(value: &serde_json::Value) -> Made {
    Made::json(&value.to_string())
}

const SERVICES: &[Service] = &[
    (
        "ids and times",
        |d, drift| {
            body(
                &json!({"id": d.uuid(), "at": d.moment(6, "+00:00"), "seen": d.nanos(), "state": if drift { "shut" } else { "open" }}),
            )
        },
        "$.state",
    ),
    (
        "tokens and cursors",
        |d, drift| {
            let jwt = format!("eyJhbGciOiJIUzI1NiJ9.eyJ{}.{}", d.token(40), d.token(43));
            body(
                &json!({"token": d.token(22), "jwt": jwt, "next": d.token(16), "csrf": d.hex(64), "ttl": if drift { 60 } else { 30 }}),
            )
        },
        "$.ttl",
    ),
    (
        "short ids",
        |d, drift| {
            body(
                &json!({"a": d.hex(8), "b": d.base36(10), "c": format!("run-{}", d.hex(6)), "d": d.hex(12), "e": if drift { "y" } else { "x" }}),
            )
        },
        "$.e",
    ),
    (
        "shuffled set",
        |d, drift| {
            let all = ["red", "green", "blue", "black", "white", if drift { "grey" } else { "brown" }];
            body(&json!({"colours": d.shuffle(all.to_vec())}))
        },
        "$.colours[*]",
    ),
    (
        "shuffled objects with times",
        |d, drift| {
            let items = (0..6).map(|n| json!({"name": format!("n{n}"), "load": d.below(1000), "up": d.moment(3, "Z"), "size": if drift && n == 3 { 9 } else { n }}));
            let items = items.collect();
            body(&json!({"nodes": d.shuffle(items)}))
        },
        "$.nodes[*].size",
    ),
    (
        "varying lengths",
        |d, drift| {
            let log: Vec<_> =
                (0..=d.below(6)).map(|_| json!({"t": d.below(100_000), "m": d.base36(8)})).collect();
            body(&json!({"log": log, "level": if drift { "warn" } else { "info" }}))
        },
        "$.level",
    ),
    (
        "numbers",
        |d, drift| {
            let load = d.below(1_000_000) as f64 / 10_000.0;
            body(
                &json!({"load": load, "rss": 1_000_000 + d.below(99_000_000), "ms": d.below(1000) as f64 / 10.0, "temp": d.below(400) as f64 / 10.0 - 20.0, "cpus": if drift { 4 } else { 2 }}),
            )
        },
        "$.cpus",
    ),
    (
        "epochs",
        |d, drift| {
            body(
                &json!({"s": 1_795_500_000 + d.below(99_999), "ms": 1_795_500_000_000_u64 + d.below(99_999_999), "f": (1_795_500_000_000_u64 + d.below(99_999_999)) as f64 / 1000.0, "zone": if drift { "CET" } else { "UTC" }}),
            )
        },
        "$.zone",
    ),
    (
        "keys by nature",
        |d, drift| {
            let mut map = serde_json::Map::new();
            for _ in 0..4 {
                map.insert(d.uuid(), json!({"n": 1, "at": d.moment(0, "Z")}));
            }
            body(&json!({"sessions": map, "max": if drift { 5 } else { 4 }}))
        },
        "$.max",
    ),
    (
        "messages",
        |d, drift| {
            let m = format!(
                "request {} took {}.{} ms on host-{}",
                d.uuid(),
                d.below(100),
                d.below(10),
                d.hex(12)
            );
            body(&json!({"message": m, "code": if drift { "E2" } else { "E1" }}))
        },
        "$.code",
    ),
    (
        "quotes",
        |d, drift| {
            let quotes = [
                "To be, or not to be.",
                "I think; therefore I am!",
                "Eureka",
                "All is number (said one)",
                "Know thyself - always",
                "Panta rhei: all flows",
                "So it goes.",
                "Call me Ishmael, please",
                "Hic sunt dracones?",
                "Fiat lux; 3 times",
            ];
            let at = d.below(10) as usize;
            body(&json!({"quote": quotes[at], "n": if drift { 2 } else { 1 }}))
        },
        "$.n",
    ),
    (
        "random items",
        |d, drift| {
            let items: Vec<_> = (0..3)
                .map(|_| {
                    let n = d.below(1000);
                    let mut item =
                        json!({"id": n, "name": format!("item {n}"), "price": n as f64 / 4.0 + 0.1});
                    if n % 2 == 0 {
                        item["sale"] = json!(true);
                    }
                    if n % 3 == 0 {
                        item["note"] = json!(null);
                    }
                    item
                })
                .collect();
            body(&json!({"items": items, "total": if drift { 999 } else { 1000 }}))
        },
        "$.total",
    ),
    (
        "web page",
        |d, drift| {
            let time = d.moment(0, "Z");
            Made::new(
                200,
                "text/html",
                format!(
                    "<html>\n<input name=\"csrf\" value=\"{}\">\n<p>{}</p>\n<p>{time}</p>\n</html>\n",
                    d.token(43),
                    if drift { "Bye" } else { "Hello" }
                ),
            )
        },
        "/html/body/p[*]",
    ),
    (
        "headers",
        |d, drift| {
            let allow = d.shuffle(vec!["GET", "HEAD", "OPTIONS", "POST"]).join(", ");
            body(&json!({}))
                .header("allow", &allow)
                .header("etag", &format!("\"{}\"", d.hex(32)))
                .header("set-cookie", &format!("session={}; Path=/; HttpOnly", d.token(43)))
                .header("x-ratelimit-remaining", &d.below(100).to_string())
                .header("x-runtime", &format!("0.{:06}", d.below(1_000_000)))
                .header("x-version", if drift { "2" } else { "1" })
        },
        "header.x-version",
    ),
    (
        "addresses",
        |d, drift| {
            body(
                &json!({"self": format!("http://localhost:4567/job/{}", d.uuid()), "file": format!("/tmp/tmp{}", d.base36(8)), "object": format!("<Job 0x00007f{}>", d.hex(10)), "ip": format!("172.17.0.{}", d.below(250)), "kind": if drift { "b" } else { "a" }}),
            )
        },
        "$.kind",
    ),
    (
        "coins",
        |d, drift| {
            // Two samples agree by chance: the third sees through most of it, and the candidate shakes.
            body(&json!({"at": d.moment(3, "Z"), "bucket": d.below(1000), "fixed": i32::from(drift)}))
        },
        "$.fixed",
    ),
];

/// Places where something above info is found, as the orchestrator asks: again where something drifts.
fn places(service: &Service, seed: u64, drift: bool) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let [reference, control, recheck] = [0, 1, 2].map(|_| (service.1)(&mut dice, false));
    let [candidate, resample] = [0, 1].map(|_| (service.1)(&mut dice, drift));
    let mut case = input(&reference, Some(&control), &candidate);
    let mut result = comparator(&[]).compare(&case);
    assert_eq!(result.status, CaseStatus::Compared, "{} {seed}", service.0);
    if envparity_core::needs_resample(&result) {
        case.resample = Some(resample.side());
        let mut rechecks = vec![recheck, (service.1)(&mut dice, false)];
        result = comparator(&[]).compare_rechecked(&case, rechecks.iter().map(Made::side));
        while envparity_core::needs_recheck(&result) && rechecks.len() < 6 {
            rechecks.push((service.1)(&mut dice, false));
            result = comparator(&[]).compare_rechecked(&case, rechecks.iter().map(Made::side));
        }
    }
    assert_eq!(result.status, CaseStatus::Compared, "{} {seed}", service.0);
    let loud = result.drifts.iter().filter(|d| d.severity > Severity::Info);
    let mut out: Vec<String> = loud
        .map(|d| {
            let at = d.at.clone().unwrap_or_default();
            at.split('[')
                .map(|p| p.split_once(']').map_or(p.to_owned(), |(_, rest)| format!("*]{rest}")))
                .collect::<Vec<_>>()
                .join("[")
        })
        .collect();
    out.sort();
    out.dedup();
    out
}

#[test]
fn nothing_is_found_where_nothing_differs() {
    let mut wrong = Vec::new();
    for service in SERVICES {
        for seed in 0..120 {
            let found = places(service, seed, false);
            if !found.is_empty() {
                wrong.push(format!("{} {seed}: {found:?}", service.0));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), SERVICES.len() * 120, wrong.join("\n"));
}

#[test]
fn the_drift_beside_the_noise_is_always_found() {
    for service in SERVICES {
        for seed in 1000..1060 {
            assert_eq!(places(service, seed, true), [service.2], "{} {seed}", service.0);
        }
    }
}

/// 2026-11-24, when the services above tell the time.
const CLOCK: i64 = 1_795_521_600;

/// What a person approves after one run, and what a second run of the same service finds of it.
fn approved(service: &Service, dice: &mut Dice, samples: usize) -> String {
    let made: Vec<Made> = (0..samples).map(|_| (service.1)(dice, false)).collect();
    let mut approver = Approver::new(&[], Authority::new("localhost:4567", []), CLOCK);
    let others: Vec<_> = made[1..].iter().map(Made::side).collect();
    let form = approver.normal_form(&kit::place("suite GET /x"), made[0].side(), &others);
    form.unwrap_or_else(|why| panic!("{}: {why}", service.0))
}

/// Places where something above info differs from what was approved, as the orchestrator asks.
fn changed(service: &Service, seed: u64, drift: bool) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let text = approved(service, &mut dice, 2);
    let approved = Approved::parse(&text).unwrap_or_else(|why| panic!("{}: {why}\n{text}", service.0));
    let [today, control] = [0, 1].map(|_| (service.1)(&mut dice, drift));
    let mut rechecks: Vec<Made> = Vec::new();
    loop {
        let mut comparator = BaselineComparator::new(&[], Authority::new("localhost:4567", []));
        let again: Vec<_> = rechecks.iter().map(Made::side).collect();
        let place = kit::place("suite GET /x");
        let result = comparator.compare(&place, &approved, today.side(), Some(control.side()), &again);
        assert_eq!(result.status, CaseStatus::Compared, "{} {seed}", service.0);
        if rechecks.len() < 5 && BaselineComparator::needs_recheck(&result, rechecks.len()) {
            rechecks.push((service.1)(&mut dice, drift));
            continue;
        }
        let loud = result.drifts.iter().filter(|d| d.severity > Severity::Info);
        let mut out: Vec<String> = loud.map(|d| format!("{} {}", d.code, without_indices(d))).collect();
        out.sort();
        out.dedup();
        return out;
    }
}

fn without_indices(drift: &envparity_core::Drift) -> String {
    let at = drift.at.clone().unwrap_or_default();
    let parts =
        at.split('[').map(|p| p.split_once(']').map_or(p.to_owned(), |(_, rest)| format!("*]{rest}")));
    parts.collect::<Vec<_>>().join("[")
}

#[test]
fn another_day_changes_no_contract() {
    let mut wrong = Vec::new();
    for service in SERVICES {
        for seed in 0..60 {
            let found = changed(service, seed, false);
            if !found.is_empty() {
                wrong.push(format!("{} {seed}: {found:?}", service.0));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), SERVICES.len() * 60, wrong.join("\n"));
}

#[test]
fn a_contract_that_changes_is_told_beside_the_noise() {
    for service in SERVICES {
        for seed in 1000..1030 {
            let found = changed(service, seed, true);
            assert_eq!(found.len(), 1, "{} {seed}: {found:?}", service.0);
            assert!(found[0].ends_with(service.2), "{} {seed}: {found:?}", service.0);
        }
    }
}

/// As far as chance allows: seven samples that agree in what is random are rare.
#[test]
fn the_same_service_gives_the_same_snapshot() {
    let mut wrong = Vec::new();
    for service in SERVICES {
        let first = approved(service, &mut Dice::new(1), 7);
        for seed in 2..40 {
            let again = approved(service, &mut Dice::new(seed), 7);
            if again != first {
                wrong.push(format!("{} {seed}\n{first}\n{again}", service.0));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
