//! The table of findings.

use envparity_model::{Disposition, Finding, Proof, SAMPLES, Verdict};

use super::{ROWS, class, markup::Markup, more};
use crate::view::{Group, Sample, View};
use crate::{visible::cut, words};

/// Columns of one value: the JSON report has it whole.
const VALUE: usize = 2_000;
/// Cases that are listed for one group.
const LISTED: usize = 50;

pub(super) fn findings(page: &mut Markup, view: &View<'_>) {
    // Packages and facts have tables of their own, with the severity of their findings.
    let groups = view.groups(true);
    page.raw("<section><h2>Findings</h2>");
    if groups.is_empty() {
        let nothing = match (view.report.verdict, view.report.coverage.cases) {
            (_, 0) => "No responses were compared.",
            (Verdict::Inconclusive, _) => "None in what was compared; not everything was.",
            _ => "None: every response that was compared agrees.",
        };
        page.tag("p", "note", nothing).raw("</section>\n");
        return;
    }
    page.table("Findings", &["Severity", "What", "Where", "What either side shows"]);
    let total = groups.len();
    for group in groups.iter().take(ROWS) {
        row(page, view, group);
    }
    page.end_table();
    more(page, total);
    page.raw("</section>\n");
}

fn row(page: &mut Markup, view: &View<'_>, group: &Group<'_>) {
    let said = group.said;
    page.raw("<tr><td class=\"fit\">").tag("span", class(said.severity), said.severity.name());
    page.tag("span", "small", disposition(said.disposition)).raw("</td><td class=\"what\">");
    page.tag("strong", "", said.code.name())
        .tag("span", "small", said.code.description())
        .raw("</td><td class=\"where\">");
    place(page, group);
    page.raw("</td><td class=\"values\">");
    samples(page, view, group);
    let first = group.first();
    mending(page, first);
    page.raw("<span class=\"small mono\">").text(&first.fingerprint).raw("</span></td></tr>\n");
}

/// Causes, how to mend it, how to see it again, what to look at.
fn mending(page: &mut Markup, first: &Finding) {
    let is_caused = !first.culprits.is_empty() || !first.suspects.is_empty();
    if !is_caused && first.remedy.is_none() && first.repeat.is_none() && first.hint.is_none() {
        return;
    }
    page.raw("<dl>");
    causes(page, first);
    let repeat = first.repeat.as_ref().map(|repeat| &repeat.curl);
    for (label, text) in [("fix", first.remedy.as_ref()), ("repeat", repeat)] {
        if let Some(text) = text {
            page.tag("dt", "", label).raw("<dd>").tag("code", "", text).raw("</dd>");
        }
    }
    pair(page, "hint", first.hint.as_deref().unwrap_or_default());
    page.raw("</dl>");
}

/// The case of a finding, or the endpoint of several.
fn place(page: &mut Markup, group: &Group<'_>) {
    let (said, first) = (group.said, group.first());
    match (&first.case, &first.subject) {
        (Some(case), _) if said.cases < 2 => {
            page.text(case.id.as_str()).tag("span", "small", &format!("{}:{}", case.file, case.line));
        }
        (Some(_), _) => {
            let count = words::count(said.findings.len() as u64, "finding");
            let cases = words::count(said.cases, "case");
            page.text(said.endpoint.as_deref().unwrap_or_default());
            page.tag("span", "small", &format!("{count} in {cases}"));
        }
        (None, Some(subject)) => {
            page.text(&words::subject(subject));
        }
        (None, None) => {}
    }
    let at = if said.findings.len() > 1 { said.at.as_ref() } else { first.at.as_ref() };
    if let Some(at) = at {
        page.raw("<span class=\"small\">at ").tag("code", "", at).raw("</span>");
    }
    page.tag("span", "small", said.kind.as_deref().unwrap_or_default());
}

