//! Reading back in bounded memory: exchanges stay on disk until they are asked for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use envparity_model::{
    BodyRef, CaseId, EnvironmentLine, Exchange, FooterLine, HeaderLine, JOURNAL_SCHEMA, JournalLine, LogLine,
    ManifestLine, Outcome, Problem, Sample,
};
use serde::Deserialize;

/// One environment's recording.
#[derive(Debug)]
pub(crate) struct Recording {
    /// Environment.
    pub(crate) name: String,
    /// First line.
    pub(crate) header: HeaderLine,
    /// How it came up.
    pub(crate) environment: Option<EnvironmentLine>,
    /// What is installed.
    pub(crate) manifest: Option<ManifestLine>,
    /// Output of the service.
    pub(crate) logs: Vec<LogLine>,
    /// None: incomplete.
    pub(crate) footer: Option<FooterLine>,
    path: PathBuf,
    window: Mutex<Window>,
    /// Where each exchange stands, by pass; a case asked again in a pass counts with its last one.
    places: HashMap<CaseId, [Option<Place>; SAMPLES]>,
    /// Where every exchange of a resample stands: the reference may have been asked several times.
    rechecks: HashMap<CaseId, Vec<Place>>,
}

/// The passes there are.
const SAMPLES: usize = 3;

const fn index_of(sample: Sample) -> usize {
    match sample {
        Sample::Primary => 0,
        Sample::Control => 1,
        Sample::Resample => 2,
    }
}

/// The part of the file that was read last: cases are asked for much in the order in which they were written.
#[derive(Debug)]
struct Window {
    file: File,
    start: u64,
    bytes: Vec<u8>,
}

/// Bytes read at once.
const WINDOW: usize = 64 << 10;

