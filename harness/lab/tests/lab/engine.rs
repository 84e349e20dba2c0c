//! What the engine says, asked without going through the lab.

use std::time::{Duration, Instant};

use testcontainers::bollard::Docker;
use testcontainers::bollard::query_parameters::InspectContainerOptions;

/// The container of a lab and the volume behind its `/var/lib/docker`.
pub(crate) struct Traces {
    container: String,
    volume: String,
}

/// Why there is no engine; `None` if there is one.
pub(crate) async fn missing() -> Option<String> {
    let answer = match Docker::connect_with_defaults() {
        Ok(client) => client.ping().await,
        Err(error) => Err(error),
    };
    answer.err().map(|error| format!("no engine: {error}"))
}

fn client() -> Docker {
    Docker::connect_with_defaults().expect("a client")
}

pub(crate) async fn traces(container: &str) -> Traces {
    let found =
        client().inspect_container(container, None::<InspectContainerOptions>).await.expect("the container");
    let volume = found
        .mounts
        .unwrap_or_default()
        .into_iter()
        .find(|mount| mount.destination.as_deref() == Some("/var/lib/docker"))
        .and_then(|mount| mount.name)
        .expect("a volume");
    Traces { container: container.to_owned(), volume }
}

impl Traces {
    pub(crate) async fn exist(&self) -> bool {
        let client = client();
        client.inspect_container(&self.container, None::<InspectContainerOptions>).await.is_ok()
            || client.inspect_volume(&self.volume).await.is_ok()
    }

    /// Whether both are gone within that time.
    pub(crate) async fn vanish_within(&self, limit: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < limit {
            if !self.exist().await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    }
}
