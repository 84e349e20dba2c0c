//! `parity.toml`: parsed, validated in one pass, resolved.
//!
//! Pure: text in, [`Config`] or every problem at once out. Every layer is checked by itself against the table of
//! keys (unknown keys, types, malformed texts), then the layers are merged and read (what only shows when
//! sections are seen together).

mod default;
mod edit;
mod element;
mod json_path;
mod keys;
mod layer;
mod markup_path;
mod model;
mod nearest;
mod problem;
mod read;
mod resolve;
mod rule;
mod schema;
mod secret;
mod setting;
mod shape;
mod syntax;
mod tree;
mod variable;
mod waived;
mod write;

pub use edit::{NewWaiver, add_waivers};
pub use json_path::{JsonPath, PathStep};
pub use markup_path::{MarkupPath, MarkupStep};
pub use model::{
    CommandSpec, CompareSpec, Config, ContainerSpec, Control, Day, EngineSpec, EnvironmentSpec, ExplainSpec,
    ImageSource, ImageSpec, Limits, Mount, PackagePolicy, Policy, Ready, SecretSource, ServiceSpec, Sync,
    Target, Tls, Transfer, Variable, WaivedPair, Waiver,
};
pub use problem::ConfigError;
pub use resolve::{Origin, Resolved, Setting, Sources, resolve, rules_file};
pub use rule::{Rule, Verb};
pub use schema::schema;
pub use secret::{masked_setting, masked_text};
pub use variable::{StrayVariable, stray_variables, variable_settings};

pub use waived::{cover_pairs, pairs_text, waived_pairs};

/// Reads a duration as the configuration takes it: `500ms`, `30s`, `1m30s`.
///
/// # Errors
/// When the text is none, is nothing, or is longer than a day.
pub fn duration(text: &str) -> Result<std::time::Duration, envparity_model::Problem> {
    element::duration::parse(text)
}

/// The default configuration, commented key by key.
pub fn default_text() -> &'static str {
    include_str!("default.toml")
}
