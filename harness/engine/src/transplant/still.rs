//! A container in which nothing of the service runs: its files are those of the image, whatever a service would write
//! and whether or not it would start.

use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, StartContainerOptions, UploadToContainerOptionsBuilder,
};

use crate::container::{Identity, Parts, Service};
use crate::embedded::{COLLECTOR, COLLECTOR_DIGEST};
use crate::engine::Engine;
use crate::error::{EngineError, ErrorKind};
use crate::image::craft::executable;
use crate::manifest::collector_fits;
use crate::ownership::{labels, object_name};

/// It ends by itself if nobody removes it, milliseconds.
const LIFETIME: &str = "3600000";

impl Engine {
    /// Starts a container of an image that only waits.
    ///
    /// # Errors
    /// Where the collector does not run on the engine's host, or the container cannot be started.
    pub async fn start_still(
        &self,
        image: &str,
        environment: &str,
        purpose: &str,
    ) -> Result<Service, EngineError> {
        collector_fits(self).map_err(|reason| EngineError::new(ErrorKind::Start, reason))?;
        let failed = |e: &bollard::errors::Error| {
            EngineError::api(format_args!("could not look into image `{image}`"), e)
        };
        let program = format!(".parity-collector-{}", &COLLECTOR_DIGEST[..12]);
        let name = object_name(&self.inner.run.run, environment, purpose);
        let words = ["wait", "--port", "1", "--timeout", LIFETIME].map(str::to_owned).to_vec();
        let body = ContainerCreateBody {
            image: Some(image.to_owned()),
            entrypoint: Some(vec![format!("/{program}")]),
            cmd: Some(words),
            user: Some("0:0".to_owned()),
            working_dir: Some("/".to_owned()),
            labels: Some(labels(&self.inner.run, environment, purpose)),
            host_config: Some(HostConfig { network_mode: Some("none".to_owned()), ..HostConfig::default() }),
            ..ContainerCreateBody::default()
        };
        self.inner.guards.register(&name);
        let docker = self.docker();
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        let id = docker.create_container(Some(options), body).await.map_err(|e| failed(&e))?.id;
        let tar = executable(&program, COLLECTOR).map_err(|e| EngineError::io("the collector", &e))?;
        let upload = UploadToContainerOptionsBuilder::default().path("/").build();
        let put = docker.upload_to_container(&id, Some(upload), bollard::body_full(tar.into())).await;
        put.map_err(|e| failed(&e))?;
        docker.start_container(&id, None::<StartContainerOptions>).await.map_err(|e| failed(&e))?;
        let identity = Identity {
            id,
            image: image.to_owned(),
            address: None,
            ready_ms: 0,
            attached: false,
            environment: environment.to_owned(),
        };
        Ok(Service::new(self.clone(), identity, Parts { containers: vec![name], ..Parts::default() }))
    }
}
