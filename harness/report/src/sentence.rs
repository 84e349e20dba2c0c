//! A finding in one sentence, for outputs that have room for one.

use envparity_model::{Finding, Proof};

use crate::{view::View, visible::cut, words};

/// Columns of one value in a sentence.
const VALUE: usize = 160;

/// `status: 200 in local, 500 in qa. Culprit: pypi markupsafe 2.1.5 → 2.0.1 (proof both ways). Fix: …`. One visible
/// line.
pub(crate) fn sentence(view: &View<'_>, finding: &Finding) -> String {
    let culprits: Vec<String> = finding.culprits.iter().map(culprit).collect();
    let cause = if culprits.is_empty() {
        finding.suspects.first().map(|suspect| format!("Suspect: {}", words::suspect(suspect)))
    } else {
        Some(format!("Culprit: {}", culprits.join(", or ")))
    };
    let remedy = finding.remedy.as_ref().map(|remedy| format!("Fix: {remedy}"));
    let parts = [Some(differs(view, finding)), cause, remedy, finding.hint.clone()];
    crate::visible(&parts.into_iter().flatten().collect::<Vec<_>>().join(". ")).into_owned()
}

/// What differs, where, on which side.
fn differs(view: &View<'_>, finding: &Finding) -> String {
    let (reference, candidate) = view.labels(&finding.environment);
    let subject = finding.subject.as_deref().map(words::subject);
    let place = finding.at.clone().or(subject).unwrap_or_else(|| finding.code.description().to_owned());
    let kind = finding.kind.as_ref().map(|kind| format!(" ({kind})")).unwrap_or_default();
    let side = |value: &Option<String>| value.as_ref().map_or_else(|| "absent".to_owned(), |v| cut(v, VALUE));
    let unstable = if finding.unstable { ", which differs from itself" } else { "" };
    if finding.reference.is_none() && finding.candidate.is_none() {
        return format!("{place}{kind} in {candidate}{unstable}");
    }
    if view.reference().is_some_and(|reference| reference.name == finding.environment) {
        let value = if finding.reference.is_some() { &finding.reference } else { &finding.candidate };
        return format!("{place}{kind}: {} in {reference}", side(value));
    }
    let values = (side(&finding.reference), side(&finding.candidate));
    format!("{place}{kind}: {} in {reference}, {} in {candidate}{unstable}", values.0, values.1)
}

/// `pypi markupsafe 2.1.5 → 2.0.1 (proof both ways)`.
pub(crate) fn culprit(culprit: &envparity_model::Culprit) -> String {
    let factors: Vec<_> = culprit.factors.iter().map(words::factor).collect();
    let proof = match culprit.proof {
        Proof::BothWays => "proof both ways",
        Proof::OneWay => "proof one way",
    };
    format!("{} ({proof})", factors.join(" with "))
}

/// The file that a finding stands in, as a path from where the configuration's path starts, and its line. Findings
/// without a case stand in the configuration, if there is one.
pub(crate) fn place(view: &View<'_>, finding: &Finding) -> Option<(String, Option<u32>)> {
    let config = view.report.config.path.as_deref();
    let Some(case) = &finding.case else {
        return config.map(|path| (path.replace('\\', "/"), None));
    };
    let folder = config.map(|path| path.replace('\\', "/"));
    let folder = folder.as_deref().and_then(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
    let file = case.file.replace('\\', "/");
    let path = folder.map_or_else(|| file.clone(), |folder| format!("{folder}/{file}"));
    Some((path.trim_start_matches("./").to_owned(), (case.line > 0).then_some(case.line)))
}
