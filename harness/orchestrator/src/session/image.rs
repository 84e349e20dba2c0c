//! Images built or found once, then sent to the engines that lack them.

use std::time::Instant;

use envparity_config::{ImageSource, ImageSpec, Sync};
use envparity_engine::{Engine, LocalImage, SentBy, TransferStats, build_or_find, send};
use envparity_model::{Image, Problem, Role};
use futures_util::future::join_all;

use super::{Session, Site};

impl Session<'_> {
    /// Gives every engine its image. Where an image is built or found on the supplier's engine and is the same
    /// for several environments, that happens once.
    pub(crate) async fn prepare_images(&self, sites: &mut [Site<'_>]) {
        let since = Instant::now();
        let mut built: Vec<(ImageSpec, Result<LocalImage, Problem>)> = Vec::new();
        let builder = self.builder(sites).await;
        for site in sites.iter().filter(|site| !site.failed && site.is_ours()) {
            let Some(spec) = site.image_spec(self.config.image.as_ref()) else { continue };
            let known = built.iter().any(|(other, _)| other.source == spec.source && other.tag == spec.tag);
            let Some(engine) = builder.as_ref().or(site.engine.as_ref()) else { continue };
            if known || self.is_there_already(site, spec, engine).await {
                continue;
            }
            self.step(site.name(), step_of(&spec.source));
            let image =
                build_or_find(engine, spec, &self.plan.base, &|_| {}).await.map_err(|error| error.problem);
            built.push((spec.clone(), image));
        }
        let images = join_all(sites.iter().map(|site| self.image_of(site, builder.as_ref(), &built))).await;
        for (site, image) in sites.iter_mut().zip(images) {
            match image {
                Ok(image) => site.image = image,
                Err(problem) => self.fail_site(site, &problem),
            }
        }
        if let Some(builder) = &builder {
            self.send_service_images(sites, builder).await;
        }
        self.time(since, |timings| &mut timings.prepare_ms);
    }

    /// The engine that images come from: the supplier's, connected if it takes no part, else the reference's.
    async fn builder(&self, sites: &[Site<'_>]) -> Option<Engine> {
        if let Some(spec) = self.supplier {
            let part =
                sites.iter().find(|site| site.name() == spec.name).and_then(|site| site.engine.clone());
            // One that does not answer is no reason to fail: the image may be where it is needed.
            let engine = match part {
                Some(engine) => Some(engine),
                None => self.connect_one(&Site::new(spec, Role::Candidate)).await.ok().flatten(),
            };
            if engine.is_some() {
                return engine;
            }
        }
        Self::reference(sites).filter(|site| site.is_ours()).and_then(|site| site.engine.clone())
    }

    /// A candidate that has an image of that reference keeps it under `sync = "missing"` and `"never"`.
    async fn is_there_already(&self, site: &Site<'_>, spec: &ImageSpec, builder: &Engine) -> bool {
        let Some(engine) = &site.engine else { return false };
        // On the builder's own engine a build is never skipped: its tag would be that of an earlier source.
        let elsewhere = engine.info().id != builder.info().id;
        elsewhere && spec.sync != Sync::Always && matches!(find(engine, spec).await, Ok(Some(_)))
    }

    async fn image_of(
        &self,
        site: &Site<'_>,
        builder: Option<&Engine>,
        built: &[(ImageSpec, Result<LocalImage, Problem>)],
    ) -> Result<Option<Image>, Problem> {
        let (false, true, Some(engine)) = (site.failed, site.is_ours(), &site.engine) else {
            return Ok(None);
        };
        let Some(spec) = site.image_spec(self.config.image.as_ref()) else {
            return Err(Problem::new(format!("environment `{}` has no image", site.name()))
                .hint("give [image] a `build`, `ref` or `archive`, or the environment its own `image`"));
        };
        let builder = builder.unwrap_or(engine);
        let local = built.iter().find(|(other, _)| other.source == spec.source && other.tag == spec.tag);
        let remote = engine.name() != builder.name();
        if remote
            && spec.sync != Sync::Always
            && let Some(image) = find(engine, spec).await?
        {
            return Ok(Some(image.image()));
        }
        match local {
            Some((_, Ok(image))) if remote => {
                self.step(site.name(), format!("sending image {}", image.reference));
                let (image, cost) = send(builder, engine, image, spec.sync, spec.transfer, &|_| {})
                    .await
                    .map_err(|error| error.problem)?;
                self.step(site.name(), sent(&cost));
                Ok(Some(image.image()))
            }
            Some((_, Ok(image))) => Ok(Some(image.image())),
            Some((_, Err(problem))) => Err(problem.clone()),
            None => Err(Problem::new(format!("no image for environment `{}`", site.name()))),
        }
    }
}

/// What an engine has under the name that the image is run by.
async fn find(engine: &Engine, spec: &ImageSpec) -> Result<Option<LocalImage>, Problem> {
    let name = match (&spec.tag, &spec.source) {
        (Some(tag), _) => tag,
        (None, ImageSource::Ref(reference)) => reference,
        (None, _) => return Ok(None),
    };
    engine.find_image(name, spec.platform.as_deref()).await.map_err(|error| error.problem)
}

/// What sending an image cost, for people.
fn sent(cost: &TransferStats) -> String {
    let way = match cost.way {
        SentBy::Present => return "image is there already".to_owned(),
        SentBy::Layers { sent: 1, kept: true } => "1 layer, kept from an earlier time".to_owned(),
        SentBy::Layers { sent, kept: true } => format!("{sent} layers, kept from an earlier time"),
        SentBy::Layers { sent: 1, kept: false } => "1 layer".to_owned(),
        SentBy::Layers { sent, kept: false } => format!("{sent} layers"),
        SentBy::Load => "the whole image".to_owned(),
        SentBy::Registry => "by its registry".to_owned(),
    };
    format!("image sent: {} bytes, {way}, {:.2} s", cost.bytes, cost.wall_ms as f64 / 1e3)
}

fn step_of(source: &ImageSource) -> String {
    match source {
        ImageSource::Build { context, .. } => format!("building image from {context}"),
        ImageSource::Ref(reference) => format!("looking for image {reference}"),
        ImageSource::Archive(path) => format!("loading image from {path}"),
    }
}
