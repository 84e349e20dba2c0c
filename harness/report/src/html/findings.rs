//! The table of findings.

use envparity_model::{Disposition, Finding, Proof, Verdict};

use super::{ROWS, class, markup::Markup, more};
use crate::{view::View, visible::cut, words};

/// Columns of one value: the JSON report has it whole.
const VALUE: usize = 2_000;

pub(super) fn findings(page: &mut Markup, view: &View<'_>) {
    // Packages and facts have tables of their own, with the severity of their findings.
    let mut findings: Vec<_> =
        view.report.findings.iter().filter(|f| f.case.is_some() || !view.is_listed(f)).collect();
    findings.sort_by_key(|f| std::cmp::Reverse((f.severity, f.disposition == Disposition::Active)));
    page.raw("<section><h2>Findings</h2>");
    if findings.is_empty() {
        let nothing = match (view.report.verdict, view.report.coverage.cases) {
            (_, 0) => "No responses were compared.",
            (Verdict::Inconclusive, _) => "None in what was compared; not everything was.",
            _ => "None: every response that was compared agrees.",
        };
        page.tag("p", "note", nothing).raw("</section>\n");
        return;
    }
    page.table("Findings", &["Severity", "What", "Where", "What either side shows"]);
    let total = findings.len();
    for finding in findings.into_iter().take(ROWS) {
        row(page, view, finding);
    }
    page.end_table();
    more(page, total);
    page.raw("</section>\n");
}

fn row(page: &mut Markup, view: &View<'_>, finding: &Finding) {
    page.raw("<tr><td class=\"fit\">").tag("span", class(finding.severity), finding.severity.name());
    page.tag("span", "small", disposition(finding.disposition)).raw("</td><td class=\"what\">");
    page.tag("strong", "", finding.code.name())
        .tag("span", "small", finding.code.description())
        .raw("</td><td class=\"where\">");
    match (&finding.case, &finding.subject) {
        (Some(case), _) => {
            page.text(case.id.as_str()).tag("span", "small", &format!("{}:{}", case.file, case.line));
        }
        (None, Some(subject)) => {
            page.text(&words::subject(subject));
        }
        (None, None) => {}
    }
    if let Some(at) = &finding.at {
        page.raw("<span class=\"small\">at ").tag("code", "", at).raw("</span>");
    }
    page.tag("span", "small", finding.kind.as_deref().unwrap_or_default());
    page.raw("</td><td class=\"values\"><dl>");
    values(page, view, finding);
    causes(page, finding);
    let repeat = finding.repeat.as_ref().map(|repeat| &repeat.curl);
    for (label, text) in [("fix", finding.remedy.as_ref()), ("repeat", repeat)] {
        if let Some(text) = text {
            page.tag("dt", "", label).raw("<dd>").tag("code", "", text).raw("</dd>");
        }
    }
    pair(page, "hint", finding.hint.as_deref().unwrap_or_default());
    page.raw("</dl><span class=\"small mono\">").text(&finding.fingerprint).raw("</span></td></tr>\n");
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
