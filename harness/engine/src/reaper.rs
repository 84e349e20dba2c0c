//! The dead man's switch: a collector on the engine that holds our connection, and removes what the run left when that
//! breaks. It outlives SIGKILL of this process, and loss of this machine.

use std::time::Duration;

use bollard::container::{AttachContainerResults, LogOutput};
use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, StartContainerOptions,
};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::engine::{Engine, Route};
use crate::error::{EngineError, ErrorKind, describe};
use crate::manifest::collector_image;
use crate::ownership::{REAPER, labels, object_name};

/// Where the collector finds the engine's socket.
const SOCKET: &str = "/var/run/docker.sock";
/// A reaper says that it is armed within this.
const ARMING: Duration = Duration::from_secs(10);
/// A disarmed one ends within this.
const DISARMING: Duration = Duration::from_secs(2);
/// How long a remote reaper waits for its successor after a break.
const GRACE: Duration = Duration::from_secs(5);

/// An armed reaper, held by a task.
pub(crate) struct Reaper {
    disarm: oneshot::Sender<()>,
    holder: JoinHandle<()>,
}

/// One reaper's container and the connection that keeps it waiting.
struct Line {
    name: String,
    attached: AttachContainerResults,
}

impl Engine {
    /// From now on, if this process dies or loses the engine, everything of this run is removed there.
    ///
    /// # Errors
    /// Where no collector can run or it cannot reach the engine's socket. Objects then live until they expire.
    pub async fn arm_reaper(&self) -> Result<(), EngineError> {
        let mut slot = self.inner.reaper.lock().await;
        if slot.is_some() {
            return Ok(());
        }
        let line = self.arm().await.map_err(|reason| {
            EngineError::new(
                ErrorKind::Other,
                format!("no dead man's switch on the engine of `{}`: {reason}", self.name()),
            )
            .hint("what a killed run leaves there stays until it expires, or until `parity prune`")
        })?;
        let (disarm, disarmed) = oneshot::channel();
        let engine = self.clone();
        let holder = tokio::spawn(async move { engine.hold(line, disarmed).await });
        *slot = Some(Reaper { disarm, holder });
        Ok(())
    }

    /// Ends the reaper without letting it remove anything.
    pub(crate) async fn disarm_reaper(&self) {
        if let Some(Reaper { disarm, holder }) = self.inner.reaper.lock().await.take()
            && disarm.send(()).is_ok()
        {
            timeout(2 * DISARMING, holder).await.ok();
        }
    }

    async fn arm(&self) -> Result<Line, String> {
        let tag = collector_image(self, self.docker()).await?;
        let mut reasons = Vec::new();
        for socket in self.sockets_on_host() {
            match Box::pin(self.arm_with(&tag, &socket)).await {
                Ok(line) => return Ok(line),
                Err(reason) => reasons.push(format!("with `{socket}`: {reason}")),
            }
        }
        Err(reasons.join("; "))
    }

    async fn arm_with(&self, tag: &str, socket: &str) -> Result<Line, String> {
        let purpose = format!("reaper-{}", self.next_number());
        let name = object_name(&self.inner.run.run, self.name(), &purpose);
        let refused = |e: bollard::errors::Error| describe(&e);
        let armed = async {
            let docker = self.docker();
            let options = CreateContainerOptionsBuilder::default().name(&name).build();
            let body = self.reaper_body(tag, socket, &name, &purpose);
            self.inner.guards.register(&name);
            docker.create_container(Some(options), body).await.map_err(refused)?;
            let attach = AttachContainerOptionsBuilder::default()
                .stream(true)
                .stdin(true)
                .stdout(true)
                .stderr(true)
                .build();
            // Before the start: a process that dies in between leaves a reaper whose input has ended.
            let mut attached = docker.attach_container(&name, Some(attach)).await.map_err(refused)?;
            docker.start_container(&name, None::<StartContainerOptions>).await.map_err(refused)?;
            wait_for_armed(&mut attached).await?;
            Ok(attached)
        };
        let armed = timeout(ARMING, armed).await.unwrap_or_else(|_| Err("it does not answer".to_owned()));
        match armed {
            Ok(attached) => Ok(Line { name, attached }),
            Err(reason) => {
                self.remove_container(&name).await;
                Err(reason)
            }
        }
    }

    fn reaper_body(&self, tag: &str, socket: &str, name: &str, purpose: &str) -> ContainerCreateBody {
        let run = &self.inner.run;
        let grace = if matches!(self.inner.route, Route::Local) { Duration::ZERO } else { GRACE };
        let mut labels = labels(run, self.name(), purpose);
        labels.insert(REAPER.to_owned(), jiff::Timestamp::now().as_millisecond().to_string());
        let words = [
            "reap",
            "--run",
            &run.run,
            "--socket",
            SOCKET,
            "--own",
            name,
            "--grace",
            &grace.as_secs().to_string(),
        ];
        ContainerCreateBody {
            image: Some(tag.to_owned()),
            cmd: Some(words.map(str::to_owned).to_vec()),
            labels: Some(labels),
            open_stdin: Some(true),
            stdin_once: Some(true),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            host_config: Some(HostConfig {
                binds: Some(vec![format!("{socket}:{SOCKET}")]),
                network_mode: Some("none".to_owned()),
                auto_remove: Some(true),
                readonly_rootfs: Some(true),
                // The socket may be guarded by a label of SELinux.
                security_opt: Some(vec!["label=disable".to_owned()]),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        }
    }

    /// Paths of the engine's socket as its host sees them, the likeliest first.
    fn sockets_on_host(&self) -> Vec<String> {
        let mut sockets: Vec<String> = self.inner.socket.iter().cloned().collect();
        // An engine in a virtual machine has it there, whatever it is called outside.
        if !sockets.iter().any(|socket| socket == SOCKET) {
            sockets.push(SOCKET.to_owned());
        }
        sockets
    }

    /// Holds the line until it is told to let go. A line that breaks is replaced once a second, as long as the
    /// engine can be reached within the grace that the old reaper gives.
    async fn hold(self, mut line: Line, mut disarmed: oneshot::Receiver<()>) {
        loop {
            tokio::select! {
                biased;
                _ = &mut disarmed => return line.let_go().await,
                () = line.broken() => {}
            }
            self.inner.guards.release(&line.name);
            let deadline = tokio::time::Instant::now() + GRACE;
            line = loop {
                if let Ok(line) = self.arm().await {
                    break line;
                }
                if tokio::time::Instant::now() > deadline {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            };
        }
    }
}

impl Line {
    /// Returns when the other end is gone.
    async fn broken(&mut self) {
        while let Some(Ok(_)) = self.attached.output.next().await {}
    }

    async fn let_go(mut self) {
        let said = async {
            self.attached.input.write_all(b"disarm\n").await?;
            self.attached.input.flush().await
        };
        if said.await.is_ok() {
            timeout(DISARMING, self.broken()).await.ok();
        }
    }
}

async fn wait_for_armed(attached: &mut AttachContainerResults) -> Result<(), String> {
    let mut said = Vec::new();
    while let Some(part) = attached.output.next().await {
        match part.map_err(|e| describe(&e))? {
            LogOutput::StdOut { message } if message.starts_with(b"armed") => return Ok(()),
            other => said.extend_from_slice(&other.into_bytes()),
        }
    }
    let said = String::from_utf8_lossy(&said);
    Err(if said.trim().is_empty() { "it ended at once".to_owned() } else { said.trim().to_owned() })
}
