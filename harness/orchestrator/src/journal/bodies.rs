//! Bodies, once per content: `RUN/bodies/SHA256.zst` for what is large or was sent, `RUN/bodies/small.zst` for all
//! the small ones that services answer with.
//!
//! A suite of ten thousand entries would leave as many files, and making a file costs more than asking for a body.
//! `small.zst` is a file of Zstandard frames (RFC 8878): before each body's frame stands a skippable one with its
//! SHA-256 and the length of the frame. `zstd -dc` shows all bodies, one after the other.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use envparity_model::{BodyRef, Exchange, Outcome, Problem};
use sha2::{Digest as _, Sha256};
use zstd::bulk::Compressor;

/// The file of small bodies, below `RUN/bodies`.
const SMALL: &str = "small.zst";
/// Bodies of this size and more have a file of their own.
const LARGE: usize = 4 << 10;
/// The fastest level of zstd: bodies are written while a suite runs.
const LEVEL: i32 = 1;
/// The first of the magic numbers of skippable frames, little-endian, and the length of what follows.
const SKIPPABLE: [u8; 8] = [0x50, 0x2a, 0x4d, 0x18, 36, 0, 0, 0];
/// A skippable frame: magic number, length, SHA-256, length of the next frame.
const HEAD: usize = SKIPPABLE.len() + 36;
/// More than any cap lets in: a body that decodes to more is not ours.
const BODY_LIMIT: u64 = 1 << 30;

type Digest = [u8; 32];

/// Writes the bodies of a run.
pub(super) struct BodyWriter {
    folder: PathBuf,
    /// Making one costs more than packing a small body.
    packer: Compressor<'static>,
    small: Option<File>,
    /// In the file of small bodies.
    together: HashSet<Digest>,
    /// In a file of their own.
    alone: HashSet<Digest>,
}

impl BodyWriter {
    /// Makes the folder of bodies below a run's.
    pub(super) fn create(run: &Path) -> Result<Self, Problem> {
        let folder = run.join("bodies");
        let made = fs::create_dir_all(&folder).and_then(|()| Compressor::new(LEVEL));
        let packer = made.map_err(|error| {
            Problem::new(format!("failed to create `{}`: {error}", folder.display()))
                .hint("the journal is written below the configuration's folder; is it writable?")
        })?;
        Ok(Self { folder, packer, small: None, together: HashSet::new(), alone: HashSet::new() })
    }

    /// Keeps a body and gives its digest; `alone` asks for a file of its own, which people can name in a command.
    pub(super) fn keep(&mut self, bytes: &[u8], alone: bool) -> io::Result<String> {
        let digest: Digest = Sha256::digest(bytes).into();
        let name = hex(&digest);
        if bytes.is_empty() {
            return Ok(name);
        }
        if alone || bytes.len() >= LARGE {
            if self.alone.insert(digest) {
                fs::write(self.folder.join(format!("{name}.zst")), self.packer.compress(bytes)?)?;
            }
        } else if self.together.insert(digest) {
            self.append(&digest, bytes)?;
        }
        Ok(name)
    }

    /// One write: a torn end holds no half of a body that a line names.
    fn append(&mut self, digest: &Digest, bytes: &[u8]) -> io::Result<()> {
        let packed = self.packer.compress(bytes)?;
        let length = u32::try_from(packed.len()).map_err(io::Error::other)?;
        let frames = [&SKIPPABLE[..], digest, &length.to_le_bytes(), &packed].concat();
        let file = match &mut self.small {
            Some(file) => file,
            none => {
                let path = self.folder.join(SMALL);
                none.insert(OpenOptions::new().create(true).append(true).open(path)?)
            }
        };
        file.write_all(&frames)
    }
}

/// The bodies of a run, for reading.
#[derive(Debug)]
pub(crate) struct Bodies {
    folder: PathBuf,
    small: OnceLock<Small>,
}

/// The file of small bodies, if there is one, and where in it each frame is.
#[derive(Debug, Default)]
struct Small {
    file: Option<Mutex<File>>,
    places: HashMap<Digest, (u64, u32)>,
}

impl Bodies {
    /// Below a run's folder.
    pub(crate) fn of(run: &Path) -> Self {
        Self { folder: run.join("bodies"), small: OnceLock::new() }
    }

    /// The bytes of a body.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub(crate) fn read(&self, body: &BodyRef) -> Result<Vec<u8>, Problem> {
        if body.size == 0 {
            return Ok(Vec::new());
        }
        let name = &body.sha256;
        let failed = |error: io::Error| {
            Problem::new(format!("failed to read body `{name}` of `{}`: {error}", self.folder.display()))
        };
        let packed = match self.small().frame(name) {
            Some(frame) => frame,
            None => fs::read(self.folder.join(format!("{name}.zst"))),
        };
        unpack(&packed.map_err(failed)?, body.size).map_err(failed)
    }

    /// The body of an exchange's response; empty where there is none.
    ///
    /// # Errors
    /// As [`Bodies::read`].
    pub(crate) fn of_response(&self, exchange: &Exchange) -> Result<Vec<u8>, Problem> {
        match &exchange.outcome {
            Outcome::Response(response) => self.read(&response.body),
            _ => Ok(Vec::new()),
        }
    }

    fn small(&self) -> &Small {
        // What cannot be read is missed by whoever asks for a body in it.
        self.small.get_or_init(|| Small::open(&self.folder.join(SMALL)).unwrap_or_default())
    }
}

impl Small {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let mut reader = BufReader::with_capacity(64 << 10, file.try_clone()?);
        let end = file.metadata()?.len();
        let mut places = HashMap::new();
        let mut at = 0;
        while at + HEAD as u64 <= end {
            let mut head = [0; HEAD];
            reader.read_exact(&mut head)?;
            let (magic, rest) = head.split_at(SKIPPABLE.len());
            let (Some((digest, length)), true) = (rest.split_first_chunk::<32>(), magic == SKIPPABLE) else {
                break;
            };
            let length = length.try_into().map_or(0, u32::from_le_bytes);
            at += HEAD as u64 + u64::from(length);
            if at > end {
                // It was being written when the process was killed; no line names it.
                break;
            }
            places.insert(*digest, (at - u64::from(length), length));
            reader.seek_relative(i64::from(length))?;
        }
        Ok(Self { file: Some(Mutex::new(file)), places })
    }

    fn frame(&self, name: &str) -> Option<io::Result<Vec<u8>>> {
        let (offset, length) = *self.places.get(&from_hex(name)?)?;
        let mut file = self.file.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let mut frame = vec![0; length as usize];
        let read = file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(&mut frame));
        Some(read.map(|()| frame))
    }
}

fn unpack(packed: &[u8], size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size.min(BODY_LIMIT) as usize);
    let mut decoder = zstd::stream::Decoder::with_buffer(packed)?;
    decoder.by_ref().take(BODY_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn hex(digest: &Digest) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(64);
    for byte in digest {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

fn from_hex(name: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    if name.len() != 64 || !name.is_ascii() {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&name[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(digest)
}
