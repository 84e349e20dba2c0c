//! The ways from outside: the container's file system as the engine exports it, or only the folders where packages
//! usually are. They work where nothing may run, and on containers that have stopped.

use bollard::errors::Error as ApiError;
use bollard::models::MountPoint;
use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use bytes::Bytes;
use envparity_manifest::{ScanOptions, scan};
use envparity_model::{Fact, Manifest, Unread};
use futures_util::{Stream, StreamExt};

use super::tarred::Tarred;
use super::{Collection, SCAN};
use crate::error::{describe, is_not_found};
use crate::image::pipe::reverse_pipe;

/// Where packages of all ecosystems usually are. A folder that is not there holds none.
const KNOWN: &[&str] = &[
    "/etc/os-release",
    "/usr/lib/os-release",
    "/var/lib/dpkg",
    "/lib/apk/db",
    "/usr/lib/apk/db",
    "/var/lib/gems",
    "/usr/share/rubygems-integration",
    "/usr/lib/ruby",
    "/usr/local/bundle",
    "/usr/lib/python3",
    "/usr/local/lib",
    "/usr/lib/node_modules",
    "/usr/share/nodejs",
    "/opt",
    "/app",
    "/srv",
];

/// The whole file system, and each mount of it.
pub(super) async fn export(collection: &Collection<'_>) -> Result<Manifest, String> {
    let exported = collection.docker.export_container(collection.id);
    let tarred = take(Tarred::default(), exported, "/".to_owned()).await?;
    let (tarred, unread) = add_mounts(collection, tarred).await?;
    finish(collection, tarred, unread).await
}

/// The folders where packages usually are. Without all files of a package, its digest would be another one: none has
/// one.
pub(super) async fn archive(collection: &Collection<'_>) -> Result<Manifest, String> {
    let workdir = collection.workdir();
    let mut tarred = Tarred::default();
    let known = KNOWN.iter().copied().map(str::to_owned);
    for path in known.chain(workdir.filter(|dir| !KNOWN.contains(&dir.as_str()))) {
        tarred = add_path(collection, tarred, &path).await?.0;
    }
    let (tarred, unread) = add_mounts(collection, tarred).await?;
    let mut manifest = finish(collection, tarred, unread).await?;
    for package in &mut manifest.packages {
        package.digest = None;
    }
    manifest.files.clear();
    Ok(manifest)
}

/// An export shows a mount as an empty folder. What the archive interface cannot reach either is unread.
async fn add_mounts(
    collection: &Collection<'_>,
    mut tarred: Tarred,
) -> Result<(Tarred, Vec<Unread>), String> {
    let mut unread = Vec::new();
    for mount in collection.inspected.mounts.iter().flatten() {
        let Some(path) = mount.destination.clone() else { continue };
        if super::cache::is_volatile(&path) || is_file_of_engine(mount) {
            continue;
        }
        // The archive interface shows the folder below a mount of memory, as if it were empty.
        let mut found = false;
        if mount.typ.as_deref() != Some("tmpfs") {
            (tarred, found) = add_path(collection, tarred, &path).await?;
        }
        if !found {
            unread.push(unseen(path));
        }
    }
    let tmpfs = collection.inspected.host_config.as_ref().and_then(|host| host.tmpfs.as_ref());
    let tmpfs = tmpfs.into_iter().flat_map(|tmpfs| tmpfs.keys());
    unread.extend(tmpfs.filter(|path| !super::cache::is_volatile(path)).cloned().map(unseen));
    Ok((tarred, unread))
}

fn unseen(path: String) -> Unread {
    Unread { ecosystem: None, path, reason: "a mount that cannot be read from outside".to_owned() }
}

/// The engine's own socket, lent to the container.
fn is_file_of_engine(mount: &MountPoint) -> bool {
    mount.destination.as_deref().is_some_and(|path| path.ends_with("docker.sock"))
}

/// Adds a file or folder by the archive interface; `false` if there is nothing.
async fn add_path(collection: &Collection<'_>, tarred: Tarred, path: &str) -> Result<(Tarred, bool), String> {
    let options = DownloadFromContainerOptionsBuilder::default().path(path).build();
    let mut stream = Box::pin(collection.docker.download_from_container(collection.id, Some(options)));
    let first = match stream.next().await {
        None => return Ok((tarred, false)),
        Some(Err(e)) if is_not_found(&e) => return Ok((tarred, false)),
        Some(first) => first,
    };
    let parent = path.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
    let whole = Box::pin(futures_util::stream::iter([first]).chain(stream));
    take(tarred, whole, parent).await.map(|tarred| (tarred, true))
}

/// Reads a tar stream in a thread of its own.
async fn take(
    mut tarred: Tarred,
    mut stream: impl Stream<Item = Result<Bytes, ApiError>> + Unpin,
    prefix: String,
) -> Result<Tarred, String> {
    let (feed, reader) = reverse_pipe();
    let reading = tokio::task::spawn_blocking(move || tarred.add(reader, &prefix).map(|()| tarred));
    let feeding = async {
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|e| std::io::Error::other(describe(&e)));
            // A reader that has stopped says why.
            if feed.send(chunk).await.is_err() {
                break;
            }
        }
        drop(feed);
    };
    let fed = tokio::time::timeout(SCAN, feeding).await;
    fed.map_err(|_| format!("not complete after {} s", SCAN.as_secs()))?;
    let read = reading.await.map_err(|e| e.to_string())?;
    read.map_err(|e| e.to_string())
}

async fn finish(
    collection: &Collection<'_>,
    tarred: Tarred,
    unread: Vec<Unread>,
) -> Result<Manifest, String> {
    let options = ScanOptions { workdir: collection.workdir(), ..ScanOptions::default() };
    let scanning = tokio::task::spawn_blocking(move || {
        let mut manifest = scan(&tarred.root, &options);
        manifest.facts.extend(os_of(&tarred));
        manifest
    });
    let mut manifest = scanning.await.map_err(|e| e.to_string())?;
    manifest.unread.extend(unread);
    Ok(manifest)
}

fn os_of(tarred: &Tarred) -> Option<Fact> {
    use envparity_manifest::Root;
    let read = |path: &str| tarred.root.read(&envparity_manifest::resolve(&tarred.root, path)?).ok();
    let text = read("/etc/os-release").or_else(|| read("/usr/lib/os-release"))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let value = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(Fact::plain("os", value.trim().trim_matches(['"', '\''])))
}
