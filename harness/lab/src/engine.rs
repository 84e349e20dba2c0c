//! The local engine, through the client that testcontainers itself uses, so that both see one engine.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use envparity_model::Problem;
use futures_util::StreamExt;
use testcontainers::bollard::errors::Error;
use testcontainers::bollard::models::ContainerInspectResponse;
use testcontainers::bollard::query_parameters::{
    BuildImageOptions, InspectContainerOptions, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
};
use testcontainers::bollard::{Docker, body_full};
use testcontainers::core::client::docker_client_instance;

/// How long the engine may take to finish a removal that it has begun.
const REMOVAL: Duration = Duration::from_secs(20);

/// The label with the second since 1970 after which anyone may remove a container.
pub(crate) const EXPIRES: &str = "parity.expires";
/// The label with the name of the lab that a container is.
pub(crate) const LAB: &str = "parity.lab";

/// The engine of this machine.
pub(crate) struct Engine(Docker);

impl Engine {
    /// Connects where testcontainers does and asks for a sign of life.
    pub(crate) async fn connect() -> Result<Self, Problem> {
        if let Some(host) = std::env::var("DOCKER_HOST").ok().filter(|host| !is_on_this_machine(host)) {
            return Err(Problem::new(format!("a lab cannot be started on `{host}`"))
                .hint("a lab publishes its ports on 127.0.0.1 of its engine: unset DOCKER_HOST to use the engine of this machine"));
        }
        let docker = docker_client_instance().await.map_err(|error| unreachable(&error.to_string()))?;
        docker.ping().await.map_err(|error| unreachable(&explain(&error)))?;
        Ok(Self(docker))
    }

    pub(crate) async fn has_image(&self, reference: &str) -> Result<bool, Problem> {
        match self.0.inspect_image(reference).await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => {
                Err(Problem::new(format!("failed to look for the image `{reference}`: {}", explain(&error))))
            }
        }
    }

    /// Builds by the classic builder; the error carries the last lines of the log.
    pub(crate) async fn build(
        &self,
        options: BuildImageOptions,
        archive: Vec<u8>,
        tail: usize,
    ) -> Result<(), String> {
        let mut log = VecDeque::new();
        let mut steps = Box::pin(self.0.build_image(options, None, Some(body_full(archive.into()))));
        while let Some(step) = steps.next().await {
            match step {
                Ok(step) => {
                    for line in step
                        .stream
                        .iter()
                        .flat_map(|text| text.lines())
                        .filter(|line| !line.trim().is_empty())
                    {
                        if log.len() == tail {
                            log.pop_front();
                        }
                        log.push_back(plain(line));
                    }
                }
                Err(error) => {
                    log.push_back(explain(&error));
                    return Err(Vec::from(log).join("\n"));
                }
            }
        }
        Ok(())
    }

    /// What the engine says of a container; `None` if it has none of that name or id.
    pub(crate) async fn inspect(&self, container: &str) -> Result<Option<ContainerInspectResponse>, Problem> {
        match self.0.inspect_container(container, None::<InspectContainerOptions>).await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(Problem::new(format!(
                "failed to inspect the container `{container}`: {}",
                explain(&error)
            ))),
        }
    }

    pub(crate) async fn is_running(&self, container: &str) -> Result<bool, Problem> {
        Ok(self.inspect(container).await?.and_then(|answer| answer.state).and_then(|state| state.running)
            == Some(true))
    }

    /// Removes a container with its anonymous volumes and returns when it is gone; gone already is success.
    pub(crate) async fn remove(&self, container: &str) -> Result<(), Problem> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        match self.0.remove_container(container, Some(options)).await {
            Ok(()) => return Ok(()),
            Err(error) if status(&error) == Some(404) => return Ok(()),
            // Being removed at this moment by the engine itself, or by another.
            Err(error) if status(&error) == Some(409) => {}
            Err(error) => {
                return Err(Problem::new(format!(
                    "failed to remove the container `{container}`: {}",
                    explain(&error)
                )));
            }
        }
        let gone = async {
            while self.inspect(container).await?.is_some() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        };
        tokio::time::timeout(REMOVAL, gone).await.unwrap_or_else(|_| {
            Err(Problem::new(format!(
                "the engine does not finish the removal of the container `{container}`"
            ))
            .hint(format!("docker rm --force --volumes {container}")))
        })
    }

    /// Containers of labs, in whatever state, whose deadline has passed.
    pub(crate) async fn expired_labs(&self, now: i64) -> Result<Vec<String>, Problem> {
        let filters = HashMap::from([("label", vec![LAB])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let found =
            self.0.list_containers(Some(options)).await.map_err(|error| unreachable(&explain(&error)))?;
        let expired = |labels: &HashMap<String, String>| {
            labels.get(EXPIRES).and_then(|text| text.parse::<i64>().ok()).is_some_and(|expires| expires < now)
        };
        Ok(found
            .into_iter()
            .filter(|one| one.labels.as_ref().is_some_and(expired))
            .filter_map(|one| one.id)
            .collect())
    }

    /// Whether this engine uses cgroups of the first version; those cannot be given a view of their own everywhere.
    pub(crate) async fn has_old_cgroups(&self) -> Result<bool, Problem> {
        let info = self.0.info().await.map_err(|error| unreachable(&explain(&error)))?;
        Ok(info.cgroup_version.is_some_and(|version| version.to_string() == "1"))
    }

    /// The host port, on 127.0.0.1, behind a container port.
    pub(crate) async fn published(&self, container: &str, port: u16) -> Result<u16, Problem> {
        let ports = self
            .inspect(container)
            .await?
            .and_then(|answer| answer.network_settings)
            .and_then(|net| net.ports);
        ports
            .and_then(|ports: HashMap<_, _>| ports.get(&format!("{port}/tcp")).cloned().flatten())
            .and_then(|bindings| bindings.into_iter().find_map(|binding| binding.host_port?.parse().ok()))
            .ok_or_else(|| {
                Problem::new(format!("port {port} of the container `{container}` is not published"))
            })
    }
}

/// Whether the published ports of that engine are reached at 127.0.0.1.
fn is_on_this_machine(docker_host: &str) -> bool {
    ["unix://", "npipe://"].iter().any(|scheme| docker_host.starts_with(scheme)) || docker_host.is_empty()
}

fn unreachable(reason: &str) -> Problem {
    Problem::new(format!("no engine answers on this machine: {reason}"))
        .hint("start Docker, or name its socket: export DOCKER_HOST=unix:///path/to/docker.sock")
}

fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// An error with its causes, for clients whose outermost message says little.
pub(crate) fn explain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let message = inner.to_string();
        if !text.contains(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = inner.source();
    }
    text
}

/// What a container wrote, without colours and other control sequences.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        if next == '\u{1b}' && rest.next_if_eq(&'[').is_some() {
            // Parameters, then one letter that ends the sequence.
            while rest.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
        } else if !next.is_control() || next == '\t' {
            plain.push(next);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colours_are_left_out() {
        assert_eq!(plain("\u{1b}[91mE: no package\u{1b}[0m\r"), "E: no package");
    }

    proptest! {
        #[test]
        fn no_control_character_gets_through(text in any::<String>()) {
            prop_assert!(plain(&text).chars().all(|c| !c.is_control() || c == '\t'));
        }
    }

    #[test]
    fn only_sockets_are_on_this_machine() {
        assert!(is_on_this_machine("unix:///var/run/docker.sock"));
        assert!(is_on_this_machine(""));
        assert!(!is_on_this_machine("tcp://docker:2376"));
        assert!(!is_on_this_machine("ssh://ec2-user@qa"));
    }
}
