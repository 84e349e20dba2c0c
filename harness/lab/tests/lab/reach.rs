//! How a lab is reached: over ssh, and over TCP with mutual TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use envparity_lab::Lab;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::{Outcome, engine, options, quiet, runtime};

pub(crate) fn answers_over_ssh_and_goes_with_its_volume() -> Outcome {
    let state = tempfile::tempdir()?;
    runtime().block_on(async {
        let lab = Lab::start(options("answers", state.path()), &quiet).await?;
        let version = over_ssh(&lab, "docker version --format '{{.Server.Version}} {{.Server.Os}}'");
        assert!(version.status.success(), "{version:?}");
        assert!(String::from_utf8_lossy(&version.stdout).trim().ends_with(" linux"), "{version:?}");
        let user = over_ssh(&lab, "id -un");
        assert_eq!(String::from_utf8_lossy(&user.stdout).trim(), "ec2-user");
        for path in [lab.identity(), lab.known_hosts()] {
            assert_eq!(mode(path)?, 0o600, "{}", path.display());
        }
        assert_eq!(mode(state.path())?, 0o700);
        let traces = engine::traces(&lab.state().container).await;
        assert!(traces.exist().await);
        lab.stop().await?;
        assert!(!traces.exist().await, "container or volume are still there");
        assert!(envparity_lab::list(state.path()).await?.is_empty());
        Ok(())
    })
}

pub(crate) fn serves_only_those_with_its_certificate() -> Outcome {
    let state = tempfile::tempdir()?;
    runtime().block_on(async {
        let lab = Lab::start(options("tls", state.path()), &quiet).await?;
        let (address, authority, certificate, key) = lab.tls().expect("a port");
        let answer = ping(&address, &authority, Some((&certificate, &key)))?;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(ping(&address, &authority, None).is_err(), "served without a certificate");
        Ok(lab.stop().await?)
    })
}

pub(crate) fn two_labs_are_two_engines() -> Outcome {
    let state = tempfile::tempdir()?;
    runtime().block_on(async {
        let (one, other) = tokio::join!(
            Lab::start(options("one", state.path()), &quiet),
            Lab::start(options("other", state.path()), &quiet)
        );
        let (one, other) = (one?, other?);
        let id = |lab: &Lab| {
            String::from_utf8_lossy(&over_ssh(lab, "docker info --format '{{.ID}}'").stdout).into_owned()
        };
        let (first, second) = (id(&one), id(&other));
        assert!(!first.trim().is_empty());
        assert_ne!(first, second);
        let driver = over_ssh(&one, "docker info --format '{{.Driver}}'");
        assert_ne!(String::from_utf8_lossy(&driver.stdout).trim(), "vfs", "layers are copied whole");
        one.stop().await?;
        Ok(other.stop().await?)
    })
}

fn over_ssh(lab: &Lab, command: &str) -> Output {
    let destination = lab.destination();
    let (host, port) = destination.rsplit_once(':').expect("a port");
    Command::new("ssh")
        .args([
            "-F",
            "/dev/null",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=yes",
            "-o",
            "IdentitiesOnly=yes",
        ])
        .arg("-o")
        .arg(format!("UserKnownHostsFile={}", lab.known_hosts().display()))
        .arg("-i")
        .arg(lab.identity())
        .args(["-p", port, host, command])
        .output()
        .expect("an ssh client")
}

fn mode(path: &Path) -> std::io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o777)
}

/// `GET /_ping` over TLS: the head of the answer.
fn ping(
    address: &str,
    authority: &Path,
    own: Option<(&Path, &Path)>,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority)?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let config = match own {
        Some((certificate, key)) => builder.with_client_auth_cert(
            vec![CertificateDer::from_pem_file(certificate)?],
            PrivateKeyDer::from_pem_file(key)?,
        )?,
        None => builder.with_no_client_auth(),
    };
    let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("127.0.0.1")?)?;
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    stream.write_all(b"GET /_ping HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
