//! What the suites covered, and what they did not.

use std::collections::{BTreeMap, BTreeSet};

use envparity_model::{
    CaseId, Code, ContractCoverage, Coverage, Flaky, Learned, NotCompared, Report, Violated,
};

use super::page::{Line, Page, Tone, table};
use crate::{view::View, words};

/// Suites that are listed one by one.
const SUITES: usize = 6;
/// Lines of a list before it is cut.
const LINES: usize = 5;

#[derive(Default)]
struct Suite {
    cases: u64,
    broken: u64,
    not_compared: u64,
    learned: u64,
}

/// One line per suite file, or one for all.
pub(super) fn suites(page: &mut Page, report: &Report) {
    let coverage = &report.coverage;
    if coverage.cases == 0 {
        let line = Line::labelled("suites").put(Tone::Strong, "none");
        page.line(line.gap().put(Tone::Plain, "packages and facts alone were compared, no responses"));
        return;
    }
    let by_file = by_file(coverage);
    let listed = by_file.values().map(|suite| suite.cases).sum::<u64>() == coverage.cases;
    let rows = if listed && by_file.len() <= SUITES {
        by_file.iter().map(|(file, suite)| row(file, suite, suite.compared())).collect()
    } else {
        let all = by_file.values().fold(Suite::default(), |sum, suite| Suite {
            cases: coverage.cases,
            broken: sum.broken + suite.broken,
            not_compared: sum.not_compared + suite.not_compared,
            learned: sum.learned + suite.learned,
        });
        vec![row(&words::count(by_file.len() as u64, "file"), &all, coverage.compared)]
    };
    table(page, rows, |at| if at == 0 { Line::labelled("suites") } else { Line::below() });
}

impl Suite {
    fn compared(&self) -> u64 {
        self.cases.saturating_sub(self.broken + self.not_compared)
    }
}

fn row(name: &str, suite: &Suite, compared: u64) -> Vec<(Tone, String)> {
    let mut said = vec![words::count(suite.cases, "case"), format!("{compared} compared")];
    for (number, what) in [(suite.broken, "broken"), (suite.not_compared, "not compared")] {
        if number > 0 {
            said.push(format!("{number} {what}"));
        }
    }
    if suite.learned > 0 {
        said.push(format!("{} learned as noise", words::count(suite.learned, "value")));
    }
    vec![(Tone::Strong, name.to_owned()), (Tone::Plain, said.join(", "))]
}

fn by_file(coverage: &Coverage) -> BTreeMap<&str, Suite> {
    let mut suites: BTreeMap<&str, Suite> = BTreeMap::new();
    for case in &coverage.case_ids {
        suites.entry(case.file()).or_default().cases += 1;
    }
    for broken in &coverage.broken {
        suites.entry(broken.case.file()).or_default().broken += 1;
    }
    for case in distinct(coverage) {
        suites.entry(case.file()).or_default().not_compared += 1;
    }
    for learned in &coverage.noise {
        suites.entry(learned.case.file()).or_default().learned += 1;
    }
    suites
}

/// Broken cases, cases that were not compared, places compared by shape only, waivers.
pub(super) fn uncovered(page: &mut Page, view: &View<'_>) {
    let coverage = &view.report.coverage;
    page.blank();
    broken(page, view);
    not_compared(page, coverage);
    flaky(page, &coverage.flaky);
    by_shape(page, &coverage.shape_only);
    contract(page, coverage.contract.as_ref());
    for (at, line) in view.report.waivers.iter().enumerate() {
        let start = if at == 0 { Line::labelled("waivers") } else { Line::below() };
        let right = page.width;
        page.line(start.put_cut(Tone::Plain, line, right));
    }
}

fn broken(page: &mut Page, view: &View<'_>) {
    // Those with a finding of their own are shown there.
    let findings = view.report.findings.iter().filter(|finding| finding.code == Code::ContractBroken);
    let shown: Vec<_> = findings.filter_map(|finding| Some(&finding.case.as_ref()?.id)).collect();
    let rest: Vec<_> = view.report.coverage.broken.iter().filter(|b| !shown.contains(&&b.case)).collect();
    let line = |broken: &&envparity_model::Broken| format!("{}   {}", broken.case, broken.reason);
    let verb = if rest.len() == 1 { "fails" } else { "fail" };
    let title = format!("{} {verb} on the reference itself", words::count(rest.len() as u64, "case"));
    list(page, "broken", &title, rest.iter().map(line).collect());
}

