//! The main job: a request for a run in, a report out.

use std::path::{Path, PathBuf};
use std::time::Instant;

use envparity_config::{Config, EnvironmentSpec};
use envparity_core::Redaction;
use envparity_engine::RunContext;
use envparity_model::{Masker, Problem, Report, Role, is_secret_name};
use futures_util::future::join3;
use tokio::sync::watch;

use crate::analysis::{analyse, doubtful};
use crate::artifacts::{self, Format};
use crate::baseline::keep;
use crate::contract;
use crate::event::{Event, Sink};
use crate::explain::explain;
use crate::journal::Journal;
use crate::plan::{Plan, PlanError, Selection, plan};
use crate::run_folder::{RunEnd, RunFile, link_latest, runs_folder};
use crate::run_id::{RunId, random_bytes};
use crate::session::{Places, Session, Site, reference_of};
use crate::source::source_of;

/// What is left running afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Never,
    /// Everything, if the gate fails.
    OnFailure,
    /// Everything.
    Always,
}

/// The configuration as it was given.
#[derive(Debug, Clone, Default)]
pub struct ConfigText {
    /// Path as given.
    pub path: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// The profile.
    pub profile: Option<String>,
    /// (key, value, origin).
    pub overrides: Vec<(String, String, String)>,
    /// SHA-256 as resolved, hex.
    pub digest: String,
}

/// A run as asked for.
pub struct RunRequest {
    /// The folder that paths of the configuration are relative to.
    pub base: PathBuf,
    /// What to run.
    pub config: Config,
    /// As it was given.
    pub given: ConfigText,
    /// What narrows it.
    pub selection: Selection,
    /// The command as typed.
    pub command: String,
    /// What is left running.
    pub keep: Keep,
    /// Where things outlive a run.
    pub places: Places,
    /// `PARITY_DIGEST_KEY`; none: a key of this run.
    pub digest_key: Option<Vec<u8>>,
    /// Further reports.
    pub reports: Vec<(Format, PathBuf)>,
    /// The number of the signal that ends the run.
    pub stop: watch::Receiver<Option<u8>>,
    /// Record the reference alone.
    pub alone: bool,
    /// Search for the culprits of what drifts.
    pub explain: bool,
    /// Where images are built or looked for, if not on the reference's engine: a recording of one environment and a
    /// run of all of them are of one image.
    pub supplier: Option<EnvironmentSpec>,
    /// Labs that are up for several runs: (environment, how it is reached).
    pub held: Vec<(String, envparity_config::EngineSpec)>,
}

/// A run that has ended.
pub struct Finished {
    /// What it says.
    pub report: Report,
    /// Its folder.
    pub folder: PathBuf,
    /// Reports that could not be written.
    pub problems: Vec<Problem>,
    /// Environments whose engine never answered, and why.
    pub unreachable: Vec<(String, Problem)>,
}

/// Why there was no run.
#[derive(Debug)]
pub enum RunError {
    /// Before an engine was touched.
    Plan(PlanError),
    /// The run's own folder.
    Folder(Problem),
    /// A defect.
    Internal(Problem),
}

impl From<PlanError> for RunError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

/// Runs.
///
/// # Errors
/// Only for what stands in the way of a run at all; what could not be compared is in the report.
pub async fn run(request: RunRequest, events: Sink<'_>) -> Result<Finished, RunError> {
    let Opened { planned, id, masker, folder, journal, mut file } = open(&request)?;
    events(Event::Started { run: id.id.clone() });
    let seed =
        random_bytes(16).map_err(RunError::Internal)?.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = masker.key_id();
    let masked = |event: Event| events(event.map_text(|text| journal.redact(&text)));
    let events: Sink<'_> = &masked;
    let context = context_of(&request, &id, masker);
    let session = Session::new(&request, &planned, &id, context, &journal, events, seed);
    session.write_headers(&file.environments(), &key, &file.config_digest);
    let signal = Box::pin(record(&session, &request, &file, &folder)).await;
    for name in file.environments() {
        session.end(&name, if signal.is_some() { "interrupted" } else { "complete" });
    }
    let broken = journal
        .broken()
        .map(|reason| Problem::new(reason).hint("is the disk full? the recordings are incomplete"));
    if let Some(problem) = &broken {
        session.fail(None, problem);
    }
    file.end = Some(end_of(&session, signal));
    if signal.is_some() {
        // Whoever interrupts wants the environments gone, however long the report takes.
        session.close(false).await;
    }
    let since = Instant::now();
    let compared = {
        let (folder, file) = (folder.clone(), file.clone());
        apart(move || analyse(&folder, &file))
    };
    let report = compared.await;
    session.time(since, |timings| &mut timings.compare_ms);
    let keep = match (&report, request.keep) {
        (Err(_), _) | (_, Keep::Never) => false,
        (Ok(report), Keep::OnFailure) => !report.gate.passed,
        (Ok(_), Keep::Always) => true,
    };
    let kept = keep && signal.is_none();
    session.close(kept).await;
    // What could not be written cannot be read: that is the disk's matter, not a defect.
    let mut report = report.map_err(|defect| broken.map_or(RunError::Internal(defect), RunError::Folder))?;
    let end = end_of(&session, signal);
    (report.duration_ms, report.timings) = (end.duration_ms, end.timings);
    file.end = Some(RunEnd { kept, ..end });
    let mut problems: Vec<Problem> = file.write(&folder).err().into_iter().collect();
    if let Err(more) = artifacts::write(&report, &folder, &request.reports) {
        problems.extend(more);
    }
    Ok(Finished { report, folder, problems, unreachable: session.unreachable() })
}

