//! What can be moved, most suspicious first, and what moves together.

use std::collections::BTreeSet;

/// Factors by index, most suspicious first, with those that cannot move alone.
#[derive(Debug, Clone, Default)]
pub struct Factors {
    /// For each factor, what has to move with it, directly.
    needs: Vec<BTreeSet<usize>>,
}

impl Factors {
    /// `count` factors that all move alone.
    pub fn new(count: usize) -> Self {
        Self { needs: vec![BTreeSet::new(); count] }
    }

    /// Says that `factor` moves only together with `other`. Unknown indices are left out.
    #[must_use]
    pub fn needs(mut self, factor: usize, other: usize) -> Self {
        if factor < self.needs.len() && other < self.needs.len() && factor != other {
            self.needs[factor].insert(other);
        }
        self
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.needs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.needs.is_empty()
    }

    /// A set with all that has to move with it.
    pub(super) fn closed(&self, set: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut closed = BTreeSet::new();
        let mut open: Vec<usize> = set.into_iter().collect();
        while let Some(factor) = open.pop() {
            if closed.insert(factor) {
                open.extend(&self.needs[factor]);
            }
        }
        closed
    }

    /// The members of a closed set that no other member brings along. In a ring, its first member.
    pub(super) fn roots(&self, closed: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut roots = closed.clone();
        if closed.iter().all(|factor| self.needs[*factor].is_empty()) {
            return roots;
        }
        for factor in closed.iter().rev() {
            let others = roots.iter().copied().filter(|other| other != factor);
            if self.closed(others).contains(factor) {
                roots.remove(factor);
            }
        }
        roots
    }
}
