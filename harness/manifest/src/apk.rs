//! Alpine and Wolfi packages: `lib/apk/db/installed`, one letter for each field.

use envparity_model::Ecosystem::Apk;

use crate::fields::blocks;
use crate::found::{Found, Scan};

/// Alpine's place, and where merged-usr images keep it.
const DATABASES: &[&str] = &["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];

/// Every package of the database.
pub(crate) fn read(scan: &mut Scan<'_>) -> Vec<Found> {
    let Some((location, text)) = DATABASES.iter().find_map(|path| Some((*path, scan.text(Apk, path)?)))
    else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for block in blocks(&text) {
        match read_block(scan, block, location) {
            Some(found) => all.push(found),
            None => scan.note(Apk, location, "a package has no name or no version"),
        }
    }
    all
}

fn read_block(scan: &Scan<'_>, block: &str, location: &str) -> Option<Found> {
    let (mut name, mut version, mut arch) = (None, None, None);
    let (mut depends, mut dir, mut files) = (Vec::new(), "", Vec::new());
    for (key, value) in block.lines().filter_map(|line| line.split_once(':')) {
        match key {
            "P" => name = Some(value),
            "V" => version = Some(value),
            "A" => arch = Some(value.to_owned()),
            "D" => depends = value.split_whitespace().collect(),
            "F" => dir = value,
            "R" => files.push(format!("/{dir}/{value}")),
            _ => {}
        }
    }
    let mut found = Found::new(Apk, name?, version?, location);
    found.package.arch = arch;
    // `so:libc.musl-x86_64.so.1`, `cmd:sh` and `!conflict` name no package.
    let plain = depends.into_iter().filter(|term| !term.contains(':') && !term.starts_with('!'));
    found.require(plain.map(|term| term.split(['<', '>', '=', '~']).next().unwrap_or_default()));
    // What an administrator changes is no alteration of the package.
    found.set_files(&scan.tree, files.into_iter().filter(|path| !path.starts_with("/etc/")));
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryRoot;

    #[test]
    fn the_database_of_alpine_is_read() {
        let mut root = MemoryRoot::new();
        let text = "C:Q1x=\nP:musl\nV:1.2.5-r0\nA:x86_64\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\n\n\
                    P:curl\nV:8.9.0-r0\nD:ca-certificates so:libc.musl-x86_64.so.1 musl>=1.2 !bad\nF:etc\nR:curlrc\n\n\
                    P:broken\n";
        root.file("/lib/apk/db/installed", text)
            .file("/lib/ld-musl-x86_64.so.1", "x")
            .file("/etc/curlrc", "");
        let mut scan = Scan::new(&root);
        let all = read(&mut scan);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].files.as_deref().unwrap(), ["/lib/ld-musl-x86_64.so.1"]);
        assert_eq!(all[1].package.requires, ["ca-certificates", "musl"]);
        assert_eq!(all[1].files, None);
        assert_eq!(scan.unread.len(), 1);
    }
}
