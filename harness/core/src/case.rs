//! One case: whether it can be compared, what differs, what of that is noise or unstable.

use envparity_model::{CaseId, Code, Exchange, Learned, NotSent, Outcome, Response, Severity};

use crate::asserts;
use crate::authority::{Authorities, Authority};
use crate::body::{Bodies, Part, Shapes};
use crate::command;
use crate::drift::{Drift, Drifts};
use crate::excerpt::{cut, short};
use crate::headers::{self, Headers};
use crate::input::{CaseInput, CaseResult, CaseStatus, Latency, Side};
use crate::lens::Lens;
use crate::noise::Noise;
use crate::outcome::{self, Pairing};
use crate::rules::{CaseRules, Marks};
use crate::shaky::{self, Shaky};
use crate::symbols::{Symbols, Who};

/// Bytes kept of what a drifting candidate answered.
const EVIDENCE: usize = 4096;

/// One case with everything that is known of it.
pub(crate) struct Case<'c> {
    pub(crate) input: &'c CaseInput<'c>,
    pub(crate) rechecks: &'c [Side<'c>],
    pub(crate) candidate: &'c str,
    pub(crate) rules: &'c CaseRules<'c>,
    pub(crate) symbols: &'c Symbols,
    pub(crate) authorities: &'c Authorities,
}

