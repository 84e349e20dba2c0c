//! The verdict, its causes, the environments.

use envparity_model::{Baseline, Environment, Report, Role, Verdict};

use super::markup::Markup;
use crate::{summary, view::View, visible::cut, words};

pub(super) fn header(page: &mut Markup, view: &View<'_>) {
    let report = view.report;
    let class = match report.verdict {
        Verdict::Parity => "verdict good",
        Verdict::Drift => "verdict bad",
        Verdict::Inconclusive => "verdict major",
    };
    let title = match report.verdict {
        Verdict::Parity => "Parity",
        Verdict::Drift => "Drift",
        Verdict::Inconclusive => "Inconclusive",
    };
    page.raw("<header><h1>").tag("span", class, title);
    let candidates: Vec<_> = view.compared().map(|candidate| candidate.name.as_str()).collect();
    let reference = view.reference().map_or("reference", |reference| &reference.name);
    let pair = format!("{reference} → {}", candidates.join(", "));
    page.tag("span", "", &cut(&pair, 120)).raw("</h1>\n");
    page.tag("p", "claim", &summary::claims(report).join(", "));
    page.tag("p", "blame", &summary::blamed(report).unwrap_or_default());
    page.raw("<p class=\"meta\">");
    page.tag("span", "", &format!("{}, exit {}", summary::verdict(view), report.exit_code));
    for fact in summary::run(report) {
        page.tag("span", "", &cut(&fact, 120));
    }
    page.raw("</p></header>\n");
}

pub(super) fn causes(page: &mut Markup, report: &Report) {
    if report.causes.is_empty() {
        return;
    }
    page.raw("<section><h2>Why nothing more can be said</h2><div class=\"card\"><ul class=\"plain\">");
    for cause in &report.causes {
        page.raw("<li>");
        if let Some(environment) = &cause.environment {
            page.tag("strong", "", environment).raw(" ");
        }
        page.text(&cause.message)
            .tag("span", "small", cause.hint.as_deref().unwrap_or_default())
            .raw("</li>");
    }
    page.raw("</ul></div></section>\n");
}

pub(super) fn environments(page: &mut Markup, view: &View<'_>) {
    page.raw("<section><h2>Environments</h2>");
    page.table("Environments", &["Name", "Engine", "Image", "Packages", "Ready in", "Address"]);
    for environment in &view.report.environments {
        match &view.report.baseline {
            Some(baseline) if environment.role == Role::Baseline => baseline_row(page, environment, baseline),
            _ => row(page, environment),
        }
    }
    page.end_table().raw("</section>\n");
}

fn baseline_row(page: &mut Markup, environment: &Environment, baseline: &Baseline) {
    page.raw("<tr><td class=\"name\">").text(&environment.name).tag("span", "small", "approved").raw("</td>");
    page.raw("<td colspan=\"5\">").tag("span", "mono", &baseline.path);
    page.tag("span", "small", &words::baseline(baseline)).raw("</td></tr>\n");
}

fn row(page: &mut Markup, environment: &Environment) {
    let role = match environment.role {
        Role::Reference => "reference",
        Role::Candidate => "candidate",
        Role::Baseline => "approved",
    };
    page.raw("<tr><td class=\"name\">").text(&environment.name).tag("span", "small", role).raw("</td><td>");
    match &environment.engine {
        Some(engine) => {
            page.text(&engine.endpoint);
            page.tag("span", "small", &format!("version {}, API {}", engine.version, engine.api));
            if engine.insecure {
                page.tag("span", "bad", "insecure: neither local nor encrypted");
            }
        }
        None => {
            page.tag("span", "quiet", "none, by address");
        }
    }
    page.raw("</td><td>");
    if let Some(image) = &environment.image {
        page.text(&image.r#ref);
        let identity = words::short(&image.identity);
        let (id, size) = (words::short(&image.id), words::bytes(image.size));
        page.tag("span", "small", &format!("id {id}, content {identity}, {size}"));
    }
    page.raw("</td><td class=\"number\">");
    match environment.packages {
        Some(packages) => page.text(&packages.to_string()),
        None => page.tag("span", "quiet", "no manifest"),
    };
    let way = environment.collected_by.map(|way| format!("by {}", way.name()));
    page.tag("span", "small", &way.unwrap_or_default()).raw("</td>");
    page.cell("number", &environment.ready_ms.map(words::seconds).unwrap_or_default());
    page.cell("mono", environment.url.as_deref().unwrap_or_default()).raw("</tr>\n");
}

pub(super) fn footer(page: &mut Markup, report: &Report) {
    let t = &report.timings;
    let phases = [
        ("prepare", t.prepare_ms),
        ("start", t.start_ms),
        ("sample", t.sample_ms),
        ("gap", t.gap_ms),
        ("control", t.control_ms),
        ("manifests", t.manifest_ms),
        ("compare", t.compare_ms),
        ("down", t.down_ms),
    ];
    let phases: Vec<_> = phases
        .iter()
        .filter(|(_, ms)| *ms > 0)
        .map(|(name, ms)| format!("{name} {}", words::seconds(*ms)))
        .collect();
    page.raw("<footer>").tag("div", "", &format!("{}, run {}", report.tool, report.run));
    page.tag("div", "mono", &report.command).tag("div", "", &phases.join(" · ")).raw("</footer>\n");
}
