//! What differs between two containers and can be moved: files by the package that they belong to, variables, and how
//! the image runs.

use std::collections::{BTreeMap, BTreeSet};

use envparity_manifest::{FileEntry, FileList, Owner};
use envparity_model::{Factor, purl};

use super::Factors;

/// More files without an owner than this in one directory are one factor.
const TOGETHER: usize = 20;

/// Written while the service runs, or where tools keep what they made: no part of what was shipped.
const WRITTEN: &[&str] = &[
    "/.cache/",
    "/.git/",
    "/.pytest_cache/",
    "/log/",
    "/logs/",
    "/tmp/",
    "-journal",
    ".db",
    ".log",
    ".pid",
    ".sock",
    ".sqlite",
    ".sqlite3",
];

/// One side of a comparison as far as it can be moved.
#[derive(Debug, Clone, Default)]
pub struct Movable {
    /// Its files.
    pub files: FileList,
    /// Variables as the container gets them.
    pub env: BTreeMap<String, String>,
    /// How the image runs: `command`, `entrypoint`, `user`, `workdir`, as text.
    pub image: BTreeMap<String, String>,
}

/// One thing that differs, and what moving it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// As people read it.
    pub factor: Factor,
    /// `pkg:pypi/babel`, `env.TZ`, a path, `image.user`: as suspects are named.
    pub subject: String,
    /// Path to (is in the reference, is in the candidate).
    pub files: BTreeMap<String, (bool, bool)>,
    /// A variable.
    pub env: Option<String>,
    /// A key of [`Movable::image`].
    pub image: Option<String>,
    /// It is a package on one side only.
    one_sided: bool,
    /// Subjects that it depends on, on either side.
    requires: BTreeSet<String>,
}

impl Difference {
    /// Whether `other` is a package that one side only has and this one depends on.
    pub fn brings(&self, other: &Self) -> bool {
        other.one_sided && self.requires.contains(&other.subject)
    }
}

/// Everything that differs and can be moved, by subject.
pub fn differences(reference: &Movable, candidate: &Movable) -> Vec<Difference> {
    let mut list = files(&reference.files, &candidate.files);
    list.extend(pairs(&reference.env, &candidate.env).map(|(name, factor)| Difference {
        subject: format!("env.{name}"),
        env: Some(name),
        ..plain(Factor { kind: "env".to_owned(), ..factor })
    }));
    list.extend(pairs(&reference.image, &candidate.image).map(|(key, factor)| Difference {
        subject: format!("image.{key}"),
        image: Some(key),
        ..plain(Factor { kind: "image".to_owned(), ..factor })
    }));
    list.sort_by(|a, b| a.subject.cmp(&b.subject));
    list
}

/// What cannot move alone: packages that one side only has go with those that depend on them, and back.
pub fn factors_of(list: &[Difference]) -> Factors {
    let mut factors = Factors::new(list.len());
    for (index, difference) in list.iter().enumerate() {
        for (other, required) in list.iter().enumerate() {
            if difference.brings(required) {
                factors = factors.needs(index, other).needs(other, index);
            }
        }
    }
    factors
}

fn plain(factor: Factor) -> Difference {
    Difference {
        factor,
        subject: String::new(),
        files: BTreeMap::new(),
        env: None,
        image: None,
        one_sided: false,
        requires: BTreeSet::new(),
    }
}

/// Names whose values differ, `name=value` on each side.
fn pairs<'a>(
    reference: &'a BTreeMap<String, String>,
    candidate: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = (String, Factor)> + 'a {
    let names: BTreeSet<&String> = reference.keys().chain(candidate.keys()).collect();
    names.into_iter().filter(|name| reference.get(*name) != candidate.get(*name)).map(|name| {
        let shown = |side: &BTreeMap<String, String>| side.get(name).map(|value| format!("{name}={value}"));
        let factor = Factor { kind: String::new(), reference: shown(reference), candidate: shown(candidate) };
        (name.clone(), factor)
    })
}

