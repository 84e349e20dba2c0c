//! Manifests of earlier runs, valid while the container's file system is still the image's.
//!
//! `docker diff` lists names, not contents: one changed name outside directories that hold no packages, and the
//! container is read again.

use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use bollard::models::{ChangeType, ContainerInspectResponse, FilesystemChange};
use envparity_model::{Manifest, Way};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Collection;
use crate::embedded::COLLECTOR_DIGEST;
use crate::error::describe;
use crate::hex;

/// Directories that change in use and hold no packages.
const VOLATILE: &[&str] =
    &["/tmp", "/var/tmp", "/run", "/var/run", "/var/log", "/var/cache", "/dev", "/proc", "/sys"];
/// More entries than this, and the oldest go.
const KEPT: usize = 200;

/// The place of one manifest.
pub(super) struct Slot {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    way: Way,
    manifest: Manifest,
}

impl Slot {
    /// The slot of this container, or none where a mount may hold packages.
    pub(super) fn of(collection: &Collection<'_>, identity: &str) -> Option<Self> {
        if !mounts_are_harmless(collection.inspected) {
            return None;
        }
        let name = format!("{}.json.gz", key(collection, identity));
        Some(Self { path: collection.engine.inner.run.cache_dir.join("manifests").join(name) })
    }

    /// What an earlier run found, if the container's file system is still the image's.
    pub(super) async fn find(&self, collection: &Collection<'_>) -> Result<Option<(Way, Manifest)>, String> {
        match self.read() {
            // Asking is not cheap on every storage: only where it can pay.
            Some(found) if is_unchanged(collection).await? => Ok(Some(found)),
            _ => Ok(None),
        }
    }

    /// An entry that cannot be read is none.
    fn read(&self) -> Option<(Way, Manifest)> {
        let bytes = fs::read(&self.path).ok()?;
        let mut json = Vec::new();
        GzDecoder::new(bytes.as_slice()).read_to_end(&mut json).ok()?;
        let entry: Entry = serde_json::from_slice(&json).ok()?;
        Some((entry.way, entry.manifest))
    }

    /// Keeps a complete manifest of a container whose file system is the image's; what was changed stays so, so it
    /// is asked once, after the scan. The cache is a convenience: that it cannot be written is no failure.
    pub(super) async fn write(&self, collection: &Collection<'_>, way: Way, manifest: &Manifest) {
        let complete = manifest.unread.is_empty() && matches!(way, Way::Sidecar | Way::Exec);
        if complete && is_unchanged(collection).await.unwrap_or_default() {
            let entry = Entry { way, manifest: manifest.clone() };
            self.store(&entry).ok();
        }
    }

    fn store(&self, entry: &Entry) -> io::Result<()> {
        let folder = self.path.parent().ok_or_else(|| io::Error::other("no folder"))?;
        fs::create_dir_all(folder)?;
        let mut encoder = GzEncoder::new(tempfile::NamedTempFile::new_in(folder)?, Compression::default());
        serde_json::to_writer(&mut encoder, entry)?;
        encoder.flush()?;
        encoder.finish()?.persist(&self.path).map_err(|e| e.error)?;
        drop_oldest(folder)
    }
}

/// Everything that the answer depends on beside the files: two hosts share an entry only if they are alike.
fn key(collection: &Collection<'_>, identity: &str) -> String {
    let config = collection.inspected.config.clone().unwrap_or_default();
    let host_config = collection.inspected.host_config.clone().unwrap_or_default();
    let engine = &collection.engine.inner;
    let mut env = config.env.unwrap_or_default();
    env.sort();
    let canonical = json!([
        1,
        identity,
        COLLECTOR_DIGEST,
        env,
        config.user,
        config.working_dir,
        config.cmd,
        config.entrypoint,
        host_config.ulimits.unwrap_or_default().len(),
        host_config.init,
        engine.about.id,
        engine.about.endpoint,
        engine.host.kernel,
    ]);
    hex(&Sha256::digest(canonical.to_string().as_bytes()))
}

/// Changes say nothing of mounts: one over a directory that may hold packages rules the cache out.
fn mounts_are_harmless(inspected: &ContainerInspectResponse) -> bool {
    let mounts = inspected.mounts.iter().flatten().filter_map(|mount| mount.destination.as_deref());
    let host = inspected.host_config.as_ref();
    let tmpfs = host.and_then(|host| host.tmpfs.as_ref()).into_iter().flat_map(|tmpfs| tmpfs.keys());
    mounts.chain(tmpfs.map(String::as_str)).all(is_volatile)
}

async fn is_unchanged(collection: &Collection<'_>) -> Result<bool, String> {
    let changes = collection.docker.container_changes(collection.id).await;
    let changes = changes.map_err(|e| format!("could not ask what has changed: {}", describe(&e)))?;
    Ok(are_harmless(&changes.unwrap_or_default()))
}

fn are_harmless(changes: &[FilesystemChange]) -> bool {
    let holds_another = |path: &str| {
        let inside = format!("{}/", path.trim_end_matches('/'));
        changes.iter().any(|change| change.path.starts_with(&inside))
    };
    changes.iter().all(|change| {
        let path = change.path.as_str();
        // A parent is listed as modified because something in it was.
        is_volatile(path)
            || is_bytecode(path)
            || is_collector(path)
            || (change.kind == ChangeType::_0 && holds_another(path))
    })
}

pub(super) fn is_volatile(path: &str) -> bool {
    VOLATILE
        .iter()
        .any(|dir| path.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Written on first use; no reader of packages looks at it.
fn is_bytecode(path: &str) -> bool {
    path.ends_with("/__pycache__") || path.contains("/__pycache__/")
}

/// Left by the exec way.
fn is_collector(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(|name| name.starts_with(super::exec::FILE) && !name.contains('/'))
}

fn drop_oldest(folder: &std::path::Path) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    entries.sort();
    let surplus = entries.len().saturating_sub(KEPT);
    for (_, path) in entries.into_iter().take(surplus) {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(list: &[(&str, ChangeType)]) -> Vec<FilesystemChange> {
        list.iter().map(|(path, kind)| FilesystemChange { path: (*path).to_owned(), kind: *kind }).collect()
    }

    #[test]
    fn only_changes_where_no_package_can_be_are_harmless() {
        let (modified, added, deleted) = (ChangeType::_0, ChangeType::_1, ChangeType::_2);
        assert!(are_harmless(&[]));
        assert!(are_harmless(&changes(&[
            ("/var", modified),
            ("/var/log", modified),
            ("/var/log/app.log", added),
            ("/tmp/x", added),
            ("/usr", modified),
            ("/usr/lib/python3/dist-packages/a/__pycache__", added),
            ("/usr/lib/python3/dist-packages/a/__pycache__/a.pyc", added),
        ])));
        for (path, kind) in [
            ("/etc/hosts.allow", modified),
            ("/usr/lib/ruby/gem.rb", deleted),
            ("/home/app/state", added),
            ("/tmpfile", added),
            ("/var/lib/dpkg/status", modified),
        ] {
            assert!(!are_harmless(&changes(&[("/tmp/x", added), (path, kind)])), "{path}");
        }
    }
}
