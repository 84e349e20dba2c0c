//! The passes: all environments in lock-step, then the reference against itself, then candidates where they drift.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use envparity_config::Target;
use envparity_engine::{Engine, Service};
use envparity_model::{CaseId, Problem, Role, Sample};
use envparity_runner::{Endpoint, Lane, Liveness, Pass, PlannedFile, Settings, Witness};
use envparity_suite::Value;
use futures_util::future::join_all;

use super::serve::LOG_LINES;
use super::{Session, Site};
use crate::event::Event;
use crate::plan::{initial_vars, value_of};

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
        let mut lanes = Vec::new();
        for site in sites.iter_mut().filter(|site| !site.failed) {
            let writes = writes(site, Sample::Primary);
            match self.lane(site, site.primary.as_ref(), Sample::Primary, writes) {
                Ok(Some(lane)) => lanes.push(lane),
                Ok(None) => {}
                Err(problem) => self.fail_site(site, &problem),
            }
        }
        self.pass(&lanes, &self.plan.files, Sample::Primary).await;
        for site in sites.iter_mut() {
            let lane = lanes.iter().find(|lane| lane.endpoint.spec.name == site.name());
            if lane.is_some_and(|lane| lane.stopped() == Some(envparity_model::NotSent::EnvironmentLost)) {
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
        match self.lane(site, service, Sample::Control, writes(site, Sample::Control)) {
            Ok(Some(lane)) => self.pass(&[lane], &self.plan.files, Sample::Control).await,
            Ok(None) => {}
            Err(problem) => self.fail(Some(site.name()), &problem),
        }
        self.time(since, |timings| &mut timings.control_ms);
    }

    /// The reference and the candidates that drifted once more, in fresh containers, up to the last case that
    /// drifted: a candidate may differ from itself, and the reference's first two samples may have agreed by chance.
    /// From the second `round` on the reference alone is asked.
    pub(crate) async fn resample(&self, sites: &[Site<'_>], drifted: &[(String, Vec<CaseId>)], round: usize) {
        let since = Instant::now();
        let cases: Vec<CaseId> = drifted.iter().flat_map(|(_, cases)| cases.clone()).collect();
        let again = |site: &&Site<'_>| {
            let drifts = round == 0 && drifted.iter().any(|(name, _)| name == site.name());
            !site.failed && (site.role == Role::Reference || drifts)
        };
        let again: Vec<&Site<'_>> = sites.iter().filter(again).collect();
        let services = join_all(again.iter().map(|site| self.fresh(site, round))).await;
        let mut lanes = Vec::new();
        for (site, service) in again.into_iter().zip(services) {
            let lane = service.and_then(|service| {
                let service = service.map(Arc::new);
                let service = service.as_ref().or(site.primary.as_ref());
                self.lane(site, service, Sample::Resample, writes(site, Sample::Resample))
            });
            match lane {
                Ok(lane) => lanes.extend(lane),
                // Without a second look the first one stands.
                Err(problem) => (self.events)(Event::Note { text: problem.message }),
            }
        }
        self.pass(&lanes, files_up_to(&self.plan.files, &cases), Sample::Resample).await;
        self.time(since, |timings| &mut timings.control_ms);
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

    fn lane(
        &self,
        site: &Site<'_>,
        service: Option<&Arc<Service>>,
        sample: Sample,
        writes: bool,
    ) -> Result<Option<Lane>, Problem> {
        let Some(spec) = self.endpoint_spec(site, service.map(Arc::as_ref), writes) else { return Ok(None) };
        let mut vars = initial_vars(self.config, self.selection);
        for (name, value) in &site.spec.variables {
            vars.set(name, value_of(value));
        }
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

    async fn pass(&self, lanes: &[Lane], files: &[PlannedFile], sample: Sample) {
        if lanes.is_empty() || files.is_empty() {
            return;
        }
        let cases = files.iter().map(|file| file.cases.len()).sum();
        (self.events)(Event::Pass { sample, cases });
        let settings = self.settings();
        let sink = self.journal.sink();
        let progress = |_: &CaseId| (self.events)(Event::Case);
        let pass = Pass { settings: &settings, lanes, recorder: &sink, progress: &progress };
        pass.run(files, self.config.compare.jobs).await;
        (self.events)(Event::PassDone);
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
