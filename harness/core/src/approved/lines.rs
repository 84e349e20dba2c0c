//! Texts in their normal form, and filled in: line by line.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::general::{common_line, without_now};
use super::placeholder::Pattern;
use super::write::Normal;
use super::{ANY_LINES, ANY_ORDER, BLANK};

/// Lines that are lined up; longer texts are taken line by line.
const LINED_UP: usize = 20_000;

/// The samples' texts as one.
pub(super) fn write(normal: &Normal<'_>, texts: &[&str], at: &str) -> String {
    let samples: Vec<Vec<String>> = texts
        .iter()
        .enumerate()
        .map(|(sample, text)| shown(text, |line| normal.masked(line, sample)))
        .collect();
    let unordered = normal.learned.iter().any(|learned| learned.at == at && learned.kind == "order");
    let merged = if unordered { any_order(&samples) } else { merge(&samples) };
    let timeless = merged.into_iter().map(|line| without_now(&line, normal.clock).unwrap_or(line));
    let out = timeless.collect::<Vec<_>>().join("\n");
    if out.trim().is_empty() { BLANK.to_owned() } else { out }
}

/// Lines as people review them: what acts on a terminal is an escape, white space at the end of the text is gone.
fn shown(text: &str, mask: impl Fn(&str) -> String) -> Vec<String> {
    let lines = text.trim_end().split('\n');
    lines
        .map(|line| {
            let masked = mask(line);
            let mut out = String::with_capacity(masked.len());
            for c in masked.chars() {
                if c.is_control() && c != '\t' { out.extend(c.escape_unicode()) } else { out.push(c) }
            }
            out
        })
        .collect()
}

fn any_order(samples: &[Vec<String>]) -> Vec<String> {
    let mut sorted: Vec<Vec<String>> = samples.to_vec();
    for lines in &mut sorted {
        lines.sort();
    }
    let mut out = merge(&sorted);
    out.insert(0, ANY_ORDER.to_owned());
    out
}

/// Lines that all samples share stay; of the others, what they have in common.
fn merge(samples: &[Vec<String>]) -> Vec<String> {
    let Some((first, others)) = samples.split_first() else {
        return Vec::new();
    };
    if others.iter().all(|other| other.len() == first.len()) {
        let column = |at: usize| samples.iter().map(|lines| lines[at].as_str()).collect::<Vec<_>>();
        return (0..first.len()).map(|at| common_line(&column(at))).collect();
    }
    let mut kept: Vec<bool> = vec![true; first.len()];
    for other in others {
        let mut same = vec![false; first.len()];
        if first.len().max(other.len()) <= LINED_UP {
            for op in capture_diff_slices(Algorithm::Myers, first, other) {
                if let DiffOp::Equal { old_index, len, .. } = op {
                    same[old_index..old_index + len].fill(true);
                }
            }
        }
        kept.iter_mut().zip(same).for_each(|(kept, same)| *kept &= same);
    }
    let mut out: Vec<String> = Vec::new();
    for (line, kept) in first.iter().zip(kept) {
        if kept {
            out.push(line.clone());
        } else if out.last().is_none_or(|last| last != ANY_LINES) {
            out.push(ANY_LINES.to_owned());
        }
    }
    if others.iter().any(|other| other.len() != first.len()) && !out.iter().any(|line| line == ANY_LINES) {
        out.push(ANY_LINES.to_owned());
    }
    out
}

