//! Debian packages: `var/lib/dpkg`, and `status.d` of images without dpkg.

use std::collections::{HashMap, HashSet};

use envparity_model::Ecosystem::Deb;

use crate::fields::{Fields, blocks};
use crate::found::{Found, Scan};
use crate::tree::{is_below_any, join};

const DPKG: &str = "/var/lib/dpkg";
const STATUS_D: &str = "/var/lib/dpkg/status.d";

/// Documentation and translations: much of an image's files, none of its behaviour.
const DOCUMENTS: &[&str] = &[
    "/usr/share/bug",
    "/usr/share/doc",
    "/usr/share/info",
    "/usr/share/lintian",
    "/usr/share/locale",
    "/usr/share/man",
];

/// Every package that has files on the system, whatever the state of its installation.
pub(crate) fn read(scan: &mut Scan<'_>) -> Vec<Found> {
    let diverted = read_diversions(scan);
    let mut all = read_status(scan, &diverted);
    all.extend(read_status_d(scan));
    let installed: HashSet<String> = all.iter().map(|found| found.package.name.clone()).collect();
    for found in &mut all {
        // Alternatives and virtual packages: only what is there can be moved or blamed.
        found.package.requires.retain(|name| installed.contains(name));
    }
    all
}

fn read_status(scan: &mut Scan<'_>, diverted: &HashMap<String, (String, String)>) -> Vec<Found> {
    let location = join(DPKG, "status");
    let Some(text) = scan.text(Deb, &location) else { return Vec::new() };
    let mut all = Vec::new();
    for block in blocks(&text) {
        let fields = Fields::parse(block);
        let state = fields.get("Status").and_then(|status| status.split_whitespace().last());
        if matches!(state, Some("not-installed" | "config-files")) {
            continue;
        }
        let Some(mut found) = read_block(scan, &fields, &location) else { continue };
        let name = found.package.name.clone();
        let arch = found.package.arch.clone().unwrap_or_default();
        let qualified = format!("{DPKG}/info/{name}:{arch}.list");
        let list = scan.text(Deb, &qualified).or_else(|| scan.text(Deb, &format!("{DPKG}/info/{name}.list")));
        if let Some(list) = list {
            let conffiles: HashSet<&str> = fields
                .get("Conffiles")
                .into_iter()
                .flat_map(str::lines)
                .filter_map(|line| line.split_whitespace().next())
                .collect();
            let paths =
                list.lines().filter(|path| !conffiles.contains(path)).map(|path| match diverted.get(path) {
                    Some((to, by)) if *by != name => to.clone(),
                    _ => path.to_owned(),
                });
            let paths = paths.filter(|path| !is_below_any(path, DOCUMENTS));
            found.set_files(&scan.tree, paths);
        }
        all.push(found);
    }
    all
}

/// Distroless: one file for each package, and beside it `NAME.md5sums` with its paths.
fn read_status_d(scan: &mut Scan<'_>) -> Vec<Found> {
    let Some(dir) = scan.tree.real(STATUS_D) else { return Vec::new() };
    let names: Vec<String> =
        scan.tree.list(&dir).unwrap_or_default().iter().map(|entry| entry.name.clone()).collect();
    let mut all = Vec::new();
    for name in names.iter().filter(|name| !name.ends_with(".md5sums") && !name.ends_with(".sha256sums")) {
        let location = join(STATUS_D, name);
        let Some(text) = scan.text(Deb, &location) else { continue };
        let Some(mut found) = read_block(scan, &Fields::parse(text.trim_start()), &location) else {
            continue;
        };
        if let Some(sums) = scan.text(Deb, &format!("{location}.md5sums")) {
            let paths = sums.lines().filter_map(|line| line.split_once(char::is_whitespace));
            let paths =
                paths.map(|(_, path)| format!("/{}", path.trim().trim_start_matches(['*', '/', '.'])));
            found.set_files(&scan.tree, paths.filter(|path| !is_below_any(path, DOCUMENTS)));
        }
        all.push(found);
    }
    all
}

