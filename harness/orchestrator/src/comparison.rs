//! One candidate against the reference, case by case, from their recordings.

use envparity_config::{Config, Rule};
use envparity_core::{Authorities, CaseContract, CaseInput, CaseResult, Comparator, PreludeResult, Side};
use envparity_model::{CasePlace, Exchange, Outcome, Problem, Sample};
use envparity_openapi::Contract;

use crate::analysis::authority_of;
use crate::contract;
use crate::journal::{Bodies, Recording};

/// One candidate against the reference, case by case.
pub(crate) struct Comparison<'a> {
    reference: &'a (Recording, Bodies),
    candidate: &'a (Recording, Bodies),
    pub(crate) comparator: Comparator,
    /// A second sample of the reference was asked for.
    pub(crate) wants_control: bool,
    /// What the answers are held to.
    pub(crate) contract: Option<&'a Contract>,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(
        reference: &'a (Recording, Bodies),
        candidate: &'a (Recording, Bodies),
        config: &Config,
    ) -> Self {
        let authorities =
            Authorities { reference: authority_of(&reference.0), candidate: authority_of(&candidate.0) };
        let comparator = Comparator::new(&candidate.0.name, &config.rules, authorities);
        Self { reference, candidate, comparator, wants_control: false, contract: None }
    }

    pub(crate) fn next(&mut self, place: &CasePlace) -> Result<CaseResult, Problem> {
        let Some(asked) = self.asked(place)? else {
            let missing = self.reference.0.exchange(&place.id, Sample::Primary)?.is_some();
            let name = missing.then(|| self.candidate.0.name.clone());
            return Ok(CaseResult::not_compared(name, "was not asked: the run ended before"));
        };
        let result = self.comparator.compare_rechecked(&asked.input(place, &asked.later()), asked.rechecks());
        let result = self.controlled(result, &asked);
        Ok(match self.contract {
            Some(contract) => result.held_to(contract.document().path(), asked.held_to(contract)),
            None => result,
        })
    }

    /// What a case that was compared would say under one more rule, for each of several until `judge` is content.
    pub(crate) fn attempts<'r>(
        &mut self,
        place: &CasePlace,
        rules: impl IntoIterator<Item = &'r Rule>,
        mut judge: impl FnMut(&'r Rule, CaseResult) -> bool,
    ) -> Result<(), Problem> {
        let Some(asked) = self.asked(place)? else { return Ok(()) };
        for rule in rules {
            let more = std::slice::from_ref(rule);
            let result =
                self.comparator.try_rules(&asked.input(place, &asked.later()), asked.rechecks(), more);
            if judge(rule, self.controlled(result, &asked)) {
                break;
            }
        }
        Ok(())
    }

    fn controlled(&self, result: CaseResult, asked: &Asked) -> CaseResult {
        if self.wants_control && asked.control.is_none() { result.without_control() } else { result }
    }

    /// What entries of a set-up or tear-down came to, where they were asked.
    pub(crate) fn preludes<'p>(
        &mut self,
        places: &'p [CasePlace],
    ) -> Result<Vec<(&'p CasePlace, PreludeResult)>, Problem> {
        let mut results = Vec::new();
        for place in places {
            if let Some(asked) = self.asked(place)? {
                let result = self.comparator.prelude(&asked.input(place, &asked.later()), asked.rechecks());
                results.push((place, result));
            }
        }
        Ok(results)
    }

    /// Every sample of a case, where both sides were asked; bodies only where they differ.
    fn asked(&self, place: &CasePlace) -> Result<Option<Asked>, Problem> {
        let (reference, candidate) = (&self.reference.0, &self.candidate.0);
        let Some(first) = reference.exchange(&place.id, Sample::Primary)? else { return Ok(None) };
        let Some(theirs) = candidate.exchange(&place.id, Sample::Primary)? else { return Ok(None) };
        let control = reference.exchange(&place.id, Sample::Control)?;
        let rechecks = reference.rechecks(&place.id)?;
        let mut later = candidate.rechecks(&place.id)?;
        let resample = (!later.is_empty()).then(|| later.remove(0));
        let mut all = vec![&first, &theirs];
        all.extend(control.iter().chain(&rechecks).chain(&resample).chain(&later));
        let alike = all_alike(&all);
        let with_body = |bodies: &Bodies, exchange: Exchange| -> Result<(Exchange, Vec<u8>), Problem> {
            let body =
                if alike && self.contract.is_none() { Vec::new() } else { bodies.of_response(&exchange)? };
            Ok((exchange, body))
        };
        let (of_reference, of_candidate) = (&self.reference.1, &self.candidate.1);
        Ok(Some(Asked {
            reference: with_body(of_reference, first)?,
            control: control.map(|exchange| with_body(of_reference, exchange)).transpose()?,
            rechecks: rechecks
                .into_iter()
                .map(|exchange| with_body(of_reference, exchange))
                .collect::<Result<_, _>>()?,
            candidate: with_body(of_candidate, theirs)?,
            resample: resample.map(|exchange| with_body(of_candidate, exchange)).transpose()?,
            later: later
                .into_iter()
                .map(|exchange| with_body(of_candidate, exchange))
                .collect::<Result<_, _>>()?,
        }))
    }
}

/// Every sample of one case with its bytes.
struct Asked {
    reference: (Exchange, Vec<u8>),
    control: Option<(Exchange, Vec<u8>)>,
    rechecks: Vec<(Exchange, Vec<u8>)>,
    candidate: (Exchange, Vec<u8>),
    resample: Option<(Exchange, Vec<u8>)>,
    later: Vec<(Exchange, Vec<u8>)>,
}

impl Asked {
    fn input<'a>(&'a self, place: &'a CasePlace, later: &'a [Side<'a>]) -> CaseInput<'a> {
        CaseInput {
            place,
            reference: side(&self.reference),
            control: self.control.as_ref().map(side),
            candidate: side(&self.candidate),
            resample: self.resample.as_ref().map(side),
            later,
        }
    }

    /// What a contract says to the answers.
    fn held_to(&self, contract: &Contract) -> CaseContract {
        let judge = |(exchange, body): &(Exchange, Vec<u8>)| contract::judge(contract, exchange, body);
        CaseContract {
            reference: judge(&self.reference),
            again: self.control.iter().chain(&self.rechecks).filter_map(judge).collect(),
            candidate: judge(&self.candidate),
            resample: self.resample.as_ref().and_then(judge),
        }
    }

    fn later(&self) -> Vec<Side<'_>> {
        self.later.iter().map(side).collect()
    }

    fn rechecks(&self) -> impl Iterator<Item = Side<'_>> {
        self.rechecks.iter().map(side)
    }
}

fn side((exchange, body): &(Exchange, Vec<u8>)) -> Side<'_> {
    Side { exchange, body }
}

/// Equal bodies are equal whatever they hold: they are not even read. What one side could not decode is not equal to
/// what the other side did, whatever the bytes.
fn all_alike(exchanges: &[&Exchange]) -> bool {
    let mut bodies = exchanges.iter().map(|exchange| match &exchange.outcome {
        Outcome::Response(response) => Some((&response.body, None)),
        Outcome::Finished(finished) => Some((&finished.stdout, Some(&finished.stderr))),
        _ => None,
    });
    let first = bodies.next().flatten();
    first.is_some() && bodies.all(|body| body == first)
}
