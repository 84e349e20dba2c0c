//! Approving: the reference's answers of a run become the snapshots that later runs are compared with.

use std::fs;
use std::path::{Path, PathBuf};

use envparity_config::{Config, Control};
use envparity_core::{Approved, Approver, BaselineComparator, CaseStatus, Side};
use envparity_model::{CaseGlob, CasePlace, Exchange, Problem, Sample};

use super::kept::{Found, snapshots};
use super::snapshot::{render, second_name, snapshot_name};
use crate::analysis::{authority_of, config_of};
use crate::journal::{Bodies, Recording, file_name, read_recording};
use crate::run_folder::{RunFile, write_atomically};

/// What to approve, and where to.
#[derive(Debug, Clone)]
pub struct ApproveRequest {
    /// The run's folder.
    pub run: PathBuf,
    /// The folder of the snapshots; none: as the run's configuration says, below `base`.
    pub baseline: Option<PathBuf>,
    /// The folder that the configuration's paths are relative to.
    pub base: PathBuf,
    /// Globs over case ids; empty: all.
    pub only: Vec<String>,
    /// Write `.snap.new` files for `cargo insta review` instead.
    pub pending: bool,
    /// Delete snapshots of cases that are gone.
    pub prune: bool,
}

/// What approving did with a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approving {
    /// It had no snapshot.
    New,
    /// Its snapshot said something else.
    Changed,
    /// Its snapshot stands.
    Unchanged,
    /// It cannot be approved: why.
    Refused(String),
}

/// What approving did.
#[derive(Debug, Clone)]
pub struct Approval {
    /// The folder of the snapshots.
    pub folder: PathBuf,
    /// Every case that was selected, in suite order.
    pub cases: Vec<(CasePlace, Approving)>,
    /// Snapshots of cases that are gone: deleted if that was asked for. None where [`Self::partial`].
    pub stale: Vec<String>,
    /// Not every case was looked at: what is gone cannot be told.
    pub partial: bool,
    /// The reference was sampled once: what differs by nature stands as it was.
    pub uncontrolled: bool,
}

/// Approves the answers of a run's reference. A snapshot that still holds is not touched.
///
/// # Errors
/// When the run cannot be read, no folder is named, or a snapshot not be written.
pub fn approve(request: &ApproveRequest) -> Result<Approval, Problem> {
    let file = RunFile::read(&request.run)?;
    let config = config_of(&file)?;
    let folder = match (&request.baseline, &config.compare.baseline) {
        (Some(folder), _) => folder.clone(),
        (None, Some(folder)) => request.base.join(folder),
        (None, None) => {
            return Err(Problem::new("no folder for the snapshots is named")
                .hint("set `baseline = \"snapshots\"` in `[compare]`, or give `--baseline DIR`"));
        }
    };
    let mut reader = Reader::open(&request.run, &file.reference, &config)?;
    let mut shelf = Shelf::open(&folder)?;
    let globs: Vec<CaseGlob> = request.only.iter().map(|pattern| CaseGlob::new(pattern)).collect();
    let mut standing = BaselineComparator::new(&config.rules, authority_of(&reader.recording));
    reader.set_up(|place, today, others| {
        let rechecks: Vec<Side<'_>> = others.iter().skip(1).copied().collect();
        standing.prelude(place, today, others.first().copied(), &rechecks);
    })?;
    let mut cases = Vec::new();
    for place in reader.recording.header.cases.clone() {
        let samples = reader.samples(&place)?;
        let form = reader.normal_form(&place, &samples);
        let known = shelf.find(&place);
        // Cases that are not selected are read all the same: they capture what others mention.
        let stands = known.and_then(Found::approved).is_some_and(|known| {
            samples.first().is_some_and(|today| holds(&mut standing, &place, &known, today, &samples[1..]))
        });
        if !globs.is_empty() && !globs.iter().any(|glob| glob.matches(&place.id)) {
            continue;
        }
        let done = match form {
            Err(why) => Approving::Refused(why),
            Ok(_) if stands => {
                shelf.settle(&place)?;
                Approving::Unchanged
            }
            Ok(form) => {
                let new = known.is_none();
                shelf.write(&place, &form, request.pending)?;
                if new { Approving::New } else { Approving::Changed }
            }
        };
        cases.push((place, done));
    }
    let partial = !file.full || !globs.is_empty();
    let stale = if partial { Vec::new() } else { shelf.stale(request.prune)? };
    let uncontrolled = config.compare.control == Control::Never;
    Ok(Approval { folder, cases, stale, partial, uncontrolled })
}

/// Every case of an environment's recording with its answer in the normal form.
///
/// # Errors
/// When the recording cannot be read, or a case cannot be approved.
pub fn normal_exchanges(run: &Path, environment: &str) -> Result<Vec<(CasePlace, String)>, Problem> {
    let config = config_of(&RunFile::read(run)?)?;
    let mut reader = Reader::open(run, environment, &config)?;
    reader.set_up(|_, _, _| ())?;
    let mut out = Vec::new();
    for place in reader.recording.header.cases.clone() {
        let samples = reader.samples(&place)?;
        let form = reader.normal_form(&place, &samples);
        let form = form.map_err(|why| Problem::new(format!("`{}` cannot be approved: {why}", place.id)))?;
        out.push((place, form));
    }
    Ok(out)
}

/// One answer of the reference, with its body.
type Answer = (Exchange, Vec<u8>);

/// The recording of a reference, brought into the normal form.
struct Reader {
    recording: Recording,
    bodies: Bodies,
    approver: Approver,
    wants_control: bool,
}

