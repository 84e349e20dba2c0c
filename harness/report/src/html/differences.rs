//! Packages, facts, and what was not compared.

use envparity_model::{ContractCoverage, Disposition, Finding, Flaky, Learned, Report};

use super::{ROWS, class, markup::Markup, more};
use crate::{view::View, visible::cut, words};

pub(super) fn packages(page: &mut Markup, view: &View<'_>) {
    page.raw("<section><h2>Packages</h2>");
    if view.report.packages.summary.is_empty() {
        page.raw("<p class=\"note\">No packages were compared.</p></section>\n");
        return;
    }
    for candidate in view.candidates() {
        let environment = &candidate.name;
        let Some(summary) = view.report.packages.summary.get(environment) else {
            // An address without an engine has no packages to show; an engine should have had some.
            if candidate.engine.is_some() {
                page.tag("p", "note major", &format!("{environment} was not compared"));
            }
            continue;
        };
        page.raw("<p class=\"note\">").text(&words::packages(environment, summary));
        if summary.failed > 0 {
            let failed = format!("{} could not be compared", words::count(summary.failed, "package"));
            page.raw("; ").tag("span", "major", &failed);
        }
        page.raw("</p>");
    }
    let mut rows: Vec<_> = view.candidates().flat_map(|candidate| view.packages(&candidate.name)).collect();
    let total = rows.len();
    rows.truncate(ROWS);
    if !rows.is_empty() {
        let columns =
            &["Severity", "Candidate", "Direction", "Package", "Reference", "Candidate has", "Notes"];
        page.table("Package differences", columns);
        for (change, finding) in rows {
            page.raw("<tr>");
            severity(page, finding, false);
            page.cell("", &change.environment).cell("fit", words::direction(change.change));
            page.raw("<td class=\"name\">").text(&change.name);
            page.tag("span", "small", change.ecosystem.name()).raw("</td>");
            page.cell("mono", change.reference.as_deref().unwrap_or("absent"));
            page.cell("mono", change.candidate.as_deref().unwrap_or("absent")).raw("<td>");
            let mut notes = Vec::new();
            notes.extend(change.proven.as_ref().map(|proven| format!("proven {proven}")));
            notes.extend(change.loaded.then(|| "loaded".to_owned()));
            notes.extend(change.owner.as_ref().map(|owner| format!("from {}", owner.replacen('/', " ", 1))));
            page.text(&notes.join(", ")).tag("span", "small", &change.location).raw("</td></tr>\n");
        }
        page.end_table();
    }
    more(page, total);
    page.raw("</section>\n");
}

pub(super) fn facts(page: &mut Markup, view: &View<'_>) {
    let facts = view.facts();
    page.raw("<section><h2>Facts</h2>");
    let verb = if facts.len() == 1 { "differs" } else { "differ" };
    let equal = words::count(view.report.coverage.facts_equal, "fact");
    page.raw("<p class=\"note\">").text(&format!("{} {verb}, {equal} agree", facts.len())).raw("</p>");
    if !facts.is_empty() {
        page.table("Fact differences", &["Severity", "Candidate", "Fact", "Reference", "Candidate has"]);
        for (fact, finding) in facts {
            let value = |value: &Option<envparity_model::FactValue>| {
                value.as_ref().map_or("unset".to_owned(), |value| cut(&value.to_string(), 500))
            };
            page.raw("<tr>");
            severity(page, finding, fact.intended);
            page.cell("", &fact.environment).cell("name", &fact.name);
            page.cell("mono", &value(&fact.reference)).cell("mono", &value(&fact.candidate)).raw("</tr>\n");
        }
        page.end_table();
    }
    page.raw("</section>\n");
}

fn severity(page: &mut Markup, finding: Option<&Finding>, intended: bool) {
    page.raw("<td class=\"fit\">");
    match finding {
        _ if intended => {
            page.tag("span", "tag good", "intended");
        }
        Some(finding) => {
            page.tag("span", class(finding.severity), finding.severity.name());
            if finding.disposition == Disposition::Waived {
                page.tag("span", "small", "waived");
            }
        }
        None => {}
    }
    page.raw("</td>");
}

