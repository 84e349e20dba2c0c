//! Cleaning up: this run's objects at its end, those of runs that died when their time is over.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListImagesOptionsBuilder, ListNetworksOptionsBuilder,
    ListVolumesOptionsBuilder, RemoveImageOptionsBuilder,
};
use futures_util::stream::{self, StreamExt};

use crate::engine::{Engine, Route, now_seconds};
use crate::error::{EngineError, is_not_found};
use crate::ownership::{ENVIRONMENT, EXPIRES, RUN};

/// Requests in flight at once while cleaning up.
const AT_ONCE: usize = 16;

/// What kind of object it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnedKind {
    /// A container.
    Container,
    /// A network.
    Network,
    /// A volume.
    Volume,
    /// An image made for a trial.
    Image,
}

/// An object on an engine that some run of envparity made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owned {
    /// What it is.
    pub kind: OwnedKind,
    /// The engine's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The run that made it.
    pub run: String,
    /// Seconds since the epoch after which any run may remove it.
    pub expires: Option<i64>,
    /// The environment that it stands for.
    pub environment: Option<String>,
}

/// What to remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PruneScope {
    /// What has expired.
    Expired,
    /// What one run made.
    Run(String),
    /// What any run made, those that still work included.
    Everything,
}

impl PruneScope {
    fn holds(&self, owned: &Owned, now: i64) -> bool {
        match self {
            Self::Expired => owned.expires.is_some_and(|expires| expires < now),
            Self::Run(run) => owned.run == *run,
            Self::Everything => true,
        }
    }
}

impl Engine {
    /// Everything on the engine that carries the labels of a run, of any run.
    pub async fn list_owned(&self) -> Result<Vec<Owned>, EngineError> {
        let (mut owned, networks, volumes, images) = tokio::try_join!(
            self.owned_containers(),
            self.owned_networks(),
            self.owned_volumes(),
            self.owned_images()
        )?;
        owned.extend(networks.into_iter().chain(volumes).chain(images));
        owned.sort();
        Ok(owned)
    }

    /// Removes what has expired; what carries no label is never touched.
    pub async fn sweep_expired(&self) -> Result<Vec<Owned>, EngineError> {
        self.prune(&PruneScope::Expired).await
    }

    /// Removes what the scope says; the answer is what is gone.
    pub async fn prune(&self, scope: &PruneScope) -> Result<Vec<Owned>, EngineError> {
        let now = now_seconds();
        let doomed: Vec<Owned> =
            self.list_owned().await?.into_iter().filter(|owned| scope.holds(owned, now)).collect();
        Ok(self.remove_all(doomed).await)
    }

