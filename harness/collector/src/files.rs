//! A live container's root file system behind the trait that a scan reads from.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::num::NonZeroUsize;
use std::os::unix::fs::OpenOptionsExt as _;
use std::thread;

use envparity_manifest::{DirEntry, Kind, ReadError, Root};
use sha2::{Digest as _, Sha256};

/// Package databases are far smaller; anything larger is not one.
const MAX_READ: u64 = 64 << 20;
/// Larger files are not hashed.
const MAX_HASHED: u64 = 4 << 30;
/// Read at once while hashing.
const CHUNK: usize = 128 << 10;
/// Hashing threads at most: the container's own processes need the machine too.
const MAX_THREADS: usize = 4;
/// `O_NONBLOCK` of Linux: a pipe that takes a file's place must not block the scan.
const NONBLOCK: i32 = 0o4000;

/// The files below a directory.
pub(crate) struct Files {
    base: String,
}

impl Files {
    /// Files below `base`, `/` or `/proc/1/root`.
    pub(crate) fn below(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned() }
    }

    fn open(&self, path: &str) -> Result<File, ReadError> {
        let file = OpenOptions::new().read(true).custom_flags(NONBLOCK).open(format!("{}{path}", self.base));
        let file = file.map_err(|error| read_error(&error))?;
        match file.metadata() {
            Ok(metadata) if metadata.is_file() => Ok(file),
            Ok(_) => Err(ReadError::Other("not a file any more".to_owned())),
            Err(error) => Err(read_error(&error)),
        }
    }

    fn hash(&self, path: &str, buffer: &mut [u8]) -> Result<String, ReadError> {
        let mut file = self.open(path)?;
        let (mut digest, mut size) = (Sha256::new(), 0);
        loop {
            let read = match file.read(buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(read_error(&error)),
            };
            size += read as u64;
            if size > MAX_HASHED {
                return Err(ReadError::TooLarge);
            }
            digest.update(buffer.get(..read).unwrap_or_default());
        }
        Ok(format!("{:x}", digest.finalize()))
    }
}

fn read_error(error: &io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound => ReadError::NotFound,
        io::ErrorKind::PermissionDenied => ReadError::Denied(error.to_string()),
        _ => ReadError::Other(error.to_string()),
    }
}

impl Root for Files {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        let file = self.open(path)?;
        file.take(MAX_READ + 1).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
        if bytes.len() as u64 > MAX_READ { Err(ReadError::TooLarge) } else { Ok(bytes) }
    }

    fn read_at(&self, path: &str, offset: u64, len: usize) -> Result<Vec<u8>, ReadError> {
        let mut file = self.open(path)?;
        file.seek(SeekFrom::Start(offset)).map_err(|error| read_error(&error))?;
        let mut bytes = Vec::new();
        file.take(len as u64).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
        Ok(bytes)
    }

    fn list(&self, path: &str) -> Result<Vec<DirEntry>, ReadError> {
        let entries = fs::read_dir(format!("{}{path}", self.base)).map_err(|error| read_error(&error))?;
        entries
            .map(|entry| {
                let entry = entry.map_err(|error| read_error(&error))?;
                let kind = entry.file_type().map_err(|error| read_error(&error))?;
                let kind = if kind.is_file() {
                    Kind::File
                } else if kind.is_dir() {
                    Kind::Dir
                } else if kind.is_symlink() {
                    Kind::Symlink
                } else {
                    Kind::Other
                };
                Ok(DirEntry { name: entry.file_name().to_string_lossy().into_owned(), kind })
            })
            .collect()
    }

    fn read_link(&self, path: &str) -> Result<String, ReadError> {
        let target = fs::read_link(format!("{}{path}", self.base)).map_err(|error| read_error(&error))?;
        Ok(target.to_string_lossy().into_owned())
    }

    fn digest(&self, path: &str) -> Result<String, ReadError> {
        self.hash(path, &mut vec![0; CHUNK])
    }

    /// In a few threads, each taking every n-th file.
    fn digests(&self, paths: &[&str]) -> Vec<Result<String, ReadError>> {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MAX_THREADS);
        let lost = || Err(ReadError::Other("the hashing thread failed".to_owned()));
        let mut digests: Vec<Result<String, ReadError>> = paths.iter().map(|_| lost()).collect();
        thread::scope(|scope| {
            let work = |first: usize| {
                move || -> Vec<_> {
                    let mut buffer = vec![0; CHUNK];
                    let mine = paths.iter().skip(first).step_by(threads);
                    mine.map(|path| self.hash(path, &mut buffer)).collect()
                }
            };
            let workers: Vec<_> = (0..threads).map(|first| scope.spawn(work(first))).collect();
            for (first, worker) in workers.into_iter().enumerate() {
                let results = worker.join().unwrap_or_default();
                for (place, result) in digests.iter_mut().skip(first).step_by(threads).zip(results) {
                    *place = result;
                }
            }
        });
        digests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_keep_their_order_whatever_the_threads_do() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..50 {
            fs::write(dir.path().join(format!("f{n}")), format!("{n}")).unwrap();
        }
        let files = Files::below(&dir.path().to_string_lossy());
        let names: Vec<String> = (0..51).map(|n| format!("/f{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let all = files.digests(&names);
        assert_eq!(all.len(), 51);
        for (name, digest) in names.iter().zip(&all) {
            assert_eq!(*digest, files.digest(name), "{name}");
        }
        assert_eq!(all[50], Err(ReadError::NotFound));
        assert_eq!(all[0].as_deref(), Ok("5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"));
    }

    #[test]
    fn a_directory_in_a_files_place_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::below(&dir.path().to_string_lossy());
        assert!(matches!(files.read("/"), Err(ReadError::Other(_))));
        assert_eq!(files.read("/none"), Err(ReadError::NotFound));
        assert_eq!(files.list("/"), Ok(Vec::new()));
    }
}
