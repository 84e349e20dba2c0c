//! One entry in one lane: attempts, captures, asserts.

use std::time::Duration;

use envparity_model::{
    AssertResult, BodyRef, Capture, CaseId, Exchange, FailureKind, NotSent, Outcome, Response, SentRequest,
    Timing, is_secret_name,
};
use envparity_suite::{
    Context, Entry, Evaluation, Files, Generator, Observed, Options, RenderError, Request, Retry,
};

use crate::Settings;
use crate::decode::Decoded;
use crate::failure::Failure;
use crate::lane::{Lane, Liveness};
use crate::pass::{Recorder, Scope};
use crate::secrets;
use crate::send::{Received, Sending};

/// Methods that may be sent again, and to an address that is not ours (RFC 9110, 9.2).
const SAFE: &[&str] = &["GET", "HEAD", "OPTIONS", "TRACE"];

/// Whether a method changes nothing.
pub fn is_safe(method: &str) -> bool {
    SAFE.contains(&method)
}
const IDEMPOTENT: &[&str] = &["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

/// One entry, asked in one lane.
pub(crate) struct Asking<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) lane: &'a Lane,
    pub(crate) recorder: &'a dyn Recorder,
    pub(crate) entry: &'a Entry,
    pub(crate) case: &'a CaseId,
    pub(crate) generator: &'a Generator,
    pub(crate) files: &'a (dyn Files + Send + Sync),
    /// It is asked also where the set-up failed.
    pub(crate) whatever: bool,
}

/// What came of an entry, its bodies not yet recorded.
pub(crate) struct Asked {
    exchange: Exchange,
    /// The request's body.
    sent: Option<Vec<u8>>,
    /// The response's body.
    received: Option<Decoded>,
    /// A value that it should have captured is missing: its name, and why.
    lacks_capture: Option<(String, String)>,
}

/// Whether a lane was stopped because its set-up failed.
const fn is_set_up(reason: &NotSent) -> bool {
    matches!(reason, NotSent::SetUpFailed { .. })
}

impl Asked {
    /// Whether a set-up that holds it has failed. What is not sent by intention is no failure.
    pub(crate) fn failed(&self) -> bool {
        let Exchange { outcome, asserts, .. } = &self.exchange;
        match outcome {
            Outcome::NotSent(NotSent::Skipped | NotSent::Unsafe | NotSent::Excluded { .. }) => false,
            Outcome::NotSent(_) | Outcome::Failure { .. } => true,
            Outcome::Response(_) | Outcome::Finished(_) => {
                self.lacks_capture.is_some() || asserts.iter().any(|assert| !assert.passed && !assert.timed)
            }
        }
    }

    /// Tells a missing capture as an assert that fails, where everything after depends on it.
    pub(crate) fn tell_missing_capture(&mut self, line: u32) {
        let answered = matches!(self.exchange.outcome, Outcome::Response(_));
        if let Some((name, why)) = self.lacks_capture.as_ref().filter(|_| answered) {
            self.exchange.asserts.push(AssertResult {
                line,
                text: format!("capture `{name}`"),
                passed: false,
                actual: Some(why.clone()),
                timed: false,
            });
        }
    }

    /// Which attempt this was, and what was wrong with the first one.
    fn again(mut self, attempt: u32, first_failure: Option<String>) -> Self {
        self.exchange.attempt = attempt;
        self.exchange.first_failure = first_failure;
        self
    }

    /// Hands everything to the recorder, bodies first: a line never names a body that is not there.
    pub(crate) fn record(self, environment: &str, recorder: &dyn Recorder) {
        let Self { mut exchange, sent, mut received, .. } = self;
        recorder.redact(&mut exchange, received.as_mut().map_or(&mut Vec::new(), |body| &mut body.bytes));
        if let (Some(SentRequest { body: Some(body), .. }), Some(bytes)) = (&mut exchange.request, sent) {
            *body = recorder.body(&bytes, false, None);
        }
        if let (Outcome::Response(response), Some(body)) = (&mut exchange.outcome, received) {
            response.body = recorder.body(&body.bytes, body.truncated, body.undecoded);
        }
        recorder.exchange(environment, exchange);
    }
}

/// Stands for a body until the recorder has it.
const fn unrecorded() -> BodyRef {
    BodyRef { sha256: String::new(), size: 0, truncated: false, undecoded: None }
}

/// An attempt that came to an outcome.
struct Attempt {
    request: Request,
    result: Result<Received, Failure>,
    evaluation: Option<Evaluation>,
    at: Duration,
}

