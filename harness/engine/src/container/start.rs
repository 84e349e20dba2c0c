//! Starting a container, and finding one that already runs.

use std::time::Instant;

use bollard::errors::Error as ApiError;
use bollard::models::{ContainerCreateBody, ContainerInspectResponse, NetworkCreateRequest};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, InspectContainerOptions, StartContainerOptions,
};
use envparity_config::ServiceSpec;

use super::create::{Placement, create_body, service_body};
use super::ready::Wait;
use super::service::{Identity, Parts};
use super::{Service, StartSpec};
use crate::engine::Engine;
use crate::error::{EngineError, ErrorKind, StartError, describe, is_not_found, status};
use crate::image::pull::pull;
use crate::ownership::{labels, object_name};

impl Engine {
    /// Creates the container, starts it and waits until it is ready. On failure nothing is left behind.
    pub async fn start(&self, spec: &StartSpec<'_>) -> Result<Service, StartError> {
        let mut parts = Parts::default();
        let started = Box::pin(self.bring_up(spec, &mut parts)).await;
        if started.is_err() {
            parts.remove(self).await;
        }
        started.map(|identity| Service::new(self.clone(), identity, parts))
    }

    /// A container that already runs here: never started, stopped or changed.
    pub async fn attach(&self, container: &str, port: Option<u16>) -> Result<Service, StartError> {
        let inspected = self.inspect(container).await.map_err(|e| {
            if is_not_found(&e) {
                EngineError::new(
                    ErrorKind::Start,
                    format!("no container `{container}` on the engine of `{}`", self.name()),
                )
                .hint("`docker ps` there shows those that run")
            } else {
                EngineError::api(format_args!("could not inspect container `{container}`"), &e)
            }
        })?;
        let running = inspected.state.as_ref().and_then(|state| state.running).unwrap_or_default();
        let id = inspected.id.clone().unwrap_or_default();
        if !running {
            return Err(StartError::NotStarted {
                reason: format!("container `{container}` does not run"),
                log_tail: self.log_tail_of(&id, 50).await,
                exit_code: inspected.state.and_then(|state| state.exit_code),
            });
        }
        let mut parts = Parts::default();
        let address = match port {
            Some(port) => Some(self.reach(&inspected, port, &mut parts).await?),
            None => None,
        };
        let identity = Identity {
            id,
            image: inspected.image.clone().unwrap_or_default(),
            address,
            ready_ms: 0,
            attached: true,
            environment: self.name().to_owned(),
        };
        Ok(Service::new(self.clone(), identity, parts))
    }

    async fn bring_up(&self, spec: &StartSpec<'_>, parts: &mut Parts) -> Result<Identity, StartError> {
        let begun = Instant::now();
        let run = &self.inner.run;
        let mut placement = Placement {
            publish_on: self.publish_on(),
            network: None,
            labels: labels(run, spec.environment, spec.purpose),
        };
        if !spec.container.services.is_empty() {
            let network = self.create_network(spec, &placement, parts).await?;
            for service in &spec.container.services {
                self.bring_up_service(service, spec, &network, &placement, parts).await?;
            }
            placement.network = Some(network);
        }
        let name = object_name(&run.run, spec.environment, spec.purpose);
        let body = create_body(spec, &placement);
        let inspected = self.create_and_start(&name, body, spec.platform, parts).await?;
        let id = inspected.id.clone().unwrap_or_default();
        let address = match spec.container.port {
            Some(port) => self.reach_started(&inspected, port, parts).await?,
            None => None,
        };
        let wait = Wait {
            engine: self,
            id: &id,
            ready: &spec.container.ready,
            address: address.as_ref(),
            port: spec.container.port,
            environment: spec.environment,
        };
        wait.run().await?;
        Ok(Identity {
            id,
            image: inspected.image.unwrap_or_default(),
            address,
            ready_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            attached: false,
            environment: spec.environment.to_owned(),
        })
    }

    async fn bring_up_service(
        &self,
        service: &ServiceSpec,
        spec: &StartSpec<'_>,
        network: &str,
        placement: &Placement,
        parts: &mut Parts,
    ) -> Result<(), StartError> {
        let purpose = format!("{}-{}", spec.purpose, service.name);
        let name = object_name(&self.inner.run.run, spec.environment, &purpose);
        let body = service_body(service, network, placement);
        let up = async {
            if self.find_image(&service.image, spec.platform).await?.is_none() {
                pull(self, &service.image, spec.platform, &|_| ()).await?;
            }
            let inspected = self.create_and_start(&name, body, spec.platform, parts).await?;
            let id = inspected.id.clone().unwrap_or_default();
            let address = match service.port {
                Some(port) => self.reach_started(&inspected, port, parts).await?,
                None => None,
            };
            let wait = Wait {
                engine: self,
                id: &id,
                ready: &service.ready,
                address: address.as_ref(),
                port: service.port,
                environment: spec.environment,
            };
            wait.run().await
        };
        up.await.map_err(|e| match e {
            StartError::NotStarted { reason, log_tail, exit_code } => StartError::NotStarted {
                reason: format!("service `{}` {reason}", service.name),
                log_tail,
                exit_code,
            },
            engine @ StartError::Engine(_) => engine,
        })
    }

