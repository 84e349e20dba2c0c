//! Docker engines: routes to them, images, containers, what is installed in them, and clean-up.
//!
//! The only crate that knows the engine's API and ssh; none of their types appear in its signatures.

mod connect;
mod container;
mod context;
pub mod embedded;
mod engine;
mod error;
mod image;
mod leave;
mod manifest;
mod owned;
mod ownership;
mod reaper;
mod route;
mod transplant;

pub use connect::{local_engine_missing, sweep_runtime_dirs};
pub use container::{Address, ExecuteSpec, Executed, Service, ServiceState, StartSpec, Written};
pub use context::RunContext;
pub use engine::Engine;
pub use error::{EngineError, ErrorKind, StartError};
pub use image::{ImageEvent, LocalImage, Progress, SentBy, TransferStats, build_or_find, send};
pub use leave::collector_size;
pub use owned::{Owned, OwnedKind, PruneScope};
pub use route::prove_routes;
pub use transplant::{ConfigChanges, Fetched, Graft, ImageConfig, Moves, parents};

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
