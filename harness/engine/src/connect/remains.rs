//! What a killed process leaves on this machine: folders of sockets that nobody listens on.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// A master may take this long from its folder to its socket.
const STARTING: Duration = Duration::from_secs(60);

/// Removes the folders of dead processes beside `own`, a folder named `WORD-PID` as theirs are. What cannot be read or
/// removed stays: it is somebody else's.
pub fn sweep_runtime_dirs(own: &Path) {
    let (Some(parent), Some((word, _))) = (own.parent(), own.file_name().and_then(word_and_pid)) else {
        return;
    };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let Some((other, pid)) = word_and_pid(&entry.file_name()).map(|(word, pid)| (word.to_owned(), pid))
        else {
            continue;
        };
        let old = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|made| made.elapsed().is_ok_and(|age| age > STARTING));
        if other == word && old && !is_alive(pid) && !is_in_use(&entry.path()) {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

fn word_and_pid(name: &OsStr) -> Option<(&str, u32)> {
    let (word, pid) = name.to_str()?.rsplit_once('-')?;
    Some((word, pid.parse().ok()?))
}

/// Where processes cannot be looked up, none counts as dead for its number alone; its sockets tell.
fn is_alive(pid: u32) -> bool {
    Path::new("/proc/self").exists() && Path::new(&format!("/proc/{pid}")).exists()
}

/// Whether somebody listens on a socket in the folder, two levels deep as ssh and its forwards lie.
fn is_in_use(folder: &Path) -> bool {
    let inside = |folder: &Path| -> Vec<_> { fs::read_dir(folder).into_iter().flatten().flatten().collect() };
    inside(folder).into_iter().any(|entry| {
        let deeper = entry.file_type().is_ok_and(|kind| kind.is_dir()).then(|| inside(&entry.path()));
        std::iter::once(entry).chain(deeper.into_iter().flatten()).any(|entry| {
            entry.file_type().is_ok_and(|kind| kind.is_socket()) && UnixStream::connect(entry.path()).is_ok()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;
    use std::time::SystemTime;

    #[test]
    fn only_folders_of_the_dead_go() {
        let parent = tempfile::tempdir().expect("a folder");
        let dead = u32::MAX - 7;
        let folder = |name: &str, old: bool| {
            let path = parent.path().join(name);
            fs::create_dir_all(path.join("s1")).expect("created");
            drop(UnixListener::bind(path.join("s1/0")).expect("bound"));
            let time = SystemTime::now() - if old { STARTING * 2 } else { Duration::ZERO };
            fs::File::open(&path).and_then(|file| file.set_modified(time)).expect("dated");
            path
        };
        let own = folder(&format!("parity-{}", std::process::id()), true);
        let gone = folder(&format!("parity-{dead}"), true);
        let fresh = folder(&format!("parity-{}", dead - 1), false);
        let other = folder(&format!("other-{dead}"), true);
        let used = folder(&format!("parity-{}", dead - 2), true);
        let _listener = UnixListener::bind(used.join("master")).expect("bound");
        fs::File::open(&used)
            .and_then(|file| file.set_modified(SystemTime::now() - STARTING * 2))
            .expect("dated");
        sweep_runtime_dirs(&own);
        assert!(!gone.exists());
        assert!([own, fresh, other, used].iter().all(|path| path.exists()));
    }
}
