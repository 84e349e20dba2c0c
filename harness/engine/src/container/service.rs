//! A running container.

use std::net::SocketAddr;
use std::path::PathBuf;

use bollard::query_parameters::{
    LogsOptionsBuilder, RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder, StatsOptionsBuilder,
};
use futures_util::StreamExt;
use futures_util::future::join_all;
use tokio::sync::Mutex;

use super::Address;
use crate::engine::{Engine, Route};
use crate::error::{EngineError, ErrorKind, is_not_found, status};

/// Bytes of output kept at most.
const LOG_CAP: usize = 64 << 10;

/// A service that runs: started here, or attached to.
pub struct Service {
    pub(crate) engine: Engine,
    pub(crate) identity: Identity,
    parts: Mutex<Parts>,
    url: Mutex<Option<String>>,
}

/// What is known about it from its start.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) id: String,
    /// The image's id on its engine.
    pub(crate) image: String,
    pub(crate) address: Option<Address>,
    pub(crate) ready_ms: u64,
    pub(crate) attached: bool,
    pub(crate) environment: String,
}

/// Everything that was made for it, to be removed with it.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Names, in the order of creation.
    pub(crate) containers: Vec<String>,
    pub(crate) network: Option<String>,
    /// Local sockets and what they lead to.
    pub(crate) forwards: Vec<(PathBuf, SocketAddr)>,
}

impl Parts {
    /// Removes everything; what is gone already counts as removed.
    pub(crate) async fn remove(&mut self, engine: &Engine) {
        if let Route::Ssh(route) = &engine.inner.route {
            for (socket, target) in self.forwards.drain(..) {
                route.close_port(&socket, &target.ip().to_string(), target.port()).await;
            }
        }
        join_all(self.containers.iter().map(|name| engine.remove_container(name))).await;
        self.containers.clear();
        if let Some(network) = self.network.take() {
            engine.remove_network(&network).await;
        }
    }
}

/// Whether it still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceState {
    /// It runs.
    pub running: bool,
    /// Its exit code, once it has exited.
    pub exit_code: Option<i64>,
    /// It was killed because it ran out of memory.
    pub oom: bool,
}

impl Service {
    pub(crate) fn new(engine: Engine, identity: Identity, parts: Parts) -> Self {
        Self { engine, identity, parts: Mutex::new(parts), url: Mutex::new(None) }
    }

    /// Where requests go; none for a container without a port.
    pub fn address(&self) -> Option<&Address> {
        self.identity.address.as_ref()
    }

    /// From create to ready, milliseconds; 0 for one that already ran.
    pub fn ready_ms(&self) -> u64 {
        self.identity.ready_ms
    }

    /// The engine's id of it.
    pub fn container_id(&self) -> &str {
        &self.identity.id
    }

    /// The engine that it runs on.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// An address for a person's `curl`. Over ssh a port of this machine is forwarded on the first call.
    pub async fn url(&self) -> Option<String> {
        match self.identity.address.as_ref()? {
            Address::Tcp(address) => Some(format!("http://{address}")),
            Address::Unix(socket) => {
                let mut url = self.url.lock().await;
                if url.is_none() {
                    let parts = self.parts.lock().await;
                    let (_, target) = parts.forwards.iter().find(|(path, _)| path == socket)?;
                    let Route::Ssh(route) = &self.engine.inner.route else { return None };
                    let host = target.ip().to_string();
                    let port = route.forward_to_port(&host, target.port()).await.ok()?;
                    *url = Some(format!("http://127.0.0.1:{port}"));
                }
                url.clone()
            }
        }
    }

    /// An address that lasts as long as the container, and the command that makes it reachable from here where it is
    /// not: nothing that this process forwards outlives it.
    pub async fn lasting_url(&self) -> Option<(String, Option<String>)> {
        match self.identity.address.as_ref()? {
            Address::Tcp(address) => Some((format!("http://{address}"), None)),
            Address::Unix(socket) => {
                let parts = self.parts.lock().await;
                let (_, target) = parts.forwards.iter().find(|(path, _)| path == socket)?;
                let Route::Ssh(route) = &self.engine.inner.route else { return None };
                let port = target.port();
                let tunnel = format!("ssh -N -L {port}:{target} ssh://{}", route.destination());
                Some((format!("http://127.0.0.1:{port}"), Some(tunnel)))
            }
        }
    }

