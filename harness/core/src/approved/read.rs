//! Reading an approved exchange back, as an exchange that today's answer can be compared with.

use std::collections::BTreeMap;

use envparity_model::{BodyRef, Exchange, FailureKind, Finished, Hop, Outcome, Response, Sample, Timing};

use super::fit::Fit;
use super::placeholder::Pattern;
use super::write::{Content, content, header, is_silent, mask, streams, without_digests};
use super::{BINARY, lines};
use crate::authority::Authority;
use crate::input::Side;
use crate::json::Document;
use crate::media::MediaType;

/// An approved exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// (status, location).
    hops: Vec<(u16, String)>,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    /// It is a command's: how it ended, and what it wrote.
    command: Option<Command>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Command {
    exit: i64,
    /// Standard output, then standard error.
    streams: [String; 2],
}

impl Approved {
    /// Reads the normal form.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = without_digests(text).replace("\r\n", "\n");
        if let Some(command) = command(&text)? {
            let (hops, headers) = (Vec::new(), Vec::new());
            return Ok(Self { hops, status: 0, headers, body: String::new(), command: Some(command) });
        }
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines().peekable();
        let mut hops = Vec::new();
        while let Some((status, location)) = lines.peek().and_then(|line| line.split_once(" location: ")) {
            hops.push((status_of(status)?, location.to_owned()));
            lines.next();
        }
        let status = status_of(lines.next().unwrap_or_default().trim())?;
        let named = |line: &str| {
            let (name, value) = line.split_once(':').ok_or_else(|| format!("`{line}` is no header"))?;
            Ok::<_, String>((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        };
        let headers = lines.map(named).collect::<Result<_, _>>()?;
        Ok(Self { hops, status, headers, body: body.trim_end().to_owned(), command: None })
    }

    /// The approved answer to a case, seen from today's: shapes that today's answer fits are filled in, and what is
    /// not approved at all (dates, banners, the protocol's version) is taken from it. `symbols` are the values that
    /// were captured today, by name.
    pub fn exchange(
        &self,
        today: Side<'_>,
        authority: &Authority,
        symbols: &BTreeMap<String, String>,
    ) -> (Exchange, Vec<u8>) {
        let mask = |text: &str| mask(text, authority, &[]);
        let response = match (&today.exchange.outcome, &self.command) {
            (Outcome::Response(response), None) => response,
            (Outcome::Finished(_), Some(command)) => return command.exchange(today, symbols, &mask),
            // A request that is a command now, or the other way round, or no answer at all.
            (Outcome::Response(_) | Outcome::Finished(_), _) => {
                let message = "another kind of case was approved under this id".to_owned();
                let outcome = Outcome::Failure { kind: FailureKind::Other, message };
                return (exchange_of(today.exchange, outcome), Vec::new());
            }
            _ => return (today.exchange.clone(), today.body.to_vec()),
        };
        let fits = |approved: &str, value: &str| {
            let masked = mask(value);
            approved == masked || Pattern::parse(approved).admits(&masked, symbols)
        };
        let (bytes, body) = self.body(response, today.body, symbols, &mask);
        let approved = Response {
            version: response.version.clone(),
            status: self.status,
            headers: self.headers(response, &fits),
            body,
            hops: self.hops(response, &fits),
        };
        (exchange_of(today.exchange, Outcome::Response(approved)), bytes)
    }

    fn hops(&self, today: &Response, fits: &dyn Fn(&str, &str) -> bool) -> Vec<Hop> {
        let hop = |(at, (status, location)): (usize, &(u16, String))| match today.hops.get(at) {
            // The cookies of redirects are not approved.
            Some(hop) if fits(location, &hop.location) => Hop { status: *status, ..hop.clone() },
            other => {
                let cookies = other.map(|hop| hop.cookies.clone()).unwrap_or_default();
                Hop { status: *status, location: location.clone(), cookies }
            }
        };
        self.hops.iter().enumerate().map(hop).collect()
    }

    fn headers(&self, today: &Response, fits: &dyn Fn(&str, &str) -> bool) -> Vec<(String, String)> {
        let silent = today.headers.iter().filter(|(name, _)| is_silent(name)).cloned();
        let mut out: Vec<(String, String)> = silent.collect();
        let mut open: Vec<&(String, String)> = today.headers.iter().collect();
        for (name, value) in &self.headers {
            let partner = open.iter().position(|(other, theirs)| {
                other == name && (fits(value, theirs.trim()) || fits(value, &header(name, theirs.trim())))
            });
            match partner {
                Some(at) => out.push(open.remove(at).clone()),
                None => out.push((name.clone(), value.clone())),
            }
        }
        out
    }

    fn body(
        &self,
        today: &Response,
        bytes: &[u8],
        symbols: &BTreeMap<String, String>,
        mask: &dyn Fn(&str) -> String,
    ) -> (Vec<u8>, BodyRef) {
        let same = || (bytes.to_vec(), today.body.clone());
        if self.body.is_empty() {
            return if bytes.is_empty() { same() } else { stored(Vec::new()) };
        }
        let content = content(today, bytes);
        if let Some((size, sha256)) = digest(&self.body) {
            if sha256 == today.body.sha256 {
                return same();
            }
            let body = BodyRef { sha256: sha256.to_owned(), size, truncated: false, undecoded: None };
            return (vec![0; usize::try_from(size).unwrap_or(0)], body);
        }
        let text = match content {
            Content::Bytes if self.body == BINARY => return same(),
            Content::Text(text) => text,
            Content::Empty | Content::Bytes => return stored(self.body.clone().into_bytes()),
        };
        let filled = self.filled(&text, symbols, mask);
        if filled == text {
            return same();
        }
        let charset = today.header("content-type").map(MediaType::parse).unwrap_or_default();
        stored(encoded(&filled, charset.charset()))
    }

    fn filled(
        &self,
        today: &str,
        symbols: &BTreeMap<String, String>,
        mask: &dyn Fn(&str) -> String,
    ) -> String {
        let looks = |text: &str| text.trim_start().starts_with(['{', '[']);
        if looks(&self.body)
            && looks(today)
            && let (Ok(approved), Ok(now)) = (Document::parse(&self.body), Document::parse(today))
        {
            let fit = Fit { approved: &approved, today: &now, symbols, mask };
            let filled = fit.fill();
            // What fits as a whole is today's, white space and all.
            return if filled == now.raw(Document::ROOT) { today.to_owned() } else { filled };
        }
        lines::fill(&self.body, today, symbols, mask)
    }
}

/// An exchange with today's request and captures, and another outcome.
fn exchange_of(today: &Exchange, outcome: Outcome) -> Exchange {
    Exchange {
        sample: Sample::Primary,
        attempt: 1,
        first_failure: None,
        outcome,
        asserts: Vec::new(),
        timing: Timing::default(),
        ..today.clone()
    }
}

impl Command {
    fn exchange(
        &self,
        today: Side<'_>,
        symbols: &BTreeMap<String, String>,
        mask: &dyn Fn(&str) -> String,
    ) -> (Exchange, Vec<u8>) {
        let now = streams(today);
        let filled = [0, 1].map(|stream| match self.streams[stream].as_str() {
            "" => String::new(),
            approved => lines::fill(approved, &now[stream], symbols, mask),
        });
        let size = |text: &String| stored(text.clone().into_bytes()).1;
        let finished = Finished { exit: self.exit, stdout: size(&filled[0]), stderr: size(&filled[1]) };
        (exchange_of(today.exchange, Outcome::Finished(finished)), filled.concat().into_bytes())
    }
}

/// Reads the normal form of a command; none where it is a response's.
fn command(text: &str) -> Result<Option<Command>, String> {
    let Some(rest) = text.strip_prefix("exit ") else { return Ok(None) };
    let (exit, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    let exit =
        exit.trim().parse().map_err(|_| format!("`{}` is no exit code", crate::excerpt::short(exit)))?;
    let (before, stderr) = match rest.strip_prefix("\nstderr\n") {
        Some(stderr) => ("", stderr),
        None => rest.rsplit_once("\n\nstderr\n").unwrap_or((rest, "")),
    };
    let stdout = before.strip_prefix("\nstdout\n").unwrap_or_default();
    Ok(Some(Command { exit, streams: [stdout.trim_end().to_owned(), stderr.trim_end().to_owned()] }))
}

fn status_of(text: &str) -> Result<u16, String> {
    let status = text.parse().ok().filter(|status| (100..1000).contains(status));
    status.ok_or_else(|| format!("`{}` is no status", crate::excerpt::short(text)))
}

fn digest(body: &str) -> Option<(u64, &str)> {
    let (size, sha256) = body.split_once(" bytes, sha256 ")?;
    let hex = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
    Some((size.parse().ok().filter(|_| hex)?, sha256))
}

fn stored(bytes: Vec<u8>) -> (Vec<u8>, BodyRef) {
    let body = BodyRef {
        sha256: "approved".to_owned(),
        size: bytes.len() as u64,
        truncated: false,
        undecoded: None,
    };
    (bytes, body)
}

/// The text in the charset that today's answer is in.
fn encoded(text: &str, charset: Option<&str>) -> Vec<u8> {
    let latin = charset.is_some_and(|charset| {
        let charset = charset.to_ascii_lowercase();
        charset.contains("8859-1") || charset.contains("1252") || charset.contains("latin1")
    });
    let bytes =
        latin.then(|| text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<Vec<u8>>>());
    bytes.flatten().unwrap_or_else(|| text.as_bytes().to_vec())
}
