//! What is written down about a lab: `STATE_DIR/NAME/` with its keys and `lab.json`, for its owner only.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use envparity_model::Problem;
use serde::{Deserialize, Serialize};

use crate::credentials::Credentials;

const STATE: &str = "lab.json";
const RECIPE: &str = "recipe";
/// Before a lab is up its folder has such a name; names of labs never begin with a dot.
pub(crate) const STARTING: &str = ".starting-";

/// One lab as written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabState {
    /// Unique on the engine.
    pub name: String,
    /// The run that started it.
    pub run: String,
    /// The engine's id of the container.
    pub container: String,
    /// sshd, on 127.0.0.1.
    pub ssh_port: u16,
    /// dockerd with mutual TLS, on 127.0.0.1.
    pub tls_port: u16,
    /// When it ends by itself, in seconds since 1970.
    pub expires_unix: i64,
    /// Whether it outlives the process that started it.
    pub keep: bool,
    /// Whether its container runs; known only after asking the engine.
    #[serde(skip)]
    pub alive: bool,
}

/// The files of one lab.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
}

impl Folder {
    pub(crate) fn of(state_dir: &Path, name: &str) -> Self {
        Self { path: state_dir.join(name) }
    }

    pub(crate) fn identity(&self) -> PathBuf {
        self.path.join("identity")
    }

    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.path.join("known_hosts")
    }

    pub(crate) fn authority(&self) -> PathBuf {
        self.path.join("ca.pem")
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.path.join("cert.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.path.join("key.pem")
    }

    /// Writes the client's side of the credentials and what was started.
    pub(crate) fn write(&self, credentials: &Credentials, state: &LabState) -> Result<(), Problem> {
        let host = format!("[127.0.0.1]:{} {}\n", state.ssh_port, credentials.host_key.public);
        let text = serde_json::to_string_pretty(state).map_err(|error| Problem::new(error.to_string()))?;
        write_private(&self.identity(), &credentials.client_key.private)?;
        write_private(&self.known_hosts(), &host)?;
        write_private(&self.authority(), &credentials.authority)?;
        write_private(&self.certificate(), &credentials.tls_client.certificate)?;
        write_private(&self.key(), &credentials.tls_client.key)?;
        write_private(&self.path.join(STATE), &text)
    }

    /// What was written down; `None` if there is nothing.
    pub(crate) fn read(&self) -> Result<Option<LabState>, Problem> {
        let path = self.path.join(STATE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &path, &error)),
        };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            Problem::new(format!("`{}` is not the state of a lab: {error}", path.display()))
                .hint("remove that file; a lab that still runs ends at its deadline")
        })
    }

    /// Removes the files; gone already is success.
    pub(crate) fn remove(&self) -> Result<(), Problem> {
        match std::fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", &self.path, &error)),
            _ => Ok(()),
        }
    }
}

/// Makes the folder for its owner only; one that exists is narrowed.
pub(crate) fn prepare(state_dir: &Path) -> Result<(), Problem> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(state_dir).map_err(|error| failed("make", state_dir, &error))?;
    std::fs::set_permissions(state_dir, std::fs::Permissions::from_mode(0o700))
        .map_err(|error| failed("protect", state_dir, &error))
}

/// The folders of all labs written down, by name.
pub(crate) fn folders(state_dir: &Path) -> Result<Vec<Folder>, Problem> {
    let entries = match std::fs::read_dir(state_dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("read", state_dir, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed("read", state_dir, &error))?.path();
        if path.join(STATE).is_file() {
            found.push(Folder { path });
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Removes folders of starts that began before `age` and never ended.
pub(crate) fn remove_abandoned(state_dir: &Path, age: Duration) -> Result<(), Problem> {
    let entries = std::fs::read_dir(state_dir).map_err(|error| failed("read", state_dir, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| failed("read", state_dir, &error))?;
        let abandoned = entry.file_name().to_string_lossy().starts_with(STARTING)
            && entry
                .metadata()
                .and_then(|data| data.modified())
                .is_ok_and(|made| made.elapsed().is_ok_and(|past| past > age));
        if abandoned {
            Folder { path: entry.path() }.remove()?;
        }
    }
    Ok(())
}

/// The recipe that worked last here. A hint only: whatever it says, or fails to say, a lab can start.
pub(crate) fn recipe_hint(state_dir: &Path) -> Option<String> {
    std::fs::read_to_string(state_dir.join(RECIPE)).ok()
}

/// Remembers a recipe; failure costs a second at the next start and nothing else.
pub(crate) fn remember_recipe(state_dir: &Path, name: &str) {
    std::fs::write(state_dir.join(RECIPE), name).ok();
}

fn write_private(path: &Path, text: &str) -> Result<(), Problem> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| failed("write", path, &error))
}

pub(crate) fn failed(action: &str, path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(format!("failed to {action} `{}`: {error}", path.display()))
}
