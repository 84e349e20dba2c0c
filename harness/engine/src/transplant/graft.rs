//! An image made from another one: its layers, one more on top, and a changed configuration.

use std::collections::BTreeMap;
use std::io::{self, Seek, SeekFrom, Write};

use bollard::query_parameters::ImportImageOptionsBuilder;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_util::io::ReaderStream;

use super::Fetched;
use super::layer::{Layer, Moves};
use crate::connect::transport::Meter;
use crate::engine::{Engine, Route};
use crate::error::{EngineError, ErrorKind};
use crate::hex;
use crate::image::craft::put;
use crate::image::{LocalImage, pull};
use crate::ownership::labels;

/// What an image says about how it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// `os/architecture`.
    pub platform: String,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// `Cmd`.
    pub command: Option<Vec<String>>,
    /// `Entrypoint`.
    pub entrypoint: Option<Vec<String>>,
    /// `User`.
    pub user: Option<String>,
    /// `WorkingDir`.
    pub workdir: Option<String>,
}

/// What is changed in it; an outer `None` leaves a value as it is, an inner one unsets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigChanges {
    /// By variable.
    pub env: BTreeMap<String, Option<String>>,
    /// `Cmd`.
    pub command: Option<Option<Vec<String>>>,
    /// `Entrypoint`.
    pub entrypoint: Option<Option<Vec<String>>>,
    /// `User`.
    pub user: Option<Option<String>>,
    /// `WorkingDir`.
    pub workdir: Option<Option<String>>,
}

/// An image to make.
#[derive(Debug, Clone, Copy)]
pub struct Graft<'a> {
    /// The id of the image below, on this engine.
    pub base: &'a str,
    /// Directories of a container of that image.
    pub base_files: &'a Fetched,
    /// Files and directories of the other container.
    pub other_files: &'a Fetched,
    /// What comes and goes.
    pub moves: &'a Moves,
    /// What else changes.
    pub config: &'a ConfigChanges,
    /// The environment that it stands for.
    pub environment: &'a str,
    /// Why it is made: `trial-7`; unique in the environment.
    pub purpose: &'a str,
}

