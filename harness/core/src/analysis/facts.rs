//! Facts compared: everything beside packages that can differ.

use std::collections::{BTreeMap, BTreeSet};

use envparity_model::{ChangeKind, Code, Fact, FactChange, FactValue, ManifestState, Severity, Way};

use super::Analysis;
use super::packages::is_system;
use super::wording::list;
use crate::drift::Drift;
use crate::excerpt::short;

/// Clocks closer than this agree, in seconds.
const CLOCK_SLACK: f64 = 2.0;

/// What was said about facts.
#[derive(Debug, Default)]
pub(super) struct FactFindings {
    pub(super) changes: Vec<FactChange>,
    pub(super) equal: u64,
}

impl Analysis {
    pub(super) fn judge_facts(&mut self) -> FactFindings {
        let mut out = FactFindings::default();
        let reference = self.reference();
        let (mine, my_way) = self.facts_of(&reference);
        for name in std::iter::once(reference.clone()).chain(self.candidates()) {
            self.judge_unread(&name);
        }
        for candidate in self.candidates() {
            let (theirs, their_way) = self.facts_of(&candidate);
            if mine.is_empty() || theirs.is_empty() {
                continue;
            }
            let intended = self.intended(&reference, &candidate);
            let mut equal = 0;
            let mut unknown = Vec::new();
            let names: BTreeSet<&String> = mine.keys().chain(theirs.keys()).collect();
            for name in names {
                if is_own(name) {
                    continue;
                }
                let (l, r) = (mine.get(name), theirs.get(name));
                match agree(name, l, r) {
                    Agreement::Equal => equal += 1,
                    Agreement::Unknown => unknown.push(name.clone()),
                    Agreement::Different if is_blind(name, l, r, my_way, their_way) => {}
                    Agreement::Different => {
                        let change = FactChange {
                            environment: candidate.clone(),
                            name: name.clone(),
                            reference: l.cloned(),
                            candidate: r.cloned(),
                            intended: is_intended(name, &intended),
                        };
                        self.push_fact(&change);
                        out.changes.push(change);
                    }
                }
            }
            if !unknown.is_empty() {
                let message = format!(
                    "secrets of `{candidate}` were masked under another key and are not compared: {}",
                    list(&unknown, 3)
                );
                self.blame(
                    Some(&candidate),
                    5,
                    message,
                    Some("set PARITY_DIGEST_KEY to one value for all recordings"),
                );
            }
            out.equal = out.equal.max(equal);
        }
        out
    }

    /// Facts that could not be read are not facts that agree.
    fn judge_unread(&mut self, name: &str) {
        let state = self.sides.get(name).and_then(|side| side.manifest.as_ref()).map(|line| &line.state);
        let Some(ManifestState::Present { manifest, .. }) = state else {
            return;
        };
        let unread = manifest.unread.iter().filter(|unread| is_system(unread));
        let each: Vec<String> = unread.map(|u| format!("{} ({})", u.path, u.reason)).collect();
        if !each.is_empty() {
            let message = format!("not every fact of `{name}` could be read: {}", list(&each, 3));
            self.blame(Some(name), 5, message, Some("what could not be read may hide a difference"));
        }
    }

    /// Facts from inside, with those that the journal's environment line adds.
    fn facts_of(&self, name: &str) -> (BTreeMap<String, FactValue>, Option<Way>) {
        let Some(side) = self.sides.get(name) else {
            return (BTreeMap::new(), None);
        };
        let mut out = BTreeMap::new();
        let mut add = |fact: Fact| {
            out.entry(fact.name).or_insert(fact.value);
        };
        let mut way = None;
        if let Some(ManifestState::Present { manifest, way: by, .. }) =
            side.manifest.as_ref().map(|m| &m.state)
        {
            way = Some(*by);
            manifest.facts.iter().cloned().for_each(&mut add);
        }
        if let Some(line) = &side.line {
            if let Some(image) = &line.image {
                add(Fact::plain("image.identity", image.identity.clone()));
            }
            if let Some(engine) = &line.engine {
                add(Fact::plain("engine.version", engine.version.clone()));
            }
        }
        (out, way)
    }

    /// Names of facts that the configuration sets apart between two environments.
    fn intended(&self, reference: &str, candidate: &str) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        for name in [reference, candidate] {
            if let Some(line) = self.sides.get(name).and_then(|side| side.line.as_ref()) {
                out.extend(line.intended.iter().cloned());
            }
            if let Some(environment) = self.config.environment(name) {
                out.extend(environment.env.keys().map(|key| format!("env.{key}")));
                if environment.image.is_some() {
                    out.insert("image.identity".to_owned());
                }
            }
        }
        out
    }

    fn push_fact(&mut self, change: &FactChange) {
        let show = |value: &Option<FactValue>| {
            value.as_ref().map_or_else(|| "absent".to_owned(), |v| short(&v.to_string()))
        };
        let code = if change.intended { Code::OverrideIntended } else { code_of(&change.name) };
        let mut drift =
            Drift::of(code, change.name.clone()).sides(show(&change.reference), show(&change.candidate));
        if code == Code::ImageDiffers && self.images_must_agree() {
            drift = drift.severity(Severity::Major);
        }
        self.push(&change.environment, drift);
    }
}

enum Agreement {
    Equal,
    Different,
    /// Masked under different keys: nothing can be said.
    Unknown,
}

