//! Images: built, found, pulled or read from an archive; identified; sent from engine to engine.

mod archive;
mod build;
mod context;
pub(crate) mod craft;
mod credentials;
mod delta;
mod identity;
mod ignore;
mod layers;
pub(crate) mod pipe;
pub(crate) mod pull;
mod saved;
mod transfer;

use std::path::Path;

use bollard::models::ImageInspect;
use envparity_config::{ImageSource, ImageSpec};

pub(crate) use identity::identity;
pub use transfer::{SentBy, TransferStats, send};

use crate::engine::Engine;
use crate::error::{EngineError, ErrorKind, is_not_found};

/// What happens to an image, for progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageEvent {
    /// A line of a build's output.
    Build(String),
    /// A line of a pull's output.
    Pull(String),
    /// Bytes sent so far.
    Sent(u64),
}

/// Takes events of images.
pub type Progress<'a> = &'a (dyn Fn(ImageEvent) + Send + Sync);

/// An image on one engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalImage {
    /// The reference that it is run by, the same everywhere.
    pub reference: String,
    /// The engine's id: never compared across engines.
    pub id: String,
    /// See [`envparity_model::Image::identity`].
    pub identity: String,
    /// Bytes.
    pub size: u64,
    /// `amd64`, `arm64`.
    pub architecture: String,
    /// Diff ids of its layers, in order.
    pub layers: Vec<String>,
    /// The platform that was asked for.
    pub platform: Option<String>,
}

impl LocalImage {
    pub(crate) fn of(reference: &str, platform: Option<&str>, inspected: &ImageInspect) -> Self {
        let layers = inspected.root_fs.as_ref().and_then(|fs| fs.layers.clone()).unwrap_or_default();
        Self {
            reference: reference.to_owned(),
            id: inspected.id.clone().unwrap_or_default(),
            identity: identity(inspected),
            size: inspected.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            architecture: inspected.architecture.clone().unwrap_or_default(),
            layers,
            platform: platform.map(str::to_owned),
        }
    }

    /// As the report shows it.
    pub fn image(&self) -> envparity_model::Image {
        envparity_model::Image {
            r#ref: self.reference.clone(),
            id: self.id.clone(),
            identity: self.identity.clone(),
            size: self.size,
        }
    }
}

/// Builds the image on `engine`, or finds it there, or brings it there by pull or from an archive.
/// Relative paths are below `base_dir`.
pub async fn build_or_find(
    engine: &Engine,
    spec: &ImageSpec,
    base_dir: &Path,
    progress: Progress<'_>,
) -> Result<LocalImage, EngineError> {
    let platform = spec.platform.as_deref();
    let reference = match &spec.source {
        ImageSource::Build { context, dockerfile, args, target } => {
            let order = build::Order {
                context: &base_dir.join(context),
                dockerfile: dockerfile.as_deref(),
                args,
                target: target.as_deref(),
                tag: spec.tag.as_deref(),
                platform,
            };
            build::build(engine, &order, progress).await?
        }
        ImageSource::Ref(reference) => {
            if engine.find_image(reference, platform).await?.is_none() {
                pull::pull(engine, reference, platform, progress).await?;
            }
            // What is named by its digest alone has no name that survives a transfer.
            let by_digest = reference.split_once("@sha256:").map(|(repo, digest)| {
                let start: String = digest.chars().take(12).collect();
                format!("{}:parity-{start}", pull::split_tag(repo).0)
            });
            tagged(engine, reference, spec.tag.as_deref().or(by_digest.as_deref())).await?
        }
        ImageSource::Archive(file) => {
            archive::load(engine, &base_dir.join(file), spec.tag.as_deref(), progress).await?
        }
    };
    engine.find_image(&reference, platform).await?.ok_or_else(|| {
        EngineError::new(
            ErrorKind::ImageNotFound,
            format!("no image `{reference}` on the engine of `{}`", engine.name()),
        )
    })
}

/// Gives `reference` the name `tag` as well, and answers with the name to run it by.
pub(crate) async fn tagged(
    engine: &Engine,
    reference: &str,
    tag: Option<&str>,
) -> Result<String, EngineError> {
    let Some(tag) = tag else { return Ok(reference.to_owned()) };
    let (repo, version) = pull::split_tag(tag);
    let options =
        bollard::query_parameters::TagImageOptionsBuilder::default().repo(repo).tag(version).build();
    engine.docker().tag_image(reference, Some(options)).await.map_err(|e| {
        EngineError::api(format_args!("could not tag `{reference}` as `{tag}`"), &e)
            .unless_gone(ErrorKind::ImageNotFound)
    })?;
    Ok(tag.to_owned())
}

impl Engine {
    /// The image of that reference, if the engine has it for the platform.
    pub async fn find_image(
        &self,
        reference: &str,
        platform: Option<&str>,
    ) -> Result<Option<LocalImage>, EngineError> {
        match self.docker().inspect_image(reference).await {
            Ok(inspected) if fits(&inspected, platform) => {
                let image = LocalImage::of(reference, platform, &inspected);
                self.inner.images.lock().await.insert(image.id.clone(), image.clone());
                Ok(Some(image))
            }
            Ok(_) => Ok(None),
            Err(e) if is_not_found(&e) => Ok(None),
            Err(e) => Err(EngineError::api(format_args!("could not inspect image `{reference}`"), &e)),
        }
    }

    /// The image of that id, asked for once: what an id names never changes.
    pub(crate) async fn image_by_id(
        &self,
        docker: &bollard::Docker,
        id: &str,
    ) -> Result<LocalImage, EngineError> {
        let mut images = self.inner.images.lock().await;
        if let Some(known) = images.get(id) {
            return Ok(known.clone());
        }
        let inspected = docker.inspect_image(id).await;
        let inspected =
            inspected.map_err(|e| EngineError::api(format_args!("could not inspect image `{id}`"), &e))?;
        let image = LocalImage::of(id, None, &inspected);
        images.insert(id.to_owned(), image.clone());
        Ok(image)
    }
}

/// Whether the image is for the platform, as far as both say.
fn fits(inspected: &ImageInspect, platform: Option<&str>) -> bool {
    let Some(platform) = platform else { return true };
    let mut wanted = platform.split('/');
    let mut agrees = |has: Option<&String>| match (wanted.next(), has) {
        (Some(wanted), Some(has)) if !has.is_empty() => wanted == has,
        _ => true,
    };
    agrees(inspected.os.as_ref()) && agrees(inspected.architecture.as_ref())
}
