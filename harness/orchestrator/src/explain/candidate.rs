//! The search for one candidate: both sides looked into, differences put in order, trials made, conclusions drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use envparity_core::culprit::{
    Conclusion, Difference, Directories, End, Found, Movable, Outcome, Search, Step, differences,
    directories_of, factors_of,
};
use envparity_engine::{Engine, ImageConfig, Service};
use envparity_model::{
    Culprit, ExplainedEnvironment, ExplainedFinding, Factor, Image, Problem, Proof, TrialLine,
};
use futures_util::future::try_join;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::targets::Targets;
use super::trial::{Base, Bench};
use crate::event::Event;
use crate::journal::{file_name, read_recording};
use crate::run_folder::RunFile;
use crate::session::{Session, Site};

/// The most trials for one candidate.
const TRIALS: usize = 80;
/// The longest that a search takes.
const PATIENCE: Duration = Duration::from_secs(180);
/// Trials at once, at most: each is a whole service.
const AT_ONCE: usize = 4;

/// Searches for the culprits of one candidate; nothing where nothing is to be explained.
pub(super) async fn explain(
    session: &Session<'_>,
    (reference, candidate): (&Site<'_>, &Site<'_>),
    file: &RunFile,
    folder: &Path,
) -> Result<Option<ExplainedEnvironment>, Problem> {
    let targets = Targets::of(file, folder, candidate.name())?;
    if targets.findings.is_empty() {
        return Ok(None);
    }
    let since = Instant::now();
    session.step(candidate.name(), "looking for what differs and can be moved");
    let (mine, theirs) = try_join(Side::open(session, reference), Side::open(session, candidate)).await?;
    let mut list = differences(&mine.movable, &theirs.movable);
    sort_by_suspicion(&mut list, &targets.suspicion());
    let place = |name: &str| folder.join("trials").join(format!("{name}.tar"));
    std::fs::create_dir_all(folder.join("trials"))
        .map_err(|error| Problem::new(format!("failed to make a folder for the trials: {error}")))?;
    let (reference_files, candidate_files) =
        try_join(mine.fetch(&list, &place(reference.name())), theirs.fetch(&list, &place(candidate.name())))
            .await?;
    let log = read_recording(&folder.join(file_name(candidate.name())), candidate.name())?.logs;
    let bench = Bench {
        session,
        file,
        folder,
        differences: &list,
        targets: &targets,
        reference: mine.base(reference_files),
        candidate: theirs.base(candidate_files),
        log: log
            .into_iter()
            .rev()
            .find(|line| line.of == "primary")
            .map(|line| line.tail)
            .unwrap_or_default(),
    };
    let (conclusions, trials) = search(&bench).await;
    let tell = Telling { session, list: &list, wall: since.elapsed() };
    Ok(Some(tell.environment(&targets, conclusions, trials)))
}

/// One side as it was looked into.
struct Side<'s, 'c> {
    site: &'s Site<'c>,
    engine: &'s Engine,
    image: &'s Image,
    still: Service,
    config: ImageConfig,
    movable: Movable,
    directories: Directories,
}

impl<'s, 'c> Side<'s, 'c> {
    async fn open(session: &Session<'_>, site: &'s Site<'c>) -> Result<Self, Problem> {
        let (true, Some(engine), Some(image)) = (site.is_ours(), &site.engine, &site.image) else {
            return Err(Problem::new(format!("`{}` is not started here: nothing can be moved", site.name())));
        };
        let opened = async {
            let still = engine.start_still(&image.id, site.name(), "explain").await?;
            let (files, config) = try_join(still.list_files(), engine.image_config(&image.id)).await?;
            Ok((still, files, config))
        };
        let (still, files, config) =
            opened.await.map_err(|error: envparity_engine::EngineError| error.problem)?;
        let container = &session.config.container;
        let mut env = config.env.clone();
        env.extend(container.env.clone());
        env.extend(site.spec.env.clone());
        let words = |words: &Option<Vec<String>>| words.as_ref().map(|words| format!("{words:?}"));
        let settings = [
            ("command", words(&config.command).filter(|_| container.command.is_none())),
            ("entrypoint", words(&config.entrypoint).filter(|_| container.entrypoint.is_none())),
            ("user", config.user.clone().filter(|_| container.user.is_none())),
            ("workdir", config.workdir.clone().filter(|_| container.workdir.is_none())),
        ];
        let image_settings =
            settings.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
        let directories = Directories::of(&files);
        let movable = Movable { files, env, image: image_settings };
        Ok(Self { site, engine, image, still, config, movable, directories })
    }

