//! Exchanges made by hand, compared through the public interface.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::hash::{DefaultHasher, Hash, Hasher};

use envparity_config::Rule;
use envparity_core::{Authorities, Authority, CaseInput, CaseResult, CaseStatus, Comparator, Side};
use envparity_model::{
    AssertResult, BodyRef, Capture, CaseId, CasePlace, Exchange, FailureKind, Hop, Outcome, Response, Sample,
    SentRequest, Timing,
};

/// An exchange with the body's bytes.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) exchange: Exchange,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn place(id: &str) -> CasePlace {
    CasePlace {
        id: CaseId::new(id),
        file: "suite.hurl".into(),
        line: 1,
        method: "GET".into(),
        path: "/x".into(),
    }
}

impl Made {
    /// A response with a body of some media type.
    pub(crate) fn new(status: u16, media: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref().to_vec();
        let mut headers = vec![("date".to_owned(), "Tue, 24 Nov 2026 09:58:01 GMT".to_owned())];
        if !media.is_empty() {
            headers.push(("content-type".to_owned(), media.to_owned()));
        }
        headers.push(("content-length".to_owned(), body.len().to_string()));
        let response = Response {
            version: "HTTP/1.1".into(),
            status,
            headers,
            body: reference_to(&body),
            hops: Vec::new(),
        };
        Self { exchange: exchange(Outcome::Response(response)), body }
    }

    pub(crate) fn json(body: &str) -> Self {
        Self::new(200, "application/json", body)
    }

    pub(crate) fn text(body: &str) -> Self {
        Self::new(200, "text/plain; charset=utf-8", body)
    }

    pub(crate) fn failure(kind: FailureKind) -> Self {
        let outcome = Outcome::Failure { kind, message: "connection closed before message completed".into() };
        Self { exchange: exchange(outcome), body: Vec::new() }
    }

    pub(crate) fn outcome(outcome: Outcome) -> Self {
        Self { exchange: exchange(outcome), body: Vec::new() }
    }

    pub(crate) fn response(&mut self) -> &mut Response {
        match &mut self.exchange.outcome {
            Outcome::Response(response) => response,
            other => panic!("no response: {other:?}"),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.response().headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.response().headers.retain(|(n, _)| n != name);
        self
    }

    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        self.without(name).header(name, value)
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.response().status = status;
        self
    }

    pub(crate) fn hop(mut self, status: u16, location: &str) -> Self {
        self.response().hops.push(Hop { status, location: location.to_owned(), cookies: Vec::new() });
        self
    }

    pub(crate) fn truncated(mut self) -> Self {
        self.response().body.truncated = true;
        self
    }

    pub(crate) fn capture(mut self, name: &str, value: serde_json::Value) -> Self {
        self.exchange.captures.push(Capture { name: name.to_owned(), value });
        self
    }

    pub(crate) fn assert(mut self, text: &str, passed: bool) -> Self {
        let actual = (!passed).then(|| "something else".to_owned());
        self.exchange.asserts.push(AssertResult {
            line: 3,
            text: text.to_owned(),
            passed,
            actual,
            timed: false,
        });
        self
    }

    pub(crate) fn timed(mut self, passed: bool) -> Self {
        let text = "duration < 100".to_owned();
        self.exchange.asserts.push(AssertResult { line: 4, text, passed, actual: None, timed: true });
        self
    }

    pub(crate) fn side(&self) -> Side<'_> {
        Side { exchange: &self.exchange, body: &self.body }
    }
}

fn reference_to(body: &[u8]) -> BodyRef {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    BodyRef {
        sha256: format!("{:064x}", hasher.finish()),
        size: body.len() as u64,
        truncated: false,
        undecoded: None,
    }
}

fn exchange(outcome: Outcome) -> Exchange {
    Exchange {
        case: CaseId::new("suite GET /x"),
        sample: Sample::Primary,
        attempt: 1,
        first_failure: None,
        request: Some(SentRequest {
            method: "GET".into(),
            url: "http://localhost:4567/x".into(),
            headers: Vec::new(),
            body: None,
        }),
        outcome,
        captures: Vec::new(),
        asserts: Vec::new(),
        timing: Timing::default(),
    }
}

pub(crate) fn comparator(rules: &[Rule]) -> Comparator {
    let authority = || Authority::new("localhost:4567", []);
    Comparator::new("qa", rules, Authorities { reference: authority(), candidate: authority() })
}

/// One case without control.
pub(crate) fn compare(reference: &Made, candidate: &Made) -> CaseResult {
    comparator(&[]).compare(&input(reference, None, candidate))
}

/// One case with control.
pub(crate) fn compare_controlled(reference: &Made, control: &Made, candidate: &Made) -> CaseResult {
    comparator(&[]).compare(&input(reference, Some(control), candidate))
}

pub(crate) fn input<'a>(
    reference: &'a Made,
    control: Option<&'a Made>,
    candidate: &'a Made,
) -> CaseInput<'a> {
    CaseInput {
        place: Box::leak(Box::new(place("suite GET /x"))),
        reference: reference.side(),
        control: control.map(Made::side),
        candidate: candidate.side(),
        resample: None,
        later: &[],
    }
}

/// Drifts as `code at [kind]`, in order.
pub(crate) fn found(result: &CaseResult) -> Vec<String> {
    let mut out: Vec<String> = result
        .drifts
        .iter()
        .map(|d| {
            let kind = d.kind.as_deref().map(|kind| format!(" [{kind}]")).unwrap_or_default();
            format!("{} {}{kind}", d.code, d.at.as_deref().unwrap_or("-"))
        })
        .collect();
    out.sort();
    out
}

pub(crate) fn is_compared(result: &CaseResult) -> bool {
    result.status == CaseStatus::Compared
}
