//! Which files a scan reads, for ways of collecting that see each file once.

use crate::runtime::is_libc;
use crate::tree::split;

/// Package databases and what runtimes say of themselves, by their place.
const PLACES: &[&str] = &[
    "/lib/apk/db/installed",
    "/usr/lib/apk/db/installed",
    "/var/lib/dpkg/diversions",
    "/var/lib/dpkg/status",
];

/// Files whose name alone says enough.
const NAMES: &[&str] = &["node_version.h", "package.json", "rbconfig.rb", "release"];

/// Whether a scan wants the content of the file at this path; of all others it wants the digest only.
///
/// A stream that keeps these, and hashes the rest into [`crate::MemoryRoot::hashed`], gives the same packages
/// and digests as the live root, and the same runtimes but a Node without its headers.
pub fn is_evidence(path: &str) -> bool {
    let (dir, name) = split(path);
    let record = |dir: &str| {
        let name = split(dir).1;
        [".dist-info", ".egg-info"].iter().any(|end| name.ends_with(end)) || name == "EGG-INFO"
    };
    PLACES.contains(&path)
        || NAMES.contains(&name)
        || dir == "/var/lib/dpkg/status.d"
        || (dir == "/var/lib/dpkg/info" && name.strip_suffix(".list").is_some())
        || name.ends_with(".gemspec")
        || name.ends_with(".egg-info")
        || record(dir)
        || is_libc(name)
        || is_python(dir, name)
}

/// `bin/python3.11`, `libpython3.11.so.1.0`: the version is in the binary.
fn is_python(dir: &str, name: &str) -> bool {
    (split(dir).1 == "bin" && name.starts_with("python3.")) || name.starts_with("libpython3.")
}
