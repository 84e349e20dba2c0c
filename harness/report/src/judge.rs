//! What each test says.

use std::collections::{BTreeSet, HashMap, HashSet};

use envparity_model::{
    CaseId, CasePlace, Cause, Code, Disposition, Environment, Finding, NotCompared, Report, Verdict,
};

use crate::{
    view::{View, is_baseline},
    visible::{columns, cut},
    words,
};

/// Findings that are written out in one test.
const FINDINGS: usize = 50;
/// Columns of one value in a sentence; longer ones are told again below it.
const IN_SENTENCE: usize = 120;
/// Columns of one value: consumers keep about 100,000 characters for a test.
const VALUE: usize = 2_000;

/// The result of one test; lines are not clean yet.
#[derive(Debug)]
pub(crate) enum Judged {
    Passed { note: Option<Vec<String>> },
    Skipped { reason: String },
    Failed { kind: String, message: String, details: Vec<String> },
    Errored { kind: String, message: String },
}

pub(crate) struct Judge<'a> {
    view: &'a View<'a>,
    report: &'a Report,
    by_case: HashMap<&'a str, Vec<&'a Finding>>,
    broken: HashMap<&'a str, &'a str>,
    not_compared: HashMap<&'a str, Vec<&'a NotCompared>>,
    /// More cases look compared than the report says were.
    doubtful: bool,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(view: &'a View<'a>) -> Self {
        let report = view.report;
        let coverage = &report.coverage;
        let mut by_case: HashMap<_, Vec<_>> = HashMap::new();
        for finding in &report.findings {
            if let Some(case) = &finding.case {
                by_case.entry(case.id.as_str()).or_default().push(finding);
            }
        }
        let mut not_compared: HashMap<_, Vec<_>> = HashMap::new();
        for not in &coverage.not_compared {
            not_compared.entry(not.case.as_str()).or_default().push(not);
        }
        let broken: HashMap<_, _> =
            coverage.broken.iter().map(|broken| (broken.case.as_str(), broken.reason.as_str())).collect();
        let compared = coverage
            .case_ids
            .iter()
            .filter(|case| !broken.contains_key(case.as_str()) && !not_compared.contains_key(case.as_str()));
        let doubtful = compared.count() as u64 > coverage.compared;
        Self { view, report, by_case, broken, not_compared, doubtful }
    }

    /// `[local → qa]`.
    pub(crate) fn pair(&self, candidate: &Environment) -> String {
        format!("[{} → {}]", self.reference(), candidate.name)
    }

    fn reference(&self) -> &'a str {
        self.view.reference().map_or("reference", |environment| &environment.name)
    }

    fn of_case(&self, case: &CaseId, environment: &str) -> Vec<&'a Finding> {
        let findings = self.by_case.get(case.as_str()).into_iter().flatten();
        findings.copied().filter(|finding| finding.environment == environment).collect()
    }

    /// Where a case stands, if a finding tells.
    pub(crate) fn place(&self, case: &CaseId, candidate: &Environment) -> Option<&'a CasePlace> {
        let of = |environment: &str| self.of_case(case, environment).iter().find_map(|f| f.case.as_ref());
        of(&candidate.name).or_else(|| of(self.reference()))
    }

    pub(crate) fn case(&self, case: &CaseId, candidate: &Environment) -> Judged {
        let findings = self.of_case(case, &candidate.name);
        if let Some(failed) = self.failed(&findings) {
            return failed;
        }
        if let Some(reason) = self.broken.get(case.as_str()) {
            return errored(Code::ContractBroken.name(), format!("fails on the reference itself: {reason}"));
        }
        if let Some(finding) = active(&self.of_case(case, self.reference())).first() {
            return errored(finding.code.name(), self.sentence(finding));
        }
        let here = |not: &&&NotCompared| not.environment.as_ref().is_none_or(|name| *name == candidate.name);
        let not: Vec<_> = self.not_compared.get(case.as_str()).into_iter().flatten().filter(here).collect();
        match (not.iter().find(|not| !not.intended), not.first()) {
            (Some(not), _) => errored("not-compared", format!("not compared: {}", not.reason)),
            (None, Some(not)) => Judged::Skipped { reason: not.reason.clone() },
            (None, None) if self.doubtful => {
                errored("not-compared", "the report does not say that this case was compared".to_owned())
            }
            (None, None) => self.passed_or_flaky(case, candidate, &findings),
        }
    }

    /// Passed; where it was asked more than once, that is said.
    fn passed_or_flaky(&self, case: &CaseId, candidate: &Environment, findings: &[&Finding]) -> Judged {
        let here = |name: &str| name == candidate.name || name == self.reference();
        let of_case = self.report.coverage.flaky.iter().filter(|f| f.case == *case && here(&f.environment));
        let flaky: Vec<String> = of_case
            .map(|flaky| {
                let (environment, pass) = (&flaky.environment, words::pass(flaky.sample));
                let failure = cut(&flaky.first_failure, IN_SENTENCE);
                format!("flaky: {environment}{pass}: attempt {}, the first: {failure}", flaky.attempts)
            })
            .collect();
        match self.passed(findings) {
            Judged::Passed { note } if !flaky.is_empty() => {
                Judged::Passed { note: Some([flaky, note.unwrap_or_default()].concat()) }
            }
            judged => judged,
        }
    }

    pub(crate) fn service(&self, candidate: &Environment) -> Judged {
        let findings = self.of_kind(candidate, |f| f.subject.is_none() || is_service(f.code));
        if let Some(failed) = self.failed(&findings) {
            return failed;
        }
        let named = |name: &str| name == candidate.name || name == self.reference();
        let cause = self.report.causes.iter().find(|cause| cause.environment.as_deref().is_some_and(named));
        match cause {
            Some(cause) => errored("inconclusive", cause.message.clone()),
            None => self.passed(&findings),
        }
    }

    pub(crate) fn packages(&self, candidate: &Environment) -> Judged {
        let findings = self.of_kind(candidate, |f| is_package(f) && !is_service(f.code));
        let failed = self.report.packages.summary.get(&candidate.name).map_or(0, |summary| summary.failed);
        match (self.failed(&findings), self.without_manifest(candidate, "packages")) {
            (Some(failed), _) | (None, Some(failed)) => failed,
            (None, None) if failed > 0 => {
                errored("not-compared", format!("{} could not be compared", words::count(failed, "package")))
            }
            (None, None) => self.passed(&findings),
        }
    }

    pub(crate) fn facts(&self, candidate: &Environment) -> Judged {
        let findings =
            self.of_kind(candidate, |f| f.subject.is_some() && !is_package(f) && !is_service(f.code));
        match (self.failed(&findings), self.without_manifest(candidate, "facts")) {
            (Some(failed), _) | (None, Some(failed)) => failed,
            (None, None) => self.passed(&findings),
        }
    }

    /// The run as a whole: causes, and whatever no other test says.
    pub(crate) fn run(&self, all_passed: bool) -> Judged {
        let report = self.report;
        let orphans = self.orphans();
        if let Some(failed) = self.failed(&orphans).or_else(|| self.caused(|_| true)) {
            return failed;
        }
        let unlisted = report.coverage.cases.saturating_sub(report.coverage.case_ids.len() as u64);
        if unlisted > 0 {
            return errored("not-compared", format!("{} not listed", words::count(unlisted, "case")));
        }
        if !matches!(report.exit_code, 0 | 1) || report.verdict == Verdict::Inconclusive {
            return errored(&format!("exit-{}", report.exit_code), "not everything was compared".to_owned());
        }
        if all_passed && report.exit_code != 0 {
            let message = format!("drift at or above the gate ({})", report.gate.level);
            return Judged::Failed { kind: "drift".to_owned(), message, details: Vec::new() };
        }
        self.passed(&orphans)
    }

    /// As [`Self::run`], where some candidates are known to be missing and nobody waits for them.
    pub(crate) fn run_without(&self, missing: &[String]) -> Judged {
        let orphans = self.orphans();
        let of_others =
            |cause: &Cause| cause.environment.as_ref().is_some_and(|name| !missing.contains(name));
        self.failed(&orphans).or_else(|| self.caused(of_others)).unwrap_or_else(|| self.passed(&orphans))
    }

    fn caused(&self, counts: impl Fn(&Cause) -> bool) -> Option<Judged> {
        let causes: Vec<_> = self.report.causes.iter().filter(|cause| counts(cause)).collect();
        let messages: Vec<_> = causes.iter().map(|cause| cause.message.as_str()).collect();
        causes.first().map(|cause| errored(&format!("exit-{}", cause.exit_code), messages.join("; ")))
    }

    /// Findings that no other test shows: of no candidate, or in a case that is not listed.
    fn orphans(&self) -> Vec<&'a Finding> {
        let listed: HashSet<_> = self.report.coverage.case_ids.iter().collect();
        let candidates: BTreeSet<_> = self.view.compared().map(|candidate| candidate.name.as_str()).collect();
        let shown = |finding: &&Finding| {
            let candidate = candidates.contains(finding.environment.as_str());
            match &finding.case {
                Some(case) => {
                    let reference = finding.environment == self.reference() && !candidates.is_empty();
                    (candidate || reference) && listed.contains(&case.id)
                }
                // Packages and facts have tests of their own, for environments alone.
                None => candidate && !is_baseline(&finding.environment),
            }
        };
        self.report.findings.iter().filter(|finding| !shown(finding)).collect()
    }

    fn of_kind(&self, candidate: &Environment, wanted: impl Fn(&Finding) -> bool) -> Vec<&'a Finding> {
        let here = |f: &&Finding| f.case.is_none() && f.environment == candidate.name && wanted(f);
        self.report.findings.iter().filter(here).collect()
    }

    /// Nothing was compared: an error where a side is blamed for something, since whoever has no manifest and should
    /// have one is; else the configuration wants it so.
    fn without_manifest(&self, candidate: &Environment, what: &str) -> Option<Judged> {
        if self.report.packages.summary.contains_key(&candidate.name) {
            return None;
        }
        let engines = [Some(candidate), self.view.reference()].into_iter().flatten();
        let by_address = engines.into_iter().any(|environment| environment.engine.is_none());
        let named = |name: &str| name == candidate.name || name == self.reference();
        let blamed = self.report.causes.iter().filter_map(|cause| cause.environment.as_deref()).any(named);
        let down = self.report.findings.iter().any(|f| is_service(f.code) && named(&f.environment));
        Some(if by_address || !(blamed || down) {
            Judged::Skipped { reason: format!("{what} are not compared here, as configured") }
        } else {
            errored("not-compared", format!("{what} were not compared"))
        })
    }

    fn failed(&self, findings: &[&Finding]) -> Option<Judged> {
        let active = active(findings);
        let worst = active.iter().rev().max_by_key(|finding| finding.severity)?;
        Some(Judged::Failed {
            kind: worst.code.name().to_owned(),
            message: self.sentence(worst),
            details: self.details(&active),
        })
    }

    fn passed(&self, findings: &[&Finding]) -> Judged {
        Judged::Passed { note: (!findings.is_empty()).then(|| self.details(findings)) }
    }

    /// `response-status: local 200, qa 500`.
    fn sentence(&self, finding: &Finding) -> String {
        let short = |value: &Option<String>| cut(value.as_deref().unwrap_or("absent"), IN_SENTENCE);
        let what = match (&finding.subject, &finding.at) {
            (Some(subject), _) => format!(" {}", words::subject(subject)),
            (None, Some(at)) => format!(" at {at}"),
            (None, None) => String::new(),
        };
        if finding.reference.is_none() && finding.candidate.is_none() {
            return format!("{}{what}: {}", finding.code, finding.code.description());
        }
        if finding.environment == self.reference() {
            return format!("{}{what}: {}", finding.code, short(&finding.reference));
        }
        let (reference, candidate) = (short(&finding.reference), short(&finding.candidate));
        format!(
            "{}{what}: {} {reference}, {} {candidate}",
            finding.code,
            self.reference(),
            finding.environment
        )
    }

    fn details(&self, findings: &[&Finding]) -> Vec<String> {
        let mut lines = Vec::new();
        let mut said = HashSet::new();
        for finding in findings.iter().take(FINDINGS) {
            let judged = match finding.disposition {
                Disposition::Active => "",
                Disposition::Waived => ", waived",
                Disposition::Noise => ", noise",
                Disposition::BelowGate => ", below the gate",
            };
            let sentence = self.sentence(finding);
            lines.push(format!("{}{judged}: {sentence} [{}]", finding.severity, finding.fingerprint));
            // A request or a suspect that several findings share is told once.
            lines.extend(Self::detail(finding).into_iter().filter(|line| said.insert(line.clone())));
        }
        if findings.len() > FINDINGS {
            lines.push(format!("and {} more", findings.len() - FINDINGS));
        }
        lines
    }

    fn detail(finding: &Finding) -> Vec<String> {
        let mut lines = Vec::new();
        let mut say = |label: &str, value: &str| lines.push(format!("  {label:9} {}", cut(value, VALUE)));
        if let Some(case) = &finding.case {
            say("case", &format!("{} ({}:{})", case.id, case.file, case.line));
        }
        for (side, value) in [("reference", &finding.reference), ("candidate", &finding.candidate)] {
            if let Some(value) = value.as_deref().filter(|value| columns(value) > IN_SENTENCE) {
                say(side, value);
            }
        }
        for culprit in &finding.culprits {
            let factors: Vec<_> = culprit.factors.iter().map(words::factor).collect();
            say("culprit", &factors.join(" with "));
            for kept in &culprit.kept {
                say(&kept.shows, &words::kept(kept));
            }
        }
        for suspect in finding.suspects.iter().take(3).filter(|_| finding.culprits.is_empty()) {
            say("suspect", &words::suspect(suspect));
        }
        let repeat = finding.repeat.as_ref().map(|repeat| &repeat.curl);
        for (label, text) in
            [("fix", finding.remedy.as_ref()), ("repeat", repeat), ("hint", finding.hint.as_ref())]
        {
            if let Some(text) = text {
                say(label, text);
            }
        }
        lines
    }
}

fn active<'a>(findings: &[&'a Finding]) -> Vec<&'a Finding> {
    findings.iter().copied().filter(|finding| finding.disposition == Disposition::Active).collect()
}

fn is_package(finding: &Finding) -> bool {
    finding.subject.as_deref().is_some_and(|subject| subject.starts_with("pkg:"))
}

const fn is_service(code: Code) -> bool {
    matches!(code, Code::ServiceNotStarted | Code::ServiceDied)
}

fn errored(kind: &str, message: String) -> Judged {
    Judged::Errored { kind: kind.to_owned(), message }
}
