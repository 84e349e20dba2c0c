//! A package on its way into the manifest: what its evidence says, and which files are its own.

use std::collections::HashMap;

use envparity_model::{Ecosystem, Package, Unread};

use crate::normalise_name;
use crate::root::{Kind, ReadError, Root};
use crate::tree::Tree;

/// Names that a hostile record may claim are cut off here.
const MAX_FIELD: usize = 512;
/// One missing file makes a manifest incomplete; more only say how much.
const MAX_UNREAD: usize = 1000;

/// A package and its files, digests not yet computed.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) package: Package,
    /// Paths of its files and links, in the tree, sorted; none where the set is unknown.
    pub(crate) files: Option<Vec<String>>,
    /// The directory that its paths are relative to: one package has one digest wherever it is installed.
    pub(crate) base: String,
}

impl Found {
    /// A package without files, owner or dependencies.
    pub(crate) fn new(ecosystem: Ecosystem, name: &str, version: &str, location: &str) -> Self {
        Self {
            package: Package {
                ecosystem,
                name: normalise_name(ecosystem, &cut(name)),
                version: cut(version),
                location: location.to_owned(),
                arch: None,
                owner: None,
                digest: None,
                loaded: false,
                requires: Vec::new(),
            },
            files: None,
            base: "/".to_owned(),
        }
    }

    /// Sets what it depends on: normalised, sorted, each once.
    pub(crate) fn require<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        let ecosystem = self.package.ecosystem;
        let names = names.into_iter().filter(|name| !name.is_empty());
        let mut requires: Vec<String> = names.map(|name| normalise_name(ecosystem, &cut(name))).collect();
        requires.sort();
        requires.dedup();
        self.package.requires = requires;
    }

    /// Sets its files: those of `paths` that are there, as files or links.
    pub(crate) fn set_files(&mut self, tree: &Tree<'_>, paths: impl IntoIterator<Item = String>) {
        let places = paths.into_iter().filter_map(|path| tree.place(&path));
        // A link to a directory is where the system merged directories: databases list it as one.
        let is_file = |path: &String| match tree.kind(path) {
            Some(Kind::File) => true,
            Some(Kind::Symlink) => tree.real(path).is_none_or(|real| tree.list(&real).is_none()),
            _ => false,
        };
        let mut files: Vec<String> = places.filter(is_file).filter(|path| !is_generated(path)).collect();
        files.sort();
        files.dedup();
        self.files = (!files.is_empty()).then_some(files);
    }
}

/// Written on first use or by the installer, not part of what was shipped.
fn is_generated(path: &str) -> bool {
    path.contains("/__pycache__/") || matches!(path.rsplit_once('.'), Some((_, "pyc" | "pyo")))
}

fn cut(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(MAX_FIELD).collect()
}

/// What the readers share: the root, its shape, what could not be read.
pub(crate) struct Scan<'r> {
    pub(crate) root: &'r dyn Root,
    pub(crate) tree: Tree<'r>,
    pub(crate) unread: Vec<Unread>,
    /// Evidence path to the system package that owns it, `deb/ruby-rack`.
    pub(crate) owners: HashMap<String, String>,
}

impl<'r> Scan<'r> {
    pub(crate) fn new(root: &'r dyn Root) -> Self {
        let mut unread = Vec::new();
        let tree = Tree::walk(root, &mut unread);
        Self { root, tree, unread, owners: HashMap::new() }
    }

    /// The text of a file; none where there is none. Anything else is noted as unread.
    pub(crate) fn text(&mut self, ecosystem: Ecosystem, path: &str) -> Option<String> {
        let real = self.tree.real(path)?;
        match self.root.read(&real) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(ReadError::NotFound) => None,
            Err(error) => {
                self.note(ecosystem, path, &error.to_string());
                None
            }
        }
    }

    /// Something of this ecosystem is there and could not be read.
    pub(crate) fn note(&mut self, ecosystem: Ecosystem, path: &str, reason: &str) {
        let ecosystem = Some(ecosystem);
        note(&mut self.unread, Unread { ecosystem, path: path.to_owned(), reason: reason.to_owned() });
    }
}

/// Adds what could not be read, each once.
pub(crate) fn note(unread: &mut Vec<Unread>, entry: Unread) {
    if unread.len() < MAX_UNREAD && !unread.contains(&entry) {
        unread.push(entry);
    }
}
