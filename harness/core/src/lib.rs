//! The comparison: what a journal holds in, a [`Report`](envparity_model::Report) out.
//!
//! Pure: no clock, no file system, no environment, no async runtime. [`Comparator`] judges one candidate case by
//! case; [`Analysis`] gathers its results, the manifests, facts and logs of all environments, applies policy and
//! says what the run is worth. Bodies are borrowed while a case is compared and never kept.

mod analysis;
mod approved;
mod asserts;
mod authority;
mod body;
mod case;
mod command;
mod comparator;
mod contract;
pub mod culprit;
mod drift;
mod excerpt;
mod form;
mod headers;
mod input;
mod json;
mod lens;
mod meaning;
mod media;
mod moment;
mod noise;
mod outcome;
mod path;
mod prelude;
mod redaction;
mod rules;
mod shaky;
mod suggest;
mod symbols;

pub use analysis::{Analysis, Prelude, RunMeta};
pub use approved::{Approved, Approver, BASELINE, BaselineComparator};
pub use authority::{Authorities, Authority};
pub use comparator::{Comparator, needs_more, needs_recheck, needs_resample};
pub use contract::CaseContract;
pub use drift::Drift;
pub use input::{CaseInput, CaseResult, CaseStatus, Latency, Repeated, Side};
pub use path::without_indices;
pub use prelude::PreludeResult;
pub use redaction::Redaction;
pub use rules::UnusedRule;
pub use suggest::{proposals, settles};
