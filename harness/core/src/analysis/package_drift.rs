//! What is said of a package that differs: how bad it is, and what brings the reference's version.

use envparity_model::{ChangeKind, Code, Ecosystem, PackageChange, Severity, purl};

use crate::drift::Drift;

/// A change of packages as a drift. What is loaded, used by the application or proven to be to blame weighs more.
pub(super) fn drift_of(change: &PackageChange) -> Drift {
    let code = match change.change {
        ChangeKind::Outdated => Code::PackageOutdated,
        ChangeKind::Newer => Code::PackageNewer,
        ChangeKind::Missing => Code::PackageMissing,
        ChangeKind::Extra => Code::PackageExtra,
        ChangeKind::Altered => Code::PackageAltered,
        ChangeKind::Unordered => Code::PackageOrderUnknown,
    };
    let counts = change.ecosystem.is_application() || change.loaded;
    let severity = match code {
        _ if change.proven.as_deref() == Some("culprit") => code.default_severity().max(Severity::Major),
        Code::PackageOutdated | Code::PackageMissing if !counts => Severity::Minor,
        code => code.default_severity(),
    };
    let side = |version: &Option<String>| version.clone().unwrap_or_else(|| "absent".to_owned());
    let mut drift = Drift::of(code, purl(change.ecosystem, &change.name, None))
        .severity(severity)
        .sides(side(&change.reference), side(&change.candidate));
    drift.remedy = remedy(change);
    drift.hint = change.owner.as_ref().map(|owner| format!("its files belong to {owner}"));
    drift
}

/// The command that brings the candidate to the reference's version.
fn remedy(change: &PackageChange) -> Option<String> {
    if change.change == ChangeKind::Extra {
        return None;
    }
    let version = change.reference.as_deref().filter(|v| !v.contains(','))?;
    let name = match change.owner.as_deref().and_then(|owner| owner.strip_prefix("deb/")) {
        Some(_) => return None,
        None => &change.name,
    };
    install_command(change.ecosystem.name(), name, version)
}

/// The command that installs a version of a package.
pub(super) fn install_command(ecosystem: &str, name: &str, version: &str) -> Option<String> {
    let ecosystem = Ecosystem::ALL.iter().find(|known| known.name() == ecosystem)?;
    Some(match ecosystem {
        Ecosystem::Pypi => format!("pip install {name}=={version}"),
        Ecosystem::Gem => format!("gem install {name} -v {version}"),
        Ecosystem::Npm => format!("npm install {name}@{version}"),
        Ecosystem::Deb => format!("apt-get install {name}={version}"),
        Ecosystem::Apk => format!("apk add {name}={version}"),
        Ecosystem::Rpm => format!("dnf install {name}-{version}"),
    })
}
