//! See the crate description.
pub mod embedded;
