//! The culprit search against simulated worlds whose culprits are known.

use std::collections::BTreeSet;

use envparity_core::culprit::{Conclusion, Direction, End, Factors, Outcome, Search, Step, Trial};
use proptest::prelude::*;

type Set = BTreeSet<usize>;

/// What really happens when factors move.
#[derive(Debug, Clone, Default)]
struct World {
    count: usize,
    /// For each case its alternatives: each set, whole, makes the difference.
    cases: Vec<Vec<Set>>,
    /// Pairs that do not work with only one of the two moved; the search does not know.
    partners: Vec<(usize, usize)>,
}

impl World {
    fn new(count: usize, cases: &[&[&[usize]]]) -> Self {
        let sets = |case: &&[&[usize]]| case.iter().map(|set| set.iter().copied().collect()).collect();
        Self { count, cases: cases.iter().map(sets).collect(), partners: Vec::new() }
    }

    fn show(&self, trial: &Trial) -> Vec<Outcome> {
        let all: Set = (0..self.count).collect();
        let from_candidate: Set = match trial.direction {
            Direction::Break => trial.moved.clone(),
            Direction::Mend => all.difference(&trial.moved).copied().collect(),
        };
        let torn = |(a, b): &(usize, usize)| from_candidate.contains(a) != from_candidate.contains(b);
        if self.partners.iter().any(torn) {
            return vec![Outcome::Unresolved; self.cases.len()];
        }
        let of = |alternatives: &Vec<Set>| {
            let broken = alternatives.iter().any(|set| set.is_subset(&from_candidate));
            if broken == (trial.direction == Direction::Break) { Outcome::Flips } else { Outcome::Holds }
        };
        self.cases.iter().map(of).collect()
    }

    /// Runs a search to its end; how many trials it made.
    fn search(&self, factors: Factors, budget: usize) -> (Vec<Conclusion>, usize) {
        let mut search = Search::new(factors, self.cases.len(), budget);
        let mut made = 0;
        loop {
            match search.next(2) {
                Step::Done(conclusions) => return (conclusions, made),
                Step::Try(trials) => {
                    assert!(!trials.is_empty(), "nothing is under way and nothing is wanted");
                    for trial in trials {
                        made += 1;
                        search.observe(&trial, self.show(&trial));
                    }
                }
            }
        }
    }

    fn solve(&self) -> (Vec<Conclusion>, usize) {
        self.search(Factors::new(self.count), 1000)
    }
}

fn sets(conclusion: &Conclusion) -> BTreeSet<Set> {
    conclusion.found.iter().map(|found| found.factors.clone()).collect()
}

fn is_proven_both_ways(conclusion: &Conclusion) -> bool {
    let proven = |found: &envparity_core::culprit::Found| {
        found.mended == Some(Outcome::Flips) && found.repeated == Some(Outcome::Flips)
    };
    conclusion.end == End::Complete && conclusion.found.iter().all(proven)
}

#[test]
fn one_culprit_costs_no_more_than_promised() {
    for count in [1, 2, 3, 7, 10, 16, 33, 100, 128, 300] {
        let allowed = 2.0 * (count as f64).log2() + 6.0;
        for culprit in (0..count).filter(|at| count < 40 || at % 17 == 0 || at + 1 == count) {
            let (conclusions, made) = World::new(count, &[&[&[culprit]]]).solve();
            assert_eq!(sets(&conclusions[0]), [Set::from([culprit])].into());
            assert!(is_proven_both_ways(&conclusions[0]));
            assert_eq!(conclusions[0].harmless.len(), count - 1);
            assert!(made as f64 <= allowed, "{made} trials for {culprit} of {count}, {allowed} allowed");
        }
    }
}

#[test]
fn the_first_suspect_is_tried_first() {
    let (_, made) = World::new(100, &[&[&[0]]]).solve();
    assert_eq!(made, 6, "two to calibrate, one to find, one each to exclude, mend and repeat");
}

