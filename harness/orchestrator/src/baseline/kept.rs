//! The snapshots as they were when a run began: `RUN/baseline.ndjson`, one JSON object a line.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;

use envparity_core::Approved;
use envparity_model::{CaseId, Masker, Problem};
use serde::{Deserialize, Serialize};

use super::snapshot::{Snapshot, snapshot_name};

/// The file in a run's folder.
const FILE: &str = "baseline.ndjson";

/// One snapshot.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    file: String,
    case: Option<String>,
    /// None: it could not be read.
    content: Option<String>,
    unreadable: Option<String>,
}

/// A snapshot's file with what it says.
pub(super) struct Found {
    pub(super) file: String,
    pub(super) snapshot: Result<Snapshot, String>,
}

/// The snapshots of a folder, by name; none where there is no such folder.
///
/// # Errors
/// When the folder cannot be listed.
pub(super) fn snapshots(folder: &Path) -> Result<Vec<Found>, Problem> {
    let failed = |error: std::io::Error| {
        Problem::new(format!("failed to read the baseline `{}`: {error}", folder.display()))
            .hint("`baseline` is a folder of snapshots; `parity approve` writes them")
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut files: Vec<String> = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if name.strip_suffix(".snap").is_some() && !name.starts_with('.') {
            files.push(name);
        }
    }
    files.sort();
    let read = |file: String| {
        let text = fs::read_to_string(folder.join(&file)).map_err(|error| error.to_string());
        let snapshot = text.and_then(|text| Snapshot::parse(&text));
        Found { file, snapshot }
    };
    Ok(files.into_iter().map(read).collect())
}

/// Copies the snapshots of a folder into a run's folder, secrets masked.
///
/// # Errors
/// When the folder cannot be listed, or the copy not be written.
pub(crate) fn keep(folder: &Path, run: &Path, masker: &Masker) -> Result<(), Problem> {
    let path = run.join(FILE);
    let failed =
        |error: std::io::Error| Problem::new(format!("failed to write `{}`: {error}", path.display()));
    let mut out = BufWriter::new(File::create(&path).map_err(failed)?);
    for Found { file, snapshot } in snapshots(folder)? {
        let (case, content, unreadable) = match snapshot {
            Ok(snapshot) => {
                let content = masker.redact(&snapshot.content).into_owned();
                let unreadable = Approved::parse(&content).err();
                (snapshot.case, Some(content).filter(|_| unreadable.is_none()), unreadable)
            }
            Err(why) => (None, None, Some(why)),
        };
        let line = Line { file, case, content, unreadable };
        serde_json::to_writer(&mut out, &line).map_err(|error| failed(error.into()))?;
        out.write_all(b"\n").map_err(failed)?;
    }
    out.flush().map_err(failed)
}

/// The snapshots that a run has kept. They stay on disk until they are asked for.
#[derive(Debug)]
pub(crate) struct KeptBaseline {
    file: Mutex<BufReader<File>>,
    /// By case id, or by the name that a case's snapshot has: where the line is, and the snapshot's file.
    places: HashMap<String, (u64, String)>,
    /// Files that name their case.
    named: HashSet<String>,
    /// (file, why).
    unreadable: Vec<(String, String)>,
    count: u64,
}

impl KeptBaseline {
    /// Opens the copy in a run's folder.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub(crate) fn open(run: &Path) -> Result<Self, Problem> {
        let path = run.join(FILE);
        let failed = |reason: String| Problem::new(format!("failed to read `{}`: {reason}", path.display()));
        let mut reader = BufReader::new(File::open(&path).map_err(|error| failed(error.to_string()))?);
        let (mut places, mut named, mut unreadable) = (HashMap::new(), HashSet::new(), Vec::new());
        let (mut offset, mut count) = (0, 0);
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line).map_err(|error| failed(error.to_string()))?;
            if length == 0 {
                break;
            }
            let read: Line = serde_json::from_slice(&line).map_err(|error| failed(error.to_string()))?;
            count += 1;
            if let Some(why) = read.unreadable {
                unreadable.push((read.file.clone(), why));
            }
            named.extend(read.case.is_some().then(|| read.file.clone()));
            let key = read.case.unwrap_or_else(|| read.file.trim_end_matches(".snap").to_owned());
            if let Some((_, other)) = places.insert(key.clone(), (offset, read.file.clone())) {
                unreadable.push((read.file, format!("`{other}` approves `{key}` too")));
            }
            offset += length as u64;
        }
        Ok(Self { file: Mutex::new(reader), places, named, unreadable, count })
    }

    /// What was approved for a case; none where nothing was, or its snapshot cannot be read (see
    /// [`Self::unreadable`]).
    ///
    /// # Errors
    /// When the copy can no longer be read.
    pub(crate) fn approved(&self, case: &CaseId) -> Result<Option<Approved>, Problem> {
        let Some((offset, _)) = self.place(case) else { return Ok(None) };
        let failed =
            |reason: String| Problem::new(format!("failed to read the snapshot of `{case}`: {reason}"));
        let mut reader = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        reader.seek(SeekFrom::Start(*offset)).map_err(|error| failed(error.to_string()))?;
        let mut line = Vec::new();
        reader.by_ref().read_until(b'\n', &mut line).map_err(|error| failed(error.to_string()))?;
        let line: Line = serde_json::from_slice(&line).map_err(|error| failed(error.to_string()))?;
        line.content.map(|content| Approved::parse(&content).map_err(failed)).transpose()
    }

    fn place(&self, case: &CaseId) -> Option<&(u64, String)> {
        self.places.get(case.as_str()).or_else(|| self.places.get(&snapshot_name(case.as_str())))
    }

    /// Whether a case has a snapshot, readable or not.
    pub(crate) fn holds(&self, case: &CaseId) -> bool {
        self.place(case).is_some()
    }

    /// Snapshots that cannot be read: (file, why).
    pub(crate) fn unreadable(&self) -> &[(String, String)] {
        &self.unreadable
    }

    /// Snapshots of cases that are none of these.
    pub(crate) fn stale<'c>(&self, cases: impl Iterator<Item = &'c CaseId>) -> Vec<String> {
        let mut files: HashMap<&str, bool> =
            self.places.values().map(|(_, file)| (file.as_str(), false)).collect();
        for case in cases {
            if let Some((_, file)) = self.place(case) {
                files.insert(file, true);
            }
        }
        let damaged = |file: &str| self.unreadable.iter().any(|(other, _)| other == file);
        let unused =
            files.into_iter().filter(|(file, used)| !used && self.named.contains(*file) && !damaged(file));
        let mut out: Vec<String> = unused.map(|(file, _)| file.to_owned()).collect();
        out.sort();
        out
    }

    /// Snapshots there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}
