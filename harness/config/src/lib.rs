//! `parity.toml`: parsed, validated in one pass, resolved.
//!
//! Pure: text in, [`Config`] or every problem at once out.

mod model;

pub use model::{
    CompareSpec, Config, ContainerSpec, Control, EngineSpec, EnvironmentSpec, ImageSource, ImageSpec, Limits,
    Mount, PackagePolicy, Policy, Ready, Rule, ServiceSpec, Sync, Target, Tls, Transfer, Variable, Verb,
};
