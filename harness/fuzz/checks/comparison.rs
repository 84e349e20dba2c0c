//! What holds of any two responses: `harness/fuzz` tries many, a test of `core` the seeds.

use std::hash::{DefaultHasher, Hash, Hasher};

use envparity_core::{Authorities, Authority, CaseInput, CaseResult, CaseStatus, Comparator, Side};
use envparity_model::{
    BodyRef, CaseId, CasePlace, Exchange, Outcome, Response, Sample, SentRequest, Severity, Timing,
};

/// Media types, by the first byte.
const MEDIA: [&str; 8] = [
    "application/json",
    "text/plain; charset=utf-8",
    "text/html",
    "application/xml",
    "application/x-ndjson",
    "text/event-stream",
    "image/png",
    "text/csv; charset=iso-8859-1",
];

/// Bytes to bytes: a byte that picks the media type, then up to three bodies between lines of `----`: the reference's,
/// the candidate's, the second sample's.
///
/// Panics where one of these does not hold: a comparison ends; with itself a response shows nothing and is compared;
/// what is found one way is found the other way; bodies that differ are never passed over in silence.
pub(crate) fn check(data: &[u8]) {
    let Some((media, rest)) = data.split_first() else { return };
    let media = MEDIA[usize::from(*media) % MEDIA.len()];
    let mut bodies = split(rest).into_iter();
    let (one, other) = (bodies.next().unwrap_or_default(), bodies.next().unwrap_or_default());
    let (reference, candidate) = (exchange(media, one), exchange(media, other));
    let same = compare((&reference, one), None, (&reference, one));
    assert!(same.drifts.is_empty() && same.status == CaseStatus::Compared, "with itself: {same:?}");
    let there = compare((&reference, one), None, (&candidate, other));
    let back = compare((&candidate, other), None, (&reference, one));
    if one != other {
        assert!(!there.drifts.is_empty() || there.status != CaseStatus::Compared, "silence");
    }
    let loud = |result: &CaseResult| result.drifts.iter().any(|drift| drift.severity > Severity::Info);
    assert_eq!(loud(&there), loud(&back), "one way only: {there:?}\n{back:?}");
    if let Some(control) = bodies.next() {
        let sample = exchange(media, control);
        compare((&reference, one), Some((&sample, control)), (&candidate, other));
        // What the reference shows of itself is no drift.
        let itself = compare((&reference, one), Some((&sample, control)), (&sample, control));
        assert!(!loud(&itself) || itself.status != CaseStatus::Compared, "its own sample: {itself:?}");
    }
}

fn split(rest: &[u8]) -> Vec<&[u8]> {
    const BETWEEN: &[u8] = b"\n----\n";
    let mut out = Vec::new();
    let mut from = 0;
    for at in 0..rest.len() {
        if out.len() < 2 && at >= from && rest[at..].starts_with(BETWEEN) {
            out.push(&rest[from..at]);
            from = at + BETWEEN.len();
        }
    }
    out.push(&rest[from.min(rest.len())..]);
    out
}

fn compare(
    reference: (&Exchange, &[u8]),
    control: Option<(&Exchange, &[u8])>,
    candidate: (&Exchange, &[u8]),
) -> CaseResult {
    let side = |(exchange, body)| Side { exchange, body };
    let authority = || Authority::new("localhost:4567", []);
    let place = CasePlace {
        id: CaseId::new("fuzz GET /"),
        file: "fuzz.hurl".into(),
        line: 1,
        method: "GET".into(),
        path: "/".into(),
    };
    let mut comparator =
        Comparator::new("qa", &[], Authorities { reference: authority(), candidate: authority() });
    comparator.compare(&CaseInput {
        place: &place,
        reference: side(reference),
        control: control.map(side),
        candidate: side(candidate),
        resample: None,
        later: &[],
    })
}

fn exchange(media: &str, body: &[u8]) -> Exchange {
    let response = Response {
        version: "HTTP/1.1".into(),
        status: 200,
        headers: vec![("content-type".into(), media.into())],
        body: BodyRef { sha256: digest(body), size: body.len() as u64, truncated: false, undecoded: None },
        hops: Vec::new(),
    };
    Exchange {
        case: CaseId::new("fuzz GET /"),
        sample: Sample::Primary,
        attempt: 1,
        first_failure: None,
        request: Some(SentRequest {
            method: "GET".into(),
            url: "http://localhost:4567/".into(),
            headers: Vec::new(),
            body: None,
        }),
        outcome: Outcome::Response(response),
        captures: Vec::new(),
        asserts: Vec::new(),
        timing: Timing::default(),
    }
}

/// Equal for equal bodies, which is all that a comparison asks of a digest.
fn digest(body: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("{:064x}", hasher.finish())
}
