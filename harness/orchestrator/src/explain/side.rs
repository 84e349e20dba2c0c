//! One side of a search, looked into: what could move from it, and what it takes as the base of trials.

use std::collections::BTreeSet;
use std::path::Path;

use envparity_core::culprit::{Difference, Directories, Movable, directories_of};
use envparity_engine::{Engine, ImageConfig, Service};
use envparity_model::{Image, Problem};

use super::trial::Base;
use crate::session::{Session, Site};

/// One side before it is looked into.
pub(super) struct Side<'s, 'c> {
    site: &'s Site<'c>,
    engine: &'s Engine,
    image: &'s Image,
    config: ImageConfig,
}

/// One side as it was looked into.
pub(super) struct Open<'s, 'c> {
    site: &'s Site<'c>,
    engine: &'s Engine,
    image: &'s Image,
    still: Service,
    config: ImageConfig,
    pub(super) movable: Movable,
    directories: Directories,
}

/// Why nothing of one side runs on the other; none where it does.
pub(super) fn unlike(reference: &Side<'_, '_>, candidate: &Side<'_, '_>) -> Option<String> {
    let (mine, theirs) = (&reference.config.platform, &candidate.config.platform);
    (mine != theirs).then(|| {
        format!("the reference is {mine}, the candidate {theirs}: nothing of one runs on the other, no trial was made")
    })
}

impl<'s, 'c> Side<'s, 'c> {
    /// What is known of it before anything is started.
    pub(super) async fn of(site: &'s Site<'c>) -> Result<Self, Problem> {
        let (true, Some(engine), Some(image)) = (site.is_ours(), &site.engine, &site.image) else {
            return Err(Problem::new(format!("`{}` is not started here: nothing can be moved", site.name())));
        };
        let config = engine.image_config(&image.id).await.map_err(|error| error.problem)?;
        Ok(Self { site, engine, image, config })
    }

    /// Looks into it.
    pub(super) async fn open(self, session: &Session<'_>) -> Result<Open<'s, 'c>, Problem> {
        let Self { site, engine, image, config } = self;
        let still = engine.start_still(&image.id, site.name(), "explain").await;
        let still = still.map_err(|error| error.problem)?;
        let files = still.list_files().await.map_err(|error| error.problem)?;
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
        Ok(Open { site, engine, image, still, config, movable, directories })
    }
}

impl<'s, 'c> Open<'s, 'c> {
    /// Takes what may go to the other side, and all directories that are touched.
    pub(super) async fn fetch(
        &self,
        list: &[Difference],
        place: &Path,
    ) -> Result<envparity_engine::Fetched, Problem> {
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

    pub(super) fn base(self, files: envparity_engine::Fetched) -> Base<'s, 'c> {
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
