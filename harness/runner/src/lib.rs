//! Sends a suite to several environments in lock-step: an entry goes to all of them side by side, the next one
//! when all have answered.
//!
//! Input and output only: what a request looks like and whether an assert holds is the suite crate's matter, what
//! a difference means is the core's.

mod client;
mod cookies;
mod decode;
mod endpoint;
mod entry;
mod failure;
mod lane;
mod pass;
mod secrets;
mod send;

pub use endpoint::{Address, Endpoint, EndpointSpec};
pub use entry::is_safe;
pub use lane::{Lane, Liveness, Witness};
pub use pass::{Pass, PlannedCase, PlannedFile, Recorder};

use std::time::{Duration, Instant};

/// What holds for every request of a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Longest time for one request, unless the suite says otherwise.
    pub timeout: Duration,
    /// Body bytes kept, after decoding.
    pub body_cap: usize,
    /// The process's HTTP proxies apply.
    pub use_proxy: bool,
    /// Seed of generated values.
    pub seed: String,
    /// Start of the run, milliseconds since the epoch: the clock of generated values.
    pub started_ms: i64,
    /// Start of the run, for timings.
    pub started: Instant,
}