    /// Whether it still runs, asked of the engine.
    pub async fn state(&self) -> Result<ServiceState, EngineError> {
        self.engine.state_of(&self.identity.id).await
    }

    /// The end of its output, known secrets masked; empty where it cannot be read.
    pub async fn log_tail(&self, lines: usize) -> String {
        self.engine.log_tail_of(&self.identity.id, lines).await
    }

    /// Bytes that its network interfaces have received.
    pub async fn received_bytes(&self) -> Result<u64, EngineError> {
        let id = &self.identity.id;
        let options = StatsOptionsBuilder::default().stream(false).one_shot(true).build();
        let mut stats = Box::pin(self.engine.docker().stats(id, Some(options)));
        let what = format!("could not read the network counters of container `{id}`");
        let stats = match stats.next().await {
            Some(Ok(stats)) => stats,
            Some(Err(e)) => return Err(EngineError::api(what, &e)),
            None => return Err(EngineError::new(ErrorKind::Other, what)),
        };
        let networks = stats.networks.filter(|networks| !networks.is_empty()).ok_or_else(|| {
            EngineError::new(ErrorKind::Other, format!("{what}: it has no network of its own"))
        })?;
        Ok(networks.values().filter_map(|network| network.rx_bytes).sum())
    }

    /// Removes it and everything that was made for it. One that was attached to stays as it is.
    pub async fn remove(&self) {
        self.parts.lock().await.remove(&self.engine).await;
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Service({} in {})", self.identity.id, self.identity.environment)
    }
}

impl Engine {
    pub(crate) async fn state_of(&self, id: &str) -> Result<ServiceState, EngineError> {
        match self.inspect(id).await {
            Ok(inspected) => {
                let state = inspected.state.unwrap_or_default();
                let running = state.running.unwrap_or_default();
                Ok(ServiceState {
                    running,
                    exit_code: state.exit_code.filter(|_| !running),
                    oom: state.oom_killed.unwrap_or_default(),
                })
            }
            // Somebody removed it: it certainly does not run.
            Err(e) if is_not_found(&e) => Ok(ServiceState { running: false, exit_code: None, oom: false }),
            Err(e) => Err(EngineError::api(format_args!("could not ask for container `{id}`"), &e)),
        }
    }

    pub(crate) async fn log_tail_of(&self, id: &str, lines: usize) -> String {
        let options =
            LogsOptionsBuilder::default().stdout(true).stderr(true).tail(&lines.to_string()).build();
        let mut logs = Box::pin(self.docker().logs(id, Some(options)));
        let mut bytes: Vec<u8> = Vec::new();
        while let Some(Ok(part)) = logs.next().await {
            bytes.extend_from_slice(&part.into_bytes());
            if bytes.len() > 2 * LOG_CAP {
                bytes.drain(..bytes.len() - LOG_CAP);
            }
        }
        let tail = bytes.get(bytes.len().saturating_sub(LOG_CAP)..).unwrap_or_default();
        let text = String::from_utf8_lossy(tail);
        self.inner.run.masker.redact(text.trim_end()).into_owned()
    }

    /// Removes a container with its anonymous volumes, at once; one that is gone counts as removed.
    pub(crate) async fn remove_container(&self, name: &str) -> bool {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        let removed = match self.docker().remove_container(name, Some(options)).await {
            Ok(()) => true,
            // The engine is at it already.
            Err(e) => is_not_found(&e) || status(&e) == Some(409),
        };
        if removed {
            self.inner.guards.release(name);
        }
        removed
    }

    /// Removes a network; one that is gone counts as removed.
    pub(crate) async fn remove_network(&self, name: &str) -> bool {
        match self.docker().remove_network(name).await {
            Ok(()) => true,
            Err(e) => is_not_found(&e),
        }
    }

    /// Removes a volume; one that is gone counts as removed.
    pub(crate) async fn remove_volume(&self, name: &str) -> bool {
        let options = RemoveVolumeOptionsBuilder::default().force(true).build();
        match self.docker().remove_volume(name, Some(options)).await {
            Ok(()) => true,
            Err(e) => is_not_found(&e),
        }
    }
}
