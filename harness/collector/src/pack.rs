//! Files of a container as a tar stream: exactly those that were asked for.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufWriter, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

use tar::{Builder, EntryType, Header};

use crate::arguments::Target;
use crate::failure::Failure;
use crate::processes;

/// `O_NONBLOCK` of Linux: a pipe that takes a file's place must not block.
const NONBLOCK: i32 = 0o4000;
/// Written at once.
const BUFFER: usize = 256 << 10;

/// Reads absolute paths from `orders`, each ended by NUL, until an empty one or the end, and writes a tar of these
/// files, links and directories (without what is in them), names without the leading `/`. Links are not followed.
///
/// # Errors
/// When a file is not there any more or cannot be read: the tar is then incomplete and must not be used.
pub(crate) fn pack(target: &Target, orders: impl BufRead, out: impl Write) -> Result<(), Failure> {
    let pid = processes::find(target)?;
    let root = target.root.clone().unwrap_or_else(|| format!("/proc/{pid}/root"));
    let root = root.trim_end_matches('/');
    let mut builder = Builder::new(BufWriter::with_capacity(BUFFER, out));
    for path in read_orders(orders)? {
        append(&mut builder, root, &path).map_err(|error| Failure::io(&path, &error))?;
    }
    let written = builder.into_inner().and_then(|mut out| out.flush());
    written.map_err(|error| Failure::io("stdout", &error))
}

/// All of them before anything is written: whoever sends them need not read meanwhile.
fn read_orders(orders: impl BufRead) -> Result<Vec<String>, Failure> {
    let mut paths = Vec::new();
    for order in orders.split(0) {
        let order = order.map_err(|error| Failure::io("stdin", &error))?;
        if order.is_empty() {
            break;
        }
        let path = String::from_utf8(order).map_err(|_| Failure::Usage("a path is not UTF-8".to_owned()))?;
        if !path.starts_with('/') || path.split('/').any(|part| part == "..") {
            return Err(Failure::Usage(format!("`{path}` is not an absolute path")));
        }
        paths.push(path);
    }
    Ok(paths)
}

fn append(builder: &mut Builder<impl Write>, root: &str, path: &str) -> io::Result<()> {
    let place = format!("{root}{path}");
    let metadata = fs::symlink_metadata(&place)?;
    let mut header = Header::new_gnu();
    header.set_mode(metadata.mode() & 0o7777);
    header.set_uid(u64::from(metadata.uid()));
    header.set_gid(u64::from(metadata.gid()));
    header.set_mtime(u64::try_from(metadata.mtime()).unwrap_or_default());
    let name = path.trim_start_matches('/');
    if metadata.file_type().is_symlink() {
        header.set_entry_type(EntryType::Symlink);
        header.set_size(0);
        return builder.append_link(&mut header, name, fs::read_link(&place)?);
    }
    if metadata.is_dir() {
        header.set_entry_type(EntryType::Directory);
        header.set_size(0);
        return builder.append_data(&mut header, format!("{name}/"), io::empty());
    }
    let file = open(&place)?;
    // As opened: it may have been another when it was looked at.
    let size = file.metadata()?.len();
    header.set_size(size);
    // A file that grows or shrinks meanwhile must not shift what follows.
    let mut content = Padded { inner: &file, left: size, short: false };
    builder.append_data(&mut header, name, &mut content)?;
    if content.short { Err(io::Error::other("the file became shorter while it was read")) } else { Ok(()) }
}

fn open(place: &str) -> io::Result<File> {
    let file = OpenOptions::new().read(true).custom_flags(NONBLOCK).open(place)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a file any more")) }
}

/// Gives exactly as much as was announced, zeros where the file has become shorter.
struct Padded<R> {
    inner: R,
    left: u64,
    short: bool,
}

impl<R: io::Read> io::Read for Padded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let mut read = self.inner.read(buffer)?;
        if read == 0 {
            self.short = true;
            buffer.fill(0);
            read = wanted;
        }
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn target(root: &std::path::Path) -> Target {
        let root = Some(root.to_string_lossy().into_owned());
        Target { pid: std::process::id(), container: None, root, workdir: None, excluded: Vec::new() }
    }

    #[test]
    fn exactly_what_was_asked_for_travels_with_its_mode_and_links_as_links() {
        let dir = tempfile::tempdir().unwrap();
        let deep = format!("d/{}", "x".repeat(150));
        fs::create_dir_all(dir.path().join(&deep)).unwrap();
        fs::write(dir.path().join(&deep).join("run.sh"), "#!/bin/sh\n").unwrap();
        fs::set_permissions(dir.path().join(&deep).join("run.sh"), fs::Permissions::from_mode(0o4755))
            .unwrap();
        fs::write(dir.path().join("other"), "no").unwrap();
        symlink("/etc/passwd", dir.path().join("link")).unwrap();
        let orders = format!("/{deep}/run.sh\0/link\0/d\0\0/other\0");
        let mut out = Vec::new();
        assert!(pack(&target(dir.path()), orders.as_bytes(), &mut out).is_ok());
        let mut archive = tar::Archive::new(out.as_slice());
        let seen: Vec<(String, u32, String, String)> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                let path = entry.path().unwrap().to_string_lossy().into_owned();
                let link = entry.link_name().unwrap().map(|link| link.to_string_lossy().into_owned());
                (path, entry.header().mode().unwrap(), link.unwrap_or_default(), text)
            })
            .collect();
        assert_eq!(seen[0], (format!("{deep}/run.sh"), 0o4755, String::new(), "#!/bin/sh\n".to_owned()));
        assert_eq!((seen[1].0.as_str(), seen[1].2.as_str(), seen.len()), ("link", "/etc/passwd", 3));
        assert_eq!(seen[2].0, "d/");
    }

    #[test]
    fn what_is_missing_or_leads_out_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        for orders in ["/none\0", "/../etc/passwd\0", "relative\0"] {
            assert!(pack(&target(dir.path()), orders.as_bytes(), Vec::new()).is_err(), "{orders}");
        }
    }
}
