//! What a culprit search showed, told with the findings and packages that it is about.

use envparity_model::{Culprit, Explained, Factor, Finding, PackageChange, Proof};

use super::package_drift::install_command;

/// Names the culprits of findings, and what mends them.
pub(super) fn attach(explained: &Explained, findings: &mut [Finding]) {
    for finding in findings {
        let environment = explained.environments.get(&finding.environment);
        let Some(known) = environment.and_then(|e| e.findings.get(&finding.fingerprint)) else { continue };
        finding.culprits.clone_from(&known.culprits);
        if let Some(remedy) = known.culprits.first().and_then(remedy_of) {
            finding.remedy = Some(remedy);
        }
        if let Some(remark) = &known.remark {
            let hint = finding.hint.take().map(|hint| format!("{hint}; {remark}"));
            finding.hint = Some(hint.unwrap_or_else(|| remark.clone()));
        }
    }
}

/// Says of packages what was proven of them.
pub(super) fn mark(explained: &Explained, changes: &mut [PackageChange]) {
    for change in changes {
        let Some(environment) = explained.environments.get(&change.environment) else { continue };
        let subject = change.subject();
        let culprits = environment.findings.values().flat_map(|finding| &finding.culprits);
        let mut factors = culprits.flat_map(|culprit| &culprit.factors);
        if factors.any(|factor| is_of(factor, &subject)) {
            change.proven = Some("culprit".to_owned());
        } else if environment.harmless.contains(&subject) {
            change.proven = Some("harmless".to_owned());
        }
    }
}

fn is_of(factor: &Factor, subject: &str) -> bool {
    let sides = factor.reference.iter().chain(&factor.candidate);
    sides
        .map(|purl| purl.rsplit_once('@').map_or(purl.as_str(), |(name, _)| name))
        .any(|name| name == subject)
}

/// The commands that bring the candidate to what the reference has.
fn remedy_of(culprit: &Culprit) -> Option<String> {
    // What was shown not to mend is no remedy.
    if culprit.proof != Proof::BothWays {
        return None;
    }
    let commands: Option<Vec<String>> = culprit.factors.iter().map(command_of).collect();
    Some(commands?.join(" && "))
}

fn command_of(factor: &Factor) -> Option<String> {
    let (reference, candidate) = (factor.reference.as_deref(), factor.candidate.as_deref());
    match factor.kind.as_str() {
        "package" => {
            let parts = |purl: &str| {
                let (ecosystem, rest) = purl.strip_prefix("pkg:")?.split_once('/')?;
                let (name, version) = rest.rsplit_once('@')?;
                Some((ecosystem.to_owned(), name.replace("%40", "@"), version.to_owned()))
            };
            let (ecosystem, name, version) = parts(reference?)?;
            install_command(&ecosystem, &name, &version)
        }
        "env" => Some(match (reference, candidate) {
            (Some(pair), _) => format!("set {pair}"),
            (None, Some(pair)) => format!("unset {}", pair.split('=').next().unwrap_or(pair)),
            (None, None) => return None,
        }),
        "file" => reference.map_or_else(
            || candidate.map(|path| format!("remove {path}")),
            |path| Some(format!("take {path} from the reference")),
        ),
        _ => None,
    }
}
