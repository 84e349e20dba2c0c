//! Which item of one list belongs to which of the other.

use std::collections::{HashMap, HashSet, VecDeque};

/// Items paired, the rest on either side, all as positions in the lists given.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) left_only: Vec<usize>,
    pub(super) right_only: Vec<usize>,
    /// The paired items stand in another order.
    pub(super) reordered: bool,
    /// How many pairs are equal in full.
    pub(super) exact: usize,
    /// The field by which items were paired, if by one.
    pub(super) key: Option<String>,
}

impl Alignment {
    /// Pairs equal items: the first with the first of its kind, the second with the second.
    pub(super) fn by_equality<T: Eq + std::hash::Hash>(left: &[T], right: &[T]) -> Self {
        let mut places: HashMap<&T, VecDeque<usize>> = HashMap::with_capacity(right.len());
        for (at, item) in right.iter().enumerate() {
            places.entry(item).or_default().push_back(at);
        }
        let mut out = Self::default();
        let mut taken = vec![false; right.len()];
        for (at, item) in left.iter().enumerate() {
            match places.get_mut(item).and_then(VecDeque::pop_front) {
                Some(theirs) => {
                    taken[theirs] = true;
                    out.pairs.push((at, theirs));
                }
                None => out.left_only.push(at),
            }
        }
        out.right_only = (0..right.len()).filter(|at| !taken[*at]).collect();
        out.exact = out.pairs.len();
        out.reordered = out.pairs.windows(2).any(|pair| pair[0].1 > pair[1].1);
        out
    }

    /// Pairs what is left over by a second notion of equality, between the same neighbours unless order is free.
    pub(super) fn refine<T: Eq + std::hash::Hash>(&mut self, left: &[T], right: &[T], free: bool) {
        let (lefts, rights) = (std::mem::take(&mut self.left_only), std::mem::take(&mut self.right_only));
        let fenced = !free && !self.crosses();
        let gap = |at: usize, side: fn(&(usize, usize)) -> usize| {
            if fenced { self.pairs.partition_point(|pair| side(pair) < at) } else { 0 }
        };
        let more = Self::by_equality(
            &lefts.iter().map(|at| (gap(*at, |pair| pair.0), &left[*at])).collect::<Vec<_>>(),
            &rights.iter().map(|at| (gap(*at, |pair| pair.1), &right[*at])).collect::<Vec<_>>(),
        );
        self.extend(&more, &lefts, &rights);
    }

    /// Where equal items cross though a longest run in order would pair as many, takes that: a repeated value that
    /// was inserted is no new order.
    pub(super) fn keep_order(&mut self, left: &[u64], right: &[u64]) {
        /// Longer lists are left as they are: the search is quadratic in the worst case.
        const SEARCHED: usize = 2000;
        if !self.reordered || left.len().max(right.len()) > SEARCHED {
            return;
        }
        let ops = similar::capture_diff_slices(similar::Algorithm::Myers, left, right);
        let runs = ops.iter().filter_map(|op| match op {
            similar::DiffOp::Equal { old_index, new_index, len } => Some((*old_index, *new_index, *len)),
            _ => None,
        });
        let pairs: Vec<(usize, usize)> =
            runs.flat_map(|(l, r, len)| (0..len).map(move |at| (l + at, r + at))).collect();
        if pairs.len() < self.pairs.len() {
            return;
        }
        let (lefts, rights): (HashSet<usize>, HashSet<usize>) = pairs.iter().copied().unzip();
        self.left_only = (0..left.len()).filter(|at| !lefts.contains(at)).collect();
        self.right_only = (0..right.len()).filter(|at| !rights.contains(at)).collect();
        self.exact = pairs.len();
        self.pairs = pairs;
        self.reordered = false;
    }

    /// Pairs what is left over of numbers, the smallest with the smallest: no other way brings them nearer.
    pub(super) fn pair_numbers(
        &mut self,
        left: impl Fn(usize) -> Option<f64>,
        right: impl Fn(usize) -> Option<f64>,
    ) {
        let sorted = |list: &[usize], number: &dyn Fn(usize) -> Option<f64>| -> Option<Vec<usize>> {
            let mut out: Vec<(f64, usize)> =
                list.iter().map(|at| Some((number(*at)?, *at))).collect::<Option<_>>()?;
            out.sort_by(|a, b| a.0.total_cmp(&b.0));
            Some(out.into_iter().map(|(_, at)| at).collect())
        };
        if self.left_only.len() != self.right_only.len() {
            return;
        }
        if let (Some(lefts), Some(rights)) =
            (sorted(&self.left_only, &left), sorted(&self.right_only, &right))
        {
            self.pairs.extend(lefts.into_iter().zip(rights));
            self.left_only.clear();
            self.right_only.clear();
        }
    }

