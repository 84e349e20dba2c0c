//! Text bodies, by lines.

use std::collections::BTreeMap;

use envparity_model::Code;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::stretch::Stretch;
use super::{Shapes, sides};
use crate::drift::{Drift, Drifts};
use crate::excerpt::short;
use crate::form::Misfit;
use crate::lens::{Lens, Likeness};
use crate::meaning::same_meaning;
use crate::noise::TextNoise;

/// Differing lines that are lined up; the search is quadratic in the worst case.
const LINED_UP: usize = 2000;
/// Lines remembered as noise; beyond, the whole text is.
const NOISY_LINES: usize = 4000;

/// Stretches of lines that differ: start and length on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hunk {
    left: (usize, usize),
    right: (usize, usize),
}

/// Learns which lines of the reference differ against itself.
pub(crate) fn learn(texts: (&str, &str), lens: &Lens<'_>, noise: &mut TextNoise) {
    let (lefts, rights) = (lines(texts.0), lines(texts.1));
    let counts = |lines: &[&str]| {
        let mut sorted: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        sorted.sort_unstable();
        sorted
    };
    if lefts.len() == rights.len() && lefts.len() < 100_000 && counts(&lefts) == counts(&rights) {
        noise.order = true;
        return;
    }
    let Some(hunks) = hunks(&lefts, &rights) else {
        noise.whole = true;
        return;
    };
    for hunk in hunks {
        noise.length |= hunk.left.1 != hunk.right.1;
        for offset in 0..hunk.left.1.min(hunk.right.1) {
            let (at, l, r) =
                (hunk.left.0 + offset, lefts[hunk.left.0 + offset], rights[hunk.right.0 + offset]);
            if l == r || matches!(lens.compare(l, r), Likeness::Masked | Likeness::Symbol) {
                continue;
            }
            let forms = noise.lines.entry(at).or_default();
            forms.add(l);
            forms.add(r);
        }
        // Lines of the reference that the other sample lacks may hold anything.
        for at in hunk.left.0 + hunk.right.1.min(hunk.left.1)..hunk.left.0 + hunk.left.1 {
            noise.lines.entry(at).or_default();
        }
    }
    if noise.lines.len() > NOISY_LINES {
        noise.whole = true;
        noise.lines = BTreeMap::new();
    }
}

/// Compares two texts.
pub(crate) fn judge(
    texts: (&str, &str),
    noise: &TextNoise,
    lens: &Lens<'_>,
    drifts: &mut Drifts,
    shapes: &mut Shapes,
) {
    if noise.whole {
        shapes.push(("body".to_owned(), "value", "two samples of the reference share no lines".to_owned()));
        return;
    }
    if texts.0 == texts.1 {
        // Other bytes of another charset, which its header tells.
        return;
    }
    if noise.is_empty() && same_but_space(texts.0, texts.1) {
        return drifts.push(space(texts.0, texts.1));
    }
    let (mut lefts, mut rights) = (lines(texts.0), lines(texts.1));
    if noise.order {
        lefts.sort_unstable();
        rights.sort_unstable();
        shapes.push(("body".to_owned(), "order", "the order of lines differs on the reference".to_owned()));
    }
    let Some(hunks) = hunks(&lefts, &rights) else {
        let at = lefts.iter().zip(&rights).position(|(l, r)| l != r).unwrap_or(lefts.len().min(rights.len()));
        let line = |lines: &[&str]| lines.get(at).copied().unwrap_or_default().to_owned();
        let (l, r) = sides(&line(&lefts), &line(&rights));
        return drifts.push(
            Drift::at(Code::ResponseValue, "body").sides(l, r).hint(format!("from line {} on", at + 1)),
        );
    };
    for hunk in hunks {
        judge_hunk(&hunk, (&lefts, &rights), noise, lens, drifts, shapes);
    }
}

fn judge_hunk(
    hunk: &Hunk,
    (lefts, rights): (&[&str], &[&str]),
    noise: &TextNoise,
    lens: &Lens<'_>,
    drifts: &mut Drifts,
    shapes: &mut Shapes,
) {
    let both = hunk.left.1.min(hunk.right.1);
    for offset in 0..both {
        let at = hunk.left.0 + offset;
        let (l, r) = (lefts[at], rights[hunk.right.0 + offset]);
        if l != r {
            let here = Stretch { left: at..at + 1, right: hunk.right.0 + offset..hunk.right.0 + offset + 1 };
            judge_line(at, l, r, noise, lens, shapes, |drift| {
                drifts.push_within(drift, || here.rows(lefts, rights));
            });
        }
    }
    let rest = |lines: &[&str], (start, len): (usize, usize)| lines[start + both..start + len].join("\n");
    let (gone, come) = (rest(lefts, hunk.left), rest(rights, hunk.right));
    if hunk.left.1 == hunk.right.1 {
        return;
    }
    if noise.length {
        return shapes.push((
            "body".to_owned(),
            "length",
            "the number of lines differs on the reference".to_owned(),
        ));
    }
    if gone.trim().is_empty() && come.trim().is_empty() {
        return drifts.push(space("", "another number of blank lines"));
    }
    let show = |text: &str| if text.is_empty() { "absent".to_owned() } else { short(text) };
    let here = Stretch {
        left: hunk.left.0 + both..hunk.left.0 + hunk.left.1,
        right: hunk.right.0 + both..hunk.right.0 + hunk.right.1,
    };
    let drift = Drift::at(Code::ResponseValue, "body").kind("lines").sides(show(&gone), show(&come));
    let drift = drift.hint(format!("at line {}", hunk.left.0 + both + 1));
    drifts.push_within(drift, || here.rows(lefts, rights));
}

