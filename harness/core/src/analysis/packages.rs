//! Manifests compared: sets of versions by ecosystem and name, never counts.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use envparity_config::Target;
use envparity_manifest::compare_versions;
use envparity_model::{
    ChangeKind, Code, Ecosystem, Manifest, ManifestState, Package, PackageChange, PackageSummary, Packages,
    Severity, Unread, Way,
};

use super::package_drift::drift_of;
use super::wording::list;
use super::{Analysis, explained};
use crate::drift::Drift;

/// All packages of one name in one ecosystem.
type Group<'m> = Vec<&'m Package>;
type Groups<'m> = BTreeMap<(Ecosystem, &'m str), Group<'m>>;

/// One manifest with how it was collected.
#[derive(Debug, Clone, Copy)]
pub(super) struct Collected<'m> {
    pub(super) way: Way,
    pub(super) manifest: &'m Manifest,
}

/// What a comparison of two manifests says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outcome {
    pub(super) changes: Vec<PackageChange>,
    pub(super) summary: PackageSummary,
    /// Ecosystems of which a part could not be compared, with the first reason.
    pub(super) failed: BTreeMap<Ecosystem, String>,
}

/// All packages compared, with how many agree at most.
#[derive(Debug, Default)]
pub(super) struct PackageFindings {
    pub(super) packages: Packages,
    pub(super) equal: u64,
    /// Candidates whose manifest was compared.
    pub(super) compared: u64,
}

impl Analysis {
    pub(super) fn judge_packages(&mut self) -> PackageFindings {
        let mut out = PackageFindings::default();
        if !self.config.compare.manifests {
            return out;
        }
        let reference = self.reference();
        let mine = self.state(&reference);
        for candidate in self.candidates() {
            let theirs = self.state(&candidate);
            let (Some(Taken::Present(l)), Some(Taken::Present(r))) = (&mine, &theirs) else {
                continue;
            };
            let sides = (Collected { way: l.0, manifest: &l.1 }, Collected { way: r.0, manifest: &r.1 });
            let mut outcome = compare(&candidate, sides.0, sides.1, &self.config.compare.ecosystems);
            explained::mark(&self.explained, &mut outcome.changes);
            for change in &outcome.changes {
                self.push(&candidate, drift_of(change));
            }
            self.judge_files(&candidate, sides.0, sides.1);
            if !outcome.failed.is_empty() {
                let each: Vec<String> =
                    outcome.failed.iter().map(|(e, why)| format!("{e} ({why})")).collect();
                let message =
                    format!("not every package of `{candidate}` could be compared: {}", list(&each, 3));
                self.blame(
                    Some(&candidate),
                    5,
                    message,
                    Some("what could not be read may hide a difference"),
                );
            }
            out.equal = out.equal.max(outcome.summary.equal);
            out.compared += 1;
            out.packages.summary.insert(candidate.clone(), outcome.summary);
            out.packages.changes.extend(outcome.changes);
        }
        out
    }

    /// An environment's manifest, blaming it where there should be one and is none.
    fn state(&mut self, name: &str) -> Option<Taken> {
        let side = self.sides.get(name)?;
        let up = side.line.as_ref().is_some_and(|line| line.failed.is_none());
        let is_url = matches!(
            self.config.environment(name).map(|environment| &environment.target),
            Some(Target::Url { .. })
        );
        match side.manifest.as_ref().map(|line| &line.state) {
            Some(ManifestState::Present { way, manifest, .. }) => {
                Some(Taken::Present(Box::new((*way, manifest.clone()))))
            }
            Some(ManifestState::NotApplicable) => Some(Taken::NotApplicable),
            Some(ManifestState::Failed { reason }) => {
                let message = format!("the packages of `{name}` could not be collected: {reason}");
                self.blame(Some(name), 3, message, Some("see `parity doctor`"));
                None
            }
            None if !up || is_url => None,
            None => {
                self.blame(Some(name), 3, format!("no packages of `{name}` were recorded"), None);
                None
            }
        }
    }