    /// Takes what may go to the other side, and all directories that are touched.
    async fn fetch(&self, list: &[Difference], place: &Path) -> Result<envparity_engine::Fetched, Problem> {
        let mut paths = BTreeSet::new();
        let is_reference = self.site.role == envparity_model::Role::Reference;
        for (path, (mine, theirs)) in list.iter().flat_map(|difference| &difference.files) {
            if if is_reference { *mine } else { *theirs } {
                paths.insert(path.clone());
            }
            let directories = directories_of(path).filter(|directory| self.directories.has(directory));
            paths.extend(directories.map(str::to_owned));
        }
        let fetched = self.still.fetch_files(&paths, place).await.map_err(|error| error.problem);
        self.still.remove().await;
        // The open file stays until the search ends.
        std::fs::remove_file(place).ok();
        fetched
    }

    fn base(self, files: envparity_engine::Fetched) -> Base<'s, 'c> {
        Base {
            site: self.site,
            engine: self.engine,
            image: self.image.id.clone(),
            directories: self.directories,
            env: self.movable.env,
            config: self.config,
            files,
        }
    }
}

/// How likely a difference is to blame: what is suspected of the findings, else by what it is.
fn weigh(difference: &Difference, suspicion: &BTreeMap<String, f64>) -> f64 {
    let subject = difference.subject.as_str();
    let by_kind = match difference.factor.kind.as_str() {
        "package" if ["pkg:pypi/", "pkg:gem/", "pkg:npm/"].iter().any(|start| subject.starts_with(start)) => {
            2.0
        }
        "package" => 0.5,
        "env" => 1.5,
        "image" => 2.0,
        _ if ["/etc/", "/usr/", "/var/", "/lib"].iter().any(|start| subject.starts_with(start)) => 0.3,
        _ => 2.5,
    };
    let one_sided = difference.factor.reference.is_none() || difference.factor.candidate.is_none();
    suspicion.get(subject).copied().unwrap_or(0.0).max(by_kind) - if one_sided { 0.25 } else { 0.0 }
}

/// The most suspicious first. What one side lacks comes after what depends on it, which inherits its suspicion: the
/// one that was chosen is to be named, not what it brought along.
fn sort_by_suspicion(list: &mut Vec<Difference>, suspicion: &BTreeMap<String, f64>) {
    let own: Vec<f64> = list.iter().map(|difference| weigh(difference, suspicion)).collect();
    let mut weights = own.clone();
    for (index, difference) in list.iter().enumerate() {
        let brought = list.iter().zip(&own).filter(|(other, _)| difference.brings(other));
        weights[index] = brought.map(|(_, weight)| *weight).fold(own[index], f64::max);
    }
    for (index, difference) in list.iter().enumerate() {
        let bringers = list.iter().zip(weights.clone()).filter(|(other, _)| other.brings(difference));
        if let Some(most) = bringers.map(|(_, weight)| weight).max_by(f64::total_cmp) {
            weights[index] = weights[index].min(most - 0.01);
        }
    }
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]));
    *list = order.into_iter().map(|index| list[index].clone()).collect();
}

/// Makes trials until the search is done or its time is over.
async fn search(bench: &Bench<'_, '_>) -> (Vec<Conclusion>, Vec<TrialLine>) {
    let session = bench.session;
    let name = bench.candidate.site.name();
    let slots = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get).min(AT_ONCE);
    let mut search = Search::new(factors_of(bench.differences), bench.targets.findings.len(), TRIALS);
    let (mut running, mut lines) = (FuturesUnordered::new(), Vec::new());
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut number = 0;
    loop {
        match search.next(slots - running.len()) {
            Step::Done(conclusions) => return (conclusions, lines),
            Step::Try(trials) => {
                for trial in trials {
                    number += 1;
                    session.step(name, format!("trial {number}: {} moved", trial.moved.len()));
                    running.push(bench.make(trial, number));
                }
            }
        }
        match tokio::time::timeout_at(deadline, running.next()).await {
            Ok(Some(tried)) => {
                (session.events)(Event::Step {
                    environment: name.to_owned(),
                    step: format!("trial of {} moved: {}", tried.line.moved.len(), tried.line.outcome),
                });
                search.observe(&tried.trial, tried.outcomes);
                lines.push(tried.line);
            }
            Ok(None) | Err(_) => search.stop(),
        }
    }
}

