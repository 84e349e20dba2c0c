//! Commands: how they ended, then what they wrote, as text.

use std::borrow::Cow;
use std::collections::BTreeSet;

use envparity_model::{BodyRef, Code, Finished, Learned, Outcome, Severity};

use crate::asserts;
use crate::body::{Shapes, text};
use crate::case::Case;
use crate::drift::{Drift, Drifts};
use crate::excerpt::short;
use crate::input::{CaseResult, CaseStatus, Side};
use crate::lens::Lens;
use crate::noise::TextNoise;
use crate::rules::{CaseRules, Marks, Mode, Ruling};
use crate::shaky;
use crate::symbols::Who;

/// The places of a command that hold text.
const STREAMS: [&str; 2] = ["stdout", "stderr"];

/// One side of a command with what it wrote.
#[derive(Debug, Clone, Copy)]
struct Written<'w> {
    finished: &'w Finished,
    /// Standard output, then standard error.
    bytes: [&'w [u8]; 2],
}

impl<'w> Written<'w> {
    /// None where it did not run to its end.
    fn of(side: Side<'w>) -> Option<Self> {
        let Outcome::Finished(finished) = &side.exchange.outcome else { return None };
        let split = side.body.len().min(usize::try_from(finished.stdout.size).unwrap_or(usize::MAX));
        let (stdout, stderr) = side.body.split_at(split);
        Some(Self { finished, bytes: [stdout, stderr] })
    }

    fn stored(&self, stream: usize) -> &'w BodyRef {
        if stream == 0 { &self.finished.stdout } else { &self.finished.stderr }
    }

    fn text(&self, stream: usize) -> Cow<'w, str> {
        String::from_utf8_lossy(self.bytes[stream])
    }

    /// Why nothing certain can be said of a stream.
    fn incomplete(&self, stream: usize) -> Option<String> {
        let stored = self.stored(stream);
        if stored.truncated {
            return Some(format!(
                "`{}` is longer than the {} bytes that are kept",
                STREAMS[stream], stored.size
            ));
        }
        (self.bytes[stream].len() as u64 != stored.size)
            .then(|| format!("`{}` is missing from the recording", STREAMS[stream]))
    }

    /// The exit code, with what it says last.
    fn ending(&self) -> String {
        let said = self.text(1);
        let last = said.lines().rev().map(str::trim).find(|line| !line.is_empty());
        match last.filter(|_| self.finished.exit != 0) {
            Some(line) => format!("exit {}  \"{}\"", self.finished.exit, short(line)),
            None => format!("exit {}", self.finished.exit),
        }
    }
}

