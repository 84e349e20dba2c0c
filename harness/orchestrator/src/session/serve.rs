//! Services started, all at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use envparity_config::{Control, Target};
use envparity_engine::{Address, Service, StartError, StartSpec};
use envparity_model::{EnvironmentLine, JournalLine, LogLine, Problem, Role};
use envparity_runner::EndpointSpec;
use futures_util::future::{join, join_all};

use super::{Session, Site};
use crate::event::Event;
use crate::run::Keep;

/// Lines of a service's output that a report keeps.
pub(crate) const LOG_LINES: usize = 60;

impl Session<'_> {
    /// Starts every service, and the reference's second one for the control sample, side by side.
    pub(crate) async fn start(&self, sites: &mut [Site<'_>]) {
        let since = Instant::now();
        let control = self.wants_control();
        let started = join_all(sites.iter().map(|site| async move {
            let twice = control && site.role == Role::Reference && site.is_ours();
            join(self.start_one(site, "primary"), async {
                if twice { Some(self.start_one(site, "control").await) } else { None }
            })
            .await
        }))
        .await;
        for (site, (primary, control)) in sites.iter_mut().zip(started) {
            self.settle(site, primary, control).await;
        }
        self.time(since, |timings| &mut timings.start_ms);
    }

    /// A second sample of the reference is of use where there is something to sample.
    pub(crate) fn wants_control(&self) -> bool {
        self.config.compare.control == Control::Auto && self.plan.with_suites
    }

    /// Starts a service for one purpose; none where there is nothing to start.
    pub(crate) async fn start_one(
        &self,
        site: &Site<'_>,
        purpose: &str,
    ) -> Result<Option<Service>, StartError> {
        let (false, Some(engine)) = (site.failed, &site.engine) else { return Ok(None) };
        let container = &self.config.container;
        if let Target::Attach { container: name, .. } = &site.spec.target {
            self.step(site.name(), format!("attaching to {name}"));
            return engine.attach(name, container.port).await.map(Some);
        }
        let Some(image) = &site.image else { return Ok(None) };
        self.step(site.name(), format!("starting {purpose}"));
        let platform = site.image_spec(self.config.image.as_ref()).and_then(|spec| spec.platform.as_deref());
        let spec = StartSpec {
            container,
            env: &site.spec.env,
            image: &image.id,
            platform,
            environment: site.name(),
            purpose,
            labels: &BTreeMap::new(),
        };
        let service = engine.start(&spec).await?;
        (self.events)(Event::Ready { environment: site.name().to_owned(), ms: service.ready_ms() });
        Ok(Some(service))
    }

    async fn settle(
        &self,
        site: &mut Site<'_>,
        primary: Result<Option<Service>, StartError>,
        control: Option<Result<Option<Service>, StartError>>,
    ) {
        let mut failed = None;
        match primary {
            Ok(service) => site.primary = service.map(Arc::new),
            Err(StartError::Engine(error)) => self.fail_site(site, &error.problem),
            Err(StartError::NotStarted { reason, log_tail, exit_code }) => {
                site.failed = true;
                self.write_log(site.name(), "primary", log_tail, exit_code);
                failed = Some(self.journal.redact(&reason));
            }
        }
        match control {
            Some(Ok(service)) => site.control = service.map(Arc::new),
            Some(Err(error)) if !site.failed => self.fail(Some(site.name()), &control_problem(&error)),
            _ => {}
        }
        if failed.is_some() || !site.failed {
            let line = self.environment_line(site, failed).await;
            self.journal.line(site.name(), &JournalLine::Environment(line));
        }
    }

    pub(crate) fn write_log(&self, environment: &str, of: &str, tail: String, exit_code: Option<i64>) {
        let tail = self.journal.redact(&tail);
        let line = LogLine { of: of.to_owned(), tail, exit_code };
        self.journal.line(environment, &JournalLine::Log(line));
    }

    pub(crate) async fn environment_line(&self, site: &Site<'_>, failed: Option<String>) -> EnvironmentLine {
        // An address for people is of use only where the container outlives the run.
        let url = match &site.primary {
            Some(service) if self.keep != Keep::Never || !site.is_ours() => service.url().await,
            _ => None,
        };
        EnvironmentLine {
            role: site.role,
            engine: site.engine.as_ref().map(|engine| engine.info().clone()),
            image: site.image.clone(),
            authority: authority_of(&self.base_of(site)).to_owned(),
            url,
            ready_ms: site.primary.as_ref().map(|service| service.ready_ms()),
            failed,
            intended: site.spec.env.keys().map(|name| format!("env.{name}")).collect(),
        }
    }

    /// The value of `{{base}}` in an environment.
    pub(crate) fn base_of(&self, site: &Site<'_>) -> String {
        match (&site.spec.target, &self.config.compare.host) {
            (Target::Url { base, .. }, _) => base.clone(),
            (_, Some(host)) => format!("http://{host}"),
            (_, None) => format!("http://localhost:{}", self.config.container.port.unwrap_or(80)),
        }
    }

    /// An environment as something that answers requests; none where nothing answers.
    pub(crate) fn endpoint_spec(
        &self,
        site: &Site<'_>,
        service: Option<&Service>,
        writes: bool,
    ) -> Option<EndpointSpec> {
        let (address, insecure) = match (&site.spec.target, service) {
            (Target::Url { insecure, .. }, _) => (envparity_runner::Address::Url, *insecure),
            (_, Some(service)) => (runner_address(service.address()?), false),
            (_, None) => return None,
        };
        let authorities =
            self.config.compare.authority.iter().map(|authority| with_port(authority)).collect();
        Some(EndpointSpec {
            name: site.name().to_owned(),
            address,
            base: self.base_of(site),
            authorities,
            writes,
            insecure,
        })
    }
}

