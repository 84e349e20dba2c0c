//! Bodies: told by content type *and* by what they are, then compared as JSON, trees, text or bytes.

mod binary;
pub(crate) mod charset;
mod embedded;
mod read;
mod ruled;
mod streams;
mod stretch;
mod structured;
pub(crate) mod text;
mod tree;

use envparity_model::Code;

use crate::drift::{Drift, Drifts};
use crate::excerpt::{around, short};
use crate::json::{Document, Purpose, Walk};
use crate::lens::Lens;
use crate::meaning::windows_1252;
use crate::noise::Noise;
use crate::rules::{CaseRules, Marks, Mode};

use read::{Content, Plain, Readable};
use ruled::Ruled;
use structured::{Judge, Learn};
use tree::Comparison;

pub(crate) use read::Part;
pub(crate) use tree::{Pattern as MarkupPattern, Step as MarkupStep, Tree};

/// Where only the shape was compared: place, kind, why.
pub(crate) type Shapes = Vec<(String, &'static str, String)>;

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
        if self.rules.body() == Mode::Ignore && self.rules.is_flat() && !self.rules.looks_into_markup() {
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
        let mine = self.reference.read();
        let content = mine.content();
        for (control, lens) in self.controls.iter().filter(|_| self.learning) {
            if self.reference.is_same(control) {
                continue;
            }
            if let Some(why) = control.incomplete() {
                return Err(format!("in the reference's second sample, {why}"));
            }
            learn(&content, &self.reference, control, lens, self.rules, noise)?;
        }
        self.compare(&content, &mine, &self.candidate.read(), &mut Judging { noise, marks, drifts, shapes });
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
        left: &Content<'_>,
        mine: &Readable<'_>,
        theirs: &Readable<'_>,
        judging: &mut Judging<'_>,
    ) {
        let coding = |part: &Part<'_>| part.response.body.undecoded.is_some();
        let right = theirs.content();
        if coding(&self.reference) != coding(&self.candidate) {
            return judging.drifts.push(self.unparsable((left, &right)).kind("encoding"));
        }
        let respelled = self.spelling(mine, theirs, judging.drifts);
        match (left, &right) {
            (Content::Empty, Content::Empty) => {}
            (Content::Json(l), Content::Json(r)) => self.json((l, r), respelled, judging),
            (Content::Html(l, _), Content::Html(r, _)) | (Content::Xml(l, _), Content::Xml(r, _))
                if !ruled::is_text(self.rules) =>
            {
                self.tree((l, r), respelled, judging);
            }
            (Content::Json(_), _)
            | (_, Content::Json(_))
            | (Content::Xml(..), Content::Empty | Content::Bytes | Content::Text(_, Plain::Broken))
            | (Content::Empty | Content::Bytes | Content::Text(_, Plain::Broken), Content::Xml(..)) => {
                self.rules.mark_unknown(judging.marks);
                judging.drifts.push(self.unparsable((left, &right)));
            }
            (Content::Bytes, Content::Bytes) => {
                self.rules.mark_unknown(judging.marks);
                let noisy = judging.noise.binary;
                binary::judge(&self.reference, &self.candidate, noisy, judging.drifts, judging.shapes);
            }
            _ => self.rest((left, &right), judging),
        }
    }

    /// The same text in another charset, or with another start.
    fn spelling(&self, mine: &Readable<'_>, theirs: &Readable<'_>, drifts: &mut Drifts) -> bool {
        let drift = |kind| Drift::at(Code::ResponseFormat, "body").kind(kind);
        let named = |part: &Part<'_>| part.media().charset().map(str::to_owned);
        if mine.text.is_none() || theirs.text.is_none() {
            return false;
        }
        if mine.charset != theirs.charset {
            // Where the header names it, the header says so.
            if named(&self.reference) == named(&self.candidate) {
                let sides = (mine.charset.to_lowercase(), theirs.charset.to_lowercase());
                drifts.push(drift("charset").sides(sides.0, sides.1));
            }
            return true;
        }
        if mine.is_marked != theirs.is_marked {
            let show = |marked: bool| if marked { "a byte order mark" } else { "no byte order mark" };
            drifts.push(drift("byte-order-mark").sides(show(mine.is_marked), show(theirs.is_marked)));
            return true;
        }
        false
    }

    fn rest(&self, (mine, theirs): (&Content<'_>, &Content<'_>), judging: &mut Judging<'_>) {
        self.rules.mark_unknown(judging.marks);
        if let (Some(l), Some(r)) = (mine.text(), theirs.text()) {
            let (noise, lens) = (&judging.noise.text, &self.lens);
            return match ruled::apply((l, r), noise, self.rules, lens, judging.shapes) {
                Ruled::Equal => {}
                Ruled::Compare(l, r, noise) => {
                    text::judge((&l, &r), &noise, lens, judging.drifts, judging.shapes);
                }
            };
        }
        let misread = |content: &Content<'_>, part: &Part<'_>| {
            content.text().is_some_and(|text| windows_1252(part.bytes) == text)
        };
        let charset = Drift::at(Code::ResponseFormat, "body").kind("charset");
        judging.drifts.push(match (mine, theirs) {
            (_, Content::Bytes) if misread(mine, &self.candidate) => charset.sides("utf-8", "not utf-8"),
            (Content::Bytes, _) if misread(theirs, &self.reference) => charset.sides("not utf-8", "utf-8"),
            _ => {
                let empty = matches!((mine, theirs), (Content::Empty, _) | (_, Content::Empty));
                let sides = (mine.show(&self.reference), theirs.show(&self.candidate));
                let kind = if empty { "empty" } else { "binary" };
                Drift::at(Code::ResponseValue, "body").kind(kind).sides(sides.0, sides.1)
            }
        });
    }

    fn json(&self, documents: (&Document<'_>, &Document<'_>), respelled: bool, judging: &mut Judging<'_>) {
        self.rules.mark_body(documents.0, judging.marks);
        self.rules.mark_body(documents.1, judging.marks);
        let purpose = Purpose::Judge(judging.noise, !self.controls.is_empty());
        let mut sink = Judge { drifts: judging.drifts, shapes: judging.shapes, within: "" };
        let explained = Walk::new(documents, self.lens, purpose, self.rules, &mut sink).run();
        if !explained && !respelled {
            self.bytes_only("key order, escapes or white space differ", judging);
        }
    }

    fn tree(&self, trees: (&Tree, &Tree), respelled: bool, judging: &mut Judging<'_>) {
        self.rules.mark_no_json(judging.marks);
        self.rules.mark_markup(trees.0, judging.marks);
        self.rules.mark_markup(trees.1, judging.marks);
        let purpose = tree::Purpose::Judge {
            noise: judging.noise,
            controlled: !self.controls.is_empty(),
            drifts: judging.drifts,
            shapes: judging.shapes,
        };
        if !Comparison::new(trees, self.lens, purpose, self.rules).run() && !respelled {
            self.bytes_only("the order of attributes, quotes, comments or entities differ", judging);
        }
    }

    fn bytes_only(&self, hint: &str, judging: &mut Judging<'_>) {
        if !judging.noise.bytes {
            let bytes = |part: &Part<'_>| format!("{} bytes", part.bytes.len());
            let drift = Drift::at(Code::ResponseBytes, "body");
            judging.drifts.push(drift.sides(bytes(&self.reference), bytes(&self.candidate)).hint(hint));
        }
    }

    fn unparsable(&self, (mine, theirs): (&Content<'_>, &Content<'_>)) -> Drift {
        let empty = matches!((mine, theirs), (Content::Empty, _) | (_, Content::Empty));
        let sides = (mine.show(&self.reference), theirs.show(&self.candidate));
        let drift = Drift::at(Code::ResponseUnparsable, "body").sides(sides.0, sides.1);
        if empty { drift.kind("empty") } else { drift }
    }
}

