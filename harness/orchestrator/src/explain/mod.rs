//! Which factor made the candidate answer otherwise: searched for by trials, proven both ways.
//!
//! The search itself is pure ([`envparity_core::culprit`]); here its trials are made. A trial is a throw-away container
//! of one side with factors of the other, asked the drifting cases with what they need before them, and recorded
//! below `RUN/trials/` as any environment is. The environments themselves are never changed.

mod again;
mod candidate;
mod keep;
mod order;
mod side;
mod store;
mod targets;
mod telling;
mod trial;

use std::path::Path;

use envparity_model::{EXPLAINED_SCHEMA, Explained, Role};

use crate::run_folder::RunFile;
use crate::session::{Session, Site, reference_of};

pub use again::explain_run;
pub(crate) use store::read as read_explained;

/// Searches for the culprits of every candidate that drifts, one after the other, and keeps what was shown.
pub(crate) async fn explain(session: &Session<'_>, sites: &[Site<'_>], file: &RunFile, folder: &Path) {
    let mut explained = Explained { schema: EXPLAINED_SCHEMA, ..Explained::default() };
    let Some(reference) = reference_of(sites) else { return };
    for candidate in sites.iter().filter(|site| site.role == Role::Candidate) {
        let found = candidate::explain(session, (reference, candidate), file, folder).await;
        let found = match found {
            Ok(Some(found)) => found,
            Ok(None) => continue,
            Err(problem) => return session.fail(Some(candidate.name()), &problem),
        };
        explained.environments.insert(candidate.name().to_owned(), found);
    }
    if explained.environments.is_empty() {
        return;
    }
    if let Err(problem) = store::write(folder, &explained) {
        session.fail(None, &problem);
    }
}
