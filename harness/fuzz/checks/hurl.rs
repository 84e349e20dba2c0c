//! What holds of any bytes taken as a Hurl file: `harness/fuzz` tries many, a test of `suite` the seeds.

use std::collections::HashSet;
use std::time::Duration;

use envparity_suite::{Context, Files, Generator, Observed, Vars, parse};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("no such file".to_owned())
    }
}

/// Panics where one of these does not hold: reading ends; errors stand within the text; ids are unique; what was read
/// can be rendered and evaluated.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // One more for what is missing at the end.
    let lines = text.split('\n').count() as u32 + 1;
    match parse("suites/fuzz.hurl", text) {
        Err(errors) => {
            assert!(!errors.is_empty(), "no suite, and no reason");
            for error in errors {
                assert!(error.line >= 1 && error.line <= lines && error.column >= 1, "{error}");
                assert!(!error.message.is_empty());
            }
        }
        Ok(suite) => {
            let mut vars = Vars::default();
            for name in ["base", "id", "name"] {
                vars.set(name, "http://localhost:4567");
            }
            let generator = Generator::new("seed", 1_795_514_280_000);
            let mut ids = HashSet::new();
            let headers = [("content-type".to_owned(), "application/json".to_owned())];
            let observed = Observed {
                version: "HTTP/1.1",
                status: 200,
                headers: &headers,
                body: br#"{"a":[1,{"b":"x"}],"id":"17","items":[{"id":1},{"id":2}]}"#,
                raw_body: b"as received",
                redirects: &[],
                ip: Some("127.0.0.1"),
                certificate: None,
                url: "http://localhost:4567/",
                duration: Duration::from_millis(5),
            };
            for entry in &suite.entries {
                assert!(ids.insert(entry.place.id.clone()), "`{}` stands twice", entry.place.id);
                assert!(entry.place.line >= 1 && entry.place.line <= lines, "{:?}", entry.place);
                let context =
                    Context { vars: &vars, generator: &generator, files: &NoFiles, case: &entry.place.id };
                let _ = entry.options(&context);
                let first = entry.render(&context);
                assert_eq!(first, entry.render(&context), "the same seed makes the same request");
                let _ = entry.evaluate(&observed, &context);
            }
        }
    }
}
