//! A root file system as a manifest.

use std::collections::{BTreeMap, HashMap, HashSet};

use envparity_model::Ecosystem::{Gem, Pypi, Rpm};
use envparity_model::{Ecosystem, Manifest, Unread};
use sha2::{Digest as _, Sha256};

use crate::found::{Found, Scan, note};
use crate::root::{Kind, ReadError, Root, hex};
use crate::tree::is_below_any;
use crate::{apk, application, deb, gem, npm, pypi, runtime};

/// What a scan should look for besides packages.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// Paths that are mapped into the container's processes: they mark packages as loaded.
    pub mapped: Vec<String>,
    /// The service's working directory: files below it, outside packages, are listed.
    pub workdir: Option<String>,
    /// Directories that are read in another way, or never: they and what is below is not hashed.
    pub excluded: Vec<String>,
}

/// Where rpm keeps its databases.
const RPM: &[&str] = &[
    "/usr/lib/sysimage/rpm/Packages.db",
    "/usr/lib/sysimage/rpm/rpmdb.sqlite",
    "/usr/share/rpm/rpmdb.sqlite",
    "/var/lib/rpm/Packages",
    "/var/lib/rpm/Packages.db",
    "/var/lib/rpm/rpmdb.sqlite",
];

/// Reads everything that is installed below a root.
///
/// Never fails as a whole: what could not be read is in [`Manifest::unread`], and a manifest is complete
/// only where that is empty.
pub fn scan(root: &dyn Root, options: &ScanOptions) -> Manifest {
    let mut scan = Scan::new(root);
    let mut all = find_packages(&mut scan);
    let facts = runtime::read(&scan, &all);
    let own = application::find(&scan, options, &all);
    let digests = Digests::compute(&scan, options, &all, &own);
    let mapped = mapped_places(&scan, &options.mapped);
    for found in &mut all {
        found.package.loaded = found.files.iter().flatten().any(|path| mapped.contains(path));
        found.package.digest = digests.of_package(&mut scan, found);
    }
    let files = application::fold(&mut scan, &own, &digests);

    let mut packages: Vec<_> = all.into_iter().map(|found| found.package).collect();
    packages.sort_by(|a, b| {
        let key = |p: &envparity_model::Package| {
            (p.ecosystem, p.name.clone(), p.location.clone(), p.version.clone(), p.arch.clone())
        };
        key(a).cmp(&key(b))
    });
    packages.dedup();
    let mut mapped: Vec<String> = options.mapped.clone();
    mapped.sort();
    mapped.dedup();
    let mut unread = scan.unread;
    unread.sort_by(|a, b| (&a.path, a.ecosystem, &a.reason).cmp(&(&b.path, b.ecosystem, &b.reason)));
    Manifest { packages, facts, unread, mapped, files }
}

/// Every package of every ecosystem, with its files.
pub(crate) fn find_packages(scan: &mut Scan<'_>) -> Vec<Found> {
    for path in RPM {
        if scan.tree.real(path).is_some() {
            scan.note(Rpm, path, "databases of rpm cannot be read");
        }
    }
    let mut all = deb::read(scan);
    all.extend(apk::read(scan));
    scan.owners = read_owners(&all);
    all.extend(gem::read(scan));
    all.extend(pypi::read(scan));
    all.extend(npm::read(scan));
    link_owners(scan, &mut all);
    all
}

/// Evidence of other ecosystems among the files of system packages.
fn read_owners(system: &[Found]) -> HashMap<String, String> {
    const ENDS: &[&str] = &[".gemspec", "/METADATA", "/PKG-INFO", ".egg-info", "/package.json"];
    let mut owners = HashMap::new();
    for found in system {
        let owner = format!("{}/{}", found.package.ecosystem, found.package.name);
        for path in found.files.iter().flatten() {
            if ENDS.iter().any(|end| path.ends_with(end)) {
                owners.insert(path.clone(), owner.clone());
            }
        }
    }
    owners
}

