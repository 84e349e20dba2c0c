//! Exporters: a [`Report`](envparity_model::Report) in, text or bytes out.
//!
//! Pure and deterministic: the same report gives the same bytes. What comes from a service or a container is
//! untrusted and reaches the output only through [`visible`], which shows control characters instead of
//! letting them act.

#[cfg(test)]
mod fixtures;
mod json;
mod junit;
mod text;
mod view;
mod visible;
mod words;

pub use json::{json, schema};
pub use junit::junit;
pub use text::{TextStyle, text};
pub use visible::visible;