impl Case<'_> {
    /// Compares a command that ran to its end on both sides.
    pub(crate) fn command(&self, marks: &mut Marks, drifts: &mut Drifts, result: &mut CaseResult) {
        let (Some(mine), Some(theirs)) =
            (Written::of(self.input.reference), Written::of(self.input.candidate))
        else {
            return;
        };
        if self.exit(mine, theirs, marks, drifts) {
            // Where one of them failed, that it says something else is no news.
            self.command_asserts(drifts);
            return self.command_again(drifts, &[]);
        }
        let mut learned = Vec::new();
        let mut shapes: Shapes = Vec::new();
        for stream in 0..STREAMS.len() {
            match self.stream(stream, mine, theirs, marks, drifts, &mut shapes) {
                Ok(noise) => learned.push(noise),
                Err(why) => {
                    result.status = CaseStatus::Inconclusive(why);
                    learned.push(TextNoise::default());
                }
            }
        }
        self.command_asserts(drifts);
        self.command_again(drifts, &learned);
        self.command_learned(&learned, shapes, result);
    }

    /// True where one side succeeds and the other does not.
    fn exit(&self, mine: Written<'_>, theirs: Written<'_>, marks: &mut Marks, drifts: &mut Drifts) -> bool {
        let (l, r) = (mine.finished.exit, theirs.finished.exit);
        if l == r || self.rules.output("exit", marks) == Mode::Ignore {
            return false;
        }
        let drift = Drift::at(Code::CommandExit, "exit").sides(mine.ending(), theirs.ending());
        let other_class = (l == 0) != (r == 0);
        drifts.push(if other_class { drift.severity(Severity::Critical) } else { drift });
        other_class
    }

    fn command_asserts(&self, drifts: &mut Drifts) {
        asserts::judge(self.input.reference.exchange, self.input.candidate.exchange, self.rules, drifts);
    }

    /// Learns what differs by nature, then compares one stream.
    fn stream(
        &self,
        stream: usize,
        mine: Written<'_>,
        theirs: Written<'_>,
        marks: &mut Marks,
        drifts: &mut Drifts,
        shapes: &mut Shapes,
    ) -> Result<TextNoise, String> {
        let at = STREAMS[stream];
        let mode = self.rules.output(at, marks);
        if mode == Mode::Ignore {
            shapes.push((at.to_owned(), "rule", "ignored by rule".to_owned()));
            return Ok(TextNoise::default());
        }
        let mut noise = TextNoise::default();
        let same = |other: &Written<'_>| mine.stored(stream).sha256 == other.stored(stream).sha256;
        for (side, by) in self.controls() {
            let Some(control) = Written::of(side).filter(|control| !same(control)) else { continue };
            let incomplete = mine.incomplete(stream).or_else(|| control.incomplete(stream));
            incomplete.map_or(Ok(()), Err)?;
            let lens = self.lens(Who::Reference, by);
            text::learn((&mine.text(stream), &control.text(stream)), &lens, &mut noise);
        }
        if same(&theirs) && !mine.stored(stream).truncated {
            return Ok(noise);
        }
        let incomplete = mine.incomplete(stream).or_else(|| theirs.incomplete(stream));
        incomplete.map_or(Ok(()), Err)?;
        let (left, right) = (mine.text(stream), theirs.text(stream));
        self.judge_by_rules(at, mode, (&left, &right), noise.clone(), drifts, shapes);
        Ok(noise)
    }

    /// Compares two texts as the rules of a stream have it.
    fn judge_by_rules(
        &self,
        at: &str,
        mode: Mode,
        (left, right): (&str, &str),
        mut noise: TextNoise,
        drifts: &mut Drifts,
        shapes: &mut Shapes,
    ) {
        let lens = self.lens(Who::Reference, Who::Candidate);
        let (mut l, mut r) = (Cow::Borrowed(left), Cow::Borrowed(right));
        match mode {
            Mode::Format => noise.forms_of(left),
            Mode::Texts(rule) => {
                let mut say = || shapes.push((at.to_owned(), "rule", self.rules.why(rule)));
                // The newline that ends a text is no part of what it says.
                match self.rules.ruling(rule, &lens, left.trim_end(), right.trim_end()) {
                    Ruling::Equal => return say(),
                    Ruling::Different => noise = TextNoise::default(),
                    Ruling::Instead(mine, theirs) => {
                        say();
                        (l, r) = (mine, theirs);
                    }
                }
            }
            _ => {}
        }
        let lists = self.rules.lists_of_output(at);
        noise.order |= lists.unordered;
        if lists.set {
            let why = "repetition and order of lines do not count, by rule".to_owned();
            shapes.push((at.to_owned(), "order", why));
            (l, r) = (Cow::Owned(distinct_lines(&l)), Cow::Owned(distinct_lines(&r)));
            if l == r {
                return;
            }
        }
        judge(at, (&l, &r), &noise, &lens, drifts, shapes);
    }

    /// Takes the candidate's second sample into account, as [`Case::look_again`] does.
    fn command_again(&self, drifts: &mut Drifts, noise: &[TextNoise]) {
        let again = self.input.resample.and_then(Written::of);
        let (Some(first), Some(again)) = (Written::of(self.input.candidate), again) else { return };
        let Some(mine) = Written::of(self.input.reference) else { return };
        let stream_of = |drift: &Drift| STREAMS.iter().position(|at| Some(*at) == drift.at.as_deref());
        let repeated: Vec<Drifts> = (0..noise.len())
            .map(|stream| {
                let (mut found, mut shapes) = (Drifts::default(), Vec::new());
                let lens = self.lens(Who::Reference, Who::Resample);
                let texts = (&*mine.text(stream), &*again.text(stream));
                judge(STREAMS[stream], texts, &noise[stream], &lens, &mut found, &mut shapes);
                found
            })
            .collect();
        drifts.retain(|drift| match stream_of(drift).filter(|stream| *stream < noise.len()) {
            Some(stream) => noise[stream].is_empty() || repeated[stream].has_like(drift),
            None => true,
        });
        for drift in drifts.iter_mut() {
            let shaken = match stream_of(drift) {
                Some(stream) => self.differs_from_itself(stream, first, again),
                None => first.finished.exit != again.finished.exit,
            };
            if shaken {
                shaky::label(drift);
            }
        }
    }

    fn differs_from_itself(&self, stream: usize, first: Written<'_>, again: Written<'_>) -> bool {
        let mut noise = TextNoise::default();
        let lens = self.lens(Who::Candidate, Who::Resample);
        let (one, other) = (first.text(stream), again.text(stream));
        if one != other {
            text::learn((&one, &other), &lens, &mut noise);
        }
        !noise.is_empty()
    }

    fn command_learned(&self, noise: &[TextNoise], shapes: Shapes, result: &mut CaseResult) {
        let learned = |at: &str, kind: &str, why: String| Learned {
            case: self.input.place.id.clone(),
            at: at.to_owned(),
            kind: kind.to_owned(),
            why,
        };
        for (at, noise) in STREAMS.iter().zip(noise) {
            let kinds = [
                (!noise.lines.is_empty() || noise.whole, "value"),
                (noise.length, "length"),
                (noise.order, "order"),
            ];
            for (_, kind) in kinds.into_iter().filter(|(is, _)| *is) {
                result.noise.push(learned(
                    at,
                    kind,
                    "differs between two samples of the reference".to_owned(),
                ));
            }
        }
        result.shape_only = shapes.into_iter().map(|(at, kind, why)| learned(&at, kind, why)).collect();
        result.shape_only.extend(result.noise.iter().filter(|noise| noise.kind == "value").cloned());
        result.shape_only.sort();
        result.shape_only.dedup_by(|a, b| a.at == b.at && a.kind == b.kind);
    }
}

