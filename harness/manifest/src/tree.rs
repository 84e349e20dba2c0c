//! The shape of a root: every directory listed once, links resolved in memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use envparity_model::Unread;

use crate::found::note;
use crate::root::{DirEntry, Kind, ReadError, Root, clean};

/// Not part of what is installed: the kernel's own file systems.
const SKIPPED: &[&str] = &["/proc", "/sys", "/dev"];

/// System directories that are private by design and hold no packages: a user who may not look into them
/// misses nothing.
const PRIVATE: &[&str] = &[
    "/etc/ssl/private",
    "/lost+found",
    "/var/cache/apt/archives/partial",
    "/var/cache/ldconfig",
    "/var/cache/private",
    "/var/lib/apt/lists",
    "/var/lib/private",
    "/var/log",
    "/var/spool",
];

/// More than this many names are not walked.
const MAX_ENTRIES: usize = 4_000_000;
/// Longer paths lead nowhere, as in the kernel.
const MAX_PATH: usize = 4096;
/// Symbolic links followed for one path, as in the kernel.
const MAX_LINKS: usize = 40;

/// All directories of a root.
pub(crate) struct Tree<'r> {
    root: &'r dyn Root,
    dirs: BTreeMap<String, Vec<DirEntry>>,
    resolved: RefCell<HashMap<String, String>>,
}

impl<'r> Tree<'r> {
    /// Lists every directory. What cannot be listed goes to `unread`.
    pub(crate) fn walk(root: &'r dyn Root, unread: &mut Vec<Unread>) -> Self {
        let (mut dirs, mut count) = (BTreeMap::new(), 0);
        let mut open = vec!["/".to_owned()];
        while let Some(dir) = open.pop() {
            if count >= MAX_ENTRIES {
                unread.push(unread_any(&dir, format!("more than {MAX_ENTRIES} files")));
                break;
            }
            let mut entries = match root.list(&dir) {
                Ok(entries) => entries,
                // It went away between the two looks, except for the root itself.
                Err(ReadError::NotFound) if dir != "/" => continue,
                Err(ReadError::Denied(_)) if is_below_any(&dir, PRIVATE) => continue,
                Err(error) => {
                    note(unread, unread_any(&dir, error.to_string()));
                    continue;
                }
            };
            entries.sort();
            count += entries.len() + 1;
            for entry in entries.iter().filter(|entry| entry.kind == Kind::Dir) {
                let path = join(&dir, &entry.name);
                if entry.name.contains('\u{fffd}') {
                    note(unread, unread_any(&path, "the name is not UTF-8".to_owned()));
                } else if !SKIPPED.contains(&path.as_str()) {
                    open.push(path);
                }
            }
            dirs.insert(dir, entries);
        }
        Self { root, dirs, resolved: RefCell::new(HashMap::new()) }
    }

    /// Every directory with its entries, sorted.
    pub(crate) fn dirs(&self) -> impl Iterator<Item = (&str, &[DirEntry])> {
        self.dirs.iter().map(|(path, entries)| (path.as_str(), entries.as_slice()))
    }

    /// The entries of a directory that was listed.
    pub(crate) fn list(&self, dir: &str) -> Option<&[DirEntry]> {
        self.dirs.get(dir).map(Vec::as_slice)
    }

    /// Every file and symbolic link below a directory, sorted; `enter` says which directories to enter.
    pub(crate) fn below(&self, dir: &str, enter: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut files = Vec::new();
        let mut open = vec![dir.to_owned()];
        while let Some(dir) = open.pop() {
            for entry in self.list(&dir).unwrap_or_default() {
                let path = join(&dir, &entry.name);
                match entry.kind {
                    Kind::Dir if enter(&path) => open.push(path),
                    Kind::File | Kind::Symlink => files.push(path),
                    Kind::Dir | Kind::Other => {}
                }
            }
        }
        files.sort();
        files
    }

    /// What is at a path, its last part not followed.
    pub(crate) fn kind(&self, path: &str) -> Option<Kind> {
        let (dir, name) = split(path);
        let entries = self.list(dir)?;
        let at = entries.binary_search_by(|entry| entry.name.as_str().cmp(name)).ok()?;
        entries.get(at).map(|entry| entry.kind)
    }

    /// The path with every link before its last part followed; none where it leads nowhere.
    pub(crate) fn place(&self, path: &str) -> Option<String> {
        let path = Some(clean(path)).filter(|path| path.len() <= MAX_PATH)?;
        let (dir, name) = split(&path);
        if name.is_empty() {
            return Some(path);
        }
        let dir = self.real_dir(dir, &mut MAX_LINKS.clone())?;
        Some(join(&dir, name))
    }

    /// The path with every link followed; none where it leads nowhere.
    pub(crate) fn real(&self, path: &str) -> Option<String> {
        let path = Some(clean(path)).filter(|path| path.len() <= MAX_PATH)?;
        self.follow(&path, &mut MAX_LINKS.clone())
    }

