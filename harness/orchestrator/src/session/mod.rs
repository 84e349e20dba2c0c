//! One run: environments up, recordings made, environments down. What the recordings mean is `analysis`'s matter.

mod addresses;
mod backing;
mod command;
mod connect;
mod image;
mod party;
mod proof;
mod sample;
mod serve;
mod site;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use envparity_config::{Config, EngineSpec, EnvironmentSpec};
use envparity_engine::RunContext;
use envparity_model::{
    CasePlace, Cause, FooterLine, HeaderLine, JOURNAL_SCHEMA, JournalLine, Problem, Timings,
};

use crate::event::{Event, Sink};
use crate::journal::Journal;
use crate::plan::{Plan, Selection};
use crate::run::{Keep, RunRequest};
use crate::run_id::RunId;

#[cfg(feature = "lab")]
pub(crate) use connect::lab_engine;
pub(crate) use sample::reference_of;
pub(crate) use serve::start_alone;
pub(crate) use site::Site;

/// Where envparity keeps what outlives a run.
#[derive(Debug, Clone)]
pub struct Places {
    /// Image layers and manifests.
    pub cache_dir: PathBuf,
    /// Sockets: a short path.
    pub runtime_dir: PathBuf,
    /// Keys and addresses of labs.
    pub lab_dir: PathBuf,
}

/// One run in progress.
pub(crate) struct Session<'a> {
    pub(crate) config: &'a Config,
    pub(crate) plan: &'a Plan,
    pub(crate) selection: &'a Selection,
    pub(crate) id: &'a RunId,
    pub(crate) context: RunContext,
    #[cfg_attr(not(feature = "lab"), expect(dead_code, reason = "only labs need it"))]
    pub(crate) places: &'a Places,
    pub(crate) journal: &'a Journal,
    pub(crate) events: Sink<'a>,
    pub(crate) seed: String,
    pub(crate) started: Instant,
    /// Sampled without a comparison (`parity record`).
    pub(crate) alone: bool,
    /// Culprits are searched for.
    pub(crate) explains: bool,
    /// Where images come from, if not from the reference's engine.
    pub(crate) supplier: Option<&'a EnvironmentSpec>,
    /// What is left running at the end.
    pub(crate) keep: Keep,
    /// Labs that are up already: (environment, how it is reached).
    #[cfg_attr(not(feature = "lab"), expect(dead_code, reason = "only labs need it"))]
    pub(crate) held: &'a [(String, EngineSpec)],
    state: Mutex<State>,
}

/// What must survive an interruption.
#[derive(Default)]
struct State {
    engines: Vec<envparity_engine::Engine>,
    #[cfg(feature = "lab")]
    labs: Vec<envparity_lab::Lab>,
    causes: Vec<Cause>,
    unreachable: Vec<(String, Problem)>,
    timings: Timings,
    ended: Vec<String>,
    /// Passes whose tear-down is still due.
    open: Vec<Arc<party::Open>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        request: &'a RunRequest,
        plan: &'a Plan,
        id: &'a RunId,
        context: RunContext,
        journal: &'a Journal,
        events: Sink<'a>,
        seed: String,
    ) -> Self {
        Self {
            config: &request.config,
            plan,
            selection: &request.selection,
            id,
            context,
            places: &request.places,
            journal,
            events,
            seed,
            started: Instant::now(),
            alone: request.alone,
            explains: request.explain,
            supplier: request.supplier.as_ref(),
            keep: request.keep,
            held: &request.held,
            state: Mutex::new(State::default()),
        }
    }

    fn with_state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What could not be compared so far.
    pub(crate) fn causes(&self) -> Vec<Cause> {
        self.with_state(|state| state.causes.clone())
    }

    /// Environments whose engine never answered, and why.
    pub(crate) fn unreachable(&self) -> Vec<(String, Problem)> {
        self.with_state(|state| state.unreachable.clone())
    }

    /// Time spent so far, by phase.
    pub(crate) fn timings(&self) -> Timings {
        self.with_state(|state| state.timings)
    }

    pub(crate) fn time(&self, since: Instant, set: impl FnOnce(&mut Timings) -> &mut u64) {
        let spent = since.elapsed().as_millis() as u64;
        self.with_state(|state| *set(&mut state.timings) += spent);
    }

    /// Something could not be compared: exit 3.
    pub(crate) fn fail(&self, environment: Option<&str>, problem: &Problem) {
        let cause = Cause {
            environment: environment.map(str::to_owned),
            exit_code: 3,
            message: self.journal.redact(&problem.message),
            hint: problem.hint.clone(),
        };
        self.with_state(|state| state.causes.push(cause));
    }

    /// The time that the control sample keeps from the first one.
    pub(crate) async fn wait_gap(&self) {
        let since = Instant::now();
        if self.wants_control() {
            tokio::time::sleep(self.config.compare.control_gap).await;
        }
        self.time(since, |timings| &mut timings.gap_ms);
    }

    pub(crate) fn step(&self, environment: &str, step: impl Into<String>) {
        (self.events)(Event::Step { environment: environment.to_owned(), step: step.into() });
    }

    /// First line of every environment's journal.
    pub(crate) fn write_headers(&self, environments: &[String], key: &str, config_digest: &str) {
        for environment in environments {
            let header = HeaderLine {
                schema: JOURNAL_SCHEMA,
                tool: format!("envparity {}", env!("CARGO_PKG_VERSION")),
                run: self.id.id.clone(),
                environment: environment.clone(),
                started: self.id.started.clone(),
                started_ms: self.id.started_ms,
                seed: self.seed.clone(),
                key: key.to_owned(),
                config_digest: config_digest.to_owned(),
                suite_digest: self.plan.suite_digest.clone(),
                cases: self.places(&self.plan.cases),
                setup: self.places(&self.plan.setup.places),
                teardown: self.places(&self.plan.teardown.places),
            };
            self.journal.line(environment, &JournalLine::Header(header));
        }
    }

    /// Cases as a journal has them: a command may name what is secret.
    fn places(&self, places: &[CasePlace]) -> Vec<CasePlace> {
        let masked =
            |place: &CasePlace| CasePlace { path: self.journal.redact(&place.path), ..place.clone() };
        places.iter().map(masked).collect()
    }

    /// Last line of an environment's journal; the first one counts.
    pub(crate) fn end(&self, environment: &str, end: &str) {
        let first = self.with_state(|state| {
            let first = !state.ended.iter().any(|name| name == environment);
            if first {
                state.ended.push(environment.to_owned());
            }
            first
        });
        if first {
            let footer = FooterLine {
                end: end.to_owned(),
                exchanges: self.journal.exchanges(environment),
                duration_ms: self.started.elapsed().as_millis() as u64,
            };
            self.journal.line(environment, &JournalLine::Footer(footer));
        }
    }

    /// Takes everything down that this run has put up; with `keep`, leaves containers and lab as they are.
    pub(crate) async fn close(&self, keep: bool) {
        let since = Instant::now();
        let engines = self.with_state(|state| std::mem::take(&mut state.engines));
        futures_util::future::join_all(engines.iter().map(|engine| async move {
            if keep { engine.close_keeping().await } else { engine.close().await }
        }))
        .await;
        #[cfg(feature = "lab")]
        if !keep {
            let labs = self.with_state(|state| std::mem::take(&mut state.labs));
            for lab in labs {
                if let Err(problem) = lab.stop().await {
                    (self.events)(Event::Note {
                        text: format!("failed to stop the lab: {}", problem.message),
                    });
                }
            }
        }
        self.time(since, |timings| &mut timings.down_ms);
    }
}
