//! Manifests collected, and the proof that requests went where they were meant to go.

use std::time::Instant;

use envparity_model::{JournalLine, ManifestLine, ManifestState, Problem};
use futures_util::future::join_all;

use super::{Session, Site};

impl Session<'_> {
    /// Collects every manifest at once.
    pub(crate) async fn collect(&self, sites: &[Site<'_>]) {
        let since = Instant::now();
        join_all(sites.iter().filter(|site| !site.failed).map(|site| async move {
            let line = match &site.primary {
                _ if !self.config.compare.manifests => not_applicable(),
                Some(service) => {
                    self.step(site.name(), "collecting the manifest");
                    service.collect(site.is_remote()).await
                }
                None => not_applicable(),
            };
            self.journal.line(site.name(), &JournalLine::Manifest(line));
        }))
        .await;
        self.time(since, |timings| &mut timings.manifest_ms);
    }

    /// What a container has received must be at least what was sent to it: else the requests went elsewhere.
    /// `before` is what containers that ran already had received when the sample began.
    pub(crate) fn prove_traffic(
        &self,
        sites: &mut [Site<'_>],
        before: &[u64],
        now: Vec<Option<Result<u64, Problem>>>,
    ) {
        for ((site, before), now) in sites.iter_mut().zip(before).zip(now) {
            let name = site.name().to_owned();
            let sent = self.journal.sent_bytes(&name);
            let problem = match now {
                None => continue,
                Some(Ok(now)) if now >= before + sent => continue,
                Some(Ok(now)) => Problem::new(format!(
                    "{sent} bytes were sent to environment `{name}` and its container has received {}",
                    now.saturating_sub(*before)
                ))
                .hint("the requests went elsewhere: does another program answer at the published port?"),
                Some(Err(problem)) => problem,
            };
            self.fail_site(site, &problem);
        }
    }

    /// What the containers that were sent something have received by now.
    pub(crate) async fn received_now(&self, sites: &[Site<'_>]) -> Vec<Option<Result<u64, Problem>>> {
        self.received(sites, |site| self.journal.sent_bytes(site.name()) > 0).await
    }

    /// What containers that are not ours have received so far; 0 for fresh ones. Where it cannot be read, nothing
    /// could be proven afterwards: the environment is failed.
    pub(crate) async fn received_before(&self, sites: &mut [Site<'_>]) -> Vec<u64> {
        let received = self.received(sites, |site| !site.is_ours()).await;
        let known = sites.iter_mut().zip(received).map(|(site, received)| match received {
            Some(Ok(bytes)) => bytes,
            None => 0,
            Some(Err(problem)) => {
                self.fail_site(site, &problem);
                0
            }
        });
        known.collect()
    }

    async fn received(
        &self,
        sites: &[Site<'_>],
        which: impl Fn(&Site<'_>) -> bool,
    ) -> Vec<Option<Result<u64, Problem>>> {
        let which = &which;
        join_all(sites.iter().map(|site| async move {
            let service = site.primary.as_ref().filter(|_| !site.failed && which(site))?;
            match service.received_bytes().await {
                Ok(bytes) => Some(Ok(bytes)),
                // A container that has exited has no counters left, and its death is a finding of its own.
                Err(_) if service.state().await.is_ok_and(|state| !state.running) => None,
                Err(error) => Some(Err(error.problem)),
            }
        }))
        .await
    }
}

const fn not_applicable() -> ManifestLine {
    ManifestLine { state: ManifestState::NotApplicable, wire_bytes: 0, wall_ms: 0 }
}
