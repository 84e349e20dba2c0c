//! When a container is ready. Every condition must hold; an exit ends the wait at once.

use std::future::Future;
use std::time::Duration;

use bollard::errors::Error as ApiError;
use bollard::models::HealthStatusEnum;
use bollard::query_parameters::{InspectContainerOptions, LogsOptionsBuilder, WaitContainerOptions};
use envparity_config::Ready;
use futures_util::StreamExt;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, sleep, timeout};

use super::{Address, http};
use crate::engine::Engine;
use crate::error::{EngineError, ErrorKind, StartError, describe};
use crate::manifest::{Look, look};

const POLL: Duration = Duration::from_millis(15);
const HEALTH_POLL: Duration = Duration::from_millis(100);
/// One answer may take this long; a service may be slow on its first.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a connection to a port may take to come up.
const CONNECTION: Duration = Duration::from_secs(3);
/// How long a silent connection must stay open to count as accepted by the service. A port proxy or an ssh
/// forward with nobody behind it closes within a round trip.
const SILENCE: Duration = Duration::from_millis(300);

/// A container to wait for.
pub(crate) struct Wait<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) id: &'a str,
    pub(crate) ready: &'a Ready,
    pub(crate) address: Option<&'a Address>,
    /// The port inside.
    pub(crate) port: Option<u16>,
    pub(crate) environment: &'a str,
}

impl Wait<'_> {
    /// Waits until it is ready.
    pub(crate) async fn run(&self) -> Result<(), StartError> {
        let limit = self.ready.timeout;
        tokio::select! {
            // A container that exits right after its last condition held is not ready.
            biased;
            ended = self.exit() => Err(self.exited(ended?).await),
            ready = self.conditions() => match ready {
                Ok(()) => self.still_runs().await,
                failed => failed,
            },
            () = sleep(limit) => Err(self.late(limit).await),
        }
    }

    /// One that had exited before it was asked has no address, and the port of one that exits meanwhile may be
    /// another container's by now: what held says something only about a container that runs afterwards.
    async fn still_runs(&self) -> Result<(), StartError> {
        let state = self.engine.state_of(self.id).await?;
        if state.running { Ok(()) } else { Err(self.exited(state.exit_code.unwrap_or_default()).await) }
    }

    async fn conditions(&self) -> Result<(), StartError> {
        let Ready { http, log, healthy, .. } = self.ready;
        let asks = http.is_some() || log.is_some() || *healthy;
        tokio::try_join!(
            when(http.as_deref(), |path| self.answers(path)),
            when(log.as_deref(), |text| self.says(text)),
            when(healthy.then_some(()), |()| self.is_healthy()),
            when((!asks).then_some(()), |()| self.listens()),
        )?;
        Ok(())
    }

    async fn answers(&self, path: &str) -> Result<(), StartError> {
        let Some(address) = self.address else { return Ok(()) };
        let host = format!("localhost:{}", self.port.unwrap_or(80));
        loop {
            if let Ok(Ok(status)) = timeout(ANSWER, http::get(address, &host, path)).await
                && self.ready.status.map_or(status < 500, |wanted| status == wanted)
            {
                return Ok(());
            }
            sleep(POLL).await;
        }
    }

    async fn listens(&self) -> Result<(), StartError> {
        let Some((address, port)) = self.address.zip(self.port) else { return Ok(()) };
        // The kernel's table of listeners knows; where nobody may look at it, the connection must do.
        if self.has_listener(port, self.ready.timeout).await.is_ok() {
            return Ok(());
        }
        let silence = SILENCE + 3 * self.engine.round_trip().await?;
        while !stays_open(address, silence).await {
            sleep(POLL).await;
        }
        Ok(())
    }

    /// Whether the kernel's table of the container has a listener within that time.
    async fn has_listener(&self, port: u16, within: Duration) -> Result<(), String> {
        let patience = within + Duration::from_secs(5);
        let milliseconds = within.as_millis().to_string();
        let words = ["wait", "--port", &port.to_string(), "--timeout", &milliseconds];
        let output = look(&Look {
            engine: self.engine,
            docker: self.engine.docker(),
            target: self.id,
            environment: self.environment,
            arguments: words.map(str::to_owned).to_vec(),
            patience,
        })
        .await?;
        if output.stdout.starts_with(b"listening") {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }

    async fn says(&self, text: &str) -> Result<(), StartError> {
        let options = LogsOptionsBuilder::default().follow(true).stdout(true).stderr(true).build();
        let mut logs = Box::pin(self.engine.docker().logs(self.id, Some(options)));
        let mut seen = Vec::new();
        while let Some(part) = logs.next().await {
            let part = part.map_err(|e| self.failed("could not read its output", &e))?;
            seen.extend_from_slice(&part.into_bytes());
            if contains(&seen, text.as_bytes()) {
                return Ok(());
            }
            let kept = seen.len().saturating_sub(text.len());
            seen.drain(..kept);
        }
        // The output has ended: either the exit is about to be seen, or the text never comes.
        std::future::pending().await
    }

    async fn is_healthy(&self) -> Result<(), StartError> {
        loop {
            let inspected =
                self.engine.docker().inspect_container(self.id, None::<InspectContainerOptions>).await;
            let state = inspected.map_err(|e| self.failed("could not ask for its health", &e))?.state;
            let health = state.and_then(|state| state.health).and_then(|health| health.status);
            match health {
                Some(HealthStatusEnum::HEALTHY) => return Ok(()),
                Some(HealthStatusEnum::STARTING | HealthStatusEnum::UNHEALTHY) => sleep(HEALTH_POLL).await,
                _ => return Err(self.not_started("its image has no health check", None).await),
            }
        }
    }

    /// The exit code, once it exits.
    async fn exit(&self) -> Result<i64, StartError> {
        let mut wait = Box::pin(self.engine.docker().wait_container(self.id, None::<WaitContainerOptions>));
        match wait.next().await {
            Some(Ok(ended)) => Ok(ended.status_code),
            Some(Err(ApiError::DockerContainerWaitError { code, .. })) => Ok(code),
            // The request itself may outlive its time limit while the container runs.
            Some(Err(ApiError::RequestTimeoutError)) | None => std::future::pending().await,
            Some(Err(e)) => Err(self.failed("lost while it started", &e)),
        }
    }

    async fn exited(&self, code: i64) -> StartError {
        let oom = self.engine.state_of(self.id).await.is_ok_and(|state| state.oom);
        let reason = if oom {
            format!("ran out of memory (exit code {code}) before it was ready")
        } else {
            format!("exited with code {code} before it was ready")
        };
        self.not_started(&reason, Some(code)).await
    }

    /// A service that listens behind a port that is closed to this machine has started: the way there is broken.
    async fn unreachable(&self) -> Option<EngineError> {
        let (Some(Address::Tcp(address)), Some(port)) = (self.address, self.port) else { return None };
        if matches!(timeout(CONNECTION, TcpStream::connect(address)).await, Ok(Ok(_))) {
            return None;
        }
        self.has_listener(port, POLL).await.ok()?;
        let environment = self.environment;
        let message = format!(
            "the service of `{environment}` listens on {port}, but `{address}` cannot be reached from here"
        );
        Some(EngineError::new(ErrorKind::Port, message).hint(
            "open the ports that the engine publishes to this machine, or reach it by ssh://, which needs no other port",
        ))
    }

    async fn late(&self, limit: Duration) -> StartError {
        if let Some(error) = self.unreachable().await {
            return StartError::Engine(error);
        }
        let Ready { http, log, healthy, status, .. } = self.ready;
        let mut missing = Vec::new();
        if let Some(path) = http {
            let wanted = status.map_or_else(|| "below 500".to_owned(), |status| status.to_string());
            missing.push(format!("complete response to GET {path} with status {wanted}"));
        }
        missing.extend(log.as_ref().map(|text| format!("`{text}` in its output")));
        missing.extend(healthy.then(|| "health check that passes".to_owned()));
        if missing.is_empty() {
            missing.push("process listening on its port".to_owned());
        }
        let reason = format!("runs, but after {} s: no {}", limit.as_secs_f32(), missing.join(", or no "));
        self.not_started(&reason, None).await
    }

    async fn not_started(&self, reason: &str, exit_code: Option<i64>) -> StartError {
        let log_tail = self.engine.log_tail_of(self.id, 50).await;
        StartError::NotStarted { reason: reason.to_owned(), log_tail, exit_code }
    }

    fn failed(&self, what: &str, error: &ApiError) -> StartError {
        let what = format!("container `{}`: {what}: {}", self.id, describe(error));
        let mapped = EngineError::api("", error);
        StartError::Engine(EngineError::new(mapped.kind, what))
    }
}

