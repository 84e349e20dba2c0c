//! How a report reads: which findings belong to a package or a fact, and which say the same thing.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use envparity_model::{
    CasePlace, Disposition, Environment, FactChange, Finding, PackageChange, Report, Role,
};

/// Findings that are told as one.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// Endpoint, place and counts.
    pub(crate) said: &'a envparity_model::Group,
    /// What it shows, unlike values first to last.
    pub(crate) samples: Vec<Sample<'a>>,
    /// Places of like groups of the same case that are not shown in full.
    pub(crate) folded: Vec<&'a str>,
    /// Findings in the group, and in those that were joined to it.
    pub(crate) size: usize,
}

impl<'a> Group<'a> {
    /// The finding that stands for all.
    pub(crate) fn first(&self) -> &'a Finding {
        self.samples[0].first
    }
}

/// Findings that show the same: one is shown in full, the others by their case or environment.
#[derive(Debug)]
pub(crate) struct Sample<'a> {
    /// The one that is shown.
    pub(crate) first: &'a Finding,
    /// Candidates that show it, in order.
    pub(crate) environments: Vec<&'a str>,
    /// Other cases that show it.
    pub(crate) more_cases: Vec<&'a CasePlace>,
    /// Other places in the same response with the same fingerprint.
    pub(crate) more_places: usize,
}

/// A report with its cross references resolved.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) report: &'a Report,
    by_subject: HashMap<(&'a str, String), &'a Finding>,
    listed: HashSet<(&'a str, String)>,
}

impl<'a> View<'a> {
    pub(crate) fn new(report: &'a Report) -> Self {
        let named = |finding: &'a Finding| {
            let subject = finding.case.is_none().then_some(finding.subject.as_ref())??;
            Some(((finding.environment.as_str(), subject.clone()), finding))
        };
        // Worst last, so that it is the one that stays where a subject has several.
        let mut findings: Vec<_> = report.findings.iter().collect();
        findings.sort_by_key(|finding| finding.severity);
        let packages = report.packages.changes.iter().map(|c| (c.environment.as_str(), c.subject()));
        let facts = report.facts.iter().map(|fact| (fact.environment.as_str(), fact.name.clone()));
        Self {
            report,
            by_subject: findings.into_iter().filter_map(named).collect(),
            listed: packages.chain(facts).collect(),
        }
    }

    pub(crate) fn reference(&self) -> Option<&'a Environment> {
        self.report.environments.iter().find(|environment| environment.role == Role::Reference)
    }

    pub(crate) fn candidates(&self) -> impl Iterator<Item = &'a Environment> {
        self.report.environments.iter().filter(|environment| environment.role == Role::Candidate)
    }

    /// Everything that was compared with the reference: candidates, and the baseline.
    pub(crate) fn compared(&self) -> impl Iterator<Item = &'a Environment> {
        self.report.environments.iter().filter(|environment| environment.role != Role::Reference)
    }

    /// How both sides of a finding are called. Of the baseline's, the first was approved, the second is what the
    /// reference answers now.
    pub(crate) fn labels<'n>(&self, environment: &'n str) -> (&'n str, &'n str)
    where
        'a: 'n,
    {
        let reference = self.reference().map_or("reference", |reference| reference.name.as_str());
        if is_baseline(environment) { ("approved", reference) } else { (reference, environment) }
    }

    /// The finding that judges a package difference.
    pub(crate) fn of_package(&self, change: &PackageChange) -> Option<&'a Finding> {
        self.by_subject.get(&(change.environment.as_str(), change.subject())).copied()
    }

    /// The finding that judges a fact difference.
    pub(crate) fn of_fact(&self, fact: &FactChange) -> Option<&'a Finding> {
        self.by_subject.get(&(fact.environment.as_str(), fact.name.clone())).copied()
    }

    /// Package differences of a candidate, most important first.
    pub(crate) fn packages(&self, environment: &str) -> Vec<(&'a PackageChange, Option<&'a Finding>)> {
        let of_candidate = self.report.packages.changes.iter().filter(|c| c.environment == environment);
        let mut rows: Vec<_> = of_candidate.map(|change| (change, self.of_package(change))).collect();
        rows.sort_by_key(|(change, finding)| {
            let culprit = change.proven.as_deref() == Some("culprit");
            let harmless = change.proven.as_deref() == Some("harmless");
            let severity = Reverse(finding.map(|finding| finding.severity));
            let close = Reverse((change.loaded, change.ecosystem.is_application()));
            (Reverse(culprit), severity, harmless, close, change.change, &change.name)
        });
        rows
    }

    /// Fact differences, most important first, intended ones last.
    pub(crate) fn facts(&self) -> Vec<(&'a FactChange, Option<&'a Finding>)> {
        let mut rows: Vec<_> = self.report.facts.iter().map(|fact| (fact, self.of_fact(fact))).collect();
        rows.sort_by_key(|(fact, finding)| {
            let severity = Reverse(finding.map(|finding| finding.severity));
            (fact.intended, severity, &fact.name, &fact.environment)
        });
        rows
    }

    /// Groups that neither a package nor a fact difference shows, worst first; without waived ones and noise, unless
    /// those are asked for.
    pub(crate) fn groups(&self, with_waived: bool) -> Vec<Group<'a>> {
        let is_shown = |finding: &'a Finding| {
            let counts = matches!(finding.disposition, Disposition::Active | Disposition::BelowGate);
            (with_waived || counts) && (finding.case.is_some() || !self.is_listed(finding))
        };
        let mut groups: Vec<Group<'a>> = self
            .report
            .groups
            .iter()
            .filter(|said| is_shown(&self.report.findings[said.findings[0]]))
            .map(|said| self.group(said))
            .collect();
        groups.sort_by_key(|group| {
            Reverse((group.said.severity, group.said.disposition == Disposition::Active))
        });
        alike(groups)
    }

    /// A group with what it shows.
    fn group(&self, said: &'a envparity_model::Group) -> Group<'a> {
        let findings = said.findings.iter().map(|at| &self.report.findings[*at]).collect();
        Group {
            said,
            samples: by_case(by_environment(by_fingerprint(findings))),
            folded: Vec::new(),
            size: said.findings.len(),
        }
    }

    /// A package or fact difference shows it.
    pub(crate) fn is_listed(&self, finding: &'a Finding) -> bool {
        let subject = finding.subject.as_ref();
        subject.is_some_and(|subject| self.listed.contains(&(finding.environment.as_str(), subject.clone())))
    }
}

