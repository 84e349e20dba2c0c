//! The passes: all environments in lock-step, then the reference against itself, then candidates where they drift.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use envparity_config::Target;
use envparity_engine::{Engine, Service};
use envparity_model::{CaseId, NotSent, Problem, Role, Sample};
use envparity_runner::{Endpoint, Lane, Liveness, Pass, PlannedFile, Settings, Witness};
use envparity_suite::Value;
use futures_util::future::join_all;

use super::party::{Open, Party};
use super::serve::LOG_LINES;
use super::{Session, Site};
use crate::analysis::Doubt;
use crate::event::Event;
use crate::journal::Journal;
use crate::plan::{PlannedCommand, vars_of};

impl Session<'_> {
    fn settings(&self) -> Settings {
        Settings {
            timeout: self.config.compare.timeout,
            body_cap: usize::try_from(self.config.compare.body_cap).unwrap_or(usize::MAX),
            use_proxy: self.config.compare.use_proxy,
            seed: self.seed.clone(),
            started_ms: self.id.started_ms,
            started: self.started,
        }
    }

    /// The pass that is compared.
    pub(crate) async fn sample_primary(&self, sites: &mut [Site<'_>]) {
        let since = Instant::now();
        let mut parties = Vec::new();
        for site in sites.iter_mut().filter(|site| !site.failed) {
            match self.party(site, site.primary.as_ref(), Sample::Primary) {
                Ok(party) => parties.push(party),
                Err(problem) => self.fail_site(site, &problem),
            }
        }
        let parties = self.pass(parties, &self.plan.files, &self.plan.commands, Sample::Primary).await;
        for site in sites.iter_mut() {
            let party = parties.iter().flat_map(|open| &open.parties).find(|party| party.name == site.name());
            if party.is_some_and(|party| party.stopped() == Some(NotSent::EnvironmentLost)) {
                let problem =
                    Problem::new(format!("environment `{}` was lost while the suite ran", site.name()))
                        .hint("is the host still up? everything asked before is in the report");
                self.fail_site(site, &problem);
            }
        }
        self.time(since, |timings| &mut timings.sample_ms);
    }

    /// The reference against itself, in a fresh container.
    pub(crate) async fn sample_control(&self, site: &Site<'_>) {
        let since = Instant::now();
        let service = if site.is_ours() { site.control.as_ref() } else { site.primary.as_ref() };
        match self.party(site, service, Sample::Control) {
            // The container that it needs did not start, which was said.
            Ok(party) if site.is_ours() && party.service.is_none() => {}
            Ok(party) => {
                self.pass(vec![party], &self.plan.files, &self.plan.commands, Sample::Control).await;
            }
            Err(problem) => self.fail(Some(site.name()), &problem),
        }
        self.time(since, |timings| &mut timings.control_ms);
    }

    /// The reference and the candidates that drifted once more, in fresh containers, up to the last case that
    /// drifted: a candidate may differ from itself, and the reference's first two samples may have agreed by chance.
    /// From the second `round` on the reference alone is asked, and candidates that differ from themselves.
    pub(crate) async fn resample(&self, sites: &[Site<'_>], doubts: &[Doubt], round: usize) {
        let since = Instant::now();
        let cases: Vec<CaseId> = doubts.iter().flat_map(|doubt| doubt.cases.clone()).collect();
        let again = |site: &&Site<'_>| {
            let drifts = doubts.iter().any(|doubt| doubt.of_candidate && doubt.name == site.name());
            !site.failed && (site.role == Role::Reference || drifts)
        };
        let again: Vec<&Site<'_>> = sites.iter().filter(again).collect();
        let services = join_all(again.iter().map(|site| self.fresh(site, round))).await;
        let mut parties = Vec::new();
        for (site, service) in again.into_iter().zip(services) {
            let party = service.and_then(|service| {
                let service = service.map(Arc::new);
                self.party(site, service.as_ref().or(site.primary.as_ref()), Sample::Resample)
            });
            match party {
                Ok(party) => parties.push(party),
                // Without a second look the first one stands.
                Err(problem) => (self.events)(Event::Note { text: problem.message }),
            }
        }
        let (files, commands) = self.up_to(&cases);
        self.pass(parties, files, commands, Sample::Resample).await;
        self.time(since, |timings| &mut timings.control_ms);
    }

    /// What is asked up to the last of some cases. A command may see what all the suites have done.
    fn up_to(&self, cases: &[CaseId]) -> (&[PlannedFile], &[PlannedCommand]) {
        let commands = &self.plan.commands;
        match commands.iter().rposition(|command| cases.contains(&command.place.id)) {
            Some(last) => (&self.plan.files, &commands[..=last]),
            None => (files_up_to(&self.plan.files, cases), &[]),
        }
    }

    /// One throw-away service, asked all cases up to the last of `cases`, recorded in a journal of its own.
    pub(crate) async fn sample_trial(
        &self,
        site: &Site<'_>,
        service: &Arc<Service>,
        journal: &Journal,
        cases: &[CaseId],
    ) -> Result<(), Problem> {
        let parties = vec![self.party(site, Some(service), Sample::Primary)?];
        let open = Open { parties };
        let lanes = open.lanes();
        let (files, commands) = self.up_to(cases);
        let settings = self.settings();
        let sink = journal.sink();
        let pass = Pass { settings: &settings, lanes: &lanes, recorder: &sink, progress: &|_| () };
        pass.set_up(&self.plan.setup.files).await;
        pass.run(files, self.config.compare.jobs).await;
        self.run_commands(&open.parties, commands, (Sample::Primary, journal)).await;
        pass.tear_down(&self.plan.teardown.files).await;
        Ok(())
    }

    async fn fresh(&self, site: &Site<'_>, round: usize) -> Result<Option<Service>, Problem> {
        if !site.is_ours() {
            return Ok(None);
        }
        let purpose = if round == 0 { "resample".to_owned() } else { format!("resample-{round}") };
        self.start_one(site, &purpose).await.map_err(|error| {
            Problem::new(format!("environment `{}` could not be sampled again: {error}", site.name()))
        })
    }

    fn party(
        &self,
        site: &Site<'_>,
        service: Option<&Arc<Service>>,
        sample: Sample,
    ) -> Result<Party, Problem> {
        let lane = self.lane(site, service, sample, writes(site, sample))?;
        Ok(Party::new(site.name(), service.cloned(), lane))
    }

    fn lane(
        &self,
        site: &Site<'_>,
        service: Option<&Arc<Service>>,
        sample: Sample,
        writes: bool,
    ) -> Result<Option<Lane>, Problem> {
        let Some(spec) = self.endpoint_spec(site, service.map(Arc::as_ref), writes) else { return Ok(None) };
        let mut vars = vars_of(self.config, self.selection, site.spec);
        vars.set("base", Value::from(spec.base.clone()));
        vars.set("environment", Value::from(site.name().to_owned()));
        vars.set("run", Value::from(self.id.id.clone()));
        let witness: Box<dyn Witness> = match (&site.engine, service) {
            (Some(engine), Some(service)) => {
                Box::new(EngineWitness { engine: engine.clone(), service: service.clone() })
            }
            _ => Box::new(NoWitness),
        };
        Ok(Some(Lane::new(Endpoint::new(spec, &self.settings())?, sample, vars, witness)))
    }

    /// Set-up, suites, commands, tear-down; none where there is nothing to ask or nobody to ask.
    async fn pass(
        &self,
        parties: Vec<Party>,
        files: &[PlannedFile],
        commands: &[PlannedCommand],
        sample: Sample,
    ) -> Option<Arc<Open>> {
        let open = Arc::new(Open { parties });
        let lanes = open.lanes();
        let files = if lanes.is_empty() { &[] } else { files };
        if open.parties.is_empty() || (files.is_empty() && commands.is_empty()) {
            return None;
        }
        let cases = files.iter().map(|file| file.cases.len()).sum::<usize>() + commands.len();
        (self.events)(Event::Pass { sample, cases });
        self.with_state(|state| state.open.push(open.clone()));
        let settings = self.settings();
        let sink = self.journal.sink();
        let progress = |_: &CaseId| (self.events)(Event::Case);
        let silent = |_: &CaseId| ();
        let pass = Pass { settings: &settings, lanes: &lanes, recorder: &sink, progress: &silent };
        pass.set_up(&self.plan.setup.files).await;
        Pass { progress: &progress, ..pass }.run(files, self.config.compare.jobs).await;
        self.run_commands(&open.parties, commands, (sample, self.journal)).await;
        self.tear_down(&open).await;
        (self.events)(Event::PassDone);
        Some(open)
    }

    async fn tear_down(&self, open: &Arc<Open>) {
        self.with_state(|state| state.open.retain(|other| !Arc::ptr_eq(other, open)));
        let lanes = open.lanes();
        if lanes.is_empty() || self.plan.teardown.files.is_empty() {
            return;
        }
        let settings = self.settings();
        let sink = self.journal.sink();
        let pass = Pass { settings: &settings, lanes: &lanes, recorder: &sink, progress: &|_| () };
        pass.tear_down(&self.plan.teardown.files).await;
    }

    /// Tears down what an interruption has left, as far as it goes in a short time.
    pub(crate) async fn tear_down_open(&self) {
        let open = self.with_state(|state| state.open.clone());
        let all = join_all(open.iter().map(|open| self.tear_down(open)));
        // What is not torn down by then is not: whoever interrupts wants an end.
        let _ = tokio::time::timeout(TEAR_DOWN, all).await;
    }

    /// The tail of every service's output, for suspects and for people.
    pub(crate) async fn write_logs(&self, sites: &[Site<'_>]) {
        join_all(sites.iter().map(|site| async move {
            if let Some(service) = &site.primary {
                let tail = service.log_tail(LOG_LINES).await;
                let exit_code = service.state().await.ok().and_then(|state| state.exit_code);
                self.write_log(site.name(), "primary", tail, exit_code);
            }
        }))
        .await;
    }
}

/// Whether methods that change data are sent. What is not ours is asked to change nothing twice.
fn writes(site: &Site<'_>, sample: Sample) -> bool {
    match &site.spec.target {
        Target::Engine(_) => true,
        Target::Attach { .. } => sample == Sample::Primary,
        Target::Url { writes, .. } => *writes && sample == Sample::Primary,
    }
}

fn files_up_to<'p>(files: &'p [PlannedFile], cases: &[CaseId]) -> &'p [PlannedFile] {
    let holds = |file: &PlannedFile| file.cases.iter().any(|case| cases.contains(&case.id));
    let last = files.iter().rposition(holds).map_or(0, |at| at + 1);
    &files[..last]
}