/// Files that differ, gathered by their package or, without one, by themselves.
fn files(reference: &FileList, candidate: &FileList) -> Vec<Difference> {
    let groups = Groups::of(reference, candidate);
    let mut gathered: BTreeMap<String, BTreeMap<String, (bool, bool)>> = BTreeMap::new();
    for (path, mine, theirs) in merge(&reference.entries, &candidate.entries) {
        if mine.map(|entry| &entry.digest) == theirs.map(|entry| &entry.digest) {
            continue;
        }
        let owner = mine
            .and_then(|entry| owner(reference, entry))
            .or_else(|| theirs.and_then(|entry| owner(candidate, entry)));
        let key = match owner {
            Some(owner) => groups.key_of(&subject_of(owner)),
            None if is_written(path) => continue,
            None => path.to_owned(),
        };
        gathered.entry(key).or_default().insert(path.to_owned(), (mine.is_some(), theirs.is_some()));
    }
    // What differs in compiled or installed traces only, does not differ.
    gathered.retain(|_, files| files.keys().any(|path| !is_trace(path)));
    let (packages, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        gathered.into_iter().partition(|(key, _)| key.starts_with("pkg:"));
    let mut list: Vec<Difference> =
        packages.into_iter().map(|(key, files)| groups.difference(&key, files)).collect();
    list.extend(by_directory(others).into_iter().map(|(subject, files)| {
        let there = |side: fn(&(bool, bool)) -> bool| files.values().any(side).then(|| subject.clone());
        let factor = Factor { kind: "file".to_owned(), reference: there(|f| f.0), candidate: there(|f| f.1) };
        Difference { subject, files, ..plain(factor) }
    }));
    list
}

/// Files without an owner: each by itself, or by directory where many of one differ.
fn by_directory(
    others: BTreeMap<String, BTreeMap<String, (bool, bool)>>,
) -> BTreeMap<String, BTreeMap<String, (bool, bool)>> {
    let directory = |path: &str| path.rsplit_once('/').map_or("/", |(dir, _)| dir).to_owned() + "/";
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in others.keys() {
        *counts.entry(directory(path)).or_default() += 1;
    }
    let mut grouped: BTreeMap<String, BTreeMap<String, (bool, bool)>> = BTreeMap::new();
    for (path, files) in others {
        let dir = directory(&path);
        let key = if counts.get(&dir).is_some_and(|count| *count > TOGETHER) { dir } else { path };
        grouped.entry(key).or_default().extend(files);
    }
    grouped
}

/// Both lists by path; they are sorted.
fn merge<'l>(
    reference: &'l [FileEntry],
    candidate: &'l [FileEntry],
) -> Vec<(&'l str, Option<&'l FileEntry>, Option<&'l FileEntry>)> {
    let mut merged: BTreeMap<&str, (Option<&FileEntry>, Option<&FileEntry>)> = BTreeMap::new();
    for entry in reference {
        merged.entry(&entry.path).or_default().0 = Some(entry);
    }
    for entry in candidate {
        merged.entry(&entry.path).or_default().1 = Some(entry);
    }
    merged.into_iter().map(|(path, (mine, theirs))| (path, mine, theirs)).collect()
}

fn owner<'l>(list: &'l FileList, entry: &FileEntry) -> Option<&'l Owner> {
    list.owners.get(entry.owner? as usize)
}

fn subject_of(owner: &Owner) -> String {
    purl(owner.ecosystem, &owner.name, None)
}

fn is_written(path: &str) -> bool {
    WRITTEN.iter().any(|mark| if mark.ends_with('/') { path.contains(mark) } else { path.ends_with(mark) })
}

/// Made by installers and interpreters: it travels with what it was made from.
fn is_trace(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.contains("/__pycache__/")
        || [".pyc", ".pyo"].iter().any(|end| name.ends_with(end))
        || (path.contains("-info/")
            && ["INSTALLER", "RECORD", "REQUESTED", "direct_url.json"].contains(&name))
        || ["gem.build_complete", "gem_make.out", "mkmf.log"].contains(&name)
}

/// Packages that are one thing seen twice: a system package and what it installs for a language.
struct Groups {
    /// Subject to the subject that stands for it.
    leader: BTreeMap<String, String>,
    /// By leader: versions on the reference and on the candidate.
    versions: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
    /// By leader: what any of its members requires.
    requires: BTreeMap<String, BTreeSet<String>>,
}

impl Groups {
    fn of(reference: &FileList, candidate: &FileList) -> Self {
        let owners = || reference.owners.iter().chain(&candidate.owners);
        // A system package that brings one package of a language goes by that name; one that brings many, by its own.
        let mut brings: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for owner in owners() {
            if let Some(system) = owner.owner.as_deref().and_then(|name| name.split_once('/')) {
                brings.entry(format!("pkg:{}/{}", system.0, system.1)).or_default().insert(subject_of(owner));
            }
        }
        let mut leader = BTreeMap::new();
        for (system, brought) in brings {
            if brought.len() == 1 {
                leader.insert(system, brought.into_iter().next().unwrap_or_default());
            } else {
                leader.extend(brought.into_iter().map(|one| (one, system.clone())));
            }
        }
        let mut groups = Self { leader, versions: BTreeMap::new(), requires: BTreeMap::new() };
        for (side, list) in [(0, reference), (1, candidate)] {
            for owner in &list.owners {
                let subject = subject_of(owner);
                let key = groups.key_of(&subject);
                if key == subject {
                    let versions = groups.versions.entry(key.clone()).or_default();
                    let side = if side == 0 { &mut versions.0 } else { &mut versions.1 };
                    side.insert(owner.version.clone());
                }
                let required = owner.requires.iter().map(|name| purl(owner.ecosystem, name, None));
                let required: BTreeSet<String> = required.map(|subject| groups.key_of(&subject)).collect();
                groups.requires.entry(key).or_default().extend(required);
            }
        }
        groups
    }

    fn key_of(&self, subject: &str) -> String {
        self.leader.get(subject).cloned().unwrap_or_else(|| subject.to_owned())
    }

