//! Known drifts with a reason, an owner and an expiry date.

use envparity_config::Waiver;
use envparity_model::{CaseGlob, CaseId, Finding};

use crate::path::without_indices;

/// The waivers of a run, with their use.
pub(super) struct Waivers<'w> {
    list: &'w [Waiver],
    used: Vec<bool>,
    /// `2026-11-24`: the day the run started, UTC.
    today: String,
}

impl<'w> Waivers<'w> {
    pub(super) fn new(list: &'w [Waiver], started: &str) -> Self {
        Self { list, used: vec![false; list.len()], today: started.chars().take(10).collect() }
    }

    /// Whether a waiver that has not expired covers the finding.
    pub(super) fn cover(&mut self, finding: &Finding) -> bool {
        let mut covered = false;
        for (waiver, used) in self.list.iter().zip(&mut self.used) {
            if covers(waiver, finding) {
                *used = true;
                covered |= !self.today.is_empty() && self.today <= waiver.expires.to_string();
            }
        }
        covered
    }

    /// One line for each waiver that applied, has expired, or matched nothing on a full run.
    pub(super) fn lines(&self, full_run: bool) -> Vec<String> {
        let mut out = Vec::new();
        for (waiver, used) in self.list.iter().zip(&self.used) {
            let until = waiver.expires.to_string();
            let about = format!("{}: {} ({})", waiver.origin, waiver.reason, waiver.owner);
            if self.today > until {
                out.push(format!("expired on {until}: {about}"));
            } else if *used {
                out.push(format!("applied until {until}: {about}"));
            } else if full_run {
                out.push(format!("matched nothing: {about}"));
            }
        }
        out
    }
}

fn covers(waiver: &Waiver, finding: &Finding) -> bool {
    let text = |pattern: &Option<String>, value: Option<&str>| {
        pattern.as_ref().is_none_or(|p| value.is_some_and(|v| glob(p, v)))
    };
    let at = finding.at.as_deref().map(without_indices);
    waiver.code.is_none_or(|code| code == finding.code)
        && text(&waiver.subject, finding.subject.as_deref())
        && waiver.case.as_ref().is_none_or(|glob| finding.case.as_ref().is_some_and(|c| glob.matches(&c.id)))
        && waiver.at.as_ref().is_none_or(|wanted| {
            finding.at.as_deref() == Some(wanted) || at.as_deref() == Some(without_indices(wanted).as_str())
        })
        && waiver.environment.as_ref().is_none_or(|name| *name == finding.environment)
        && text(&waiver.reference_version, finding.reference.as_deref())
        && text(&waiver.candidate_version, finding.candidate.as_deref())
}

/// `*` matches within a segment, as in case ids.
fn glob(pattern: &str, value: &str) -> bool {
    CaseGlob::new(pattern).matches(&CaseId::new(value))
}