impl<'c> Case<'c> {
    /// Compares all samples.
    pub(crate) fn compare(&self, collisions: Vec<Drift>, marks: &mut Marks) -> CaseResult {
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
                self.look_again(&mut drifts, &Noise::default());
            }
            Pairing::Commands => self.command(marks, &mut drifts, &mut result),
            Pairing::Responses(mine, theirs) => {
                for drift in collisions {
                    drifts.push(drift);
                }
                self.responses((mine, theirs), marks, &mut drifts, &mut result);
            }
            _ => {}
        }
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

    pub(crate) fn controls(&self) -> impl Iterator<Item = (Side<'c>, Who)> {
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
            if let Some(why) = command::unstable(&first.outcome, &second.outcome, self.rules) {
                return Some(why);
            }
            if let (Outcome::Response(a), Outcome::Response(b)) = (&first.outcome, &second.outcome)
                && !self.rules.ignores_status()
                && let Some(why) = outcome::unstable_status(a, b)
            {
                return Some(why);
            }
            if let Some(why) = asserts::unstable(first, second) {
                return Some(why);
            }
        }
        None
    }

    pub(crate) fn lens(&self, left: Who, right: Who) -> Lens<'c> {
        let authority = |who: Who| -> &'c Authority {
            match who {
                Who::Candidate | Who::Resample => &self.authorities.candidate,
                _ => &self.authorities.reference,
            }
        };
        Lens { symbols: self.symbols, sides: (left, right), authorities: (authority(left), authority(right)) }
    }

    fn latency(&self) -> Latency {
        let times = |exchanges: &mut dyn Iterator<Item = &Exchange>| {
            let answered = exchanges.filter(|exchange| matches!(exchange.outcome, Outcome::Response(_)));
            answered.map(|exchange| exchange.timing.head_ms).collect()
        };
        let reference = std::iter::once(self.input.reference).chain(self.controls().map(|(side, _)| side));
        let candidate = std::iter::once(self.input.candidate).chain(self.input.resample);
        Latency {
            reference: times(&mut reference.map(|side| side.exchange)),
            candidate: times(&mut candidate.map(|side| side.exchange)),
        }
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
        result.latency = Some(self.latency());
        let judged = !self.rules.ignores_status();
        if judged && mine.status / 100 != theirs.status / 100 {
            // Another response altogether: that its body differs too says nothing more.
            drifts.push(self.other_class(mine, theirs));
            return self.look_again(drifts, &Noise::default());
        }
        if judged {
            outcome::judge_status(mine, theirs, drifts);
        }
        let mut noise = Noise::default();
        let mut shapes: Shapes = Vec::new();
        let problem = self
            .contents(
                mine,
                (self.input.candidate, theirs, Who::Candidate),
                &mut noise,
                marks,
                drifts,
                &mut shapes,
            )
            .err();
        asserts::judge(reference, candidate, self.rules, drifts);
        drifts.iter_mut().for_each(|drift| drift.doubtful = noise.casts_doubt_on(drift));
        self.look_again(drifts, &noise);
        self.conclude(&noise, shapes, problem, result);
    }

    /// Compares headers and body with those of one sample of the candidate; learns noise with the first.
    fn contents(
        &self,
        mine: &'c Response,
        (side, theirs, who): (Side<'c>, &'c Response, Who),
        noise: &mut Noise,
        marks: &mut Marks,
        drifts: &mut Drifts,
        shapes: &mut Shapes,
    ) -> Result<(), String> {
        let mut problem = Ok(());
        let mut controls = Vec::new();
        for (control, by) in self.controls() {
            let Outcome::Response(response) = &control.exchange.outcome else {
                continue;
            };
            let lens = self.lens(Who::Reference, by);
            if who == Who::Candidate
                && let Err(why) = headers::learn(mine, response, &lens, noise)
            {
                problem = Err(why);
            }
            controls.push((Part { response, bytes: control.body }, lens));
        }
        let body = Bodies {
            reference: Part { response: mine, bytes: self.input.reference.body },
            controls,
            learning: who == Who::Candidate,
            candidate: Part { response: theirs, bytes: side.body },
            lens: self.lens(Who::Reference, who),
            rules: self.rules,
        };
        let judged = body.judge(noise, marks, drifts, shapes);
        let headers = Headers {
            lens: body.lens,
            noise,
            controlled: !body.controls.is_empty(),
            rules: self.rules,
            has_body: mine.body.size > 0 || theirs.body.size > 0,
        };
        let mut shape = |at: &str, kind: &str, why: &str| {
            shapes.push((at.to_owned(), kind_name(kind), why.to_owned()));
        };
        headers.judge(mine, theirs, marks, drifts, &mut shape);
        headers.judge_hops(mine, theirs, drifts, &mut shape);
        problem.and(judged)
    }

    /// Takes the candidate's second sample into account: what it does not repeat is unstable, or noise of the kind
    /// that the reference shows too.
    fn look_again(&self, drifts: &mut Drifts, noise: &Noise) {
        let Some(resample) = self.input.resample else {
            return;
        };
        let shaky = Shaky::new(self, resample);
        let again = self.again(resample, noise);
        drifts
            .retain(|drift| !noise.is_at(drift) || again.as_ref().is_none_or(|again| again.has_like(drift)));
        for drift in drifts.iter_mut() {
            if drift.code.default_severity() > Severity::Info && shaky.is_shaken(drift) {
                let seen = again.as_ref().and_then(|again| self.seen(drift, again, noise));
                shaky::label(drift);
                shaky::weigh(drift, seen);
            }
        }
    }

    /// How many samples of the candidate show a drift, of how many; none where they cannot be told from one another.
    fn seen(&self, drift: &Drift, again: &Drifts, noise: &Noise) -> Option<(usize, usize)> {
        let mut times = 1 + usize::from(again.repeats(drift));
        for side in self.input.later {
            times += usize::from(self.again(*side, noise)?.repeats(drift));
        }
        Some((times, 2 + self.input.later.len()))
    }

    /// What the candidate's second sample shows against the reference, with the noise learned before.
    fn again(&self, resample: Side<'c>, noise: &Noise) -> Option<Drifts> {
        let (Outcome::Response(mine), Outcome::Response(theirs)) =
            (&self.input.reference.exchange.outcome, &resample.exchange.outcome)
        else {
            return None;
        };
        let mut drifts = Drifts::default();
        let mut noise = noise.clone();
        let sample = (resample, theirs, Who::Resample);
        self.contents(mine, sample, &mut noise, &mut Marks::default(), &mut drifts, &mut Vec::new()).ok()?;
        Some(drifts)
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
            at,
            kind: kind.to_owned(),
            why,
        };
        result.shape_only = shapes.into_iter().map(learned).collect();
        // Of what is noise, something is not compared: all of it is listed.
        result.shape_only.extend(result.noise.iter().cloned());
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
    match kind {
        "rule" => "rule",
        "symbol" => "symbol",
        _ => "header",
    }
}
