//! The reference of a run against the approved snapshots, case by case.

use envparity_config::Config;
use envparity_core::{BaselineComparator, CaseResult, CaseStatus, Side};
use envparity_model::{CasePlace, Problem, Sample};

use super::KeptBaseline;
use crate::analysis::authority_of;
use crate::journal::{Bodies, Recording};

/// One recording against the baseline that its run has kept.
pub(crate) struct BaselineComparison<'a> {
    reference: &'a (Recording, Bodies),
    kept: &'a KeptBaseline,
    pub(crate) comparator: BaselineComparator,
    /// A second sample of the reference was asked for.
    pub(crate) wants_control: bool,
}

impl<'a> BaselineComparison<'a> {
    pub(crate) fn new(reference: &'a (Recording, Bodies), kept: &'a KeptBaseline, config: &Config) -> Self {
        let comparator = BaselineComparator::new(&config.rules, authority_of(&reference.0));
        Self { reference, kept, comparator, wants_control: false }
    }

    /// Compares the next case, and says whether a further sample of the reference would tell more.
    ///
    /// # Errors
    /// When recording or snapshots can no longer be read.
    pub(crate) fn next(&mut self, place: &CasePlace) -> Result<(CaseResult, bool), Problem> {
        let (recording, bodies) = self.reference;
        let Some(today) = recording.exchange(&place.id, Sample::Primary)? else {
            let reason = "was not asked: the run ended before";
            return Ok((CaseResult::not_compared(None, reason), false));
        };
        let control = recording.exchange(&place.id, Sample::Control)?;
        let rechecks = recording.rechecks(&place.id)?;
        let body = bodies.of_response(&today)?;
        let control_body = control.as_ref().map(|control| bodies.of_response(control)).transpose()?;
        let recheck_bodies: Vec<Vec<u8>> =
            rechecks.iter().map(|exchange| bodies.of_response(exchange)).collect::<Result<_, _>>()?;
        let today = Side { exchange: &today, body: &body };
        let control = control
            .as_ref()
            .map(|exchange| Side { exchange, body: control_body.as_deref().unwrap_or_default() });
        let again: Vec<Side<'_>> =
            rechecks.iter().zip(&recheck_bodies).map(|(exchange, body)| Side { exchange, body }).collect();
        let Some(approved) = self.kept.approved(&place.id)? else {
            let result = if self.kept.holds(&place.id) {
                CaseResult::new(CaseStatus::Inconclusive("its snapshot cannot be read".to_owned()))
            } else {
                self.comparator.unapproved(place, today, control)
            };
            return Ok((result, false));
        };
        let result = self.comparator.compare(place, &approved, today, control, &again);
        let asks = BaselineComparator::needs_recheck(&result, again.len());
        let missing = self.wants_control && control.is_none();
        Ok((if missing { result.without_control() } else { result }, asks))
    }
}
