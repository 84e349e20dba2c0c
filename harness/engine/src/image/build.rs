//! Builds, by the classic builder: every engine has it, and it needs no session.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::Path;

use bollard::body_try_stream;
use bollard::query_parameters::BuildImageOptionsBuilder;
use futures_util::StreamExt;
use tokio_util::io::ReaderStream;

use super::credentials;
use super::{ImageEvent, Progress, context};
use crate::connect::ambient::Ambient;
use crate::connect::transport::Meter;
use crate::engine::Engine;
use crate::error::{EngineError, ErrorKind, describe, is_unreachable};

/// Lines of a build's output that an error shows.
const SHOWN: usize = 15;

/// What to build.
pub(crate) struct Order<'a> {
    pub(crate) context: &'a Path,
    pub(crate) dockerfile: Option<&'a str>,
    pub(crate) args: &'a BTreeMap<String, String>,
    pub(crate) target: Option<&'a str>,
    pub(crate) tag: Option<&'a str>,
    pub(crate) platform: Option<&'a str>,
}

/// Builds and tags the image; the answer is its tag.
pub(crate) async fn build(
    engine: &Engine,
    order: &Order<'_>,
    progress: Progress<'_>,
) -> Result<String, EngineError> {
    let dockerfile = order.dockerfile.unwrap_or("Dockerfile").trim_start_matches("./").to_owned();
    let shown = order.context.display();
    if !order.context.is_dir() {
        return Err(EngineError::new(ErrorKind::Build, format!("no folder `{shown}` to build from"))
            .hint("`build` in [image] is relative to parity.toml"));
    }
    if !order.context.join(&dockerfile).is_file() {
        return Err(EngineError::new(ErrorKind::Build, format!("no `{dockerfile}` in `{shown}`"))
            .hint("`dockerfile` in [image] names another one"));
    }
    let tag = order.tag.map_or_else(|| default_tag(order.context), str::to_owned);
    let packed = pack(order.context, &dockerfile).await?;
    let body = body_try_stream(ReaderStream::with_capacity(packed, 64 << 10));

    let args: HashMap<String, String> = order.args.clone().into_iter().collect();
    let mut options =
        BuildImageOptionsBuilder::default().dockerfile(&dockerfile).t(&tag).rm(true).forcerm(true);
    if !args.is_empty() {
        options = options.buildargs(&args);
    }
    if let Some(target) = order.target {
        options = options.target(target);
    }
    if let Some(platform) = order.platform {
        options = options.platform(platform);
    }
    let registries = credentials::all(&Ambient::of_process()).await;
    let docker = engine.patient(&Meter::default())?;
    let mut output = Box::pin(docker.build_image(options.build(), registries, Some(body)));
    let mut tail = VecDeque::new();
    while let Some(part) = output.next().await {
        match part {
            Ok(info) => {
                for line in info.stream.iter().flat_map(|text| text.lines()).filter(|line| !line.is_empty()) {
                    if tail.len() == SHOWN {
                        tail.pop_front();
                    }
                    tail.push_back(line.to_owned());
                    progress(ImageEvent::Build(line.to_owned()));
                }
            }
            Err(e) if is_unreachable(&e) => {
                return Err(EngineError::api(format_args!("could not build `{shown}`"), &e));
            }
            Err(e) => {
                let output: String = tail.iter().map(|line| format!("\n  {line}")).collect();
                let message = format!("could not build `{shown}`: {}{output}", describe(&e));
                return Err(EngineError::new(ErrorKind::Build, message)
                    .hint(format!("docker build {shown} shows the same")));
            }
        }
    }
    Ok(tag)
}

async fn pack(folder: &Path, dockerfile: &str) -> Result<tokio::fs::File, EngineError> {
    let (folder, dockerfile) = (folder.to_owned(), dockerfile.to_owned());
    let packed = tokio::task::spawn_blocking(move || context::pack(&folder, &dockerfile)).await;
    let packed = packed.map_err(|e| EngineError::new(ErrorKind::Build, format!("could not pack: {e}")))?;
    let file = packed.map_err(|e| EngineError::io("could not read the build context", &e))?;
    Ok(tokio::fs::File::from_std(file))
}

/// A tag for a build that has none: the folder's name.
fn default_tag(context: &Path) -> String {
    let name =
        context.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let name: String = name
        .unwrap_or_default()
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let name = name.trim_matches('-');
    format!("parity/{}:latest", if name.is_empty() { "app" } else { name })
}
