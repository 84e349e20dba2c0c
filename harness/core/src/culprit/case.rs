//! The search itself, from what was observed to what is still wanted.

use std::collections::{BTreeMap, BTreeSet};

use super::{Conclusion, Direction, End, Factors, Found, Outcome, Trial};

/// Sets that are looked for in one case: alternatives to each other.
const ALTERNATIVES: usize = 3;
/// Trials without a result that one search for a boundary bears before it takes the whole block.
const UNRESOLVED: usize = 4;

/// A trial is missing: it is on the list of what is wanted.
struct Missing;

/// What was observed of one case, and what is wanted of it.
struct Eye<'s> {
    factors: &'s Factors,
    case: usize,
    seen: &'s BTreeMap<Trial, Vec<Outcome>>,
    wanted: BTreeSet<Trial>,
    used: BTreeSet<Trial>,
    /// The smallest set so far that flips.
    smallest: Option<BTreeSet<usize>>,
}

impl Eye<'_> {
    fn ask(&mut self, trial: Trial) -> Result<Outcome, Missing> {
        let Some(outcomes) = self.seen.get(&trial) else {
            self.wanted.insert(trial);
            return Err(Missing);
        };
        let outcome = outcomes[self.case];
        if outcome == Outcome::Flips
            && trial.direction == Direction::Break
            && self.smallest.as_ref().is_none_or(|smallest| trial.moved.len() < smallest.len())
        {
            self.smallest = Some(trial.moved.clone());
        }
        self.used.insert(trial);
        Ok(outcome)
    }

    fn breaks(&mut self, set: impl IntoIterator<Item = usize>) -> Result<Outcome, Missing> {
        let moved = self.factors.closed(set);
        self.ask(Trial { direction: Direction::Break, moved, round: 0 })
    }

    /// The empty set holds and the full set flips; anything else ends the search.
    fn calibrate(&mut self) -> Result<Option<End>, Missing> {
        let (empty, full) = (self.breaks([]), self.breaks(0..self.factors.len()));
        if empty? != Outcome::Holds {
            return Ok(Some(End::Unsteady));
        }
        Ok(match full? {
            Outcome::Flips => None,
            Outcome::Holds => Some(End::Outside),
            Outcome::Unresolved => Some(End::Untriable),
        })
    }

    /// A minimal closed set that flips, out of a pool that flips as a whole.
    fn minimal(&mut self, pool: &[usize]) -> Result<BTreeSet<usize>, Missing> {
        let mut kept = BTreeSet::new();
        let mut end = pool.len();
        while kept.is_empty() || self.breaks(kept.iter().copied())? != Outcome::Flips {
            let (start, stop) = self.boundary(&kept, &pool[..end])?;
            kept.extend(&pool[start..stop]);
            end = start;
        }
        self.shrink(self.factors.closed(kept))
    }

    /// The block at the end of the shortest prefix that flips together with `kept`; one factor, unless what lies
    /// between cannot be tried.
    fn boundary(&mut self, kept: &BTreeSet<usize>, pool: &[usize]) -> Result<(usize, usize), Missing> {
        // The prefix of `low` does not flip, that of `high` does.
        let (mut low, mut high) = (0, pool.len());
        let mut opaque = BTreeSet::new();
        let mut at = 1;
        while at < high {
            match self.prefix(kept, pool, at)? {
                Outcome::Flips => high = at,
                Outcome::Holds => low = at,
                Outcome::Unresolved => {
                    opaque.insert(at);
                }
            }
            at *= 2;
        }
        while high - low > 1 && opaque.len() < UNRESOLVED {
            let middle = low + (high - low) / 2;
            let open = (low + 1..high).filter(|at| !opaque.contains(at));
            let Some(at) = open.min_by_key(|at| at.abs_diff(middle)) else { break };
            match self.prefix(kept, pool, at)? {
                Outcome::Flips => high = at,
                Outcome::Holds => low = at,
                Outcome::Unresolved => {
                    opaque.insert(at);
                }
            }
        }
        Ok((low, high))
    }

    fn prefix(&mut self, kept: &BTreeSet<usize>, pool: &[usize], at: usize) -> Result<Outcome, Missing> {
        self.breaks(kept.iter().chain(&pool[..at]).copied())
    }

    /// Leaves out what is not needed: halves first, single factors last.
    fn shrink(&mut self, mut set: BTreeSet<usize>) -> Result<BTreeSet<usize>, Missing> {
        let mut width = self.factors.roots(&set).len() / 2;
        while width > 0 {
            let roots: Vec<usize> = self.factors.roots(&set).into_iter().collect();
            for block in roots.chunks(width) {
                let rest = self.without(&set, block);
                if rest.len() < set.len() && !rest.is_empty() && self.breaks(rest.clone())? == Outcome::Flips
                {
                    set = rest;
                }
            }
            width /= 2;
        }
        Ok(set)
    }

    /// A closed set without some of its roots and what only they bring along.
    fn without(&self, set: &BTreeSet<usize>, block: &[usize]) -> BTreeSet<usize> {
        let roots = self.factors.roots(set);
        self.factors.closed(roots.into_iter().filter(|root| !block.contains(root)))
    }

    /// All minimal sets, until what is left does not flip any more; and what is left, where it holds.
    fn alternatives(&mut self, others: &BTreeSet<usize>) -> Result<Alternatives, Missing> {
        let mut sets: Vec<BTreeSet<usize>> = Vec::new();
        let mut pool: Vec<usize> = (0..self.factors.len()).collect();
        loop {
            let set = self.minimal(&pool)?;
            pool = apart(self.factors, &pool, &set);
            pool = apart(self.factors, &pool, others);
            sets.push(set);
            let rest = if pool.is_empty() { Outcome::Holds } else { self.breaks(pool.iter().copied())? };
            if rest != Outcome::Flips || sets.len() == ALTERNATIVES {
                let harmless =
                    if rest == Outcome::Holds { pool.into_iter().collect() } else { BTreeSet::new() };
                return Ok(Alternatives { sets, harmless });
            }
        }
    }
}

