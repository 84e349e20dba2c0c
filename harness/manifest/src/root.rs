//! What a scan reads from: a root file system, wherever it is.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

/// A container's root file system, read-only.
///
/// Paths are absolute, with `/` between the parts, and hold no symbolic link: a scan resolves links
/// itself, inside the root, so that a link can never lead out of it.
pub trait Root {
    /// The whole content of a file. The implementor caps its size.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// At most `len` bytes from `offset`; fewer only at the end of the file.
    fn read_at(&self, path: &str, offset: u64, len: usize) -> Result<Vec<u8>, ReadError>;

    /// What a directory holds, in any order, without `.` and `..`.
    fn list(&self, path: &str) -> Result<Vec<DirEntry>, ReadError>;

    /// Where a symbolic link points, as written.
    fn read_link(&self, path: &str) -> Result<String, ReadError>;

    /// SHA-256 of a file's content, in lower-case hex.
    fn digest(&self, path: &str) -> Result<String, ReadError>;

    /// Many digests at once, in the order asked for; an implementor may compute them side by side.
    fn digests(&self, paths: &[&str]) -> Vec<Result<String, ReadError>> {
        paths.iter().map(|path| self.digest(path)).collect()
    }
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// There is nothing at this path: the only error that means "nothing there".
    NotFound,
    /// It is there, and reading it was refused.
    Denied(String),
    /// It is larger than the cap.
    TooLarge,
    /// Anything else.
    Other(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Denied(reason) => write!(f, "denied: {reason}"),
            Self::TooLarge => f.write_str("larger than the cap"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for ReadError {}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// Its name, without the directory. What is not UTF-8 holds U+FFFD.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// What a directory entry is, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link.
    Symlink,
    /// A device, a socket, a pipe.
    Other,
}

/// A root in memory: what the archive and export ways build from a tar stream, and what tests use.
#[derive(Debug, Clone, Default)]
pub struct MemoryRoot {
    nodes: BTreeMap<String, Node>,
}

#[derive(Debug, Clone)]
enum Node {
    Dir(Vec<DirEntry>),
    Bytes(Vec<u8>),
    Digest(String),
    Link(String),
    Other,
    Denied(String),
}

impl Node {
    fn kind(&self) -> Kind {
        match self {
            Self::Dir(_) => Kind::Dir,
            Self::Bytes(_) | Self::Digest(_) | Self::Denied(_) => Kind::File,
            Self::Link(_) => Kind::Symlink,
            Self::Other => Kind::Other,
        }
    }
}

impl MemoryRoot {
    /// An empty root.
    pub fn new() -> Self {
        Self::default()
    }

    /// A file whose content is kept.
    pub fn file(&mut self, path: &str, bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.insert(path, Node::Bytes(bytes.into()))
    }

    /// A file of which only the SHA-256 (hex) is kept; reading its content is an error.
    pub fn hashed(&mut self, path: &str, sha256: impl Into<String>) -> &mut Self {
        self.insert(path, Node::Digest(sha256.into()))
    }

    /// A symbolic link.
    pub fn link(&mut self, path: &str, target: impl Into<String>) -> &mut Self {
        self.insert(path, Node::Link(target.into()))
    }

    /// A directory that may stay empty.
    pub fn dir(&mut self, path: &str) -> &mut Self {
        self.insert(path, Node::Dir(Vec::new()))
    }

    /// A device, a socket or a pipe.
    pub fn other(&mut self, path: &str) -> &mut Self {
        self.insert(path, Node::Other)
    }

    /// A file that is there and cannot be read.
    pub fn denied(&mut self, path: &str, reason: impl Into<String>) -> &mut Self {
        self.insert(path, Node::Denied(reason.into()))
    }

    fn insert(&mut self, path: &str, node: Node) -> &mut Self {
        let path = clean(path);
        if path == "/" {
            return self;
        }
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let parent = if parent.is_empty() { "/" } else { parent };
        if !matches!(self.nodes.get(parent), Some(Node::Dir(_))) {
            self.insert(parent, Node::Dir(Vec::new()));
        }
        let kind = node.kind();
        let siblings = self.nodes.entry(parent.to_owned()).or_insert_with(|| Node::Dir(Vec::new()));
        if let Node::Dir(entries) = siblings {
            match entries.iter_mut().find(|entry| entry.name == name) {
                Some(entry) => entry.kind = kind,
                None => entries.push(DirEntry { name: name.to_owned(), kind }),
            }
        }
        let again = matches!((&node, self.nodes.get(&path)), (Node::Dir(_), Some(Node::Dir(_))));
        if !again {
            self.nodes.insert(path, node);
        }
        self
    }
}

/// `usr//lib/./x/` as `/usr/lib/x`; `..` never climbs above the root.
pub(crate) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Lower-case hex of some bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Root for MemoryRoot {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.nodes.get(path) {
            None => Err(ReadError::NotFound),
            Some(Node::Bytes(bytes)) => Ok(bytes.clone()),
            Some(Node::Digest(_)) => Err(ReadError::Other("the content was not kept".to_owned())),
            Some(Node::Denied(reason)) => Err(ReadError::Denied(reason.clone())),
            Some(_) => Err(ReadError::Other("not a file".to_owned())),
        }
    }

    fn read_at(&self, path: &str, offset: u64, len: usize) -> Result<Vec<u8>, ReadError> {
        let bytes = self.read(path)?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = start.saturating_add(len).min(bytes.len());
        Ok(bytes[start..end].to_vec())
    }

    fn list(&self, path: &str) -> Result<Vec<DirEntry>, ReadError> {
        match self.nodes.get(path) {
            Some(Node::Dir(entries)) => Ok(entries.clone()),
            None if path == "/" => Ok(Vec::new()),
            None => Err(ReadError::NotFound),
            Some(_) => Err(ReadError::Other("not a directory".to_owned())),
        }
    }

    fn read_link(&self, path: &str) -> Result<String, ReadError> {
        match self.nodes.get(path) {
            Some(Node::Link(target)) => Ok(target.clone()),
            None => Err(ReadError::NotFound),
            Some(_) => Err(ReadError::Other("not a symbolic link".to_owned())),
        }
    }

    fn digest(&self, path: &str) -> Result<String, ReadError> {
        match self.nodes.get(path) {
            Some(Node::Digest(digest)) => Ok(digest.clone()),
            _ => Ok(hex(&Sha256::digest(self.read(path)?))),
        }
    }
}