    /// Files beside all packages, below the service's working directory.
    fn judge_files(&mut self, candidate: &str, mine: Collected<'_>, theirs: Collected<'_>) {
        if mine.way != theirs.way && (mine.manifest.files.is_empty() || theirs.manifest.files.is_empty()) {
            return;
        }
        let of =
            |manifest: &Manifest| -> BTreeMap<String, String> { manifest.files.iter().cloned().collect() };
        let (l, r) = (of(mine.manifest), of(theirs.manifest));
        let names: BTreeSet<&String> = l.keys().chain(r.keys()).collect();
        let differing: Vec<String> =
            names.into_iter().filter(|name| l.get(*name) != r.get(*name)).cloned().collect();
        if differing.is_empty() {
            return;
        }
        let severity = if self.images_must_agree() { Severity::Major } else { Severity::Info };
        let drift = Drift::of(Code::ImageDiffers, "files")
            .kind("files")
            .severity(severity)
            .sides(format!("{} files", l.len()), format!("{} files", r.len()))
            .hint(format!("other contents or one-sided: {}", list(&differing, 3)));
        self.push(candidate, drift);
    }
}

/// A manifest as found in a journal.
enum Taken {
    Present(Box<(Way, Manifest)>),
    NotApplicable,
}

/// Compares two manifests, seen from the candidate.
pub(super) fn compare(
    candidate: &str,
    mine: Collected<'_>,
    theirs: Collected<'_>,
    ecosystems: &[Ecosystem],
) -> Outcome {
    let wanted = |ecosystem: Ecosystem| ecosystems.is_empty() || ecosystems.contains(&ecosystem);
    let mut out = Outcome::default();
    let unread = |manifest: &Manifest, ecosystem: Ecosystem| {
        let concerns =
            |unread: &&Unread| !is_system(unread) && unread.ecosystem.is_none_or(|e| e == ecosystem);
        manifest.unread.iter().find(concerns).map(|u| format!("{}: {}", u.path, u.reason))
    };
    let (lefts, rights) = (groups(mine.manifest), groups(theirs.manifest));
    let names: BTreeSet<(Ecosystem, &str)> =
        lefts.keys().chain(rights.keys()).copied().filter(|(e, _)| wanted(*e)).collect();
    let present: BTreeSet<Ecosystem> = names.iter().map(|(ecosystem, _)| *ecosystem).collect();
    for ecosystem in Ecosystem::ALL.iter().copied().filter(|e| wanted(*e)) {
        for manifest in [mine.manifest, theirs.manifest] {
            let named = manifest.unread.iter().any(|u| u.ecosystem == Some(ecosystem));
            if let Some(why) = unread(manifest, ecosystem).filter(|_| named || present.contains(&ecosystem)) {
                out.failed.entry(ecosystem).or_insert(why);
            }
        }
    }
    // Nothing is installed that could be read, and something could not: which ecosystem it hides is unknown.
    if present.is_empty()
        && out.failed.is_empty()
        && let Some(u) = mine.manifest.unread.iter().chain(&theirs.manifest.unread).find(|u| !is_system(u))
    {
        out.failed.insert(Ecosystem::Deb, format!("{}: {}", u.path, u.reason));
    }
    let mut changes = Vec::new();
    let (no_left, no_right) = (Group::new(), Group::new());
    for (ecosystem, name) in names {
        let (l, r) = (
            lefts.get(&(ecosystem, name)).unwrap_or(&no_left),
            rights.get(&(ecosystem, name)).unwrap_or(&no_right),
        );
        if let Some(why) = unseen((mine, l), (theirs, r), ecosystem, &out.failed) {
            out.summary.failed += 1;
            out.failed.entry(ecosystem).or_insert(why);
            continue;
        }
        let found = change(candidate, ecosystem, name, l, r);
        if found.is_empty() {
            out.summary.equal += 1;
        }
        changes.extend(found);
    }
    drop_doubles(&mut changes, &lefts, &rights);
    for change in &changes {
        let counter = match change.change {
            ChangeKind::Outdated => &mut out.summary.outdated,
            ChangeKind::Newer => &mut out.summary.newer,
            ChangeKind::Missing => &mut out.summary.missing,
            ChangeKind::Extra => &mut out.summary.extra,
            ChangeKind::Altered => &mut out.summary.altered,
            ChangeKind::Unordered => &mut out.summary.unordered,
        };
        *counter += 1;
    }
    out.changes = changes;
    out
}

/// Whether it was the system that could not be read, which tells facts and what is loaded, and no packages.
pub(super) fn is_system(unread: &Unread) -> bool {
    unread.ecosystem.is_none()
        && ["/proc", "/sys"]
            .iter()
            .any(|top| unread.path == *top || unread.path.starts_with(&format!("{top}/")))
}

fn groups(manifest: &Manifest) -> Groups<'_> {
    let mut out: Groups<'_> = BTreeMap::new();
    for package in &manifest.packages {
        out.entry((package.ecosystem, package.name.as_str())).or_default().push(package);
    }
    out
}

