//! Writing an exchange in its normal form.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

use envparity_model::{Finished, Learned, Outcome, Response};

use super::general::{common, without_now};
use super::{BINARY, json, lines};
use crate::authority::Authority;
use crate::body::charset::decode;
use crate::headers::{BANNERS, IGNORED, is_list};
use crate::input::Side;
use crate::media::{Family, MediaType};

/// One sample of the reference's answer to a case.
#[derive(Debug, Clone)]
pub(super) struct Sampled<'a> {
    /// The exchange and its body.
    pub(super) side: Side<'a>,
    /// Captured values that differ by nature, as they are in this sample: (name, value).
    pub(super) symbols: Vec<(String, String)>,
}

/// All that is known of a case when its answer is approved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Normal<'a> {
    /// The sample that is written, then those that show what differs by nature.
    pub(super) samples: &'a [Sampled<'a>],
    /// The reference's own address.
    pub(super) authority: &'a Authority,
    /// What the comparison of the samples has learned.
    pub(super) learned: &'a [Learned],
    /// When the samples were taken, in seconds since the epoch.
    pub(super) clock: i64,
}

/// The answer as text: status, headers that say something about the service, body. What differs by nature stands as
/// its shape, the service's own address as `{{base}}`, captured values as `{{name}}`; JSON is indented, its keys in
/// the order of the service. The same service gives the same text on every run.
///
/// # Errors
/// Why it cannot be approved: there is no answer, or only a part of it.
pub(super) fn normalise(normal: &Normal<'_>) -> Result<String, String> {
    if let Some(Outcome::Finished(first)) = normal.samples.first().map(|sample| &sample.side.exchange.outcome)
    {
        return command(normal, first);
    }
    let mut responses = Vec::new();
    for sample in normal.samples {
        match &sample.side.exchange.outcome {
            Outcome::Response(response) => responses.push((sample, response)),
            _ if responses.is_empty() => return Err("the reference gave no answer".to_owned()),
            _ => {}
        }
    }
    let Some((_, response)) = responses.first() else {
        return Err("it was not asked".to_owned());
    };
    if responses.iter().any(|(_, response)| response.body.truncated) {
        return Err("the body is longer than what is kept of it".to_owned());
    }
    let mut out = String::new();
    for hop in &response.hops {
        let _ = writeln!(out, "{} location: {}", hop.status, normal.text(&hop.location, 0));
    }
    let _ = writeln!(out, "{}", response.status);
    for (name, value) in headers(normal, &responses) {
        let _ = writeln!(out, "{name}: {value}");
    }
    let body = body(normal, &responses);
    if !body.is_empty() {
        let _ = write!(out, "\n{body}");
    }
    Ok(format!("{}\n", out.trim_end()))
}

/// How a command ended, then each stream that holds something.
fn command(normal: &Normal<'_>, first: &Finished) -> Result<String, String> {
    if first.stdout.truncated || first.stderr.truncated {
        return Err("its output is longer than what is kept of it".to_owned());
    }
    let finished = |side: Side<'_>| matches!(side.exchange.outcome, Outcome::Finished(_));
    let all = normal.samples.iter().filter(|sample| finished(sample.side));
    let written: Vec<[Cow<'_, str>; 2]> = all.map(|sample| streams(sample.side)).collect();
    let mut out = format!("exit {}\n", first.exit);
    for (stream, at) in STREAMS.into_iter().enumerate() {
        if !written[0][stream].is_empty() {
            let texts: Vec<&str> = written.iter().map(|streams| streams[stream].as_ref()).collect();
            let _ = write!(out, "\n{at}\n{}\n", lines::write(normal, &texts, at));
        }
    }
    Ok(format!("{}\n", out.trim_end()))
}

/// The places of a command that hold text.
pub(super) const STREAMS: [&str; 2] = ["stdout", "stderr"];

/// What a command wrote to each stream.
pub(super) fn streams(side: Side<'_>) -> [Cow<'_, str>; 2] {
    let size = match &side.exchange.outcome {
        Outcome::Finished(finished) => usize::try_from(finished.stdout.size).unwrap_or(usize::MAX),
        _ => 0,
    };
    let (stdout, stderr) = side.body.split_at(side.body.len().min(size));
    [String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr)]
}

type Responses<'a> = [(&'a Sampled<'a>, &'a Response)];

impl Normal<'_> {
    /// A text with addresses, captured values and secrets of a sample replaced.
    pub(super) fn masked(&self, text: &str, sample: usize) -> String {
        let symbols = self.samples.get(sample).map(|sample| sample.symbols.as_slice()).unwrap_or_default();
        mask(text, self.authority, symbols)
    }

    /// As [`Self::masked`], and what tells the time too.
    pub(super) fn text(&self, text: &str, sample: usize) -> String {
        let masked = self.masked(text, sample);
        without_now(&masked, self.clock).unwrap_or(masked)
    }
}

/// Symbols shorter than this are replaced only where they are the whole value, or a segment of a path.
const SHORTEST_WITHIN: usize = 8;

/// Replaces the service's own address, captured values and masked secrets, whose digests differ from run to run.
pub(super) fn mask(text: &str, authority: &Authority, symbols: &[(String, String)]) -> String {
    let mut out = without_digests(&authority.mask(text)).into_owned();
    for (name, value) in symbols {
        let stand_in = format!("{{{{{name}}}}}");
        if out == *value {
            return stand_in;
        }
        if value.len() >= SHORTEST_WITHIN {
            out = out.replace(value.as_str(), &stand_in);
        } else if out.contains('/') {
            let segments = out.split('/').map(|segment| if segment == value { &stand_in } else { segment });
            out = segments.collect::<Vec<_>>().join("/");
        }
    }
    out
}

