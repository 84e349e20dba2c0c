//! Images made by hand: an archive as `docker save` writes it, with only the layers that the engine lacks.
//!
//! The form is <https://github.com/moby/docker-image-spec/blob/main/v1.2.md>: `manifest.json` names a
//! configuration and one `layer.tar` per layer. Layers that the engine has as the bottom of another image may be
//! missing from the archive.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::hex;

/// A layer that goes along.
pub(crate) struct Layer<'a> {
    /// Its place in the order of layers.
    pub(crate) position: usize,
    /// An uncompressed tar.
    pub(crate) tar: &'a [u8],
}

/// Digest of an uncompressed layer, `sha256:…`.
pub(crate) fn diff_id(tar: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(tar)))
}

/// A gzipped archive for `docker load`. `diff_ids` are all layers of the image in order.
pub(crate) fn archive(
    config: &Value,
    tag: &str,
    layers_total: usize,
    layers: &[Layer<'_>],
) -> io::Result<Vec<u8>> {
    let config = config.to_string().into_bytes();
    let config_name = format!("{}.json", hex(&Sha256::digest(&config)));
    let names: Vec<String> = (0..layers_total).map(|position| format!("{position}/layer.tar")).collect();
    let manifest = json!([{ "Config": config_name, "RepoTags": [tag], "Layers": names }]);

    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::new(6)));
    for layer in layers {
        put(&mut builder, &format!("{}/layer.tar", layer.position), 0o644, layer.tar)?;
    }
    put(&mut builder, &config_name, 0o644, &config)?;
    put(&mut builder, "manifest.json", 0o644, manifest.to_string().as_bytes())?;
    builder.into_inner()?.finish()
}

/// A tar that holds one executable file.
pub(crate) fn executable(name: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    put(&mut builder, name, 0o755, bytes)?;
    builder.into_inner()
}

/// Appends a file owned by root, of a fixed time.
pub(crate) fn put<W: Write>(
    builder: &mut tar::Builder<W>,
    name: &str,
    mode: u32,
    bytes: &[u8],
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(mode);
    header.set_mtime(0);
    builder.append_data(&mut header, name, bytes)
}
