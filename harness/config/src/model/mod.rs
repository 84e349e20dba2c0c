//! The configuration as resolved: everything valid, every default applied, every path absolute or relative to
//! the configuration's folder as its docstring says.

mod judgement;

use std::collections::BTreeMap;
use std::time::Duration;

use envparity_model::Conditions;

use crate::rule::Rule;
pub use judgement::{Day, ExplainSpec, PackagePolicy, Policy, WaivedPair, Waiver};

/// A whole configuration, one profile applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The image; environments may carry their own.
    pub image: Option<ImageSpec>,
    /// The container, the same everywhere.
    pub container: ContainerSpec,
    /// By name, in the order of the file.
    pub environments: Vec<EnvironmentSpec>,
    /// What is compared with what.
    pub compare: CompareSpec,
    /// Rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// Variables that all suites see.
    pub variables: BTreeMap<String, Variable>,
    /// Secrets that all suites see as variables, by reference only.
    pub secrets: BTreeMap<String, SecretSource>,
    /// Commands that run in each environment's container, in the order of the file.
    pub commands: Vec<CommandSpec>,
    /// How far a search for culprits goes.
    pub explain: ExplainSpec,
    /// What fails the run.
    pub policy: Policy,
    /// Known drifts, in the order of the file.
    pub waivers: Vec<Waiver>,
}

impl Config {
    /// The environment of that name.
    pub fn environment(&self, name: &str) -> Option<&EnvironmentSpec> {
        self.environments.iter().find(|e| e.name == name)
    }
}

/// A variable's value, typed as Hurl types it.
#[derive(Debug, Clone, PartialEq)]
pub enum Variable {
    /// Text.
    String(String),
    /// An integer.
    Integer(i64),
    /// A decimal number.
    Float(f64),
    /// True or false.
    Bool(bool),
}

/// Where a secret's value is found; the value itself never stands in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// In an environment variable of the process.
    Env(String),
    /// In a file, relative to the configuration's folder; a line break at its end does not count.
    File(String),
}

/// A command that runs in each environment's container and is compared like a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSpec {
    /// Its name: the case is `command NAME`.
    pub name: String,
    /// The words to execute.
    pub run: Vec<String>,
    /// As written, for people.
    pub written: String,
    /// Working directory; none: the container's.
    pub workdir: Option<String>,
    /// `user[:group]`; none: the container's.
    pub user: Option<String>,
    /// Environment variables beside the container's.
    pub env: BTreeMap<String, String>,
    /// The longest that it may take; none: as long as a request.
    pub timeout: Option<Duration>,
    /// The exit code that it must have on the reference; none: any.
    pub expect_exit: Option<i64>,
    /// Where it is asked, and by which tags it is selected.
    pub conditions: Conditions,
    /// Where it stands, `parity.toml:12`.
    pub origin: String,
}

/// Where the image comes from and how it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSpec {
    /// Build, reference or archive.
    pub source: ImageSource,
    /// The tag that a build gets; for the other sources the tag to run.
    pub tag: Option<String>,
    /// `os/arch[/variant]`, for build, pull and create everywhere.
    pub platform: Option<String>,
    /// When to send the image to an engine.
    pub sync: Sync,
    /// How to send it.
    pub transfer: Transfer,
}

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// Built from a folder.
    Build {
        /// The context, relative to the configuration's folder.
        context: String,
        /// Within the context.
        dockerfile: Option<String>,
        /// `ARG` values.
        args: BTreeMap<String, String>,
        /// The stage to stop at.
        target: Option<String>,
    },
    /// A reference: found on the reference's engine, else pulled.
    Ref(String),
    /// A `docker save` archive, relative to the configuration's folder.
    Archive(String),
}

/// When an image is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// When the engine has no image of that reference (its own, possibly older one is used as it is).
    Missing,
    /// Always, so that identities agree.
    Always,
    /// Never: the engine's own, or an error.
    Never,
}

/// How an image is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// By layers, else the full stream.
    Auto,
    /// By layers only.
    Layers,
    /// The engine pulls it itself.
    Registry,
    /// The full stream only.
    Load,
}

/// The container to run, the same in every environment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContainerSpec {
    /// The port the service listens on; none: responses cannot be compared.
    pub port: Option<u16>,
    /// Further ports to publish.
    pub publish: Vec<u16>,
    /// Replaces the image's command.
    pub command: Option<Vec<String>>,
    /// Replaces the image's entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// Working directory.
    pub workdir: Option<String>,
    /// `user[:group]`.
    pub user: Option<String>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// Bind mounts, volumes, tmpfs.
    pub mounts: Vec<Mount>,
    /// Read-only root file system.
    pub read_only: bool,
    /// Limits.
    pub limits: Limits,
    /// Run an init as PID 1.
    pub init: bool,
    /// Host names beside DNS, `name:address`.
    pub extra_hosts: Vec<String>,
    /// Added capabilities.
    pub cap_add: Vec<String>,
    /// Dropped capabilities.
    pub cap_drop: Vec<String>,
    /// Bytes of `/dev/shm`.
    pub shm_size: Option<i64>,
    /// When it is ready.
    pub ready: Ready,
    /// Containers that start before it, in one network with it.
    pub services: Vec<ServiceSpec>,
}