    /// Takes in an alignment of sublists, given where their items stand.
    pub(super) fn extend(&mut self, more: &Self, lefts: &[usize], rights: &[usize]) {
        self.pairs.extend(more.pairs.iter().map(|(l, r)| (lefts[*l], rights[*r])));
        self.pairs.sort_unstable();
        self.left_only = more.left_only.iter().map(|at| lefts[*at]).collect();
        self.right_only = more.right_only.iter().map(|at| rights[*at]).collect();
    }

    fn crosses(&self) -> bool {
        self.pairs.windows(2).any(|pair| pair[0].1 > pair[1].1)
    }

    /// Pairs what is left over, gap by gap: items between the same neighbours belong together.
    pub(super) fn pair_gaps(&mut self, likeness: impl Fn(usize, usize) -> usize + Copy) {
        if self.crosses() {
            return self.pair_rest(likeness);
        }
        let mut fences: Vec<(usize, usize)> = self.pairs.clone();
        fences.push((usize::MAX, usize::MAX));
        let mut lefts: VecDeque<usize> = self.left_only.drain(..).collect();
        let mut rights: VecDeque<usize> = self.right_only.drain(..).collect();
        for (left_end, right_end) in fences {
            let take = |list: &mut VecDeque<usize>, end: usize| {
                let mut out = Vec::new();
                while let Some(at) = list.front().copied().filter(|at| *at < end) {
                    out.push(at);
                    list.pop_front();
                }
                out
            };
            let (l, r) = (take(&mut lefts, left_end), take(&mut rights, right_end));
            self.pair_lists(l, r, &likeness);
        }
    }

    /// Pairs what is left over, wherever it stands.
    pub(super) fn pair_rest(&mut self, likeness: impl Fn(usize, usize) -> usize + Copy) {
        let (lefts, rights) = (std::mem::take(&mut self.left_only), std::mem::take(&mut self.right_only));
        self.pair_lists(lefts, rights, &likeness);
    }

    fn pair_lists(
        &mut self,
        lefts: Vec<usize>,
        mut rights: Vec<usize>,
        likeness: &impl Fn(usize, usize) -> usize,
    ) {
        /// Lists longer than this are paired as they come: the search is quadratic.
        const SEARCHED: usize = 24;
        if lefts.len() == rights.len() && lefts.len() > SEARCHED
            || lefts.len().max(rights.len()) > SEARCHED
            || lefts.len() == 1 && rights.len() == 1
        {
            let both = lefts.len().min(rights.len());
            self.pairs.extend(lefts.iter().copied().zip(rights.iter().copied()));
            self.left_only.extend(&lefts[both..]);
            self.right_only.extend(&rights[both..]);
            return;
        }
        let mut open: Vec<usize> = lefts;
        while !open.is_empty() && !rights.is_empty() {
            let candidates = open
                .iter()
                .enumerate()
                .flat_map(|(l, left)| rights.iter().enumerate().map(move |(r, right)| (l, r, *left, *right)));
            // The best pair first; of equals, the earliest.
            let best = candidates
                .map(|(l, r, left, right)| (likeness(left, right), std::cmp::Reverse((l.abs_diff(r), l, r))))
                .max();
            let Some((_, std::cmp::Reverse((_, l, r)))) = best else {
                break;
            };
            self.pairs.push((open.remove(l), rights.remove(r)));
        }
        self.left_only.extend(open);
        self.right_only.extend(rights);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_items_pair_in_turn() {
        let alignment = Alignment::by_equality(&["a", "b", "a", "c"], &["a", "a", "b"]);
        assert_eq!(alignment.pairs, [(0, 0), (1, 2), (2, 1)]);
        assert_eq!(alignment.left_only, [3]);
        assert!(alignment.reordered);
    }

    #[test]
    fn gaps_pair_between_their_neighbours() {
        let mut alignment = Alignment::by_equality(&["a", "x", "b", "y"], &["a", "z", "b"]);
        alignment.pair_gaps(|_, _| 0);
        assert!(alignment.pairs.contains(&(1, 1)));
        assert_eq!((alignment.left_only.as_slice(), alignment.right_only.as_slice()), (&[3][..], &[][..]));
    }

    #[test]
    fn the_likest_pair_first() {
        let mut alignment = Alignment::by_equality(&["x", "y"], &["z"]);
        alignment.pair_gaps(|left, _| left);
        assert_eq!(alignment.pairs, [(1, 0)]);
        assert_eq!(alignment.left_only, [0]);
    }
}
