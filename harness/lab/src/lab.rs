//! A lab from start to stop.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use envparity_model::Problem;

use crate::container::{Blueprint, container_name};
use crate::credentials::Credentials;
use crate::engine::{EXPIRES, Engine, LAB};
use crate::image;
use crate::recipe::{SSH_PORT, TLS_PORT};
use crate::remains;
use crate::ssh::{self, Watch};
use crate::state::{self, Folder, LabState};

/// What to start.
#[derive(Debug, Clone)]
pub struct LabOptions {
    /// Unique on the engine: of the run for a lab that ends with it, a fixed word for a kept one.
    pub name: String,
    /// Where keys and state of all labs are written, for their owner only.
    pub state_dir: PathBuf,
    /// The run that starts it, for the label `parity.run`.
    pub run: String,
    /// When it ends by itself, in seconds since 1970, for the label `parity.expires`.
    pub expires_unix: i64,
    /// Whether it outlives this process.
    pub keep: bool,
}

/// A lab that answers. Dropping one that is not kept ends it within seconds; [`Lab::stop`] ends it now.
#[derive(Debug)]
pub struct Lab {
    state: LabState,
    folder: Folder,
    identity: PathBuf,
    known_hosts: PathBuf,
    /// The life line of a lab that is not kept.
    watch: Option<Watch>,
}

