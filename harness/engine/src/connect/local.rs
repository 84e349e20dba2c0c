//! Which engine is "the local one": `DOCKER_HOST`, else the docker context, else the known sockets.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use envparity_config::{EngineSpec, Tls};

use super::ambient::{Ambient, read_context};
use crate::error::{EngineError, ErrorKind};

/// The engine that a docker client would use here.
pub(crate) fn find(ambient: &Ambient) -> Result<EngineSpec, EngineError> {
    if let Some(host) = ambient.var("DOCKER_HOST") {
        let certificates = ambient.var("DOCKER_TLS_VERIFY").and_then(|_| {
            ambient.var("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| ambient.docker_dir())
        });
        return parse_host(host, certificates).ok_or_else(|| {
            EngineError::new(ErrorKind::Unreachable, format!("`DOCKER_HOST` is `{host}`, which is no engine"))
                .hint("unix:///var/run/docker.sock, tcp://HOST:2376 or ssh://USER@HOST")
        });
    }
    match context_name(ambient)? {
        Some(name) => from_context(ambient, &name),
        None => known_socket(ambient),
    }
}

/// `DOCKER_HOST` as an engine; `None` for what no engine listens on.
pub(crate) fn parse_host(host: &str, certificates: Option<PathBuf>) -> Option<EngineSpec> {
    let (scheme, rest) = host.split_once("://")?;
    match scheme {
        "unix" => rest.starts_with('/').then(|| EngineSpec::Unix(rest.to_owned())),
        "tcp" | "http" | "https" => {
            let address = rest.split('/').next().filter(|a| !a.is_empty())?;
            let default = if certificates.is_some() || scheme == "https" { 2376 } else { 2375 };
            let address = if has_port(address) { address.to_owned() } else { format!("{address}:{default}") };
            let file = |dir: &PathBuf, name: &str| dir.join(name).to_string_lossy().into_owned();
            let tls = certificates.map(|dir| Tls {
                ca: file(&dir, "ca.pem"),
                cert: file(&dir, "cert.pem"),
                key: file(&dir, "key.pem"),
            });
            // Whoever sets DOCKER_HOST to a plain address has decided so for the docker client as well.
            Some(EngineSpec::Tcp { address, tls, allow_insecure: true })
        }
        "ssh" => {
            let (destination, path) = rest.split_once('/').unwrap_or((rest, ""));
            let socket = if path.is_empty() { "/var/run/docker.sock".into() } else { format!("/{path}") };
            (!destination.is_empty()).then(|| EngineSpec::Ssh {
                destination: destination.to_owned(),
                identity: None,
                known_hosts: None,
                config: None,
                socket,
            })
        }
        _ => None,
    }
}

fn has_port(address: &str) -> bool {
    let after_host = address.rsplit(']').next().unwrap_or(address);
    after_host.contains(':')
}

/// Why no local engine can be there, as far as files tell: nothing is connected to.
pub fn local_engine_missing() -> Option<String> {
    missing(&Ambient::of_process())
}

fn missing(ambient: &Ambient) -> Option<String> {
    let spec = match (ambient.var("DOCKER_HOST"), context_name(ambient)) {
        (Some(host), _) => parse_host(host, None)?,
        (None, Ok(Some(name))) => from_context(ambient, &name).ok()?,
        (None, Ok(None)) => {
            let none = !known_sockets(ambient).iter().any(|socket| socket.exists());
            return none.then(|| "no Docker engine has a socket on this machine".to_owned());
        }
        (None, Err(_)) => return None,
    };
    match spec {
        EngineSpec::Unix(path) if !Path::new(&path).exists() => Some(format!("there is no socket `{path}`")),
        _ => None,
    }
}

fn context_name(ambient: &Ambient) -> Result<Option<String>, EngineError> {
    let name = match ambient.var("DOCKER_CONTEXT") {
        Some(name) => Some(name.to_owned()),
        None => ambient.docker_config()?.current_context,
    };
    Ok(name.filter(|name| !name.is_empty() && name != "default"))
}

fn from_context(ambient: &Ambient, name: &str) -> Result<EngineSpec, EngineError> {
    let dir = ambient.docker_dir().unwrap_or_default();
    let endpoint = read_context(&dir, name)?;
    parse_host(&endpoint.host, endpoint.tls).ok_or_else(|| {
        EngineError::new(
            ErrorKind::Unreachable,
            format!("docker context `{name}` leads to `{}`, which is no engine", endpoint.host),
        )
    })
}

fn known_sockets(ambient: &Ambient) -> Vec<PathBuf> {
    let mut sockets = vec![PathBuf::from("/var/run/docker.sock")];
    if let Some(runtime) = ambient.var("XDG_RUNTIME_DIR").map(PathBuf::from) {
        sockets.extend([runtime.join("docker.sock"), runtime.join("podman/podman.sock")]);
    }
    if let Some(home) = &ambient.home {
        sockets.extend(
            [
                ".docker/run/docker.sock",
                ".docker/desktop/docker.sock",
                ".colima/default/docker.sock",
                ".orbstack/run/docker.sock",
                ".rd/docker.sock",
                ".local/share/containers/podman/machine/podman.sock",
            ]
            .map(|path| home.join(path)),
        );
    }
    sockets.push(PathBuf::from("/run/podman/podman.sock"));
    sockets
}

fn known_socket(ambient: &Ambient) -> Result<EngineSpec, EngineError> {
    let sockets = known_sockets(ambient);
    let mut forbidden = None;
    for socket in &sockets {
        match UnixStream::connect(socket) {
            Ok(_) => return Ok(EngineSpec::Unix(socket.to_string_lossy().into_owned())),
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => forbidden = Some(socket),
            Err(_) => {}
        }
    }
    Err(match forbidden {
        Some(socket) => EngineError::new(
            ErrorKind::Unreachable,
            format!("you may not use the Docker engine at `{}`", socket.display()),
        )
        .hint("sudo usermod -aG docker \"$USER\", then log in again"),
        None => EngineError::new(ErrorKind::Unreachable, "no Docker engine answers on this machine")
            .hint("start Docker (`ci/setup` can), or set DOCKER_HOST to an engine that runs"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::net::UnixListener;

    fn ambient(vars: &[(&str, &str)]) -> Ambient {
        Ambient { vars: vars.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(), home: None }
    }

    #[test]
    fn docker_host_decides() {
        assert_eq!(
            find(&ambient(&[("DOCKER_HOST", "unix:///x/y.sock")])),
            Ok(EngineSpec::Unix("/x/y.sock".into()))
        );
        let Ok(EngineSpec::Ssh { destination, socket, .. }) =
            find(&ambient(&[("DOCKER_HOST", "ssh://me@host:22")]))
        else {
            panic!("ssh expected")
        };
        assert_eq!((destination.as_str(), socket.as_str()), ("me@host:22", "/var/run/docker.sock"));
        let tls = find(&ambient(&[
            ("DOCKER_HOST", "tcp://host"),
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", "/certs"),
        ]));
        let Ok(EngineSpec::Tcp { address, tls: Some(tls), .. }) = tls else { panic!("tls expected") };
        assert_eq!((address.as_str(), tls.ca.as_str()), ("host:2376", "/certs/ca.pem"));
        for wrong in ["npipe:////./pipe/docker_engine", "localhost", "unix://relative", "ssh://"] {
            let error = find(&ambient(&[("DOCKER_HOST", wrong)])).expect_err(wrong);
            assert!(error.to_string().contains(wrong), "{error}");
        }
    }

    #[test]
    fn a_context_leads_to_its_engine() {
        let home = tempfile::tempdir().expect("a folder");
        let docker = home.path().join(".docker");
        let meta = docker.join("contexts/meta").join(hex_of("far")).join("meta.json");
        fs::create_dir_all(meta.parent().expect("a parent")).expect("created");
        fs::write(docker.join("config.json"), r#"{"currentContext":"far"}"#).expect("written");
        let mut ambient = ambient(&[]);
        ambient.home = Some(home.path().to_owned());
        let error = find(&ambient).expect_err("no such context yet");
        assert!(error.to_string().contains("`far` does not exist"), "{error}");
        fs::write(&meta, r#"{"Name":"far","Endpoints":{"docker":{"Host":"tcp://far:1"}}}"#).expect("written");
        assert!(matches!(find(&ambient), Ok(EngineSpec::Tcp { address, .. }) if address == "far:1"));
        fs::write(docker.join("config.json"), "{").expect("written");
        assert!(find(&ambient).expect_err("malformed").to_string().contains("config.json"));
    }

    #[test]
    fn a_socket_without_listener_is_passed_over() {
        let runtime = tempfile::tempdir().expect("a folder");
        let path = runtime.path().join("docker.sock");
        drop(UnixListener::bind(&path).expect("bound"));
        let alive = runtime.path().join("podman/podman.sock");
        fs::create_dir_all(alive.parent().expect("a parent")).expect("created");
        let _listener = UnixListener::bind(&alive).expect("bound");
        let ambient = ambient(&[("XDG_RUNTIME_DIR", &runtime.path().to_string_lossy())]);
        let found = find(&ambient).expect("one answers");
        // A machine with its own engine answers first on the first known socket.
        assert!(
            found == EngineSpec::Unix(alive.to_string_lossy().into())
                || found == EngineSpec::Unix("/var/run/docker.sock".into())
        );
    }

    fn hex_of(name: &str) -> String {
        use sha2::Digest;
        crate::hex(&sha2::Sha256::digest(name.as_bytes()))
    }

    #[test]
    fn an_engine_without_a_socket_is_missing() {
        let with = |host: &str| {
            let vars = [("DOCKER_HOST".to_owned(), host.to_owned())].into_iter().collect();
            missing(&Ambient { vars, home: None })
        };
        assert_eq!(
            with("unix:///nonexistent/docker.sock").unwrap(),
            "there is no socket `/nonexistent/docker.sock`"
        );
        // What is there may be a dead socket, and what is elsewhere is only known by asking.
        for unknown in ["unix:///", "tcp://127.0.0.1:1", "ssh://nowhere", "nonsense"] {
            assert_eq!(with(unknown), None, "{unknown}");
        }
    }
}
