//! Exit codes: the contract with pipelines.

use std::process::ExitCode;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Parity, or drift below the gate.
    Parity,
    /// Drift at or above the gate.
    Drift,
    /// Usage or configuration.
    Usage,
    /// Something could not be compared.
    NotCompared,
    /// The filter selects nothing.
    Nothing,
    /// The verdict is inconclusive.
    Inconclusive,
    /// A defect of envparity.
    Internal,
    /// Ended by a signal; partial reports are written.
    Signal(u8),
    /// As a report says.
    Code(u8),
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Parity => 0,
            Self::Drift => 1,
            Self::Usage => 2,
            Self::NotCompared => 3,
            Self::Nothing => 4,
            Self::Inconclusive => 5,
            Self::Internal => 70,
            Self::Signal(number) => 128 + number,
            Self::Code(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