/// What the first few show, and the cases of the others.
fn samples(page: &mut Markup, view: &View<'_>, group: &Group<'_>) {
    for sample in group.samples.iter().take(SAMPLES) {
        if group.samples.len() > 1 {
            page.tag("span", "sample", &case_of(sample));
        }
        page.raw("<dl>");
        values(page, view, sample.first);
        let also: Vec<_> = sample.more_cases.iter().take(LISTED).map(|case| case.id.as_str()).collect();
        let rest = sample.more_cases.len() - also.len();
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        pair(page, "also in", &format!("{}{rest}", also.join(", ")));
        page.raw("</dl>");
        context(page, view, sample.first);
    }
    let rest = &group.samples[group.samples.len().min(SAMPLES)..];
    if !rest.is_empty() {
        let title = format!("{} more with other values", rest.len());
        page.raw("<details>").tag("summary", "", &title).raw("<ul class=\"plain\">");
        for sample in rest.iter().take(LISTED) {
            page.tag("li", "", &case_of(sample));
        }
        if rest.len() > LISTED {
            page.tag("li", "", &format!("and {} more in the JSON report", rest.len() - LISTED));
        }
        page.raw("</ul></details>");
    }
}

fn case_of(sample: &Sample<'_>) -> String {
    let finding = sample.first;
    let case = finding.case.as_ref().map(|case| case.id.as_str()).unwrap_or_default();
    format!("{case} {}", finding.at.as_deref().unwrap_or_default())
}

/// What stands around the place, side by side.
fn context(page: &mut Markup, view: &View<'_>, finding: &Finding) {
    if finding.context.is_empty() {
        return;
    }
    let (reference, candidate) = view.labels(&finding.environment);
    page.raw("<details><summary>context</summary><table class=\"context\"><thead><tr>");
    for side in [reference, candidate] {
        page.raw("<th scope=\"col\">").text(side).raw("</th>");
    }
    page.raw("</tr></thead><tbody>");
    for row in &finding.context {
        page.raw(if row.differs { "<tr class=\"differs\">" } else { "<tr>" });
        page.cell("mono", row.reference.as_deref().unwrap_or_default());
        page.cell("mono", row.candidate.as_deref().unwrap_or_default()).raw("</tr>");
    }
    page.raw("</tbody></table></details>");
}

fn values(page: &mut Markup, view: &View<'_>, finding: &Finding) {
    let reference = view.reference().map_or("reference", |reference| &reference.name);
    let (first, second) = view.labels(&finding.environment);
    let mut value = |side: &str, value: Option<&str>| {
        page.tag("dt", "", side).raw("<dd>");
        match value {
            Some(value) => page.tag("code", "", &cut(value, VALUE)),
            None => page.tag("span", "quiet", "absent"),
        };
        page.raw("</dd>");
    };
    if finding.environment == reference {
        value(reference, finding.reference.as_deref().or(finding.candidate.as_deref()));
    } else if finding.reference.is_some() || finding.candidate.is_some() {
        value(first, finding.reference.as_deref());
        value(second, finding.candidate.as_deref());
    } else {
        pair(page, "in", &finding.environment);
    }
    if finding.unstable {
        pair(page, "unstable", "the candidate differs from itself here");
    }
}

fn causes(page: &mut Markup, finding: &Finding) {
    for culprit in &finding.culprits {
        let factors: Vec<_> = culprit.factors.iter().map(words::factor).collect();
        let way = match culprit.proof {
            Proof::BothWays => "proof both ways",
            Proof::OneWay => "proof one way",
        };
        let trials = words::count(u64::from(culprit.trials), "trial");
        let reason = culprit.reason.as_ref().map(|reason| format!(", {reason}")).unwrap_or_default();
        page.tag("dt", "", "culprit").raw("<dd>").tag("strong", "", &factors.join(" with "));
        let proof = format!("{way}{reason}, {trials}, {}", words::seconds(culprit.wall_ms));
        page.tag("span", "small", &proof).raw("</dd>");
        for kept in &culprit.kept {
            page.tag("dt", "", &kept.shows).tag("dd", "", &words::kept(kept));
        }
    }
    for suspect in finding.suspects.iter().take(5) {
        let reasons: Vec<_> = suspect.reasons.iter().map(|reason| words::reason(*reason)).collect();
        page.tag("dt", "", "suspect").raw("<dd>").text(&words::suspect(suspect));
        page.tag("span", "small", &reasons.join(", ")).raw("</dd>");
    }
}

fn pair(page: &mut Markup, label: &'static str, text: &str) {
    if !text.is_empty() {
        page.tag("dt", "", label).tag("dd", "", text);
    }
}

const fn disposition(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Active => "",
        Disposition::Waived => "waived",
        Disposition::Noise => "noise",
        Disposition::BelowGate => "below the gate",
    }
}
