//! The search for culprits: which factors, moved from the candidate into the reference, make the drift appear there.
//!
//! Pure: [`Search::next`] says which trials are needed, the shell makes them, [`Search::observe`] takes in what they
//! showed, until [`Search::next`] has its conclusions. Every trial asks all cases, so cases share trials.
//!
//! The search is delta debugging (Zeller and Hildebrandt, 2002) along an order of suspicion: the shortest prefix that
//! flips ends with a factor that is needed; it stays in, and the search goes on before it until what stays in flips
//! alone. One culprit among `n` costs about `2·log2(n)` trials at worst, one where the first suspect is right, and
//! several that are needed together cost that much each. It is written as straight code that stops where a trial is
//! missing and starts again when it is there: all state is what was observed.

mod case;
mod difference;
mod factors;
mod moves;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

pub use difference::{Difference, Movable, differences, factors_of};
pub use factors::Factors;
pub use moves::{Directories, Moved, directories_of, moved};
pub use shown::{Shown, shown};

/// What a throw-away is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The reference, with factors of the candidate: does it break?
    Break,
    /// The candidate, with factors of the reference: is it mended?
    Mend,
}

/// One throw-away run with some factors moved into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trial {
    /// What it is made from.
    pub direction: Direction,
    /// The factors that are moved, by index; always closed under what moves together.
    pub moved: BTreeSet<usize>,
    /// 0, or 1 where the same is tried once more.
    pub round: u8,
}

/// What a trial shows for one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It answers as the other side does.
    Flips,
    /// It answers as the side that it is made from.
    Holds,
    /// It does not start, or gives a third answer: nothing follows from it.
    Unresolved,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make these trials, in any order; none where those under way have to end first.
    Try(Vec<Trial>),
    /// The conclusions, one for each case in order.
    Done(Vec<Conclusion>),
}

/// What the search says of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// Minimal sets, each of which makes the difference: several are alternatives.
    pub found: Vec<Found>,
    /// Factors that were moved all at once without any effect on any case.
    pub harmless: BTreeSet<usize>,
    /// How the search ended.
    pub end: End,
    /// Trials that it is built on.
    pub trials: u32,
}

/// A set of factors that makes the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// All of them are needed.
    pub factors: BTreeSet<usize>,
    /// What had to move with them.
    pub companions: BTreeSet<usize>,
    /// What the reverse move showed: `Flips` is a proof both ways. None where it was not made.
    pub mended: Option<Outcome>,
    /// The same trial, made again, flips again. None where it was not made.
    pub repeated: Option<Outcome>,
}

impl Found {
    /// The trial that shows it to break the reference.
    pub fn breaks(&self) -> Trial {
        Trial { direction: Direction::Break, moved: self.moved(), round: 0 }
    }

    fn moved(&self) -> BTreeSet<usize> {
        self.factors.union(&self.companions).copied().collect()
    }
}

impl Conclusion {
    /// The trial that shows all sets together, put back, to mend the candidate.
    pub fn mends(&self) -> Trial {
        let moved = self.found.iter().flat_map(Found::moved).collect();
        Trial { direction: Direction::Mend, moved, round: 0 }
    }
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With all that can be shown.
    Complete,
    /// The reference does not answer as itself in a throw-away: nothing can be shown.
    Unsteady,
    /// All factors together do not make the difference: it lies outside of them.
    Outside,
    /// All factors together cannot be tried.
    Untriable,
    /// The budget was spent: `found` holds the smallest set so far.
    Stopped,
}

/// A search for the culprits of one or more drifting cases.
#[derive(Debug)]
pub struct Search {
    factors: Factors,
    cases: usize,
    seen: BTreeMap<Trial, Vec<Outcome>>,
    under_way: BTreeSet<Trial>,
    /// The most trials to make.
    budget: usize,
    stopped: bool,
}

impl Search {
    /// A search over `factors` for `cases` cases, with at most `budget` trials.
    pub fn new(factors: Factors, cases: usize, budget: usize) -> Self {
        Self { factors, cases, seen: BTreeMap::new(), under_way: BTreeSet::new(), budget, stopped: false }
    }

    /// Up to `slots` trials that are needed and not under way, or the conclusions.
    pub fn next(&mut self, slots: usize) -> Step {
        let spent = self.seen.len() + self.under_way.len();
        let (conclusions, wanted) = case::conclude(&self.factors, self.cases, &self.seen);
        if wanted.is_empty() || self.stopped || (spent >= self.budget && self.under_way.is_empty()) {
            return Step::Done(conclusions);
        }
        let room = slots.min(self.budget.saturating_sub(spent));
        let fresh: Vec<Trial> =
            wanted.into_iter().filter(|trial| !self.under_way.contains(trial)).take(room).collect();
        self.under_way.extend(fresh.iter().cloned());
        Step::Try(fresh)
    }

    /// Takes in what a trial showed: one outcome for each case.
    ///
    /// # Panics
    /// When there are not as many outcomes as cases.
    pub fn observe(&mut self, trial: &Trial, outcomes: Vec<Outcome>) {
        assert_eq!(outcomes.len(), self.cases, "one outcome for each case");
        self.under_way.remove(trial);
        self.seen.insert(trial.clone(), outcomes);
    }

    /// Ends the search early: the next step is what is known so far.
    pub fn stop(&mut self) {
        self.stopped = true;
    }
}