    fn difference(&self, key: &str, files: BTreeMap<String, (bool, bool)>) -> Difference {
        let (mine, theirs) = self.versions.get(key).cloned().unwrap_or_default();
        let with = |versions: &BTreeSet<String>| {
            let joined = versions.iter().cloned().collect::<Vec<_>>().join(", ");
            (!versions.is_empty()).then(|| format!("{key}@{joined}"))
        };
        let factor = Factor { kind: "package".to_owned(), reference: with(&mine), candidate: with(&theirs) };
        Difference {
            subject: key.to_owned(),
            files,
            one_sided: mine.is_empty() != theirs.is_empty(),
            requires: self.requires.get(key).cloned().unwrap_or_default(),
            ..plain(factor)
        }
    }
}

#[cfg(test)]
mod tests {
    use envparity_manifest::MemoryRoot;

    use super::*;

    const SITE: &str = "/opt/venv/lib/python3.11/site-packages";

    fn dist(root: &mut MemoryRoot, name: &str, version: &str, requires: &str) {
        let info = format!("{SITE}/{name}-{version}.dist-info");
        let requires =
            if requires.is_empty() { String::new() } else { format!("Requires-Dist: {requires}\n") };
        root.file(&format!("{info}/METADATA"), format!("Name: {name}\nVersion: {version}\n{requires}"))
            .file(&format!("{info}/RECORD"), format!("{name}.py,,\n{name}-{version}.dist-info/METADATA,,\n"))
            .file(&format!("{SITE}/{name}.py"), format!("# {name} {version}"))
            .file(&format!("{SITE}/__pycache__/{name}.cpython-311.pyc"), format!("{name} {version}"));
    }

    fn movable(root: &MemoryRoot) -> Movable {
        Movable { files: FileList::read(root, &[]), ..Movable::default() }
    }

    fn sides() -> (Movable, Movable) {
        let (mut mine, mut theirs) = (MemoryRoot::new(), MemoryRoot::new());
        dist(&mut mine, "pydantic", "2.7.4", "core");
        dist(&mut mine, "core", "2.18", "");
        dist(&mut theirs, "pydantic", "1.10", "");
        for root in [&mut mine, &mut theirs] {
            dist(root, "same", "1.0", "");
            root.file("/srv/data.sqlite", format!("{:p}", std::ptr::from_ref(root)));
        }
        // Compiled at another time.
        theirs.file(&format!("{SITE}/__pycache__/same.cpython-311.pyc"), "later");
        mine.file("/srv/app.py", "1");
        theirs.file("/srv/app.py", "2");
        let (mut mine, mut theirs) = (movable(&mine), movable(&theirs));
        mine.env.insert("TZ".to_owned(), "UTC".to_owned());
        theirs.image.insert("user".to_owned(), "app".to_owned());
        (mine, theirs)
    }

    #[test]
    fn what_differs_is_named_as_people_name_it() {
        let (mine, theirs) = sides();
        let shown: Vec<String> = differences(&mine, &theirs)
            .into_iter()
            .map(|d| {
                let side = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
                let Factor { kind, reference, candidate } = d.factor;
                format!(
                    "{kind} {}: {} -> {} ({} files)",
                    d.subject,
                    side(reference),
                    side(candidate),
                    d.files.len()
                )
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn what_one_side_lacks_moves_with_what_requires_it() {
        let (mine, theirs) = sides();
        let list = differences(&mine, &theirs);
        let at = |subject: &str| list.iter().position(|d| d.subject == subject).unwrap();
        let (core, pydantic) = (at("pkg:pypi/core"), at("pkg:pypi/pydantic"));
        let factors = factors_of(&list);
        assert_eq!(factors.closed([pydantic]), [core, pydantic].into());
        assert_eq!(factors.closed([core]), [core, pydantic].into());
        assert_eq!(factors.closed([at("/srv/app.py")]).len(), 1);
    }

    #[test]
    fn a_system_package_and_what_it_brings_are_one() {
        let root = |version: &str| {
            let mut root = MemoryRoot::new();
            let spec = format!("/usr/share/rubygems-integration/all/specifications/rack-{version}.gemspec");
            root.file(
                "/var/lib/dpkg/status",
                format!("Package: ruby-rack\nStatus: install ok installed\nVersion: {version}-1\n"),
            )
            .file(
                "/var/lib/dpkg/info/ruby-rack.list",
                format!("{spec}\n/usr/lib/ruby/vendor_ruby/rack.rb\n/usr/bin/rackup\n"),
            )
            .file(&spec, format!("# stub: rack {version} ruby lib\n"))
            .file("/usr/bin/rackup", version)
            .file("/usr/lib/ruby/vendor_ruby/rack.rb", version);
            movable(&root)
        };
        let list = differences(&root("2.2.4"), &root("2.1.4"));
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].subject.as_str(), list[0].files.len()), ("pkg:gem/rack", 4));
        assert_eq!(list[0].factor.reference.as_deref(), Some("pkg:gem/rack@2.2.4"));
    }
}
