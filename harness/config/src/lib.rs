//! `parity.toml`: parsed, validated in one pass, resolved.
//!
//! Pure: text in, [`Config`] or every problem at once out. Every layer is checked by itself against the table of
//! keys (unknown keys, types, malformed texts), then the layers are merged and read (what only shows when
//! sections are seen together).

mod default;
mod element;
mod keys;
mod layer;
mod model;
mod nearest;
mod problem;
mod read;
mod resolve;
mod schema;
mod setting;
mod shape;
mod syntax;
mod tree;
mod write;

pub use model::{
    CompareSpec, Config, ContainerSpec, Control, Day, EngineSpec, EnvironmentSpec, ImageSource, ImageSpec,
    Limits, Mount, PackagePolicy, Policy, Ready, Rule, ServiceSpec, Sync, Target, Tls, Transfer, Variable,
    Verb, Waiver,
};
pub use problem::ConfigError;
pub use resolve::{Origin, Resolved, Setting, Sources, resolve, rules_file};
pub use schema::schema;

/// The default configuration, commented key by key.
pub fn default_text() -> &'static str {
    include_str!("default.toml")
}