fn not_compared(page: &mut Page, coverage: &Coverage) {
    let mut reasons: BTreeMap<(bool, &str, &str), Vec<&str>> = BTreeMap::new();
    for not in absent(coverage) {
        let environment = not.environment.as_deref().unwrap_or_default();
        reasons
            .entry((words::is_intended(not), environment, &not.reason))
            .or_default()
            .push(not.case.as_str());
    }
    let line = |((intended, environment, reason), cases): (&(bool, &str, &str), &Vec<&str>)| {
        let place = if environment.is_empty() { String::new() } else { format!("{environment}: ") };
        let intended = if *intended { ", as intended" } else { "" };
        let more = if cases.len() > 1 { format!(" and {} more", cases.len() - 1) } else { String::new() };
        let first = cases.first().copied().unwrap_or_default();
        format!("{first}{more}   {place}{reason}{intended}")
    };
    let count = words::count(distinct(coverage).len() as u64, "case");
    list(page, "cases", &format!("{count} not compared"), reasons.iter().map(line).collect());
}

/// Cases that were not compared, without broken ones: those are said to be broken.
fn absent(coverage: &Coverage) -> impl Iterator<Item = &NotCompared> {
    let broken: BTreeSet<_> = coverage.broken.iter().map(|broken| &broken.case).collect();
    coverage.not_compared.iter().filter(move |not| !broken.contains(&not.case))
}

/// A case counts once, however many candidates lack it.
fn distinct(coverage: &Coverage) -> BTreeSet<&CaseId> {
    absent(coverage).map(|not| &not.case).collect()
}

fn flaky(page: &mut Page, flaky: &[Flaky]) {
    let mut found: BTreeMap<(&str, &str, u32, &str), Vec<&str>> = BTreeMap::new();
    for one in flaky {
        let key =
            (one.environment.as_str(), words::pass(one.sample), one.attempts, one.first_failure.as_str());
        found.entry(key).or_default().push(one.case.as_str());
    }
    let line = |((environment, pass, attempts, failure), cases): (&(&str, &str, u32, &str), &Vec<&str>)| {
        let more = if cases.len() > 1 { format!(" and {} more", cases.len() - 1) } else { String::new() };
        let first = cases.first().copied().unwrap_or_default();
        format!("{first}{more}   {environment}{pass}: attempt {attempts}, the first: {failure}")
    };
    let cases: BTreeSet<_> = flaky.iter().map(|flaky| &flaky.case).collect();
    let verb = if cases.len() == 1 { "was" } else { "were" };
    let count = words::count(cases.len() as u64, "case");
    let title = format!("{count} {verb} answered on a later attempt only");
    list(page, "flaky", &title, found.iter().map(line).collect());
}

fn by_shape(page: &mut Page, learned: &[Learned]) {
    let mut places: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for place in learned {
        places.entry((&place.at, &place.kind)).or_default().push(place.case.as_str());
    }
    let line = |((at, kind), cases): (&(&str, &str), &Vec<&str>)| {
        let first = cases.first().copied().unwrap_or_default();
        let more = if cases.len() > 1 { format!(" and {} more", cases.len() - 1) } else { String::new() };
        format!("{at}   {kind}   {first}{more}")
    };
    let count = words::count(learned.len() as u64, "place");
    list(page, "by shape", &format!("{count} compared by shape only"), places.iter().map(line).collect());
}

fn contract(page: &mut Page, contract: Option<&ContractCoverage>) {
    let Some(contract) = contract else { return };
    let mut lines: Vec<String> = contract.violations.iter().map(violated).collect();
    lines.extend(contract.unchecked.iter().map(|unchecked| {
        format!("{}   {}: not held to it: {}", unchecked.case, unchecked.environment, unchecked.reason)
    }));
    let title = words::held(contract);
    if lines.is_empty() {
        page.line(Line::labelled("contract").put(Tone::Plain, &title));
    }
    list(page, "contract", &title, lines);
}

fn violated(violated: &Violated) -> String {
    let environments: Vec<&str> = violated.environments.iter().map(String::as_str).collect();
    format!("{}   {}: {} {}", violated.case, environments.join(", "), violated.at, violated.message)
}

fn list(page: &mut Page, label: &str, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    page.line(Line::labelled(label).put(Tone::Plain, title));
    let right = page.width;
    for line in lines.iter().take(LINES) {
        page.line(Line::below().put_cut(Tone::Plain, line, right));
    }
    if lines.len() > LINES {
        page.line(Line::below().put(Tone::Quiet, &format!("and {} more", lines.len() - LINES)));
    }
}
