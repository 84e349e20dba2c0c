//! Responses held to an OpenAPI document.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::CaseId;

/// What a document says to a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It has no operation for that method and path.
    NoOperation,
    /// The response could not be held to it, and why.
    Unchecked(String),
    /// The response was held to it; what it breaks.
    Checked(Vec<Violation>),
}

/// One thing that a response breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where: `status`, `header.NAME`, `body`, or a JSONPath.
    pub at: String,
    /// The keyword of the schema, or `status`, `media-type`, `header`, `syntax`.
    pub keyword: String,
    /// One line, without the value.
    pub message: String,
}

/// How far the responses of a run were held to a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContractCoverage {
    /// The document, as configured.
    pub document: String,
    /// Responses that were held to it, those of the first samples of all environments.
    pub validated: u64,
    /// Responses for which it has no operation.
    pub no_operation: u64,
    /// Responses that could not be held to it.
    pub unchecked: Vec<Unchecked>,
    /// What responses break, wherever they do: what the candidate alone breaks is a finding besides.
    pub violations: Vec<Violated>,
}

/// A response that could not be held to the document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unchecked {
    /// The case.
    pub case: CaseId,
    /// The environment.
    pub environment: String,
    /// Why.
    pub reason: String,
}

/// What the responses to a case break.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Violated {
    /// The case.
    pub case: CaseId,
    /// Where, array indices as `[*]`.
    pub at: String,
    /// The keyword of the schema, or `status`, `media-type`, `header`, `syntax`.
    pub keyword: String,
    /// One line.
    pub message: String,
    /// The environments that break it.
    pub environments: BTreeSet<String>,
}