fn agree(name: &str, left: Option<&FactValue>, right: Option<&FactValue>) -> Agreement {
    match (left, right) {
        (Some(FactValue::Masked(l)), Some(FactValue::Masked(r))) if l.key != r.key => Agreement::Unknown,
        (Some(FactValue::Masked(_)), Some(FactValue::Plain(_)))
        | (Some(FactValue::Plain(_)), Some(FactValue::Masked(_))) => Agreement::Unknown,
        (Some(FactValue::Plain(l)), Some(FactValue::Plain(r))) if name.starts_with("clock") => {
            let close =
                matches!((seconds(l), seconds(r)), (Some(l), Some(r)) if (l - r).abs() <= CLOCK_SLACK);
            if l == r || close { Agreement::Equal } else { Agreement::Different }
        }
        (l, r) if l == r => Agreement::Equal,
        _ => Agreement::Different,
    }
}

/// A distance of clocks: `in step`, `3 s ahead`, `3 s behind`, `0.2`.
fn seconds(text: &str) -> Option<f64> {
    if text == "in step" {
        return Some(0.0);
    }
    let number = text.split(|c: char| c == 's' || c.is_whitespace()).next()?.parse::<f64>().ok()?;
    Some(if text.ends_with("behind") { -number } else { number })
}

/// Names the container itself, or comes from envparity.
fn is_own(name: &str) -> bool {
    matches!(name, "env.HOSTNAME" | "env.HOME_HOSTNAME") || name.starts_with("env.PARITY_")
}

/// A fact that one side could not see, since it was collected in another way, is no difference.
fn is_blind(
    name: &str,
    l: Option<&FactValue>,
    r: Option<&FactValue>,
    mine: Option<Way>,
    theirs: Option<Way>,
) -> bool {
    let one_sided = l.is_none() || r.is_none();
    // The engine itself tells variables, mounts and limits, whatever the way.
    let told = ["env.", "mounts.", "limits.memory", "limits.cpus"].iter().any(|head| name.starts_with(head));
    let unseen = mine.is_none() || theirs.is_none();
    one_sided && (unseen || mine != theirs && !told)
}

fn is_intended(name: &str, intended: &BTreeSet<String>) -> bool {
    intended.contains(name)
        || name.strip_prefix("env.").is_some_and(|bare| intended.contains(bare))
        // Where a locale or time zone is set by a variable, the fact follows it.
        || match name {
            "timezone" => intended.contains("env.TZ") || intended.contains("TZ"),
            "locale" => intended.iter().any(|i| {
                let bare = i.strip_prefix("env.").unwrap_or(i);
                bare == "LANG" || bare == "LANGUAGE" || bare.starts_with("LC_")
            }),
            _ => false,
        }
}

fn code_of(name: &str) -> Code {
    let head = name.split('.').next().unwrap_or(name);
    match head {
        "locale" => Code::LocaleDiffers,
        "timezone" => Code::TimeZoneDiffers,
        "user" => Code::UserDiffers,
        "limits" | "read-only" => Code::LimitsDiffer,
        "mounts" => Code::MountsDiffer,
        "architecture" => Code::ArchitectureDiffers,
        "kernel" => Code::KernelDiffers,
        "clock" => Code::ClockDiffers,
        "engine" if name == "engine.storage" => Code::StorageDiffers,
        "engine" => Code::EngineDiffers,
        "runtime" | "os" => Code::RuntimeDiffers,
        "image" => Code::ImageDiffers,
        // Variables, command, entry point, working directory: how the service is run.
        _ => Code::EnvDiffers,
    }
}

/// Which way a runtime moved, for suspects.
pub(super) fn one_sided(change: &FactChange) -> Option<ChangeKind> {
    match (&change.reference, &change.candidate) {
        (Some(_), None) => Some(ChangeKind::Missing),
        (None, Some(_)) => Some(ChangeKind::Extra),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use envparity_model::Masked;

    use super::*;

    #[test]
    fn clocks_have_slack() {
        let of = |text: &str| FactValue::Plain(text.to_owned());
        let same =
            |l: &str, r: &str| matches!(agree("clock.offset", Some(&of(l)), Some(&of(r))), Agreement::Equal);
        assert!(same("in step", "1 s ahead"));
        assert!(same("1 s behind", "1 s ahead"));
        assert!(!same("in step", "3 s behind"));
    }

    #[test]
    fn secrets_under_other_keys_are_unknown() {
        let of =
            |digest: &str, key: &str| FactValue::Masked(Masked { digest: digest.into(), key: key.into() });
        let said = |l, r| agree("env.TOKEN", Some(&l), Some(&r));
        assert!(matches!(said(of("a", "k"), of("a", "k")), Agreement::Equal));
        assert!(matches!(said(of("a", "k"), of("b", "k")), Agreement::Different));
        assert!(matches!(said(of("a", "k"), of("a", "l")), Agreement::Unknown));
    }

    #[test]
    fn intentions_cover_what_follows_from_them() {
        let intended = BTreeSet::from(["env.RACK_ENV".to_owned(), "TZ".to_owned()]);
        assert!(is_intended("env.RACK_ENV", &intended));
        assert!(is_intended("timezone", &intended));
        assert!(!is_intended("locale", &intended));
    }
}
