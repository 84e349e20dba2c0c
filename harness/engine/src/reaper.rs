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

use crate::connect::ssh::{RemoteCommand, SshRoute};
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

/// One reaper, and the connection that keeps it waiting.
enum Line {
    /// A collector's container.
    Collector { name: String, attached: AttachContainerResults },
    /// A shell on the host, where no collector can run.
    Shell(Box<RemoteCommand>),
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
        let mut reasons = match collector_image(self, self.docker()).await {
            Ok(tag) => match Box::pin(self.arm_collector(&tag)).await {
                Ok(line) => return Ok(line),
                Err(reasons) => reasons,
            },
            Err(reason) => vec![reason],
        };
        if let Route::Ssh(route) = &self.inner.route {
            match self.arm_shell(route).await {
                Ok(line) => return Ok(line),
                Err(reason) => reasons.push(format!("with a shell: {reason}")),
            }
        }
        Err(reasons.join("; "))
    }

    async fn arm_collector(&self, tag: &str) -> Result<Line, Vec<String>> {
        let mut reasons = Vec::new();
        for socket in self.sockets_on_host() {
            match self.arm_with(tag, &socket).await {
                Ok(line) => return Ok(line),
                Err(reason) => reasons.push(format!("with `{socket}`: {reason}")),
            }
        }
        Err(reasons)
    }

    async fn arm_shell(&self, route: &SshRoute) -> Result<Line, String> {
        let socket = self.inner.socket.as_deref().unwrap_or(SOCKET);
        let script = script(&self.inner.run.run, socket)?;
        let armed = async {
            let mut command = route.run(&script).await?;
            match command.line().await.as_deref() {
                Some("armed") => Ok(Line::Shell(Box::new(command))),
                Some(other) => Err(other.to_owned()),
                None => Err("it ended at once".to_owned()),
            }
        };
        timeout(ARMING, armed).await.unwrap_or_else(|_| Err("it does not answer".to_owned()))
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
            Ok(attached) => Ok(Line::Collector { name, attached }),
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
            if let Line::Collector { name, .. } = &line {
                self.inner.guards.release(name);
            }
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
        match self {
            Self::Collector { attached, .. } => while let Some(Ok(_)) = attached.output.next().await {},
            Self::Shell(command) => while command.line().await.is_some() {},
        }
    }

    async fn let_go(mut self) {
        let said = match &mut self {
            Self::Shell(command) => command.say("disarm").await,
            Self::Collector { attached, .. } => {
                let said = attached.input.write_all(b"disarm\n").await;
                said.and(attached.input.flush().await)
            }
        };
        if said.is_ok() {
            timeout(DISARMING, self.broken()).await.ok();
        }
    }
}

/// Waits for the end of its input, then removes by label; needs the engine's client on the host.
fn script(run: &str, socket: &str) -> Result<String, String> {
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    if !plain(run) || !plain(socket) {
        return Err(format!("`{run}` or `{socket}` would need quotes"));
    }
    let grace = GRACE.as_secs();
    Ok(format!(
        "exec sh -c '\
         export DOCKER_HOST=unix://{socket}; f=label=parity.run={run}; \
         docker version >/dev/null 2>&1 || {{ echo no docker client there; exit 1; }}; \
         echo armed; read -r word; [ \"$word\" = disarm ] && exit 0; exec >/dev/null 2>&1; sleep {grace}; \
         for round in 1 2 3; do \
         docker ps -aq --filter $f | xargs -r docker rm -fv; \
         docker network ls -q --filter $f | xargs -r docker network rm; \
         docker volume ls -q --filter $f | xargs -r docker volume rm -f; \
         docker images -q --filter $f | xargs -r docker rmi -f; \
         sleep 1; done'"
    ))
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

#[cfg(test)]
mod tests {
    use super::script;

    #[test]
    fn nothing_in_a_script_needs_quotes() {
        let written = script("20261124T0958-3f9c2a", "/var/run/docker.sock").expect("plain");
        assert!(written.contains("label=parity.run=20261124T0958-3f9c2a;"));
        assert_eq!(written.matches('\'').count(), 2);
        assert!(script("x;reboot", "/s").is_err() && script("x", "/a b").is_err());
    }
}
