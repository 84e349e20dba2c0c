//! Cleaning up: this run's objects at its end, those of runs that died when their time is over.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListImagesOptionsBuilder, ListNetworksOptionsBuilder,
    ListVolumesOptionsBuilder, RemoveImageOptionsBuilder,
};
use futures_util::stream::{self, StreamExt};

use crate::engine::{Engine, Route, now_seconds};
use crate::error::{EngineError, is_not_found};
use crate::ownership::{ENVIRONMENT, EXPIRES, PURPOSE, RUN};

/// Requests in flight at once while cleaning up.
const AT_ONCE: usize = 16;

/// How long clean-up may take; what is left then expires.
const CLEARING: Duration = Duration::from_secs(5);
/// The purpose of a lab's container.
const LAB: &str = "lab";

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
    /// Why it is there: `primary`, `control`, `reaper-0`, `lab`.
    pub purpose: String,
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
    pub(crate) fn holds(&self, owned: &Owned, now: i64) -> bool {
        match self {
            Self::Expired => owned.expires.is_some_and(|expires| expires < now),
            // A lab has a life of its own: it ends with its starter, at its deadline, or when it is told to.
            Self::Run(run) => owned.run == *run && owned.purpose != LAB,
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

    /// Removes everything that this run made here, but for the reaper that watches over it.
    pub async fn remove_run_objects(&self) -> Result<(), EngineError> {
        self.clear(|owned| !owned.purpose.starts_with("reaper")).await
    }

    /// Removes what trials have left that were given up, and nothing else of the run.
    pub async fn remove_trials(&self) -> Result<(), EngineError> {
        self.clear(|owned| owned.purpose.starts_with("trial-") || owned.purpose == "explain").await
    }

    /// Ends the use of this engine: removes what the run made, disarms the reaper, closes the connection.
    pub async fn close(&self) {
        // What cannot be removed now is the reaper's, or expires and is swept by a later run.
        self.remove_run_objects().await.ok();
        self.disarm_reaper().await;
        self.clear(|_| true).await.ok();
        if let Route::Ssh(route) = &self.inner.route {
            route.close().await;
        }
    }

    /// Removes an image by reference or id; one that is gone counts as removed.
    pub async fn remove_image(&self, image: &str) -> Result<(), EngineError> {
        // Parents without a name are somebody else's build cache.
        let options = RemoveImageOptionsBuilder::default().force(true).noprune(true).build();
        match self.docker().remove_image(image, Some(options), None).await {
            Err(e) if !is_not_found(&e) => {
                Err(EngineError::api(format_args!("could not remove image `{image}`"), &e))
            }
            _ => Ok(()),
        }
    }

    /// Rounds until nothing is left: a create that was under way when the run was interrupted shows up late.
    async fn clear(&self, doomed: impl Fn(&Owned) -> bool) -> Result<(), EngineError> {
        let scope = PruneScope::Run(self.inner.run.run.clone());
        let begun = Instant::now();
        while begun.elapsed() < CLEARING {
            let listed = self.list_owned().await?;
            let mut names: BTreeSet<String> = self.inner.guards.names();
            let (ours, others): (Vec<Owned>, Vec<Owned>) =
                listed.into_iter().partition(|owned| scope.holds(owned, 0) && doomed(owned));
            for owned in others.iter().chain(&ours) {
                names.remove(&owned.name);
            }
            if ours.is_empty() && names.is_empty() {
                return Ok(());
            }
            // Created, perhaps: registered, and not listed yet.
            stream::iter(&names)
                .for_each_concurrent(AT_ONCE, |name| async move {
                    self.remove_container(name).await;
                })
                .await;
            self.remove_all(ours).await;
            // What the engine is removing is still listed for a moment.
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Ok(())
    }

    /// Containers first: networks and images are held by them.
    async fn remove_all(&self, doomed: Vec<Owned>) -> Vec<Owned> {
        let mut gone = Vec::new();
        let kinds: BTreeSet<OwnedKind> = doomed.iter().map(|owned| owned.kind).collect();
        for kind in kinds {
            let of_kind: Vec<Owned> = doomed.iter().filter(|owned| owned.kind == kind).cloned().collect();
            let removed: Vec<Option<Owned>> = stream::iter(of_kind)
                .map(|owned| async move { self.remove_owned(&owned).await.then_some(owned) })
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
            OwnedKind::Image => self.remove_image(&owned.id).await.is_ok(),
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
        purpose: labels.remove(PURPOSE).unwrap_or_default(),
    }
}