/// Whether findings of this environment are about what was approved.
pub(crate) fn is_baseline(environment: &str) -> bool {
    environment == "baseline"
}

/// Groups of other endpoints that show the same and nothing else are told together.
fn alike(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut kept: Vec<Group<'_>> = Vec::new();
    let mut seen = HashMap::new();
    for mut group in groups {
        let [sample] = group.samples.as_slice() else {
            kept.push(group);
            continue;
        };
        let is_in_case = sample.first.case.is_some();
        let key = format!("{:?}", (what(sample), &sample.environments, is_in_case));
        let at = *seen.entry(key).or_insert(kept.len());
        match kept.get_mut(at) {
            Some(into) => {
                into.size += group.size;
                let sample = group.samples.remove(0);
                into.samples[0].more_places += sample.more_places;
                into.samples[0].more_cases.extend(sample.first.case.as_ref());
                into.samples[0].more_cases.extend(sample.more_cases);
            }
            None => kept.push(group),
        }
    }
    kept
}

fn by_fingerprint(findings: Vec<&Finding>) -> Vec<Sample<'_>> {
    let mut samples: Vec<Sample<'_>> = Vec::new();
    let mut seen = HashMap::new();
    for finding in findings {
        let at = *seen.entry(finding.fingerprint.as_str()).or_insert(samples.len());
        match samples.get_mut(at) {
            Some(sample) => sample.more_places += 1,
            None => samples.push(Sample {
                first: finding,
                environments: vec![&finding.environment],
                more_cases: Vec::new(),
                more_places: 0,
            }),
        }
    }
    samples
}

fn by_environment(samples: Vec<Sample<'_>>) -> Vec<Sample<'_>> {
    let key = |sample: &Sample<'_>| {
        format!("{:?}", (what(sample), sample.first.case.as_ref().map(|case| &case.id)))
    };
    merge(samples, key, |into, from| into.environments.extend(from.environments))
}

fn by_case(samples: Vec<Sample<'_>>) -> Vec<Sample<'_>> {
    let key = |sample: &Sample<'_>| format!("{:?}", (what(sample), &sample.environments));
    merge(samples, key, |into, from| into.more_cases.extend(from.first.case.as_ref()))
}

/// What a finding says, without where. Values and suspects belong to it: nothing that differs is hidden.
fn what(sample: &Sample<'_>) -> String {
    let f = sample.first;
    let suspects: Vec<_> = f.suspects.iter().map(|suspect| &suspect.subject).collect();
    let judged = (f.code, f.severity, f.disposition, f.unstable);
    let judged = (judged, is_baseline(&f.environment));
    format!("{:?}", (judged, &f.at, &f.kind, &f.subject, &f.reference, &f.candidate, suspects, &f.culprits))
}

fn merge<'a>(
    samples: Vec<Sample<'a>>,
    key: impl Fn(&Sample<'a>) -> String,
    join: impl Fn(&mut Sample<'a>, Sample<'a>),
) -> Vec<Sample<'a>> {
    let mut merged: Vec<Sample<'a>> = Vec::new();
    let mut seen = HashMap::new();
    for sample in samples {
        let at = *seen.entry(key(&sample)).or_insert(merged.len());
        match merged.get_mut(at) {
            Some(into) => {
                into.more_places += sample.more_places;
                join(into, sample);
            }
            None => merged.push(sample),
        }
    }
    merged
}