/// Nothing to wait for is ready.
async fn when<T, F: Future<Output = Result<(), StartError>>>(
    condition: Option<T>,
    wait: impl FnOnce(T) -> F,
) -> Result<(), StartError> {
    match condition {
        Some(condition) => wait(condition).await,
        None => Ok(()),
    }
}

/// Whether somebody behind the connection keeps it, or speaks first.
async fn stays_open(address: &Address, silence: Duration) -> bool {
    let started = Instant::now();
    let mut byte = [0];
    let read = async {
        match address {
            Address::Tcp(address) => TcpStream::connect(address).await?.read(&mut byte).await,
            Address::Unix(socket) => UnixStream::connect(socket).await?.read(&mut byte).await,
        }
    };
    match timeout(silence, read).await {
        Ok(Ok(count)) => count > 0,
        Ok(Err(_)) => false,
        Err(_) => started.elapsed() >= silence,
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_connection_that_is_dropped_is_not_a_listener() {
        let proxy = TcpListener::bind(("127.0.0.1", 0)).await.expect("bound");
        let address = Address::Tcp(proxy.local_addr().expect("bound"));
        let dropping = tokio::spawn(async move {
            for _ in 0..2 {
                drop(proxy.accept().await);
            }
            proxy
        });
        assert!(!stays_open(&address, SILENCE).await);
        assert!(!stays_open(&address, SILENCE).await);
        let listener = dropping.await.expect("done");
        // Accepted by the kernel, kept by the process: a server that waits for the request.
        let (open, kept) = tokio::join!(stays_open(&address, SILENCE), async {
            let accepted = listener.accept().await;
            sleep(SILENCE * 2).await;
            accepted.is_ok()
        });
        assert!(open && kept);
    }

    #[test]
    fn a_text_is_found_across_parts() {
        assert!(
            contains(b"listening on", b"ing on") && !contains(b"list", b"listening") && contains(b"", b"")
        );
    }
}
