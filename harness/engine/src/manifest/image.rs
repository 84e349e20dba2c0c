//! The collector's image: nothing but the collector, loaded once per engine and kept.

use bollard::Docker;
use bollard::query_parameters::ImportImageOptionsBuilder;
use futures_util::StreamExt;
use serde_json::json;

use crate::embedded::{COLLECTOR, COLLECTOR_ARCH, COLLECTOR_DIGEST};
use crate::engine::Engine;
use crate::error::{describe, is_not_found};
use crate::image::craft::{Layer, archive, diff_id, executable};

/// Marks the image as ours without tying it to a run.
pub(crate) const TOOL: &str = "parity.tool";
const PROGRAM: &str = "envparity-collector";

/// The image's tag: a function of the collector alone.
pub(crate) fn tag() -> String {
    format!("envparity/collector:{}", &COLLECTOR_DIGEST[..12])
}

/// Makes sure that the engine has it. The reason why not is a fragment.
pub(crate) async fn ensure(engine: &Engine, docker: &Docker) -> Result<String, String> {
    let tag = tag();
    let mut loaded = engine.inner.collector.lock().await;
    if *loaded {
        return Ok(tag);
    }
    fits(engine)?;
    match docker.inspect_image(&tag).await {
        Ok(_) => {}
        Err(e) if is_not_found(&e) => load(docker, &tag).await?,
        Err(e) => return Err(format!("could not look for its image: {}", describe(&e))),
    }
    *loaded = true;
    Ok(tag)
}

/// Whether the collector runs on the engine's host.
pub(crate) fn fits(engine: &Engine) -> Result<(), String> {
    if COLLECTOR.is_empty() {
        return Err("this build has no collector".to_owned());
    }
    let there = engine.inner.host.image_architecture();
    if there == COLLECTOR_ARCH {
        Ok(())
    } else {
        Err(format!("the collector of this build is for {COLLECTOR_ARCH}, the engine runs on {there}"))
    }
}

async fn load(docker: &Docker, tag: &str) -> Result<(), String> {
    let failed = |e: &dyn std::fmt::Display| format!("its image could not be loaded: {e}");
    let layer = executable(PROGRAM, COLLECTOR).map_err(|e| failed(&e))?;
    let config = json!({
        "architecture": COLLECTOR_ARCH,
        "os": "linux",
        "created": "1970-01-01T00:00:00Z",
        "config": { "Entrypoint": [format!("/{PROGRAM}")], "Labels": { TOOL: "collector" } },
        "rootfs": { "type": "layers", "diff_ids": [diff_id(&layer)] },
        "history": [{ "created": "1970-01-01T00:00:00Z", "created_by": "envparity" }],
    });
    let bytes = archive(&config, tag, 1, &[Layer { position: 0, tar: &layer }]).map_err(|e| failed(&e))?;
    let options = ImportImageOptionsBuilder::default().quiet(true).build();
    let mut output = Box::pin(docker.import_image(options, bollard::body_full(bytes.into()), None));
    while let Some(part) = output.next().await {
        part.map_err(|e| failed(&describe(&e)))?;
    }
    Ok(())
}
