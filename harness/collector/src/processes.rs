//! Reading `/proc` of the target's namespace.

use std::collections::BTreeSet;
use std::fs;

use envparity_manifest::{Listening, parse_mapped, parse_received};

use crate::arguments::Target;
use crate::failure::Failure;

/// The target's first process. Where a container is named, the lowest number among processes that live in it:
/// process 1 may be the host's, or another container's, and their packages must not be taken for the target's.
pub(crate) fn find(target: &Target) -> Result<u32, Failure> {
    let Some(id) = &target.container else { return Ok(target.pid) };
    let mut pids = list()?;
    pids.sort_unstable();
    let mut denied = None;
    for pid in pids {
        match lives_in(pid, id) {
            Ok(true) => return Ok(pid),
            Err(failure @ Failure::Denied(_)) => denied = Some(failure),
            Ok(false) | Err(_) => {}
        }
    }
    Err(denied.unwrap_or_else(|| Failure::Gone(format!("no process of the container `{id}` is in sight"))))
}

/// Control groups are named after the container, and so is the folder that `/etc/hostname` is mounted from.
fn lives_in(pid: u32, id: &str) -> Result<bool, Failure> {
    Ok(read(pid, "cgroup")?.contains(id) || read(pid, "mountinfo")?.contains(id))
}

fn list() -> Result<Vec<u32>, Failure> {
    let entries = fs::read_dir("/proc").map_err(|error| Failure::io("/proc", &error))?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// A file of a process, as text.
pub(crate) fn read(pid: u32, name: &str) -> Result<String, Failure> {
    read_bytes(pid, name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// A file of a process.
pub(crate) fn read_bytes(pid: u32, name: &str) -> Result<Vec<u8>, Failure> {
    let path = format!("/proc/{pid}/{name}");
    fs::read(&path).map_err(|error| Failure::io(&path, &error))
}

/// The ports that the target listens on. A kernel without IPv6 has no second table.
pub(crate) fn read_listening(pid: u32) -> Result<Listening, Failure> {
    let mut ports = Listening::default();
    ports.add(&read(pid, "net/tcp")?);
    match read(pid, "net/tcp6") {
        Ok(table) => ports.add(&table),
        Err(Failure::Gone(_)) => {}
        Err(failure) => return Err(failure),
    }
    Ok(ports)
}

/// Bytes that the target has received.
pub(crate) fn read_received(pid: u32) -> Result<u64, Failure> {
    Ok(parse_received(&read(pid, "net/dev")?))
}

/// Code that is mapped into the target's processes: those that see the same mounts as its first process.
/// Errors of single processes are returned beside it: one that has just ended is none.
pub(crate) fn read_mapped(pid: u32, container: Option<&str>) -> Result<(Vec<String>, Vec<Failure>), Failure> {
    let mounts = |pid: u32| fs::read_link(format!("/proc/{pid}/ns/mnt"));
    let target = mounts(pid).map_err(|error| Failure::io(&format!("/proc/{pid}/ns/mnt"), &error))?;
    let (mut mapped, mut failures) = (BTreeSet::new(), Vec::new());
    let own = std::process::id();
    for other in list()?.into_iter().filter(|other| *other != own) {
        match mounts(other) {
            Ok(namespace) if namespace == target => {}
            Ok(_) => continue,
            // Where process numbers are shared, others' processes are none of ours.
            Err(_) if container.is_some_and(|id| matches!(lives_in(other, id), Ok(false))) => continue,
            Err(error) => {
                failures.push(Failure::io(&format!("/proc/{other}/ns/mnt"), &error));
                continue;
            }
        }
        match read(other, "maps") {
            Ok(maps) => mapped.extend(parse_mapped(&maps)),
            Err(failure) => failures.push(failure),
        }
    }
    // ESRCH and ENOENT: it ended between two looks.
    failures.retain(|failure| matches!(failure, Failure::Denied(_)));
    Ok((mapped.into_iter().collect(), failures))
}
