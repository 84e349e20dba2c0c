//! Findings in responses, services and containers, worst first.

use std::collections::{HashMap, HashSet};

use envparity_model::{Culprit, Finding, Proof};

use super::page::{BODY, Cell, Line, NAME, Page, SENTENCE, Tone, WIDEST, aligned};
use super::{elsewhere, tone};
use crate::{
    view::{Group, View},
    visible::{columns, cut},
    words,
};

/// Groups that are shown; the rest is counted.
const SHOWN: usize = 20;
/// Findings of one code in one case that are shown in full.
const ALIKE: usize = 3;
/// Suspects that are shown for one finding.
const SUSPECTS: usize = 3;
/// Where details start below a label such as `culprit`.
const DETAIL: usize = BODY + 9;

pub(super) fn findings(page: &mut Page, view: &View<'_>) {
    let groups = folded(view.groups());
    let shown = &groups[..groups.len().min(SHOWN)];
    let mut headings = heading_lines(page, shown).into_iter();
    let mut said = HashSet::new();
    for group in shown {
        page.blank();
        if let Some(heading) = headings.next() {
            page.line(heading);
        }
        values(page, view, group);
        also(page, group);
        more_like_it(page, group);
        causes(page, group.first, &mut said);
        mending(page, group.first, &mut said);
    }
    let rest: usize = groups.iter().skip(SHOWN).map(|group| group.size).sum();
    if rest > 0 {
        page.blank();
        let more = format!("and {rest} more, {}", elsewhere(view.report));
        page.line(Line::below().put(Tone::Quiet, &more));
    }
    page.blank();
}

/// Of many findings of one code in one case, the first few stay; of the others only the places.
fn folded(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut kept: Vec<Group<'_>> = Vec::new();
    let mut seen: HashMap<_, (usize, usize)> = HashMap::new();
    for group in groups {
        let case = group.first.case.as_ref().map(|case| case.id.clone());
        let key = (case, group.first.code, group.first.severity, group.environments.clone());
        let alone = key.0.is_none();
        let (count, last) = seen.entry(key).or_default();
        *count += 1;
        if alone || *count <= ALIKE {
            *last = kept.len();
            kept.push(group);
        } else {
            let into = &mut kept[*last];
            into.size += group.size;
            into.folded.push(group.first.at.as_deref().unwrap_or_default());
        }
    }
    kept
}

fn more_like_it(page: &mut Page, group: &Group<'_>) {
    if !group.folded.is_empty() {
        let count = format!("{} more {} here: ", group.folded.len(), group.first.code);
        let places = group.folded.join(", ");
        page.line(detail("and").put(Tone::Plain, &count).put_cut(Tone::Plain, &places, page.width));
    }
}

