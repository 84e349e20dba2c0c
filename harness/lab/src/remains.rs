//! What labs that have ended, or never began, left behind: on the engine and in the state folder.

use std::path::Path;
use std::time::Duration;

use envparity_model::Problem;

use crate::container::container_name;
use crate::engine::Engine;
use crate::state;

/// A start that takes longer than this is of a process that died.
const ABANDONED: Duration = Duration::from_secs(120);

/// Clears the way for a lab of that name; one that runs, or is being started, is a problem.
pub(crate) async fn clear(engine: &Engine, state_dir: &Path, name: &str, now: i64) -> Result<(), Problem> {
    for container in engine.expired_labs(now).await? {
        engine.remove(&container).await?;
    }
    clear_name(engine, name, now).await?;
    clear_folders(engine, state_dir).await
}

async fn clear_name(engine: &Engine, name: &str, now: i64) -> Result<(), Problem> {
    let container = container_name(name);
    let Some(found) = engine.inspect(&container).await? else { return Ok(()) };
    if found.state.is_some_and(|state| state.running == Some(true)) {
        return Err(Problem::new(format!("the lab `{name}` is already up"))
            .hint(format!("use it, or end it: docker rm --force --volumes {container}")));
    }
    let age = found.created.map_or(i64::MAX, |created| now.saturating_sub(created.unix_timestamp()));
    if age < ABANDONED.as_secs() as i64 {
        return Err(Problem::new(format!("another process is starting the lab `{name}`"))
            .hint(format!("wait for it; if there is none: docker rm --force --volumes {container}")));
    }
    engine.remove(&container).await
}

/// The keys of a lab that is gone open nothing any more.
async fn clear_folders(engine: &Engine, state_dir: &Path) -> Result<(), Problem> {
    for folder in state::folders(state_dir)? {
        let ended = match folder.read() {
            Ok(Some(state)) => engine.inspect(&state.container).await?.is_none(),
            // Not to be judged here; whoever asks for that lab is told what is wrong.
            Ok(None) | Err(_) => false,
        };
        if ended {
            folder.remove()?;
        }
    }
    state::remove_abandoned(state_dir, ABANDONED)
}
