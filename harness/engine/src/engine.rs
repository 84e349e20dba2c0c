//! A connected engine.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bollard::Docker;
use bollard::models::SystemInfo;
use envparity_config::EngineSpec;
use tokio::sync::Mutex;

use crate::connect::ambient::Ambient;
use crate::connect::ssh::SshRoute;
use crate::connect::transport::{Endpoint, Meter};
use crate::connect::{local, tcp};
use crate::context::RunContext;
use crate::error::{EngineError, ErrorKind};
use crate::image::LocalImage;
use crate::ownership::Guards;
use crate::reaper::Reaper;

/// For ordinary requests.
const ORDINARY: Duration = Duration::from_secs(60);
/// For "are you there": with one second to spare below the five that people are promised.
const PING: Duration = Duration::from_secs(4);
/// For builds, pulls and loads, which answer when they are done.
const LONG: Duration = Duration::from_secs(3600);

/// A connection to a Docker engine, for one run. Clones share it.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) name: String,
    pub(crate) endpoint: Endpoint,
    pub(crate) route: Route,
    pub(crate) docker: Docker,
    pub(crate) about: envparity_model::Engine,
    pub(crate) host: Host,
    pub(crate) run: RunContext,
    /// The engine's socket as its host sees it, where it is known.
    pub(crate) socket: Option<String>,
    pub(crate) reaper: Mutex<Option<Reaper>>,
    pub(crate) guards: Guards,
    /// Images by id.
    pub(crate) images: Mutex<HashMap<String, LocalImage>>,
    /// The collector's image is known to be there.
    pub(crate) collector: Mutex<bool>,
    counter: AtomicU64,
}

/// How the engine and what it publishes are reached.
pub(crate) enum Route {
    /// On this machine.
    Local,
    /// Through one ssh master.
    Ssh(SshRoute),
    /// At its host's address.
    Tcp {
        /// The host as configured.
        host: String,
    },
}

/// What the engine says about the machine that it runs on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Host {
    pub(crate) os: String,
    pub(crate) kernel: String,
    pub(crate) architecture: String,
    pub(crate) storage: String,
    pub(crate) cgroup: String,
    /// Seconds that its clock is ahead of ours, where it is more than the question took.
    pub(crate) clock_ahead: Option<i64>,
}

impl Host {
    /// The architecture in the words of images.
    pub(crate) fn image_architecture(&self) -> String {
        match self.architecture.as_str() {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "armv7l" => "arm",
            other => other,
        }
        .to_owned()
    }
}

impl Engine {
    /// Connects to the engine of the environment `name` and asks for its version.
    ///
    /// [`EngineSpec::Lab`] is the caller's to resolve: it is an error here.
    pub async fn connect(name: &str, spec: &EngineSpec, run: &RunContext) -> Result<Self, EngineError> {
        let ambient = Ambient::of_process();
        let resolved = match spec {
            EngineSpec::Local => local::find(&ambient)?,
            other => other.clone(),
        };
        let (endpoint, route) = open(name, &resolved, run).await?;
        let shown = shown_endpoint(spec, &resolved);
        let connected = Self::greet(name, &place_of(spec, &resolved), endpoint, route, run).await;
        connected.map(|mut inner| {
            inner.about.endpoint = shown;
            inner.about.insecure = is_insecure(&resolved);
            inner.socket = match resolved {
                EngineSpec::Unix(socket) | EngineSpec::Ssh { socket, .. } => Some(socket),
                _ => None,
            };
            Self { inner: Arc::new(inner) }
        })
    }

    async fn greet(
        name: &str,
        place: &str,
        endpoint: Endpoint,
        route: Route,
        run: &RunContext,
    ) -> Result<Inner, EngineError> {
        let failed = |e: &bollard::errors::Error| {
            let mut error = EngineError::api(format_args!("no Docker engine answers at {place}"), e);
            if error.problem.message.contains("HTTP request to an HTTPS server") {
                error.kind = ErrorKind::Tls;
                error.hint("the port speaks TLS: add `tls = { ca, cert, key }` to the environment")
            } else if error.kind == ErrorKind::Unreachable && error.problem.hint.is_none() {
                error.hint(
                    "is the engine running there, and may you use it? `docker info` against it says more",
                )
            } else {
                error
            }
        };
        let client = |timeout| endpoint.client(timeout, &Meter::default()).map_err(|e| failed(&e));
        let greeting = client(Duration::from_secs(20))?.negotiate_version().await.map_err(|e| failed(&e))?;
        let asked = now_seconds();
        let info = greeting.info().await.map_err(|e| failed(&e))?;
        let api = greeting.client_version().to_string();
        let docker = client(ORDINARY)?.negotiate_version().await.map_err(|e| failed(&e))?;
        Ok(Inner {
            name: name.to_owned(),
            docker,
            about: envparity_model::Engine {
                id: info.id.clone().unwrap_or_default(),
                version: info.server_version.clone().unwrap_or_default(),
                api,
                endpoint: String::new(),
                insecure: false,
            },
            host: host_facts(&info, asked, now_seconds()),
            endpoint,
            route,
            run: run.clone(),
            socket: None,
            reaper: Mutex::new(None),
            guards: Guards::default(),
            images: Mutex::default(),
            collector: Mutex::default(),
            counter: AtomicU64::new(0),
        })
    }

