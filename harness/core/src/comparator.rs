//! One case at a time: reference, control, candidate and resample in, what differs out.

use envparity_config::Rule;
use envparity_model::{CaseId, Code, Exchange, Learned, NotSent, Outcome, Response, Severity};

use crate::asserts;
use crate::authority::{Authorities, Authority};
use crate::body::{Bodies, Part, Shapes, learn_alone};
use crate::drift::{Drift, Drifts};
use crate::excerpt::{cut, short};
use crate::headers::{self, Headers};
use crate::input::{CaseInput, CaseResult, CaseStatus, Side};
use crate::lens::{Lens, Likeness};
use crate::noise::Noise;
use crate::outcome::{self, Pairing};
use crate::path::without_indices;
use crate::rules::{CaseRules, Marks, Rules, UnusedRule};
use crate::symbols::{Captured, Symbols, Who};

/// Bytes kept of what a drifting candidate answered.
const EVIDENCE: usize = 4096;

/// Compares one candidate with the reference, case by case in suite order: values captured by one case are known
/// in the following ones.
#[derive(Debug)]
pub struct Comparator {
    candidate: String,
    rules: Rules,
    authorities: Authorities,
    symbols: Symbols,
}

impl Comparator {
    /// A comparator for one candidate.
    pub fn new(candidate: &str, rules: &[Rule], authorities: Authorities) -> Self {
        Self {
            candidate: candidate.to_owned(),
            rules: Rules::new(rules),
            authorities,
            symbols: Symbols::default(),
        }
    }

    /// Compares one case. Feeding a case again (with a resample, say) is harmless.
    pub fn compare(&mut self, input: &CaseInput<'_>) -> CaseResult {
        self.compare_rechecked(input, None)
    }

    /// Compares one case with further samples of the reference, made where the candidate drifted: chance agreement
    /// of two samples (a shuffled pair, a coin) is then seen through. See [`needs_recheck`].
    pub fn compare_rechecked<'a>(
        &mut self,
        input: &CaseInput<'a>,
        rechecks: impl IntoIterator<Item = Side<'a>>,
    ) -> CaseResult {
        let rechecks: Vec<Side<'a>> = rechecks.into_iter().collect();
        let collisions = self.learn_symbols(input, &rechecks);
        let rules = self.rules.of(&input.place.id);
        let mut marks = Marks::default();
        let case = Case {
            input,
            rechecks: &rechecks,
            candidate: &self.candidate,
            rules: &rules,
            symbols: &self.symbols,
            authorities: &self.authorities,
        };
        let mut result = case.compare(collisions, &mut marks);
        result.expects_status = asserts::expects_status(input.reference.exchange);
        self.rules.mark(&marks);
        result
    }

    /// Rules that matched no case, or nothing in any body that was parsed. To be judged on a full run only.
    pub fn unused_rules(&self) -> Vec<UnusedRule> {
        self.rules.unused()
    }

    fn learn_symbols(&mut self, input: &CaseInput<'_>, rechecks: &[Side<'_>]) -> Vec<Drift> {
        let Some(control) = input.control else {
            return Vec::new();
        };
        let captured = Captured {
            reference: &input.reference.exchange.captures,
            control: &control.exchange.captures,
            rechecks: rechecks.iter().map(|side| side.exchange.captures.as_slice()).collect(),
            candidate: &input.candidate.exchange.captures,
            resample: input.resample.map(|side| side.exchange.captures.as_slice()).unwrap_or_default(),
        };
        let collisions = self.symbols.learn(&captured);
        let drift = |collision: crate::symbols::Collision| {
            Drift::at(Code::ResponseValue, "body")
                .kind("symbol")
                .sides(short(&collision.reference), short(&collision.candidate))
                .hint(format!(
                    "`{}` was captured before: one side repeats a value that the other makes anew",
                    collision.name
                ))
        };
        collisions.into_iter().map(drift).collect()
    }
}

/// Whether a second sample of the candidate would tell more: something drifted that a second look can shake.
pub fn needs_resample(result: &CaseResult) -> bool {
    result.drifts.iter().any(|drift| !drift.unstable && drift.code.default_severity() > Severity::Info)
}

/// Whether a further sample of the reference would tell more: the candidate differs from itself where the reference
/// so far does not, which is drift, or noise that its few samples have hidden by chance. Worth a few more samples.
pub fn needs_recheck(result: &CaseResult) -> bool {
    result.drifts.iter().any(|drift| drift.unstable)
}