fn judge_line(
    at: usize,
    left: &str,
    right: &str,
    noise: &TextNoise,
    lens: &Lens<'_>,
    shapes: &mut Shapes,
    mut push: impl FnMut(Drift),
) {
    if matches!(lens.compare(left, right), Likeness::Masked | Likeness::Symbol) {
        return;
    }
    let hint = format!("at line {}", at + 1);
    let (l, r) = sides(left, right);
    let drift = |code: Code| Drift::at(code, "body").sides(l.clone(), r.clone()).hint(hint.clone());
    if let Some(forms) = noise.lines.get(&at) {
        shapes.push((
            "body".to_owned(),
            "value",
            "lines differ between two samples of the reference".to_owned(),
        ));
        match forms.check(right) {
            Ok(()) => {}
            Err(Misfit::Form(kind)) => push(drift(Code::ResponseFormat).kind(kind)),
            Err(Misfit::Content) => push(drift(Code::ResponseValue)),
        }
        return;
    }
    if same_but_space(left, right) {
        return push(drift(Code::ResponseTextSpace));
    }
    match same_meaning(left, right) {
        Some(kind) => push(drift(Code::ResponseFormat).kind(kind)),
        None => push(drift(Code::ResponseValue)),
    }
}

fn space(left: &str, right: &str) -> Drift {
    let (l, r) = sides(left, right);
    Drift::at(Code::ResponseTextSpace, "body").sides(l, r)
}

fn lines(text: &str) -> Vec<&str> {
    text.split('\n').collect()
}

/// Where two lists of lines differ; none where so much differs that nothing lines up.
fn hunks(lefts: &[&str], rights: &[&str]) -> Option<Vec<Hunk>> {
    let both = lefts.len().min(rights.len());
    let head = (0..both).take_while(|at| lefts[*at] == rights[*at]).count();
    let tail = (0..both - head)
        .take_while(|at| lefts[lefts.len() - 1 - at] == rights[rights.len() - 1 - at])
        .count();
    let (l, r) = (&lefts[head..lefts.len() - tail], &rights[head..rights.len() - tail]);
    if l.len().max(r.len()) > LINED_UP {
        if l.len() != r.len() {
            return None;
        }
        let differing = (0..l.len()).filter(|at| l[*at] != r[*at]);
        return Some(differing.map(|at| Hunk { left: (head + at, 1), right: (head + at, 1) }).collect());
    }
    let mut out: Vec<Hunk> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, l, r) {
        let (left, right) = match op {
            DiffOp::Equal { .. } => continue,
            DiffOp::Delete { old_index, old_len, new_index } => ((old_index, old_len), (new_index, 0)),
            DiffOp::Insert { old_index, new_index, new_len } => ((old_index, 0), (new_index, new_len)),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                ((old_index, old_len), (new_index, new_len))
            }
        };
        let (left, right) = ((left.0 + head, left.1), (right.0 + head, right.1));
        match out.last_mut() {
            // Neighbouring operations are one stretch.
            Some(last) if last.left.0 + last.left.1 == left.0 && last.right.0 + last.right.1 == right.0 => {
                last.left.1 += left.1;
                last.right.1 += right.1;
            }
            _ => out.push(Hunk { left, right }),
        }
    }
    Some(out)
}

/// Equal once runs of ASCII white space count as one space, and none at the ends and around tags. Other spaces
/// are characters of their own.
fn same_but_space(left: &str, right: &str) -> bool {
    fn tokens(text: &str) -> impl Iterator<Item = &str> {
        text.split_ascii_whitespace().flat_map(|word| word.split_inclusive('>')).flat_map(|piece| {
            let (before, tag) = piece.find('<').map_or((piece, ""), |at| piece.split_at(at));
            [before, tag].into_iter().filter(|part| !part.is_empty())
        })
    }
    if left.contains('<') && right.contains('<') {
        return tokens(left).eq(tokens(right));
    }
    left.split_ascii_whitespace().eq(right.split_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_told_from_content() {
        for (l, r, same) in [
            ("a b", "a  b", true),
            ("a\nb\n", "a\r\nb", true),
            ("a b", "ab", false),
            ("<p>a</p> <p>b</p>", "<p>a</p>\n<p>b</p>", true),
            ("<p> a</p>", "<p>a</p>", true),
            ("9:58\u{202f}AM", "9:58 AM", false),
        ] {
            assert_eq!(same_but_space(l, r), same, "{l} {r}");
        }
    }

    #[test]
    fn hunks_join_and_keep_their_place() {
        let found = hunks(&["a", "b", "c", "d"], &["a", "x", "y", "d"]).expect("few lines");
        assert_eq!(found, [Hunk { left: (1, 2), right: (1, 2) }]);
        assert_eq!(hunks(&["a"], &["a"]).expect("few lines"), []);
    }
}
