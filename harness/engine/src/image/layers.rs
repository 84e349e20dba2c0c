//! Layers and configurations kept between runs, so that the next send needs no `save`: the engine's interface has no
//! way to ask for one layer.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A larger layer is used and not kept.
const LAYER_CAP: u64 = 64 << 20;
/// All that is kept.
const TOTAL_CAP: u64 = 1 << 30;

const NAMES: &str = "names";
const NAMES_CAP: usize = 4000;

/// The folder of kept layers.
#[derive(Debug, Clone)]
pub(crate) struct LayerCache {
    folder: PathBuf,
}

impl LayerCache {
    /// Below the cache folder of all runs.
    pub(crate) fn below(cache_dir: &Path) -> Self {
        Self { folder: cache_dir.join("layers") }
    }

    /// The layer's uncompressed tar, if it is kept.
    pub(crate) fn layer(&self, diff_id: &str) -> Option<PathBuf> {
        let path = self.folder.join(file_name(diff_id, "tar")?);
        path.is_file().then_some(path)
    }

    /// Bytes of the layers, if all are kept.
    pub(crate) fn size_of(&self, diff_ids: &BTreeSet<String>) -> Option<u64> {
        diff_ids.iter().map(|id| Some(self.layer(id)?.metadata().ok()?.len())).sum()
    }

    /// The image's configuration, byte for byte, if it is kept.
    pub(crate) fn config(&self, image_id: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join(file_name(image_id, "config")?)).ok()
    }

    /// Diff ids of the image, if they were seen before: what an id names never changes.
    pub(crate) fn chain(&self, image_id: &str) -> Option<Vec<String>> {
        let text = fs::read_to_string(self.folder.join(file_name(image_id, "chain")?)).ok()?;
        Some(text.lines().map(str::to_owned).collect())
    }

    /// Diff ids of layers by the names that engines give their folders when they save them.
    pub(crate) fn names(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.folder.join(NAMES)).unwrap_or_default();
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        pairs.map(|(name, id)| (name.to_owned(), id.to_owned())).collect()
    }

    /// Keeps them; the newest win where there are too many.
    pub(crate) fn keep_names(&self, names: &BTreeMap<String, String>) -> io::Result<()> {
        let mut all: Vec<(String, String)> =
            self.names().into_iter().filter(|(n, _)| !names.contains_key(n)).collect();
        let surplus = (all.len() + names.len()).saturating_sub(NAMES_CAP).min(all.len());
        all.drain(..surplus);
        all.extend(names.clone());
        let mut file = self.scratch()?;
        for (name, id) in all {
            writeln!(file, "{name} {id}")?;
        }
        file.persist(self.folder.join(NAMES)).map_err(|e| e.error)?;
        Ok(())
    }

    /// Keeps the diff ids of an image.
    pub(crate) fn keep_chain(&self, image_id: &str, layers: &[String]) -> io::Result<()> {
        self.keep_bytes(image_id, "chain", layers.join("\n").as_bytes())
    }

    /// Keeps the configuration of an image.
    pub(crate) fn keep_config(&self, image_id: &str, config: &[u8]) -> io::Result<()> {
        self.keep_bytes(image_id, "config", config)
    }

    /// A file to write a layer to, in the cache's own file system.
    pub(crate) fn scratch(&self) -> io::Result<NamedTempFile> {
        fs::create_dir_all(&self.folder)?;
        NamedTempFile::new_in(&self.folder)
    }

    /// Keeps the layer if it is small; in any case it can be read where the answer says.
    pub(crate) fn keep_layer(&self, diff_id: &str, file: NamedTempFile) -> io::Result<HeldLayer> {
        let size = file.as_file().metadata()?.len();
        match file_name(diff_id, "tar") {
            Some(name) if size <= LAYER_CAP => {
                let path = self.folder.join(name);
                file.persist(&path).map_err(|e| e.error)?;
                self.drop_oldest()?;
                Ok(HeldLayer::Kept(path))
            }
            _ => Ok(HeldLayer::Passing(file)),
        }
    }

    fn keep_bytes(&self, id: &str, kind: &str, bytes: &[u8]) -> io::Result<()> {
        let Some(name) = file_name(id, kind) else { return Ok(()) };
        let mut file = self.scratch()?;
        file.write_all(bytes)?;
        file.persist(self.folder.join(name)).map_err(|e| e.error)?;
        Ok(())
    }

    fn drop_oldest(&self) -> io::Result<()> {
        let mut entries: Vec<_> = fs::read_dir(&self.folder)?
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|kind| kind == "tar"))
            .filter_map(|entry| {
                let metadata = entry.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .collect();
        entries.sort();
        let mut total: u64 = entries.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in entries {
            if total <= TOTAL_CAP {
                break;
            }
            fs::remove_file(path)?;
            total -= size;
        }
        Ok(())
    }
}

/// Where a layer can be read.
#[derive(Debug)]
pub(crate) enum HeldLayer {
    /// In the cache.
    Kept(PathBuf),
    /// In a file that is gone when this is dropped.
    Passing(NamedTempFile),
}

impl HeldLayer {
    /// Opens it from its beginning.
    pub(crate) fn open(&self) -> io::Result<File> {
        File::open(match self {
            Self::Kept(path) => path,
            Self::Passing(file) => file.path(),
        })
    }
}

/// `sha256:HEX` as a file name; nothing else becomes one.
fn file_name(id: &str, kind: &str) -> Option<String> {
    let hex = id.strip_prefix("sha256:")?;
    let valid = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| format!("{hex}.{kind}"))
}