/// Why a package that one side alone shows says nothing: the other side may not have looked there.
fn unseen(
    (mine, l): (Collected<'_>, &Group<'_>),
    (theirs, r): (Collected<'_>, &Group<'_>),
    ecosystem: Ecosystem,
    failed: &BTreeMap<Ecosystem, String>,
) -> Option<String> {
    let (shown, blind) = match (l.is_empty(), r.is_empty()) {
        (false, true) => (l, theirs),
        (true, false) => (r, mine),
        _ => return None,
    };
    if let Some(why) = failed.get(&ecosystem) {
        return Some(why.clone());
    }
    let elsewhere = if r.is_empty() { mine.way } else { theirs.way };
    if blind.way != Way::Archive || elsewhere == Way::Archive {
        return None;
    }
    // The archive way reads known paths: what lies beside something that it found, it would have found.
    let parents: BTreeSet<&str> = blind
        .manifest
        .packages
        .iter()
        .filter(|package| package.ecosystem == ecosystem)
        .map(|package| parent(&package.location))
        .collect();
    let looked = shown.iter().all(|package| parents.contains(parent(&package.location)));
    (!looked).then(|| "one side was read by known paths only".to_owned())
}

fn parent(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    // `…/NAME.dist-info/METADATA` lies in the directory of the directory.
    let path = if path.ends_with("-info/METADATA")
        || path.ends_with("-info/PKG-INFO")
        || path.ends_with("/package.json")
    {
        path.rsplit_once('/').map_or(path, |(head, _)| head)
    } else {
        path
    };
    path.rsplit_once('/').map_or("", |(head, _)| head)
}

fn change(
    candidate: &str,
    ecosystem: Ecosystem,
    name: &str,
    l: &Group<'_>,
    r: &Group<'_>,
) -> Vec<PackageChange> {
    let make = |kind: ChangeKind, mine: &[&Package], theirs: &[&Package]| {
        let first = mine.first().or(theirs.first()).copied();
        PackageChange {
            environment: candidate.to_owned(),
            change: kind,
            ecosystem,
            name: name.to_owned(),
            reference: versions_text(ecosystem, mine),
            candidate: versions_text(ecosystem, theirs),
            location: first.map(|p| p.location.clone()).unwrap_or_default(),
            loaded: mine.iter().chain(theirs).any(|p| p.loaded),
            owner: mine.iter().chain(theirs).find_map(|p| p.owner.clone()),
            proven: None,
        }
    };
    match (l.is_empty(), r.is_empty()) {
        (false, true) => return vec![make(ChangeKind::Missing, l, r)],
        (true, false) => return vec![make(ChangeKind::Extra, l, r)],
        _ => {}
    }
    // Several of one name, in the same places on both sides: each place by itself.
    if let Some(pairs) = by_place(l, r) {
        let mut kinds: BTreeMap<ChangeKind, (Vec<&Package>, Vec<&Package>)> = BTreeMap::new();
        for (mine, theirs) in pairs {
            if let Some(kind) = kind_of(ecosystem, &[mine], &[theirs]) {
                let lists = kinds.entry(kind).or_default();
                lists.0.push(mine);
                lists.1.push(theirs);
            }
        }
        return kinds.into_iter().map(|(kind, (mine, theirs))| make(kind, &mine, &theirs)).collect();
    }
    kind_of(ecosystem, l, r).map(|kind| make(kind, l, r)).into_iter().collect()
}

/// Pairs instances by their places, versions in paths aside; none unless both sides have the same places, several.
fn by_place<'m>(l: &[&'m Package], r: &[&'m Package]) -> Option<Vec<(&'m Package, &'m Package)>> {
    if l.len() < 2 || l.len() != r.len() {
        return None;
    }
    let keyed = |list: &[&'m Package]| -> BTreeMap<(String, Option<String>), &'m Package> {
        list.iter().map(|p| ((p.location.replace(&p.version, "*"), p.arch.clone()), *p)).collect()
    };
    let (lefts, rights) = (keyed(l), keyed(r));
    if lefts.len() != l.len() || !lefts.keys().eq(rights.keys()) {
        return None;
    }
    Some(lefts.into_values().zip(rights.into_values()).collect())
}

fn versions<'m>(list: &[&'m Package]) -> BTreeSet<&'m str> {
    list.iter().map(|p| p.version.as_str()).collect()
}