#[test]
fn interactions_independent_culprits_and_alternatives_are_told_apart() {
    let world = World::new(12, &[&[&[2, 9]], &[&[5]], &[&[1], &[7, 8]]]);
    let (conclusions, _) = world.solve();
    assert_eq!(sets(&conclusions[0]), [Set::from([2, 9])].into());
    assert_eq!(sets(&conclusions[1]), [Set::from([5])].into());
    assert_eq!(sets(&conclusions[2]), [Set::from([1]), Set::from([7, 8])].into());
    assert!(conclusions.iter().all(is_proven_both_ways), "{conclusions:#?}");
    assert!(conclusions.iter().all(|c| [0, 3, 4, 6, 10, 11].iter().all(|f| c.harmless.contains(f))));
}

#[test]
fn what_lies_outside_is_never_a_culprit() {
    let (conclusions, made) = World::new(20, &[&[]]).solve();
    assert_eq!((conclusions[0].end, conclusions[0].found.len(), made), (End::Outside, 0, 2));
    let (conclusions, made) = World::new(20, &[&[&[]]]).solve();
    assert_eq!((conclusions[0].end, conclusions[0].found.len(), made), (End::Unsteady, 0, 2));
    let (conclusions, made) = World::new(0, &[&[]]).solve();
    assert_eq!((conclusions[0].end, conclusions[0].found.len(), made), (End::Outside, 0, 1));
}

#[test]
fn known_companions_move_along_and_are_not_culprits() {
    let world = World { partners: vec![(4, 9), (4, 11)], ..World::new(12, &[&[&[4]]]) };
    let factors = Factors::new(12).needs(4, 9).needs(4, 11).needs(9, 4).needs(11, 4);
    let (conclusions, made) = world.search(factors, 1000);
    let found = &conclusions[0].found;
    assert_eq!(
        (found.len(), &found[0].factors, &found[0].companions),
        (1, &Set::from([4]), &Set::from([9, 11]))
    );
    assert!(is_proven_both_ways(&conclusions[0]) && made <= 13, "{made}");
}

#[test]
fn unknown_companions_are_part_of_the_set() {
    let world = World { partners: vec![(3, 17)], ..World::new(20, &[&[&[3]]]) };
    let (conclusions, _) = world.solve();
    assert_eq!(sets(&conclusions[0]), [Set::from([3, 17])].into());
    assert!(is_proven_both_ways(&conclusions[0]), "{conclusions:#?}");
}

#[test]
fn a_spent_budget_tells_the_smallest_set_so_far() {
    let world = World::new(64, &[&[&[40]]]);
    let (conclusions, made) = world.search(Factors::new(64), 9);
    assert_eq!((conclusions[0].end, made), (End::Stopped, 9));
    let found = &conclusions[0].found[0].factors;
    assert!(found.contains(&40) && found.len() < 64, "{found:?}");
}

prop_compose! {
    fn worlds()(count in 1_usize..40)(
        cases in proptest::collection::vec(
            proptest::collection::vec(proptest::collection::btree_set(0..count, 1..4), 1..3), 1..4),
        count in Just(count),
    ) -> World {
        World { count, cases, partners: Vec::new() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_found_flips_and_is_minimal(world in worlds()) {
        let (conclusions, made) = world.solve();
        prop_assert!(made < 1000);
        for (case, conclusion) in world.cases.iter().zip(&conclusions) {
            prop_assert_eq!(conclusion.end, End::Complete);
            prop_assert!(!conclusion.found.is_empty());
            for found in &conclusion.found {
                prop_assert!(case.contains(&found.factors), "{:?} of {:?}", found, case);
            }
            let touched = case.iter().any(|set| set.is_subset(&conclusion.harmless));
            prop_assert!(!touched, "harmless are {:?}", conclusion.harmless);
        }
    }

    #[test]
    fn partners_unknown_to_the_search_never_make_it_name_what_does_not_flip(
        world in worlds(),
        pairs in proptest::collection::vec((0_usize..40, 0_usize..40), 0..4),
    ) {
        let partners = pairs.into_iter().filter(|(a, b)| *a < world.count && *b < world.count).collect();
        let world = World { partners, ..world };
        let (conclusions, made) = world.search(Factors::new(world.count), 400);
        prop_assert!(made <= 400);
        for (index, conclusion) in conclusions.iter().enumerate() {
            for found in &conclusion.found {
                let moved: Set = found.factors.union(&found.companions).copied().collect();
                let trial = Trial { direction: Direction::Break, moved, round: 0 };
                prop_assert_eq!(world.show(&trial)[index], Outcome::Flips);
            }
        }
    }
}
