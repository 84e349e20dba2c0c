//! Bodies: told by content type *and* by what they are, then compared as JSON, text or bytes.

mod binary;
mod ruled;
mod structured;
pub(crate) mod text;

use std::borrow::Cow;

use envparity_model::{Code, Response};

use crate::drift::{Drift, Drifts};
use crate::excerpt::{around, short};
use crate::json::{Document, Purpose, Unreadable, Walk};
use crate::lens::Lens;
use crate::meaning::windows_1252;
use crate::media::{Family, MediaType, decode};
use crate::noise::Noise;
use crate::rules::{CaseRules, Marks, Mode};

use ruled::Ruled;
use structured::{Judge, Learn};

/// Where only the shape was compared: place, kind, why.
pub(crate) type Shapes = Vec<(String, &'static str, String)>;

/// A body with what its response says of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'b> {
    pub(crate) response: &'b Response,
    pub(crate) bytes: &'b [u8],
}

impl<'b> Part<'b> {
    fn media(&self) -> MediaType {
        self.response.header("content-type").map(MediaType::parse).unwrap_or_default()
    }

    fn is_same(&self, other: &Part<'_>) -> bool {
        let (mine, theirs) = (&self.response.body, &other.response.body);
        mine.sha256 == theirs.sha256 && mine.size == theirs.size && mine.undecoded == theirs.undecoded
    }

    /// Why nothing certain can be said of this body.
    fn incomplete(&self) -> Option<String> {
        let body = &self.response.body;
        if body.truncated {
            return Some(format!("the body is longer than the {} bytes that are kept", body.size));
        }
        (self.bytes.len() as u64 != body.size).then(|| "the body is missing from the recording".to_owned())
    }

    fn text(&self) -> Readable<'b> {
        let media = self.media();
        let family = media.family();
        if self.bytes.is_empty() {
            return Readable { text: None, family, empty: true };
        }
        if family == Family::Binary || self.response.body.undecoded.is_some() {
            return Readable { text: None, family: Family::Binary, empty: false };
        }
        let text = decode(self.bytes, media.charset())
            .filter(|text| family != Family::Unknown || !text.contains('\0'));
        let text = text.map(|text| if family == Family::Lines { Cow::Owned(as_array(&text)) } else { text });
        Readable { text, family, empty: false }
    }
}

/// One value a line as one list of them: item 0 is the first line.
fn as_array(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    format!("[{}]", lines.join(","))
}

/// A body as text, where it is one.
#[derive(Debug)]
struct Readable<'b> {
    text: Option<Cow<'b, str>>,
    family: Family,
    empty: bool,
}

/// What a body is.
#[derive(Debug)]
enum Content<'t> {
    Empty,
    Json(Document<'t>),
    /// JSON beyond what is taken apart counts as text.
    Text(&'t str),
    Bytes,
}

impl Readable<'_> {
    fn content(&self) -> Content<'_> {
        if self.empty {
            return Content::Empty;
        }
        let Some(text) = &self.text else {
            return Content::Bytes;
        };
        let looks = text.trim_start().starts_with(['{', '[']);
        if matches!(self.family, Family::Json | Family::Lines) || looks {
            match Document::parse(text) {
                Ok(document) => return Content::Json(document),
                Err(Unreadable::Syntax(_) | Unreadable::TooLarge) => {}
            }
        }
        Content::Text(text)
    }
}

/// The reference's body against those of its other samples and of the candidate.
pub(crate) struct Bodies<'b> {
    pub(crate) reference: Part<'b>,
    /// Further samples of the reference, each with its lens.
    pub(crate) controls: Vec<(Part<'b>, Lens<'b>)>,
    /// Noise is to be learned from them; else it was before.
    pub(crate) learning: bool,
    pub(crate) candidate: Part<'b>,
    pub(crate) lens: Lens<'b>,
    pub(crate) rules: &'b CaseRules<'b>,
}