/// Names the owner of each application package, and takes over its files where the package lists none.
fn link_owners(scan: &Scan<'_>, all: &mut [Found]) {
    let owner_of = |found: &Found| {
        let location = scan.tree.place(&found.package.location)?;
        scan.owners.get(&location).cloned()
    };
    let owners: Vec<Option<String>> = all.iter().map(owner_of).collect();
    let wanted: HashSet<&String> = owners.iter().flatten().collect();
    let mut libraries: HashMap<String, Vec<String>> = HashMap::new();
    for found in all.iter() {
        let name = format!("{}/{}", found.package.ecosystem, found.package.name);
        if wanted.contains(&name) {
            libraries.entry(name).or_default().extend(found.files.iter().flatten().cloned());
        }
    }
    for (found, owner) in all.iter_mut().zip(owners) {
        let Some(owner) = owner else { continue };
        if found.files.is_none() {
            let paths = libraries.get(&owner).into_iter().flatten();
            let paths = paths.filter(|path| is_library(found.package.ecosystem, path)).cloned();
            found.set_files(&scan.tree, paths.collect::<Vec<_>>());
            "/".clone_into(&mut found.base);
        }
        found.package.owner = Some(owner);
    }
}

/// Where distributions put the code of application packages that keep no folder of their own.
fn is_library(ecosystem: Ecosystem, path: &str) -> bool {
    match ecosystem {
        Gem => path.contains("/vendor_ruby/"),
        Pypi => path.contains("/dist-packages/") || path.contains("/site-packages/"),
        _ => false,
    }
}

/// Mapped paths as they are in the tree.
fn mapped_places(scan: &Scan<'_>, mapped: &[String]) -> HashSet<String> {
    let places = mapped.iter().filter_map(|path| scan.tree.real(path));
    places.chain(mapped.iter().cloned()).collect()
}

/// Content digests of every file that belongs to something, each file hashed once.
pub(crate) struct Digests {
    by_path: BTreeMap<String, Result<String, ReadError>>,
}

impl Digests {
    fn compute(scan: &Scan<'_>, options: &ScanOptions, all: &[Found], own: &[String]) -> Self {
        let excluded: Vec<&str> = options.excluded.iter().map(String::as_str).collect();
        let mut paths: Vec<&str> =
            all.iter().flat_map(|f| f.files.iter().flatten()).chain(own).map(String::as_str).collect();
        paths.sort_unstable();
        paths.dedup();
        paths.retain(|path| !is_below_any(path, &excluded));
        let (links, files): (Vec<&str>, Vec<&str>) =
            paths.into_iter().partition(|path| scan.tree.kind(path) == Some(Kind::Symlink));
        let mut by_path: BTreeMap<String, Result<String, ReadError>> = BTreeMap::new();
        for link in links {
            let target = scan.root.read_link(link).map(|target| format!("-> {target}"));
            by_path.insert(link.to_owned(), target);
        }
        let digests = scan.root.digests(&files);
        by_path.extend(files.into_iter().map(str::to_owned).zip(digests));
        Self { by_path }
    }

    /// The digest of one file; none where it has gone. Anything else is noted as unread.
    pub(crate) fn of_file(
        &self,
        unread: &mut Vec<Unread>,
        ecosystem: Option<Ecosystem>,
        path: &str,
    ) -> Option<&str> {
        match self.by_path.get(path)? {
            Ok(digest) => Some(digest),
            Err(ReadError::NotFound) => None,
            Err(error) => {
                note(unread, Unread { ecosystem, path: path.to_owned(), reason: error.to_string() });
                None
            }
        }
    }

    /// The digest over a package's files; none where the set is unknown or a part could not be read.
    fn of_package(&self, scan: &mut Scan<'_>, found: &Found) -> Option<String> {
        let (mut all, mut whole) = (Sha256::new(), true);
        for path in found.files.as_ref()? {
            match self.of_file(&mut scan.unread, Some(found.package.ecosystem), path) {
                Some(digest) => {
                    let path = path.strip_prefix(&found.base).unwrap_or(path);
                    all.update(format!("{}\0{digest}\n", path.trim_start_matches('/')));
                }
                None => whole &= matches!(self.by_path.get(path), Some(Err(ReadError::NotFound)) | None),
            }
        }
        whole.then(|| short(&all.finalize()))
    }
}

