//! What can be wrong with a suite: its text, or a value that a request needs.

use std::fmt;

/// A place in a suite file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pos {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// Text that is no suite, or asks for something that is not supported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The suite file, as it was named to [`crate::parse`].
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Lower-case, names its object in backticks.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SyntaxError {}

/// Why a request, or one of its options, could not be made from its template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderError {
    /// A variable has no value.
    Missing {
        /// The variable.
        variable: String,
        /// Line of its placeholder, from 1.
        line: u32,
        /// Column of its placeholder, from 1.
        column: u32,
    },
    /// A value does not fit where it is used, or a file cannot be read.
    Malformed {
        /// Lower-case, names its object in backticks.
        message: String,
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
    },
}

impl RenderError {
    pub(crate) fn malformed(pos: Pos, message: impl Into<String>) -> Self {
        Self::Malformed { message: message.into(), line: pos.line, column: pos.column }
    }

    pub(crate) fn missing(pos: Pos, variable: &str) -> Self {
        Self::Missing { variable: variable.to_owned(), line: pos.line, column: pos.column }
    }

    /// The reason without its place.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Missing { variable, .. } => format!("variable `{variable}` has no value"),
            Self::Malformed { message, .. } => message.clone(),
        }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Missing { line, column, .. } | Self::Malformed { line, column, .. }) = self;
        write!(f, "{line}:{column}: {}", self.reason())
    }
}

impl std::error::Error for RenderError {}
