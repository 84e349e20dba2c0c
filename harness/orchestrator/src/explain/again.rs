//! A run that has ended, explained: its environments are looked into again, what it recorded stays as it is.

use std::path::Path;
use std::time::Instant;

use envparity_core::Redaction;
use envparity_model::Problem;

use super::explain;
use crate::analysis::analyse;
use crate::artifacts;
use crate::event::{Event, Sink};
use crate::journal::{Journal, file_name, read_recording};
use crate::plan::plan;
use crate::run::{Finished, RunError, RunRequest, context_of, masker_of, signalled, sites_of};
use crate::run_folder::RunFile;
use crate::run_id::{RunId, random_bytes};
use crate::session::{Session, Site};

/// Searches for the culprits of what an earlier run found, and makes its reports again.
///
/// # Errors
/// When the run cannot be read, or configuration, suites or images are no longer those of the run.
pub async fn explain_run(request: RunRequest, folder: &Path, events: Sink<'_>) -> Result<Finished, RunError> {
    let file = RunFile::read(folder).map_err(RunError::Folder)?;
    let header = read_recording(&folder.join(file_name(&file.reference)), &file.reference);
    let header = header.map_err(RunError::Folder)?.header;
    let planned = plan(&request.base, &request.config, &request.selection)?;
    if planned.suite_digest != header.suite_digest || request.given.digest != file.config_digest {
        return Err(RunError::Folder(changed(&file, "its configuration or its suites have changed")));
    }
    let key = match &request.digest_key {
        Some(key) => key.clone(),
        None => random_bytes(32).map_err(RunError::Internal)?,
    };
    let masker = masker_of(&request.config, &request.selection, key);
    let now = RunId::generate().map_err(RunError::Internal)?;
    // The same values are generated as then; objects expire from now on.
    let id = RunId { id: file.run.clone(), started: file.started.clone(), started_ms: header.started_ms };
    let context = context_of(&request, &RunId { id: id.id.clone(), ..now }, masker.clone());
    let trials = folder.join("trials");
    std::fs::remove_dir_all(&trials).ok();
    let journal =
        Journal::create(&trials, masker, Redaction::new(&planned.rules)).map_err(RunError::Folder)?;
    events(Event::Started { run: id.id.clone() });
    let session = Session::new(&request, &planned, &id, context, &journal, events, header.seed);
    let mut stop = request.stop.clone();
    let since = Instant::now();
    let driven = tokio::select! {
        driven = Box::pin(drive(&session, &file, folder)) => driven,
        signal = signalled(&mut stop) => Err(Problem::new(format!("ended by signal {signal}"))),
    };
    session.close(false).await;
    events(Event::Note { text: format!("explained in {:.1} s", since.elapsed().as_secs_f64()) });
    driven.map_err(RunError::Folder)?;
    if let Some(cause) = session.causes().into_iter().next() {
        return Err(RunError::Folder(Problem { message: cause.message, hint: cause.hint }));
    }
    let report = analyse(folder, &file).map_err(RunError::Internal)?;
    let problems = artifacts::write(&report, folder, &request.reports).err().unwrap_or_default();
    Ok(Finished { report, folder: folder.to_owned(), problems, unreachable: Vec::new() })
}

async fn drive(session: &Session<'_>, file: &RunFile, folder: &Path) -> Result<(), Problem> {
    let mut sites = sites_of(session.config, file, false);
    session.connect(&mut sites).await;
    session.prepare_images(&mut sites).await;
    for site in sites.iter().filter(|site| !site.failed) {
        check_image(site, file, folder)?;
    }
    explain(session, &sites, file, folder).await;
    Ok(())
}

/// Another image would be explained than the one that was compared.
fn check_image(site: &Site<'_>, file: &RunFile, folder: &Path) -> Result<(), Problem> {
    let recording = read_recording(&folder.join(file_name(site.name())), site.name())?;
    let then = recording.environment.and_then(|line| line.image).map(|image| image.identity);
    let now = site.image.as_ref().map(|image| image.identity.clone());
    if then == now {
        Ok(())
    } else {
        Err(changed(file, &format!("the image of `{}` is another one", site.name())))
    }
}

fn changed(file: &RunFile, what: &str) -> Problem {
    Problem::new(format!("run `{}` cannot be explained: since then {what}", file.run))
        .hint("run it again with `--explain`")
}
