//! Whether a case can be compared at all, before anything in it is.

use envparity_model::{Code, FailureKind, NotSent, Outcome, Response};

use crate::drift::{Drift, Drifts};
use crate::excerpt::short;

/// What both outcomes allow.
#[derive(Debug)]
pub(crate) enum Pairing<'e> {
    /// Both answered.
    Responses(&'e Response, &'e Response),
    /// Both are commands that ran to their end.
    Commands,
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
        (Outcome::Failure { kind, message }, Outcome::Failure { .. }) => {
            Pairing::NoAnswer(format!("the reference gives no answer: {}", failure(*kind, message)))
        }
        (Outcome::Failure { kind, .. }, _) | (_, Outcome::Failure { kind, .. }) => {
            Pairing::OneSided { kind: kind.name(), reference: shown(reference), candidate: shown(candidate) }
        }
        (Outcome::Response(mine), Outcome::Response(theirs)) => Pairing::Responses(mine, theirs),
        (Outcome::Finished(_), Outcome::Finished(_)) => Pairing::Commands,
        (Outcome::Response(_), Outcome::Finished(_)) | (Outcome::Finished(_), Outcome::Response(_)) => {
            Pairing::NoAnswer("one side is a request and the other a command".to_owned())
        }
    }
}

/// An outcome for people.
pub(crate) fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Response(response) => response.status.to_string(),
        Outcome::Finished(finished) => format!("exit {}", finished.exit),
        Outcome::Failure { kind, message } => failure(*kind, message),
        Outcome::NotSent(not_sent) => explain(not_sent).0,
    }
}

/// Why two samples of the reference cannot be one contract; none where both answer, or were not asked.
pub(crate) fn unstable(first: &Outcome, control: &Outcome) -> Option<String> {
    match (first, control) {
        (Outcome::Response(_) | Outcome::Finished(_), Outcome::Failure { kind, message }) => {
            Some(format!("the reference gives no answer in its second sample: {}", failure(*kind, message)))
        }
        (Outcome::Failure { .. }, Outcome::Response(_) | Outcome::Finished(_)) => {
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
        (_, Outcome::NotSent(NotSent::SetUpFailed { case })) if !matches!(first, Outcome::NotSent(_)) => {
            Some(format!("the set-up failed in the reference's second sample: `{case}`"))
        }
        (_, Outcome::NotSent(NotSent::Malformed { reason })) if !matches!(first, Outcome::NotSent(_)) => {
            Some(format!("the request could not be made in the reference's second sample: {reason}"))
        }
        _ => None,
    }
}

/// Why the statuses of two samples of the reference, those of redirects included, are no contract.
pub(crate) fn unstable_status(first: &Response, second: &Response) -> Option<String> {
    if first.status != second.status {
        return Some(format!("the reference answers {} and {}", first.status, second.status));
    }
    let hops = |response: &Response| response.hops.iter().map(|hop| hop.status).collect::<Vec<_>>();
    (hops(first) != hops(second))
        .then(|| "the reference redirects in another way in its second sample".to_owned())
}

/// Compares statuses, versions of HTTP, and the number and statuses of the redirects on the way.
pub(crate) fn judge_status(mine: &Response, theirs: &Response, drifts: &mut Drifts) {
    if mine.status != theirs.status {
        drifts.push(
            Drift::at(Code::ResponseStatus, "status")
                .sides(mine.status.to_string(), theirs.status.to_string()),
        );
    }
    if mine.version != theirs.version {
        drifts.push(
            Drift::at(Code::ResponseBanner, "version").sides(short(&mine.version), short(&theirs.version)),
        );
    }
    if mine.hops.len() != theirs.hops.len() {
        let count = |count: usize| format!("{count} redirects");
        drifts.push(
            Drift::at(Code::ResponseStatus, "status")
                .kind("redirects")
                .sides(count(mine.hops.len()), count(theirs.hops.len())),
        );
        return;
    }
    for (l, r) in mine.hops.iter().zip(&theirs.hops).filter(|(l, r)| l.status != r.status) {
        let sides = (l.status.to_string(), r.status.to_string());
        drifts.push(Drift::at(Code::ResponseStatus, "status").kind("hop").sides(sides.0, sides.1));
    }
}

/// A transport failure for people.
pub(crate) fn failure(kind: FailureKind, message: &str) -> String {
    let name = kind.name();
    if message.is_empty() { name.to_owned() } else { format!("{name}: {}", short(message)) }
}

fn explain(not_sent: &NotSent) -> (String, bool) {
    match not_sent {
        NotSent::Skipped => ("skipped by the suite".to_owned(), true),
        NotSent::Unsafe => ("its method changes data, and writes are not allowed there".to_owned(), true),
        NotSent::Excluded { by } => (format!("not asked there, by `{by}`"), true),
        NotSent::NoContainer => ("an address has no container to run it in".to_owned(), true),
        NotSent::SetUpFailed { case } => (format!("the set-up failed there: `{case}`"), false),
        NotSent::Missing { variable, because: Some(case) } => {
            (format!("`{variable}` was not captured, because of `{case}`"), false)
        }
        NotSent::Missing { variable, because: None } => (format!("`{variable}` has no value"), false),
        NotSent::Malformed { reason } => (reason.clone(), false),
        NotSent::EnvironmentLost => ("the environment was lost".to_owned(), false),
        NotSent::ServiceDied => ("the service had died".to_owned(), false),
    }
}
