//! `tcp://`: mutual TLS, or plain where that is agreed.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use envparity_config::Tls;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use super::transport::Endpoint;
use crate::error::{EngineError, ErrorKind};

/// The endpoint of `address` (`host:port`).
pub(crate) fn endpoint(
    address: &str,
    tls: Option<&Tls>,
    allow_insecure: bool,
) -> Result<Endpoint, EngineError> {
    let (host, port) = split(address).ok_or_else(|| {
        EngineError::new(ErrorKind::Unreachable, format!("`tcp://{address}` is not HOST:PORT"))
    })?;
    match tls {
        Some(tls) => {
            let name = ServerName::try_from(host.clone()).map_err(|_| {
                EngineError::new(
                    ErrorKind::Tls,
                    format!("`{host}` is not a name that a certificate can carry"),
                )
            })?;
            Ok(Endpoint::Tls { host, port, name, config: Arc::new(client_config(tls)?) })
        }
        None if is_loopback(&host) || allow_insecure => Ok(Endpoint::Tcp { host, port }),
        None => Err(EngineError::new(
            ErrorKind::Tls,
            format!("`tcp://{address}` is plain: anyone on the way could take over that host"),
        )
        .hint("add `tls = { ca, cert, key }`, use ssh://, or accept it with `allow-insecure = true`")),
    }
}

/// `host:port`, IPv6 hosts in brackets.
pub(crate) fn split(address: &str) -> Option<(String, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    (!host.is_empty()).then_some(())?;
    Some((host.to_owned(), port.parse().ok()?))
}

/// Whether the host is this machine by its address alone.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Trusts the given authority and nobody else.
fn client_config(tls: &Tls) -> Result<ClientConfig, EngineError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&tls.ca)? {
        roots.add(certificate).map_err(|e| unusable(&tls.ca, &e))?;
    }
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|e| unusable(&tls.key, &e))?;
    // The provider is named: with two of them in one program rustls picks none.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| unusable(&tls.ca, &e))?
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates(&tls.cert)?, key)
        .map_err(|e| unusable(&tls.cert, &e))
}

fn certificates(file: &str) -> Result<Vec<CertificateDer<'static>>, EngineError> {
    let found: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(Path::new(file)).map_err(|e| unusable(file, &e))?.collect();
    let found = found.map_err(|e| unusable(file, &e))?;
    if found.is_empty() {
        return Err(unusable(file, &"it holds no certificate"));
    }
    Ok(found)
}

fn unusable(file: &str, error: &dyn std::fmt::Display) -> EngineError {
    EngineError::new(ErrorKind::Tls, format!("could not use `{file}`: {error}"))
        .hint("`tls` wants PEM files: ca, cert and key of the client")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_needs_loopback_or_consent() {
        assert!(matches!(endpoint("127.0.0.1:2375", None, false), Ok(Endpoint::Tcp { .. })));
        assert!(matches!(endpoint("[::1]:2375", None, false), Ok(Endpoint::Tcp { port: 2375, .. })));
        assert!(matches!(endpoint("qa.example:2375", None, true), Ok(Endpoint::Tcp { .. })));
        let Err(error) = endpoint("qa.example:2375", None, false) else { panic!("refused") };
        assert_eq!(error.kind, ErrorKind::Tls);
        for wrong in ["qa.example", ":2375", "qa:port", ""] {
            assert!(endpoint(wrong, None, true).is_err(), "{wrong}");
        }
    }

    #[test]
    fn files_that_are_not_there_are_named() {
        let file = |name: &str| format!("/nowhere/{name}.pem");
        let tls = Tls { ca: file("ca"), cert: file("cert"), key: file("key") };
        let Err(error) = endpoint("qa.example:2376", Some(&tls), false) else { panic!("refused") };
        assert!(error.to_string().contains("/nowhere/ca.pem"), "{error}");
    }
}
