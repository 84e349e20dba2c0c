//! Rules suggested for findings, as TOML ready to paste and as JSON.

use std::fmt::Write as _;

use envparity_model::{CaseId, Code, Finding};
use serde::Serialize;

use crate::visible::visible;
use crate::words::count;

/// A finding with the rule that would settle it.
#[derive(Debug, Clone)]
pub struct Suggested {
    /// The finding.
    pub finding: Finding,
    /// The rule as TOML; an error says why there is none.
    pub toml: Result<String, String>,
}

/// TOML: each rule under a comment that names its finding; findings without a rule are comments alone. `beyond` are the
/// findings that no rule speaks of.
pub fn suggested_text(run: &str, list: &[Suggested], beyond: usize) -> String {
    let mut out = String::new();
    if list.is_empty() {
        let what = if beyond == 0 { "active finding" } else { "active finding of a case" };
        let _ = writeln!(out, "# no {what} in run {run}");
    }
    for (at, Suggested { finding, toml }) in list.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let subject = match (&finding.case, &finding.subject) {
            (Some(place), _) => place.id.as_str(),
            (None, Some(subject)) => subject,
            (None, None) => "",
        };
        let line = format!(
            "{}  {} {}  {}  {subject}",
            finding.fingerprint,
            finding.severity.name(),
            finding.code.name(),
            finding.environment,
        );
        let _ = writeln!(out, "# {}", visible(&line));
        if let Some(place) = &finding.at {
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "?".to_owned());
            let line = format!("{place}: {} → {}", side(&finding.reference), side(&finding.candidate));
            let _ = writeln!(out, "# {}", visible(&line));
        }
        match toml {
            Ok(toml) => out.push_str(toml),
            Err(why) => {
                let _ = writeln!(out, "# no rule: {}", visible(why));
            }
        }
    }
    if beyond > 0 {
        let what = count(beyond as u64, "more finding");
        let _ =
            writeln!(out, "\n# {what} of packages and facts: no rule speaks of them, a known one is waived");
    }
    out
}

#[derive(Serialize)]
struct Json<'s> {
    run: &'s str,
    /// Active findings that no rule speaks of.
    beyond: usize,
    suggestions: Vec<Item<'s>>,
}

#[derive(Serialize)]
struct Item<'s> {
    finding: &'s str,
    code: Code,
    environment: &'s str,
    case: Option<&'s CaseId>,
    at: Option<&'s str>,
    kind: Option<&'s str>,
    toml: Option<&'s str>,
    reason: Option<&'s str>,
}

impl<'s> Item<'s> {
    fn of(Suggested { finding, toml }: &'s Suggested) -> Self {
        Self {
            finding: &finding.fingerprint,
            code: finding.code,
            environment: &finding.environment,
            case: finding.case.as_ref().map(|place| &place.id),
            at: finding.at.as_deref(),
            kind: finding.kind.as_deref(),
            toml: toml.as_deref().ok(),
            reason: toml.as_ref().err().map(String::as_str),
        }
    }
}

/// The same as JSON: `toml` holds the rule, or `reason` says why there is none.
pub fn suggested_json(run: &str, list: &[Suggested], beyond: usize) -> Vec<u8> {
    let json = Json { run, beyond, suggestions: list.iter().map(Item::of).collect() };
    // Plain data always has a text.
    let mut out = serde_json::to_vec_pretty(&json).unwrap_or_default();
    out.push(b'\n');
    out
}
