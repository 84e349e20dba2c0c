//! Engines connected, routes proven.

use std::time::Instant;

use envparity_config::EngineSpec;
use envparity_engine::{Engine, prove_routes};
use envparity_model::{Problem, Role};
use futures_util::future::join_all;

use super::addresses::prove_addresses;
use super::{Session, Site};
use crate::event::Event;

impl Session<'_> {
    /// Connects every engine at once; an environment whose engine does not answer is failed.
    pub(crate) async fn connect(&self, sites: &mut [Site<'_>]) {
        let since = Instant::now();
        let engines = join_all(sites.iter().map(|site| self.connect_one(site))).await;
        for (site, engine) in sites.iter_mut().zip(engines) {
            match engine {
                Ok(engine) => site.engine = engine,
                Err(problem) => {
                    self.fail_site(site, &problem);
                    let masked = Problem { message: self.journal.redact(&problem.message), ..problem };
                    self.with_state(|state| state.unreachable.push((site.name().to_owned(), masked)));
                }
            }
        }
        self.prove(sites).await;
        self.time(since, |timings| &mut timings.prepare_ms);
    }

    pub(crate) fn fail_site(&self, site: &mut Site<'_>, problem: &Problem) {
        site.failed = true;
        self.fail(Some(site.name()), problem);
    }

    pub(crate) async fn connect_one(&self, site: &Site<'_>) -> Result<Option<Engine>, Problem> {
        let Some(spec) = site.engine_spec() else { return Ok(None) };
        let resolved = self.resolve_lab(site, spec).await?;
        let spec = resolved.as_ref().unwrap_or(spec);
        self.step(site.name(), "connecting");
        let engine = Engine::connect(site.name(), spec, &self.context).await;
        let engine = engine.map_err(|error| error.problem)?;
        // From here on an interruption finds it.
        self.with_state(|state| state.engines.push(engine.clone()));
        self.arm(site, &engine).await;
        Ok(Some(engine))
    }

    /// Two environments must be two engines: each shows the other nothing of its own.
    async fn prove(&self, sites: &mut [Site<'_>]) {
        let engines: Vec<&Engine> = sites.iter().filter_map(|site| site.engine.as_ref()).collect();
        let allowed = self.config.compare.allow_same_engine;
        let mut proof = prove_routes(&engines, allowed).await.map_err(|error| error.problem);
        if proof.is_ok() && !allowed {
            proof = prove_addresses(sites).await;
        }
        if let Err(problem) = proof {
            self.fail(None, &problem);
            for site in sites {
                site.failed = true;
            }
        }
    }

    /// Before anything is created: what removes it if this process is killed. What earlier runs left goes beside.
    async fn arm(&self, site: &Site<'_>, engine: &Engine) {
        if site.is_ours()
            && let Err(error) = engine.arm_reaper().await
        {
            (self.events)(Event::Note { text: error.to_string() });
        }
        let engine = engine.clone();
        // What it finds has expired, and nobody waits for it.
        tokio::spawn(async move { engine.sweep_expired().await });
    }

    #[cfg(feature = "lab")]
    async fn resolve_lab(&self, site: &Site<'_>, spec: &EngineSpec) -> Result<Option<EngineSpec>, Problem> {
        if *spec != EngineSpec::Lab {
            return Ok(None);
        }
        let name = site.name();
        if let Some((_, engine)) = self.held.iter().find(|(held, _)| held == name) {
            return Ok(Some(engine.clone()));
        }
        let state_dir = self.places.lab_dir.clone();
        if let Some(lab) = envparity_lab::Lab::attach(&state_dir, name).await? {
            return Ok(Some(lab_engine(&lab)));
        }
        self.step(name, "starting the lab");
        let options = envparity_lab::LabOptions {
            name: format!("{name}-{}", self.id.id),
            state_dir,
            // Not the run's own id: the local engine's clean-up must not take the lab away before the lab's own
            // engine has been cleaned. The lab ends with its watch.
            run: format!("{}-lab", self.id.id),
            expires_unix: self.context.expires_unix,
            keep: false,
        };
        let lab = envparity_lab::Lab::start(options, &|step| self.step(name, step)).await?;
        let engine = lab_engine(&lab);
        self.with_state(|state| state.labs.push(lab));
        Ok(Some(engine))
    }

    #[cfg(not(feature = "lab"))]
    #[expect(clippy::unused_async, reason = "the same signature as with the lab")]
    async fn resolve_lab(&self, site: &Site<'_>, spec: &EngineSpec) -> Result<Option<EngineSpec>, Problem> {
        match spec {
            EngineSpec::Lab => Err(Problem::new(format!("environment `{}` is a lab", site.name()))
                .hint("this build of envparity has no lab; enable the feature `lab`")),
            _ => Ok(None),
        }
    }

    pub(crate) fn reference<'s, 'c>(sites: &'s [Site<'c>]) -> Option<&'s Site<'c>> {
        sites.iter().find(|site| site.role == Role::Reference)
    }
}

/// A lab as any other host reached over SSH.
#[cfg(feature = "lab")]
pub(crate) fn lab_engine(lab: &envparity_lab::Lab) -> EngineSpec {
    let text = |path: &std::path::Path| Some(path.to_string_lossy().into_owned());
    EngineSpec::Ssh {
        destination: lab.destination(),
        identity: text(lab.identity()),
        known_hosts: text(lab.known_hosts()),
        config: Some("/dev/null".to_owned()),
        socket: "/var/run/docker.sock".to_owned(),
    }
}
