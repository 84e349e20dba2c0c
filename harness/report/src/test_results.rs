//! A report as a test runner shows it: one test per case over all candidates, and one for what belongs to no case.

use envparity_model::{CaseId, Environment, Report};

use crate::{
    judge::{Judge, Judged},
    view::View,
    visible::visible,
};

/// What became of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// It was compared and nothing stands at the gate.
    Passed,
    /// It was not compared, by intention: why.
    LeftOut(String),
    /// It drifts, or could not be compared: lines for people.
    Failed(String),
}

/// What became of every test of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResults {
    /// The selected cases, in suite order.
    pub cases: Vec<(CaseId, TestOutcome)>,
    /// Services, packages, facts, and whatever stands in the way of a comparison.
    pub environments: TestOutcome,
}

/// Judges the tests of a report. `missing` are candidates that nobody waits for: no test speaks of them, so one that
/// has nothing else to be compared with is left out.
pub fn test_results(report: &Report, missing: &[String]) -> TestResults {
    let view = View::new(report);
    let judge = Judge::new(&view);
    let expected = |environment: &&Environment| !missing.contains(&environment.name);
    let compared: Vec<_> = view.compared().filter(expected).collect();
    let of_case = |case: &CaseId| {
        let judged = compared.iter().map(|candidate| (judge.pair(candidate), judge.case(case, candidate)));
        (case.clone(), joined(judged.collect()))
    };
    let cases: Vec<_> = report.coverage.case_ids.iter().map(of_case).collect();
    let mut whole = Vec::new();
    for candidate in view.candidates().filter(expected) {
        let pair = judge.pair(candidate);
        whole.push((format!("service {pair}"), judge.service(candidate)));
        whole.push((format!("packages {pair}"), judge.packages(candidate)));
        whole.push((format!("facts {pair}"), judge.facts(candidate)));
    }
    let failed = |judged: &Judged| matches!(judged, Judged::Failed { .. } | Judged::Errored { .. });
    let all_passed = !cases.iter().any(|(_, outcome)| matches!(outcome, TestOutcome::Failed(_)))
        && !whole.iter().any(|(_, judged)| failed(judged));
    let run = if missing.is_empty() { judge.run(all_passed) } else { judge.run_without(missing) };
    whole.push(("run".to_owned(), run));
    TestResults { cases, environments: joined(whole) }
}

/// One outcome of several parts, each under its heading: what failed counts most, what was left out least.
fn joined(parts: Vec<(String, Judged)>) -> TestOutcome {
    let (mut failed, mut left_out, mut passed) = (Vec::new(), Vec::new(), false);
    for (heading, judged) in parts {
        match judged {
            Judged::Failed { details, .. } if !details.is_empty() => {
                failed.push(heading);
                failed.extend(details.into_iter().map(|line| format!("  {line}")));
            }
            Judged::Failed { message, .. } | Judged::Errored { message, .. } => {
                failed.push(format!("{heading} {message}"));
            }
            Judged::Skipped { reason } => left_out.push(format!("{heading} {reason}")),
            Judged::Passed { .. } => passed = true,
        }
    }
    let text = |lines: Vec<String>, between: &str| {
        lines.iter().map(|line| visible(line)).collect::<Vec<_>>().join(between)
    };
    match (failed.is_empty(), passed) {
        (false, _) => TestOutcome::Failed(text(failed, "\n")),
        (true, true) => TestOutcome::Passed,
        (true, false) if left_out.is_empty() => {
            TestOutcome::Failed("there was nothing to compare it with".to_owned())
        }
        (true, false) => TestOutcome::LeftOut(text(left_out, "; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn shown(results: &TestResults) -> String {
        let line = |(name, outcome): (&str, &TestOutcome)| match outcome {
            TestOutcome::Passed => format!("passed   {name}\n"),
            TestOutcome::LeftOut(why) => format!("left out {name}   {why}\n"),
            TestOutcome::Failed(text) => format!("failed   {name}\n{text}\n"),
        };
        let cases = results.cases.iter().map(|(case, outcome)| line((case.as_str(), outcome)));
        cases.chain(std::iter::once(line(("environments", &results.environments)))).collect()
    }

    #[test]
    fn fixtures_read_as_they_did() {
        for (name, report) in fixtures::all() {
            insta::assert_snapshot!(name, shown(&test_results(&report, &[])));
        }
    }

    #[test]
    fn whatever_fails_a_run_fails_a_test() {
        for (name, report) in fixtures::all() {
            let results = test_results(&report, &[]);
            let outcomes = results.cases.iter().map(|(_, outcome)| outcome);
            let failed = outcomes
                .chain(std::iter::once(&results.environments))
                .any(|outcome| matches!(outcome, TestOutcome::Failed(_)));
            assert_eq!(failed, report.exit_code != 0, "{name}: {}", shown(&results));
        }
    }

    #[test]
    fn manifests_that_nobody_asked_for_are_no_failure() {
        let mut report = fixtures::drift();
        report.packages = envparity_model::Packages::default();
        report.findings.retain(|finding| finding.case.is_some());
        assert_eq!(test_results(&report, &[]).environments, TestOutcome::Passed);
        let cause = |environment: &str| envparity_model::Cause {
            environment: Some(environment.to_owned()),
            exit_code: 3,
            message: "the packages of `qa` could not be collected".to_owned(),
            hint: None,
        };
        report.causes = vec![cause("qa")];
        let TestOutcome::Failed(text) = test_results(&report, &[]).environments else { panic!() };
        assert!(text.contains("packages were not compared"), "{text}");
    }

    #[test]
    fn without_its_only_candidate_nothing_passes() {
        let report = fixtures::parity();
        let candidates: Vec<String> = report.environments.iter().skip(1).map(|e| e.name.clone()).collect();
        let results = test_results(&report, &candidates);
        assert!(!results.cases.is_empty());
        for (case, outcome) in &results.cases {
            assert!(matches!(outcome, TestOutcome::Failed(_)), "{case}: {outcome:?}");
        }
    }
}
