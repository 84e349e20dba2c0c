//! Writing: one write call per line, secrets masked before the first byte.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use envparity_core::Redaction;
use envparity_model::{
    BodyRef, Exchange, JOURNAL_SCHEMA, JournalLine, Masker, NotSent, Outcome, Problem, Sample, SentRequest,
    is_secret_name,
};
use envparity_runner::Recorder;
use sha2::{Digest, Sha256};

use super::file_name;

/// All journals of one run.
pub(crate) struct Journal {
    folder: PathBuf,
    /// What rules keep out of it.
    redaction: Redaction,
    state: Mutex<State>,
}

struct State {
    masker: Masker,
    files: HashMap<String, EnvironmentFile>,
    bodies: HashSet<[u8; 32]>,
    /// Making one costs more than packing a small body.
    packer: zstd::bulk::Compressor<'static>,
    /// The line on its way.
    line: Vec<u8>,
    /// By header name, whether its value is a secret: a service sends the same few names all the time.
    secret_headers: HashMap<String, bool>,
    /// The first write that failed; nothing is written after it, and the run says so.
    broken: Option<String>,
}

struct EnvironmentFile {
    file: File,
    exchanges: u64,
    /// Bytes of answered requests of the first sample, at the least.
    sent: u64,
}

impl Journal {
    /// Makes the run's folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn create(folder: &Path, masker: Masker, redaction: Redaction) -> Result<Self, Problem> {
        let bodies = folder.join("bodies");
        fs::create_dir_all(&bodies).map_err(|error| {
            Problem::new(format!("failed to create `{}`: {error}", bodies.display()))
                .hint("the journal is written below the configuration's folder; is it writable?")
        })?;
        let packer = zstd::bulk::Compressor::new(PACKING)
            .map_err(|error| Problem::new(format!("failed to set up the packing of bodies: {error}")))?;
        let state = State {
            masker,
            files: HashMap::new(),
            bodies: HashSet::new(),
            packer,
            line: Vec::new(),
            secret_headers: HashMap::new(),
            broken: None,
        };
        Ok(Self { folder: folder.to_owned(), redaction, state: Mutex::new(state) })
    }

    /// Writes one line.
    pub(crate) fn line(&self, environment: &str, line: &JournalLine) {
        self.lock().append(&self.folder, environment, line);
    }

    /// Exchanges written for an environment.
    pub(crate) fn exchanges(&self, environment: &str) -> u64 {
        self.lock().files.get(environment).map_or(0, |file| file.exchanges)
    }

    /// Bytes that were certainly sent to an environment's service in the first sample and answered.
    pub(crate) fn sent_bytes(&self, environment: &str) -> u64 {
        self.lock().files.get(environment).map_or(0, |file| file.sent)
    }

    /// The first write that failed, if any: the recordings are then incomplete.
    pub(crate) fn broken(&self) -> Option<String> {
        self.lock().broken.clone()
    }

    /// Text with every known secret masked.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.lock().masker.redact(text).into_owned()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn append(&mut self, folder: &Path, environment: &str, line: &JournalLine) {
        if self.broken.is_some() {
            return;
        }
        if let Err(error) = self.write(folder, environment, line) {
            let name = file_name(environment);
            self.broken = Some(format!("failed to write journal `{name}`: {error}"));
        }
    }

    fn write(&mut self, folder: &Path, environment: &str, line: &JournalLine) -> std::io::Result<()> {
        if !self.files.contains_key(environment) {
            let path = folder.join(file_name(environment));
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            self.files.insert(environment.to_owned(), EnvironmentFile { file, exchanges: 0, sent: 0 });
        }
        let Some(open) = self.files.get_mut(environment) else { return Ok(()) };
        self.line.clear();
        // The header has it among its own; every line can be read without the others.
        if !matches!(line, JournalLine::Header(_)) {
            write!(self.line, "{{\"schema\":{JOURNAL_SCHEMA},")?;
        }
        let start = self.line.len();
        serde_json::to_writer(&mut self.line, line)?;
        if start > 0 {
            self.line.remove(start);
        }
        self.line.push(b'\n');
        open.file.write_all(&self.line)?;
        if let JournalLine::Exchange(exchange) = line {
            open.exchanges += 1;
            open.sent += sent_bytes(exchange);
        }
        Ok(())
    }

    fn body(&mut self, folder: &Path, bytes: &[u8]) -> std::io::Result<(String, u64)> {
        let bytes = self.masker.redact_bytes(bytes);
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let sha256 = hex(&digest);
        if !bytes.is_empty() && self.bodies.insert(digest) {
            let path = folder.join("bodies").join(format!("{sha256}.zst"));
            fs::write(path, self.packer.compress(&bytes)?)?;
        }
        Ok((sha256, bytes.len() as u64))
    }

    fn mask_exchange(&mut self, exchange: &mut Exchange) {
        if let Some(SentRequest { url, headers, .. }) = &mut exchange.request {
            self.redact(url);
            self.mask_headers(headers);
        }
        exchange.first_failure.iter_mut().for_each(|failure| self.redact(failure));
        match &mut exchange.outcome {
            Outcome::Response(response) => {
                self.mask_headers(&mut response.headers);
                for hop in &mut response.hops {
                    self.redact(&mut hop.location);
                    hop.cookies.iter_mut().for_each(|cookie| *cookie = self.mask_cookie(cookie));
                }
            }
            Outcome::Failure { message, .. } | Outcome::NotSent(NotSent::Malformed { reason: message }) => {
                self.redact(message);
            }
            Outcome::Finished(_) | Outcome::NotSent(_) => {}
        }
        for capture in &mut exchange.captures {
            let text = capture.value.as_str().map_or_else(|| capture.value.to_string(), str::to_owned);
            let masked = self.masker.by_name(&capture.name, &text);
            if masked != text {
                // A number that is a secret has no number that may stand for it.
                capture.value = masked.into();
            }
        }
        for assert in &mut exchange.asserts {
            self.redact(&mut assert.text);
            assert.actual.iter_mut().for_each(|actual| self.redact(actual));
        }
    }

    fn redact(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.masker.redact(text) {
            *text = redacted;
        }
    }

    fn mask_headers(&mut self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            if name == "set-cookie" {
                *value = self.mask_cookie(value);
            } else if self.is_secret_header(name) {
                *value = self.masker.mask(value).to_string();
            } else {
                self.redact(value);
            }
        }
    }

    fn is_secret_header(&mut self, name: &str) -> bool {
        if let Some(known) = self.secret_headers.get(name) {
            return *known;
        }
        let secret = is_secret_header(name);
        if self.secret_headers.len() < KNOWN_HEADERS {
            self.secret_headers.insert(name.to_owned(), secret);
        }
        secret
    }

    /// Name and attributes stay, since they are compared, and so does whether the value is empty or quoted; the value
    /// goes.
    fn mask_cookie(&self, header: &str) -> String {
        let (pair, attributes) = header.split_once(';').unwrap_or((header, ""));
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let separator = if attributes.is_empty() { "" } else { ";" };
        let value = value.trim();
        let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let masked = match quoted {
            _ if value.is_empty() => String::new(),
            Some(inner) => format!("\"{}\"", self.masker.mask(inner)),
            None => self.masker.mask(value).to_string(),
        };
        format!("{name}={masked}{separator}{attributes}")
    }
}

