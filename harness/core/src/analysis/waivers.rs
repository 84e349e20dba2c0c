//! Known drifts with a reason, an owner and an expiry date.

use envparity_config::{Config, WaivedPair, Waiver};
use envparity_model::{CaseGlob, CaseId, Code, Finding};
use jiff::civil::Date;

use crate::body::MarkupPattern;
use crate::drift::Drift;
use crate::path::without_indices;

/// The waivers of a run, with their use.
pub(super) struct Waivers<'w> {
    list: &'w [Waiver],
    used: Vec<bool>,
    /// The day the run started, UTC; none where nobody knows: then nothing is covered.
    today: Option<Date>,
    /// Days that a waiver may last; none: any number.
    longest: Option<u32>,
}

/// How a waiver stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Valid,
    Expired,
    /// It lasts longer than the policy allows.
    Overlong,
}

impl<'w> Waivers<'w> {
    pub(super) fn new(config: &'w Config, started: &str) -> Self {
        Self {
            list: &config.waivers,
            used: vec![false; config.waivers.len()],
            today: started.get(..10).and_then(|day| day.parse().ok()),
            longest: config.policy.max_waiver_days,
        }
    }

    /// Whether a valid waiver covers the finding.
    pub(super) fn cover(&mut self, finding: &Finding) -> bool {
        let mut covered = false;
        for (at, waiver) in self.list.iter().enumerate() {
            if covers(waiver, finding) {
                self.used[at] = true;
                covered |= self.standing(waiver) == Standing::Valid;
            }
        }
        covered
    }

    /// One line for each waiver that applied, does not apply, or matched nothing on a full run.
    pub(super) fn lines(&self, full_run: bool) -> Vec<String> {
        let mut out = Vec::new();
        for (waiver, used) in self.list.iter().zip(&self.used) {
            let until = waiver.expires.to_string();
            let about = format!("{}: {} ({})", waiver.origin, waiver.reason, waiver.owner);
            match self.standing(waiver) {
                Standing::Expired => out.push(format!("expired on {until}: {about}")),
                Standing::Overlong => {
                    out.push(format!("longer than {} days, not applied: {about}", self.days()));
                }
                Standing::Valid if *used => out.push(format!("applied until {until}: {about}")),
                Standing::Valid if full_run => out.push(format!("matched nothing: {about}")),
                Standing::Valid => {}
            }
        }
        out
    }

    /// What is to be done about waivers, on a full run.
    pub(super) fn drifts(&self) -> Vec<Drift> {
        let drift = |waiver: &Waiver, code, hint: String| Drift::of(code, name(waiver)).hint(hint);
        let mut out = Vec::new();
        for (waiver, used) in self.list.iter().zip(&self.used) {
            let place = &waiver.origin;
            match self.standing(waiver) {
                Standing::Expired => {
                    let hint = format!(
                        "{place}: its last day was {}; mend the drift or waive it anew",
                        waiver.expires
                    );
                    out.push(drift(waiver, Code::WaiverExpired, hint));
                }
                Standing::Overlong => {
                    let hint = format!("{place}: the policy allows {} days from today", self.days());
                    out.push(drift(waiver, Code::WaiverOverlong, hint));
                }
                Standing::Valid if !used => {
                    let hint = format!("{place}: remove it, or mend what it matches");
                    out.push(drift(waiver, Code::WaiverUnused, hint));
                }
                Standing::Valid => {}
            }
        }
        out
    }

    fn days(&self) -> i64 {
        self.longest.map_or(i64::MAX, i64::from)
    }

    fn standing(&self, waiver: &Waiver) -> Standing {
        let day = waiver.expires;
        let parts = (i16::try_from(day.year), i8::try_from(day.month), i8::try_from(day.day));
        let (Some(today), (Ok(year), Ok(month), Ok(day))) = (self.today, parts) else {
            return Standing::Expired;
        };
        let Ok(last) = Date::new(year, month, day) else { return Standing::Expired };
        let left = today.until(last).map_or(-1, |span| i64::from(span.get_days()));
        match left {
            ..0 => Standing::Expired,
            left if left > self.days() => Standing::Overlong,
            _ => Standing::Valid,
        }
    }
}

/// What a waiver is about, without where it stands: the same when lines move.
fn name(waiver: &Waiver) -> String {
    let parts = [
        waiver.code.map(|code| code.name().to_owned()),
        waiver.subject.clone(),
        waiver.group.as_ref().map(|group| format!("group {group}")),
        waiver.case.as_ref().map(|glob| glob.as_str().to_owned()),
        waiver.at.clone(),
        waiver.environment.as_ref().map(|name| format!("in {name}")),
    ];
    format!("waiver of {}", parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn covers(waiver: &Waiver, finding: &Finding) -> bool {
    let text = |pattern: &Option<String>, value: Option<&str>| {
        pattern.as_ref().is_none_or(|p| value.is_some_and(|v| glob(p, v)))
    };
    let at = finding.at.as_deref().map(without_indices);
    let is_in_group = |pair: &WaivedPair| {
        let is_same = pair.code == finding.code
            && pair.subject == finding.subject
            && pair.case.as_deref() == finding.case.as_ref().map(|place| place.id.as_str())
            && pair.at == at;
        // Of a case, values may vary from run to run; of a package, another version is another difference.
        is_same
            && (finding.case.is_some()
                || (&pair.reference, &pair.candidate) == (&finding.reference, &finding.candidate))
    };
    waiver.code.is_none_or(|code| code == finding.code)
        && (waiver.group.is_none() || waiver.pairs.iter().any(is_in_group))
        && text(&waiver.subject, finding.subject.as_deref())
        && waiver.case.as_ref().is_none_or(|glob| finding.case.as_ref().is_some_and(|c| glob.matches(&c.id)))
        && waiver.at.as_ref().is_none_or(|wanted| finding.at.as_deref().is_some_and(|at| is_at(wanted, at)))
        && waiver.environment.as_ref().is_none_or(|name| *name == finding.environment)
        && text(&waiver.reference_version, finding.reference.as_deref())
        && text(&waiver.candidate_version, finding.candidate.as_deref())
}

/// Whether a waiver's place is that of a finding. Items of a list in JSON are one place; cells and paragraphs are not.
fn is_at(wanted: &str, at: &str) -> bool {
    match MarkupPattern::parse(wanted) {
        Some(pattern) => pattern.names(at),
        None => wanted == at || without_indices(wanted) == without_indices(at),
    }
}

/// `*` matches within a segment, as in case ids.
fn glob(pattern: &str, value: &str) -> bool {
    CaseGlob::new(pattern).matches(&CaseId::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_places_of_their_own() {
        assert!(is_at("$.items[0].id", "$.items[3].id") && !is_at("$.a", "$.b"));
        assert!(is_at("/html/body/p[2]", "/html/body/p[2]") && !is_at("/html/body/p[2]", "/html/body/p[3]"));
        assert!(is_at("//p[*]/@class", "/html/body/p[3]/@class") && !is_at("//p", "/html/body/p[3]/@class"));
    }
}