struct Case<'c> {
    input: &'c CaseInput<'c>,
    rechecks: &'c [Side<'c>],
    candidate: &'c str,
    rules: &'c CaseRules<'c>,
    symbols: &'c Symbols,
    authorities: &'c Authorities,
}

impl<'c> Case<'c> {
    fn compare(&self, collisions: Vec<Drift>, marks: &mut Marks) -> CaseResult {
        let (reference, candidate) = (self.input.reference.exchange, self.input.candidate.exchange);
        let pairing = outcome::pair(&reference.outcome, &candidate.outcome);
        if let Pairing::NotAsked { on_reference, reason, intended } = pairing {
            let environment = (!on_reference).then(|| self.candidate.to_owned());
            let mut result = CaseResult::new(CaseStatus::NotCompared { environment, reason, intended });
            result.candidate_died = matches!(candidate.outcome, Outcome::NotSent(NotSent::ServiceDied));
            return result;
        }
        if let Some(why) = self.unstable_reference() {
            return CaseResult::new(CaseStatus::Inconclusive(why));
        }
        if let Pairing::NoAnswer(why) = pairing {
            return CaseResult::new(CaseStatus::Broken(why));
        }
        if let Some(why) = asserts::broken(reference, self.rules) {
            let mut result = CaseResult::new(CaseStatus::Broken(why));
            result.statuses = statuses(reference, candidate);
            return result;
        }
        let mut drifts = Drifts::default();
        let mut result = CaseResult::new(CaseStatus::Compared);
        match pairing {
            Pairing::OneSided { kind, reference, candidate } if !self.rules.ignores_outcome() => {
                drifts
                    .push(Drift::at(Code::ResponseOutcome, "outcome").kind(kind).sides(reference, candidate));
            }
            Pairing::Responses(mine, theirs) => {
                for drift in collisions {
                    drifts.push(drift);
                }
                self.responses((mine, theirs), marks, &mut drifts, &mut result);
            }
            _ => {}
        }
        self.label_unstable(&mut drifts);
        if !drifts.is_empty() {
            result.request.clone_from(&candidate.request);
            result.evidence = self.evidence();
        }
        result.drifts = drifts.into_vec();
        result
    }

    fn case(&self) -> &CaseId {
        &self.input.place.id
    }

    fn controls(&self) -> impl Iterator<Item = (Side<'c>, Who)> {
        let control = self.input.control.map(|side| (side, Who::Control));
        let rechecks = self.rechecks.iter().enumerate().map(|(time, side)| (*side, Who::Recheck(time)));
        control.into_iter().chain(rechecks)
    }

    /// What never is noise and differs on the reference against itself.
    fn unstable_reference(&self) -> Option<String> {
        let first = self.input.reference.exchange;
        for (side, _) in self.controls() {
            let second = side.exchange;
            if !self.rules.ignores_outcome()
                && let Some(why) = outcome::unstable(&first.outcome, &second.outcome)
            {
                return Some(why);
            }
            let (Outcome::Response(a), Outcome::Response(b)) = (&first.outcome, &second.outcome) else {
                continue;
            };
            if a.status != b.status && !self.rules.ignores_status() {
                return Some(format!("the reference answers {} and {}", a.status, b.status));
            }
            if let Some(why) = asserts::unstable(first, second) {
                return Some(why);
            }
        }
        None
    }