impl Window {
    fn line(&mut self, place: Place) -> std::io::Result<&[u8]> {
        let at = |window: &Self| {
            let from = usize::try_from(place.offset.checked_sub(window.start)?).ok()?;
            Some(from..from.checked_add(place.length)?).filter(|range| range.end <= window.bytes.len())
        };
        if at(self).is_none() {
            self.file.seek(SeekFrom::Start(place.offset))?;
            self.start = place.offset;
            self.bytes.clear();
            (&mut self.file).take(place.length.max(WINDOW) as u64).read_to_end(&mut self.bytes)?;
        }
        match at(self) {
            Some(range) => Ok(&self.bytes[range]),
            None => Err(std::io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Place {
    offset: u64,
    length: usize,
}

/// As much of a line as tells what to do with it.
#[derive(Deserialize)]
struct Peek<'l> {
    #[serde(borrow)]
    r#type: Cow<'l, str>,
    case: Option<CaseId>,
    sample: Option<Sample>,
}

impl Recording {
    /// The last exchange of a case in a pass; none when there is none.
    ///
    /// # Errors
    /// When the journal can no longer be read.
    pub(crate) fn exchange(&self, case: &CaseId, sample: Sample) -> Result<Option<Exchange>, Problem> {
        let place = self.places.get(case).and_then(|places| places[index_of(sample)]);
        place.map(|place| self.read(place)).transpose()
    }

    /// All exchanges of a case in resamples, in the order in which they were made.
    ///
    /// # Errors
    /// As [`Recording::exchange`].
    pub(crate) fn rechecks(&self, case: &CaseId) -> Result<Vec<Exchange>, Problem> {
        self.rechecks.get(case).into_iter().flatten().map(|place| self.read(*place)).collect()
    }

    fn read(&self, place: Place) -> Result<Exchange, Problem> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let line = window.line(place).map_err(|error| failed(&self.path, error.to_string()))?;
        // What type of line it is was seen when its place was written down.
        serde_json::from_slice(line).map_err(|error| failed(&self.path, error.to_string()))
    }

    fn take(&mut self, line: JournalLine) {
        match line {
            JournalLine::Environment(line) => self.environment = Some(line),
            JournalLine::Manifest(line) => self.manifest = Some(line),
            JournalLine::Log(line) => self.logs.push(line),
            JournalLine::Footer(line) => self.footer = Some(line),
            JournalLine::Header(_) | JournalLine::Trial(_) | JournalLine::Exchange(_) => {}
        }
    }
}

/// Reads a journal, `RUN/ENV.ndjson`; a torn last line is dropped.
///
/// # Errors
/// When the file cannot be read, a line before the last is malformed, or its schema is not ours.
pub(crate) fn read_recording(path: &Path, environment: &str) -> Result<Recording, Problem> {
    let open = || File::open(path).map_err(|error| failed(path, error.to_string()));
    let mut reader = BufReader::with_capacity(1 << 16, open()?);
    let mut recording: Option<Recording> = None;
    let (mut offset, mut number) = (0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(|error| failed(path, error.to_string()))?;
        number += 1;
        if length == 0 || line.last() != Some(&b'\n') {
            // A line without its end was being written when the process was killed.
            break;
        }
        let malformed = |error: serde_json::Error| failed(path, format!("line {number}: {error}"));
        let peek: Peek<'_> = serde_json::from_slice(&line).map_err(malformed)?;
        match (&mut recording, peek) {
            (Some(recording), Peek { case: Some(case), sample: Some(sample), r#type })
                if r#type == "exchange" =>
            {
                let place = Place { offset, length };
                if sample == Sample::Resample {
                    recording.rechecks.entry(case.clone()).or_default().push(place);
                }
                recording.places.entry(case).or_default()[index_of(sample)] = Some(place);
            }
            (Some(recording), _) => recording.take(JournalLine::from_json(&line).map_err(malformed)?),
            (none @ None, _) => *none = Some(begin(environment, path, &line, open()?)?),
        }
        offset += length as u64;
    }
    recording.ok_or_else(|| failed(path, "it is empty".to_owned()))
}

fn begin(environment: &str, path: &Path, line: &[u8], file: File) -> Result<Recording, Problem> {
    let Ok(JournalLine::Header(header)) = JournalLine::from_json(line) else {
        return Err(failed(path, "it does not begin with a header".to_owned()));
    };
    if header.schema != JOURNAL_SCHEMA {
        return Err(failed(path, format!("schema {} is not {JOURNAL_SCHEMA}", header.schema))
            .hint("it was written by another version of envparity"));
    }
    Ok(Recording {
        name: environment.to_owned(),
        header,
        environment: None,
        manifest: None,
        logs: Vec::new(),
        footer: None,
        path: path.to_owned(),
        window: Mutex::new(Window { file, start: 0, bytes: Vec::new() }),
        places: HashMap::new(),
        rechecks: HashMap::new(),
    })
}

fn failed(path: &Path, reason: String) -> Problem {
    Problem::new(format!("failed to read journal `{}`: {reason}", path.display()))
}

/// The bodies of a run.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    folder: PathBuf,
}

/// More than any cap lets in: a body file that decodes to more is not ours.
const BODY_LIMIT: u64 = 1 << 30;

impl Bodies {
    /// Below a run's folder.
    pub(crate) fn of(run: &Path) -> Self {
        Self { folder: run.join("bodies") }
    }

    /// The bytes of a body.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub(crate) fn read(&self, body: &BodyRef) -> Result<Vec<u8>, Problem> {
        if body.size == 0 {
            return Ok(Vec::new());
        }
        let path = self.folder.join(format!("{}.zst", body.sha256));
        let failed = |error: std::io::Error| {
            Problem::new(format!("failed to read body `{}`: {error}", path.display()))
        };
        let packed = fs::read(&path).map_err(failed)?;
        let mut bytes = Vec::with_capacity(body.size.min(BODY_LIMIT) as usize);
        let mut decoder = zstd::stream::Decoder::with_buffer(packed.as_slice()).map_err(failed)?;
        decoder.by_ref().take(BODY_LIMIT).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    /// The body of an exchange's response, or what a command wrote to standard output and then to standard error;
    /// empty where there is neither.
    ///
    /// # Errors
    /// As [`Bodies::read`].
    pub(crate) fn of_response(&self, exchange: &Exchange) -> Result<Vec<u8>, Problem> {
        match &exchange.outcome {
            Outcome::Response(response) => self.read(&response.body),
            Outcome::Finished(finished) => {
                let mut written = self.read(&finished.stdout)?;
                written.extend(self.read(&finished.stderr)?);
                Ok(written)
            }
            _ => Ok(Vec::new()),
        }
    }
}
