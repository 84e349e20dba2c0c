//! Reading the stream of `docker save`: layers spilled and hashed as they pass, the rest kept.
//!
//! Older engines name folders by ids of their own and write `manifest.json` last, so what a layer is shows only when
//! it has gone by.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::path::{Component, Path};

use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::layers::{HeldLayer, LayerCache};
use crate::hex;

/// Larger entries are no configuration.
const CONFIG_CAP: u64 = 8 << 20;

/// What is needed of an image.
#[derive(Debug)]
pub(crate) struct Saved {
    /// The configuration, byte for byte.
    pub(crate) config: Vec<u8>,
    /// The layers asked for, by diff id.
    pub(crate) layers: BTreeMap<String, HeldLayer>,
}

impl Saved {
    /// Bytes of its layers.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        self.layers.values().map(|layer| Ok(layer.open()?.metadata()?.len())).sum()
    }
}

/// Reads a saved image to its end, keeping the layers in `wanted`.
pub(crate) fn read(
    stream: impl Read,
    wanted: &BTreeSet<String>,
    known: &[String],
    cache: &LayerCache,
) -> io::Result<Saved> {
    let mut small: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut layers = BTreeMap::new();
    let seen = cache.names();
    let mut names = BTreeMap::new();
    let mut archive = tar::Archive::new(stream);
    for entry in archive.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = clean(&entry.path()?);
        let size = entry.size();
        if is_named_by_digest(&name, known) && !is_named_by_digest(&name, wanted) {
            continue;
        }
        // An older engine derives the folder's name from the chain of layers, so the name tells the content.
        if seen.get(&name).is_some_and(|id| !wanted.contains(id)) {
            continue;
        }
        let mut start = vec![0; 512.min(usize::try_from(size).unwrap_or(512))];
        entry.read_exact(&mut start)?;
        let whole = start.as_slice().chain(&mut entry);
        if size <= CONFIG_CAP
            && start.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|b| b"{[".contains(b))
        {
            let mut bytes = Vec::new();
            whole.take(CONFIG_CAP).read_to_end(&mut bytes)?;
            small.insert(name, bytes);
        } else if start.len() == 512 || start.starts_with(GZIP) {
            let (diff_id, file) = spill(whole, start.starts_with(GZIP), cache)?;
            if is_chain_name(&name) && known.contains(&diff_id) {
                names.insert(name, diff_id.clone());
            }
            if wanted.contains(&diff_id) {
                layers.insert(diff_id.clone(), cache.keep_layer(&diff_id, file)?);
            }
        }
    }
    let config = config_of(&small)?;
    if !names.is_empty() {
        // Only saves time.
        cache.keep_names(&names).ok();
    }
    match wanted.iter().find(|id| !layers.contains_key(*id)) {
        Some(missing) => Err(invalid(format!("layer {missing} is not in what the engine saved"))),
        None => Ok(Saved { config, layers }),
    }
}

const GZIP: &[u8] = &[0x1f, 0x8b];

/// Writes the layer, uncompressed, to a file, and tells its diff id.
fn spill(
    stream: impl Read,
    compressed: bool,
    cache: &LayerCache,
) -> io::Result<(String, tempfile::NamedTempFile)> {
    let mut stream: Box<dyn Read + '_> =
        if compressed { Box::new(GzDecoder::new(stream)) } else { Box::new(stream) };
    let mut file = cache.scratch()?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        file.write_all(&buffer[..count])?;
    }
    Ok((format!("sha256:{}", hex(&hasher.finalize())), file))
}

/// `manifest.json` names the configuration.
fn config_of(small: &BTreeMap<String, Vec<u8>>) -> io::Result<Vec<u8>> {
    let manifest =
        small.get("manifest.json").ok_or_else(|| invalid("the engine saved no manifest.json".into()))?;
    let manifest: Value = serde_json::from_slice(manifest)?;
    let name = manifest[0]["Config"].as_str().unwrap_or_default();
    let config = small.get(&clean(Path::new(name)));
    config.cloned().ok_or_else(|| invalid(format!("the engine saved no configuration `{name}`")))
}

fn is_named_by_digest<'a>(name: &str, ids: impl IntoIterator<Item = &'a String>) -> bool {
    let Some(hex) = name.strip_prefix("blobs/sha256/") else { return false };
    ids.into_iter().any(|id| id.strip_prefix("sha256:") == Some(hex))
}

/// `HEX/layer.tar`.
fn is_chain_name(name: &str) -> bool {
    name.strip_suffix("/layer.tar")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn clean(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::craft::{diff_id, executable, put};

    /// As engines of different ages write it.
    fn saved(old: bool, layers: &[Vec<u8>], config: &[u8]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        let name = |number: usize, layer: &[u8]| {
            if old {
                format!("folder{number}/layer.tar")
            } else {
                format!("blobs/sha256/{}", &diff_id(layer)[7..])
            }
        };
        let names: Vec<String> = layers.iter().enumerate().map(|(n, layer)| name(n, layer)).collect();
        for (name, layer) in names.iter().zip(layers) {
            put(&mut builder, name, 0o644, layer).expect("written");
            put(&mut builder, &format!("{name}.VERSION"), 0o644, b"1.0").expect("written");
        }
        put(&mut builder, "config.json", 0o644, config).expect("written");
        let manifest = serde_json::json!([{ "Config": "config.json", "Layers": names }]).to_string();
        put(&mut builder, "manifest.json", 0o644, manifest.as_bytes()).expect("written");
        builder.into_inner().expect("written")
    }

    #[test]
    fn wanted_layers_are_kept_whatever_they_are_called() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = LayerCache::below(folder.path());
        let layers = [executable("a", b"first").expect("a tar"), executable("b", &[7; 9000]).expect("a tar")];
        let known: Vec<String> = layers.iter().map(|layer| diff_id(layer)).collect();
        let wanted = BTreeSet::from([known[1].clone()]);
        for old in [true, false] {
            let stream = saved(old, &layers, b"{\"os\":\"linux\"}");
            let read_back = read(stream.as_slice(), &wanted, &known, &cache).expect("read");
            assert_eq!(read_back.config, b"{\"os\":\"linux\"}");
            assert_eq!(read_back.layers.keys().collect::<Vec<_>>(), [&known[1]]);
            let kept = cache.layer(&known[1]).expect("kept");
            assert_eq!(std::fs::read(kept).expect("read"), layers[1]);
            assert!(cache.layer(&known[0]).is_none());
        }
        let torn = saved(true, &layers, b"{}");
        assert!(read(&torn[..torn.len() / 2], &wanted, &known, &cache).is_err());
        let other = BTreeSet::from([diff_id(b"another")]);
        assert!(read(saved(true, &layers, b"{}").as_slice(), &other, &known, &cache).is_err());
    }
}
