//! The collector as a container of its own in the target's process namespace: it leaves nothing in the target, and
//! needs nothing there, no shell, no writable file system.

use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, StartContainerOptions,
};
use envparity_manifest::{ANSWER_CAP, Answer};
use futures_util::{Stream, StreamExt};

use super::{Collection, SCAN, image, read_answer};
use crate::engine::Engine;
use crate::error::describe;
use crate::ownership::{labels, object_name};

/// One run of the collector beside a container.
pub(crate) struct Look<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) docker: &'a Docker,
    /// The container whose processes it sees.
    pub(crate) target: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) arguments: Vec<String>,
    pub(crate) patience: Duration,
}

/// What it wrote.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

pub(super) async fn collect(collection: &Collection<'_>) -> Result<Answer, String> {
    let output = look(&Look {
        engine: collection.engine,
        docker: collection.docker,
        target: collection.id,
        environment: collection.environment,
        arguments: collection.arguments(),
        patience: SCAN,
    })
    .await?;
    read_answer(&output.stdout, &output.stderr)
}

/// Runs the collector and takes its output; it is gone afterwards.
pub(crate) async fn look(look: &Look<'_>) -> Result<Output, String> {
    let Look { engine, docker, environment, patience, .. } = look;
    let tag = image::ensure(engine, docker).await?;
    let purpose = format!("look-{}", engine.next_number());
    let name = object_name(&engine.inner.run.run, environment, &purpose);
    engine.inner.guards.register(&name);
    let ran = tokio::time::timeout(*patience, run(look, &name, &purpose, tag)).await;
    let ran = ran.unwrap_or_else(|_| Err(format!("no answer after {} s", patience.as_secs())));
    if ran.is_ok() {
        // The engine removes it by itself once it has ended.
        engine.inner.guards.release(&name);
    } else {
        engine.remove_container(&name).await;
    }
    ran
}

async fn run(look: &Look<'_>, name: &str, purpose: &str, tag: String) -> Result<Output, String> {
    let refused = |e: &bollard::errors::Error| describe(e);
    let body = body(look, purpose, tag);
    let options = CreateContainerOptionsBuilder::default().name(name).build();
    let id = look.docker.create_container(Some(options), body).await.map_err(|e| refused(&e))?.id;
    let attach = AttachContainerOptionsBuilder::default().stream(true).stdout(true).stderr(true).build();
    let attached = look.docker.attach_container(&id, Some(attach)).await.map_err(|e| refused(&e))?;
    look.docker.start_container(&id, None::<StartContainerOptions>).await.map_err(|e| refused(&e))?;
    read(attached.output).await
}

/// The create request of the collector's container.
pub(crate) fn body(look: &Look<'_>, purpose: &str, tag: String) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(tag),
        cmd: Some(look.arguments.clone()),
        labels: Some(labels(&look.engine.inner.run, look.environment, purpose)),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        host_config: Some(HostConfig {
            pid_mode: Some(format!("container:{}", look.target)),
            // To see the root and the memory maps of another user's processes.
            cap_add: Some(vec!["SYS_PTRACE".to_owned()]),
            network_mode: Some("none".to_owned()),
            readonly_rootfs: Some(true),
            auto_remove: Some(true),
            log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

/// Everything that a collector writes until it ends.
pub(super) async fn read<S>(mut parts: S) -> Result<Output, String>
where
    S: Stream<Item = Result<LogOutput, bollard::errors::Error>> + Unpin,
{
    let mut output = Output::default();
    while let Some(part) = parts.next().await {
        match part.map_err(|e| describe(&e))? {
            LogOutput::StdOut { message } | LogOutput::Console { message } => {
                output.stdout.extend_from_slice(&message);
            }
            LogOutput::StdErr { message } => output.stderr.extend_from_slice(&message),
            LogOutput::StdIn { .. } => {}
        }
        if (output.stdout.len() + output.stderr.len()) as u64 > ANSWER_CAP {
            return Err("the answer is too large".to_owned());
        }
    }
    Ok(output)
}