impl Engine {
    /// How an image runs.
    ///
    /// # Errors
    /// When the engine does not have it.
    pub async fn image_config(&self, image: &str) -> Result<ImageConfig, EngineError> {
        let (config, inspected) = self.inspect_config(image).await?;
        let words = |key: &str| -> Option<Vec<String>> {
            let list = config[key].as_array()?;
            Some(list.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
        };
        let text = |key: &str| config[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let env = words("Env").unwrap_or_default();
        let part = |part: Option<String>| part.unwrap_or_else(|| "unknown".to_owned()).to_ascii_lowercase();
        Ok(ImageConfig {
            platform: format!("{}/{}", part(inspected.os), part(inspected.architecture)),
            env: env.iter().filter_map(|pair| pair.split_once('=')).map(owned).collect(),
            command: words("Cmd"),
            entrypoint: words("Entrypoint"),
            user: text("User"),
            workdir: text("WorkingDir"),
        })
    }

    /// Makes an image; it belongs to the run and goes with it.
    ///
    /// # Errors
    /// [`ErrorKind::Transfer`] if the engine does not take it.
    pub async fn graft(&self, graft: &Graft<'_>) -> Result<LocalImage, EngineError> {
        let failed = |error: &dyn std::fmt::Display| {
            let message = format!("could not make the image of {}: {error}", graft.purpose);
            EngineError::new(ErrorKind::Transfer, message)
        };
        let (config, inspected) = self.inspect_config(graft.base).await?;
        let mut config = changed(config, graft.config);
        let labels = labels(&self.inner.run, graft.environment, graft.purpose);
        for (name, value) in labels {
            config["Labels"][name] = Value::String(value);
        }
        let mut layers = inspected.root_fs.and_then(|fs| fs.layers).unwrap_or_default();
        let layer = Layer::new(graft.moves, graft.base_files, graft.other_files);
        let image = json!({
            "architecture": inspected.architecture,
            "variant": inspected.variant,
            "os": inspected.os,
            "created": "1970-01-01T00:00:00Z",
            "config": config,
        });
        let tag = format!("envparity/trial:{}-{}-{}", self.inner.run.run, graft.environment, graft.purpose);
        let tag = lower_tag(&tag);
        let compress = !matches!(self.inner.route, Route::Local);
        let archive = write_archive(&layer, image, &mut layers, &tag, compress).map_err(|e| failed(&e))?;
        let body = ReaderStream::with_capacity(tokio::fs::File::from_std(archive), 256 << 10);
        let docker = self.patient(&Meter::default())?;
        let options = ImportImageOptionsBuilder::default().quiet(true).build();
        let mut output = Box::pin(docker.import_image_stream(options, body, None));
        while let Some(part) = output.next().await {
            part.map_err(|e| {
                EngineError::api(format_args!("could not load the image of {}", graft.purpose), &e)
                    .unless_gone(ErrorKind::Transfer)
            })?;
        }
        let image = self.find_image(&tag, None).await?;
        image.ok_or_else(|| failed(&"it did not arrive"))
    }

    async fn inspect_config(
        &self,
        image: &str,
    ) -> Result<(Value, bollard::models::ImageInspect), EngineError> {
        let inspected = self.docker().inspect_image(image).await;
        let inspected =
            inspected.map_err(|e| EngineError::api(format_args!("could not inspect image `{image}`"), &e))?;
        let config = serde_json::to_value(&inspected.config).unwrap_or_default();
        Ok((if config.is_object() { config } else { json!({}) }, inspected))
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn lower_tag(tag: &str) -> String {
    let (repo, version) = pull::split_tag(tag);
    let clean = |c: char| if c.is_ascii_alphanumeric() || "_.-".contains(c) { c } else { '-' };
    let version: String = version.chars().map(clean).take(128).collect();
    format!("{repo}:{version}")
}

fn changed(mut config: Value, changes: &ConfigChanges) -> Value {
    let list = config["Env"].as_array().cloned().unwrap_or_default();
    let name_of =
        |pair: &Value| pair.as_str().and_then(|pair| pair.split_once('=')).map(|(name, _)| name.to_owned());
    let mut env: Vec<Value> = list
        .into_iter()
        .filter(|pair| name_of(pair).is_none_or(|name| !changes.env.contains_key(&name)))
        .collect();
    let set = changes.env.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
    env.extend(set.map(Value::String));
    config["Env"] = Value::Array(env);
    if let Some(command) = &changes.command {
        config["Cmd"] = json!(command);
    }
    if let Some(entrypoint) = &changes.entrypoint {
        config["Entrypoint"] = json!(entrypoint);
    }
    if let Some(user) = &changes.user {
        config["User"] = json!(user.clone().unwrap_or_default());
    }
    if let Some(workdir) = &changes.workdir {
        config["WorkingDir"] = json!(workdir.clone().unwrap_or_default());
    }
    config
}

/// An archive as `docker load` takes it, with only the last layer in it, in a file without a name. The layer goes
/// first: its digest is part of the configuration.
fn write_archive(
    layer: &Layer<'_>,
    mut image: Value,
    layers: &mut Vec<String>,
    tag: &str,
    compress: bool,
) -> io::Result<std::fs::File> {
    let mut file = tempfile::tempfile()?;
    let level = if compress { Compression::new(4) } else { Compression::none() };
    let mut out = GzEncoder::new(io::BufWriter::with_capacity(256 << 10, &file), level);
    let length = layer.length()?;
    let position = layers.len();
    let mut header = tar::Header::new_gnu();
    header.set_path(format!("{position}/layer.tar"))?;
    header.set_size(length);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    let mut hashing = Hashing { out: &mut out, digest: Sha256::new() };
    layer.write_to(&mut hashing)?;
    let digest = format!("sha256:{}", hex(&hashing.digest.finalize()));
    let padding = length.next_multiple_of(512) - length;
    out.write_all(&[0; 512][..usize::try_from(padding).unwrap_or(0)])?;
    layers.push(digest);
    image["rootfs"] = json!({ "type": "layers", "diff_ids": layers });
    let config = image.to_string().into_bytes();
    let name = format!("{}.json", hex(&Sha256::digest(&config)));
    let names: Vec<String> = (0..layers.len()).map(|position| format!("{position}/layer.tar")).collect();
    let manifest = json!([{ "Config": name, "RepoTags": [tag], "Layers": names }]);
    let mut builder = tar::Builder::new(out);
    put(&mut builder, &name, 0o644, &config)?;
    put(&mut builder, "manifest.json", 0o644, manifest.to_string().as_bytes())?;
    builder.into_inner()?.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

struct Hashing<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