/// A sidecar service, reachable from the container by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceSpec {
    /// Its host name.
    pub name: String,
    /// Its image, found on the engine, sent or pulled.
    pub image: String,
    /// Replaces the image's command.
    pub command: Option<Vec<String>>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// Its port, for readiness.
    pub port: Option<u16>,
    /// When it is ready.
    pub ready: Ready,
}

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mount {
    /// A folder of the engine's host.
    Bind { source: String, target: String, read_only: bool },
    /// A named volume of the engine.
    Volume { source: String, target: String, read_only: bool },
    /// Memory.
    Tmpfs { target: String, size: Option<i64> },
}

/// Limits of a container; none: the engine's default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Bytes.
    pub memory: Option<i64>,
    /// Processors, as 1.5.
    pub cpus: Option<f64>,
    /// Processes.
    pub pids: Option<i64>,
    /// Open files, soft and hard.
    pub nofile: Option<i64>,
}

/// When a container is ready. All given conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// A path answering a complete response, of `status` or else any below 500.
    pub http: Option<String>,
    /// The status asked for.
    pub status: Option<u16>,
    /// A text in its output.
    pub log: Option<String>,
    /// Its health check says healthy.
    pub healthy: bool,
    /// How long to wait.
    pub timeout: Duration,
}

impl Default for Ready {
    fn default() -> Self {
        Self { http: None, status: None, log: None, healthy: false, timeout: Duration::from_secs(30) }
    }
}

/// A named place where the service runs.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvironmentSpec {
    /// Its name.
    pub name: String,
    /// What it is.
    pub target: Target,
    /// Intended differences of env variables: facts, never drift.
    pub env: BTreeMap<String, String>,
    /// Its own image.
    pub image: Option<ImageSpec>,
    /// Variables that suites see here only.
    pub variables: BTreeMap<String, Variable>,
    /// Secrets that suites see here only.
    pub secrets: BTreeMap<String, SecretSource>,
}

/// What an environment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A container that envparity starts on an engine.
    Engine(EngineSpec),
    /// A container that already runs on an engine: never started, stopped or changed.
    Attach {
        /// Where.
        engine: EngineSpec,
        /// Name or id.
        container: String,
    },
    /// An address: responses only.
    Url {
        /// `http://` or `https://`, without a trailing `/`.
        base: String,
        /// Send methods that change data too.
        writes: bool,
        /// Accept any certificate.
        insecure: bool,
    },
}

/// A Docker engine to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineSpec {
    /// `DOCKER_HOST`, else the docker context, else the known sockets.
    Local,
    /// A socket at a known path: `unix:///path`.
    Unix(String),
    /// `ssh://[user@]host[:port]`, or an alias of the ssh configuration.
    Ssh {
        /// As written, without `ssh://`.
        destination: String,
        /// A private key file.
        identity: Option<String>,
        /// Another `known_hosts` file.
        known_hosts: Option<String>,
        /// Another ssh configuration file.
        config: Option<String>,
        /// The engine's socket on that host.
        socket: String,
    },
    /// `tcp://host:port`.
    Tcp {
        /// `host:port`.
        address: String,
        /// Certificates; none: plain.
        tls: Option<Tls>,
        /// Plain connections beyond loopback are accepted.
        allow_insecure: bool,
    },
    /// The simulated EC2 host.
    Lab,
}

/// Mutual TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Certificate authority, PEM file.
    pub ca: String,
    /// Client certificate, PEM file.
    pub cert: String,
    /// Client key, PEM file.
    pub key: String,
}

/// What is compared with what, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct CompareSpec {
    /// The reference's name.
    pub reference: String,
    /// The candidates' names.
    pub candidates: Vec<String>,
    /// The folder of approved snapshots that the reference is compared with, relative to the configuration's.
    pub baseline: Option<String>,
    /// Globs over suite files, relative to the configuration's folder. None: manifests and facts alone.
    pub suites: Vec<String>,
    /// Globs over files that are asked before the suites in every sample.
    pub setup: Vec<String>,
    /// Globs over files that are asked after the suites in every sample, whatever happened before.
    pub teardown: Vec<String>,
    /// Only cases with one of these tags; none: all.
    pub tags: Vec<String>,
    /// No case with one of these tags.
    pub not_tags: Vec<String>,
    /// When the reference is sampled again.
    pub control: Control,
    /// The gap before the control sample.
    pub control_gap: Duration,
    /// Suite files at once.
    pub jobs: usize,
    /// Host header towards engine environments; none: `localhost:PORT`.
    pub host: Option<String>,
    /// A fixed authority that the suites were written against.
    pub authority: Option<String>,
    /// Longest time for one request.
    pub timeout: Duration,
    /// Body bytes kept.
    pub body_cap: u64,
    /// Two environments may be one engine.
    pub allow_same_engine: bool,
    /// HTTP proxies of the process apply.
    pub use_proxy: bool,
    /// Ecosystems whose manifests are compared; empty: all.
    pub ecosystems: Vec<envparity_model::Ecosystem>,
    /// Manifests are compared at all.
    pub manifests: bool,
    /// An OpenAPI document that responses are held to, relative to the configuration's folder.
    pub openapi: Option<String>,
}

/// When the reference is sampled again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// When there are suites.
    Auto,
    /// Never: nothing is learned as noise.
    Never,
}
