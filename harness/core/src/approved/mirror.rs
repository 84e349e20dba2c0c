//! Today's answer was compared with the approved one; what it says is told the other way round, because the approved
//! one was first.

use envparity_model::Code;

use crate::drift::Drift;
use crate::input::CaseResult;

/// The result of a comparison whose candidate was the approved exchange, with both sides exchanged: `reference` is
/// what was approved, `candidate` what the reference answers now, and a field that is gone is removed.
#[must_use]
pub(super) fn mirrored(mut result: CaseResult) -> CaseResult {
    // Approved JSON is indented, approved text has no white space at its end: bytes say nothing.
    result.drifts.retain(|drift| match drift.code {
        Code::ResponseBytes => drift.at.as_deref() != Some("body"),
        Code::CommandOutput => drift.kind.as_deref() != Some("bytes"),
        _ => true,
    });
    result.drifts.iter_mut().for_each(mirror);
    result.latency = None;
    result.evidence.clear();
    result
}

fn mirror(drift: &mut Drift) {
    std::mem::swap(&mut drift.reference, &mut drift.candidate);
    let judged = drift.severity == drift.code.default_severity();
    drift.code = match drift.code {
        Code::ResponseFieldAdded => Code::ResponseFieldRemoved,
        Code::ResponseFieldRemoved => Code::ResponseFieldAdded,
        other => other,
    };
    if judged {
        drift.severity = drift.code.default_severity();
    }
    if let Some(kind) = drift.kind.take() {
        drift.kind = Some(match PAIRS.iter().find(|(one, other)| kind == *one || kind == *other) {
            Some((one, other)) if kind == *one => (*other).to_owned(),
            Some((one, _)) => (*one).to_owned(),
            None => kind,
        });
    }
}

/// Kinds that tell a direction.
const PAIRS: &[(&str, &str)] = &[
    ("removed", "added"),
    ("shorter", "longer"),
    ("absolute", "relative"),
    ("cookie-removed", "cookie-added"),
];
