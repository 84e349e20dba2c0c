//! Findings in responses, services and containers, worst first.

use std::collections::{HashMap, HashSet};

use envparity_model::{Culprit, Finding, Proof, SAMPLES};

use super::page::{BODY, Cell, Line, NAME, Page, SENTENCE, Tone, WIDEST, aligned};
use super::{elsewhere, tone};
use crate::{
    view::{Group, Sample, View},
    visible::{columns, cut},
    words,
};

/// Groups that are shown; the rest is counted.
const SHOWN: usize = 20;
/// Columns between the two sides of a context.
const CONTEXT_GAP: usize = 3;
/// Groups of one code at one endpoint that are shown in full.
const ALIKE: usize = 3;
/// Suspects that are shown for one finding.
const SUSPECTS: usize = 3;
/// Where details start below a label such as `culprit`.
const DETAIL: usize = BODY + 9;

pub(super) fn findings(page: &mut Page, view: &View<'_>, with_context: bool) {
    let groups = folded(view.groups(false));
    let shown = &groups[..groups.len().min(SHOWN)];
    let mut headings = heading_lines(page, shown).into_iter();
    let mut said = HashSet::new();
    for group in shown {
        page.blank();
        if let Some(heading) = headings.next() {
            page.line(heading);
        }
        samples(page, view, group, &mut said, with_context);
        more_like_it(page, group);
        culprits(page, group.first());
        mending(page, group.first(), &mut said);
    }
    let rest: usize = groups.iter().skip(SHOWN).map(|group| group.size).sum();
    if rest > 0 {
        page.blank();
        let more = format!("and {rest} more, {}", elsewhere(view.report));
        page.line(Line::below().put(Tone::Quiet, &more));
    }
    page.blank();
}

/// Of many groups of one code in one case, the first few stay; of the others only the places.
fn folded(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut kept: Vec<Group<'_>> = Vec::new();
    let mut seen: HashMap<_, (usize, usize)> = HashMap::new();
    for group in groups {
        let said = group.said;
        let key = (&said.endpoint, said.code, said.severity, &said.environments);
        let is_alone = said.endpoint.is_none();
        let (count, last) = seen.entry(key).or_default();
        *count += 1;
        if is_alone || *count <= ALIKE {
            *last = kept.len();
            kept.push(group);
        } else {
            let into = &mut kept[*last];
            into.size += group.size;
            into.folded.push(said.at.as_deref().unwrap_or_default());
        }
    }
    kept
}

/// What a group shows: one thing, or the first few of several, each with its case.
fn samples(
    page: &mut Page,
    view: &View<'_>,
    group: &Group<'_>,
    said: &mut HashSet<String>,
    with_context: bool,
) {
    let are_several = group.samples.len() > 1;
    for sample in group.samples.iter().take(SAMPLES) {
        if are_several {
            page.line(sample_line(sample));
        }
        values(page, view, sample);
        if with_context {
            context(page, view, sample.first);
        }
        also(page, sample);
        if sample.first.culprits.is_empty() {
            suspects(page, sample.first, said);
        }
    }
    let rest: usize = group.samples.iter().skip(SAMPLES).map(|sample| 1 + sample.more_cases.len()).sum();
    if rest > 0 {
        let count = words::count(rest as u64, "more case");
        page.line(Line::below().put(Tone::Quiet, &format!("and {count} that {} other values", shows(rest))));
    }
}

const fn shows(count: usize) -> &'static str {
    if count == 1 { "shows" } else { "show" }
}

/// Which case a sample of several is of, and where exactly.
fn sample_line(sample: &Sample<'_>) -> Line {
    let finding = sample.first;
    let case = finding.case.as_ref().map(|case| case.id.as_str()).unwrap_or_default();
    let place = finding.case.as_ref().map(|case| format!("{}:{}", case.file, case.line));
    let at = finding.at.as_deref().filter(|at| !is_told_by_code(at)).unwrap_or_default();
    let line = Line::below().put(Tone::Plain, &cut(case, WIDEST));
    let line = if at.is_empty() { line } else { line.gap().put(Tone::Plain, &cut(at, WIDEST)) };
    line.gap().put(Tone::Quiet, &place.unwrap_or_default())
}

fn more_like_it(page: &mut Page, group: &Group<'_>) {
    if !group.folded.is_empty() {
        let count = format!("{} more {} here: ", group.folded.len(), group.said.code);
        let places = group.folded.join(", ");
        page.line(detail("and").put(Tone::Plain, &count).put_cut(Tone::Plain, &places, page.width));
    }
}

