//! What a run is about, before anything is compared.

use envparity_model::{CasePlace, Config, Source};

/// What a report says of the run itself, as the shell knows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunMeta {
    /// `envparity` and its version.
    pub tool: String,
    /// The run's id.
    pub run: String,
    /// RFC 3339, UTC. Its day decides which waivers have expired.
    pub started: String,
    /// Milliseconds; 0 takes the longest footer.
    pub duration_ms: u64,
    /// The command as typed, secrets masked.
    pub command: String,
    /// The configuration file.
    pub config: Config,
    /// The source that it stands in.
    pub source: Source,
    /// The cases selected, in suite order. Every one must be compared in every candidate for parity.
    pub cases: Vec<CasePlace>,
    /// Cases were asked for at all; else manifests and facts are compared alone, and that is enough for parity.
    pub suites: bool,
    /// Everything was selected: unused rules and waivers are told.
    pub full_run: bool,
    /// The run's folder as shown to people, for the request bodies of `repeat`.
    pub folder: Option<String>,
}