    /// Removes everything that this run made here.
    pub async fn remove_run_objects(&self) -> Result<(), EngineError> {
        let scope = PruneScope::Run(self.inner.run.run.clone());
        // A create that was under way when the run was interrupted shows up late.
        for _ in 0..3 {
            let guarded = self.inner.guards.names();
            stream::iter(&guarded)
                .for_each_concurrent(AT_ONCE, |name| async move {
                    self.remove_container(name).await;
                })
                .await;
            self.prune(&scope).await?;
            if self.inner.guards.names().is_empty() && !self.has_objects(&scope).await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Ends the use of this engine: disarms the reaper, removes what the run made, closes the connection.
    pub async fn close(&self) {
        // What cannot be removed now expires, and the next run sweeps it.
        self.remove_run_objects().await.ok();
        if let Route::Ssh(route) = &self.inner.route {
            route.close().await;
        }
    }

    async fn has_objects(&self, scope: &PruneScope) -> Result<bool, EngineError> {
        let now = now_seconds();
        Ok(self.list_owned().await?.iter().any(|owned| scope.holds(owned, now)))
    }

    /// Containers first: networks and images are held by them.
    async fn remove_all(&self, doomed: Vec<Owned>) -> Vec<Owned> {
        let mut gone = Vec::new();
        let kinds: BTreeSet<OwnedKind> = doomed.iter().map(|owned| owned.kind).collect();
        for kind in kinds {
            let removed: Vec<Option<Owned>> = stream::iter(doomed.iter().filter(|owned| owned.kind == kind))
                .map(|owned| async move { self.remove_owned(owned).await.then(|| owned.clone()) })
                .buffer_unordered(AT_ONCE)
                .collect()
                .await;
            gone.extend(removed.into_iter().flatten());
        }
        gone.sort();
        gone
    }

    async fn remove_owned(&self, owned: &Owned) -> bool {
        match owned.kind {
            OwnedKind::Container => self.remove_container(&owned.name).await,
            OwnedKind::Network => self.remove_network(&owned.id).await,
            OwnedKind::Volume => self.remove_volume(&owned.name).await,
            OwnedKind::Image => {
                let options = RemoveImageOptionsBuilder::default().force(true).build();
                match self.docker().remove_image(&owned.id, Some(options), None).await {
                    Ok(_) => true,
                    Err(e) => is_not_found(&e),
                }
            }
        }
    }

    async fn owned_containers(&self) -> Result<Vec<Owned>, EngineError> {
        let options = ListContainersOptionsBuilder::default().all(true).filters(&by_label()).build();
        let listed = self.docker().list_containers(Some(options)).await.map_err(|e| self.list_failed(&e))?;
        let owned = listed.into_iter().map(|container| {
            let name = container.names.unwrap_or_default().into_iter().next().unwrap_or_default();
            let name = name.trim_start_matches('/').to_owned();
            owned(OwnedKind::Container, container.id.unwrap_or_default(), name, container.labels)
        });
        Ok(owned.collect())
    }

    async fn owned_networks(&self) -> Result<Vec<Owned>, EngineError> {
        let options = ListNetworksOptionsBuilder::default().filters(&by_label()).build();
        let listed = self.docker().list_networks(Some(options)).await.map_err(|e| self.list_failed(&e))?;
        let owned = listed.into_iter().map(|network| {
            let name = network.name.unwrap_or_default();
            owned(OwnedKind::Network, network.id.unwrap_or_default(), name, network.labels)
        });
        Ok(owned.collect())
    }

    async fn owned_volumes(&self) -> Result<Vec<Owned>, EngineError> {
        let options = ListVolumesOptionsBuilder::default().filters(&by_label()).build();
        let listed = self.docker().list_volumes(Some(options)).await.map_err(|e| self.list_failed(&e))?;
        let owned =
            listed.volumes.unwrap_or_default().into_iter().map(|volume| {
                owned(OwnedKind::Volume, volume.name.clone(), volume.name, Some(volume.labels))
            });
        Ok(owned.collect())
    }

    async fn owned_images(&self) -> Result<Vec<Owned>, EngineError> {
        let options = ListImagesOptionsBuilder::default().all(false).filters(&by_label()).build();
        let listed = self.docker().list_images(Some(options)).await.map_err(|e| self.list_failed(&e))?;
        let owned = listed.into_iter().map(|image| {
            let name = image.repo_tags.into_iter().next().unwrap_or_default();
            owned(OwnedKind::Image, image.id, name, Some(image.labels))
        });
        Ok(owned.collect())
    }

    fn list_failed(&self, error: &bollard::errors::Error) -> EngineError {
        EngineError::api(format_args!("could not list what is on the engine of `{}`", self.name()), error)
    }
}

fn by_label() -> HashMap<&'static str, Vec<&'static str>> {
    HashMap::from([("label", vec![RUN])])
}

fn owned(kind: OwnedKind, id: String, name: String, labels: Option<HashMap<String, String>>) -> Owned {
    let mut labels = labels.unwrap_or_default();
    Owned {
        kind,
        id,
        name,
        run: labels.remove(RUN).unwrap_or_default(),
        expires: labels.remove(EXPIRES).and_then(|expires| expires.parse().ok()),
        environment: labels.remove(ENVIRONMENT).filter(|name| !name.is_empty()),
    }
}
