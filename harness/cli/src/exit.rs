//! Exit codes: the contract with pipelines.

use std::process::ExitCode;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The command did its job.
    Done,
    /// The command did its job in part, and was to say so.
    Partial,
    /// Usage or configuration.
    Usage,
    /// Something could not be compared.
    NotCompared,
    /// The filter selects nothing.
    Nothing,
    /// A defect of envparity.
    Internal,
    /// As a report says: 0, 1, 3, 5, or 128 and a signal.
    Report(i32),
}

impl Exit {
    /// The number.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Partial => 1,
            Self::Usage => 2,
            Self::NotCompared => 3,
            Self::Nothing => 4,
            Self::Report(code @ 0..=255) => code as u8,
            Self::Internal | Self::Report(_) => 70,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
