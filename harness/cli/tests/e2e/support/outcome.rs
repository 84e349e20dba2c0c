//! How a run of the binary ended, and what can be asserted about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use crate::support::process::Ended;
use crate::support::{Docker, Project};

/// The bar for what an interrupted run may still hold.
const TIDY: Duration = Duration::from_secs(5);

/// How it ended.
pub(crate) struct Outcome {
    command: String,
    /// None: killed by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The run's id, if there was a run.
    pub(crate) run: Option<String>,
    folder: PathBuf,
    _project: Rc<tempfile::TempDir>,
}

impl Outcome {
    pub(crate) fn of(project: &Project, arguments: &[&str], ended: Ended) -> Self {
        let run =
            ended.stderr.lines().find_map(|line| line.strip_prefix("run ")).map(|run| run.trim().to_owned());
        let stdout = String::from_utf8_lossy(&ended.stdout).into_owned();
        let folder = run.as_ref().map_or_else(PathBuf::new, |run| project.path(".parity").join(run));
        let command = format!("parity {}", arguments.join(" "));
        let outcome = Self {
            command,
            code: ended.status.code(),
            stdout,
            stderr: ended.stderr,
            run,
            folder,
            _project: project.folder(),
        };
        let kept = arguments.contains(&"--keep");
        if let (Some(run), false) = (&outcome.run, kept) {
            Docker::local().holds_nothing_of(run, TIDY);
            if let Some(lab) = project.lab() {
                lab.docker().holds_nothing_of(run, TIDY);
            }
        }
        outcome
    }

    /// Everything it said, for a failed assertion.
    pub(crate) fn words(&self) -> String {
        format!(
            "$ {}\nexit {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.command, self.code, self.stdout, self.stderr
        )
    }

    /// Its exit code.
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.words());
        if let (Some(_), Ok(report)) = (&self.run, self.try_report()) {
            assert_eq!(
                report["exit_code"].as_i64(),
                Some(i64::from(code)),
                "the report's exit code\n{}",
                self.words()
            );
        }
        self
    }

    /// Words on standard error.
    pub(crate) fn complains(&self, words: &str) -> &Self {
        assert!(self.stderr.contains(words), "no `{words}` on standard error\n{}", self.words());
        self
    }

    /// Words on standard output.
    pub(crate) fn prints(&self, words: &str) -> &Self {
        assert!(self.stdout.contains(words), "no `{words}` on standard output\n{}", self.words());
        self
    }

    /// The run's folder.
    pub(crate) fn folder(&self) -> &Path {
        assert!(self.run.is_some(), "there was no run\n{}", self.words());
        &self.folder
    }

    fn try_report(&self) -> Result<Value, String> {
        let bytes = fs::read(self.folder.join("report.json")).map_err(|error| error.to_string())?;
        serde_json::from_slice(&bytes).map_err(|error| error.to_string())
    }

    /// The JSON report.
    pub(crate) fn report(&self) -> Value {
        self.folder();
        self.try_report().unwrap_or_else(|error| panic!("no report: {error}\n{}", self.words()))
    }

    /// The verdict: parity, drift or inconclusive.
    pub(crate) fn verdict(&self, verdict: &str) -> &Self {
        let report = self.report();
        assert_eq!(report["verdict"], verdict, "{}\n{:#}", self.words(), report["causes"]);
        self
    }

    /// All findings of a code.
    pub(crate) fn all(&self, code: &str) -> Vec<Value> {
        let report = self.report();
        let findings = report["findings"].as_array().expect("a list").iter();
        findings.filter(|finding| finding["code"] == code).cloned().collect()
    }

    /// The finding of a code at a place.
    pub(crate) fn finding(&self, code: &str, at: Option<&str>) -> Value {
        let found = self.all(code).into_iter().find(|finding| finding["at"].as_str() == at);
        found.unwrap_or_else(|| panic!("no {code} at {at:?}\n{}\n{}", self.codes(), self.words()))
    }

    /// A finding of that code at that place.
    pub(crate) fn finds(&self, code: &str, at: &str) -> &Self {
        self.finding(code, Some(at));
        self
    }

    /// No finding of that code.
    pub(crate) fn lacks(&self, code: &str) -> &Self {
        assert!(self.all(code).is_empty(), "{code}\n{}\n{}", self.codes(), self.words());
        self
    }

    /// Findings as lines, for people.
    pub(crate) fn codes(&self) -> String {
        let report = self.report();
        let findings = report["findings"].as_array().expect("a list").iter();
        let line = |f: &Value| {
            format!("{} {} {} {} {}", f["severity"], f["code"], f["disposition"], f["at"], f["subject"])
        };
        findings.map(line).collect::<Vec<_>>().join("\n")
    }

    /// A cause of an environment that says something, with a hint.
    pub(crate) fn cause(&self, environment: Option<&str>, words: &str) -> &Self {
        let report = self.report();
        let causes = report["causes"].as_array().expect("a list");
        let says = |cause: &&Value| {
            cause["environment"].as_str() == environment
                && cause["message"].as_str().is_some_and(|m| m.contains(words))
        };
        let cause = causes.iter().find(says);
        let cause = cause.unwrap_or_else(|| {
            panic!("no cause `{words}` of {environment:?}: {causes:#?}\n{}", self.words())
        });
        assert!(cause["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "no hint: {cause:#}");
        self
    }

    /// Cases selected and compared.
    pub(crate) fn coverage(&self, cases: u64, compared: u64) -> &Self {
        let coverage = &self.report()["coverage"];
        let found = (coverage["cases"].as_u64(), coverage["compared"].as_u64());
        assert_eq!(found, (Some(cases), Some(compared)), "cases, compared\n{coverage:#}\n{}", self.words());
        self
    }

    /// The folder holds all four reports, well-formed.
    pub(crate) fn has_all_reports(&self) -> &Self {
        for name in ["report.json", "report.txt", "report.xml", "report.html"] {
            let text = fs::read_to_string(self.folder().join(name))
                .unwrap_or_else(|e| panic!("{name}: {e}\n{}", self.words()));
            assert!(!text.trim().is_empty(), "{name} is empty");
        }
        self.junit();
        let html = fs::read_to_string(self.folder().join("report.html")).expect("just read");
        assert!(
            html.starts_with("<!doctype html>") || html.starts_with("<!DOCTYPE html>"),
            "{}",
            &html[..60]
        );
        assert!(html.trim_end().ends_with("</html>"));
        self
    }

    /// Names of the test cases in the JUnit report, after reading all of it.
    pub(crate) fn junit(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder().join("report.xml")).expect("a JUnit report");
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut names = Vec::new();
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{error}\n{text}")) {
                quick_xml::events::Event::Eof => return names,
                quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)
                    if tag.name().as_ref() == b"testcase" =>
                {
                    let name = tag.try_get_attribute("name").expect("attributes").expect("a name");
                    names.push(String::from_utf8_lossy(&name.value).into_owned());
                }
                _ => {}
            }
        }
    }
}