    async fn create_network(
        &self,
        spec: &StartSpec<'_>,
        placement: &Placement,
        parts: &mut Parts,
    ) -> Result<String, EngineError> {
        let name = object_name(&self.inner.run.run, spec.environment, &format!("{}-net", spec.purpose));
        parts.network = Some(name.clone());
        let request = NetworkCreateRequest {
            name: name.clone(),
            labels: Some(placement.labels.clone()),
            ..NetworkCreateRequest::default()
        };
        self.docker()
            .create_network(request)
            .await
            .map_err(|e| EngineError::api(format_args!("could not create network `{name}`"), &e))?;
        Ok(name)
    }

    async fn create_and_start(
        &self,
        name: &str,
        body: ContainerCreateBody,
        platform: Option<&str>,
        parts: &mut Parts,
    ) -> Result<ContainerInspectResponse, StartError> {
        let image = body.image.clone().unwrap_or_default();
        // Known before the call: a create whose answer never comes leaves a container as well.
        self.inner.guards.register(name);
        parts.containers.push(name.to_owned());
        let mut options = CreateContainerOptionsBuilder::default().name(name);
        if let Some(platform) = platform {
            options = options.platform(platform);
        }
        let created = self.docker().create_container(Some(options.build()), body).await;
        let id = created.map_err(|e| create_failed(self.name(), name, &image, &e))?.id;
        let started = self.docker().start_container(&id, None::<StartContainerOptions>).await;
        started.map_err(|e| start_failed(name, &e))?;
        self.inspect(&id).await.map_err(|e| {
            StartError::Engine(EngineError::api(format_args!("could not inspect container `{name}`"), &e))
        })
    }

    pub(crate) async fn inspect(&self, container: &str) -> Result<ContainerInspectResponse, ApiError> {
        self.docker().inspect_container(container, None::<InspectContainerOptions>).await
    }
}

fn create_failed(environment: &str, name: &str, image: &str, error: &ApiError) -> StartError {
    let what = format!("could not create container `{name}`");
    let mapped = EngineError::api(&what, error).unless_gone(ErrorKind::Start);
    if is_not_found(error) && describe(error).to_ascii_lowercase().contains("image") {
        return StartError::Engine(
            EngineError::new(
                ErrorKind::ImageNotFound,
                format!("no image `{image}` on the engine of `{environment}`"),
            )
            .hint("`sync = \"missing\"` sends it there"),
        );
    }
    StartError::Engine(match status(error) {
        Some(409) => mapped.hint("a container of that name exists already: `parity prune` removes leftovers"),
        _ => mapped,
    })
}

/// A start that fails because of what is in the container is the service's failure, not the engine's.
fn start_failed(name: &str, error: &ApiError) -> StartError {
    let said = describe(error);
    let lower = said.to_ascii_lowercase();
    if lower.contains("port is already allocated") || lower.contains("address already in use") {
        let error = EngineError::new(ErrorKind::Port, format!("container `{name}`: {said}"));
        return StartError::Engine(
            error.hint("another process holds that port: stop it, or publish another"),
        );
    }
    let by_runtime = ["oci runtime", "runc", "failed to create task", "failed to create shim", "crun"];
    if status(error).is_some() && by_runtime.iter().any(|word| lower.contains(word)) {
        return StartError::NotStarted {
            reason: format!("could not be started: {said}"),
            log_tail: String::new(),
            exit_code: Some(if lower.contains("not found") || lower.contains("no such file") {
                127
            } else {
                126
            }),
        };
    }
    StartError::Engine(
        EngineError::api(format_args!("could not start container `{name}`"), error)
            .unless_gone(ErrorKind::Start),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status_code: u16, message: &str) -> ApiError {
        ApiError::DockerResponseServerError { status_code, message: message.to_owned() }
    }

    #[test]
    fn who_is_to_blame_for_a_failed_start() {
        let taken = said(
            500,
            "driver failed programming external connectivity: Bind for 127.0.0.1:80 failed: port is already allocated",
        );
        assert!(matches!(start_failed("c", &taken), StartError::Engine(e) if e.kind == ErrorKind::Port));
        let missing =
            said(400, "OCI runtime create failed: exec: \"./run\": no such file or directory: unknown");
        let StartError::NotStarted { exit_code, reason, .. } = start_failed("c", &missing) else {
            panic!("the service's")
        };
        assert!(exit_code == Some(127) && reason.contains("./run"));
        let odd = said(500, "no space left on device");
        assert!(matches!(start_failed("c", &odd), StartError::Engine(e) if e.kind == ErrorKind::Start));
        let gone = ApiError::RequestTimeoutError;
        assert!(
            matches!(start_failed("c", &gone), StartError::Engine(e) if e.kind == ErrorKind::Unreachable)
        );
        let absent = create_failed("qa", "c", "app:1", &said(404, "No such image: app:1"));
        assert!(matches!(absent, StartError::Engine(e) if e.kind == ErrorKind::ImageNotFound));
    }
}
