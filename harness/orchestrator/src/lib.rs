//! From a plan to a report: environments up, recordings, comparison, reports, environments down.
//!
//! The only crate that sees all the others. It prints nothing: progress leaves as [`Event`]s, results as a
//! [`Report`](envparity_model::Report) and files.

mod analysis;
mod artifacts;
mod baseline;
mod comparison;
mod contract;
mod engines;
mod event;
mod examine;
mod explain;
mod journal;
mod kept;
#[cfg(feature = "lab")]
mod labs;
mod plan;
mod process;
mod recordings;
mod run;
mod run_folder;
mod run_id;
mod session;
mod source;
mod suggest;
mod waived;

pub use analysis::report_of;
pub use artifacts::{Format, write as write_reports};
pub use baseline::{Approval, ApproveRequest, Approving, approve, normal_exchanges, snapshot_name};
pub use engines::{collect_manifest, prune};
pub use envparity_core::BASELINE;
pub use envparity_engine::local_engine_missing;
pub use event::{Event, Sink};
pub use examine::{Examined, examine};
pub use explain::explain_run;
pub use journal::recording_path;
pub use kept::{KeptRun, kept_down, kept_runs};
#[cfg(feature = "lab")]
pub use labs::{HeldLab, LabUp, lab_down, lab_up, labs};
pub use plan::{Plan, PlanError, PlannedCommand, Prelude, Secrets, Selection, plan};
pub use process::{
    Given, configured_secrets, empty_secret, leave, places, process_secrets, process_variables,
    read_configuration, stop_by_signals, typed_value,
};
pub use recordings::compare_recordings;
pub use run::{ConfigText, Finished, Keep, RunError, RunRequest, run};
pub use run_folder::{find_run, runs_folder, write_atomically};
pub use session::Places;
pub use suggest::{Suggestion, Suggestions, suggest};
pub use waived::{WaiveRequest, Waived, waive};