/// Conclusions in the words of reports.
struct Telling<'t> {
    session: &'t Session<'t>,
    list: &'t [Difference],
    wall: Duration,
}

impl Telling<'_> {
    fn environment(
        &self,
        targets: &Targets,
        conclusions: Vec<Conclusion>,
        trials: Vec<TrialLine>,
    ) -> ExplainedEnvironment {
        let complete: Vec<&Conclusion> = conclusions.iter().filter(|c| !c.found.is_empty()).collect();
        let harmless = (0..self.list.len())
            .filter(|index| !complete.is_empty() && complete.iter().all(|c| c.harmless.contains(index)));
        let harmless = harmless.map(|index| self.list[index].subject.clone()).collect();
        let remark = (targets.left_out > 0)
            .then(|| format!("{} more findings were not explained one by one", targets.left_out));
        let findings = targets
            .findings
            .iter()
            .zip(conclusions)
            .map(|(finding, conclusion)| (finding.fingerprint.clone(), self.finding(&conclusion)))
            .collect();
        ExplainedEnvironment { findings, harmless, trials, remark }
    }

    fn finding(&self, conclusion: &Conclusion) -> ExplainedFinding {
        let remark = match conclusion.end {
            End::Complete => None,
            End::Unsteady => {
                Some("the reference does not answer as itself in a throw-away: nothing can be shown".to_owned())
            }
            End::Outside => Some(self.outside()),
            End::Untriable => Some(
                "the reference with everything of the candidate does not start or gives a third answer: not found"
                    .to_owned(),
            ),
            End::Stopped => {
                let smallest = conclusion.found.first().map(|found| self.names(found));
                Some(match smallest {
                    Some(names) => format!("the search ended early; the smallest set so far is {names}"),
                    None => "the search ended early".to_owned(),
                })
            }
        };
        if conclusion.end != End::Complete {
            return ExplainedFinding { culprits: Vec::new(), remark };
        }
        let (steady, others): (Vec<&Found>, Vec<&Found>) =
            conclusion.found.iter().partition(|found| found.repeated == Some(Outcome::Flips));
        let remark = others
            .first()
            .map(|found| format!("{} made the difference once and not again: not proven", self.names(found)));
        let culprits = steady.into_iter().map(|found| self.culprit(found, conclusion.trials)).collect();
        ExplainedFinding { culprits, remark }
    }

    fn outside(&self) -> String {
        if self.list.is_empty() {
            "nothing differs that can be moved: the cause lies outside of the image".to_owned()
        } else {
            let count = self.list.len();
            format!(
                "all {count} things that differ, moved at once, do not make the difference: the cause lies outside of the image"
            )
        }
    }

    fn culprit(&self, found: &Found, trials: u32) -> Culprit {
        let (proof, reason) = match found.mended {
            Some(Outcome::Flips) => (Proof::BothWays, None),
            Some(Outcome::Holds) => (Proof::OneWay, Some("put back into the candidate it does not mend it")),
            _ => (
                Proof::OneWay,
                Some("the candidate with the reference's does not start or gives a third answer"),
            ),
        };
        Culprit {
            factors: found.factors.iter().map(|index| self.factor(*index)).collect(),
            companions: found.companions.iter().map(|index| self.factor(*index)).collect(),
            proof,
            reason: reason.map(str::to_owned),
            trials,
            wall_ms: self.wall.as_millis() as u64,
        }
    }

    fn factor(&self, index: usize) -> Factor {
        let difference = &self.list[index];
        let mut factor = difference.factor.clone();
        if let Some(name) = &difference.env {
            let mask = |pair: &mut String| {
                let value = pair.split_once('=').map(|(_, value)| value.to_owned()).unwrap_or_default();
                *pair = format!("{name}={}", self.session.context.masker.by_name(name, &value));
            };
            factor.reference.iter_mut().for_each(mask);
            factor.candidate.iter_mut().for_each(mask);
        }
        for side in factor.reference.iter_mut().chain(&mut factor.candidate) {
            *side = self.session.journal.redact(side);
        }
        factor
    }

    fn names(&self, found: &Found) -> String {
        let names: Vec<&str> =
            found.factors.iter().take(5).map(|index| self.list[*index].subject.as_str()).collect();
        let more = found.factors.len().saturating_sub(names.len());
        let names = names.join(", ");
        if more > 0 { format!("{names} and {more} more") } else { names }
    }
}
