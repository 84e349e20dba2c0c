//! What every test stands on: a project folder, the binary, an engine, a lab, the fixture's images.

pub(crate) mod archive;
pub(crate) mod crates;
pub(crate) mod docker;
pub(crate) mod fixture;
pub(crate) mod keeper;
pub(crate) mod outcome;
pub(crate) mod process;
pub(crate) mod project;
pub(crate) mod wire;

pub(crate) use docker::Docker;
pub(crate) use fixture::Image;
pub(crate) use outcome::Outcome;
pub(crate) use process::Running;
pub(crate) use project::Project;
