//! What the process was started with: the variables, the home folder and the docker client's files that say
//! which engine is "the local one" and which credentials a registry gets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{EngineError, ErrorKind};
use crate::hex;

/// Variables and home folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ambient {
    pub(crate) vars: BTreeMap<String, String>,
    pub(crate) home: Option<PathBuf>,
}

impl Ambient {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        let vars = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { vars, home: std::env::home_dir() }
    }

    /// A variable that is set and not empty.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The docker client's folder: `DOCKER_CONFIG`, else `~/.docker`.
    pub(crate) fn docker_dir(&self) -> Option<PathBuf> {
        let named = self.var("DOCKER_CONFIG").map(PathBuf::from);
        named.or_else(|| self.home.as_ref().map(|home| home.join(".docker")))
    }

    /// The docker client's configuration, empty where there is none.
    pub(crate) fn docker_config(&self) -> Result<DockerConfig, EngineError> {
        let Some(path) = self.docker_dir().map(|dir| dir.join("config.json")) else {
            return Ok(DockerConfig::default());
        };
        match read(&path)? {
            None => Ok(DockerConfig::default()),
            Some(text) => serde_json::from_str(&text).map_err(|e| malformed(&path, &e)),
        }
    }
}

/// `~/.docker/config.json`, as far as it is used here
/// (<https://docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties>).
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DockerConfig {
    pub(crate) current_context: Option<String>,
    pub(crate) auths: BTreeMap<String, AuthEntry>,
    pub(crate) creds_store: Option<String>,
    pub(crate) cred_helpers: BTreeMap<String, String>,
}

/// One registry's entry under `auths`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuthEntry {
    pub(crate) auth: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) identitytoken: Option<String>,
}

/// Where a docker context leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ContextEndpoint {
    /// `unix://`, `tcp://` or `ssh://`.
    pub(crate) host: String,
    /// The folder with `ca.pem`, `cert.pem` and `key.pem`, if it has them.
    pub(crate) tls: Option<PathBuf>,
}

/// The endpoint of the context `name`
/// (`contexts/meta/SHA256(name)/meta.json` and `contexts/tls/SHA256(name)/docker/`).
pub(crate) fn read_context(docker_dir: &Path, name: &str) -> Result<ContextEndpoint, EngineError> {
    let id = hex(&Sha256::digest(name.as_bytes()));
    let path = docker_dir.join("contexts/meta").join(&id).join("meta.json");
    let text = read(&path)?.ok_or_else(|| {
        EngineError::new(ErrorKind::Unreachable, format!("docker context `{name}` does not exist"))
            .hint("docker context ls shows those that do; docker context use NAME selects one")
    })?;
    let meta: Value = serde_json::from_str(&text).map_err(|e| malformed(&path, &e))?;
    let endpoint = &meta["Endpoints"]["docker"];
    let host = endpoint["Host"].as_str().unwrap_or_default();
    if host.is_empty() {
        return Err(EngineError::new(
            ErrorKind::Unreachable,
            format!("docker context `{name}` names no engine"),
        ));
    }
    if endpoint["SkipTLSVerify"].as_bool() == Some(true) {
        return Err(EngineError::new(
            ErrorKind::Tls,
            format!("docker context `{name}` asks not to verify the engine's certificate"),
        )
        .hint("give the engine as `tcp://` with `tls` in the configuration"));
    }
    let tls = docker_dir.join("contexts/tls").join(&id).join("docker");
    Ok(ContextEndpoint { host: host.to_owned(), tls: tls.join("key.pem").is_file().then_some(tls) })
}

fn read(path: &Path) -> Result<Option<String>, EngineError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(EngineError::io(format_args!("could not read `{}`", path.display()), &e)),
    }
}

fn malformed(path: &Path, error: &serde_json::Error) -> EngineError {
    EngineError::new(ErrorKind::Other, format!("`{}` is not valid: {error}", path.display()))
}
