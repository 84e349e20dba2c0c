//! Images of backing services: what the engine that images come from has, the others get.

use envparity_config::{Sync, Transfer};
use envparity_engine::{Engine, send};
use envparity_model::Problem;
use futures_util::future::join_all;

use super::{Session, Site};

impl Session<'_> {
    /// Sends the images of services to the engines that lack them. One that `from` lacks as well is pulled by each
    /// engine when it starts.
    pub(crate) async fn send_service_images(&self, sites: &mut [Site<'_>], from: &Engine) {
        let results = join_all(sites.iter().map(|site| self.send_services_to(site, from))).await;
        for (site, result) in sites.iter_mut().zip(results) {
            if let Err(problem) = result {
                self.fail_site(site, &problem);
            }
        }
    }

    async fn send_services_to(&self, site: &Site<'_>, from: &Engine) -> Result<(), Problem> {
        let (false, true, Some(engine)) = (site.failed, site.is_ours(), &site.engine) else { return Ok(()) };
        if engine.name() == from.name() {
            return Ok(());
        }
        let platform = site.image_spec(self.config.image.as_ref()).and_then(|spec| spec.platform.as_deref());
        for service in &self.config.container.services {
            let find = |engine: Engine| async move {
                engine.find_image(&service.image, platform).await.map_err(|error| error.problem)
            };
            if find(engine.clone()).await?.is_some() {
                continue;
            }
            if let Some(image) = find(from.clone()).await? {
                self.step(site.name(), format!("sending image {}", image.reference));
                let sent = send(from, engine, &image, Sync::Missing, Transfer::Auto, &|_| {}).await;
                sent.map_err(|error| error.problem)?;
            }
        }
        Ok(())
    }
}