fn heading_lines(page: &Page, groups: &[Group<'_>]) -> Vec<Line> {
    let start = |at: usize| {
        let severity = groups[at].said.severity;
        Line::default().pad_to(2).put(tone(severity), severity.name()).pad_to(BODY)
    };
    aligned(groups.iter().map(heading).collect(), start, page.width)
}

fn heading(group: &Group<'_>) -> Vec<Cell> {
    let finding = group.first();
    let are_several = group.samples.len() > 1;
    let what = match (&finding.case, &finding.subject) {
        (Some(case), _) if !are_several => case.id.as_str().to_owned(),
        (Some(_), _) => group.said.endpoint.clone().unwrap_or_default(),
        (None, Some(subject)) => words::subject(subject),
        (None, None) => finding.code.description().to_owned(),
    };
    let place = match &finding.case {
        Some(_) if are_several => {
            let cases = words::count(group.said.cases, "case");
            if group.size as u64 == group.said.cases {
                format!("in {cases}")
            } else {
                format!("{} in {cases}", words::count(group.size as u64, "finding"))
            }
        }
        Some(case) => format!("{}:{}", case.file, case.line),
        None => String::new(),
    };
    vec![
        (Tone::Strong, finding.code.name().to_owned()),
        (Tone::Strong, what),
        (Tone::Plain, at(group)),
        (Tone::Quiet, place),
    ]
}

/// The place in the response, where the code does not say it already.
fn at(group: &Group<'_>) -> String {
    let (said, first) = (group.said, &group.samples[0]);
    let at = if group.samples.len() > 1 { said.at.as_deref() } else { first.first.at.as_deref() };
    let at = at.filter(|at| !is_told_by_code(at)).unwrap_or_default();
    let kind = said.kind.as_deref().filter(|kind| !matches!(*kind, "value" | "class" | "status"));
    let more = match first.more_places {
        places if places > 0 && group.samples.len() == 1 => format!(" and {places} more"),
        _ => String::new(),
    };
    match kind {
        Some(kind) if at.is_empty() => format!("{kind}{more}"),
        Some(kind) => format!("{at}{more} ({kind})"),
        None => format!("{at}{more}"),
    }
}

fn is_told_by_code(at: &str) -> bool {
    matches!(at, "status" | "outcome" | "body")
}

/// What either side shows.
fn values(page: &mut Page, view: &View<'_>, sample: &Sample<'_>) {
    let finding = sample.first;
    let on_reference =
        view.reference().is_some_and(|reference| sample.environments == [reference.name.as_str()]);
    let reference = &cut(view.labels(&finding.environment).0, NAME);
    let candidates: Vec<_> = sample.environments.iter().map(|name| cut(view.labels(name).1, NAME)).collect();
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
            let environments = cut(&sample.environments.join(", "), 2 * NAME);
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
fn also(page: &mut Page, sample: &Sample<'_>) {
    if sample.more_cases.is_empty() {
        return;
    }
    let count = words::count(sample.more_cases.len() as u64, "more case");
    let mut line = detail("also").put(Tone::Plain, &format!("in {count}: "));
    let mut rest = sample.more_cases.len();
    for case in &sample.more_cases {
        let id = cut(case.id.as_str(), WIDEST);
        if rest < sample.more_cases.len() && line.width() + columns(&id) + 12 > page.width {
            break;
        }
        let comma = if rest < sample.more_cases.len() { ", " } else { "" };
        line = line.put(Tone::Plain, comma).put(Tone::Plain, &id);
        rest -= 1;
    }
    page.line(if rest > 0 { line.put(Tone::Plain, ", …") } else { line });
}

/// What stands around the place, side by side, the place itself marked.
fn context(page: &mut Page, view: &View<'_>, finding: &Finding) {
    if finding.context.is_empty() {
        return;
    }
    let width = page.width.saturating_sub(BODY + CONTEXT_GAP) / 2;
    let (reference, candidate) = view.labels(&finding.environment);
    let mut row = |tone: Tone, left: &str, right: &str| {
        let line = Line::below().put(tone, &cut(left, width)).pad_to(BODY + width + CONTEXT_GAP);
        page.line(line.put(tone, &cut(right, width)));
    };
    row(Tone::Quiet, reference, candidate);
    for line in &finding.context {
        let (tone, mark) = if line.differs { (Tone::Strong, ">") } else { (Tone::Quiet, " ") };
        let side =
            |text: &Option<String>| text.as_ref().map_or(String::new(), |text| format!("{mark} {text}"));
        row(tone, &side(&line.reference), &side(&line.candidate));
    }
}

fn culprits(page: &mut Page, finding: &Finding) {
    for (at, culprit) in finding.culprits.iter().enumerate() {
        let label = if at == 0 { "culprit" } else { "or" };
        let factors: Vec<_> = culprit.factors.iter().map(words::factor).collect();
        let line = detail(label).put(Tone::Strong, &factors.join(" with ")).gap();
        page.line(line.put(Tone::Plain, &proof(culprit)));
        for kept in &culprit.kept {
            page.line(detail(&kept.shows).put(Tone::Plain, &words::kept(kept)));
        }
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
