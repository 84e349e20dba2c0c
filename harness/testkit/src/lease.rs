//! One run for all processes of a test run.
//!
//! `cargo nextest` gives each test a process of its own and all of them one `NEXTEST_RUN_ID`. The first to take the
//! lock compares everything and writes down what became of each test; the others wait for the lock and read that.
//! The operating system releases the lock of a process that dies, however it dies, and the engines' dead man's
//! switches remove what its run has started: the next one begins anew.

use std::env;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use envparity_orchestrator::{runs_folder, write_atomically};

use crate::outcome::Outcomes;

/// Processes that may die over one run: a comparison that ends them all is not tried by thousands.
const ATTEMPTS: usize = 3;
/// Leases of test runs that are long over go.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// The lease of one test run: a folder with `lock`, `attempts` (the ids of processes that compared, a line each) and
/// `results.json`.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    folder: PathBuf,
}

/// What a process is to do.
pub(crate) enum Turn {
    /// Nothing: this has become of the tests.
    Read(Outcomes),
    /// Compare, and publish.
    Compare(Held),
}

/// The lock, held until this goes.
pub(crate) struct Held {
    results: PathBuf,
    _lock: File,
}

impl Lease {
    /// The lease of this process's test run; none where it runs all tests itself.
    pub(crate) fn of_process(base: &Path, key: &str) -> Option<Self> {
        let run = env::var("NEXTEST_RUN_ID").ok()?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let run: String = run.chars().filter(|c| is_name(*c)).collect();
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Some(Self {
            folder: runs_folder(base).join("leases").join(format!("{run}-{:016x}", hasher.finish())),
        })
    }

    /// What became of the tests, if that is known.
    pub(crate) fn read(&self) -> Option<Outcomes> {
        serde_json::from_slice(&fs::read(self.results()).ok()?).ok()
    }

    /// Waits for whoever compares.
    ///
    /// # Errors
    /// When the folder cannot be used, or every process that compared was killed.
    pub(crate) fn take(&self) -> Result<Turn, String> {
        if let Some(outcomes) = self.read() {
            return Ok(Turn::Read(outcomes));
        }
        let failed = |error: std::io::Error| format!("failed to lock `{}`: {error}", self.folder.display());
        self.make().map_err(failed)?;
        let lock =
            File::options().create(true).append(true).open(self.folder.join("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        if let Some(outcomes) = self.read() {
            return Ok(Turn::Read(outcomes));
        }
        let attempts = self.folder.join("attempts");
        let mut before = fs::read_to_string(&attempts).unwrap_or_default();
        let count = before.lines().count();
        if count >= ATTEMPTS {
            return Err(format!("{count} processes have ended before they had compared anything"));
        }
        before.extend([std::process::id().to_string(), "\n".to_owned()]);
        fs::write(&attempts, before).map_err(failed)?;
        Ok(Turn::Compare(Held { results: self.results(), _lock: lock }))
    }

    fn results(&self) -> PathBuf {
        self.folder.join("results.json")
    }

    fn make(&self) -> std::io::Result<()> {
        if let (false, Some(leases)) = (self.folder.is_dir(), self.folder.parent()) {
            sweep(leases);
        }
        fs::create_dir_all(&self.folder)
    }
}

impl Held {
    /// Tells the others. What cannot be written they find out for themselves.
    pub(crate) fn publish(self, outcomes: &Outcomes) {
        if let Ok(bytes) = serde_json::to_vec(outcomes) {
            let _ = write_atomically(&self.results, &bytes);
        }
    }
}

/// What cannot be removed is no obstacle to a test.
fn sweep(leases: &Path) {
    let is_old = |entry: &fs::DirEntry| {
        let changed = entry.metadata().and_then(|about| about.modified());
        changed.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > KEPT))
    };
    for entry in fs::read_dir(leases).into_iter().flatten().flatten().filter(is_old) {
        let _ = fs::remove_dir_all(entry.path());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::outcome::Outcome;

    fn lease(folder: &tempfile::TempDir) -> Lease {
        Lease { folder: folder.path().join("leases/run") }
    }

    #[test]
    fn one_compares_and_the_others_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let compared = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| match lease(&folder).take().expect("a turn") {
                    Turn::Read(outcomes) => assert_eq!(outcomes.get("a"), Some(&Outcome::Passed)),
                    Turn::Compare(held) => {
                        compared.fetch_add(1, Ordering::Relaxed);
                        std::thread::sleep(Duration::from_millis(50));
                        held.publish(&Outcomes::all(Outcome::Passed));
                    }
                });
            }
        });
        assert_eq!(compared.into_inner(), 1);
    }

    #[test]
    fn who_dies_leaves_the_turn_to_the_next_and_not_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        for _ in 0..ATTEMPTS {
            // Dropped without a word, as when a process is killed.
            assert!(matches!(lease(&folder).take(), Ok(Turn::Compare(_))));
        }
        let problem = lease(&folder).take().err().expect("no turn");
        assert!(problem.contains("3 processes have ended"), "{problem}");
    }
}
