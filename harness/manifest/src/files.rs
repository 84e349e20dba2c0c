//! Every file of a root file system with its content's digest and the package that it belongs to: what can be moved
//! from one container into another.

use std::collections::HashMap;
use std::io::{self, Read as _};

use envparity_model::{Ecosystem, Unread};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::answer::ANSWER_CAP;
use crate::found::{Found, Scan, note};
use crate::root::{Kind, ReadError, Root};
use crate::tree::{is_below_any, join, split};

/// The form of [`FileList`]; another number is another form.
const SCHEMA: u32 = 1;

/// Made or kept by the system and by package managers: evidence and traces, not behaviour.
const LEFT_OUT: &[&str] = &[
    "/.dockerenv",
    "/dev",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/mtab",
    "/etc/resolv.conf",
    "/proc",
    "/run",
    "/sys",
    "/tmp",
    "/var/cache",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/lib/rpm",
    "/var/log",
    "/var/tmp",
];

/// A package as the owner of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Its family.
    pub ecosystem: Ecosystem,
    /// Its name, normalised.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its evidence, as in [`envparity_model::Package::location`].
    pub location: String,
    /// The system package that owns it, `deb/ruby-rack`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Names of packages of its ecosystem that it depends on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

/// A regular file or a symbolic link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Absolute path; no directory on it is a link.
    pub path: String,
    /// SHA-256 of its content, first 16 hex; `-> TARGET` for a link.
    pub digest: String,
    /// Index into [`FileList::owners`].
    pub owner: Option<u32>,
}

/// The files of a root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileList {
    schema: u32,
    /// Packages.
    pub owners: Vec<Owner>,
    /// Sorted by path.
    pub entries: Vec<FileEntry>,
    /// What could not be read: it cannot be moved, and may be what differs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

impl FileList {
    /// Lists every file and link below a root, but for system directories, package databases, and what is below
    /// `excluded` directories (mounts).
    pub fn read(root: &dyn Root, excluded: &[String]) -> Self {
        let mut scan = Scan::new(root);
        let all = crate::scan::find_packages(&mut scan);
        let left_out: Vec<&str> =
            LEFT_OUT.iter().copied().chain(excluded.iter().map(String::as_str)).collect();
        let mut paths = scan.tree.below("/", &|dir| !is_below_any(dir, &left_out));
        paths.retain(|path| !is_below_any(path, &left_out));
        let owners = owners_of(&scan, &all);
        let digests = digests_of(&mut scan, &paths);
        let entries = paths
            .into_iter()
            .zip(digests)
            .filter_map(|(path, digest)| {
                let owner = owner_of(&owners, &path);
                Some(FileEntry { digest: digest?, owner, path })
            })
            .collect();
        let owner = |found: Found| {
            let package = found.package;
            Owner {
                ecosystem: package.ecosystem,
                name: package.name,
                version: package.version,
                location: package.location,
                owner: package.owner,
                requires: package.requires,
            }
        };
        Self { schema: SCHEMA, owners: all.into_iter().map(owner).collect(), entries, unread: scan.unread }
    }

    /// Gzipped JSON.
    pub fn pack(&self) -> io::Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        serde_json::to_writer(&mut encoder, self)?;
        encoder.finish()
    }

    /// Reads what [`FileList::pack`] wrote.
    ///
    /// # Errors
    /// Not gzip, too large, not this JSON, another schema, or an owner that is not there.
    pub fn unpack(bytes: &[u8]) -> Result<Self, String> {
        let mut json = Vec::new();
        let mut decoder = GzDecoder::new(bytes).take(ANSWER_CAP + 1);
        decoder.read_to_end(&mut json).map_err(|error| format!("the list of files is not gzip: {error}"))?;
        if json.len() as u64 > ANSWER_CAP {
            return Err(format!("the list of files is larger than {ANSWER_CAP} bytes"));
        }
        let list: Self = serde_json::from_slice(&json)
            .map_err(|error| format!("the list of files cannot be read: {error}"))?;
        let known = |entry: &FileEntry| entry.owner.is_none_or(|owner| (owner as usize) < list.owners.len());
        match list.schema {
            SCHEMA if list.entries.iter().all(known) => Ok(list),
            SCHEMA => Err("the list of files names an owner that it does not hold".to_owned()),
            schema => Err(format!("the list of files has schema {schema}, expected {SCHEMA}")),
        }
    }
}

/// Path to package: files as packages list them, and directories that are a package's own.
struct Owners {
    files: HashMap<String, u32>,
    dirs: HashMap<String, u32>,
}

fn owners_of(scan: &Scan<'_>, all: &[Found]) -> Owners {
    let mut owners = Owners { files: HashMap::new(), dirs: HashMap::new() };
    // Application packages last: what both a system package and an application's list is the application's.
    for application in [false, true] {
        for (index, found) in (0_u32..).zip(all) {
            let package = &found.package;
            if package.ecosystem.is_application() != application {
                continue;
            }
            for path in found.files.iter().flatten() {
                owners.files.insert(path.clone(), index);
            }
            if !application {
                continue;
            }
            let record = scan.tree.place(&package.location).unwrap_or_else(|| package.location.clone());
            let dir = split(&record).0;
            match package.ecosystem {
                Ecosystem::Pypi if dir.ends_with("-info") || dir.ends_with("/EGG-INFO") => {
                    owners.dirs.insert(dir.to_owned(), index);
                }
                Ecosystem::Npm => {
                    owners.dirs.insert(dir.to_owned(), index);
                }
                _ => {}
            }
            owners.files.insert(record, index);
        }
    }
    owners
}

