//! What most tests need: one entry, rendered or evaluated in a small world.

use std::time::Duration;

use envparity_model::{AssertResult, CaseId};
use envparity_suite::{
    Context, Entry, Evaluation, Files, Generator, Observed, Options, RenderError, Request, SuiteFile, Value,
    Vars, parse,
};

/// 2026-11-24T09:58:00Z.
pub(crate) const NOW_MS: i64 = 1_795_514_280_000;

pub(crate) struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "data.bin" => Ok(vec![0, 1, 255]),
            "dir/my file.txt" => Ok(b"text".to_vec()),
            "page.html" => Ok(b"<p>".to_vec()),
            _ => Err("no such file".to_owned()),
        }
    }
}

/// A world of its own for each test.
pub(crate) struct World {
    pub(crate) vars: Vars,
    generator: Generator,
    case: CaseId,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut vars = Vars::default();
        vars.set("base", "http://localhost:4567");
        vars.set("id", 7);
        vars.set("name", "a \"b\" é");
        Self { vars, generator: Generator::new("seed", NOW_MS), case: CaseId::new("suites/x GET /") }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context { vars: &self.vars, generator: &self.generator, files: &Disk, case: &self.case }
    }

    pub(crate) fn try_render(&self, text: &str) -> Result<Request, RenderError> {
        entry(text).render(&self.context())
    }

    pub(crate) fn render(&self, text: &str) -> Request {
        self.try_render(text).expect("a request")
    }

    pub(crate) fn options(&self, lines: &str) -> Result<Options, RenderError> {
        entry(&format!("GET {{{{base}}}}/\n[Options]\n{lines}\n")).options(&self.context())
    }
}

pub(crate) fn suite(text: &str) -> SuiteFile {
    match parse("suites/x.hurl", text) {
        Ok(suite) => suite,
        Err(errors) => panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

pub(crate) fn entry(text: &str) -> Entry {
    suite(text).entries.remove(0)
}

/// The errors of a text, as a person reads them.
pub(crate) fn errors(text: &str) -> String {
    let errors = parse("suites/x.hurl", text).expect_err("errors");
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n--\n")
}

/// The first body of a request, as text.
pub(crate) fn body(request: &Request) -> &str {
    std::str::from_utf8(request.body.as_deref().unwrap_or_default()).expect("text")
}

/// A response to be looked at.
pub(crate) struct Reply {
    pub(crate) version: &'static str,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) redirects: Vec<(u16, String)>,
    pub(crate) certificate: Option<Vec<u8>>,
}

impl Reply {
    pub(crate) fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            version: "HTTP/1.1",
            status: 200,
            headers: Vec::new(),
            body: body.into(),
            redirects: Vec::new(),
            certificate: None,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Evaluates the response part of an entry: `HTTP …` and what follows.
    pub(crate) fn evaluate(&self, response: &str) -> Evaluation {
        let entry = entry(&format!("GET {{{{base}}}}/\n{response}\n"));
        let observed = Observed {
            version: self.version,
            status: self.status,
            headers: &self.headers,
            body: &self.body,
            raw_body: b"as received",
            redirects: &self.redirects,
            ip: Some("127.0.0.1"),
            certificate: self.certificate.as_deref(),
            url: "http://localhost:4567/final",
            duration: Duration::from_millis(12),
        };
        entry.evaluate(&observed, &World::new().context())
    }

    /// The result of one explicit assert.
    pub(crate) fn assert(&self, assert: &str) -> AssertResult {
        let evaluation = self.evaluate(&format!("HTTP 200\n[Asserts]\n{assert}"));
        assert_eq!(evaluation.asserts.len(), 2, "status line and assert");
        evaluation.asserts.into_iter().next_back().expect("one assert")
    }

    #[track_caller]
    pub(crate) fn holds(&self, assert: &str) {
        let result = self.assert(assert);
        assert!(result.passed, "`{assert}` fails: {:?}", result.actual);
    }

    /// An assert that fails, with what it found.
    #[track_caller]
    pub(crate) fn fails(&self, assert: &str) -> String {
        let result = self.assert(assert);
        assert!(!result.passed, "`{assert}` holds");
        result.actual.expect("what was found")
    }

    /// The value of one capture, by query and filters.
    pub(crate) fn capture(&self, query: &str) -> Result<Value, String> {
        let mut evaluation = self.evaluate(&format!("HTTP *\n[Captures]\nfound: {query}"));
        match evaluation.captures.pop() {
            Some((_, value)) => Ok(value),
            None => Err(evaluation.failed_captures.remove(0).1),
        }
    }
}
