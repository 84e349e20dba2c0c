//! Why nothing could be said, what was said, what to do next.

use envparity_model::{Report, Verdict};

use super::page::{Line, NAME, Page, SENTENCE, Tone};
use crate::{
    summary,
    view::{View, is_baseline},
    visible::{columns, cut},
};

pub(super) fn causes(page: &mut Page, report: &Report) {
    let name = |cause: &envparity_model::Cause| cut(cause.environment.as_deref().unwrap_or_default(), NAME);
    let width = report.causes.iter().map(|cause| columns(&name(cause))).max().unwrap_or_default();
    let width = if width > 0 { width + 3 } else { 0 };
    for (at, cause) in report.causes.iter().enumerate() {
        let start = if at == 0 { Line::labelled("cause") } else { Line::below() };
        let column = start.width() + width;
        let line = start.put(Tone::Strong, &name(cause)).pad_to(column);
        page.line(line.put(Tone::Plain, &cut(&cause.message, SENTENCE)));
        if let Some(hint) = &cause.hint {
            page.line(
                Line::default()
                    .pad_to(column)
                    .put(Tone::Quiet, "hint: ")
                    .put(Tone::Plain, &cut(hint, SENTENCE)),
            );
        }
    }
    page.blank();
}

pub(super) fn verdict(page: &mut Page, view: &View<'_>, folder: &str) {
    let report = view.report;
    let said = summary::verdict(view);
    let tone = if report.exit_code == 0 { Tone::Good } else { Tone::Strong };
    let line = Line::default().put(Tone::Quiet, "verdict").pad_to(10).put(tone, &said).gap().gap();
    page.line(line.put(Tone::Plain, &format!("exit {}{}", report.exit_code, interrupted(report.exit_code))));
    let next = next(report, folder);
    if !next.is_empty() {
        page.line(
            Line::default().put(Tone::Quiet, "next").pad_to(10).put(Tone::Plain, &next.join("   ·   ")),
        );
    }
}

const fn interrupted(exit_code: i32) -> &'static str {
    match exit_code {
        130 | 143 => " (interrupted: this is what was known by then)",
        _ => "",
    }
}

fn next(report: &Report, folder: &str) -> Vec<String> {
    let mut next = Vec::new();
    if report.verdict == Verdict::Inconclusive {
        next.push("parity doctor".to_owned());
    }
    if report.findings.iter().any(|finding| is_baseline(&finding.environment)) {
        next.push("parity approve".to_owned());
    }
    let folder = folder.trim_end_matches('/');
    let html = report.artifacts.iter().find(|artifact| artifact.ends_with("report.html"));
    next.extend(html.map(|html| match folder {
        "" => format!("{html} in the folder of run {}", report.run),
        folder => format!("{folder}/{html}"),
    }));
    next
}
