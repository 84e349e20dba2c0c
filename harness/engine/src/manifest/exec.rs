//! The collector put into the container and executed there: where no sidecar is let in.

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bollard::query_parameters::UploadToContainerOptionsBuilder;
use envparity_manifest::Answer;

use super::{Collection, SCAN, image, read_answer, sidecar};
use crate::embedded::{COLLECTOR, COLLECTOR_DIGEST};
use crate::error::describe;
use crate::image::craft::executable;

/// The start of the file's name, in the root.
pub(super) const FILE: &str = ".parity-collector-";

pub(super) async fn collect(collection: &Collection<'_>) -> Result<Answer, String> {
    if collection.attached {
        return Err("nothing is put into a container that was not started here".to_owned());
    }
    image::fits(collection.engine)?;
    let running = collection.inspected.state.as_ref().and_then(|state| state.running);
    if running != Some(true) {
        return Err("the container does not run".to_owned());
    }
    let collected = tokio::time::timeout(SCAN, put_and_run(collection)).await;
    collected.unwrap_or_else(|_| Err(format!("no answer after {} s", SCAN.as_secs())))
}

async fn put_and_run(collection: &Collection<'_>) -> Result<Answer, String> {
    let docker = collection.docker;
    let name = format!("{FILE}{}", &COLLECTOR_DIGEST[..12]);
    let tar = executable(&name, COLLECTOR).map_err(|e| e.to_string())?;
    // To the root itself: below a tmpfs it would land under the mount.
    let options = UploadToContainerOptionsBuilder::default().path("/").build();
    let body = bollard::body_full(gzip(&tar).map_err(|e| e.to_string())?.into());
    docker.upload_to_container(collection.id, Some(options), body).await.map_err(|e| describe(&e))?;

    let mut words = vec![format!("/{name}")];
    words.extend(collection.arguments());
    words.extend(["--root".to_owned(), "/".to_owned()]);
    let exec = CreateExecOptions {
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        cmd: Some(words),
        user: Some("0:0".to_owned()),
        ..CreateExecOptions::default()
    };
    let id = docker.create_exec(collection.id, exec).await.map_err(|e| describe(&e))?.id;
    let started = docker.start_exec(&id, None::<StartExecOptions>).await.map_err(|e| describe(&e))?;
    let StartExecResults::Attached { output, .. } = started else {
        return Err("the engine did not attach".to_owned());
    };
    let output = sidecar::read::<
        std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<LogOutput, _>> + Send>>,
    >(output)
    .await?;
    let mut answer = read_answer(&output.stdout, &output.stderr)?;
    // Its own file is no part of the container.
    answer.manifest.files.retain(|(path, _)| !path.ends_with(&name));
    Ok(answer)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}
