//! Routes to engines: which one is meant, and the wire to it.

pub(crate) mod ambient;
pub(crate) mod local;
mod remains;
pub(crate) mod ssh;
pub(crate) mod tcp;
pub(crate) mod transport;

pub use local::local_engine_missing;
pub use remains::sweep_runtime_dirs;