/// What a comparison knows, and where it says what it found.
struct Judging<'j> {
    noise: &'j Noise,
    marks: &'j mut Marks,
    drifts: &'j mut Drifts,
    shapes: &'j mut Shapes,
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
    let readable = control.read();
    let other = readable.content();
    match (content, &other) {
        (Content::Empty, Content::Empty) => return Ok(()),
        (Content::Json(l), Content::Json(r)) => {
            let mut sink = Learn { noise, within: "" };
            if !Walk::new((l, r), *lens, Purpose::Learn, rules, &mut sink).run() {
                noise.bytes = true;
            }
            return Ok(());
        }
        (Content::Html(l, _), Content::Html(r, _)) | (Content::Xml(l, _), Content::Xml(r, _))
            if !ruled::is_text(rules) =>
        {
            if !Comparison::new((l, r), *lens, tree::Purpose::Learn(noise), rules).run() {
                noise.bytes = true;
            }
            return Ok(());
        }
        (Content::Bytes, Content::Bytes) => {
            if let Some(coding) = &reference.response.body.undecoded {
                return Err(format!(
                    "the reference's body cannot be decoded as `{}` and differs from one sample to the next",
                    short(coding)
                ));
            }
            if binary::magic(reference.bytes) == binary::magic(control.bytes) {
                noise.binary = true;
                return Ok(());
            }
        }
        (Content::Xml(..), Content::Text(..)) | (Content::Text(..), Content::Xml(..)) => {}
        _ => {
            if let (Some(l), Some(r)) = (content.text(), other.text()) {
                text::learn((l, r), lens, &mut noise.text);
                return Ok(());
            }
        }
    }
    Err("the reference's body is of one kind in one sample and of another in the next".to_owned())
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
    let readable = first.read();
    if learn(&readable.content(), first, second, lens, rules, &mut noise).is_err() {
        noise.text.whole = true;
    }
    noise
}

/// Two values for people, cut around their first difference.
fn sides(left: &str, right: &str) -> (String, String) {
    around(left, right)
}
