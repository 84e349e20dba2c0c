//! What a run gives to every engine.

use std::path::PathBuf;

use envparity_model::Masker;

/// The run that engines are used for.
#[derive(Debug, Clone)]
pub struct RunContext {
    /// The run's id: part of every name, value of the label `parity.run`.
    pub run: String,
    /// Who runs it, for a person who finds what was left behind: value of the label `parity.owner`.
    pub owner: String,
    /// A short folder (61 bytes at most, 57 on macOS) of mode 0700 for sockets.
    pub runtime_dir: PathBuf,
    /// Where image layers and manifests are kept between runs.
    pub cache_dir: PathBuf,
    /// Seconds since the epoch after which a later run may remove what this one left.
    pub expires_unix: i64,
    /// Turns secrets into digests.
    pub masker: Masker,
}
