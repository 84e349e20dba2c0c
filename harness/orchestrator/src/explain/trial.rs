//! One trial: an image grafted, a container started, the cases asked, everything removed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use envparity_core::Redaction;
use envparity_core::culprit::{Difference, Direction, Directories, Moved, Outcome, Trial, moved};
use envparity_engine::{
    ConfigChanges, Engine, Fetched, Graft, ImageConfig, Moves, Service, StartError, StartSpec,
};
use envparity_model::{
    EnvironmentLine, FooterLine, HeaderLine, JOURNAL_SCHEMA, JournalLine, KeptTrial, Problem, TrialLine,
};

use super::targets::Targets;
use crate::analysis::compare_trial;
use crate::journal::Journal;
use crate::run_folder::RunFile;
use crate::session::{Session, Site};

/// One side as a base of trials.
pub(super) struct Base<'s, 'c> {
    pub(super) site: &'s Site<'c>,
    pub(super) engine: &'s Engine,
    pub(super) image: String,
    pub(super) directories: Directories,
    /// All variables that its container gets.
    pub(super) env: BTreeMap<String, String>,
    /// How its image runs.
    pub(super) config: ImageConfig,
    /// Its own directories, and the files that go to the other side.
    pub(super) files: Fetched,
}

/// What all trials of one candidate share.
pub(super) struct Bench<'s, 'c> {
    pub(super) session: &'s Session<'s>,
    pub(super) file: &'s RunFile,
    pub(super) folder: &'s Path,
    pub(super) differences: &'s [Difference],
    pub(super) targets: &'s Targets,
    pub(super) reference: Base<'s, 'c>,
    pub(super) candidate: Base<'s, 'c>,
    /// The end of the candidate's own output.
    pub(super) log: String,
}

/// What a trial brought.
pub(super) struct Tried {
    pub(super) trial: Trial,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) line: TrialLine,
    /// Why it could not be made.
    pub(super) failure: Option<String>,
}

impl Bench<'_, '_> {
    /// Makes a trial. What goes wrong with it leaves everything unresolved, and says so.
    pub(super) async fn make(&self, trial: Trial, number: usize) -> Tried {
        let since = Instant::now();
        let outcomes = self.outcomes(&trial, number).await;
        let (outcomes, failure) = match outcomes {
            Ok(outcomes) => (outcomes, None),
            Err(problem) => (vec![Outcome::Unresolved; self.targets.findings.len()], Some(problem.message)),
        };
        let moved = trial.moved.iter().filter_map(|index| self.differences.get(*index));
        let line = TrialLine {
            moved: moved.map(|difference| difference.subject.clone()).collect(),
            outcome: self.session.journal.redact(&words(&outcomes, failure.as_deref())),
            wall_ms: since.elapsed().as_millis() as u64,
        };
        Tried { trial, outcomes, line, failure }
    }

    async fn outcomes(&self, trial: &Trial, number: usize) -> Result<Vec<Outcome>, Problem> {
        let (image, started) = self.start(trial, &format!("trial-{number}")).await?;
        let base = self.base(trial.direction);
        let outcomes = match started {
            Ok(service) => {
                let service = Arc::new(service);
                let asked = self.ask(trial, base.site, &service, number).await;
                service.remove().await;
                asked
            }
            Err(StartError::NotStarted { log_tail, .. }) => {
                Ok(self.targets.not_started(trial.direction, &log_tail, &self.log))
            }
            Err(StartError::Engine(error)) => Err(error.problem),
        };
        // What stays is removed with the run.
        base.engine.remove_image(&image).await.ok();
        outcomes
    }

    fn base(&self, direction: Direction) -> &Base<'_, '_> {
        match direction {
            Direction::Break => &self.reference,
            Direction::Mend => &self.candidate,
        }
    }

    /// Makes the image of a trial and starts a container of it; the image is given by its id.
    async fn start(
        &self,
        trial: &Trial,
        purpose: &str,
    ) -> Result<(String, Result<Service, StartError>), Problem> {
        let (base, other) = match trial.direction {
            Direction::Break => (&self.reference, &self.candidate),
            Direction::Mend => (&self.candidate, &self.reference),
        };
        let Moved { take, remove } =
            moved(self.differences, &trial.moved, trial.direction, &base.directories);
        let (config, env) = self.settings(trial, base, other);
        let graft = Graft {
            base: &base.image,
            base_files: &base.files,
            other_files: &other.files,
            moves: &Moves { take, remove },
            config: &config,
            environment: base.site.name(),
            purpose,
        };
        let image = base.engine.graft(&graft).await.map_err(|error| error.problem)?;
        let spec = StartSpec {
            container: &self.session.config.container,
            env: &env,
            image: &image.id,
            platform: None,
            environment: base.site.name(),
            purpose,
            labels: &BTreeMap::new(),
        };
        let started = base.engine.start(&spec).await;
        Ok((image.id, started))
    }

