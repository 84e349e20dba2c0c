//! What the candidate does not repeat.

use envparity_model::{Code, Outcome, Severity};

use crate::asserts;
use crate::body::{Part, learn_alone};
use crate::case::Case;
use crate::drift::Drift;
use crate::headers;
use crate::input::Side;
use crate::noise::{Noise, Place};
use crate::symbols::Who;

/// Where the candidate differs from itself.
pub(crate) struct Shaky {
    outcome: bool,
    status: bool,
    noise: Noise,
    asserts: bool,
}

impl Shaky {
    pub(crate) fn new(case: &Case<'_>, resample: Side<'_>) -> Self {
        let (first, second) = (case.input.candidate.exchange, resample.exchange);
        let mut out = Self { outcome: false, status: false, noise: Noise::default(), asserts: false };
        match (&first.outcome, &second.outcome) {
            (Outcome::Response(a), Outcome::Response(b)) => {
                let lens = case.lens(Who::Candidate, Who::Resample);
                out.status = a.status != b.status || a.hops.len() != b.hops.len();
                out.asserts = asserts::unstable(first, second).is_some();
                let (a_part, b_part) = (
                    Part { response: a, bytes: case.input.candidate.body },
                    Part { response: b, bytes: resample.body },
                );
                out.noise = learn_alone(&a_part, &b_part, &lens, case.rules);
                if headers::learn(a, b, &lens, &mut out.noise).is_err() {
                    out.noise.headers.entry("content-type".to_owned()).or_default().presence = true;
                }
            }
            (Outcome::Response(_), Outcome::Failure { .. })
            | (Outcome::Failure { .. }, Outcome::Response(_)) => {
                out.outcome = true;
            }
            _ => {}
        }
        out
    }

    /// Whether the candidate does not repeat this drift's place.
    pub(crate) fn is_shaken(&self, drift: &Drift) -> bool {
        let at = drift.place();
        if self.outcome || (self.status && at == "status") {
            return true;
        }
        if let Some(name) = at.strip_prefix("header.") {
            let cookies = name == "set-cookie" && !self.noise.cookies.is_empty();
            return cookies || self.noise.headers.contains_key(name);
        }
        if at == "body" && (!self.noise.text.is_empty() || self.noise.binary) {
            return true;
        }
        if drift.code == Code::ResponseAssert && self.asserts {
            return true;
        }
        let named = |place: &Place| {
            let rest = at.strip_prefix(place.at.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', '$']))
        };
        self.noise.all_places().any(|place| !place.symbol && named(place))
    }
}

/// Samples of the candidate that tell a rare value from one that comes and goes.
const MANY: usize = 5;

/// Whether an instability is of a kind that may be noise: values, order and lengths, never outcome or presence.
pub(crate) fn may_vary(drift: &Drift) -> bool {
    let kinds = [Code::ResponseValue, Code::ResponseFormat, Code::ResponseOrder, Code::ResponseLength];
    kinds.iter().any(|code| drift.kind.as_deref() == Some(code.name()))
}

/// What up to a third of many samples shows is told, and no more: as many of the reference may well have missed it.
pub(crate) fn weigh(drift: &mut Drift, seen: Option<(usize, usize)>) {
    if let Some((times, samples)) = seen
        && may_vary(drift)
        && samples >= MANY
        && times * 3 <= samples
    {
        drift.severity = Severity::Info;
        drift.hint =
            Some(format!("seen in {times} of {samples} samples of the candidate, in none of the reference"));
    }
}

/// Makes a drift an instability, no less severe than it was.
pub(crate) fn label(drift: &mut Drift) {
    drift.kind = Some(drift.code.name().to_owned());
    drift.code = Code::Unstable;
    drift.severity = drift.severity.max(Code::Unstable.default_severity());
    drift.unstable = true;
    drift.hint = Some("the candidate differs from itself here, the reference does not".to_owned());
}
