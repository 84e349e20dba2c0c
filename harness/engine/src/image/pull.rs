//! Pulls, with the credentials of the docker client.

use bollard::errors::Error as ApiError;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;

use super::{ImageEvent, Progress, credentials};
use crate::connect::ambient::Ambient;
use crate::connect::transport::Meter;
use crate::engine::Engine;
use crate::error::{EngineError, ErrorKind, describe, is_not_found, is_unreachable};

/// Lets the engine pull the image.
pub(crate) async fn pull(
    engine: &Engine,
    reference: &str,
    platform: Option<&str>,
    progress: Progress<'_>,
) -> Result<(), EngineError> {
    let full = with_tag(reference);
    let mut options = CreateImageOptionsBuilder::default().from_image(&full);
    if let Some(platform) = platform {
        options = options.platform(platform);
    }
    let registry = registry_of(reference);
    let login = credentials::of(&Ambient::of_process(), registry).await?;
    let docker = engine.patient(&Meter::default())?;
    let mut output = Box::pin(docker.create_image(Some(options.build()), None, login));
    while let Some(part) = output.next().await {
        let info = part.map_err(|e| refusal(engine, reference, registry, &e))?;
        if let Some(status) = info.status {
            let line = info.id.map_or_else(|| status.clone(), |id| format!("{id}: {status}"));
            progress(ImageEvent::Pull(line));
        }
    }
    Ok(())
}

fn refusal(engine: &Engine, reference: &str, registry: &str, error: &ApiError) -> EngineError {
    let what =
        format!("no image `{reference}` on the engine of `{}`, and it could not be pulled", engine.name());
    if is_unreachable(error) {
        return EngineError::api(what, error);
    }
    let said = describe(error);
    let lower = said.to_ascii_lowercase();
    let hint = if lower.contains("denied")
        || lower.contains("unauthorized")
        || lower.contains("authentication")
    {
        format!("does it exist? if it is private: docker login {registry}")
    } else if is_not_found(error) || lower.contains("not found") || lower.contains("manifest unknown") {
        "check the name and tag".to_owned()
    } else {
        format!("can that engine reach `{registry}`? if the image exists here, `sync = \"missing\"` sends it")
    };
    EngineError::new(ErrorKind::ImageNotFound, format!("{what}: {said}")).hint(hint)
}

/// The registry's host, as credentials name it.
pub(crate) fn registry_of(reference: &str) -> &str {
    match reference.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

/// Without tag or digest an engine would pull every tag.
fn with_tag(reference: &str) -> String {
    let name = reference.rsplit('/').next().unwrap_or(reference);
    if name.contains([':', '@']) { reference.to_owned() } else { format!("{reference}:latest") }
}

/// Repository and tag.
pub(crate) fn split_tag(reference: &str) -> (&str, &str) {
    match reference.rsplit_once(':') {
        Some((repo, tag)) if !tag.contains('/') => (repo, tag),
        _ => (reference, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        for (reference, registry) in [
            ("debian", "docker.io"),
            ("team/app:1", "docker.io"),
            ("localhost/app", "localhost"),
            ("127.0.0.1:5000/a/b", "127.0.0.1:5000"),
            ("ghcr.io/a/b@sha256:0", "ghcr.io"),
        ] {
            assert_eq!(registry_of(reference), registry, "{reference}");
        }
        assert_eq!(with_tag("127.0.0.1:5000/app"), "127.0.0.1:5000/app:latest");
        assert_eq!(with_tag("app@sha256:0"), "app@sha256:0");
        assert_eq!(split_tag("h:1/app"), ("h:1/app", "latest"));
        assert_eq!(split_tag("h:1/app:2"), ("h:1/app", "2"));
    }
}
