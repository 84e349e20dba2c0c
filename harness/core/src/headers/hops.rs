//! Redirects on the way to a response: where each led, and the cookies that it set.

use envparity_model::{Hop, Response};

use super::learn::Learner;
use super::{Headers, One, Shape, group};
use crate::drift::Drifts;
use crate::lens::Lens;
use crate::noise::Noise;
use crate::rules::{Marks, Mode};

/// A hop as a response that has nothing but these headers.
fn response_of(hop: &Hop, last: &Response) -> Response {
    let named = |name: &str, value: &String| (name.to_owned(), value.clone());
    let mut headers = vec![named("location", &hop.location)];
    headers.extend(hop.cookies.iter().map(|cookie| named("set-cookie", cookie)));
    headers.extend(last.header("date").map(|date| ("date".to_owned(), date.to_owned())));
    Response { headers, hops: Vec::new(), ..last.clone() }
}

/// Learns what differs by nature on the way to two samples of the reference.
pub(super) fn learn(
    first: &Response,
    second: &Response,
    lens: &Lens<'_>,
    noise: &mut Noise,
) -> Result<(), String> {
    for (l, r) in first.hops.iter().zip(&second.hops) {
        let (left, right) = (response_of(l, first), response_of(r, second));
        let dates = (left.header("date"), right.header("date"));
        for name in ["location", "set-cookie"] {
            Learner { name, lens, dates }.one(&group(&left), &group(&right), noise)?;
        }
    }
    Ok(())
}

impl Headers<'_> {
    /// Compares where the redirects led, one by one. Their number and statuses are compared with the status.
    pub(crate) fn judge_hops(
        &self,
        reference: &Response,
        candidate: &Response,
        drifts: &mut Drifts,
        shape: Shape<'_>,
    ) {
        if reference.hops.len() != candidate.hops.len() {
            return;
        }
        for (at, (l, r)) in reference.hops.iter().zip(&candidate.hops).enumerate() {
            let (left, right) = (response_of(l, reference), response_of(r, candidate));
            let dates = (left.header("date"), right.header("date"));
            let (lefts, rights) = (group(&left), group(&right));
            for name in ["location", "set-cookie"] {
                let ignored = self.rules.header(name, &mut Marks::default()) == Mode::Ignore;
                let empty = Vec::new();
                let (l, r) = (lefts.get(name).unwrap_or(&empty), rights.get(name).unwrap_or(&empty));
                if ignored || l == r {
                    continue;
                }
                let mut found = Drifts::default();
                let header = format!("header.{name}");
                One { headers: self, name, at: &header, dates, drifts: &mut found, shape: &mut *shape }
                    .judge(l, r);
                for mut drift in found.into_vec() {
                    let what = drift.kind.take().unwrap_or_default();
                    let hint = format!("on the way, in redirect {}: {what}", at + 1);
                    drifts.push(drift.kind("hop").hint(hint));
                }
            }
        }
    }
}
