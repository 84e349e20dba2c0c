//! Containers: created the same way everywhere, started, waited for, asked, removed.

mod address;
mod create;
mod execute;
mod http;
mod reach;
mod ready;
mod service;
mod start;

pub use address::Address;
pub use create::StartSpec;
pub use execute::{ExecuteSpec, Executed, Written};
pub(crate) use service::{Identity, Parts};
pub use service::{Service, ServiceState};
