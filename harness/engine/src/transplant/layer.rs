//! One layer that makes files of another container appear, and others disappear.
//!
//! The form is that of <https://github.com/moby/docker-image-spec/blob/main/v1.2.md>: a tar, in which `.wh.NAME`
//! hides `NAME` of the layers below. Every parent directory is an entry of its own: engines create those that
//! are missing with a mode of their own, also where a layer below has them.

use std::collections::BTreeSet;
use std::io::{self, Write};

use tar::{Builder, Header};

use super::Fetched;

/// What a layer does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    /// Files and links that come from the other container.
    pub take: BTreeSet<String>,
    /// Files, links and whole directories that go.
    pub remove: BTreeSet<String>,
}

impl Moves {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.take.is_empty() && self.remove.is_empty()
    }
}

/// A layer before it is written.
pub(crate) struct Layer<'a> {
    moves: &'a Moves,
    /// Where the layer goes: its directories keep their modes.
    base: &'a Fetched,
    /// Where files come from, and directories that the base does not have.
    other: &'a Fetched,
    /// In the order of paths, so that a directory comes before what is in it.
    directories: BTreeSet<String>,
}

impl<'a> Layer<'a> {
    pub(crate) fn new(moves: &'a Moves, base: &'a Fetched, other: &'a Fetched) -> Self {
        let directories = moves.take.iter().chain(&moves.remove).flat_map(|path| parents(path)).collect();
        Self { moves, base, other, directories }
    }

    fn source_of(&self, directory: &str) -> Option<&'a Fetched> {
        [self.base, self.other].into_iter().find(|side| side.has(directory))
    }

    /// Bytes of the tar.
    pub(crate) fn length(&self) -> io::Result<u64> {
        let mut counter = Counter(0);
        self.write(&mut counter, false)?;
        Ok(counter.0)
    }

    /// Writes the tar; the same bytes for the same moves.
    pub(crate) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        self.write(out, true)
    }

    fn write(&self, out: &mut impl Write, contents: bool) -> io::Result<()> {
        let entry = |side: &Fetched, path: &str, out: &mut dyn Write| -> io::Result<()> {
            if contents {
                io::copy(&mut side.open(path)?, out).map(drop)
            } else {
                let length = side.length(path).unwrap_or_default();
                io::copy(&mut io::Read::take(io::repeat(0), length), out).map(drop)
            }
        };
        for directory in &self.directories {
            if let Some(side) = self.source_of(directory) {
                entry(side, directory, out)?;
            }
        }
        for path in &self.moves.take {
            entry(self.other, path, out)?;
        }
        let mut builder = Builder::new(out);
        for path in &self.moves.remove {
            let Some((directory, name)) = path.rsplit_once('/') else { continue };
            let mut header = Header::new_gnu();
            header.set_size(0);
            header.set_mode(0o644);
            header.set_mtime(0);
            let whiteout = format!("{directory}/.wh.{name}");
            builder.append_data(&mut header, whiteout.trim_start_matches('/'), io::empty())?;
        }
        builder.finish()
    }
}

struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// All directories that a path lies in, but for the root.
pub fn parents(path: &str) -> impl Iterator<Item = String> + '_ {
    path.match_indices('/').map(|(at, _)| path[..at].to_owned()).filter(|parent| !parent.is_empty())
}
