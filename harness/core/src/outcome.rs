//! Whether a case can be compared at all, before anything in it is.

use envparity_model::{FailureKind, NotSent, Outcome, Response};

use crate::excerpt::short;

/// What both outcomes allow.
#[derive(Debug)]
pub(crate) enum Pairing<'e> {
    /// Both answered.
    Responses(&'e Response, &'e Response),
    /// One answered and the other did not: kind, what each shows.
    OneSided { kind: &'static str, reference: String, candidate: String },
    /// The reference gave no answer, and the candidate neither.
    NoAnswer(String),
    /// Not asked: whether on the reference, why, by intention.
    NotAsked { on_reference: bool, reason: String, intended: bool },
}

/// Pairs the outcomes of reference and candidate.
pub(crate) fn pair<'e>(reference: &'e Outcome, candidate: &'e Outcome) -> Pairing<'e> {
    let unasked = |on_reference: bool, not_sent: &NotSent| {
        let (reason, intended) = explain(not_sent);
        Pairing::NotAsked { on_reference, reason, intended }
    };
    match (reference, candidate) {
        (Outcome::NotSent(not_sent), _) => unasked(true, not_sent),
        (_, Outcome::NotSent(not_sent)) => unasked(false, not_sent),
        (Outcome::Response(mine), Outcome::Response(theirs)) => Pairing::Responses(mine, theirs),
        (Outcome::Response(mine), Outcome::Failure { kind, message }) => Pairing::OneSided {
            kind: failure_name(*kind),
            reference: mine.status.to_string(),
            candidate: failure(*kind, message),
        },
        (Outcome::Failure { kind, message }, Outcome::Response(theirs)) => Pairing::OneSided {
            kind: failure_name(*kind),
            reference: failure(*kind, message),
            candidate: theirs.status.to_string(),
        },
        (Outcome::Failure { kind, message }, Outcome::Failure { .. }) => {
            Pairing::NoAnswer(format!("the reference gives no answer: {}", failure(*kind, message)))
        }
    }
}

/// Why two samples of the reference cannot be one contract; none where both answer, or were not asked.
pub(crate) fn unstable(first: &Outcome, control: &Outcome) -> Option<String> {
    match (first, control) {
        (Outcome::Response(_), Outcome::Failure { kind, message }) => {
            Some(format!("the reference gives no answer in its second sample: {}", failure(*kind, message)))
        }
        (Outcome::Failure { .. }, Outcome::Response(_)) => {
            Some("the reference answers in its second sample only".to_owned())
        }
        (Outcome::Failure { kind, .. }, Outcome::Failure { kind: other, .. }) if kind != other => {
            Some("the reference fails in two ways".to_owned())
        }
        (_, Outcome::NotSent(NotSent::Missing { variable, .. })) if !matches!(first, Outcome::NotSent(_)) => {
            Some(format!("`{variable}` could not be captured in the reference's second sample"))
        }
        (_, Outcome::NotSent(NotSent::EnvironmentLost | NotSent::ServiceDied)) => {
            Some("the reference was lost in its second sample".to_owned())
        }
        (_, Outcome::NotSent(NotSent::Malformed { reason })) if !matches!(first, Outcome::NotSent(_)) => {
            Some(format!("the request could not be made in the reference's second sample: {reason}"))
        }
        _ => None,
    }
}

/// A transport failure for people.
pub(crate) fn failure(kind: FailureKind, message: &str) -> String {
    let name = failure_name(kind);
    if message.is_empty() { name.to_owned() } else { format!("{name}: {}", short(message)) }
}

const fn failure_name(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Refused => "refused",
        FailureKind::Closed => "closed",
        FailureKind::Timeout => "timeout",
        FailureKind::Malformed => "malformed",
        FailureKind::Tls => "tls",
        FailureKind::Redirects => "redirects",
        FailureKind::Other => "other",
    }
}

fn explain(not_sent: &NotSent) -> (String, bool) {
    match not_sent {
        NotSent::Skipped => ("skipped by the suite".to_owned(), true),
        NotSent::Unsafe => ("its method changes data, and writes are not allowed there".to_owned(), true),
        NotSent::Missing { variable, because: Some(case) } => {
            (format!("`{variable}` was not captured, because of `{case}`"), false)
        }
        NotSent::Missing { variable, because: None } => (format!("`{variable}` has no value"), false),
        NotSent::Malformed { reason } => (reason.clone(), false),
        NotSent::EnvironmentLost => ("the environment was lost".to_owned(), false),
        NotSent::ServiceDied => ("the service had died".to_owned(), false),
    }
}
