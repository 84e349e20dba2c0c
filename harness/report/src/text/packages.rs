//! Package and fact differences, those that matter first.

use envparity_model::{
    ChangeKind, Disposition, Environment, FactChange, Finding, PackageChange, PackageSummary, Verdict,
};

use super::page::{Cell, Line, NAME, Page, Tone, table};
use super::{elsewhere, tone};
use crate::{view::View, visible::cut, words};

/// Rows of one candidate.
const SHOWN: usize = 10;

pub(super) fn packages(page: &mut Page, view: &View<'_>) {
    page.blank();
    let mut first = true;
    for candidate in view.candidates() {
        let Some(line) = summary(view, candidate, first) else { continue };
        page.line(line);
        first = false;
        failed(page, view, candidate);
        changes(page, view, candidate);
    }
}

/// One line in words; nothing for an environment where nobody looked and nobody should.
fn summary(view: &View<'_>, candidate: &Environment, first: bool) -> Option<Line> {
    let line = if first { Line::labelled("packages") } else { Line::below() };
    let name = &candidate.name;
    let Some(summary) = view.report.packages.summary.get(name) else {
        // An address without an engine has no packages to show; an engine should have had some.
        let expected = candidate.engine.is_some();
        return expected.then(|| line.put(Tone::Warning, &format!("{} was not compared", cut(name, NAME))));
    };
    let same = PackageSummary { equal: summary.equal, ..PackageSummary::default() } == *summary;
    if same && view.report.verdict == Verdict::Parity {
        // The headline says it.
        return None;
    }
    let mut line = line.put(Tone::Strong, &words::packages(&cut(name, NAME), summary));
    let of_candidate = |change: &&PackageChange| change.environment == *name;
    let harmless = |change: &&PackageChange| change.proven.as_deref() == Some("harmless");
    let harmless = view.report.packages.changes.iter().filter(of_candidate).filter(harmless).count();
    if harmless > 0 {
        let harmless = format!("{harmless} proven harmless for these cases");
        line = line.gap().put(Tone::Good, &harmless);
    }
    Some(line)
}

fn changes(page: &mut Page, view: &View<'_>, candidate: &Environment) {
    let changes = view.packages(&candidate.name);
    let rows = changes.iter().take(SHOWN).map(|(change, finding)| row(change, *finding)).collect();
    table(page, rows, |_| Line::below());
    let rest = changes.get(SHOWN..).unwrap_or_default();
    if !rest.is_empty() {
        let more = format!("and {} more ({}), {}", rest.len(), by_ecosystem(rest), elsewhere(view.report));
        page.line(Line::below().put(Tone::Quiet, &more));
    }
}

/// What could not be compared is never only a clause in a sentence.
fn failed(page: &mut Page, view: &View<'_>, candidate: &Environment) {
    let failed = view.report.packages.summary.get(&candidate.name).map_or(0, |summary| summary.failed);
    if failed > 0 {
        let failed = format!("{} could not be compared", words::count(failed, "package"));
        page.line(Line::below().put(Tone::Warning, &failed));
    }
}

fn by_ecosystem(rest: &[(&PackageChange, Option<&Finding>)]) -> String {
    let mut counts = std::collections::BTreeMap::new();
    for (change, _) in rest {
        *counts.entry(change.ecosystem.name()).or_insert(0) += 1;
    }
    if let (1, Some((only, _))) = (counts.len(), counts.first_key_value()) {
        return format!("all {only}");
    }
    let counts: Vec<_> = counts.iter().map(|(ecosystem, number)| format!("{number} {ecosystem}")).collect();
    counts.join(", ")
}

fn row(change: &PackageChange, finding: Option<&Finding>) -> Vec<Cell> {
    let versions = match (&change.reference, &change.candidate) {
        (Some(version), None) | (None, Some(version)) => version.clone(),
        (reference, candidate) => words::change(reference.as_deref(), candidate.as_deref()),
    };
    let strong = if change.loaded || change.ecosystem.is_application() { Tone::Strong } else { Tone::Plain };
    let mut notes = Vec::new();
    notes.extend(change.proven.as_deref().map(|proven| format!("proven {proven}")));
    notes.extend(change.loaded.then(|| "loaded".to_owned()));
    notes.extend(change.owner.as_ref().map(|owner| format!("from {}", owner.replacen('/', " ", 1))));
    notes.extend(known(finding));
    vec![
        judged(finding),
        (Tone::Plain, words::direction(change.change).to_owned()),
        (Tone::Plain, change.ecosystem.name().to_owned()),
        (strong, change.name.clone()),
        (Tone::Plain, if change.change == ChangeKind::Altered { altered(change) } else { versions }),
        (Tone::Quiet, notes.join(", ")),
    ]
}

fn altered(change: &PackageChange) -> String {
    let version = change.reference.as_deref().or(change.candidate.as_deref()).unwrap_or_default();
    format!("{version}, other files")
}

fn judged(finding: Option<&Finding>) -> Cell {
    finding.map_or((Tone::Plain, String::new()), |f| (tone(f.severity), f.severity.name().to_owned()))
}

fn known(finding: Option<&Finding>) -> Option<String> {
    finding.filter(|f| f.disposition == Disposition::Waived).map(|_| "waived".to_owned())
}

pub(super) fn facts(page: &mut Page, view: &View<'_>) {
    let facts = view.facts();
    if facts.is_empty() {
        return;
    }
    page.blank();
    let verb = if facts.len() == 1 { "differs" } else { "differ" };
    // On parity the headline says how many agree.
    let equal = match view.report.verdict {
        Verdict::Parity => String::new(),
        _ => format!(", {} agree", view.report.coverage.facts_equal),
    };
    page.line(Line::labelled("facts").put(Tone::Strong, &format!("{} {verb}{equal}", facts.len())));
    let several = view.candidates().count() > 1;
    let rows = facts.iter().take(SHOWN).map(|(fact, finding)| fact_row(fact, *finding, several)).collect();
    table(page, rows, |_| Line::below());
    if facts.len() > SHOWN {
        let more = format!("and {} more, {}", facts.len() - SHOWN, elsewhere(view.report));
        page.line(Line::below().put(Tone::Quiet, &more));
    }
}

fn fact_row(fact: &FactChange, finding: Option<&Finding>, with_environment: bool) -> Vec<Cell> {
    let value = |value: &Option<envparity_model::FactValue>| {
        value.as_ref().map_or("unset".to_owned(), ToString::to_string)
    };
    let judged = if fact.intended { (Tone::Quiet, "intended".to_owned()) } else { judged(finding) };
    let environment = if with_environment { fact.environment.clone() } else { String::new() };
    vec![
        judged,
        (Tone::Plain, environment),
        (Tone::Plain, fact.name.clone()),
        (Tone::Plain, format!("{} → {}", value(&fact.reference), value(&fact.candidate))),
        (Tone::Quiet, known(finding).unwrap_or_default()),
    ]
}