/// The digest of a secret says only whether it is another one, under a key that each run may choose.
pub(super) fn without_digests(text: &str) -> Cow<'_, str> {
    const OPEN: &str = "[masked:";
    if !text.contains(OPEN) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once(OPEN) {
        out.push_str(before);
        let digits = tail.bytes().take_while(u8::is_ascii_hexdigit).count();
        if let Some(later) = tail[digits..].strip_prefix(']').filter(|_| digits == 16) {
            out.push_str("[masked]");
            rest = later;
        } else {
            out.push_str(OPEN);
            rest = tail;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether a header says nothing about the service, or says it elsewhere.
pub(super) fn is_silent(name: &str) -> bool {
    IGNORED.contains(&name) || BANNERS.contains(&name) || name == "content-length"
}

fn headers(normal: &Normal<'_>, responses: &Responses<'_>) -> Vec<(String, String)> {
    let names: BTreeSet<&str> = responses[0].1.headers.iter().map(|(name, _)| name.as_str()).collect();
    let mut out = Vec::new();
    for name in names.into_iter().filter(|name| !is_silent(name)) {
        let at = format!("header.{name}");
        let by_rule = normal.learned.iter().any(|learned| learned.at == at && learned.kind == "rule");
        let mut values: Vec<Vec<String>> = responses
            .iter()
            .enumerate()
            .map(|(sample, (_, response))| {
                let of_name = response.headers.iter().filter(|(other, _)| other == name);
                of_name.map(|(_, value)| header(name, &normal.text(value.trim(), sample))).collect()
            })
            .filter(|values: &Vec<String>| !values.is_empty())
            .collect();
        for values in &mut values {
            values.sort();
        }
        let count = values[0].len();
        let alike = values.iter().all(|values| values.len() == count);
        for at in 0..count {
            let column: Vec<String> = values.iter().filter_map(|values| values.get(at).cloned()).collect();
            let value = match name {
                _ if by_rule || !alike => "[any]".to_owned(),
                "set-cookie" => cookie(&column),
                _ => common(&column),
            };
            out.push((name.to_owned(), value));
        }
    }
    out
}

/// A header as it is approved: some by presence and shape alone, lists without order in one.
pub(super) fn header(name: &str, value: &str) -> String {
    match name {
        "etag" if value.starts_with("W/") => "[weak etag]".to_owned(),
        "etag" => "[etag]".to_owned(),
        "last-modified" => super::general::alone(value).to_string(),
        "set-cookie" => without_expiry(value),
        _ if is_list(name) => {
            let mut members: Vec<&str> = value.split(',').map(str::trim).collect();
            members.sort_unstable();
            members.join(", ")
        }
        _ => value.to_owned(),
    }
}

fn without_expiry(cookie: &str) -> String {
    let attributes = cookie.split(';').map(|part| match part.split_once('=') {
        Some((name, _)) if name.trim().eq_ignore_ascii_case("expires") => format!("{name}=[text]"),
        _ => part.to_owned(),
    });
    attributes.collect::<Vec<_>>().join(";")
}

/// One cookie over all samples: its name and attributes stay, its value stands as its shape where it varies.
fn cookie(values: &[String]) -> String {
    let parts: Vec<(&str, &str)> =
        values.iter().map(|value| value.split_once(';').unwrap_or((value, ""))).collect();
    let named: Vec<_> = parts.iter().map(|(pair, _)| pair.split_once('=').unwrap_or((pair, ""))).collect();
    let (name, attributes) = (named[0].0, parts[0].1);
    if named.iter().any(|(other, _)| *other != name) {
        return common(values);
    }
    let value = common(&named.iter().map(|(_, value)| (*value).to_owned()).collect::<Vec<_>>());
    if attributes.is_empty() { format!("{name}={value}") } else { format!("{name}={value};{attributes}") }
}

/// What a body is, as far as the normal form cares.
pub(super) enum Content<'b> {
    Empty,
    Text(Cow<'b, str>),
    Bytes,
}

/// Reads a body as what its response says it is.
pub(super) fn content<'b>(response: &Response, bytes: &'b [u8]) -> Content<'b> {
    if bytes.is_empty() {
        return Content::Empty;
    }
    let media = response.header("content-type").map(MediaType::parse).unwrap_or_default();
    if media.family() == Family::Binary || response.body.undecoded.is_some() {
        return Content::Bytes;
    }
    match decode(bytes, media.charset(), media.family())
        .map(|decoded| decoded.text)
        .filter(|text| !text.contains('\0'))
    {
        Some(text) => Content::Text(text),
        None => Content::Bytes,
    }
}

fn body(normal: &Normal<'_>, responses: &Responses<'_>) -> String {
    let contents: Vec<Content<'_>> =
        responses.iter().map(|(sample, response)| content(response, sample.side.body)).collect();
    let texts: Vec<&str> = contents
        .iter()
        .filter_map(|content| if let Content::Text(text) = content { Some(text.as_ref()) } else { None })
        .collect();
    match &contents[0] {
        Content::Empty => String::new(),
        Content::Bytes => {
            let first = &responses[0].1.body;
            if responses.iter().any(|(_, response)| response.body.sha256 != first.sha256) {
                return BINARY.to_owned();
            }
            format!("{} bytes, sha256 {}", first.size, first.sha256)
        }
        Content::Text(_) => {
            let by_rule = normal.learned.iter().any(|learned| learned.at == "body" && learned.kind == "rule");
            if by_rule {
                return "[any]".to_owned();
            }
            json::write(normal, &texts).unwrap_or_else(|| lines::write(normal, &texts, "body"))
        }
    }
}
