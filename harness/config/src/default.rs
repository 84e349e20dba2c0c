//! Configurations made by code, for commands that need no file. The values are those of `default.toml`; a test
//! compares them.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{
    CompareSpec, Config, ContainerSpec, Control, ExplainSpec, ImageSource, ImageSpec, Policy, Sync, Transfer,
};

impl Default for CompareSpec {
    /// Without reference and candidates.
    fn default() -> Self {
        Self {
            reference: String::new(),
            candidates: Vec::new(),
            baseline: None,
            suites: Vec::new(),
            setup: Vec::new(),
            teardown: Vec::new(),
            tags: Vec::new(),
            not_tags: Vec::new(),
            control: Control::Auto,
            control_gap: Duration::from_millis(1100),
            jobs: 1,
            host: None,
            authority: None,
            timeout: Duration::from_secs(30),
            body_cap: 16 << 20,
            allow_same_engine: false,
            use_proxy: false,
            ecosystems: Vec::new(),
            manifests: true,
            openapi: None,
        }
    }
}

impl Default for ExplainSpec {
    fn default() -> Self {
        Self { trials: 80, time: Duration::from_secs(180), at_once: 4 }
    }
}

impl Config {
    /// Every default, no image and no environment.
    pub fn minimal() -> Self {
        Self {
            image: None,
            container: ContainerSpec::default(),
            environments: Vec::new(),
            compare: CompareSpec::default(),
            rules: Vec::new(),
            variables: BTreeMap::new(),
            secrets: BTreeMap::new(),
            commands: Vec::new(),
            explain: ExplainSpec::default(),
            policy: Policy::default(),
            waivers: Vec::new(),
        }
    }
}

impl ImageSpec {
    /// An image by its reference, sent where it is missing.
    pub fn reference(reference: impl Into<String>) -> Self {
        Self {
            source: ImageSource::Ref(reference.into()),
            tag: None,
            platform: None,
            sync: Sync::Missing,
            transfer: Transfer::Auto,
        }
    }
}
