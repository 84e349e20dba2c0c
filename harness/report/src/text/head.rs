//! The headline, the run and its environments.

use envparity_model::{Environment, Report, Verdict};

use super::page::{Cell, Line, Page, Tone, table};
use crate::{summary, view::View, words};

pub(super) fn headline(page: &mut Page, view: &View<'_>) {
    let report = view.report;
    let line = Line::default().put(Tone::Strong, "parity: ");
    let (tone, word) = match report.verdict {
        Verdict::Parity => (Tone::Good, "PARITY"),
        Verdict::Drift => (Tone::Bad, "DRIFT"),
        Verdict::Inconclusive => (Tone::Warning, "INCONCLUSIVE"),
    };
    let mut line = line.put(tone, word);
    let parts = summary::claims(report).into_iter().chain(summary::blamed(report));
    for (at, part) in parts.enumerate() {
        let tone = if at == 0 { Tone::Strong } else { Tone::Plain };
        line = line.gap().put(tone, &crate::visible::cut(&part, page.width));
    }
    page.line(line);
}

/// Image, commit, configuration, time.
pub(super) fn run(page: &mut Page, report: &Report) {
    let cells = summary::run(report);
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
        if let (envparity_model::Role::Baseline, Some(baseline)) = (environment.role, &view.report.baseline) {
            return vec![
                (Tone::Strong, environment.name.clone()),
                (Tone::Plain, "approved".to_owned()),
                (Tone::Plain, baseline.path.clone()),
                (Tone::Plain, words::baseline(baseline)),
            ];
        }
        let role = match environment.role {
            envparity_model::Role::Reference => "reference",
            envparity_model::Role::Candidate => "candidate",
            envparity_model::Role::Baseline => "approved",
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