/// Minimal sets of one case, and what has no effect on it.
struct Alternatives {
    sets: Vec<BTreeSet<usize>>,
    harmless: BTreeSet<usize>,
}

/// The factors of a pool that move without any of `set`.
fn apart(factors: &Factors, pool: &[usize], set: &BTreeSet<usize>) -> Vec<usize> {
    let is_apart = |factor: &&usize| factors.closed([**factor]).is_disjoint(set);
    pool.iter().filter(is_apart).copied().collect()
}

/// What can be said of every case, and which trials would say more; none: nothing would.
pub(super) fn conclude(
    factors: &Factors,
    cases: usize,
    seen: &BTreeMap<Trial, Vec<Outcome>>,
) -> (Vec<Conclusion>, Vec<Trial>) {
    let mut eyes: Vec<Eye<'_>> = (0..cases)
        .map(|case| Eye {
            factors,
            case,
            seen,
            wanted: BTreeSet::new(),
            used: BTreeSet::new(),
            smallest: None,
        })
        .collect();
    let firsts: Vec<Result<First, Missing>> = eyes.iter_mut().map(first).collect();
    let known: BTreeSet<usize> = firsts.iter().flatten().flat_map(First::factors).collect();
    let all_known = firsts.iter().all(Result::is_ok);
    let mut conclusions = Vec::with_capacity(cases);
    for (eye, first) in eyes.iter_mut().zip(firsts) {
        conclusions.push(match first {
            Ok(First::Ended(end)) => eye.ended(Vec::new(), end),
            Ok(First::Found(set)) if all_known => eye.prove(&set, &known),
            Ok(First::Found(set)) => eye.ended(vec![set], End::Stopped),
            Err(Missing) => {
                let smallest = eye.smallest.clone();
                eye.ended(smallest.into_iter().collect(), End::Stopped)
            }
        });
    }
    let wanted: BTreeSet<Trial> = eyes.into_iter().flat_map(|eye| eye.wanted).collect();
    (conclusions, wanted.into_iter().collect())
}

/// What the first look at a case gives.
enum First {
    Ended(End),
    Found(BTreeSet<usize>),
}

impl First {
    fn factors(&self) -> BTreeSet<usize> {
        match self {
            Self::Ended(_) => BTreeSet::new(),
            Self::Found(set) => set.clone(),
        }
    }
}

fn first(eye: &mut Eye<'_>) -> Result<First, Missing> {
    if let Some(end) = eye.calibrate()? {
        return Ok(First::Ended(end));
    }
    let pool: Vec<usize> = (0..eye.factors.len()).collect();
    eye.minimal(&pool).map(First::Found)
}

impl Eye<'_> {
    /// Excludes the rest, puts back and repeats: what is asked for first is asked for at once.
    fn prove(&mut self, set: &BTreeSet<usize>, known: &BTreeSet<usize>) -> Conclusion {
        let others: BTreeSet<usize> = known.difference(set).copied().collect();
        let found = self.alternatives(&others);
        let excluded = found.is_ok();
        let found = found
            .unwrap_or_else(|Missing| Alternatives { sets: vec![set.clone()], harmless: BTreeSet::new() });
        let union: BTreeSet<usize> = found.sets.iter().flatten().copied().collect();
        let mended = self.ask(Trial { direction: Direction::Mend, moved: union, round: 0 }).ok();
        let again =
            |set: &BTreeSet<usize>| Trial { direction: Direction::Break, moved: set.clone(), round: 1 };
        let trials: Vec<Trial> = found.sets.iter().map(again).collect();
        let repeats: Vec<Option<Outcome>> = trials.into_iter().map(|trial| self.ask(trial).ok()).collect();
        let complete = excluded && mended.is_some() && repeats.iter().all(Option::is_some);
        let mut conclusion = self.ended(found.sets, if complete { End::Complete } else { End::Stopped });
        for (found, repeated) in conclusion.found.iter_mut().zip(repeats) {
            found.mended = mended;
            found.repeated = repeated;
        }
        conclusion.harmless = found.harmless;
        conclusion
    }

    fn ended(&self, sets: Vec<BTreeSet<usize>>, end: End) -> Conclusion {
        let found = |set: BTreeSet<usize>| {
            let factors = self.factors.roots(&set);
            let companions = set.difference(&factors).copied().collect();
            Found { factors, companions, mended: None, repeated: None }
        };
        Conclusion {
            found: sets.into_iter().map(found).collect(),
            harmless: BTreeSet::new(),
            end,
            trials: u32::try_from(self.used.len()).unwrap_or(u32::MAX),
        }
    }
}
