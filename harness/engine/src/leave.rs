//! Leaving an engine without taking everything down.

use crate::embedded::COLLECTOR;
use crate::engine::{Engine, Route, now_seconds};
use crate::error::EngineError;
use crate::owned::{Owned, PruneScope};

/// Bytes of the collector that is embedded in this build; 0 where it could not be built.
pub const fn collector_size() -> usize {
    COLLECTOR.len()
}

impl Engine {
    /// Ends the connection; nothing is removed, since nothing was made.
    pub async fn disconnect(&self) {
        if let Route::Ssh(route) = &self.inner.route {
            route.close().await;
        }
    }

    /// Ends the connection and leaves what the run has made: it stays until it expires or is pruned.
    pub async fn close_keeping(&self) {
        self.disarm_reaper().await;
        self.disconnect().await;
    }

    /// What [`Engine::prune`] would remove.
    ///
    /// # Errors
    /// Where the engine cannot be asked.
    pub async fn would_prune(&self, scope: &PruneScope) -> Result<Vec<Owned>, EngineError> {
        let now = now_seconds();
        Ok(self.list_owned().await?.into_iter().filter(|owned| scope.holds(owned, now)).collect())
    }
}