fn control_problem(error: &StartError) -> Problem {
    let reason = match error {
        StartError::Engine(error) => error.problem.message.clone(),
        StartError::NotStarted { reason, .. } => reason.clone(),
    };
    Problem::new(format!("the control sample could not be taken: {reason}"))
        .hint("`--control never` goes without it; nothing is learned as noise then")
}

fn runner_address(address: &Address) -> envparity_runner::Address {
    match address {
        Address::Tcp(address) => envparity_runner::Address::Tcp(*address),
        Address::Unix(path) => envparity_runner::Address::Unix(path.clone()),
    }
}

fn authority_of(base: &str) -> &str {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// `host:port`; without a port, that of http.
fn with_port(authority: &str) -> String {
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port { authority.to_owned() } else { format!("{authority}:80") }
}

/// One environment's service outside of a run, for its manifest.
pub(crate) async fn start_alone(
    engine: &envparity_engine::Engine,
    base: &std::path::Path,
    config: &envparity_config::Config,
    environment: &envparity_config::EnvironmentSpec,
    events: crate::event::Sink<'_>,
) -> Result<Service, Problem> {
    let not_started = |error: StartError| match error {
        StartError::Engine(error) => error.problem,
        StartError::NotStarted { reason, .. } => {
            Problem::new(reason).hint("the service must run to be looked into")
        }
    };
    if let Target::Attach { container, .. } = &environment.target {
        return engine.attach(container, config.container.port).await.map_err(not_started);
    }
    let spec = environment.image.as_ref().or(config.image.as_ref());
    let spec =
        spec.ok_or_else(|| Problem::new(format!("environment `{}` has no image", environment.name)))?;
    engine.arm_reaper().await.map_err(|error| error.problem)?;
    events(Event::Step { environment: environment.name.clone(), step: "preparing the image".to_owned() });
    let image =
        envparity_engine::build_or_find(engine, spec, base, &|_| {}).await.map_err(|error| error.problem)?;
    let start = StartSpec {
        container: &config.container,
        env: &environment.env,
        image: &image.id,
        platform: spec.platform.as_deref(),
        environment: &environment.name,
        purpose: "manifest",
        labels: &BTreeMap::new(),
    };
    engine.start(&start).await.map_err(not_started)
}