/// Longest time for the tear-down of an interrupted run.
const TEAR_DOWN: Duration = Duration::from_secs(5);

/// Longest wait for an engine that is asked about a failed request.
const WITNESS_TIMEOUT: Duration = Duration::from_secs(5);

struct EngineWitness {
    engine: Engine,
    service: Arc<Service>,
}

impl Witness for EngineWitness {
    fn ask(&self) -> Pin<Box<dyn Future<Output = Liveness> + Send + '_>> {
        Box::pin(async move {
            match tokio::time::timeout(WITNESS_TIMEOUT, self.service.state()).await {
                Ok(Ok(state)) if state.running => Liveness::Alive,
                Ok(Ok(_)) => Liveness::ServiceDied,
                Ok(Err(_)) if self.engine.alive().await => Liveness::ServiceDied,
                _ => Liveness::EngineGone,
            }
        })
    }
}

struct NoWitness;

impl Witness for NoWitness {
    fn ask(&self) -> Pin<Box<dyn Future<Output = Liveness> + Send + '_>> {
        Box::pin(std::future::ready(Liveness::Unknown))
    }
}

/// The control pass concerns the reference alone.
pub(crate) fn reference_of<'s, 'c>(sites: &'s [Site<'c>]) -> Option<&'s Site<'c>> {
    sites.iter().find(|site| site.role == Role::Reference && !site.failed)
}
