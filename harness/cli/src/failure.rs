//! Why a command ended without a result.

use envparity_model::Problem;
use envparity_orchestrator::{PlanError, RunError};

use crate::exit::Exit;

/// An error with its exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// One problem.
    One(Exit, Problem),
    /// Several, already in words: usage.
    Listed(Vec<String>),
}

impl Failure {
    /// Usage or configuration: exit 2.
    pub(crate) fn usage(problem: Problem) -> Self {
        Self::One(Exit::Usage, problem)
    }

    /// Something could not be compared or reached: exit 3.
    pub(crate) fn unreachable(problem: Problem) -> Self {
        Self::One(Exit::NotCompared, problem)
    }

    /// A defect: exit 70.
    pub(crate) fn internal(problem: Problem) -> Self {
        Self::One(Exit::Internal, problem)
    }

    /// The exit code.
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::One(exit, _) => *exit,
            Self::Listed(_) => Exit::Usage,
        }
    }

    /// The words for people, one entry per problem.
    pub(crate) fn words(&self) -> Vec<String> {
        match self {
            Self::One(_, problem) => vec![problem.to_string()],
            Self::Listed(lines) => lines.clone(),
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Usage(problems) => Self::Listed(problems.iter().map(ToString::to_string).collect()),
            PlanError::Syntax(errors) => Self::Listed(errors.iter().map(ToString::to_string).collect()),
            PlanError::Nothing(problem) => Self::One(Exit::Nothing, problem),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Plan(error) => error.into(),
            RunError::Folder(problem) => Self::unreachable(problem),
            RunError::Internal(problem) => Self::internal(problem),
        }
    }
}