    fn lens(&self, left: Who, right: Who) -> Lens<'c> {
        let authority = |who: Who| -> &'c Authority {
            match who {
                Who::Candidate | Who::Resample => &self.authorities.candidate,
                _ => &self.authorities.reference,
            }
        };
        Lens { symbols: self.symbols, sides: (left, right), authorities: (authority(left), authority(right)) }
    }

    fn responses(
        &self,
        (mine, theirs): (&'c Response, &'c Response),
        marks: &mut Marks,
        drifts: &mut Drifts,
        result: &mut CaseResult,
    ) {
        let (reference, candidate) = (self.input.reference.exchange, self.input.candidate.exchange);
        result.statuses = Some((mine.status, theirs.status));
        result.latency = Some((reference.timing.head_ms, candidate.timing.head_ms));
        let judged = !self.rules.ignores_status();
        if judged && mine.status / 100 != theirs.status / 100 {
            // Another response altogether: that its body differs too says nothing more.
            return drifts.push(self.other_class(mine, theirs));
        }
        if judged {
            self.status(mine, theirs, drifts);
        }
        let mut noise = Noise::default();
        let mut problem = None;
        let controls: Vec<(Side<'c>, &Response, Who)> = self
            .controls()
            .filter_map(|(side, who)| match &side.exchange.outcome {
                Outcome::Response(response) => Some((side, response, who)),
                _ => None,
            })
            .collect();
        for (_, response, who) in &controls {
            if let Err(why) = headers::learn(mine, response, &self.lens(Who::Reference, *who), &mut noise) {
                problem = Some(why);
            }
        }
        let mut shapes: Shapes = Vec::new();
        let body = Bodies {
            reference: Part { response: mine, bytes: self.input.reference.body },
            controls: controls
                .iter()
                .map(|(side, response, who)| {
                    (Part { response, bytes: side.body }, self.lens(Who::Reference, *who))
                })
                .collect(),
            candidate: Part { response: theirs, bytes: self.input.candidate.body },
            lens: self.lens(Who::Reference, Who::Candidate),
            rules: self.rules,
        };
        if let Err(why) = body.judge(&mut noise, marks, drifts, &mut shapes) {
            problem.get_or_insert(why);
        }
        let headers = Headers {
            lens: body.lens,
            noise: &noise,
            controlled: !controls.is_empty(),
            rules: self.rules,
            has_body: mine.body.size > 0 || theirs.body.size > 0,
        };
        headers.judge(mine, theirs, marks, drifts, &mut |at, kind, why| {
            shapes.push((at.to_owned(), kind_name(kind), why.to_owned()));
        });
        asserts::judge(reference, candidate, self.rules, drifts);
        self.conclude(&noise, shapes, problem, result);
    }

    fn conclude(&self, noise: &Noise, shapes: Shapes, problem: Option<String>, result: &mut CaseResult) {
        if let Some((at, why)) = noise.unstable().first() {
            result.status = CaseStatus::Inconclusive(format!("`{at}` {why} on the reference itself"));
        }
        if let Some(why) = problem {
            result.status = CaseStatus::Inconclusive(why);
        }
        result.noise = noise.learned(self.case());
        let learned = |(at, kind, why): (String, &str, String)| Learned {
            case: self.case().clone(),
            at: without_indices(&at),
            kind: kind.to_owned(),
            why,
        };
        result.shape_only = shapes.into_iter().map(learned).collect();
        result
            .shape_only
            .extend(result.noise.iter().filter(|n| n.kind == "value" || n.kind == "keys").cloned());
        result.shape_only.sort();
        result.shape_only.dedup_by(|a, b| a.at == b.at && a.kind == b.kind);
    }

    fn other_class(&self, mine: &Response, theirs: &Response) -> Drift {
        let text = self.candidate_text();
        let shown = text.lines().map(str::trim).find(|line| !line.is_empty()).map(short);
        let candidate = match shown {
            Some(line) => format!("{}  \"{line}\"", theirs.status),
            None => theirs.status.to_string(),
        };
        let failing = self.input.candidate.exchange.asserts.iter().filter(|a| !a.passed && !a.timed).count();
        let drift = Drift::at(Code::ResponseStatus, "status")
            .kind("class")
            .severity(Severity::Critical)
            .sides(mine.status.to_string(), candidate);
        match failing {
            0 => drift,
            1 => drift.hint("1 assert fails with it"),
            many => drift.hint(format!("{many} asserts fail with it")),
        }
    }

    fn status(&self, mine: &Response, theirs: &Response, drifts: &mut Drifts) {
        if mine.status != theirs.status {
            drifts.push(
                Drift::at(Code::ResponseStatus, "status")
                    .sides(mine.status.to_string(), theirs.status.to_string()),
            );
        }
        if mine.version != theirs.version {
            drifts.push(
                Drift::at(Code::ResponseBanner, "version")
                    .sides(short(&mine.version), short(&theirs.version)),
            );
        }
        if mine.hops.len() != theirs.hops.len() {
            let count = |count: usize| format!("{count} redirects");
            drifts.push(
                Drift::at(Code::ResponseStatus, "status")
                    .kind("redirects")
                    .sides(count(mine.hops.len()), count(theirs.hops.len())),
            );
            return;
        }
        let lens = self.lens(Who::Reference, Who::Candidate);
        for (l, r) in mine.hops.iter().zip(&theirs.hops) {
            if l.status != r.status {
                let sides = (l.status.to_string(), r.status.to_string());
                drifts.push(Drift::at(Code::ResponseStatus, "status").kind("hop").sides(sides.0, sides.1));
            }
            let same = l.location == r.location
                || matches!(lens.compare(&l.location, &r.location), Likeness::Masked | Likeness::Symbol);
            if !same && self.rules.header("location", &mut Marks::default()) != crate::rules::Mode::Ignore {
                drifts.push(
                    Drift::at(Code::ResponseHeader, "header.location")
                        .kind("hop")
                        .sides(short(&l.location), short(&r.location)),
                );
            }
        }
    }

    /// Labels what the candidate does not repeat.
    fn label_unstable(&self, drifts: &mut Drifts) {
        let Some(resample) = self.input.resample else {
            return;
        };
        let first = self.input.candidate.exchange;
        let second = resample.exchange;
        let shaky = Shaky::new(self, first, second, resample);
        for drift in drifts.iter_mut() {
            if drift.code.default_severity() > Severity::Info && shaky.is_shaken(drift) {
                drift.kind = Some(drift.code.name().to_owned());
                drift.code = Code::Unstable;
                drift.severity = drift.severity.max(Code::Unstable.default_severity());
                drift.unstable = true;
                drift.hint =
                    Some("the candidate differs from itself here, the reference does not".to_owned());
            }
        }
    }

    fn candidate_text(&self) -> String {
        String::from_utf8_lossy(&self.input.candidate.body[..self.input.candidate.body.len().min(EVIDENCE)])
            .into_owned()
    }

    /// What may name a suspect: the candidate's body, or the transport's words.
    fn evidence(&self) -> Vec<String> {
        let text = match &self.input.candidate.exchange.outcome {
            Outcome::Failure { message, .. } => message.clone(),
            _ => self.candidate_text(),
        };
        if text.is_empty() { Vec::new() } else { vec![cut(&text, EVIDENCE).to_owned()] }
    }
}