/// The first 16 hex of a digest.
pub(crate) fn short(digest: &[u8]) -> String {
    hex(digest.get(..8).unwrap_or(digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryRoot;

    const STATUS: &str = "Package: ruby-rack\nStatus: install ok installed\nVersion: 2.2.22-0+deb12u1\n\n\
                          Package: ruby-tilt\nStatus: install ok installed\nVersion: 2.0.11-1\n";
    const SPECS: &str = "/usr/share/rubygems-integration/all/specifications";

    fn root() -> MemoryRoot {
        let mut root = MemoryRoot::new();
        root.file("/var/lib/dpkg/status", STATUS)
            .file(
                "/var/lib/dpkg/info/ruby-rack.list",
                format!("{SPECS}/rack-2.2.22.gemspec\n/usr/share/rubygems-integration/all/gems/rack-2.2.22/rack.rb\n"),
            )
            .file(
                "/var/lib/dpkg/info/ruby-tilt.list",
                format!("{SPECS}/tilt-2.0.11.gemspec\n/usr/lib/ruby/vendor_ruby/tilt.rb\n"),
            )
            .file(&format!("{SPECS}/rack-2.2.22.gemspec"), "# stub: rack 2.2.22 ruby lib\n")
            .file(&format!("{SPECS}/tilt-2.0.11.gemspec"), "# stub: tilt 2.0.11 ruby lib\n")
            .file("/usr/share/rubygems-integration/all/gems/rack-2.2.22/rack.rb", "module Rack; end")
            .file("/usr/lib/ruby/vendor_ruby/tilt.rb", "module Tilt; end");
        root
    }

    fn digests(root: &MemoryRoot) -> Vec<(String, Option<String>)> {
        let packages = scan(root, &ScanOptions::default()).packages;
        packages.into_iter().map(|p| (format!("{}/{}", p.ecosystem, p.name), p.digest)).collect()
    }

    #[test]
    fn gems_of_the_distribution_name_their_owner_and_share_its_files() {
        let manifest = scan(&root(), &ScanOptions::default());
        let seen: Vec<String> = manifest
            .packages
            .iter()
            .map(|p| format!("{} {}", p.purl(), p.owner.clone().unwrap_or_default()))
            .collect();
        assert_eq!(
            seen,
            [
                "pkg:deb/ruby-rack@2.2.22-0+deb12u1 ",
                "pkg:deb/ruby-tilt@2.0.11-1 ",
                "pkg:gem/rack@2.2.22 deb/ruby-rack",
                "pkg:gem/tilt@2.0.11 deb/ruby-tilt",
            ]
        );
        assert!(manifest.packages.iter().all(|p| p.digest.is_some()));
        assert!(manifest.unread.is_empty());
    }

    #[test]
    fn a_changed_file_under_the_same_version_changes_the_digest_of_its_packages_only() {
        let before = digests(&root());
        let mut changed = root();
        changed.file("/usr/lib/ruby/vendor_ruby/tilt.rb", "module Tilt; BROKEN = 1; end");
        let after = digests(&changed);
        let differ: Vec<&str> =
            before.iter().zip(&after).filter(|(a, b)| a != b).map(|(a, _)| a.0.as_str()).collect();
        assert_eq!(differ, ["deb/ruby-tilt", "gem/tilt"]);
    }

    #[test]
    fn a_file_that_is_denied_leaves_no_digest_and_is_unread() {
        let mut root = root();
        root.denied("/usr/lib/ruby/vendor_ruby/tilt.rb", "permission denied");
        let manifest = scan(&root, &ScanOptions::default());
        let tilt = manifest.packages.iter().find(|p| p.name == "ruby-tilt").unwrap();
        assert_eq!(tilt.digest, None);
        assert!(manifest.unread.iter().any(|u| u.path.ends_with("tilt.rb")), "{:?}", manifest.unread);
    }

    #[test]
    fn mapped_paths_mark_what_is_loaded_through_links() {
        let mut root = root();
        root.link("/lib", "usr/lib");
        let mapped = vec!["/lib/ruby/vendor_ruby/tilt.rb".to_owned()];
        let manifest = scan(&root, &ScanOptions { mapped, ..ScanOptions::default() });
        let loaded: Vec<&str> =
            manifest.packages.iter().filter(|p| p.loaded).map(|p| p.name.as_str()).collect();
        assert_eq!(loaded, ["ruby-tilt", "tilt"]);
    }

    #[test]
    fn a_database_that_cannot_be_read_is_never_an_empty_one() {
        let mut root = MemoryRoot::new();
        root.file("/var/lib/rpm/rpmdb.sqlite", "").denied("/var/lib/dpkg/status", "permission denied");
        let manifest = scan(&root, &ScanOptions::default());
        let seen: Vec<Option<Ecosystem>> = manifest.unread.iter().map(|u| u.ecosystem).collect();
        assert_eq!(seen, [Some(Ecosystem::Deb), Some(Rpm)]);
    }
}
