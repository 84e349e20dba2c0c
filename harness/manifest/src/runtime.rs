//! Language runtimes and the C library, as facts.

use std::collections::{BTreeMap, BTreeSet};

use envparity_model::{Ecosystem, Fact};

use crate::found::{Found, Scan};
use crate::root::{Kind, Root};
use crate::tree::{join, split};

/// Read at once when looking for a string in a binary.
const WINDOW: usize = 1 << 20;
/// Not looked at beyond this size.
const MAX_BINARY: u64 = 256 << 20;

/// `runtime.ruby`, `runtime.python`, `runtime.node`, `runtime.java` and `libc`, where they are there; several
/// versions of one are sorted and joined by `, `.
pub(crate) fn read(scan: &Scan<'_>, packages: &[Found]) -> Vec<Fact> {
    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (dir, entries) in scan.tree.dirs() {
        for entry in entries.iter().filter(|entry| entry.kind == Kind::File) {
            if let Some((name, version)) = read_file(scan, dir, &entry.name) {
                seen.entry(name).or_default().insert(version);
            }
        }
    }
    let system = |names: &[&str]| -> Vec<String> {
        let system = packages.iter().map(|found| &found.package);
        let system = system.filter(|p| matches!(p.ecosystem, Ecosystem::Deb | Ecosystem::Apk));
        system.filter(|p| names.contains(&p.name.as_str())).map(|p| p.version.clone()).collect()
    };
    for (fact, names) in [("runtime.node", &["nodejs"][..]), ("libc", &["musl"])] {
        if !seen.contains_key(fact) {
            seen.entry(fact).or_default().extend(system(names));
        }
    }
    let facts = seen.into_iter().filter(|(_, versions)| !versions.is_empty());
    facts
        .map(|(name, versions)| Fact::plain(name, versions.into_iter().collect::<Vec<_>>().join(", ")))
        .collect()
}

/// What one file says, if it is one of those that say something.
fn read_file(scan: &Scan<'_>, dir: &str, name: &str) -> Option<(&'static str, String)> {
    let path = join(dir, name);
    let text = || scan.root.read(&path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    match name {
        "rbconfig.rb" if dir.contains("/ruby/") => Some(("runtime.ruby", ruby_version(&text()?)?)),
        "node_version.h" => Some(("runtime.node", node_version(&text()?)?)),
        "node" | "nodejs" if split(dir).1 == "bin" && !has_node_header(scan, dir) => {
            Some(("runtime.node", find_after(scan.root, &path, b"node.js/v", is_version_byte)?))
        }
        "release" if has_java(scan, dir) => Some(("runtime.java", java_version(&text()?)?)),
        name if is_libc(name) => {
            let version = find_after(scan.root, &path, b"GNU C Library (", |byte| byte != b'\n')?;
            Some(("libc", glibc_version(&version)?))
        }
        _ => {
            let minor = python_minor(dir, name)?;
            let prefix = format!("\0{minor}.");
            let patch = find_after(scan.root, &path, prefix.as_bytes(), is_version_byte)?;
            Some(("runtime.python", format!("{minor}.{patch}")))
        }
    }
}

/// `libc.so.6`; in older releases that is a link to `libc-2.31.so`.
pub(crate) fn is_libc(name: &str) -> bool {
    let version = name.strip_prefix("libc-2.").and_then(|rest| rest.strip_suffix(".so"));
    name == "libc.so.6" || version.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn has_node_header(scan: &Scan<'_>, bin: &str) -> bool {
    scan.tree.real(&format!("{}/include/node/node_version.h", split(bin).0)).is_some()
}

fn has_java(scan: &Scan<'_>, dir: &str) -> bool {
    scan.tree.real(&format!("{dir}/bin/java")).is_some()
}

/// `3.11` for `bin/python3.11` and for `libpython3.11.so.1.0`.
fn python_minor<'n>(dir: &str, name: &'n str) -> Option<&'n str> {
    let minor = match name.strip_prefix("libpython") {
        Some(rest) => rest.split_once(".so.")?.0,
        None if split(dir).1 == "bin" => name.strip_prefix("python")?,
        None => return None,
    };
    let (major, number) = minor.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(major) && digits(number)).then_some(minor)
}