fn distinct_lines(text: &str) -> String {
    let lines: BTreeSet<&str> = text.lines().collect();
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

/// Compares two texts as bodies are compared; what differs is the output of a command.
fn judge(
    at: &str,
    texts: (&str, &str),
    noise: &TextNoise,
    lens: &Lens<'_>,
    drifts: &mut Drifts,
    shapes: &mut Shapes,
) {
    let (mut found, mut by_shape) = (Drifts::default(), Vec::new());
    if texts.0 == texts.1 {
        // The same once what is no text is left out of both.
        drifts.push(Drift::at(Code::CommandOutput, at).kind("bytes").severity(Severity::Info));
        return;
    }
    text::judge(texts, noise, lens, &mut found, &mut by_shape);
    for drift in found.into_vec() {
        let kind = match (drift.code, drift.kind.clone()) {
            (Code::ResponseValue, kind) => kind,
            (_, Some(kind)) => Some(kind),
            (code, None) => Some(code.name().trim_start_matches("response-").to_owned()),
        };
        drifts.push(Drift { code: Code::CommandOutput, at: Some(at.to_owned()), kind, ..drift });
    }
    shapes.extend(by_shape.into_iter().map(|(_, kind, why)| (at.to_owned(), kind, why)));
}

/// Why two samples of the reference are not one contract; none where they are.
pub(crate) fn unstable(first: &Outcome, second: &Outcome, rules: &CaseRules<'_>) -> Option<String> {
    let (Outcome::Finished(a), Outcome::Finished(b)) = (first, second) else { return None };
    let ignored = rules.output("exit", &mut Marks::default()) == Mode::Ignore;
    (a.exit != b.exit && !ignored).then(|| format!("the reference exits with {} and {}", a.exit, b.exit))
}
