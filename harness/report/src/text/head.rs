//! The headline, the run and its environments.

use envparity_model::{Culprit, Disposition, Environment, Report, Suspect, Verdict};

use super::page::{Cell, Line, Page, Tone, table};
use crate::{view::View, words};

pub(super) fn headline(page: &mut Page, view: &View<'_>) {
    let report = view.report;
    let line = Line::default().put(Tone::Strong, "parity: ");
    let (tone, word) = match report.verdict {
        Verdict::Parity => (Tone::Good, "PARITY"),
        Verdict::Drift => (Tone::Bad, "DRIFT"),
        Verdict::Inconclusive => (Tone::Warning, "INCONCLUSIVE"),
    };
    let mut line = line.put(tone, word);
    for (at, part) in parts(view).iter().enumerate() {
        let tone = if at == 0 { Tone::Strong } else { Tone::Plain };
        line = line.gap().put(tone, &crate::visible::cut(part, page.width));
    }
    page.line(line);
}

fn parts(view: &View<'_>) -> Vec<String> {
    let report = view.report;
    let mut parts = Vec::new();
    if report.verdict == Verdict::Inconclusive {
        parts.extend((!report.causes.is_empty()).then(|| words::count(report.causes.len() as u64, "cause")));
    }
    let active = words::severities(report, Disposition::Active);
    let below = words::severities(report, Disposition::BelowGate);
    match report.verdict {
        Verdict::Parity => parts.push(agreed(report)),
        _ if !active.is_empty() => parts.push(active),
        Verdict::Drift if !below.is_empty() => parts.push(format!("below the gate: {below}")),
        _ => {}
    }
    let waived = report.findings.iter().filter(|f| f.disposition == Disposition::Waived).count();
    if waived > 0 {
        parts.push(format!("{waived} waived"));
    }
    if report.verdict == Verdict::Parity && report.coverage.cases == 0 {
        parts.push("no responses were compared".to_owned());
    }
    parts.extend(blamed(report));
    parts
}

/// What agrees: the extent of the claim.
fn agreed(report: &Report) -> String {
    let coverage = &report.coverage;
    let mut parts = Vec::new();
    if coverage.cases > 0 && coverage.compared < coverage.cases {
        parts.push(format!("{} of {}", coverage.compared, words::count(coverage.cases, "case")));
    } else if coverage.cases > 0 {
        parts.push(words::count(coverage.cases, "case"));
    }
    if coverage.packages_equal > 0 {
        parts.push(words::count(coverage.packages_equal, "package"));
    }
    if coverage.facts_equal > 0 {
        parts.push(words::count(coverage.facts_equal, "fact"));
    }
    format!("{} agree", parts.join(", "))
}

/// The proven culprit of the worst finding that has one, else the first suspect.
fn blamed(report: &Report) -> Option<String> {
    let active = || report.findings.iter().filter(|f| f.disposition == Disposition::Active);
    let culprit = |culprit: &Culprit| {
        let factors: Vec<_> = culprit.factors.iter().map(without_ecosystem).collect();
        format!("culprit {}", factors.join(" with "))
    };
    let suspect = |suspect: &Suspect| {
        let words = words::suspect(suspect);
        format!("suspect {}", words.split_once(' ').map_or(&*words, |(_, rest)| rest))
    };
    let proven =
        active().max_by_key(|f| (!f.culprits.is_empty(), f.severity)).and_then(|f| f.culprits.first());
    let guessed = || active().find_map(|f| f.suspects.first());
    proven.map(culprit).or_else(|| guessed().map(suspect))
}

fn without_ecosystem(factor: &envparity_model::Factor) -> String {
    let words = words::factor(factor);
    words.split_once(' ').map_or(words.clone(), |(_, rest)| rest.to_owned())
}

