//! An environment of a run.

use std::sync::Arc;

use envparity_config::{EngineSpec, EnvironmentSpec, ImageSpec, Target};
use envparity_engine::{Engine, Service};
use envparity_model::{Image, Role};

/// An environment as far as it has come up.
pub(crate) struct Site<'a> {
    pub(crate) spec: &'a EnvironmentSpec,
    pub(crate) role: Role,
    pub(crate) engine: Option<Engine>,
    pub(crate) image: Option<Image>,
    pub(crate) primary: Option<Arc<Service>>,
    pub(crate) control: Option<Arc<Service>>,
    /// Nothing more is done with it.
    pub(crate) failed: bool,
}

impl<'a> Site<'a> {
    pub(crate) fn new(spec: &'a EnvironmentSpec, role: Role) -> Self {
        Self { spec, role, engine: None, image: None, primary: None, control: None, failed: false }
    }

    pub(crate) fn name(&self) -> &str {
        &self.spec.name
    }

    pub(crate) fn engine_spec(&self) -> Option<&EngineSpec> {
        match &self.spec.target {
            Target::Engine(engine) | Target::Attach { engine, .. } => Some(engine),
            Target::Url { .. } => None,
        }
    }

    /// The container is ours to start and to stop.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.spec.target, Target::Engine(_))
    }

    /// Its engine is beyond a wire, so that what is known of it is worth asking about first. A local engine takes
    /// longer to say what has changed than the collector takes to read everything.
    pub(crate) fn is_remote(&self) -> bool {
        !matches!(self.engine_spec(), Some(EngineSpec::Local | EngineSpec::Unix(_)))
    }

    /// The image to run: its own, else everybody's.
    pub(crate) fn image_spec<'s>(&'s self, shared: Option<&'s ImageSpec>) -> Option<&'s ImageSpec> {
        self.spec.image.as_ref().or(shared)
    }
}
