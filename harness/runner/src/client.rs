//! HTTP clients, each for one way to connect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use envparity_model::Problem;
use envparity_suite::{Connection, HttpVersion, IpVersion};
use reqwest::{Certificate, Client, ClientBuilder, Identity, Proxy, redirect};

use crate::Settings;
use crate::endpoint::Address;
use crate::failure::innermost;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Makes a client for an address; nothing is connected yet.
///
/// # Errors
/// When the TLS set-up of this machine is unusable, or what the entry says about it.
pub(crate) fn build_client(
    environment: &str,
    address: &Address,
    connection: &Connection,
    settings: &Settings,
) -> Result<Client, Problem> {
    // Redirects, cookies and content decoding are the runner's own: each hop is recorded, each cap enforced.
    // The first installation wins; later ones are told so, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(connection.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
        .pool_max_idle_per_host(16)
        .tcp_nodelay(true)
        .tls_info(true)
        .tls_danger_accept_invalid_certs(connection.insecure);
    if !settings.use_proxy {
        builder = builder.no_proxy();
    }
    let socket = match address {
        Address::Unix(path) => Some(path.clone()),
        Address::Tcp(_) | Address::Url => connection.unix_socket.as_ref().map(Into::into),
    };
    if let Some(path) = socket {
        builder = builder.unix_socket(path);
    }
    let builder = transport(tls(builder, connection)?, connection)?;
    builder.build().map_err(|error| {
        let reason = innermost(&error);
        Problem::new(format!("no HTTP client for environment `{environment}`: {reason}"))
    })
}

fn tls(mut builder: ClientBuilder, connection: &Connection) -> Result<ClientBuilder, Problem> {
    if let Some(pem) = &connection.authorities {
        let authorities = Certificate::from_pem_bundle(pem)
            .map_err(|error| Problem::new(format!("the file of `cacert` cannot be read: {error}")))?;
        builder = builder.tls_certs_only(authorities);
    }
    if let Some(pem) = &connection.identity {
        let identity = Identity::from_pem(pem).map_err(|error| {
            Problem::new(format!("the files of `cert` and `key` cannot be read: {error}"))
                .hint("both are PEM; a key with a password is not supported")
        })?;
        builder = builder.identity(identity);
    }
    Ok(builder)
}

fn transport(mut builder: ClientBuilder, connection: &Connection) -> Result<ClientBuilder, Problem> {
    if connection.version != HttpVersion::Any {
        builder = builder.http1_only();
    }
    match connection.ip {
        Some(IpVersion::V4) => builder = builder.local_address(IpAddr::from(Ipv4Addr::UNSPECIFIED)),
        Some(IpVersion::V6) => builder = builder.local_address(IpAddr::from(Ipv6Addr::UNSPECIFIED)),
        None => {}
    }
    if let Some(url) = &connection.proxy {
        let url = if url.contains("://") { url.clone() } else { format!("http://{url}") };
        let proxy = Proxy::all(&url)
            .map_err(|error| Problem::new(format!("`{url}` is no address of a proxy: {error}")))?;
        builder = builder.proxy(proxy);
    }
    for entry in &connection.resolve {
        let addresses: Vec<SocketAddr> = entry.addresses.iter().map(|ip| SocketAddr::new(*ip, 0)).collect();
        builder = builder.resolve_to_addrs(entry.host.as_deref().unwrap_or_default(), &addresses);
    }
    for entry in &connection.connect_to {
        let (host, port) = (entry.to_host.as_deref().unwrap_or_default(), entry.to_port.unwrap_or_default());
        let resolved = connection.resolve.iter().find(|entry| entry.host.as_deref() == Some(host));
        let addresses: Vec<SocketAddr> = match resolved {
            Some(entry) => entry.addresses.iter().map(|ip| SocketAddr::new(*ip, port)).collect(),
            None => (host, port)
                .to_socket_addrs()
                .map_err(|error| Problem::new(format!("`{host}` of `connect-to` has no address: {error}")))?
                .collect(),
        };
        builder = builder.resolve_to_addrs(entry.from_host.as_deref().unwrap_or_default(), &addresses);
    }
    Ok(builder)
}