/// What there is before an engine is touched.
struct Opened {
    planned: Plan,
    id: RunId,
    masker: Masker,
    folder: PathBuf,
    journal: Journal,
    file: RunFile,
}

fn open(request: &RunRequest) -> Result<Opened, RunError> {
    let planned = plan(&request.base, &request.config, &request.selection)?;
    let id = RunId::generate().map_err(RunError::Internal)?;
    let key = match &request.digest_key {
        Some(key) => key.clone(),
        None => random_bytes(32).map_err(RunError::Internal)?,
    };
    let masker = masker_of(&request.config, &request.selection, key);
    let runs = runs_folder(&request.base);
    let folder = runs.join(&id.id);
    let redaction = Redaction::new(&planned.rules);
    let journal = Journal::create(&folder, masker.clone(), redaction).map_err(RunError::Folder)?;
    link_latest(&runs, &id.id);
    let file = run_file(request, &planned, &id, &masker);
    if let Some(baseline) = &file.baseline {
        keep(&request.base.join(baseline), &folder, &masker).map_err(RunError::Folder)?;
    }
    file.write(&folder).map_err(RunError::Folder)?;
    Ok(Opened { planned, id, masker, folder, journal, file })
}

pub(crate) fn context_of(request: &RunRequest, id: &RunId, masker: Masker) -> RunContext {
    RunContext {
        run: id.id.clone(),
        owner: owner(),
        runtime_dir: request.places.runtime_dir.clone(),
        cache_dir: request.places.cache_dir.clone(),
        expires_unix: id.started_ms / 1000 + LIFETIME_SECONDS,
        masker,
    }
}

/// Records until the end or the first signal, whose number it gives.
async fn record(session: &Session<'_>, request: &RunRequest, file: &RunFile, folder: &Path) -> Option<u8> {
    let mut stop = request.stop.clone();
    tokio::select! {
        () = drive(session, file, folder) => None,
        signal = signalled(&mut stop) => {
            session.tear_down_open().await;
            Some(signal)
        }
    }
}

/// An abandoned run's objects may be removed by others after this time.
const LIFETIME_SECONDS: i64 = 4 * 3600;

fn end_of(session: &Session<'_>, signal: Option<u8>) -> RunEnd {
    RunEnd {
        duration_ms: session.started.elapsed().as_millis() as u64,
        timings: session.timings(),
        causes: session.causes(),
        signal,
        kept: false,
    }
}

