//! Where requests of one environment go.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use envparity_model::Problem;
use reqwest::{Client, Url, redirect};

use crate::Settings;

/// Where a service is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A socket address: a published port.
    Tcp(SocketAddr),
    /// A local unix socket that is forwarded to a remote port.
    Unix(PathBuf),
    /// Whatever the URL says.
    Url,
}

/// One environment, seen as something that answers requests.
#[derive(Debug, Clone)]
pub struct EndpointSpec {
    /// The environment's name.
    pub name: String,
    /// Where the service is reached.
    pub address: Address,
    /// The value of `{{base}}`: `http://localhost:4567`, without a trailing `/`.
    pub base: String,
    /// Authorities besides that of `base` that mean this service (a suite's fixed address).
    pub authorities: Vec<String>,
    /// Methods that change data are sent.
    pub writes: bool,
    /// Any certificate is accepted.
    pub insecure: bool,
}

/// An endpoint with its connections.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// As specified.
    pub spec: EndpointSpec,
    /// Host and port that mean this service: those of `base`, then those of `authorities`.
    own: Vec<(String, u16)>,
    /// Towards the service.
    client: Client,
    /// A fresh one, for the repeat after a transport failure.
    settings: Settings,
}

impl Endpoint {
    /// Makes the connection pool; nothing is connected yet.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is unusable.
    pub fn new(spec: EndpointSpec, settings: &Settings) -> Result<Self, Problem> {
        let client = build_client(&spec, settings)?;
        let base = Url::parse(&spec.base).ok();
        let base = base.as_ref().and_then(authority_of).map(|(host, port)| (host.to_owned(), port));
        let others = spec.authorities.iter().filter_map(|authority| {
            let (host, port) = authority.rsplit_once(':')?;
            Some((host.to_owned(), port.parse().ok()?))
        });
        let own = base.into_iter().chain(others).collect();
        Ok(Self { spec, own, client, settings: settings.clone() })
    }

    /// The client for a URL: the service's own pool for its authorities, else a plain one.
    ///
    /// # Errors
    /// When no client can be made.
    pub(crate) fn client_for(&self, url: &Url, fresh: bool, insecure: bool) -> Result<Client, Problem> {
        let own = self.is_own(url);
        if own && !fresh && insecure == self.spec.insecure {
            return Ok(self.client.clone());
        }
        let mut spec = self.spec.clone();
        spec.insecure = insecure;
        if !own {
            spec.address = Address::Url;
        }
        build_client(&spec, &self.settings)
    }

    /// Whether a URL means this service.
    pub(crate) fn is_own(&self, url: &Url) -> bool {
        let Some((host, port)) = authority_of(url) else { return false };
        self.own.iter().any(|(own, its_port)| *its_port == port && own == host)
    }

    /// The URL to connect to, and the `Host` header where it differs from that URL.
    pub(crate) fn route(&self, url: &Url) -> (Url, Option<String>) {
        let Address::Tcp(address) = &self.spec.address else { return (url.clone(), None) };
        let mut to = url.clone();
        if !self.is_own(url)
            || to.set_ip_host(address.ip()).is_err()
            || to.set_port(Some(address.port())).is_err()
        {
            return (url.clone(), None);
        }
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => Some(format!("{host}:{port}")),
            (Some(host), None) => Some(host.to_owned()),
            (None, _) => None,
        };
        (to, host)
    }
}

/// Host and port of a URL; the port, where it is left out, by the scheme.
pub(crate) fn authority_of(url: &Url) -> Option<(&str, u16)> {
    Some((url.host_str()?, url.port_or_known_default()?))
}

fn build_client(spec: &EndpointSpec, settings: &Settings) -> Result<Client, Problem> {
    // Redirects, cookies and content decoding are the runner's own: each hop is recorded, each cap enforced.
    // The first installation wins; later ones are told so, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .pool_max_idle_per_host(16)
        .tcp_nodelay(true)
        .tls_danger_accept_invalid_certs(spec.insecure);
    if !settings.use_proxy {
        builder = builder.no_proxy();
    }
    if let Address::Unix(path) = &spec.address {
        builder = builder.unix_socket(path.clone());
    }
    builder
        .build()
        .map_err(|error| Problem::new(format!("no HTTP client for environment `{}`: {error}", spec.name)))
}
