//! The reference of a run against the approved snapshots, case by case.

use envparity_config::Config;
use envparity_core::{BaselineComparator, CaseResult, CaseStatus, Side};
use envparity_model::{CasePlace, Exchange, Problem, Sample};

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

    /// Takes in what the set-up captured.
    ///
    /// # Errors
    /// When the recording can no longer be read.
    pub(crate) fn set_up(&mut self) -> Result<(), Problem> {
        for place in &self.reference.0.header.setup {
            if let Some(asked) = self.asked(place)? {
                self.comparator.prelude(place, asked.today(), asked.control(), &asked.rechecks());
            }
        }
        Ok(())
    }

    /// Compares the next case, and says whether a further sample of the reference would tell more.
    ///
    /// # Errors
    /// When recording or snapshots can no longer be read.
    pub(crate) fn next(&mut self, place: &CasePlace) -> Result<(CaseResult, bool), Problem> {
        let Some(asked) = self.asked(place)? else {
            let reason = "was not asked: the run ended before";
            return Ok((CaseResult::not_compared(None, reason), false));
        };
        let Some(approved) = self.kept.approved(&place.id)? else {
            let result = if self.kept.holds(&place.id) {
                CaseResult::new(CaseStatus::Inconclusive("its snapshot cannot be read".to_owned()))
            } else {
                self.comparator.unapproved(place, asked.today(), asked.control())
            };
            return Ok((result, false));
        };
        let again = asked.rechecks();
        let result = self.comparator.compare(place, &approved, asked.today(), asked.control(), &again);
        let asks = BaselineComparator::needs_recheck(&result, again.len());
        let missing = self.wants_control && asked.control.is_none();
        Ok((if missing { result.without_control() } else { result }, asks))
    }

    /// Every sample of an entry with its body; none where the run ended before it.
    fn asked(&self, place: &CasePlace) -> Result<Option<Asked>, Problem> {
        let (recording, bodies) = self.reference;
        let with_body = |exchange: Exchange| -> Result<(Exchange, Vec<u8>), Problem> {
            let body = bodies.of_response(&exchange)?;
            Ok((exchange, body))
        };
        let Some(today) = recording.exchange(&place.id, Sample::Primary)? else { return Ok(None) };
        let control = recording.exchange(&place.id, Sample::Control)?;
        let rechecks = recording.rechecks(&place.id)?;
        Ok(Some(Asked {
            today: with_body(today)?,
            control: control.map(with_body).transpose()?,
            rechecks: rechecks.into_iter().map(with_body).collect::<Result<_, _>>()?,
        }))
    }
}

/// Every sample of the reference of one entry.
struct Asked {
    today: (Exchange, Vec<u8>),
    control: Option<(Exchange, Vec<u8>)>,
    rechecks: Vec<(Exchange, Vec<u8>)>,
}

impl Asked {
    fn today(&self) -> Side<'_> {
        side(&self.today)
    }

    fn control(&self) -> Option<Side<'_>> {
        self.control.as_ref().map(side)
    }

    fn rechecks(&self) -> Vec<Side<'_>> {
        self.rechecks.iter().map(side).collect()
    }
}

fn side((exchange, body): &(Exchange, Vec<u8>)) -> Side<'_> {
    Side { exchange, body }
}