/// Image, commit, configuration, time.
pub(super) fn run(page: &mut Page, report: &Report) {
    let mut refs: Vec<_> =
        report.environments.iter().filter_map(|e| Some(e.image.as_ref()?.r#ref.as_str())).collect();
    refs.dedup();
    let mut cells = Vec::new();
    if let [only] = refs[..] {
        cells.push(only.to_owned());
    }
    if let Some(commit) = &report.source.commit {
        let changed = if report.source.dirty == Some(true) { " with uncommitted changes" } else { "" };
        cells.push(format!("commit {}{changed}", commit.chars().take(7).collect::<String>()));
    }
    cells.push(report.config.path.clone().unwrap_or_else(|| "no configuration file".to_owned()));
    cells.push(words::minute(&report.started));
    cells.push(format!("took {}", words::seconds(report.duration_ms)));
    let line = Line::default().pad_to(2);
    let line = cells.iter().enumerate().fold(line, |line, (at, cell)| {
        let line = if at > 0 { line.gap() } else { line };
        line.put(Tone::Plain, &crate::visible::cut(cell, page.width / 2))
    });
    page.line(line);
}

pub(super) fn environments(page: &mut Page, view: &View<'_>) {
    let reference = view.reference();
    let all = &view.report.environments;
    let one_ref =
        all.iter().filter_map(|e| Some(&e.image.as_ref()?.r#ref)).collect::<std::collections::BTreeSet<_>>();
    let ways =
        all.iter().filter_map(|e| Some(e.collected_by?.name())).collect::<std::collections::BTreeSet<_>>();
    let row = |environment: &Environment| -> Vec<Cell> {
        let role = match environment.role {
            envparity_model::Role::Reference => "reference",
            envparity_model::Role::Candidate => "candidate",
        };
        let engine = environment.engine.as_ref();
        let ready = environment.ready_ms.map(|ms| format!("ready in {}", words::seconds(ms)));
        vec![
            (Tone::Strong, environment.name.clone()),
            (Tone::Plain, role.to_owned()),
            (
                Tone::Plain,
                engine.map_or("no engine".to_owned(), |engine| format!("engine {}", engine.version)),
            ),
            (Tone::Plain, image(environment, reference, one_ref.len() > 1)),
            (Tone::Plain, manifest(environment, ways.len() > 1)),
            (Tone::Plain, ready.unwrap_or_default()),
            (Tone::Plain, address(environment)),
            (Tone::Bad, insecure(environment)),
        ]
    };
    let rows = all.iter().map(row).collect();
    table(page, rows, |_| Line::default().pad_to(2));
}

fn image(environment: &Environment, reference: Option<&Environment>, named: bool) -> String {
    let Some(image) = &environment.image else { return String::new() };
    let name = if named { format!("{} ", image.r#ref) } else { String::new() };
    let of_reference = reference.and_then(|reference| reference.image.as_ref());
    // Stores differ in what an id is: two ids may be one image, and then that is said.
    let same = of_reference.is_some_and(|r| r.identity == image.identity && r.id != image.id);
    let same = if same { ", same content" } else { "" };
    format!("image {name}{}{same}, {}", words::short(&image.id), words::bytes(image.size))
}

fn manifest(environment: &Environment, with_way: bool) -> String {
    let Some(packages) = environment.packages else { return "no manifest".to_owned() };
    let way = environment.collected_by.filter(|_| with_way).map(|way| format!(" by {}", way.name()));
    format!("{}{}", words::count(packages, "package"), way.unwrap_or_default())
}

fn address(environment: &Environment) -> String {
    match (&environment.engine, &environment.url) {
        (Some(engine), _) if engine.endpoint == "local" => String::new(),
        (Some(engine), _) => engine.endpoint.clone(),
        (None, url) => url.clone().unwrap_or_default(),
    }
}

fn insecure(environment: &Environment) -> String {
    let insecure = environment.engine.as_ref().is_some_and(|engine| engine.insecure);
    if insecure { "INSECURE: neither local nor encrypted".to_owned() } else { String::new() }
}
