//! A simulated EC2 host: a container with its own engine behind its own sshd, started through testcontainers.
//!
//! A lab takes part in a run as any remote host does: `ec2-user@127.0.0.1:PORT`, a key, a `known_hosts` file.
//! Nothing here leaks: a lab that is not kept ends within seconds when this process ends, whatever ended it,
//! and a kept one at its deadline; its container and volume go with it.

mod container;
mod credentials;
mod engine;
mod image;
mod lab;
mod recipe;
mod remains;
mod ssh;
mod state;

pub use lab::{Lab, LabOptions, list, stop_kept};
pub use ssh::WATCH_COMMAND;
pub use state::LabState;
