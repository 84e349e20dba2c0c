//! One look into a container: facts, ports, mapped code, and the whole file system.

use std::collections::BTreeMap;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use envparity_manifest::{
    ANSWER_SCHEMA, Answer, FileList, ScanOptions, parse_environment, parse_limit, parse_user, scan,
};
use envparity_model::{Fact, Manifest, Unread};

use crate::arguments::Target;
use crate::failure::Failure;
use crate::files::Files;
use crate::{processes, system};

/// Ports, counters, facts and mapped code: all that changes while nothing is installed.
pub(crate) fn probe(target: &Target) -> Result<Vec<u8>, Failure> {
    answer(target, false)
}

/// The same, and every package.
pub(crate) fn collect(target: &Target) -> Result<Vec<u8>, Failure> {
    answer(target, true)
}

/// Every file with its digest and owner.
pub(crate) fn list_files(target: &Target) -> Result<Vec<u8>, Failure> {
    let pid = processes::find(target)?;
    let root = target.root.clone().unwrap_or_else(|| format!("/proc/{pid}/root"));
    fs::read_dir(&root).map_err(|error| Failure::io(&root, &error))?;
    let list = FileList::read(&Files::below(&root), &target.excluded);
    list.pack().map_err(|error| Failure::Other(format!("the list cannot be written: {error}")))
}

fn answer(target: &Target, scanned: bool) -> Result<Vec<u8>, Failure> {
    let pid = processes::find(target)?;
    let root = target.root.clone().unwrap_or_else(|| format!("/proc/{pid}/root"));
    // The root is what all else is about: a refusal here is a refusal of the whole way.
    fs::read_dir(&root).map_err(|error| Failure::io(&root, &error))?;
    let ports = processes::read_listening(pid)?;
    let received_bytes = processes::read_received(pid)?;
    let (mapped, failures) = processes::read_mapped(pid, target.container.as_deref())?;
    let mut facts = Facts::default();
    let files = Files::below(&root);
    facts.read(pid, &files);

    let mut manifest = if scanned {
        let options =
            ScanOptions { mapped, workdir: target.workdir.clone(), excluded: target.excluded.clone() };
        scan(&files, &options)
    } else {
        Manifest { mapped, ..Manifest::default() }
    };
    manifest.facts.extend(facts.facts);
    manifest.facts.sort_by(|a, b| a.name.cmp(&b.name));
    manifest.unread.extend(facts.unread);
    manifest.unread.extend(failures.iter().map(|failure| unread("/proc", failure)));

    let answer = Answer {
        schema: ANSWER_SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scanned,
        manifest,
        listening: ports.open.into_iter().collect(),
        listening_on_loopback: ports.loopback.into_iter().collect(),
        received_bytes,
        clock_ms: now_ms(),
    };
    answer.pack().map_err(|error| Failure::Other(format!("the answer cannot be written: {error}")))
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64)
}

fn unread(path: &str, failure: &Failure) -> Unread {
    Unread { ecosystem: None, path: path.to_owned(), reason: failure.message().to_owned() }
}

/// Facts about the target's first process and its system.
#[derive(Default)]
struct Facts {
    facts: Vec<Fact>,
    unread: Vec<Unread>,
}

impl Facts {
    fn read(&mut self, pid: u32, files: &Files) {
        let environment = match processes::read_bytes(pid, "environ") {
            Ok(bytes) => parse_environment(&bytes),
            Err(failure) => {
                self.unread.push(unread(&format!("/proc/{pid}/environ"), &failure));
                BTreeMap::new()
            }
        };
        self.add("locale", Some(system::locale(&environment)));
        self.add("timezone", system::time_zone(files, &environment));
        self.add("os", system::name(files));
        self.add("kernel", fs::read_to_string("/proc/sys/kernel/osrelease").ok());
        for (name, file) in [("user", "status"), ("limits.nofile", "limits")] {
            match processes::read(pid, file) {
                Ok(text) if file == "status" => self.add(name, parse_user(&text)),
                Ok(text) => self.add(name, parse_limit(&text, "Max open files")),
                Err(failure) => self.unread.push(unread(&format!("/proc/{pid}/{file}"), &failure)),
            }
        }
    }

    fn add(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.facts.push(Fact::plain(name, value.trim()));
        }
    }
}