/// The approved text with every line that today's fits replaced by it. `mask` is what both were shown through.
pub(super) fn fill(
    approved: &str,
    today: &str,
    symbols: &BTreeMap<String, String>,
    mask: impl Fn(&str) -> String,
) -> String {
    let theirs: Vec<&str> = today.split('\n').collect();
    let rendered = shown(today, mask);
    let mut mine: Vec<&str> = approved.split('\n').collect();
    let blank = rendered.iter().all(|line| line.trim().is_empty());
    if approved == "[any]" || (approved == BLANK && blank) {
        return today.to_owned();
    }
    let unordered = mine.first() == Some(&ANY_ORDER);
    if unordered {
        mine.remove(0);
    }
    let partners = if unordered {
        pair_any(&mine, &rendered, symbols)
    } else {
        pair_in_order(&mine, &rendered, symbols)
    };
    let fits = partners.iter().all(Option::is_some);
    let used: usize = partners.iter().flatten().map(ExactSizeIterator::len).sum();
    if fits && used == rendered.len() {
        return today.to_owned();
    }
    let mut out: Vec<&str> = Vec::new();
    for (line, partner) in mine.iter().zip(&partners) {
        match partner {
            Some(range) => out.extend(&theirs[range.clone()]),
            None => out.push(line),
        }
    }
    let mut out = out.join("\n");
    // The end of a text, which was not approved, is today's.
    let end = &today[today.trim_end().len()..];
    if !out.ends_with(end) {
        out.truncate(out.trim_end().len());
        out.push_str(end);
    }
    out
}

type Partner = Option<std::ops::Range<usize>>;

/// Whether today's line fits the approved one.
fn fits(mine: &str, theirs: &str, symbols: &BTreeMap<String, String>) -> bool {
    mine == theirs || {
        let pattern = Pattern::parse(mine);
        !pattern.is_literal() && pattern.admits(theirs, symbols)
    }
}

/// Each approved line with today's: equal ones are lined up, between them the first that fits.
fn pair_in_order(mine: &[&str], theirs: &[String], symbols: &BTreeMap<String, String>) -> Vec<Partner> {
    let mut out: Vec<Partner> = vec![None; mine.len()];
    let whole: Vec<&str> = theirs.iter().map(String::as_str).collect();
    if mine.len().max(theirs.len()) > LINED_UP {
        pair_stretch(mine, &whole, (0, 0), symbols, &mut out);
        return out;
    }
    let mut open: Option<(usize, usize)> = None;
    let (mut left, mut right) = (0, 0);
    for op in capture_diff_slices(Algorithm::Myers, mine, &whole) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                if let Some((l, r)) = open.take() {
                    pair_stretch(&mine[l..old_index], &whole[r..new_index], (l, r), symbols, &mut out);
                }
                (0..len).for_each(|at| out[old_index + at] = Some(new_index + at..new_index + at + 1));
                (left, right) = (old_index + len, new_index + len);
            }
            _ => {
                open.get_or_insert((left, right));
            }
        }
    }
    if let Some((l, r)) = open {
        pair_stretch(&mine[l..], &whole[r..], (l, r), symbols, &mut out);
    }
    out
}

/// Approved lines and today's between two that are equal; `from` is where both stretches begin.
fn pair_stretch(
    mine: &[&str],
    theirs: &[&str],
    from: (usize, usize),
    symbols: &BTreeMap<String, String>,
    out: &mut [Partner],
) {
    let mut next = 0;
    for (at, line) in mine.iter().enumerate() {
        let later = &mine[at + 1..];
        if *line == ANY_LINES {
            // As many as leave one for each line after it.
            let end = theirs.len().saturating_sub(later.len()).max(next);
            out[from.0 + at] = Some(from.1 + next..from.1 + end);
            next = end;
            continue;
        }
        let slack = theirs.len().saturating_sub(next + later.len()).max(1);
        let found =
            theirs[next.min(theirs.len())..].iter().take(slack).position(|other| fits(line, other, symbols));
        if let Some(found) = found {
            let hit = next + found;
            out[from.0 + at] = Some(from.1 + hit..from.1 + hit + 1);
            next = hit + 1;
        } else if mine.len() == theirs.len() {
            next = at + 1;
        }
    }
}

fn pair_any(mine: &[&str], theirs: &[String], symbols: &BTreeMap<String, String>) -> Vec<Partner> {
    let mut free: Vec<bool> = vec![true; theirs.len()];
    let mut out = Vec::with_capacity(mine.len());
    for line in mine {
        let found = theirs.iter().enumerate().position(|(at, other)| free[at] && fits(line, other, symbols));
        if let Some(found) = found {
            free[found] = false;
        }
        out.push(found.map(|found| found..found + 1));
    }
    out
}
