//! Environments that a suite mentions.

/// An environment's name as a comment gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Line in the suite file, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}
