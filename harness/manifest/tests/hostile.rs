//! Databases are untrusted bytes: any of them gives a manifest, never a panic.

use std::cell::RefCell;
use std::collections::BTreeSet;

use envparity_manifest::{
    DirEntry, MemoryRoot, ReadError, Root, ScanOptions, is_evidence, parse_environment, parse_limit,
    parse_listening, parse_mapped, parse_received, parse_user, scan,
};
use proptest::prelude::*;

/// Places that a reader looks at.
const EVIDENCE: &[&str] = &[
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/status.d/x",
    "/var/lib/dpkg/status.d/x.md5sums",
    "/var/lib/dpkg/info/x.list",
    "/var/lib/dpkg/diversions",
    "/lib/apk/db/installed",
    "/usr/lib/ruby/gems/3.1.0/specifications/x-1.0.gemspec",
    "/usr/lib/ruby/gems/3.1.0/specifications/default/y-1.0.gemspec",
    "/usr/lib/ruby/gems/3.1.0/gems/x-1.0/lib/x.rb",
    "/site/x-1.0.dist-info/METADATA",
    "/site/x-1.0.dist-info/RECORD",
    "/site/y.egg-info/PKG-INFO",
    "/site/y.egg-info/top_level.txt",
    "/site/z-1.0.egg-info",
    "/app/node_modules/a/package.json",
    "/usr/lib/ruby/3.1.0/rbconfig.rb",
    "/usr/bin/python3.11",
    "/usr/lib/libc.so.6",
    "/opt/jdk/bin/java",
    "/opt/jdk/release",
];

/// Lines that look like the real thing, torn and mixed.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "(Package|Name|Version|Status|Depends|Conffiles|Architecture|Requires-Dist): ?[ -~]{0,30}",
        "[PVADFR]:[ -~]{0,20}",
        "# stub: [ -~]{0,30}",
        "  s\\.(name|version|files) = [\\[\"'a-z0-9., ]{0,30}",
        "(/|\\.\\./){0,4}[a-z0-9./]{0,30}",
        "\\PC{0,20}",
        Just(String::new()),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => prop::collection::vec(line(), 0..12).prop_map(|lines| lines.join("\n").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_in_any_database_give_a_manifest(
        contents in prop::collection::vec((prop::sample::select(EVIDENCE), bytes()), 0..12),
        links in prop::collection::vec(
            (prop::sample::select(EVIDENCE), "(/|\\.\\./)?(var/lib|site|usr|a|b|\\.\\.)(/[a-z.]{1,8}){0,3}"), 0..4),
    ) {
        let mut root = MemoryRoot::new();
        for (path, bytes) in contents {
            root.file(path, bytes);
        }
        for (path, target) in links {
            root.link(path, target);
        }
        let options = ScanOptions { workdir: Some("/site".to_owned()), ..ScanOptions::default() };
        let manifest = scan(&root, &options);
        let again = scan(&root, &options);
        prop_assert_eq!(&manifest, &again);
        for package in &manifest.packages {
            prop_assert!(!package.name.chars().any(char::is_control));
        }
    }

    #[test]
    fn any_bytes_from_the_kernel_are_read(text in "(\\PC|\n|[0-9A-F:]{1,20}| ){0,60}") {
        parse_listening(&text);
        parse_received(&text);
        parse_mapped(&text);
        parse_user(&text);
        parse_limit(&text, "Max open files");
        parse_environment(text.as_bytes());
    }
}

/// Notes what a scan reads.
struct Noting<'r> {
    root: &'r MemoryRoot,
    read: RefCell<BTreeSet<String>>,
}

impl Root for Noting<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.read.borrow_mut().insert(path.to_owned());
        self.root.read(path)
    }
    fn read_at(&self, path: &str, offset: u64, len: usize) -> Result<Vec<u8>, ReadError> {
        self.read.borrow_mut().insert(path.to_owned());
        self.root.read_at(path, offset, len)
    }
    fn list(&self, path: &str) -> Result<Vec<DirEntry>, ReadError> {
        self.root.list(path)
    }
    fn read_link(&self, path: &str) -> Result<String, ReadError> {
        self.root.read_link(path)
    }
    fn digest(&self, path: &str) -> Result<String, ReadError> {
        self.root.digest(path)
    }
}

#[test]
fn what_a_scan_reads_is_known_beforehand() {
    let mut root = MemoryRoot::new();
    for path in EVIDENCE {
        root.file(path, "Package: x\nName: x\nVersion: 1\n");
    }
    let noting = Noting { root: &root, read: RefCell::default() };
    scan(&noting, &ScanOptions { workdir: Some("/app".to_owned()), ..ScanOptions::default() });
    let read = noting.read.into_inner();
    assert!(read.len() > 12, "{read:?}");
    for path in read {
        assert!(is_evidence(&path), "{path}");
    }
}