impl Lab {
    /// Builds the image where it is missing, starts a lab, and returns when its sshd and its engine answer.
    pub async fn start(
        options: LabOptions,
        progress: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<Self, Problem> {
        check_name(&options.name)?;
        let seconds = options.expires_unix.saturating_sub(now());
        if seconds <= 0 {
            return Err(Problem::new(format!("the deadline of the lab `{}` has passed", options.name)));
        }
        let engine = Engine::connect().await?;
        state::prepare(&options.state_dir)?;
        remains::clear(&engine, &options.state_dir, &options.name, now()).await?;
        let image = image::ensure(&engine, progress).await?;
        let credentials = Credentials::generate()?;
        progress(&format!("starting the lab `{}`", options.name));
        let blueprint = Blueprint {
            image: &image,
            container: container_name(&options.name),
            labels: labels(&options),
            seconds,
            keep: options.keep,
            credentials: &credentials,
        };
        let hint = state::recipe_hint(&options.state_dir);
        let (container, recipe) = blueprint.start(&engine, hint.as_deref()).await?;
        if hint.as_deref() != Some(recipe.name()) {
            state::remember_recipe(&options.state_dir, recipe.name());
        }
        let finished = finish(&engine, &options, &credentials, container.clone()).await;
        if finished.is_err() {
            engine.remove(&container).await?;
        }
        finished
    }

    /// A kept lab that is up; `None` if there is none of that name, or it has ended.
    pub async fn attach(state_dir: &Path, name: &str) -> Result<Option<Self>, Problem> {
        check_name(name)?;
        let folder = Folder::of(state_dir, name);
        let Some(mut state) = folder.read()?.filter(|state| state.keep && state.expires_unix > now()) else {
            return Ok(None);
        };
        let engine = Engine::connect().await?;
        if !engine.is_running(&state.container).await? {
            folder.remove()?;
            return Ok(None);
        }
        state.alive = true;
        let lab = Self::of(state, folder, None);
        ssh::probe(&lab.identity, &lab.known_hosts, lab.state.ssh_port).await?;
        Ok(Some(lab))
    }

    fn of(state: LabState, folder: Folder, watch: Option<Watch>) -> Self {
        Self { identity: folder.identity(), known_hosts: folder.known_hosts(), state, folder, watch }
    }

    /// `ec2-user@127.0.0.1:PORT`.
    pub fn destination(&self) -> String {
        ssh::destination(self.state.ssh_port)
    }

    /// The private key that sshd accepts.
    pub fn identity(&self) -> &Path {
        &self.identity
    }

    /// The host key of this lab and of no other.
    pub fn known_hosts(&self) -> &Path {
        &self.known_hosts
    }

    /// The engine over TCP with mutual TLS: `HOST:PORT`, authority, certificate, key.
    pub fn tls(&self) -> Option<(String, PathBuf, PathBuf, PathBuf)> {
        let address = format!("127.0.0.1:{}", self.state.tls_port);
        Some((address, self.folder.authority(), self.folder.certificate(), self.folder.key()))
    }

    /// What is written down about it.
    pub fn state(&self) -> &LabState {
        &self.state
    }

    /// Ends it now, kept or not: container, volume, keys.
    pub async fn stop(self) -> Result<(), Problem> {
        let engine = Engine::connect().await?;
        engine.remove(&self.state.container).await?;
        drop(self.watch);
        self.folder.remove()
    }
}

/// All labs written down, kept or not, each with whether its container runs.
pub async fn list(state_dir: &Path) -> Result<Vec<LabState>, Problem> {
    let folders = state::folders(state_dir)?;
    if folders.is_empty() {
        return Ok(Vec::new());
    }
    let engine = Engine::connect().await?;
    let mut labs = Vec::new();
    for folder in folders {
        if let Some(mut state) = folder.read()? {
            state.alive = engine.is_running(&state.container).await?;
            labs.push(state);
        }
    }
    Ok(labs)
}

/// Ends a lab by name, without its keys; `false` if there was none.
pub async fn stop_kept(state_dir: &Path, name: &str) -> Result<bool, Problem> {
    check_name(name)?;
    let folder = Folder::of(state_dir, name);
    let Some(state) = folder.read()? else { return Ok(false) };
    let engine = Engine::connect().await?;
    let was_running = engine.is_running(&state.container).await?;
    engine.remove(&state.container).await?;
    folder.remove()?;
    Ok(was_running)
}

/// From a container that runs to a lab that is written down and watched.
async fn finish(
    engine: &Engine,
    options: &LabOptions,
    credentials: &Credentials,
    container: String,
) -> Result<Lab, Problem> {
    let state = LabState {
        name: options.name.clone(),
        run: options.run.clone(),
        ssh_port: engine.published(&container, SSH_PORT).await?,
        tls_port: engine.published(&container, TLS_PORT).await?,
        container,
        expires_unix: options.expires_unix,
        keep: options.keep,
        alive: true,
    };
    let starting = tempfile::Builder::new()
        .prefix(state::STARTING)
        .tempdir_in(&options.state_dir)
        .map_err(|error| state::failed("write below", &options.state_dir, &error))?;
    Folder { path: starting.path().to_owned() }.write(credentials, &state)?;
    // The engine has given the name to this lab, so whatever has it here is of one that ended.
    let folder = Folder::of(&options.state_dir, &options.name);
    folder.remove()?;
    std::fs::rename(starting.path(), &folder.path)
        .map_err(|error| state::failed("write", &folder.path, &error))?;
    let watch = if options.keep {
        ssh::probe(&folder.identity(), &folder.known_hosts(), state.ssh_port).await?;
        None
    } else {
        Some(Watch::open(&folder.identity(), &folder.known_hosts(), state.ssh_port).await?)
    };
    Ok(Lab::of(state, folder, watch))
}

fn labels(options: &LabOptions) -> Vec<(&'static str, String)> {
    vec![
        ("parity.run", options.run.clone()),
        ("parity.owner", std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned())),
        (EXPIRES, options.expires_unix.to_string()),
        ("parity.purpose", "lab".to_owned()),
        (LAB, options.name.clone()),
    ]
}

/// A name becomes part of a path and of a container's name.
fn check_name(name: &str) -> Result<(), Problem> {
    let fits = (1..=60).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if fits {
        Ok(())
    } else {
        Err(Problem::new(format!("`{name}` cannot be the name of a lab"))
            .hint("letters, digits, `-`, `_` and `.`, at most 60, a letter or digit first"))
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_never_leaves_the_state_folder(name in ".*") {
            if check_name(&name).is_ok() {
                let folder = Folder::of(Path::new("/state"), &name);
                prop_assert_eq!(folder.path.parent(), Some(Path::new("/state")));
                prop_assert!(!name.starts_with(state::STARTING));
            }
        }
    }

    #[test]
    fn names_are_what_engines_accept() {
        for good in ["shared", "20261124-101500-abc123", "qa_2.x"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "-x", "a/b", "a b", "é"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
