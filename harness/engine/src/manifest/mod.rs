//! What is installed in a running container: asked from inside where possible, so that only the answer travels.

mod cache;
mod exec;
mod facts;
mod image;
mod outside;
mod sidecar;
mod tarred;

use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::models::ContainerInspectResponse;
use envparity_manifest::Answer;
use envparity_model::{Manifest, ManifestLine, ManifestState, Way};

use crate::connect::transport::Meter;
use crate::container::Service;
use crate::engine::{Engine, Route};

pub(crate) use image::{ensure as collector_image, fits as collector_fits};
pub(crate) use sidecar::{Look, body as look_body, look};

/// A whole scan may take this long.
const SCAN: Duration = Duration::from_secs(120);

/// A collection under way.
pub(crate) struct Collection<'a> {
    pub(crate) engine: &'a Engine,
    /// Counts what this collection alone sends and receives.
    pub(crate) docker: &'a Docker,
    pub(crate) inspected: &'a ContainerInspectResponse,
    pub(crate) id: &'a str,
    pub(crate) environment: &'a str,
    /// A container that may not be changed in any way.
    pub(crate) attached: bool,
}

impl Service {
    /// Everything installed in it, and facts from inside and outside. With `cache` an earlier answer for the same
    /// image and configuration counts while the container's file system has not changed.
    pub async fn collect(&self, cache: bool) -> ManifestLine {
        self.collect_line(cache, None).await
    }

    /// The same by one way only, for comparing the ways and for finding out why one fails.
    pub async fn collect_by(&self, way: Way) -> ManifestLine {
        self.collect_line(false, Some(way)).await
    }

    async fn collect_line(&self, cache: bool, only: Option<Way>) -> ManifestLine {
        let begun = Instant::now();
        let meter = Meter::default();
        let state = self.collect_state(cache, only, &meter).await;
        ManifestLine {
            state: state.unwrap_or_else(|reason| ManifestState::Failed { reason }),
            wire_bytes: meter.bytes(),
            wall_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    async fn collect_state(
        &self,
        cache: bool,
        only: Option<Way>,
        meter: &Meter,
    ) -> Result<ManifestState, String> {
        let engine = &self.engine;
        let docker = engine.metered(meter).map_err(|e| e.problem.message)?;
        let id = self.identity.id.as_str();
        let inspected = docker
            .inspect_container(id, None::<bollard::query_parameters::InspectContainerOptions>)
            .await
            .map_err(|e| format!("could not inspect the container: {}", crate::error::describe(&e)))?;
        let image = engine.image_by_id(&docker, &self.identity.image).await.map_err(|e| e.problem.message)?;
        let collection = Collection {
            engine,
            docker: &docker,
            inspected: &inspected,
            id,
            environment: &self.identity.environment,
            attached: self.identity.attached,
        };
        let slot = if cache { cache::Slot::of(&collection, &image.identity) } else { None };
        let kept = match &slot {
            Some(slot) => slot.find(&collection).await?,
            None => None,
        };
        let cached = kept.is_some();
        let (way, mut manifest) = match kept {
            Some(kept) => kept,
            None => collection.scan(only).await?,
        };
        if let Some(slot) = slot.filter(|_| !cached) {
            slot.write(&collection, way, &manifest).await;
        }
        facts::add(&mut manifest, &collection, &image);
        Ok(ManifestState::Present { way, cached, manifest })
    }
}

impl Collection<'_> {
    /// Each way in turn; the reasons of all of them if none works.
    async fn scan(&self, only: Option<Way>) -> Result<(Way, Manifest), String> {
        // The export is complete, the archive way is small: which goes first depends on the distance.
        let ways = match &self.engine.inner.route {
            Route::Local => [Way::Sidecar, Way::Exec, Way::Export, Way::Archive],
            Route::Ssh(_) | Route::Tcp { .. } => [Way::Sidecar, Way::Exec, Way::Archive, Way::Export],
        };
        let mut reasons = Vec::new();
        for way in ways.into_iter().filter(|way| only.is_none_or(|only| only == *way)) {
            match Box::pin(self.scan_by(way)).await {
                Ok(manifest) => return Ok((way, manifest)),
                Err(reason) => reasons.push(format!("{}: {reason}", way.name())),
            }
        }
        Err(reasons.join("; "))
    }

    async fn scan_by(&self, way: Way) -> Result<Manifest, String> {
        match way {
            Way::Sidecar => sidecar::collect(self).await.map(|answer| answer.manifest),
            Way::Exec => exec::collect(self).await.map(|answer| answer.manifest),
            Way::Archive => outside::archive(self).await,
            Way::Export => outside::export(self).await,
        }
    }

    fn workdir(&self) -> Option<String> {
        let config = self.inspected.config.as_ref()?;
        config.working_dir.clone().filter(|dir| !dir.is_empty() && dir != "/")
    }

    /// The collector's words for a scan of this container.
    fn arguments(&self) -> Vec<String> {
        let mut words = vec!["collect".to_owned()];
        if let Some(workdir) = self.workdir() {
            words.extend(["--workdir".to_owned(), workdir]);
        }
        words
    }
}

/// Takes the collector's answer, or the reason that it gave on stderr.
fn read_answer(stdout: &[u8], stderr: &[u8]) -> Result<Answer, String> {
    if stdout.is_empty() {
        let said = String::from_utf8_lossy(stderr).trim().to_owned();
        let message = serde_json::from_str::<serde_json::Value>(&said)
            .ok()
            .and_then(|failure| failure["message"].as_str().map(str::to_owned));
        return Err(message.unwrap_or_else(|| {
            if said.is_empty() { "the collector said nothing".to_owned() } else { said }
        }));
    }
    Answer::unpack(stdout)
}
