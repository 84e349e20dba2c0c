//! Registry credentials from the docker client's configuration, credential helpers included.

use std::collections::HashMap;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::auth::DockerCredentials;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::connect::ambient::{Ambient, AuthEntry};
use crate::error::{EngineError, ErrorKind};

/// The key of Docker Hub in every credential store.
const HUB: &str = "https://index.docker.io/v1/";
const HELPER_TIMEOUT: Duration = Duration::from_secs(20);

/// The credentials for one registry, if there are any.
pub(crate) async fn of(ambient: &Ambient, registry: &str) -> Result<Option<DockerCredentials>, EngineError> {
    let config = ambient.docker_config()?;
    let key = if registry == "docker.io" { HUB } else { registry };
    let helper = config.cred_helpers.get(registry).or_else(|| config.cred_helpers.get(key));
    if let Some(helper) = helper.or(config.creds_store.as_ref()).filter(|helper| !helper.is_empty())
        && let Some(found) = ask_helper(helper, key).await?
    {
        return Ok(Some(found));
    }
    let named =
        |name: &&String| name.trim_end_matches('/') == key.trim_end_matches('/') || host_of(name) == registry;
    let entry = config.auths.iter().find(|(name, _)| named(name)).map(|(_, entry)| entry);
    Ok(entry.and_then(|entry| decode(entry, key)))
}

/// The credentials of every registry under `auths`, for builds that pull their base.
pub(crate) async fn all(ambient: &Ambient) -> Option<HashMap<String, DockerCredentials>> {
    // A build that needs no registry must not fail for a broken credential store.
    let config = ambient.docker_config().ok()?;
    let mut found = HashMap::new();
    for name in config.auths.keys().chain(config.cred_helpers.keys()) {
        let registry = if name == HUB { "docker.io" } else { host_of(name) };
        if let Ok(Some(login)) = of(ambient, registry).await {
            found.insert(name.clone(), login);
        }
    }
    (!found.is_empty()).then_some(found)
}

fn host_of(name: &str) -> &str {
    let name = name.split_once("://").map_or(name, |(_, rest)| rest);
    name.split('/').next().unwrap_or(name)
}

fn decode(entry: &AuthEntry, server: &str) -> Option<DockerCredentials> {
    let pair = entry.auth.as_deref().filter(|auth| !auth.is_empty()).and_then(|auth| {
        let text = String::from_utf8(STANDARD.decode(auth).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((user.to_owned(), password.trim_end_matches('\0').to_owned()))
    });
    let (username, password) = match pair {
        Some((user, password)) => (Some(user), Some(password)),
        None => (entry.username.clone(), entry.password.clone()),
    };
    let token = entry.identitytoken.clone().filter(|token| !token.is_empty());
    (username.is_some() || token.is_some()).then(|| DockerCredentials {
        username,
        password: if token.is_some() { None } else { password },
        identitytoken: token,
        serveraddress: Some(server.to_owned()),
        ..DockerCredentials::default()
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HelperAnswer {
    username: String,
    secret: String,
}

/// The protocol of <https://github.com/docker/docker-credential-helpers>: the server on stdin, JSON on stdout.
async fn ask_helper(helper: &str, server: &str) -> Result<Option<DockerCredentials>, EngineError> {
    let program = format!("docker-credential-{helper}");
    let failed = |why: String| {
        EngineError::new(ErrorKind::Other, format!("credential helper `{program}` for `{server}`: {why}"))
            .hint("`docker login` uses the same helper; ~/.docker/config.json names it")
    };
    let asked = async {
        let mut child = Command::new(&program)
            .arg("get")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(server.as_bytes()).await?;
        }
        child.wait_with_output().await
    };
    let output = match tokio::time::timeout(HELPER_TIMEOUT, asked).await {
        Ok(Ok(output)) => output,
        Ok(Err(e)) => return Err(failed(e.to_string())),
        Err(_) => return Err(failed("no answer in time".to_owned())),
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if said.to_ascii_lowercase().contains("not found") {
            return Ok(None);
        }
        return Err(failed(said));
    }
    // Its answer is a secret: never part of a message.
    let answer: HelperAnswer =
        serde_json::from_slice(&output.stdout).map_err(|_| failed("malformed answer".to_owned()))?;
    let is_token = answer.username == "<token>";
    Ok(Some(DockerCredentials {
        username: (!is_token).then_some(answer.username),
        identitytoken: is_token.then(|| answer.secret.clone()),
        password: (!is_token).then_some(answer.secret),
        serveraddress: Some(server.to_owned()),
        ..DockerCredentials::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ambient(config: &str) -> (tempfile::TempDir, Ambient) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("config.json"), config).expect("written");
        let dir = folder.path().to_string_lossy().into_owned();
        let ambient = Ambient { vars: [("DOCKER_CONFIG".to_owned(), dir)].into(), home: None };
        (folder, ambient)
    }

    #[tokio::test]
    async fn logins_are_found_by_registry() {
        let hub = STANDARD.encode("me:pa:ss");
        let (_folder, ambient) = ambient(&format!(
            r#"{{"auths":{{"https://index.docker.io/v1/":{{"auth":"{hub}"}},"https://r.example/v2/":{{"identitytoken":"t","auth":"{hub}"}}}}}}"#
        ));
        let login = of(&ambient, "docker.io").await.expect("read").expect("found");
        assert_eq!((login.username.as_deref(), login.password.as_deref()), (Some("me"), Some("pa:ss")));
        let login = of(&ambient, "r.example").await.expect("read").expect("found");
        assert_eq!((login.identitytoken.as_deref(), login.password), (Some("t"), None));
        assert!(of(&ambient, "other.example").await.expect("read").is_none());
        assert_eq!(all(&ambient).await.expect("some").len(), 2);
    }

    #[tokio::test]
    async fn a_helper_that_is_not_there_is_named() {
        let (_folder, ambient) = ambient(r#"{"credHelpers":{"r.example":"none-such"}}"#);
        let error = of(&ambient, "r.example").await.expect_err("no helper");
        assert!(error.to_string().contains("docker-credential-none-such"), "{error}");
        assert!(of(&ambient, "docker.io").await.expect("read").is_none());
    }
}
