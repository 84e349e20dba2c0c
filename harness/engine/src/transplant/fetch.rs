//! Files of a running container: listed, and taken by name. Only the collector sees them all; it comes as a sidecar,
//! leaves nothing, and needs nothing in the container.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, InspectContainerOptions,
    StartContainerOptions,
};
use envparity_manifest::FileList;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt as _;

use crate::container::Service;
use crate::error::{EngineError, ErrorKind, describe};
use crate::manifest::{Look, collector_image, look, look_body};
use crate::ownership::object_name;

/// Listing hashes every file once.
const LISTING: Duration = Duration::from_secs(180);
/// Half a gigabyte over a slow wire.
const FETCHING: Duration = Duration::from_secs(900);
/// What the collector may say of itself.
const SAID: usize = 4096;

/// Files that were taken from a container: a tar in a file, and where each of its entries stands.
#[derive(Debug)]
pub struct Fetched {
    file: File,
    /// Path with its leading `/` to (start, length) of all blocks of the entry.
    entries: BTreeMap<String, (u64, u64)>,
}

impl Fetched {
    /// Reads where the entries of a tar stand. An entry begins where the one before it ends: blocks that hold a long
    /// name belong to what they name.
    pub(crate) fn index(mut file: File) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let mut entries = BTreeMap::new();
        let mut start = 0;
        let mut archive = tar::Archive::new(io::BufReader::new(&file));
        for entry in archive.entries_with_seek()? {
            let entry = entry?;
            let end = (entry.raw_file_position() + entry.size()).next_multiple_of(512);
            let name = entry.path()?;
            let path = format!("/{}", name.to_string_lossy().trim_matches('/'));
            entries.insert(path, (start, end - start));
            start = end;
        }
        Ok(Self { file, entries })
    }

    /// Whether a file, link or directory of this path was taken.
    pub fn has(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    /// Bytes that an entry takes in a layer.
    pub(crate) fn length(&self, path: &str) -> Option<u64> {
        self.entries.get(path).map(|(_, length)| *length)
    }

    /// An entry's blocks.
    pub(crate) fn open(&self, path: &str) -> io::Result<impl Read + '_> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("`{path}` was not taken"));
        let (start, length) = self.entries.get(path).ok_or_else(missing)?;
        Ok(Part { file: &self.file, at: *start, left: *length })
    }
}

/// A part of a file, read by position: several readers share the file.
struct Part<'f> {
    file: &'f File,
    at: u64,
    left: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.file.read_at(&mut buffer[..wanted], self.at)?;
        if read == 0 && wanted > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

impl Service {
    /// Every file of its root file system but for mounts, with digests and owners.
    ///
    /// # Errors
    /// Where no sidecar of the collector is let in.
    pub async fn list_files(&self) -> Result<FileList, EngineError> {
        let mut arguments = vec!["files".to_owned()];
        for mount in self.mounts().await? {
            arguments.extend(["--exclude".to_owned(), mount]);
        }
        let listed = look(&Look {
            engine: &self.engine,
            docker: self.engine.docker(),
            target: &self.identity.id,
            environment: &self.identity.environment,
            arguments,
            patience: LISTING,
        })
        .await
        .and_then(|output| {
            if output.stdout.is_empty() {
                return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
            }
            FileList::unpack(&output.stdout)
        });
        listed.map_err(|reason| self.unlisted(&reason))
    }

    /// Takes files, links and directories of these absolute paths into a new file at `place`.
    ///
    /// # Errors
    /// Where no sidecar of the collector is let in, or one of the paths is not there any more.
    pub async fn fetch_files(&self, paths: &BTreeSet<String>, place: &Path) -> Result<Fetched, EngineError> {
        let failed = |reason: &dyn std::fmt::Display| self.unlisted(&reason.to_string());
        let file = tokio::fs::File::create(place).await.map_err(|error| failed(&error))?;
        let fetched = tokio::time::timeout(FETCHING, self.pack_into(paths, file)).await;
        match fetched {
            Err(_) => return Err(failed(&format_args!("no answer after {} s", FETCHING.as_secs()))),
            Ok(packed) => packed.map_err(|reason| failed(&reason))?,
        }
        let file = File::open(place).map_err(|error| failed(&error))?;
        let fetched = Fetched::index(file).map_err(|error| failed(&error))?;
        match paths.iter().find(|path| !fetched.has(path)) {
            Some(missing) => Err(failed(&format_args!("`{missing}` did not come"))),
            None => Ok(fetched),
        }
    }