impl Bodies<'_> {
    /// Learns what is noise, then compares. An error says why nothing certain can be said.
    pub(crate) fn judge(
        &self,
        noise: &mut Noise,
        marks: &mut Marks,
        drifts: &mut Drifts,
        shapes: &mut Shapes,
    ) -> Result<(), String> {
        if self.rules.body() == Mode::Ignore && self.rules.is_flat() {
            shapes.push(("body".to_owned(), "rule", "ignored by rule".to_owned()));
            return Ok(());
        }
        let same = self.reference.is_same(&self.candidate);
        let incomplete = self.reference.incomplete().or_else(|| self.candidate.incomplete());
        if same && !self.reference.response.body.truncated {
            self.rules.mark_unknown(marks);
            return Ok(());
        }
        if let Some(why) = incomplete {
            self.judge_incomplete(drifts);
            return Err(why);
        }
        let readable = self.reference.text();
        let content = readable.content();
        for (control, lens) in self.controls.iter().filter(|_| self.learning) {
            if self.reference.is_same(control) {
                continue;
            }
            if let Some(why) = control.incomplete() {
                return Err(format!("in the reference's second sample, {why}"));
            }
            learn(&content, &self.reference, control, lens, self.rules, noise)?;
        }
        let theirs = self.candidate.text();
        self.compare(&content, &theirs.content(), noise, marks, drifts, shapes);
        Ok(())
    }

    /// Cut bodies are never proof that nothing differs; what differs in them, differs.
    fn judge_incomplete(&self, drifts: &mut Drifts) {
        let (mine, theirs) = (&self.reference.response.body, &self.candidate.response.body);
        let stable =
            !self.controls.is_empty() && self.controls.iter().all(|(c, _)| self.reference.is_same(c));
        if stable && mine.sha256 != theirs.sha256 && mine.truncated {
            let shown = |part: &Part<'_>| {
                let cut = if part.response.body.truncated { "more than " } else { "" };
                format!("{cut}{} bytes", part.response.body.size)
            };
            drifts.push(
                Drift::at(Code::ResponseValue, "body")
                    .kind("truncated")
                    .sides(shown(&self.reference), shown(&self.candidate)),
            );
        }
    }

    fn compare(
        &self,
        mine: &Content<'_>,
        theirs: &Content<'_>,
        noise: &Noise,
        marks: &mut Marks,
        drifts: &mut Drifts,
        shapes: &mut Shapes,
    ) {
        match (mine, theirs) {
            (Content::Empty, Content::Empty) => {}
            (Content::Json(l), Content::Json(r)) => self.json((l, r), noise, marks, drifts, shapes),
            (Content::Json(_), _) | (_, Content::Json(_)) => {
                self.rules.mark_unknown(marks);
                drifts.push(self.unparsable(mine, theirs));
            }
            (Content::Text(l), Content::Text(r)) => {
                self.rules.mark_unknown(marks);
                match ruled::apply((l, r), &noise.text, self.rules, &self.lens, shapes) {
                    Ruled::Equal => {}
                    Ruled::Compare(l, r, noise) => text::judge((&l, &r), &noise, &self.lens, drifts, shapes),
                }
            }
            (Content::Bytes, Content::Bytes) => {
                self.rules.mark_unknown(marks);
                binary::judge(&self.reference, &self.candidate, noise.binary, drifts, shapes);
            }
            (Content::Text(text), Content::Bytes) if is_misread(text, self.candidate.bytes) => {
                drifts.push(
                    Drift::at(Code::ResponseFormat, "body").kind("charset").sides("utf-8", "not utf-8"),
                );
            }
            (Content::Bytes, Content::Text(text)) if is_misread(text, self.reference.bytes) => {
                drifts.push(
                    Drift::at(Code::ResponseFormat, "body").kind("charset").sides("not utf-8", "utf-8"),
                );
            }
            _ => {
                self.rules.mark_unknown(marks);
                let kind = if matches!((mine, theirs), (Content::Empty, _) | (_, Content::Empty)) {
                    "empty"
                } else {
                    "binary"
                };
                let sides = (show(mine, &self.reference), show(theirs, &self.candidate));
                drifts.push(Drift::at(Code::ResponseValue, "body").kind(kind).sides(sides.0, sides.1));
            }
        }
    }

    fn json(
        &self,
        documents: (&Document<'_>, &Document<'_>),
        noise: &Noise,
        marks: &mut Marks,
        drifts: &mut Drifts,
        shapes: &mut Shapes,
    ) {
        self.rules.mark_body(documents.0, marks);
        self.rules.mark_body(documents.1, marks);
        let purpose = Purpose::Judge(noise, !self.controls.is_empty());
        let mut sink = Judge { drifts, shapes };
        let explained = Walk::new(documents, self.lens, purpose, self.rules, &mut sink).run();
        if !explained && !noise.bytes {
            let bytes = |part: &Part<'_>| format!("{} bytes", part.bytes.len());
            drifts.push(
                Drift::at(Code::ResponseBytes, "body")
                    .sides(bytes(&self.reference), bytes(&self.candidate))
                    .hint("key order, escapes or white space differ"),
            );
        }
    }

    fn unparsable(&self, mine: &Content<'_>, theirs: &Content<'_>) -> Drift {
        let empty = matches!((mine, theirs), (Content::Empty, _) | (_, Content::Empty));
        let sides = (show(mine, &self.reference), show(theirs, &self.candidate));
        let drift = Drift::at(Code::ResponseUnparsable, "body").sides(sides.0, sides.1);
        if empty { drift.kind("empty") } else { drift }
    }
}

