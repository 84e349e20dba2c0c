//! Archives of `docker save`.

use std::path::Path;

use bollard::query_parameters::ImportImageOptionsBuilder;
use futures_util::StreamExt;
use tokio_util::io::ReaderStream;

use super::{ImageEvent, Progress, tagged};
use crate::connect::transport::Meter;
use crate::engine::Engine;
use crate::error::{EngineError, ErrorKind};

/// Loads the archive; the answer is the name to run its image by.
pub(crate) async fn load(
    engine: &Engine,
    file: &Path,
    tag: Option<&str>,
    progress: Progress<'_>,
) -> Result<String, EngineError> {
    let shown = file.display();
    let opened = tokio::fs::File::open(file).await.map_err(|e| {
        EngineError::new(ErrorKind::ImageNotFound, format!("could not open `{shown}`: {e}"))
            .hint("`archive` in [image] is relative to parity.toml")
    })?;
    let body = ReaderStream::with_capacity(opened, 256 << 10);
    let docker = engine.patient(&Meter::default())?;
    let options = ImportImageOptionsBuilder::default().build();
    let mut output = Box::pin(docker.import_image_stream(options, body, None));
    let mut loaded = Vec::new();
    while let Some(part) = output.next().await {
        let info = part.map_err(|e| {
            EngineError::api(format_args!("could not load `{shown}`"), &e)
                .unless_gone(ErrorKind::ImageNotFound)
                .hint("an archive is what `docker save` wrote: is the file whole?")
        })?;
        for line in info.stream.iter().flat_map(|text| text.lines()) {
            progress(ImageEvent::Pull(line.to_owned()));
            loaded.extend(name_in(line).map(str::to_owned));
        }
    }
    let has_tag = tag.and_then(|tag| loaded.iter().find(|name| *name == tag));
    match (has_tag, loaded.as_slice()) {
        (Some(name), _) => Ok(name.clone()),
        (None, [only]) => tagged(engine, only, tag).await,
        (None, []) => Err(EngineError::new(
            ErrorKind::ImageNotFound,
            format!("`{shown}` holds no image that the engine takes"),
        )),
        (None, several) => Err(EngineError::new(
            ErrorKind::ImageNotFound,
            format!("`{shown}` holds several images: {}", several.join(", ")),
        )
        .hint("say which one with `tag` in [image]")),
    }
}

/// The engine's words: `Loaded image: NAME` or `Loaded image ID: sha256:…`.
fn name_in(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("Loaded image: ").or_else(|| line.strip_prefix("Loaded image ID: "));
    rest.map(str::trim).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_engine_names_what_it_loaded() {
        assert_eq!(super::name_in("Loaded image: team/app:1.4"), Some("team/app:1.4"));
        assert_eq!(super::name_in("Loaded image ID: sha256:0a"), Some("sha256:0a"));
        assert_eq!(super::name_in("The image x already exists"), None);
    }
}