fn read_block(scan: &mut Scan<'_>, fields: &Fields<'_>, location: &str) -> Option<Found> {
    let (Some(name), Some(version)) = (fields.get("Package"), fields.get("Version")) else {
        let name = fields.get("Package").unwrap_or("?");
        scan.note(Deb, location, &format!("package `{name}` has no name or no version"));
        return None;
    };
    let mut found = Found::new(Deb, name, version, location);
    found.package.arch = fields.get("Architecture").map(str::to_owned);
    let lists = fields.all("Depends").chain(fields.all("Pre-Depends"));
    let names = lists.flat_map(|list| list.split([',', '|'])).map(|term| {
        let name = term.trim().split([' ', '(', '[', '\n']).next().unwrap_or_default();
        name.split(':').next().unwrap_or_default()
    });
    let names: Vec<&str> = names.collect();
    found.require(names);
    Some(found)
}

/// `from` to (`to`, `by`): the file of any package but `by` is at `to`.
fn read_diversions(scan: &mut Scan<'_>) -> HashMap<String, (String, String)> {
    let text = scan.text(Deb, &join(DPKG, "diversions")).unwrap_or_default();
    let mut lines = text.lines();
    let mut diverted = HashMap::new();
    while let (Some(from), Some(to), Some(by)) = (lines.next(), lines.next(), lines.next()) {
        diverted.insert(from.to_owned(), (to.to_owned(), by.to_owned()));
    }
    diverted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryRoot;

    const STATUS: &str = "\
Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9+deb12u10
Depends: libgcc-s1, libcrypt1 (>= 1:4.4.10) | libcrypt2

Package: libgcc-s1
Status: install ok half-configured
Architecture: amd64
Version: 12.2.0-14
Conffiles:
 /etc/gcc.conf 0123

Package: gone
Status: deinstall ok config-files
Version: 1

Package: strange
Status: install ok installed
";

    fn root() -> MemoryRoot {
        let mut root = MemoryRoot::new();
        root.file("/var/lib/dpkg/status", STATUS)
            .file("/var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n/lib/libc.so.6\n/usr/share/doc/libc6/x\n")
            .file("/var/lib/dpkg/info/libgcc-s1.list", "/etc/gcc.conf\n/lib/libgcc_s.so.1\n/bin/sh\n")
            .file("/var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\ndash\n")
            .link("/lib", "usr/lib")
            .file("/usr/lib/libc.so.6", "c")
            .file("/usr/lib/libgcc_s.so.1", "g")
            .file("/bin/sh", "dash")
            .file("/bin/sh.distrib", "gcc's")
            .file("/etc/gcc.conf", "")
            .file("/usr/share/doc/libc6/x", "");
        root
    }

    #[test]
    fn what_has_files_is_a_package_and_its_files_are_where_links_and_diversions_lead() {
        let root = root();
        let mut scan = Scan::new(&root);
        let all = read(&mut scan);
        let names: Vec<&str> = all.iter().map(|found| found.package.name.as_str()).collect();
        assert_eq!(names, ["libc6", "libgcc-s1"]);
        assert_eq!(all[0].package.requires, ["libgcc-s1"]);
        assert_eq!(all[0].files.as_deref().unwrap(), ["/usr/lib/libc.so.6"]);
        assert_eq!(all[1].files.as_deref().unwrap(), ["/bin/sh.distrib", "/usr/lib/libgcc_s.so.1"]);
        assert_eq!(scan.unread.len(), 1, "a package without a version is not passed over: {:?}", scan.unread);
    }

    #[test]
    fn images_without_dpkg_are_read_from_status_d() {
        let mut root = MemoryRoot::new();
        root.file("/var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a-0+deb12u1\n")
            .file("/var/lib/dpkg/status.d/tzdata.md5sums", "0cc1  usr/share/zoneinfo/UTC\n")
            .file("/usr/share/zoneinfo/UTC", "TZif");
        let mut scan = Scan::new(&root);
        let all = read(&mut scan);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].package.location, "/var/lib/dpkg/status.d/tzdata");
        assert_eq!(all[0].files.as_deref().unwrap(), ["/usr/share/zoneinfo/UTC"]);
        assert!(scan.unread.is_empty());
    }
}
