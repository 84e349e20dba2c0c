//! The service's own files: what lies below its working directory and belongs to no package.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use crate::ScanOptions;
use crate::found::{Found, Scan};
use crate::scan::{Digests, short};
use crate::tree::{is_below_any, join, split};

/// More files than this are folded into one line.
const MAX_LISTED: usize = 2000;

/// Directories whose content is made while the service runs, or belongs to a tool.
const NOT_SHIPPED: &[&str] =
    &["__pycache__", ".cache", ".git", ".pytest_cache", "log", "logs", "node_modules", "tmp"];

/// Ends of files that a running service writes.
const WRITTEN: &[&str] = &[".db", ".db-journal", ".log", ".pid", ".pyc", ".sock", ".sqlite", ".sqlite3"];

/// The paths, sorted. None where the working directory is the root: that would be the whole system.
pub(crate) fn find(scan: &Scan<'_>, options: &ScanOptions, packages: &[Found]) -> Vec<String> {
    let Some(dir) = options.workdir.as_deref().and_then(|dir| scan.tree.real(dir)) else {
        return Vec::new();
    };
    if dir == "/" {
        return Vec::new();
    }
    let owned: HashSet<&String> = packages.iter().flat_map(|found| found.files.iter().flatten()).collect();
    let excluded: Vec<&str> = options.excluded.iter().map(String::as_str).collect();
    let enter = |path: &str| !NOT_SHIPPED.contains(&split(path).1) && !is_below_any(path, &excluded);
    let mut files = scan.tree.below(&dir, &enter);
    files.retain(|path| !owned.contains(path) && !WRITTEN.iter().any(|end| path.ends_with(end)));
    files
}

/// (path, first 16 hex of its content's digest); from file 2001 on one line for all, ending in `**`.
pub(crate) fn fold(scan: &mut Scan<'_>, own: &[String], digests: &Digests) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let (mut rest, mut folded) = (Sha256::new(), 0);
    for path in own {
        let Some(digest) = digests.of_file(&mut scan.unread, None, path) else { continue };
        if files.len() < MAX_LISTED {
            let digest = if digest.starts_with("->") { digest } else { digest.get(..16).unwrap_or(digest) };
            files.push((path.clone(), digest.to_owned()));
        } else {
            rest.update(format!("{path}\0{digest}\n"));
            folded += 1;
        }
    }
    if folded > 0 {
        let after = files.last().map_or("/", |(path, _)| split(path).0);
        files.push((join(after, "**"), short(&rest.finalize())));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryRoot, scan};

    fn options() -> ScanOptions {
        ScanOptions { workdir: Some("/home/app".to_owned()), ..ScanOptions::default() }
    }

    #[test]
    fn the_files_of_the_service_are_listed_without_what_it_writes() {
        let mut root = MemoryRoot::new();
        root.file("/home/app/app.rb", "x")
            .file("/home/app/log/app.log", "x")
            .file("/home/app/data.db", "x")
            .file("/home/app/pkg-1.0.dist-info/METADATA", "Name: pkg\nVersion: 1.0\n")
            .file("/home/app/pkg-1.0.dist-info/RECORD", "pkg.py,,\npkg-1.0.dist-info/METADATA,,\n")
            .file("/home/app/pkg.py", "")
            .link("/home/app/current", "app.rb");
        let files = scan(&root, &options()).files;
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["/home/app/app.rb", "/home/app/current", "/home/app/pkg-1.0.dist-info/RECORD"]);
        assert_eq!(files[0].1.len(), 16);
        assert_eq!(files[1].1, "-> app.rb");
    }

    #[test]
    fn many_files_fold_into_one_line_that_still_notices_a_change() {
        let mut root = MemoryRoot::new();
        for n in 0..MAX_LISTED + 10 {
            root.file(&format!("/home/app/f{n:05}.rb"), "x");
        }
        let before = scan(&root, &options()).files;
        assert_eq!(before.len(), MAX_LISTED + 1);
        root.file(&format!("/home/app/f{:05}.rb", MAX_LISTED + 5), "y");
        let after = scan(&root, &options()).files;
        assert_eq!(before[..MAX_LISTED], after[..MAX_LISTED]);
        assert_ne!(before[MAX_LISTED], after[MAX_LISTED]);
    }
}