/// A body for people.
fn show(content: &Content<'_>, part: &Part<'_>) -> String {
    match content {
        Content::Empty => "empty".to_owned(),
        Content::Json(document) => short(document.raw(Document::ROOT)),
        Content::Text(text) => short(text),
        Content::Bytes => binary::describe(part),
    }
}

fn is_misread(text: &str, bytes: &[u8]) -> bool {
    windows_1252(bytes) == text
}

/// Learns from one further sample of the reference.
fn learn(
    content: &Content<'_>,
    reference: &Part<'_>,
    control: &Part<'_>,
    lens: &Lens<'_>,
    rules: &CaseRules<'_>,
    noise: &mut Noise,
) -> Result<(), String> {
    let readable = control.text();
    match (content, &readable.content()) {
        (Content::Empty, Content::Empty) => {}
        (Content::Json(l), Content::Json(r)) => {
            let mut sink = Learn { noise };
            if !Walk::new((l, r), *lens, Purpose::Learn, rules, &mut sink).run() {
                noise.bytes = true;
            }
        }
        (Content::Text(l), Content::Text(r)) => text::learn((l, r), lens, &mut noise.text),
        (Content::Bytes, Content::Bytes)
            if binary::magic(reference.bytes) == binary::magic(control.bytes) =>
        {
            noise.binary = true;
        }
        _ => {
            return Err(
                "the reference's body is of one kind in one sample and of another in the next".to_owned()
            );
        }
    }
    Ok(())
}

/// Learns where a candidate's body differs from itself.
pub(crate) fn learn_alone(
    first: &Part<'_>,
    second: &Part<'_>,
    lens: &Lens<'_>,
    rules: &CaseRules<'_>,
) -> Noise {
    let mut noise = Noise::default();
    if first.is_same(second) || first.incomplete().is_some() || second.incomplete().is_some() {
        return noise;
    }
    let readable = first.text();
    if learn(&readable.content(), first, second, lens, rules, &mut noise).is_err() {
        noise.text.whole = true;
    }
    noise
}

/// Two values for people, cut around their first difference.
fn sides(left: &str, right: &str) -> (String, String) {
    around(left, right)
}