/// The fastest level of zstd: bodies are written while a suite runs.
const PACKING: i32 = 1;
/// Header names remembered; a service that makes up names must not fill the memory.
const KNOWN_HEADERS: usize = 1000;

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// Method, path and body of an answered request: less than what went over the wire.
fn sent_bytes(exchange: &Exchange) -> u64 {
    let answered = matches!(exchange.outcome, Outcome::Response(_)) && exchange.sample == Sample::Primary;
    let Some(request) = exchange.request.as_ref().filter(|_| answered) else { return 0 };
    let path = request
        .url
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map_or(0, |(_, path)| path.len());
    (request.method.len() + path) as u64 + request.body.as_ref().map_or(0, |body| body.size)
}

fn is_secret_header(name: &str) -> bool {
    // A challenge names schemes and realms, not secrets, and is part of the contract.
    let challenge =
        name.eq_ignore_ascii_case("www-authenticate") || name.eq_ignore_ascii_case("proxy-authenticate");
    !challenge && is_secret_name(name)
}

/// Takes a value out of what the suite saw of it. Values too short to be looked for in other texts go here at least.
fn redact_value(value: &str, exchange: &mut Exchange, masker: &Masker) {
    for capture in &mut exchange.captures {
        let text = capture.value.as_str().map_or_else(|| capture.value.to_string(), str::to_owned);
        if text == value {
            capture.value = masker.mask(value).to_string().into();
        }
    }
    for actual in exchange.asserts.iter_mut().filter_map(|assert| assert.actual.as_mut()) {
        if actual.contains(value) {
            *actual = masker.mask(actual).to_string();
        }
    }
}

/// The recorder of one pass.
pub(crate) struct JournalSink<'a> {
    journal: &'a Journal,
}

impl Journal {
    /// Where a pass records to.
    pub(crate) fn sink(&self) -> JournalSink<'_> {
        JournalSink { journal: self }
    }
}

impl Recorder for JournalSink<'_> {
    fn secret(&self, value: &str) {
        self.journal.lock().masker.add_value(value);
    }

    fn declared_secret(&self, value: &str) {
        self.journal.lock().masker.add_secret(value);
    }

    fn redact(&self, exchange: &mut Exchange, body: &mut Vec<u8>) {
        let Outcome::Response(response) = &mut exchange.outcome else { return };
        if self.journal.redaction.is_empty() {
            return;
        }
        let mut state = self.journal.lock();
        let mask = |value: &str| state.masker.mask(value).to_string();
        let values = self.journal.redaction.apply(&exchange.case, response, body, &mask);
        for value in values {
            redact_value(&value, exchange, &state.masker);
            state.masker.add_value(&value);
        }
    }

    fn body(&self, bytes: &[u8], truncated: bool, undecoded: Option<String>) -> BodyRef {
        let mut state = self.journal.lock();
        match state.body(&self.journal.folder, bytes) {
            Ok((sha256, size)) => BodyRef { sha256, size, truncated, undecoded },
            Err(error) => {
                state.broken.get_or_insert(format!("failed to write a body to the journal: {error}"));
                BodyRef { sha256: String::new(), size: bytes.len() as u64, truncated: true, undecoded }
            }
        }
    }

    fn exchange(&self, environment: &str, mut exchange: Exchange) {
        let mut state = self.journal.lock();
        state.mask_exchange(&mut exchange);
        state.append(&self.journal.folder, environment, &JournalLine::Exchange(exchange));
    }
}
