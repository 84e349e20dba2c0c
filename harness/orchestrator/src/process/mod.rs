//! What a process and its user bring to a run: configuration files, variables, secrets, folders, signals.

mod configuration;
mod folders;
mod stop;
mod values;

pub use configuration::{Given, read_configuration};
pub use folders::{leave, places};
pub use stop::stop_by_signals;
pub use values::{configured_secrets, empty_secret, process_secrets, process_variables, typed_value};