fn versions_text(ecosystem: Ecosystem, list: &[&Package]) -> Option<String> {
    let mut all: Vec<&str> = versions(list).into_iter().collect();
    all.sort_by(|a, b| compare_versions(ecosystem, b, a).unwrap_or_else(|| b.cmp(a)));
    (!all.is_empty()).then(|| all.join(", "))
}

/// How two sets of instances differ, both with members; none where they agree.
fn kind_of(ecosystem: Ecosystem, l: &[&Package], r: &[&Package]) -> Option<ChangeKind> {
    let (mine, theirs) = (versions(l), versions(r));
    if mine == theirs {
        return is_altered(l, r).then_some(ChangeKind::Altered);
    }
    // What a process has mapped is what counts, where that is known of both sides.
    let loaded = |list: &[&Package]| -> BTreeSet<String> {
        list.iter().filter(|p| p.loaded).map(|p| p.version.clone()).collect()
    };
    let (mine_loaded, theirs_loaded) = (loaded(l), loaded(r));
    if let (1, 1) = (mine_loaded.len(), theirs_loaded.len())
        && let (Some(a), Some(b)) = (mine_loaded.first(), theirs_loaded.first())
        && a != b
    {
        return Some(direction(compare_versions(ecosystem, b, a)));
    }
    let highest = |set: &BTreeSet<&str>| -> Option<String> {
        let mut best: Option<&str> = None;
        for version in set {
            best = match best {
                None => Some(version),
                Some(held) => match compare_versions(ecosystem, version, held)? {
                    Ordering::Greater => Some(version),
                    _ => Some(held),
                },
            };
        }
        best.map(str::to_owned)
    };
    let (Some(a), Some(b)) = (highest(&mine), highest(&theirs)) else {
        return Some(ChangeKind::Unordered);
    };
    match compare_versions(ecosystem, &b, &a) {
        // The newest agree: an older one stands beside it on one side.
        Some(Ordering::Equal) if a == b && theirs.is_subset(&mine) => Some(ChangeKind::Missing),
        Some(Ordering::Equal) if a == b && mine.is_subset(&theirs) => Some(ChangeKind::Extra),
        Some(Ordering::Equal) => Some(ChangeKind::Unordered),
        order => Some(direction(order)),
    }
}

fn direction(candidate_to_reference: Option<Ordering>) -> ChangeKind {
    match candidate_to_reference {
        Some(Ordering::Less) => ChangeKind::Outdated,
        Some(Ordering::Greater) => ChangeKind::Newer,
        _ => ChangeKind::Unordered,
    }
}

/// Other files under the same versions, where the files of both sides are known.
fn is_altered(l: &[&Package], r: &[&Package]) -> bool {
    let digests = |list: &[&Package]| -> Option<BTreeSet<(String, Option<String>, String)>> {
        list.iter().map(|p| Some((p.version.clone(), p.arch.clone(), p.digest.clone()?))).collect()
    };
    matches!((digests(l), digests(r)), (Some(mine), Some(theirs)) if mine != theirs)
}

/// A package of the operating system that owns an application package is one package seen twice.
fn drop_doubles(changes: &mut Vec<PackageChange>, lefts: &Groups<'_>, rights: &Groups<'_>) {
    // How many application packages each owner has.
    let mut owned: BTreeMap<&str, BTreeSet<(Ecosystem, &str)>> = BTreeMap::new();
    for ((ecosystem, name), group) in lefts.iter().chain(rights) {
        for owner in group.iter().filter_map(|p| p.owner.as_deref()) {
            owned.entry(owner).or_default().insert((*ecosystem, name));
        }
    }
    let by_owner: BTreeMap<String, ChangeKind> =
        changes.iter().filter(|c| c.owner.is_none()).map(|c| (owner_name(c), c.change)).collect();
    // Altered under an owner that has another version itself: the owner says it.
    changes.retain(|c| {
        let owner = c.owner.as_ref().and_then(|owner| by_owner.get(owner));
        !(c.change == ChangeKind::Altered && owner.is_some())
    });
    let told: BTreeSet<(String, ChangeKind)> = changes
        .iter()
        .filter_map(|c| Some((c.owner.clone()?, c.change)))
        .filter(|(owner, _)| owned.get(owner.as_str()).is_some_and(|names| names.len() == 1))
        .collect();
    changes.retain(|c| c.owner.is_some() || !told.contains(&(owner_name(c), c.change)));
}

fn owner_name(change: &PackageChange) -> String {
    format!("{}/{}", change.ecosystem, change.name)
}

#[cfg(test)]
#[path = "packages_tests.rs"]
mod tests;