    /// Starts a trial's container once more and leaves it running; none where it has no address to look at.
    pub(super) async fn leave(&self, trial: &Trial, number: usize) -> Option<KeptTrial> {
        let shows = match trial.direction {
            Direction::Break => "broken",
            Direction::Mend => "mended",
        };
        let base = self.base(trial.direction);
        let (image, started) = self.start(trial, &format!("{shows}-{number}")).await.ok()?;
        let Ok(service) = started else {
            base.engine.remove_image(&image).await.ok();
            return None;
        };
        let (url, tunnel) = service.lasting_url().await?;
        Some(KeptTrial { shows: shows.to_owned(), environment: base.site.name().to_owned(), url, tunnel })
    }

    async fn ask(
        &self,
        trial: &Trial,
        site: &Site<'_>,
        service: &Arc<envparity_engine::Service>,
        number: usize,
    ) -> Result<Vec<Outcome>, Problem> {
        let session = self.session;
        let folder: PathBuf = self.folder.join("trials").join(number.to_string());
        let journal =
            Journal::create(&folder, session.context.masker.clone(), Redaction::new(&session.plan.rules))?;
        let name = site.name();
        journal.line(name, &JournalLine::Header(self.header(name)));
        let line: EnvironmentLine = session.environment_line(site, None).await;
        journal.line(name, &JournalLine::Environment(line));
        session.sample_trial(site, service, &journal, &self.targets.cases()).await?;
        let footer =
            FooterLine { end: "complete".to_owned(), exchanges: journal.exchanges(name), duration_ms: 0 };
        journal.line(name, &JournalLine::Footer(footer));
        if let Some(reason) = journal.broken() {
            return Err(Problem::new(reason));
        }
        let cases: BTreeSet<_> = self.targets.cases().into_iter().collect();
        let results = compare_trial(self.folder, self.file, (&folder, name), &cases)?;
        Ok(self.targets.outcomes(trial.direction, &results))
    }

    fn header(&self, environment: &str) -> HeaderLine {
        let session = self.session;
        HeaderLine {
            schema: JOURNAL_SCHEMA,
            tool: format!("envparity {}", env!("CARGO_PKG_VERSION")),
            run: session.id.id.clone(),
            environment: environment.to_owned(),
            started: session.id.started.clone(),
            started_ms: session.id.started_ms,
            seed: session.seed.clone(),
            key: session.context.masker.key_id(),
            config_digest: self.file.config_digest.clone(),
            suite_digest: session.plan.suite_digest.clone(),
            cases: session.plan.cases.clone(),
            setup: Vec::new(),
            teardown: Vec::new(),
        }
    }

    /// How the trial's image and container run: as the base, but for what is moved.
    fn settings(
        &self,
        trial: &Trial,
        base: &Base<'_, '_>,
        other: &Base<'_, '_>,
    ) -> (ConfigChanges, BTreeMap<String, String>) {
        let mut config = ConfigChanges::default();
        let mut env = base.site.spec.env.clone();
        for difference in trial.moved.iter().filter_map(|index| self.differences.get(*index)) {
            if let Some(name) = &difference.env {
                let value = other.env.get(name).cloned();
                env.remove(name);
                env.extend(value.iter().map(|value| (name.clone(), value.clone())));
                config.env.insert(name.clone(), value);
            }
            if let Some(key) = &difference.image {
                move_setting(&mut config, key, &other.config);
            }
        }
        (config, env)
    }
}

fn move_setting(changes: &mut ConfigChanges, key: &str, from: &ImageConfig) {
    match key {
        "command" => changes.command = Some(from.command.clone()),
        "entrypoint" => changes.entrypoint = Some(from.entrypoint.clone()),
        "user" => changes.user = Some(from.user.clone()),
        _ => changes.workdir = Some(from.workdir.clone()),
    }
}

/// For people: the one outcome, or how many of each.
fn words(outcomes: &[Outcome], failure: Option<&str>) -> String {
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let parts: Vec<String> =
        [(Outcome::Flips, "flips"), (Outcome::Holds, "holds"), (Outcome::Unresolved, "unresolved")]
            .into_iter()
            .map(|(outcome, word)| (count(outcome), word))
            .filter(|(count, _)| *count > 0)
            .map(
                |(count, word)| {
                    if count == outcomes.len() { word.to_owned() } else { format!("{count} {word}") }
                },
            )
            .collect();
    let words = parts.join(", ");
    failure.map_or(words.clone(), |failure| format!("{words}: {failure}"))
}
