//! What a run has learned to differ by nature, for people and as JSON.

use std::fmt::Write as _;

use envparity_model::{CaseId, Learned, Report};
use serde::Serialize;

use crate::visible::visible;

/// What was learned, by case and place.
pub fn noise_text(report: &Report) -> String {
    let coverage = &report.coverage;
    let mut out = String::new();
    let mut cases: Vec<&CaseId> =
        coverage.noise.iter().chain(&coverage.shape_only).map(|l| &l.case).collect();
    cases.sort();
    cases.dedup();
    if cases.is_empty() {
        return format!("nothing was learned in run {}: everything is compared in full\n", report.run);
    }
    for case in cases {
        let _ = writeln!(out, "{}", visible(case.as_str()));
        let of_case =
            |list: &[Learned]| -> Vec<Learned> { list.iter().filter(|l| l.case == *case).cloned().collect() };
        let noise = of_case(&coverage.noise);
        let mut rest = of_case(&coverage.shape_only);
        rest.retain(|l| !noise.iter().any(|n| n.at == l.at && n.kind == l.kind));
        section(&mut out, "noise", &noise);
        section(&mut out, "by shape only", &rest);
        out.push('\n');
    }
    out
}

fn section(out: &mut String, title: &str, list: &[Learned]) {
    if list.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {title}");
    let width = |of: fn(&Learned) -> usize, most: usize| list.iter().map(of).max().unwrap_or(0).min(most);
    let (at, kind) = (width(|l| l.at.chars().count(), 48), width(|l| l.kind.chars().count(), 12));
    for learned in list {
        let (place, why) = (visible(&learned.at), visible(&learned.why));
        let _ = writeln!(out, "    {place:at$}  {:kind$}  {why}", learned.kind);
    }
}

#[derive(Serialize)]
struct Json<'r> {
    run: &'r str,
    noise: &'r [Learned],
    shape_only: &'r [Learned],
}

/// The same as JSON: `run`, `noise` and `shape_only` with `case`, `at`, `kind`, `why` each.
pub fn noise_json(report: &Report) -> Vec<u8> {
    let coverage = &report.coverage;
    let json = Json { run: &report.run, noise: &coverage.noise, shape_only: &coverage.shape_only };
    // Plain data always has a text.
    let mut out = serde_json::to_vec_pretty(&json).unwrap_or_default();
    out.push(b'\n');
    out
}
