//! Which child of one element belongs to which of the other.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Children lined up by the shortest edit; the search is quadratic in the worst case.
const LINED_UP: usize = 4000;
/// Pairs held against each other within one gap.
const HELD: usize = 40_000;

/// Children paired, the rest on either side, as positions in the lists given.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    /// In the left's order.
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) left_only: Vec<usize>,
    pub(super) right_only: Vec<usize>,
    /// Equal children stand in another order.
    pub(super) reordered: bool,
}

/// Pairs equal children in order, then those that have moved, then, between the same neighbours, those that are
/// most alike, wherever they stand where their order is free. `likeness` is 0 for what cannot be paired.
pub(super) fn align(
    lefts: &[u64],
    rights: &[u64],
    free: bool,
    likeness: impl Fn(usize, usize) -> usize,
) -> Alignment {
    let mut out = Alignment::default();
    let mut gaps = gaps(lefts, rights, &mut out.pairs);
    out.reordered = pair_moved(lefts, rights, &mut gaps, &mut out.pairs);
    for (left, right) in gaps {
        pair_alike(&left, &right, &likeness, &mut out);
    }
    if free {
        pair_rest(&likeness, &mut out);
    }
    out.pairs.sort_unstable();
    out.left_only.sort_unstable();
    out.right_only.sort_unstable();
    out
}

type Gap = (Vec<usize>, Vec<usize>);

/// The stretches between equal children, which are paired.
fn gaps(lefts: &[u64], rights: &[u64], pairs: &mut Vec<(usize, usize)>) -> Vec<Gap> {
    let both = lefts.len().min(rights.len());
    let head = (0..both).take_while(|at| lefts[*at] == rights[*at]).count();
    let tail = (0..both - head)
        .take_while(|at| lefts[lefts.len() - 1 - at] == rights[rights.len() - 1 - at])
        .count();
    pairs.extend((0..head).map(|at| (at, at)));
    pairs.extend((1..=tail).map(|at| (lefts.len() - at, rights.len() - at)));
    let (l, r) = (&lefts[head..lefts.len() - tail], &rights[head..rights.len() - tail]);
    if l.len().max(r.len()) > LINED_UP {
        return vec![((head..head + l.len()).collect(), (head..head + r.len()).collect())];
    }
    let mut out: Vec<Gap> = Vec::new();
    let mut open = false;
    for op in capture_diff_slices(Algorithm::Myers, l, r) {
        let (old, new) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            pairs.extend(old.zip(new).map(|(l, r)| (head + l, head + r)));
            open = false;
            continue;
        }
        if !open {
            out.push(Gap::default());
        }
        open = true;
        if let Some(gap) = out.last_mut() {
            gap.0.extend(old.map(|at| head + at));
            gap.1.extend(new.map(|at| head + at));
        }
    }
    out
}

/// Equal children on both sides of different gaps have moved.
fn pair_moved(lefts: &[u64], rights: &[u64], gaps: &mut [Gap], pairs: &mut Vec<(usize, usize)>) -> bool {
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for at in gaps.iter().rev().flat_map(|(_, right)| right.iter().rev()) {
        places.entry(rights[*at]).or_default().push(*at);
    }
    let mut taken = std::collections::HashSet::new();
    for (left, _) in gaps.iter_mut() {
        left.retain(|at| match places.get_mut(&lefts[*at]).and_then(Vec::pop) {
            Some(theirs) => {
                taken.insert(theirs);
                pairs.push((*at, theirs));
                false
            }
            None => true,
        });
    }
    for (_, right) in gaps.iter_mut() {
        right.retain(|at| !taken.contains(at));
    }
    !taken.is_empty()
}

/// Pairs what is left over, each with the one that it shares most with.
fn pair_rest(likeness: &impl Fn(usize, usize) -> usize, out: &mut Alignment) {
    if out.left_only.len() * out.right_only.len() > HELD {
        return;
    }
    let mut rest = Vec::new();
    for left in std::mem::take(&mut out.left_only) {
        let held = out.right_only.iter().enumerate().map(|(at, right)| (likeness(left, *right), at));
        match held.filter(|(alike, _)| *alike > 0).max_by_key(|(alike, at)| (*alike, std::cmp::Reverse(*at)))
        {
            Some((_, at)) => out.pairs.push((left, out.right_only.remove(at))),
            None => rest.push(left),
        }
    }
    out.left_only = rest;
}

/// The pairing in order with the greatest likeness: the classic table, from the end.
fn pair_alike(
    lefts: &[usize],
    rights: &[usize],
    likeness: &impl Fn(usize, usize) -> usize,
    out: &mut Alignment,
) {
    if lefts.len() * rights.len() > HELD {
        // Too many to hold against each other: they belong together as they come.
        let both = lefts.len().min(rights.len());
        let (paired, rest): (Vec<_>, Vec<_>) =
            (0..both).map(|at| (lefts[at], rights[at])).partition(|(l, r)| likeness(*l, *r) > 0);
        out.pairs.extend(paired);
        out.left_only.extend(rest.iter().map(|(l, _)| *l).chain(lefts[both..].iter().copied()));
        out.right_only.extend(rest.iter().map(|(_, r)| *r).chain(rights[both..].iter().copied()));
        return;
    }
    let width = rights.len() + 1;
    let mut best = vec![0; (lefts.len() + 1) * width];
    let mut held = vec![0; lefts.len() * rights.len()];
    for l in (0..lefts.len()).rev() {
        for r in (0..rights.len()).rev() {
            let alike = likeness(lefts[l], rights[r]);
            held[l * rights.len() + r] = alike;
            let with = if alike > 0 { alike + best[(l + 1) * width + r + 1] } else { 0 };
            best[l * width + r] = with.max(best[(l + 1) * width + r]).max(best[l * width + r + 1]);
        }
    }
    let (mut l, mut r) = (0, 0);
    while l < lefts.len() && r < rights.len() {
        let alike = held[l * rights.len() + r];
        let here = best[l * width + r];
        if alike > 0 && here == alike + best[(l + 1) * width + r + 1] {
            out.pairs.push((lefts[l], rights[r]));
            (l, r) = (l + 1, r + 1);
        } else if here == best[(l + 1) * width + r] {
            out.left_only.push(lefts[l]);
            l += 1;
        } else {
            out.right_only.push(rights[r]);
            r += 1;
        }
    }
    out.left_only.extend(&lefts[l..]);
    out.right_only.extend(&rights[r..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(left: &[u64], right: &[u64]) -> Alignment {
        // Two items are alike where they share their tens.
        align(left, right, false, |l, r| usize::from(left[l] / 10 == right[r] / 10))
    }

    #[test]
    fn equal_children_keep_their_partners() {
        let added = aligned(&[1, 1, 20], &[1, 1, 1, 20]);
        assert_eq!((added.pairs.len(), added.right_only, added.reordered), (3, vec![2], false));
        let changed = aligned(&[10, 20, 30], &[10, 21, 30]);
        assert_eq!(changed.pairs, [(0, 0), (1, 1), (2, 2)]);
        let gone = aligned(&[10, 20, 30, 40], &[10, 31, 40]);
        assert_eq!((gone.pairs, gone.left_only), (vec![(0, 0), (2, 1), (3, 2)], vec![1]));
        let swapped = aligned(&[10, 20, 30], &[20, 10, 30]);
        assert!(swapped.reordered && swapped.left_only.is_empty() && swapped.right_only.is_empty());
        assert_eq!(aligned(&[], &[10]).right_only, [0]);
    }
}