pub(crate) async fn signalled(stop: &mut watch::Receiver<Option<u8>>) -> u8 {
    loop {
        if let Some(signal) = *stop.borrow_and_update() {
            return signal;
        }
        if stop.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Environments up, passes, manifests. Whatever fails is a cause in the session; the rest goes on.
async fn drive(session: &Session<'_>, file: &RunFile, folder: &Path) {
    let mut sites = sites_of(session.config, file, session.alone);
    session.connect(&mut sites).await;
    session.prepare_images(&mut sites).await;
    if reference_of(&sites).is_none() {
        return end_failed(session, &sites);
    }
    session.start(&mut sites).await;
    if reference_of(&sites).is_none() {
        return end_failed(session, &sites);
    }
    let before = session.received_before(&mut sites).await;
    session.sample_primary(&mut sites).await;
    // Manifests and counters are read while the control sample waits and is taken: it is another container.
    let control = async {
        session.wait_gap().await;
        if let (true, Some(reference)) = (session.wants_control(), reference_of(&sites)) {
            session.sample_control(reference).await;
            resample(session, file, folder, &sites).await;
        }
    };
    let ((), (), received) = join3(control, session.collect(&sites), session.received_now(&sites)).await;
    session.prove_traffic(&mut sites, &before, received);
    session.write_logs(&sites).await;
    if session.explains {
        Box::pin(explain(session, &sites, file, folder)).await;
    }
    end_failed(session, &sites);
}

/// Candidates that drift are asked again, and the reference with them. Where two samples of the reference may have
/// agreed by chance, it is asked more often.
async fn resample(session: &Session<'_>, file: &RunFile, folder: &Path, sites: &[Site<'_>]) {
    for round in 0..RECHECKS {
        let (folder, file) = (folder.to_owned(), file.clone());
        match apart(move || doubtful(&folder, &file, round)).await {
            Ok(doubtful) if doubtful.is_empty() => return,
            Ok(doubtful) => session.resample(sites, &doubtful, round).await,
            Err(problem) => return session.fail(None, &problem),
        }
    }
}

/// Runs a comparison on a thread of its own: large bodies take a while, and a signal in between must be heard. All
/// comparisons do, one after the other, so that what one has freed serves the next.
fn apart<T: Send + 'static>(compare: impl FnOnce() -> T + Send + 'static) -> impl Future<Output = T> {
    let compared = tokio::task::spawn_blocking(compare);
    async { compared.await.unwrap_or_else(|defect| std::panic::resume_unwind(defect.into_panic())) }
}

/// Samples of the reference beyond the control, at most: five of two values agree by chance once in sixteen times.
const RECHECKS: usize = 5;

fn end_failed(session: &Session<'_>, sites: &[Site<'_>]) {
    for site in sites.iter().filter(|site| site.failed) {
        let lost = session.journal.exchanges(site.name()) > 0;
        session.end(site.name(), if lost { "environment-lost" } else { "not-started" });
    }
}

pub(crate) fn sites_of<'c>(config: &'c Config, file: &RunFile, alone: bool) -> Vec<Site<'c>> {
    let site =
        |name: &String, role| config.environment(name).map(|spec: &EnvironmentSpec| Site::new(spec, role));
    let reference = site(&file.reference, Role::Reference);
    let candidates = file.candidates.iter().filter(|_| !alone).filter_map(|name| site(name, Role::Candidate));
    reference.into_iter().chain(candidates).collect()
}

pub(crate) fn masker_of(config: &Config, selection: &Selection, key: Vec<u8>) -> Masker {
    let mut masker = Masker::new(key);
    let services = config.container.services.iter().flat_map(|service| &service.env);
    let environments = config.environments.iter().flat_map(|environment| &environment.env);
    for (name, value) in config.container.env.iter().chain(services).chain(environments) {
        if is_secret_name(name) {
            masker.add_value(value);
        }
    }
    for value in selection.secrets.values() {
        masker.add_secret(value);
    }
    let variables = config.environments.iter().flat_map(|environment| &environment.variables);
    for (name, value) in config.variables.iter().chain(&selection.variables).chain(variables) {
        if let (true, envparity_config::Variable::String(value)) = (is_secret_name(name), value) {
            masker.add_value(value);
        }
    }
    masker
}

fn run_file(request: &RunRequest, planned: &Plan, id: &RunId, masker: &Masker) -> RunFile {
    let redact = |text: &str| masker.redact(text).into_owned();
    // Structure stays: what is left must resolve to the same judgement, whatever words the secrets are.
    let mask = |name: &str, value: &str| masker.by_name(name, value);
    let compare = &request.config.compare;
    RunFile {
        schema: 1,
        run: id.id.clone(),
        started: id.started.clone(),
        command: redact(&request.command),
        config_path: request.given.path.clone(),
        config_text: request.given.text.as_deref().map(|text| envparity_config::masked_text(text, &mask)),
        profile: request.given.profile.clone(),
        overrides: request
            .given
            .overrides
            .iter()
            .map(|setting| envparity_config::masked_setting(setting, &mask))
            .collect(),
        config_digest: request.given.digest.clone(),
        source: source_of(&request.base).unwrap_or_default(),
        reference: compare.reference.clone(),
        candidates: if request.alone { Vec::new() } else { compare.candidates.clone() },
        baseline: compare.baseline.clone().filter(|_| !request.alone),
        gate: request.config.policy.gate,
        full: planned.full,
        with_suites: planned.with_suites,
        rule_files: planned.rule_files.clone(),
        waived_pairs: planned.waived_pairs.clone(),
        openapi_files: contract::masked(&planned.openapi_files, masker),
        end: None,
    }
}

fn owner() -> String {
    format!("pid-{}", std::process::id())
}