fn heading_lines(page: &Page, groups: &[Group<'_>]) -> Vec<Line> {
    let start = |at: usize| {
        let severity = groups[at].first.severity;
        Line::default().pad_to(2).put(tone(severity), severity.name()).pad_to(BODY)
    };
    aligned(groups.iter().map(heading).collect(), start, page.width)
}

fn heading(group: &Group<'_>) -> Vec<Cell> {
    let finding = group.first;
    let place = finding.case.as_ref().map(|case| format!("{}:{}", case.file, case.line));
    let what = match (&finding.case, &finding.subject) {
        (Some(case), _) => case.id.as_str().to_owned(),
        (None, Some(subject)) => words::subject(subject),
        (None, None) => finding.code.description().to_owned(),
    };
    vec![
        (Tone::Strong, finding.code.name().to_owned()),
        (Tone::Strong, what),
        (Tone::Plain, at(group)),
        (Tone::Quiet, place.unwrap_or_default()),
    ]
}

/// The place in the response, where the code does not say it already.
fn at(group: &Group<'_>) -> String {
    let finding = group.first;
    let at =
        finding.at.as_deref().filter(|at| !matches!(*at, "status" | "outcome" | "body")).unwrap_or_default();
    let kind = finding.kind.as_deref().filter(|kind| !matches!(*kind, "value" | "class" | "status"));
    let more = if group.more_places > 0 { format!(" and {} more", group.more_places) } else { String::new() };
    match kind {
        Some(kind) if at.is_empty() => format!("{kind}{more}"),
        Some(kind) => format!("{at}{more} ({kind})"),
        None => format!("{at}{more}"),
    }
}

/// What either side shows.
fn values(page: &mut Page, view: &View<'_>, group: &Group<'_>) {
    let finding = group.first;
    let on_reference =
        view.reference().is_some_and(|reference| group.environments == [reference.name.as_str()]);
    let reference = &cut(view.labels(&finding.environment).0, NAME);
    let candidates: Vec<_> = group.environments.iter().map(|name| cut(view.labels(name).1, NAME)).collect();
    let candidates = cut(&candidates.join(", "), 2 * NAME);
    let width = columns(reference).max(if on_reference { 0 } else { columns(&candidates) });
    let mut row = |name: &str, value: Option<&str>, note: &str| {
        let line = Line::below().put(Tone::Quiet, name).pad_to(BODY + width + 2);
        let right = page.width.saturating_sub(columns(note));
        let line = match value {
            Some(value) => line.put_cut(Tone::Plain, value, right),
            None => line.put(Tone::Quiet, "absent"),
        };
        page.line(line.put(Tone::Warning, note));
    };
    if finding.reference.is_none() && finding.candidate.is_none() {
        if !on_reference && view.compared().count() > 1 {
            let environments = cut(&group.environments.join(", "), 2 * NAME);
            page.line(Line::below().put(Tone::Quiet, &format!("in {environments}")));
        }
        return;
    }
    if on_reference {
        row(reference, finding.reference.as_deref().or(finding.candidate.as_deref()), "");
        return;
    }
    row(reference, finding.reference.as_deref(), "");
    let note = if finding.unstable { "   unstable: it differs from itself" } else { "" };
    row(&candidates, finding.candidate.as_deref(), note);
}

/// The other cases that show the same.
fn also(page: &mut Page, group: &Group<'_>) {
    if group.more_cases.is_empty() {
        return;
    }
    let count = words::count(group.more_cases.len() as u64, "more case");
    let mut line = detail("also").put(Tone::Plain, &format!("in {count}: "));
    let mut rest = group.more_cases.len();
    for case in &group.more_cases {
        let id = cut(case.id.as_str(), WIDEST);
        if rest < group.more_cases.len() && line.width() + columns(&id) + 12 > page.width {
            break;
        }
        let comma = if rest < group.more_cases.len() { ", " } else { "" };
        line = line.put(Tone::Plain, comma).put(Tone::Plain, &id);
        rest -= 1;
    }
    page.line(if rest > 0 { line.put(Tone::Plain, ", …") } else { line });
}

/// Proven culprits; else suspects, once for all findings that share them.
fn causes(page: &mut Page, finding: &Finding, said: &mut HashSet<String>) {
    if finding.culprits.is_empty() {
        return suspects(page, finding, said);
    }
    for (at, culprit) in finding.culprits.iter().enumerate() {
        let label = if at == 0 { "culprit" } else { "or" };
        let factors: Vec<_> = culprit.factors.iter().map(words::factor).collect();
        let line = detail(label).put(Tone::Strong, &factors.join(" with ")).gap();
        page.line(line.put(Tone::Plain, &proof(culprit)));
    }
}

fn proof(culprit: &Culprit) -> String {
    let way = match culprit.proof {
        Proof::BothWays => "proof both ways",
        Proof::OneWay => "proof one way",
    };
    let reason = culprit.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let trials = words::count(u64::from(culprit.trials), "trial");
    format!("{way}{reason}   {trials}, {}", words::seconds(culprit.wall_ms))
}

fn suspects(page: &mut Page, finding: &Finding, said: &mut HashSet<String>) {
    let line = |suspect: &envparity_model::Suspect| {
        let reasons: Vec<_> = suspect.reasons.iter().map(|reason| words::reason(*reason)).collect();
        vec![(Tone::Strong, words::suspect(suspect)), (Tone::Quiet, reasons.join(", "))]
    };
    let rows: Vec<_> = finding.suspects.iter().take(SUSPECTS).map(line).collect();
    if rows.is_empty() {
        return;
    }
    if !said.insert(format!("{rows:?}")) {
        page.line(detail("suspect").put(Tone::Quiet, "as above"));
        return;
    }
    let more = finding.suspects.len() - rows.len();
    let start = |at: usize| detail(if at == 0 { "suspect" } else { "" });
    for line in aligned(rows, start, page.width) {
        page.line(line);
    }
    if more > 0 {
        page.line(detail("").put(Tone::Quiet, &format!("and {more} more")));
    }
}

/// How to mend it, how to see it again, what to look at. Commands are never cut: they are there to be copied.
fn mending(page: &mut Page, finding: &Finding, said: &mut HashSet<String>) {
    let repeat = finding.repeat.as_ref().map(|repeat| &repeat.curl);
    for (label, text) in
        [("fix", finding.remedy.as_ref()), ("repeat", repeat), ("hint", finding.hint.as_ref())]
    {
        let Some(text) = text else { continue };
        let environment = &finding.environment;
        let text = if label == "hint" { cut(text, SENTENCE) } else { text.clone() };
        if said.insert(format!("{label} {environment} {text}")) {
            page.line(detail(label).put(Tone::Plain, &text));
        }
    }
}

fn detail(label: &str) -> Line {
    Line::below().put(Tone::Quiet, label).pad_to(DETAIL)
}