fn statuses(reference: &Exchange, candidate: &Exchange) -> Option<(u16, u16)> {
    match (&reference.outcome, &candidate.outcome) {
        (Outcome::Response(mine), Outcome::Response(theirs)) => Some((mine.status, theirs.status)),
        _ => None,
    }
}

fn kind_name(kind: &str) -> &'static str {
    if kind == "rule" { "rule" } else { "header" }
}

/// Where the candidate differs from itself.
struct Shaky {
    outcome: bool,
    status: bool,
    noise: Noise,
    asserts: bool,
}

impl Shaky {
    fn new(case: &Case<'_>, first: &Exchange, second: &Exchange, resample: Side<'_>) -> Self {
        let mut out = Self { outcome: false, status: false, noise: Noise::default(), asserts: false };
        match (&first.outcome, &second.outcome) {
            (Outcome::Response(a), Outcome::Response(b)) => {
                let lens = case.lens(Who::Candidate, Who::Resample);
                out.status = a.status != b.status || a.hops.len() != b.hops.len();
                out.asserts = asserts::unstable(first, second).is_some();
                let (a_part, b_part) = (
                    Part { response: a, bytes: case.input.candidate.body },
                    Part { response: b, bytes: resample.body },
                );
                out.noise = learn_alone(&a_part, &b_part, &lens, case.rules);
                if headers::learn(a, b, &lens, &mut out.noise).is_err() {
                    out.noise.headers.entry("content-type".to_owned()).or_default().presence = true;
                }
            }
            (Outcome::Response(_), Outcome::Failure { .. })
            | (Outcome::Failure { .. }, Outcome::Response(_)) => {
                out.outcome = true;
            }
            _ => {}
        }
        out
    }

    fn is_shaken(&self, drift: &Drift) -> bool {
        let at = drift.at.as_deref().map(without_indices).unwrap_or_default();
        if self.outcome || (self.status && at == "status") {
            return true;
        }
        if let Some(name) = at.strip_prefix("header.") {
            let cookies = name == "set-cookie" && !self.noise.cookies.is_empty();
            return cookies || self.noise.headers.contains_key(name);
        }
        if at == "body" && (!self.noise.text.is_empty() || self.noise.binary) {
            return true;
        }
        if drift.code == Code::ResponseAssert && self.asserts {
            return true;
        }
        let named = |place: &crate::noise::Place| place.at == at || at.starts_with(&format!("{}.", place.at));
        self.noise.places.values().any(|place| !place.symbol && named(place))
    }
}