fn owner_of(owners: &Owners, path: &str) -> Option<u32> {
    if let Some(owner) = owners.files.get(path) {
        return Some(*owner);
    }
    if let Some(source) = source_of(path)
        && let Some(owner) = owners.files.get(&source)
    {
        return Some(*owner);
    }
    let mut dir = split(path).0;
    while dir != "/" {
        if let Some(owner) = owners.dirs.get(dir) {
            return Some(*owner);
        }
        dir = split(dir).0;
    }
    None
}

/// What a compiled Python file was compiled from: `a/__pycache__/b.cpython-311.pyc` from `a/b.py`.
fn source_of(path: &str) -> Option<String> {
    let (dir, name) = split(path);
    let (parent, cache) = split(dir);
    let stem = name.strip_suffix(".pyc")?;
    if cache != "__pycache__" {
        return Some(join(dir, &format!("{stem}.py")));
    }
    let module = stem.split('.').next().unwrap_or(stem);
    Some(join(parent, &format!("{module}.py")))
}

/// A digest for each path; none for what has gone or could not be read, which is noted.
fn digests_of(scan: &mut Scan<'_>, paths: &[String]) -> Vec<Option<String>> {
    let is_link = |path: &String| scan.tree.kind(path) == Some(Kind::Symlink);
    let files: Vec<&str> = paths.iter().filter(|path| !is_link(path)).map(String::as_str).collect();
    let mut digests = scan.root.digests(&files).into_iter();
    let mut results = Vec::with_capacity(paths.len());
    for path in paths {
        let result = if is_link(path) {
            scan.root.read_link(path).map(|target| format!("-> {target}"))
        } else {
            let digest = digests.next().unwrap_or(Err(ReadError::NotFound));
            digest.map(|digest| digest.get(..16).unwrap_or(&digest).to_owned())
        };
        results.push(result);
    }
    let mut kept = Vec::with_capacity(paths.len());
    for (path, result) in paths.iter().zip(results) {
        kept.push(match result {
            Ok(digest) => Some(digest),
            Err(ReadError::NotFound) => None,
            Err(error) => {
                let reason = error.to_string();
                note(&mut scan.unread, Unread { ecosystem: None, path: path.clone(), reason });
                None
            }
        });
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryRoot;

    const SITE: &str = "/usr/lib/python3.11/site-packages";

    fn root() -> MemoryRoot {
        let mut root = MemoryRoot::new();
        root.file("/var/lib/dpkg/status", "Package: base\nStatus: install ok installed\nVersion: 1\n")
            .file("/var/lib/dpkg/info/base.list", "/etc/base.conf\n/usr/bin/base\n")
            .file("/etc/base.conf", "x")
            .file("/usr/bin/base", "elf")
            .file("/etc/hostname", "abc")
            .file("/srv/app.py", "app")
            .file("/data/rows", "1")
            .file(
                &format!("{SITE}/six-1.0.dist-info/METADATA"),
                "Name: six\nVersion: 1.0\nRequires-Dist: pip\n",
            )
            .file(&format!("{SITE}/six-1.0.dist-info/INSTALLER"), "pip")
            .file(&format!("{SITE}/six-1.0.dist-info/RECORD"), "six.py,,\nsix-1.0.dist-info/METADATA,,\n")
            .file(&format!("{SITE}/six.py"), "code")
            .file(&format!("{SITE}/__pycache__/six.cpython-311.pyc"), "bytes")
            .link("/usr/bin/b", "base");
        root
    }

    #[test]
    fn every_file_has_its_digest_and_its_owner() {
        let list = FileList::read(&root(), &["/data".to_owned()]);
        let shown: Vec<String> = list
            .entries
            .iter()
            .map(|entry| {
                let owner = entry.owner.map(|owner| list.owners[owner as usize].name.as_str());
                format!("{} {} {}", entry.path.replace(SITE, ""), entry.digest, owner.unwrap_or("-"))
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
        assert!(list.unread.is_empty());
    }

    #[test]
    fn a_list_survives_the_way_and_nothing_else_is_taken_for_one() {
        let list = FileList::read(&root(), &[]);
        let packed = list.pack().unwrap();
        assert_eq!(FileList::unpack(&packed).unwrap(), list);
        assert!(FileList::unpack(&packed[..packed.len() / 2]).is_err(), "torn");
        let mut foreign = list.clone();
        foreign.owners.clear();
        assert!(FileList::unpack(&foreign.pack().unwrap()).unwrap_err().contains("owner"));
        let newer = FileList { schema: SCHEMA + 1, ..list };
        assert!(FileList::unpack(&newer.pack().unwrap()).unwrap_err().contains("schema"));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let mut root = root();
        root.denied("/srv/app.py", "permission denied");
        let list = FileList::read(&root, &[]);
        assert!(list.entries.iter().all(|entry| entry.path != "/srv/app.py"));
        assert!(list.unread.iter().any(|unread| unread.path == "/srv/app.py"), "{:?}", list.unread);
    }
}
