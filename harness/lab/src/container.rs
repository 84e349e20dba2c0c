//! Starts the container of a lab through testcontainers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use envparity_model::Problem;
use testcontainers::bollard::errors::Error;
use testcontainers::core::client::ClientError;
use testcontainers::core::error::{TestcontainersError, WaitContainerError};
use testcontainers::core::logs::{LogFrame, WaitLogError};
use testcontainers::core::{ContainerPort, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerRequest, CopyTargetOptions, GenericImage, ImageExt};

use crate::credentials::Credentials;
use crate::engine::{Engine, explain, plain};
use crate::image::LabImage;
use crate::recipe::{Recipe, SSH_PORT, TLS_PORT};

/// dockerd says so when it serves; sshd is up long before.
const READY: &str = "API listen on /var/run/docker.sock";
const START: Duration = Duration::from_secs(30);
/// Lines of the lab's own log that a failure shows.
const TAIL: usize = 8;

/// What the container of a lab is made from, the same for both recipes.
pub(crate) struct Blueprint<'a> {
    pub(crate) image: &'a LabImage,
    pub(crate) container: String,
    pub(crate) labels: Vec<(&'static str, String)>,
    pub(crate) seconds: i64,
    pub(crate) keep: bool,
    pub(crate) credentials: &'a Credentials,
}

/// Why a start failed.
pub(crate) enum Failure {
    /// Another container has the name.
    NameTaken,
    /// This recipe does not work here.
    Unfit(String),
}

/// The name of the container of a lab.
pub(crate) fn container_name(lab: &str) -> String {
    format!("parity-lab-{lab}")
}

impl Blueprint<'_> {
    /// Starts a container by the first recipe that works; returns the engine's id and that recipe.
    pub(crate) async fn start(
        &self,
        engine: &Engine,
        hint: Option<&str>,
    ) -> Result<(String, Recipe), Problem> {
        let old_cgroups = engine.has_old_cgroups().await?;
        let mut reasons = Vec::new();
        for recipe in Recipe::order(hint) {
            match self.attempt(engine, recipe, old_cgroups).await {
                Ok(id) => return Ok((id, recipe)),
                Err(Failure::NameTaken) => {
                    return Err(Problem::new(format!("the container `{}` exists already", self.container))
                        .hint("another process is starting that lab, or lost track of it: wait for it, or choose another name"));
                }
                Err(Failure::Unfit(reason)) => reasons.push(format!("{}: {reason}", recipe.name())),
            }
        }
        Err(Problem::new(format!("failed to start the lab `{}`\n\n{}", self.container, reasons.join("\n\n")))
            .hint("a lab is an engine inside a container and needs an engine that may give it the rights: not a rootless one"))
    }

    async fn attempt(&self, engine: &Engine, recipe: Recipe, old_cgroups: bool) -> Result<String, Failure> {
        let log = Arc::new(Mutex::new(VecDeque::new()));
        match self.request(recipe, old_cgroups, Arc::clone(&log)).start().await {
            Ok(container) => {
                let id = container.id().to_owned();
                // Its destructor would talk to the engine, and end labs that are to stay. What ends a lab
                // is its watch, its deadline or `stop`, none of which needs this value.
                std::mem::forget(container);
                Ok(id)
            }
            Err(error) if is_conflict(&error) => Err(Failure::NameTaken),
            Err(error) => {
                // A container that was made but did not start is left behind otherwise, with its volume.
                let removed = engine.remove(&self.container).await.err().map(|problem| problem.message);
                let tail = log.lock().map(|lines| Vec::from(lines.clone()).join("\n")).unwrap_or_default();
                let parts = [Some(reason(&error)), (!tail.is_empty()).then_some(tail), removed];
                Err(Failure::Unfit(parts.into_iter().flatten().collect::<Vec<_>>().join("\n")))
            }
        }
    }

    fn request(
        &self,
        recipe: Recipe,
        old_cgroups: bool,
        log: Arc<Mutex<VecDeque<String>>>,
    ) -> ContainerRequest<GenericImage> {
        let keys = self.credentials;
        let files: [(&str, u32, &str); 5] = [
            ("/etc/ssh/ssh_host_key", 0o600, &keys.host_key.private),
            ("/etc/ssh/authorized_keys", 0o644, &keys.client_key.public),
            ("/etc/docker/ca.pem", 0o644, &keys.authority),
            ("/etc/docker/cert.pem", 0o644, &keys.tls_server.certificate),
            ("/etc/docker/key.pem", 0o600, &keys.tls_server.key),
        ];
        let request = GenericImage::new(self.image.name, &self.image.tag)
            .with_exposed_port(ContainerPort::Tcp(SSH_PORT))
            .with_exposed_port(ContainerPort::Tcp(TLS_PORT))
            .with_wait_for(WaitFor::message_on_stderr(READY))
            .with_container_name(&self.container)
            .with_hostname("lab")
            .with_labels(self.labels.clone())
            .with_env_var("LAB_SECONDS", self.seconds.to_string())
            .with_env_var("LAB_KEEP", if self.keep { "yes" } else { "no" })
            .with_startup_timeout(START)
            .with_log_consumer(move |frame: &LogFrame| record(&log, frame))
            .with_host_config_modifier(move |host| recipe.apply(old_cgroups, host));
        files.into_iter().fold(request, |request, (path, mode, text)| {
            request.with_copy_to(CopyTargetOptions::new(path).with_mode(mode), text.as_bytes().to_vec())
        })
    }
}

fn record(log: &Mutex<VecDeque<String>>, frame: &LogFrame) {
    let Ok(mut lines) = log.lock() else { return };
    // containerd narrates its plugins; what matters comes from the script and as warnings.
    for line in String::from_utf8_lossy(frame.bytes()).lines().filter(|line| !line.contains("level=info")) {
        if lines.len() == TAIL {
            lines.pop_front();
        }
        lines.push_back(plain(line));
    }
}

/// The log is shown beside this, so that the error need not repeat all of it.
fn reason(error: &TestcontainersError) -> String {
    match error {
        TestcontainersError::WaitContainer(WaitContainerError::WaitLog(WaitLogError::EndOfStream(_))) => {
            "the container ended before its engine served".to_owned()
        }
        TestcontainersError::WaitContainer(WaitContainerError::StartupTimeout) => {
            format!("its engine did not serve within {} s", START.as_secs())
        }
        other => explain(other),
    }
}

fn is_conflict(error: &TestcontainersError) -> bool {
    matches!(
        error,
        TestcontainersError::Client(ClientError::CreateContainer(Error::DockerResponseServerError {
            status_code: 409,
            ..
        }))
    )
}
