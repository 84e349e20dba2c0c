//! Baselines: approved exchanges as snapshots in insta's format, kept with a run, compared with, written.
//!
//! A run copies the snapshots as they were into `RUN/baseline.ndjson`, so that its reports can be made again
//! whatever becomes of them.

mod approve;
mod comparison;
mod kept;
mod snapshot;

pub use approve::{Approval, ApproveRequest, Approving, approve, normal_exchanges};
pub(crate) use comparison::BaselineComparison;
pub(crate) use kept::{KeptBaseline, keep};
pub use snapshot::snapshot_name;