impl Attempt {
    /// What is wrong with it, for people.
    fn failure(&self) -> Option<String> {
        let evaluation = match &self.result {
            Err(failure) => return Some(failure.to_string()),
            Ok(_) => self.evaluation.as_ref()?,
        };
        let assert = evaluation.asserts.iter().find(|assert| !assert.passed).map(|assert| {
            let actual = assert.actual.as_deref().map(|actual| format!(", got {actual}")).unwrap_or_default();
            format!("`{}` fails{actual}", assert.text)
        });
        let capture = || {
            let (name, why) = evaluation.failed_captures.first()?;
            Some(format!("`{name}` could not be captured: {why}"))
        };
        assert.or_else(capture)
    }

    fn passed(&self) -> bool {
        let holds = |e: &Evaluation| e.failed_captures.is_empty() && e.asserts.iter().all(|a| a.passed);
        self.evaluation.as_ref().is_some_and(holds)
    }
}

impl Asking<'_> {
    /// Asks the entry, again where the suite or a broken connection calls for it, and gives the last attempt.
    pub(crate) async fn ask(&self, scope: &mut Scope) -> Asked {
        if let Some(reason) = self.lane.stopped().filter(|reason| !self.whatever || !is_set_up(reason)) {
            return self.not_sent(reason, None);
        }
        if let Some(by) = self.entry.conditions.excludes(&self.lane.endpoint.spec.name) {
            self.captures_nothing(scope);
            return self.not_sent(NotSent::Excluded { by }, None);
        }
        let options = match self.entry.options(&self.context(scope)) {
            Ok(options) => options,
            Err(error) => return self.not_rendered(error, scope),
        };
        for (name, value) in &options.variables {
            scope.vars.set(name, value.clone());
        }
        if options.skip {
            return self.not_sent(NotSent::Skipped, None);
        }
        self.attempts(&options, scope).await
    }

    async fn attempts(&self, options: &Options, scope: &mut Scope) -> Asked {
        let mut number = 0;
        let mut fresh = false;
        let mut first_failure = None;
        loop {
            number += 1;
            let mut attempt = match self.attempt(options, scope, fresh).await {
                Ok(attempt) => attempt,
                Err(not_sent) => return not_sent.again(number, first_failure),
            };
            let failed = attempt.failure();
            if let Err(failure) = &mut attempt.result {
                let again = self.ask_witness(failure, &attempt.request).await;
                if again && !fresh {
                    first_failure = first_failure.or(failed);
                    fresh = true;
                    continue;
                }
            }
            let more = match options.retry {
                Retry::Never => false,
                Retry::Times(times) => number <= times,
                Retry::Forever => true,
            };
            if attempt.passed() || !more || self.lane.stopped().is_some() {
                return self.asked(attempt, scope).again(number, first_failure);
            }
            first_failure = first_failure.or(failed);
            tokio::time::sleep(options.retry_interval).await;
        }
    }

    async fn attempt(
        &self,
        options: &Options,
        scope: &mut Scope,
        fresh: bool,
    ) -> Result<Attempt, Box<Asked>> {
        let rendered = self.entry.render(&self.context(scope));
        let request = rendered.map_err(|error| Box::new(self.not_rendered(error, scope)))?;
        if !self.lane.endpoint.spec.writes && !is_safe(&request.method) {
            return Err(Box::new(self.not_sent(NotSent::Unsafe, Some(request))));
        }
        if !options.delay.is_zero() {
            tokio::time::sleep(options.delay).await;
        }
        let at = self.settings.started.elapsed();
        let sending = Sending {
            endpoint: &self.lane.endpoint,
            options,
            timeout: self.settings.timeout,
            body_cap: self.settings.body_cap,
            started_ms: self.settings.started_ms,
            fresh,
        };
        for secret in secrets::of_headers(&request.headers) {
            self.recorder.secret(&secret);
        }
        let result = sending.send(&request, &mut scope.jar).await;
        if let Err(failure) = &result
            && failure.unsendable
        {
            let reason = NotSent::Malformed { reason: failure.message.clone() };
            return Err(Box::new(self.not_sent(reason, Some(request))));
        }
        let evaluation = result.as_ref().ok().map(|received| self.evaluate(received, scope));
        Ok(Attempt { request, result, evaluation, at })
    }

    fn evaluate(&self, received: &Received, scope: &Scope) -> Evaluation {
        let observed = Observed {
            version: received.version,
            status: received.status,
            headers: &received.headers,
            body: &received.body.bytes,
            raw_body: received.raw.as_deref().unwrap_or(&received.body.bytes),
            redirects: &received.redirects,
            ip: received.ip.as_deref(),
            certificate: received.certificate.as_deref(),
            url: &received.url,
            duration: received.total,
        };
        self.entry.evaluate(&observed, &self.context(scope))
    }

    /// Classifies a failure by asking the engine; says whether one more attempt is in order.
    async fn ask_witness(&self, failure: &mut Failure, request: &Request) -> bool {
        match self.lane.witness.ask().await {
            Liveness::EngineGone => self.lane.stop(NotSent::EnvironmentLost),
            Liveness::ServiceDied => {
                self.lane.stop(NotSent::ServiceDied);
                failure.kind = FailureKind::Died;
            }
            Liveness::Alive | Liveness::Unknown => {
                let redirects = failure.kind == FailureKind::Redirects;
                return !redirects && IDEMPOTENT.contains(&request.method.as_str());
            }
        }
        false
    }

    fn asked(&self, attempt: Attempt, scope: &mut Scope) -> Asked {
        if self.lane.stopped() == Some(NotSent::EnvironmentLost) && attempt.result.is_err() {
            // A lost engine says nothing about the service: the failure is not the service's answer.
            return self.not_sent(NotSent::EnvironmentLost, Some(attempt.request));
        }
        let Evaluation { captures, failed_captures, asserts } =
            attempt.evaluation.unwrap_or_else(|| Evaluation {
                captures: Vec::new(),
                failed_captures: self
                    .entry
                    .sets()
                    .into_iter()
                    .map(|n| (n.to_owned(), String::new()))
                    .collect(),
                asserts: Vec::new(),
            });
        for (name, _) in &failed_captures {
            scope.vars.remove(name);
            scope.failed.insert(name.clone(), self.case.clone());
        }
        let lacks_capture = failed_captures.into_iter().next();
        let redacted = self.entry.redacted();
        for (name, value) in &captures {
            let text = || match value.to_json() {
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            if redacted.contains(&name.as_str()) {
                self.recorder.declared_secret(&text());
            } else if is_secret_name(name) {
                self.recorder.secret(&text());
            }
            scope.vars.set(name, value.clone());
            scope.failed.remove(name);
        }
        let captures =
            captures.into_iter().map(|(name, value)| Capture { value: value.to_json(), name }).collect();
        let at_ms = milliseconds(attempt.at);
        let (outcome, timing, received) = match attempt.result {
            Ok(received) => response(received, at_ms),
            Err(failure) => {
                let outcome = Outcome::Failure { kind: failure.kind, message: failure.message };
                (outcome, Timing { at_ms, ..Timing::default() }, None)
            }
        };
        let (request, sent) = sent_request(attempt.request);
        let request = Some(request);
        let exchange = Exchange { request, outcome, captures, asserts, timing, ..self.blank() };
        Asked { exchange, sent, received, lacks_capture }
    }

    fn captures_nothing(&self, scope: &mut Scope) {
        for name in self.entry.sets() {
            scope.vars.remove(name);
            scope.failed.insert(name.to_owned(), self.case.clone());
        }
    }

    fn not_rendered(&self, error: RenderError, scope: &mut Scope) -> Asked {
        self.captures_nothing(scope);
        let reason = match error {
            RenderError::Missing { variable, .. } => {
                let because = scope.failed.get(&variable).cloned();
                NotSent::Missing { variable, because }
            }
            RenderError::Malformed { message, line, column } => {
                let file = &self.entry.place.file;
                NotSent::Malformed { reason: format!("{file}:{line}:{column}: {message}") }
            }
        };
        self.not_sent(reason, None)
    }

    fn not_sent(&self, reason: NotSent, request: Option<Request>) -> Asked {
        let (request, sent) = request.map(sent_request).unzip();
        let exchange = Exchange { request, outcome: Outcome::NotSent(reason), ..self.blank() };
        Asked { exchange, sent: sent.flatten(), received: None, lacks_capture: None }
    }

    fn blank(&self) -> Exchange {
        Exchange {
            case: self.case.clone(),
            sample: self.lane.sample,
            attempt: 1,
            first_failure: None,
            request: None,
            outcome: Outcome::NotSent(NotSent::Skipped),
            captures: Vec::new(),
            asserts: Vec::new(),
            timing: Timing { at_ms: milliseconds(self.settings.started.elapsed()), ..Timing::default() },
        }
    }

    fn context<'s>(&'s self, scope: &'s Scope) -> Context<'s> {
        Context { vars: &scope.vars, generator: self.generator, files: self.files, case: self.case }
    }
}

fn response(received: Received, at_ms: f64) -> (Outcome, Timing, Option<Decoded>) {
    let response = Response {
        version: received.version.to_owned(),
        status: received.status,
        headers: received.headers,
        body: unrecorded(),
        hops: received.hops,
    };
    let (head_ms, total_ms) = (milliseconds(received.head), milliseconds(received.total));
    (Outcome::Response(response), Timing { at_ms, head_ms, total_ms }, Some(received.body))
}

/// A request as the journal has it, and its body.
fn sent_request(request: Request) -> (SentRequest, Option<Vec<u8>>) {
    let Request { method, url, headers, body } = request;
    (SentRequest { method, url, headers, body: body.as_ref().map(|_| unrecorded()) }, body)
}

fn milliseconds(duration: Duration) -> f64 {
    // Three decimals say all that the clock does, and keep the journal small.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
