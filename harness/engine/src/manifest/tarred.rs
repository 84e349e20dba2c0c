//! A container's files from tar streams of the engine: where nothing can be run in it or beside it.

use std::collections::HashMap;
use std::io::{self, Read};

use envparity_manifest::MemoryRoot;
use sha2::{Digest, Sha256};
use tar::EntryType;

use crate::hex;

/// A record of a package is never larger.
const RECORD_CAP: u64 = 32 << 20;
/// Nor a runtime's program.
const PROGRAM_CAP: u64 = 160 << 20;
/// All that is kept.
const TOTAL_CAP: u64 = 512 << 20;

/// The files so far: contents of what readers of packages read, digests of the rest.
#[derive(Default)]
pub(super) struct Tarred {
    pub(super) root: MemoryRoot,
    seen: HashMap<String, Content>,
    kept: u64,
}

#[derive(Clone)]
enum Content {
    Kept(Vec<u8>),
    Hashed(String),
}

impl Tarred {
    /// Adds a tar stream, its names below `prefix`.
    pub(super) fn add(&mut self, stream: impl Read, prefix: &str) -> io::Result<()> {
        let mut archive = tar::Archive::new(stream);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let path = below(prefix, &name);
            let link = entry.link_name_bytes().map(|link| String::from_utf8_lossy(&link).into_owned());
            match entry.header().entry_type() {
                EntryType::Directory => {
                    self.root.dir(&path);
                }
                EntryType::Symlink => {
                    self.root.link(&path, link.unwrap_or_default());
                }
                EntryType::Link => {
                    let content = link.and_then(|link| self.seen.get(&below(prefix, &link)).cloned());
                    match content {
                        Some(content) => self.insert(path, content),
                        None => {
                            self.root.denied(&path, "a hard link to a file that was not sent");
                        }
                    }
                }
                EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                    let content = self.read(&path, &mut entry)?;
                    self.insert(path, content);
                }
                _ => {
                    self.root.other(&path);
                }
            }
        }
        Ok(())
    }

    fn read<R: Read>(&mut self, path: &str, entry: &mut tar::Entry<'_, R>) -> io::Result<Content> {
        let size = entry.size();
        if size <= cap_of(path) && self.kept + size <= TOTAL_CAP {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            self.kept += size;
            return Ok(Content::Kept(bytes));
        }
        let mut hasher = Sha256::new();
        io::copy(entry, &mut hasher)?;
        Ok(Content::Hashed(hex(&hasher.finalize())))
    }

    fn insert(&mut self, path: String, content: Content) {
        match &content {
            Content::Kept(bytes) => self.root.file(&path, bytes.clone()),
            Content::Hashed(digest) => self.root.hashed(&path, digest.clone()),
        };
        self.seen.insert(path, content);
    }
}

fn below(prefix: &str, name: &str) -> String {
    let inner = name.trim_start_matches("./").trim_matches('/');
    format!("{}/{inner}", prefix.trim_end_matches('/'))
}

/// Bytes of this file that may be kept: what no reader of packages looks into is only hashed.
fn cap_of(path: &str) -> u64 {
    const RECORDS: &[&str] = &[
        "METADATA",
        "PKG-INFO",
        "RECORD",
        "installed-files.txt",
        "node_version.h",
        "os-release",
        "package.json",
        "rbconfig.rb",
        "release",
        "requires.txt",
        "top_level.txt",
    ];
    const DATABASES: &[&str] = &["/var/lib/dpkg/", "/lib/apk/db/", "/usr/lib/apk/db/"];
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_record = RECORDS.contains(&name)
        || [".gemspec", ".egg-info"].iter().any(|end| name.ends_with(end))
        || DATABASES.iter().any(|dir| path.starts_with(dir));
    let is_program = ["node", "nodejs"].contains(&name)
        || ["python3.", "python2.", "libpython", "libc.so.", "libc-2."]
            .iter()
            .any(|start| name.starts_with(start));
    if is_record {
        RECORD_CAP
    } else if is_program {
        PROGRAM_CAP
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use envparity_manifest::{ScanOptions, scan};

    #[test]
    fn a_stream_of_files_is_a_root() {
        let mut builder = tar::Builder::new(Vec::new());
        let mut put = |name: &str, bytes: &[u8]| {
            crate::image::craft::put(&mut builder, name, 0o644, bytes).expect("written");
        };
        let status = "Package: demo\nStatus: install ok installed\nVersion: 1.2-3\nArchitecture: all\n\n";
        put("./var/lib/dpkg/status", status.as_bytes());
        put("var/lib/dpkg/info/demo.list", b"/usr/bin/demo\n/usr/bin/again\n");
        put("usr/bin/demo", b"a program");
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(EntryType::Link);
        header.set_size(0);
        builder.append_link(&mut header, "usr/bin/again", "usr/bin/demo").expect("written");
        let bytes = builder.into_inner().expect("written");

        let mut tarred = Tarred::default();
        tarred.add(bytes.as_slice(), "/").expect("read");
        let manifest = scan(&tarred.root, &ScanOptions::default());
        assert_eq!(manifest.unread, []);
        let package = &manifest.packages[0];
        assert_eq!((package.name.as_str(), package.version.as_str()), ("demo", "1.2-3"));
        assert!(package.digest.is_some());
        assert!(Tarred::default().add(&bytes[..bytes.len() / 3], "/").is_err(), "torn");
    }
}
