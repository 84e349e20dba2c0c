//! What moving a set of differences does to the files of a base.

use std::collections::{BTreeMap, BTreeSet};

use envparity_manifest::FileList;

use super::{Difference, Direction};

/// Files that come from the other side, and what goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Files and links of the other side.
    pub take: BTreeSet<String>,
    /// Files, links and whole directories of the base: an empty directory that stays can still be imported.
    pub remove: BTreeSet<String>,
}

/// The directories of a side, with how many files and links are below each.
#[derive(Debug, Clone, Default)]
pub struct Directories {
    counts: BTreeMap<String, usize>,
}

impl Directories {
    /// Those that hold a file of the list somewhere below.
    pub fn of(list: &FileList) -> Self {
        let mut counts = BTreeMap::new();
        for entry in &list.entries {
            for directory in directories_of(&entry.path) {
                if let Some(count) = counts.get_mut(directory) {
                    *count += 1;
                } else {
                    counts.insert(directory.to_owned(), 1);
                }
            }
        }
        Self { counts }
    }

    /// Whether it is there.
    pub fn has(&self, directory: &str) -> bool {
        self.counts.contains_key(directory)
    }
}

/// The directories that a path lies in, the outermost first, without the root.
pub fn directories_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).filter(|directory| !directory.is_empty())
}

/// What moving `set` of `list` means for a base with these directories.
pub fn moved(list: &[Difference], set: &BTreeSet<usize>, direction: Direction, base: &Directories) -> Moved {
    let mut moved = Moved::default();
    let mut gone: BTreeMap<&str, usize> = BTreeMap::new();
    let mut filled: BTreeSet<&str> = BTreeSet::new();
    for (path, (reference, candidate)) in
        set.iter().filter_map(|index| list.get(*index)).flat_map(|d| &d.files)
    {
        let comes = if direction == Direction::Break { *candidate } else { *reference };
        if comes {
            moved.take.insert(path.clone());
            filled.extend(directories_of(path));
        } else {
            moved.remove.insert(path.clone());
            directories_of(path).for_each(|directory| *gone.entry(directory).or_default() += 1);
        }
    }
    let emptied = |directory: &str| {
        !filled.contains(directory)
            && gone.get(directory).is_some_and(|gone| base.counts.get(directory) == Some(gone))
    };
    moved.remove = moved
        .remove
        .iter()
        .map(|path| directories_of(path).find(|directory| emptied(directory)).unwrap_or(path).to_owned())
        .collect();
    moved
}

#[cfg(test)]
mod tests {
    use envparity_manifest::MemoryRoot;
    use envparity_model::Factor;
    use proptest::prelude::*;

    use super::super::{Movable, differences};
    use super::*;

    fn side(files: &[(&str, &str)]) -> Movable {
        let mut root = MemoryRoot::new();
        for (path, content) in files {
            root.file(path, *content);
        }
        Movable { files: FileList::read(&root, &[]), ..Movable::default() }
    }

    #[test]
    fn a_directory_that_loses_all_it_holds_goes_as_a_whole() {
        let reference = side(&[("/a/b/c", "1"), ("/a/b/d/e", "1"), ("/a/x", "1"), ("/k/l", "1")]);
        let candidate = side(&[("/a/x", "1"), ("/k/m", "2")]);
        let list = differences(&reference, &candidate);
        let all = (0..list.len()).collect();
        let moved = moved(&list, &all, Direction::Break, &Directories::of(&reference.files));
        assert_eq!(moved.take, ["/k/m".to_owned()].into());
        assert_eq!(moved.remove, ["/a/b".to_owned(), "/k/l".to_owned()].into());
    }

    fn trees() -> impl Strategy<Value = BTreeMap<String, String>> {
        proptest::collection::btree_map("(/[ab]){0,2}/[f-i]", "[xy]", 0..12)
    }

    proptest! {
        #[test]
        fn moving_everything_makes_one_side_the_other(mine in trees(), theirs in trees()) {
            let of = |tree: &BTreeMap<String, String>| {
                let files: Vec<(&str, &str)> = tree.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
                side(&files)
            };
            let (reference, candidate) = (of(&mine), of(&theirs));
            let list = differences(&reference, &candidate);
            let all: BTreeSet<usize> = (0..list.len()).collect();
            for (direction, base, other) in
                [(Direction::Break, &mine, &theirs), (Direction::Mend, &theirs, &mine)]
            {
                let files = if direction == Direction::Break { &reference } else { &candidate };
                let moved = moved(&list, &all, direction, &Directories::of(&files.files));
                let mut after = base.clone();
                after.retain(|path, _| {
                    !moved.remove.iter().any(|gone| path == gone || path.starts_with(&format!("{gone}/")))
                });
                after.extend(moved.take.iter().map(|path| (path.clone(), other[path].clone())));
                prop_assert_eq!(&after, other);
            }
        }
    }

    #[test]
    fn what_one_side_has_not_is_shown_as_absent() {
        let list = differences(&side(&[("/srv/app.py", "1")]), &side(&[]));
        let factor = Factor { kind: "file".into(), reference: Some("/srv/app.py".into()), candidate: None };
        assert_eq!(list[0].factor, factor);
    }
}