    fn unlisted(&self, reason: &str) -> EngineError {
        let message =
            format!("the files of the container of `{}` cannot be read: {reason}", self.identity.environment);
        EngineError::new(ErrorKind::Other, message)
    }

    async fn mounts(&self) -> Result<Vec<String>, EngineError> {
        let inspected =
            self.engine.docker().inspect_container(&self.identity.id, None::<InspectContainerOptions>).await;
        let inspected = inspected.map_err(|e| EngineError::api("could not inspect the container", &e))?;
        let mounts = inspected.mounts.unwrap_or_default().into_iter().filter_map(|mount| mount.destination);
        let tmpfs = inspected.host_config.and_then(|host| host.tmpfs).unwrap_or_default();
        Ok(mounts.chain(tmpfs.into_keys()).collect())
    }

    async fn pack_into(&self, paths: &BTreeSet<String>, file: tokio::fs::File) -> Result<(), String> {
        let engine = &self.engine;
        let tag = collector_image(engine, engine.docker()).await?;
        let purpose = format!("look-{}", engine.next_number());
        let name = object_name(&engine.inner.run.run, &self.identity.environment, &purpose);
        engine.inner.guards.register(&name);
        let packed = self.run_pack(paths, file, &name, &purpose, tag).await;
        if packed.is_ok() {
            // The engine removes it by itself once it has ended.
            engine.inner.guards.release(&name);
        } else {
            engine.remove_container(&name).await;
        }
        packed
    }

    async fn run_pack(
        &self,
        paths: &BTreeSet<String>,
        mut file: tokio::fs::File,
        name: &str,
        purpose: &str,
        tag: String,
    ) -> Result<(), String> {
        let refused = |e: bollard::errors::Error| describe(&e);
        let docker = self.engine.patient(&crate::connect::transport::Meter::default());
        let docker = docker.map_err(|e| e.problem.message)?;
        let look = Look {
            engine: &self.engine,
            docker: &docker,
            target: &self.identity.id,
            environment: &self.identity.environment,
            arguments: vec!["pack".to_owned()],
            patience: FETCHING,
        };
        let body = ContainerCreateBody {
            open_stdin: Some(true),
            stdin_once: Some(true),
            attach_stdin: Some(true),
            ..look_body(&look, purpose, tag)
        };
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        docker.create_container(Some(options), body).await.map_err(refused)?;
        let attach = AttachContainerOptionsBuilder::default()
            .stream(true)
            .stdin(true)
            .stdout(true)
            .stderr(true)
            .build();
        let mut attached = docker.attach_container(name, Some(attach)).await.map_err(refused)?;
        docker.start_container(name, None::<StartContainerOptions>).await.map_err(refused)?;
        let mut orders: Vec<u8> = Vec::new();
        for path in paths {
            orders.extend_from_slice(path.as_bytes());
            orders.push(0);
        }
        orders.push(0);
        // The collector reads all of it before it writes.
        attached.input.write_all(&orders).await.map_err(|error| error.to_string())?;
        attached.input.flush().await.map_err(|error| error.to_string())?;
        let mut said = Vec::new();
        while let Some(part) = attached.output.next().await {
            match part.map_err(refused)? {
                LogOutput::StdOut { message } | LogOutput::Console { message } => {
                    file.write_all(&message).await.map_err(|error| error.to_string())?;
                }
                LogOutput::StdErr { message } if said.len() < SAID => said.extend_from_slice(&message),
                LogOutput::StdErr { .. } | LogOutput::StdIn { .. } => {}
            }
        }
        file.flush().await.map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&said);
        if said.trim().is_empty() { Ok(()) } else { Err(said.trim().to_owned()) }
    }
}
