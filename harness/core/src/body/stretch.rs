//! Lines that differ, and what stands around them.

use std::ops::Range;

use envparity_model::ContextRow;

use crate::excerpt::line;

/// Lines shown before, after, and of those that differ.
const NEAR: usize = 2;

/// A stretch of lines that differ, on either side.
pub(super) struct Stretch {
    pub(super) left: Range<usize>,
    pub(super) right: Range<usize>,
}

impl Stretch {
    /// The first few of its lines, with those before and after, side by side.
    pub(super) fn rows(&self, lefts: &[&str], rights: &[&str]) -> Vec<ContextRow> {
        let before = |at: &Range<usize>| at.start.saturating_sub(NEAR)..at.start;
        let own = |at: &Range<usize>| at.start..at.end.min(at.start + NEAR);
        let after = |at: &Range<usize>, lines: &[&str]| at.end..lines.len().min(at.end + NEAR);
        // What stands before ends at the place: it is lined up by its end.
        let mut rows = beside(&lefts[before(&self.left)], &rights[before(&self.right)], true);
        let mut differing = beside(&lefts[own(&self.left)], &rights[own(&self.right)], false);
        for row in &mut differing {
            row.differs = true;
        }
        rows.append(&mut differing);
        rows.extend(beside(&lefts[after(&self.left, lefts)], &rights[after(&self.right, rights)], false));
        rows
    }
}

/// Two columns, the shorter one filled with nothing: at its top or at its end.
fn beside(lefts: &[&str], rights: &[&str], by_end: bool) -> Vec<ContextRow> {
    let height = lefts.len().max(rights.len());
    let column = |lines: &[&str]| {
        let mut shown: Vec<Option<String>> = lines.iter().map(|text| Some(line(text))).collect();
        let missing = height - lines.len();
        let at = if by_end { 0 } else { shown.len() };
        shown.splice(at..at, std::iter::repeat_n(None, missing));
        shown
    };
    let pairs = column(lefts).into_iter().zip(column(rights));
    pairs.map(|(reference, candidate)| ContextRow { reference, candidate, differs: false }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_before_and_after_stand_beside_their_partners() {
        let lefts = ["a", "b", "old", "c"];
        let rights = ["b", "new", "newer", "c", "d", "e"];
        let rows = Stretch { left: 2..3, right: 1..3 }.rows(&lefts, &rights);
        let text = |side: &Option<String>| side.clone().unwrap_or_default();
        let shown: Vec<_> = rows
            .iter()
            .map(|row| {
                format!(
                    "{}|{}{}",
                    text(&row.reference),
                    text(&row.candidate),
                    if row.differs { "!" } else { "" }
                )
            })
            .collect();
        assert_eq!(shown, ["a|", "b|b", "old|new!", "|newer!", "c|c", "|d"]);
    }
}