fn ruby_version(rbconfig: &str) -> Option<String> {
    let value = |key: &str| {
        let line = rbconfig.lines().find_map(|line| line.trim().strip_prefix(key))?;
        line.split('"').nth(1).map(str::to_owned)
    };
    // The version itself is put together from its three parts by older Rubies.
    let part = |name: &str| value(&format!("CONFIG[\"{name}\"] = "));
    let direct = part("RUBY_PROGRAM_VERSION").filter(|text| !text.contains('$'));
    direct.or_else(|| Some(format!("{}.{}.{}", part("MAJOR")?, part("MINOR")?, part("TEENY")?)))
}

fn node_version(header: &str) -> Option<String> {
    let part = |name: &str| {
        let line =
            header.lines().find_map(|line| line.trim().strip_prefix("#define ")?.strip_prefix(name))?;
        let number = line.trim();
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.to_owned())
    };
    Some(format!(
        "{}.{}.{}",
        part("NODE_MAJOR_VERSION ")?,
        part("NODE_MINOR_VERSION ")?,
        part("NODE_PATCH_VERSION ")?
    ))
}

fn java_version(release: &str) -> Option<String> {
    let value = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION="))?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// `Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.` as `glibc 2.36-9+deb12u10`.
fn glibc_version(text: &str) -> Option<String> {
    let (inside, after) = text.split_once(')')?;
    let version = inside.rsplit(' ').next().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let version = version.or_else(|| after.rsplit(' ').next().map(|word| word.trim_end_matches('.')))?;
    Some(format!("glibc {version}"))
}

fn is_version_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'+'
}

/// The text that follows the first occurrence of `needle` that is followed by a digit or letter, as long as
/// `accept` says, at most 100 bytes.
fn find_after(root: &dyn Root, path: &str, needle: &[u8], accept: fn(u8) -> bool) -> Option<String> {
    let overlap = needle.len() + 100;
    let mut offset = 0;
    while offset < MAX_BINARY {
        let window = root.read_at(path, offset, WINDOW).ok()?;
        let last = window.len() < WINDOW;
        // What is cut off at the end of this window is whole in the next.
        let whole = if last { window.len() } else { window.len() - 100 };
        let searched = window.get(..whole).unwrap_or_default();
        for (at, found) in searched.windows(needle.len()).enumerate() {
            if found == needle {
                let rest = window.get(at + needle.len()..).unwrap_or_default();
                let text: Vec<u8> = rest.iter().copied().take(100).take_while(|byte| accept(*byte)).collect();
                if text.first().is_some_and(u8::is_ascii_alphanumeric) {
                    return String::from_utf8(text).ok();
                }
            }
        }
        if last {
            return None;
        }
        offset += (WINDOW - overlap) as u64;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryRoot, ScanOptions, scan};

    #[test]
    fn runtimes_are_known_by_their_files() {
        let mut libc = vec![0; WINDOW - 20];
        libc.extend(b"GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\nCopyright");
        let mut root = MemoryRoot::new();
        root.file(
            "/usr/lib/x86_64-linux-gnu/ruby/3.1.0/rbconfig.rb",
            "  CONFIG[\"MAJOR\"] = \"3\"\n  CONFIG[\"MINOR\"] = \"1\"\n  CONFIG[\"TEENY\"] = \"2\"\n",
        )
        .file("/usr/lib/x86_64-linux-gnu/libc.so.6", libc)
        .file("/usr/lib/i386-linux-gnu/libc-2.31.so", "GNU C Library (Debian GLIBC 2.31-13) stable")
        .link("/usr/lib/i386-linux-gnu/libc.so.6", "libc-2.31.so")
        .file("/usr/bin/python3.11", b"\0x3.11.\0\x003.11.\0\x003.11.2\0more".to_vec())
        .file("/usr/local/bin/node", "node.js/v18.20.4 linux")
        .file("/opt/jdk/bin/java", "")
        .file("/opt/jdk/release", "JAVA_VERSION=\"17.0.9\"\n");
        let facts: Vec<String> = scan(&root, &ScanOptions::default())
            .facts
            .iter()
            .map(|fact| format!("{} = {}", fact.name, fact.value))
            .collect();
        assert_eq!(
            facts,
            [
                "libc = glibc 2.31-13, glibc 2.36-9+deb12u10",
                "runtime.java = 17.0.9",
                "runtime.node = 18.20.4",
                "runtime.python = 3.11.2",
                "runtime.ruby = 3.1.2",
            ]
        );
    }
}