    /// The engine's id, version and endpoint.
    pub fn info(&self) -> &envparity_model::Engine {
        &self.inner.about
    }

    /// The environment that it was connected for.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Whether it still answers; notices within five seconds that it does not.
    pub async fn alive(&self) -> bool {
        let Ok(docker) = self.inner.endpoint.client(PING, &Meter::default()) else { return false };
        matches!(tokio::time::timeout(PING, docker.ping()).await, Ok(Ok(_)))
    }

    /// How long a question and its answer take.
    pub(crate) async fn round_trip(&self) -> Result<Duration, EngineError> {
        let asked = std::time::Instant::now();
        let answered = self.docker().ping().await;
        answered.map_err(|e| EngineError::api(format_args!("engine of `{}`", self.inner.name), &e))?;
        Ok(asked.elapsed())
    }

    /// A client for operations that answer only when they are done.
    pub(crate) fn patient(&self, meter: &Meter) -> Result<Docker, EngineError> {
        self.metered_for(LONG, meter)
    }

    /// A client whose bytes `meter` counts.
    pub(crate) fn metered(&self, meter: &Meter) -> Result<Docker, EngineError> {
        self.metered_for(ORDINARY, meter)
    }

    fn metered_for(&self, timeout: Duration, meter: &Meter) -> Result<Docker, EngineError> {
        let client = self.inner.endpoint.client(timeout, meter);
        client.map_err(|e| EngineError::api(format_args!("engine of `{}`", self.inner.name), &e))
    }

    pub(crate) fn docker(&self) -> &Docker {
        &self.inner.docker
    }

    /// A number that this engine has not given before in this run.
    pub(crate) fn next_number(&self) -> u64 {
        self.inner.counter.fetch_add(1, Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({} at {})", self.inner.name, self.inner.about.endpoint)
    }
}

async fn open(name: &str, spec: &EngineSpec, run: &RunContext) -> Result<(Endpoint, Route), EngineError> {
    match spec {
        EngineSpec::Unix(path) => Ok((Endpoint::Unix(path.into()), Route::Local)),
        EngineSpec::Tcp { address, tls, allow_insecure } => {
            let endpoint = tcp::endpoint(address, tls.as_ref(), *allow_insecure)?;
            let host = tcp::split(address).map(|(host, _)| host).unwrap_or_default();
            Ok((endpoint, Route::Tcp { host }))
        }
        EngineSpec::Ssh { destination, identity, known_hosts, config, socket } => {
            let options = crate::connect::ssh::Options {
                destination,
                identity: identity.as_deref(),
                known_hosts: known_hosts.as_deref(),
                config: config.as_deref(),
            };
            let route = SshRoute::open(name, options, &run.runtime_dir).await?;
            let local = route.forward_socket("engine", socket).await?;
            Ok((Endpoint::Unix(local), Route::Ssh(route)))
        }
        EngineSpec::Local | EngineSpec::Lab => {
            Err(EngineError::new(ErrorKind::Other, format!("the engine of `{name}` was not resolved")))
        }
    }
}

/// As configured, without secrets: an address never carries one.
fn shown_endpoint(spec: &EngineSpec, resolved: &EngineSpec) -> String {
    let address = match resolved {
        EngineSpec::Unix(path) => format!("unix://{path}"),
        EngineSpec::Ssh { destination, .. } => format!("ssh://{destination}"),
        EngineSpec::Tcp { address, .. } => format!("tcp://{address}"),
        EngineSpec::Local => "local".to_owned(),
        EngineSpec::Lab => "lab".to_owned(),
    };
    // The usual local engine needs no address.
    let usual = matches!(spec, EngineSpec::Local) && matches!(resolved, EngineSpec::Unix(_));
    if usual { "local".to_owned() } else { address }
}

/// Where an engine was looked for, in words that name the socket.
fn place_of(spec: &EngineSpec, resolved: &EngineSpec) -> String {
    let shown = shown_endpoint(spec, resolved);
    match resolved {
        EngineSpec::Unix(path) if shown == "local" => format!("`local`, which is `unix://{path}`"),
        EngineSpec::Ssh { socket, .. } => format!("`{shown}`, socket `{socket}` there"),
        _ => format!("`{shown}`"),
    }
}

fn is_insecure(spec: &EngineSpec) -> bool {
    match spec {
        EngineSpec::Tcp { address, tls: None, .. } => {
            !tcp::split(address).is_some_and(|(host, _)| tcp::is_loopback(&host))
        }
        _ => false,
    }
}

fn host_facts(info: &SystemInfo, asked: i64, answered: i64) -> Host {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let clock = info.system_time.as_ref().and_then(|time| time.parse::<jiff::Timestamp>().ok());
    let clock_ahead = clock.map(jiff::Timestamp::as_second).and_then(|there| {
        let ahead = if there > answered { there - answered } else { (there - asked).min(0) };
        (ahead.abs() > 2).then_some(ahead)
    });
    Host {
        os: text(&info.operating_system),
        kernel: text(&info.kernel_version),
        architecture: text(&info.architecture),
        storage: text(&info.driver),
        cgroup: info.cgroup_version.map(|v| format!("v{v}")).unwrap_or_default(),
        clock_ahead,
    }
}

pub(crate) fn now_seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}