pub(super) fn coverage(page: &mut Markup, report: &Report) {
    let coverage = &report.coverage;
    page.raw("<section><h2>Coverage</h2>");
    let cases = match coverage.cases {
        0 => "no suites: packages and facts alone were compared, no responses".to_owned(),
        cases => format!("{}, {} compared", words::count(cases, "case"), coverage.compared),
    };
    page.tag("p", "note", &cases);
    if !coverage.broken.is_empty() || !coverage.not_compared.is_empty() {
        page.table("Cases that were not compared", &["Case", "Environment", "Why"]);
        for broken in &coverage.broken {
            page.raw("<tr>").cell("name", broken.case.as_str()).cell("", "all");
            page.cell("", &format!("broken on the reference itself: {}", cut(&broken.reason, 500)))
                .raw("</tr>\n");
        }
        for not in &coverage.not_compared {
            let intended = if words::is_intended(not) { ", as intended" } else { "" };
            page.raw("<tr>").cell("name", not.case.as_str());
            page.cell("", not.environment.as_deref().unwrap_or("all"));
            page.cell("", &format!("{}{intended}", cut(&not.reason, 500))).raw("</tr>\n");
        }
        page.end_table();
    }
    flaky(page, &coverage.flaky);
    learned(page, "Compared by shape only", &coverage.shape_only);
    learned(page, "Learned as noise", &coverage.noise);
    contract(page, coverage.contract.as_ref());
    if !report.waivers.is_empty() {
        page.raw("<h2>Waivers</h2><ul class=\"plain\">");
        for waiver in &report.waivers {
            page.tag("li", "", waiver);
        }
        page.raw("</ul>");
    }
    page.raw("</section>\n");
}

fn flaky(page: &mut Markup, flaky: &[Flaky]) {
    if flaky.is_empty() {
        return;
    }
    let title = "Flaky: answered on a later attempt only";
    page.raw("<section>").tag("h2", "", title);
    page.table(title, &["Case", "Environment", "Attempts", "The first one"]);
    for one in flaky.iter().take(ROWS) {
        page.raw("<tr>").cell("name", one.case.as_str());
        page.cell("", &format!("{}{}", one.environment, words::pass(one.sample)));
        page.cell("number", &one.attempts.to_string()).cell("", &cut(&one.first_failure, 500)).raw("</tr>\n");
    }
    page.end_table();
    more(page, flaky.len());
    page.raw("</section>");
}

fn contract(page: &mut Markup, contract: Option<&ContractCoverage>) {
    let Some(contract) = contract else { return };
    let title = "Held to the OpenAPI document";
    page.raw("<section>").tag("h2", "", title).tag("p", "note", &words::held(contract));
    if !contract.violations.is_empty() || !contract.unchecked.is_empty() {
        page.table(title, &["Case", "Environments", "At", "What"]);
        for violated in contract.violations.iter().take(ROWS) {
            let environments: Vec<&str> = violated.environments.iter().map(String::as_str).collect();
            page.raw("<tr>").cell("name", violated.case.as_str()).cell("", &environments.join(", "));
            page.cell("mono", &violated.at).cell("", &cut(&violated.message, 500)).raw("</tr>\n");
        }
        for unchecked in contract.unchecked.iter().take(ROWS) {
            page.raw("<tr>")
                .cell("name", unchecked.case.as_str())
                .cell("", &unchecked.environment)
                .cell("mono", "");
            page.cell("", &format!("not held to it: {}", cut(&unchecked.reason, 500))).raw("</tr>\n");
        }
        page.end_table();
        more(page, contract.violations.len().max(contract.unchecked.len()));
    }
    page.raw("</section>");
}

fn learned(page: &mut Markup, title: &'static str, places: &[Learned]) {
    if places.is_empty() {
        return;
    }
    page.raw("<section>").tag("h2", "", title).table(title, &["Case", "At", "Kind", "Why"]);
    for place in places.iter().take(ROWS) {
        page.raw("<tr>").cell("name", place.case.as_str()).cell("mono", &place.at);
        page.cell("", &place.kind).cell("", &place.why).raw("</tr>\n");
    }
    page.end_table();
    more(page, places.len());
    page.raw("</section>");
}
