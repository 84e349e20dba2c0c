//! Latency as information: medians of the time to the first byte, told where they differ by a factor and a floor.

use std::collections::BTreeMap;

use envparity_model::{Code, Severity};

use super::{Analysis, Pending};
use crate::drift::Drift;
use crate::input::Latency;

/// Slower or faster by less than this is never told, in milliseconds.
const FLOOR: f64 = 50.0;
/// Nor by less than this factor.
const FACTOR: f64 = 2.0;
/// Cases whose medians say something about an environment.
const ENOUGH: usize = 5;
/// Answers left out at the start: connections are made, and services load what they need first.
const WARM_UP: usize = 1;
/// Samples on each side that say something about a case.
const SAMPLES: usize = 2;

/// The medians of the reference and of one candidate, in milliseconds.
type Medians = (f64, f64);

/// Times by candidate.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// For each candidate and case, the medians of the case's samples.
    all: BTreeMap<usize, Vec<(f32, f32)>>,
    /// (candidate, case, medians) where all samples of one side are apart from all of the other.
    apart: Vec<(usize, usize, Medians)>,
}

impl Times {
    /// Takes in what one case showed, in the order of the suite.
    pub(super) fn add(&mut self, by: usize, case: usize, latency: &Latency) {
        let medians = (median(&latency.reference), median(&latency.candidate));
        let (Some(mine), Some(theirs)) = medians else {
            return;
        };
        let all = self.all.entry(by).or_default();
        all.push((mine as f32, theirs as f32));
        if all.len() > WARM_UP && latency.is_apart() && tells((mine, theirs)) {
            self.apart.push((by, case, (mine, theirs)));
        }
    }

    fn overall(&self, by: usize) -> Option<Medians> {
        let pairs = self.all.get(&by)?.get(WARM_UP..).filter(|pairs| pairs.len() >= ENOUGH)?;
        let of = |side: fn(&(f32, f32)) -> f32| {
            median(&pairs.iter().map(|pair| f64::from(side(pair))).collect::<Vec<_>>())
        };
        let medians = (of(|pair| pair.0)?, of(|pair| pair.1)?);
        tells(medians).then_some(medians)
    }
}

impl Latency {
    /// Whether each sample of one side is slower than each of the other, and there are several of both.
    fn is_apart(&self) -> bool {
        let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
        let range = |times: &[f64]| times.iter().fold((low, high), |(l, h), t| (l.min(*t), h.max(*t)));
        let (mine, theirs) = (range(&self.reference), range(&self.candidate));
        self.reference.len().min(self.candidate.len()) >= SAMPLES && (mine.1 < theirs.0 || theirs.1 < mine.0)
    }
}

fn tells((mine, theirs): Medians) -> bool {
    let (low, high) = (mine.min(theirs), mine.max(theirs));
    high - low >= FLOOR && high >= low * FACTOR
}

/// The middle one, or the mean of the two in the middle.
fn median(times: &[f64]) -> Option<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    Some(low.midpoint(*high))
}

fn drift((mine, theirs): Medians) -> Drift {
    Drift::new(Code::ResponseLatency)
        .kind(if theirs > mine { "slower" } else { "faster" })
        .severity(Severity::Info)
        .sides(format!("{mine:.0} ms"), format!("{theirs:.0} ms"))
}

impl Analysis {
    /// Tells which candidates answer slower or faster as a whole, and in which cases that were asked several times.
    pub(super) fn judge_latency(&mut self) {
        let candidates = self.tally.candidates().to_vec();
        for (by, candidate) in candidates.iter().enumerate() {
            if let Some(medians) = self.tally.times().overall(by) {
                let mut found =
                    drift(medians).hint("medians of the time to the first byte, the way there included");
                found.subject = Some("latency".to_owned());
                self.push(candidate, found);
            }
        }
        for (by, case, medians) in self.tally.times().apart.clone() {
            let hint = "medians of the case's samples, all of one side slower than all of the other";
            self.pending.push(Pending {
                environment: candidates[by].clone(),
                place: Some(self.tally.place(case).clone()),
                drift: drift(medians).hint(hint),
                request: None,
                evidence: Vec::new(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(rows: &[(&[f64], &[f64])]) -> Times {
        let mut out = Times::default();
        for (case, (reference, candidate)) in rows.iter().enumerate() {
            out.add(0, case, &Latency { reference: reference.to_vec(), candidate: candidate.to_vec() });
        }
        out
    }

    #[test]
    fn medians_differ_by_a_factor_and_a_floor_after_the_warm_up() {
        let row: (&[f64], &[f64]) = (&[10.0, 30.0], &[100.0]);
        assert_eq!(times(&[row; 6]).overall(0), Some((20.0, 100.0)));
        // Too few after the warm-up, too little, not by enough.
        assert_eq!(times(&[row; 5]).overall(0), None);
        assert_eq!(times(&[(&[1.0][..], &[40.0][..]); 6]).overall(0), None);
        assert_eq!(times(&[(&[100.0][..], &[180.0][..]); 6]).overall(0), None);
        assert_eq!(times(&[row; 6]).overall(1), None);
        // The first answer is slow by nature.
        let mut rows = vec![(&[10.0][..], &[9000.0][..])];
        rows.extend([(&[10.0][..], &[11.0][..]); 5]);
        assert_eq!(times(&rows).overall(0), None);
    }

    #[test]
    fn a_case_is_told_where_its_samples_are_apart() {
        let warm: (&[f64], &[f64]) = (&[1.0], &[1.0]);
        let apart = |reference: &[f64], candidate: &[f64]| times(&[warm, (reference, candidate)]).apart;
        assert_eq!(apart(&[10.0, 20.0], &[300.0, 200.0]), [(0, 1, (15.0, 250.0))]);
        assert_eq!(apart(&[10.0, 220.0], &[300.0, 200.0]), []);
        assert_eq!(apart(&[10.0, 20.0], &[300.0]), []);
        assert_eq!(median(&[]), None);
    }
}
