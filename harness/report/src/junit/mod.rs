//! The report for CI systems that read JUnit.
//!
//! One test per case and candidate, plus three per candidate (service, packages, facts) and one for the run:
//! names are stable from run to run and carry the pair of environments, since consumers drop duplicates.
//! Drift at or above the gate fails, what was not compared errs, what was left out by intention is skipped.

use std::collections::HashSet;

use envparity_model::Report;
use junit_report::{Duration, OffsetDateTime, TestCase, TestResult, TestSuite};

use crate::judge::{Judge, Judged};
use crate::{view::View, visible::visible};

/// The report as JUnit XML: well-formed XML 1.0 whatever the report holds.
pub fn junit(report: &Report) -> Vec<u8> {
    let view = View::new(report);
    let judge = Judge::new(&view);
    let mut writer = Writer { started: started(report), names: HashSet::new(), suites: Vec::new() };
    for candidate in view.compared() {
        let pair = judge.pair(candidate);
        for case in &report.coverage.case_ids {
            let place = judge.place(case, candidate);
            writer.add(
                &format!("{} {pair}", case.file()),
                &candidate.name,
                Test {
                    name: format!("{case} {pair}"),
                    class: format!("{}.{}", candidate.name, case.file()),
                    file: place.map(|place| place.file.clone()),
                    time_ms: 0,
                    judged: judge.case(case, candidate),
                },
            );
        }
    }
    for candidate in view.candidates() {
        let pair = judge.pair(candidate);
        let tests = [
            ("service", judge.service(candidate)),
            ("packages", judge.packages(candidate)),
            ("facts", judge.facts(candidate)),
        ];
        for (what, judged) in tests {
            writer.add(
                ENVIRONMENTS,
                "envparity",
                Test::new(format!("{what} {pair}"), &candidate.name, judged),
            );
        }
    }
    let run = judge.run(writer.all_passed());
    let run = Test { time_ms: report.duration_ms, ..Test::new("run".to_owned(), "envparity", run) };
    writer.add(ENVIRONMENTS, "envparity", run);
    writer.finish()
}

/// The suite of everything that is no case.
const ENVIRONMENTS: &str = "environments";

struct Test {
    name: String,
    class: String,
    file: Option<String>,
    time_ms: u64,
    judged: Judged,
}

impl Test {
    fn new(name: String, class: &str, judged: Judged) -> Self {
        Self { name, class: class.to_owned(), file: None, time_ms: 0, judged }
    }
}

struct Writer {
    started: OffsetDateTime,
    names: HashSet<String>,
    suites: Vec<TestSuite>,
}

impl Writer {
    fn add(&mut self, suite: &str, hostname: &str, test: Test) {
        let suite = clean(suite);
        if self.suites.last().is_none_or(|last| last.name != suite) {
            self.suites.push(TestSuite {
                package: "envparity".to_owned(),
                name: suite,
                timestamp: self.started,
                hostname: clean(hostname),
                testcases: Vec::new(),
                system_out: None,
                system_err: None,
            });
        }
        let test = self.test(test);
        if let Some(suite) = self.suites.last_mut() {
            suite.testcases.push(test);
        }
    }

    fn test(&mut self, test: Test) -> TestCase {
        let name = self.unique(clean(&test.name));
        let mut system_out = None;
        let result = match test.judged {
            Judged::Passed { note } => {
                system_out = note.map(|lines| block(&lines));
                TestResult::Success
            }
            Judged::Skipped { reason } => {
                let type_ = "intended".to_owned();
                TestResult::SkippedWithCause { type_, message: clean(&reason), cause: None }
            }
            Judged::Failed { kind, message, details } => TestResult::Failure {
                type_: clean(&kind),
                message: clean(&message),
                cause: (!details.is_empty()).then(|| block(&details)),
            },
            Judged::Errored { kind, message } => {
                TestResult::Error { type_: clean(&kind), message: clean(&message), cause: None }
            }
        };
        TestCase {
            name,
            time: Duration::milliseconds(i64::try_from(test.time_ms).unwrap_or(i64::MAX)),
            result,
            classname: Some(clean(&test.class)),
            filepath: test.file.as_deref().map(clean),
            system_out,
            system_err: None,
        }
    }

    /// Two ids may look alike once they are clean; no test may hide behind another.
    fn unique(&mut self, name: String) -> String {
        let mut unique = name.clone();
        let mut number = 1;
        while !self.names.insert(unique.clone()) {
            number += 1;
            unique = format!("{name} #{number}");
        }
        unique
    }

    fn all_passed(&self) -> bool {
        let mut tests = self.suites.iter().flat_map(|suite| &suite.testcases);
        tests.all(|test| !test.is_failure() && !test.is_error())
    }

    fn finish(self) -> Vec<u8> {
        let mut report = junit_report::Report::new();
        report.add_testsuites(self.suites);
        let mut bytes = Vec::new();
        report.write_xml(&mut bytes).expect("a vector takes every byte");
        bytes.push(b'\n');
        bytes
    }
}

/// One line that is XML: [`visible`] shows every character that XML 1.0 forbids, and the writer below puts text
/// into CDATA sections as it is, so their end must not occur.
fn clean(text: &str) -> String {
    visible(text).replace("]]>", "]] >")
}

/// Clean lines.
fn block(lines: &[String]) -> String {
    lines.iter().map(|line| clean(line)).collect::<Vec<_>>().join("\n")
}

/// The run's start; the epoch where it cannot be read.
fn started(report: &Report) -> OffsetDateTime {
    let second = report.started.parse().map_or(0, jiff::Timestamp::as_second);
    // Before year 0 the format has no form.
    OffsetDateTime::from_unix_timestamp(second.max(0)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests;