impl Reader {
    fn open(run: &Path, environment: &str, config: &Config) -> Result<Self, Problem> {
        let recording = read_recording(&run.join(file_name(environment)), environment)?;
        let clock = recording.header.started_ms / 1000;
        let approver = Approver::new(&config.rules, authority_of(&recording), clock);
        let wants_control = config.compare.control == Control::Auto;
        Ok(Self { recording, bodies: Bodies::of(run), approver, wants_control })
    }

    /// The first sample, then all others.
    fn samples(&self, place: &CasePlace) -> Result<Vec<Answer>, Problem> {
        let primary = self.recording.exchange(&place.id, Sample::Primary)?;
        let control = self.recording.exchange(&place.id, Sample::Control)?;
        let all = primary.into_iter().chain(control).chain(self.recording.rechecks(&place.id)?);
        all.map(|exchange| self.bodies.of_response(&exchange).map(|body| (exchange, body))).collect()
    }

    /// Takes in what the set-up captured, and shows it to `also`.
    fn set_up(&mut self, mut also: impl FnMut(&CasePlace, Side<'_>, &[Side<'_>])) -> Result<(), Problem> {
        for place in self.recording.header.setup.clone() {
            let samples = self.samples(&place)?;
            let Some((primary, others)) = samples.split_first() else { continue };
            let others: Vec<Side<'_>> = others.iter().map(side).collect();
            self.approver.prelude(&place, side(primary), &others);
            also(&place, side(primary), &others);
        }
        Ok(())
    }

    fn normal_form(&mut self, place: &CasePlace, samples: &[Answer]) -> Result<String, String> {
        let Some((primary, others)) = samples.split_first() else {
            return Err("it was not asked: the run ended before".to_owned());
        };
        if self.wants_control && others.is_empty() {
            return Err("the second sample that would tell what differs by nature is missing".to_owned());
        }
        let others: Vec<Side<'_>> = others.iter().map(side).collect();
        self.approver.normal_form(place, side(primary), &others)
    }
}

fn side((exchange, body): &Answer) -> Side<'_> {
    Side { exchange, body }
}

/// Whether an answer is what was approved.
fn holds(
    comparator: &mut BaselineComparator,
    place: &CasePlace,
    known: &Approved,
    today: &Answer,
    others: &[Answer],
) -> bool {
    let rechecks: Vec<Side<'_>> = others.iter().skip(1).map(side).collect();
    let result = comparator.compare(place, known, side(today), others.first().map(side), &rechecks);
    result.status == CaseStatus::Compared && result.drifts.is_empty()
}

/// The folder of the snapshots.
struct Shelf {
    folder: PathBuf,
    found: Vec<Found>,
    used: Vec<bool>,
}

impl Shelf {
    fn open(folder: &Path) -> Result<Self, Problem> {
        let found = snapshots(folder)?;
        let used = vec![false; found.len()];
        Ok(Self { folder: folder.to_owned(), found, used })
    }

    /// A case's snapshot, readable or not.
    fn find(&mut self, place: &CasePlace) -> Option<&Found> {
        let name = format!("{}.snap", snapshot_name(place.id.as_str()));
        let at = self.found.iter().position(|found| match &found.snapshot {
            Ok(snapshot) => {
                snapshot.case.as_deref().map_or(found.file == name, |case| case == place.id.as_str())
            }
            Err(_) => found.file == name,
        })?;
        self.used[at] = true;
        self.found.get(at)
    }

    /// Writes a case's snapshot, under another name where its own is that of another case.
    fn write(&mut self, place: &CasePlace, form: &str, pending: bool) -> Result<(), Problem> {
        let id = place.id.as_str();
        let own = self.find(place).map(|found| found.file.clone());
        let first = format!("{}.snap", snapshot_name(id));
        let taken = self.found.iter().any(|found| found.file.eq_ignore_ascii_case(&first));
        let file = own.unwrap_or_else(|| if taken { format!("{}.snap", second_name(id)) } else { first });
        let path = if pending { self.pending(&file) } else { self.folder.join(&file) };
        write_atomically(&path, render(place, form, pending).as_bytes())?;
        if !pending {
            remove(&self.pending(&file))?;
        }
        if !self.found.iter().any(|found| found.file == file) {
            let snapshot =
                super::snapshot::Snapshot { case: Some(id.to_owned()), content: form.trim_end().to_owned() };
            self.found.push(Found { file, snapshot: Ok(snapshot) });
            self.used.push(true);
        }
        Ok(())
    }

    /// What waits for a decision about a case whose snapshot stands is void, as insta has it.
    fn settle(&mut self, place: &CasePlace) -> Result<(), Problem> {
        let file = self.find(place).map(|found| found.file.clone());
        file.map_or(Ok(()), |file| remove(&self.pending(&file)))
    }

    fn pending(&self, file: &str) -> PathBuf {
        self.folder.join(format!("{file}.new"))
    }

    /// Snapshots of cases that are gone. What approves no case, or cannot be read, is somebody else's or damaged.
    fn stale(&self, delete: bool) -> Result<Vec<String>, Problem> {
        let unused = self.found.iter().zip(&self.used).filter(|(found, used)| !**used && found.is_ours());
        let files: Vec<String> = unused.map(|(found, _)| found.file.clone()).collect();
        for file in files.iter().filter(|_| delete) {
            remove(&self.folder.join(file))?;
            remove(&self.pending(file))?;
        }
        Ok(files)
    }
}

fn remove(path: &Path) -> Result<(), Problem> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::new(format!("failed to delete the snapshot `{}`: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

impl Found {
    fn is_ours(&self) -> bool {
        self.approved().is_some() && self.snapshot.as_ref().is_ok_and(|snapshot| snapshot.case.is_some())
    }

    fn approved(&self) -> Option<Approved> {
        Approved::parse(&self.snapshot.as_ref().ok()?.content).ok()
    }
}