    /// `links` is what may still be followed for the whole path: links that fan out must end too.
    fn follow(&self, path: &str, links: &mut usize) -> Option<String> {
        let (dir, name) = split(path);
        if name.is_empty() {
            return Some(path.to_owned());
        }
        let dir = self.real_dir(dir, links)?;
        let path = join(&dir, name);
        match self.kind(&path)? {
            Kind::Symlink => {
                *links = links.checked_sub(1)?;
                let target = self.root.read_link(&path).ok()?;
                let absolute = if target.starts_with('/') { target } else { format!("{dir}/{target}") };
                // `..` after a link climbs from where the link leads: resolve part by part.
                self.climb(&absolute, links)
            }
            _ => Some(path),
        }
    }

    fn climb(&self, path: &str, links: &mut usize) -> Option<String> {
        let mut at = "/".to_owned();
        for part in path.split('/') {
            at = match part {
                "" | "." => continue,
                ".." => split(&at).0.to_owned(),
                part => self.follow(&join(&at, part), links)?,
            };
        }
        Some(at)
    }

    fn real_dir(&self, dir: &str, links: &mut usize) -> Option<String> {
        if self.dirs.contains_key(dir) || dir == "/" {
            return Some(dir.to_owned());
        }
        if let Some(known) = self.resolved.borrow().get(dir) {
            return Some(known.clone());
        }
        let found = self.follow(dir, links)?;
        self.resolved.borrow_mut().insert(dir.to_owned(), found.clone());
        Some(found)
    }
}

/// The path with every link followed inside a root, read as it goes: for one or two files, without a scan.
/// None where it leads nowhere, or a part of it cannot be read.
pub fn resolve(root: &dyn Root, path: &str) -> Option<String> {
    let mut links = MAX_LINKS;
    let mut rest: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
    let mut at = "/".to_owned();
    while let Some(part) = rest.pop() {
        match part.as_str() {
            "" | "." => {}
            ".." => at = split(&at).0.to_owned(),
            part => {
                let next = join(&at, part);
                match root.read_link(&next) {
                    Ok(target) => {
                        links = links.checked_sub(1)?;
                        if target.starts_with('/') {
                            "/".clone_into(&mut at);
                        }
                        rest.extend(target.split('/').rev().map(str::to_owned));
                    }
                    Err(ReadError::NotFound | ReadError::Denied(_)) => return None,
                    Err(_) => at = next,
                }
            }
        }
    }
    Some(at)
}

/// An entry for something that could not be read and may have held anything.
pub(crate) fn unread_any(path: &str, reason: String) -> Unread {
    Unread { ecosystem: None, path: path.to_owned(), reason }
}

/// `dir` and `name` as one path.
pub(crate) fn join(dir: &str, name: &str) -> String {
    if dir.ends_with('/') { format!("{dir}{name}") } else { format!("{dir}/{name}") }
}

/// The directory (`/` for the root) and the last part.
pub(crate) fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((dir, name)) => (dir, name),
        None => ("/", path),
    }
}

/// Whether a path is one of these directories or below one.
pub(crate) fn is_below_any(path: &str, dirs: &[&str]) -> bool {
    dirs.iter().any(|dir| is_below(path, dir))
}

/// Whether a path is this directory or below it.
pub(crate) fn is_below(path: &str, dir: &str) -> bool {
    path.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || dir.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryRoot;

    #[test]
    fn links_are_followed_inside_the_root_and_loops_end() {
        let mut root = MemoryRoot::new();
        root.file("/usr/lib/x86/libc.so.6", "elf")
            .link("/lib", "usr/lib")
            .link("/usr/lib/libc.so", "../../lib/x86/libc.so.6")
            .link("/out", "../../../../usr/lib")
            .link("/loop", "loop")
            .link("/a", "/b/c")
            .link("/b", "/a");
        let mut unread = Vec::new();
        let tree = Tree::walk(&root, &mut unread);
        assert_eq!(tree.real("/lib/libc.so").as_deref(), Some("/usr/lib/x86/libc.so.6"));
        assert_eq!(tree.place("/lib/libc.so").as_deref(), Some("/usr/lib/libc.so"));
        assert_eq!(tree.real("/out/x86/libc.so.6").as_deref(), Some("/usr/lib/x86/libc.so.6"));
        assert_eq!(tree.real("/loop"), None);
        assert_eq!(tree.real("/a"), None);
        assert_eq!(tree.real("/lib/none"), None);
        assert!(unread.is_empty());
        let deep = "/none".repeat(1_000_000);
        assert_eq!((tree.real(&deep), tree.place(&deep)), (None, None));
        for path in ["/lib/libc.so", "/out/x86/libc.so.6", "/loop", "/a", "/lib/none", "/usr/../lib/x86"] {
            assert_eq!(resolve(&root, path), tree.real(path), "{path}");
        }
    }

    #[test]
    fn below_stops_at_path_parts() {
        assert!(is_below("/app/x", "/app") && is_below("/app", "/app") && is_below("/app", "/"));
        assert!(!is_below("/application", "/app"));
    }
}
