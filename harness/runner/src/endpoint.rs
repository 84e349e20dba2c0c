//! Where requests of one environment go.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use envparity_model::Problem;
use envparity_suite::{ConnectTo, Connection, Resolve};
use reqwest::{Client, Url};

use crate::Settings;
use crate::client::build_client;

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
    /// Towards the service, as the environment says.
    client: Client,
    /// One for each other way in which suites want to be connected, and for other services.
    others: Arc<Mutex<HashMap<Way, Client>>>,
    settings: Settings,
}

/// A way to connect: whether it is the environment's own, and what the entry says.
type Way = (bool, Connection);

/// How one request gets where it belongs.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) client: Client,
    /// The URL to connect to.
    pub(crate) url: Url,
    /// The `Host` header, where it differs from that URL.
    pub(crate) host: Option<String>,
    /// The address that answers, where it does not say itself: whatever the port was published on, an environment
    /// with an engine is `localhost`.
    pub(crate) ip: Option<&'static str>,
}

impl Endpoint {
    /// Makes the connection pool; nothing is connected yet.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is unusable.
    pub fn new(spec: EndpointSpec, settings: &Settings) -> Result<Self, Problem> {
        let client = build_client(&spec.name, &spec.address, &environments_own(&spec), settings)?;
        let base = Url::parse(&spec.base).ok();
        let base = base.as_ref().and_then(authority_of).map(|(host, port)| (host.to_owned(), port));
        let others = spec.authorities.iter().filter_map(|authority| {
            let (host, port) = authority.rsplit_once(':')?;
            Some((host.to_owned(), port.parse().ok()?))
        });
        let own = base.into_iter().chain(others).collect();
        Ok(Self { spec, own, client, others: Arc::default(), settings: settings.clone() })
    }

    /// How a request to a URL gets there.
    ///
    /// # Errors
    /// When no client can be made of what the entry says.
    pub(crate) fn route(&self, url: &Url, wanted: &Connection, fresh: bool) -> Result<Route, Problem> {
        // The service's own address is where its engine has published it: no entry has another one.
        let own = self.is_own(url);
        let fixed = own && self.spec.address != Address::Url;
        let mut connection = if fixed { without_route(wanted) } else { for_url(wanted, url) };
        connection.insecure |= self.spec.insecure;
        let (to, host) = if fixed {
            self.published(url)
        } else {
            detour(url, &mut connection).unwrap_or_else(|| (url.clone(), None))
        };
        let client = self.client_for((own, connection), fresh)?;
        let ip = fixed.then_some("127.0.0.1");
        Ok(Route { client, url: to, host, ip })
    }

    fn client_for(&self, way: Way, fresh: bool) -> Result<Client, Problem> {
        if !fresh && way.0 && way.1 == environments_own(&self.spec) {
            return Ok(self.client.clone());
        }
        let known = || self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if !fresh && let Some(client) = known().get(&way) {
            return Ok(client.clone());
        }
        let address = if way.0 { &self.spec.address } else { &Address::Url };
        let client = build_client(&self.spec.name, address, &way.1, &self.settings)?;
        if !fresh {
            known().insert(way, client.clone());
        }
        Ok(client)
    }

    /// Whether a URL means this service.
    pub(crate) fn is_own(&self, url: &Url) -> bool {
        let Some((host, port)) = authority_of(url) else { return false };
        self.own.iter().any(|(own, its_port)| *its_port == port && own == host)
    }

    /// The published port, and the `Host` header.
    fn published(&self, url: &Url) -> (Url, Option<String>) {
        let Address::Tcp(address) = &self.spec.address else { return (url.clone(), None) };
        let mut to = url.clone();
        if to.set_ip_host(address.ip()).is_err() || to.set_port(Some(address.port())).is_err() {
            return (url.clone(), None);
        }
        (to, written_authority(url))
    }
}

/// What holds for an environment without a word from the suite.
fn environments_own(spec: &EndpointSpec) -> Connection {
    Connection { insecure: spec.insecure, ..Connection::default() }
}

/// What an entry says about anything but the route.
fn without_route(wanted: &Connection) -> Connection {
    Connection {
        resolve: Vec::new(),
        connect_to: Vec::new(),
        proxy: None,
        unix_socket: None,
        ip: None,
        ..wanted.clone()
    }
}

/// What an entry says, as far as it concerns a URL.
fn for_url(wanted: &Connection, url: &Url) -> Connection {
    let Some((host, port)) = authority_of(url) else { return wanted.clone() };
    let means = |entry: &&ConnectTo| {
        entry.from_host.as_ref().is_none_or(|from| from == host)
            && entry.from_port.is_none_or(|from| from == port)
    };
    let connect_to = wanted.connect_to.iter().find(means).cloned();
    let (to_host, to_port) = match &connect_to {
        Some(to) => (to.to_host.as_deref().unwrap_or(host), to.to_port.unwrap_or(port)),
        None => (host, port),
    };
    let resolves = |entry: &&Resolve| {
        entry.port == to_port && entry.host.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(to_host))
    };
    let resolve = wanted.resolve.iter().find(resolves);
    let resolve = resolve.map(|entry| Resolve { host: Some(to_host.to_owned()), ..entry.clone() });
    Connection {
        resolve: resolve.into_iter().collect(),
        connect_to: connect_to.into_iter().collect(),
        ..wanted.clone()
    }
}

/// The URL and the `Host` header of a request that goes to another authority than its own. Over TLS the name
/// stays, for the certificate is of that name; the connector is told the place.
fn detour(url: &Url, connection: &mut Connection) -> Option<(Url, Option<String>)> {
    let entry = connection.connect_to.pop()?;
    let mut to = url.clone();
    if url.scheme() == "https" {
        to.set_port(None).ok()?;
        connection.connect_to.push(ConnectTo {
            from_host: Some(url.host_str()?.to_owned()),
            from_port: None,
            to_host: Some(entry.to_host.unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned())),
            to_port: entry.to_port.or(url.port_or_known_default()),
        });
    } else {
        if let Some(host) = &entry.to_host {
            to.set_host(Some(&bracketed(host))).ok()?;
        }
        if entry.to_port.is_some() {
            to.set_port(entry.to_port).ok()?;
        }
    }
    Some((to, written_authority(url)))
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// Host and port as the `Host` header has them.
pub(crate) fn written_authority(url: &Url) -> Option<String> {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => Some(format!("{host}:{port}")),
        (Some(host), None) => Some(host.to_owned()),
        (None, _) => None,
    }
}

/// Host and port of a URL; the port, where it is left out, by the scheme.
pub(crate) fn authority_of(url: &Url) -> Option<(&str, u16)> {
    Some((url.host_str()?, url.port_or_known_default()?))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn endpoint(address: Address) -> Endpoint {
        let settings = Settings {
            timeout: Duration::from_secs(1),
            body_cap: 1000,
            use_proxy: false,
            seed: String::new(),
            started_ms: 0,
            started: Instant::now(),
        };
        let spec = EndpointSpec {
            name: "local".to_owned(),
            address,
            base: "http://localhost:4567".to_owned(),
            authorities: Vec::new(),
            writes: true,
            insecure: false,
        };
        Endpoint::new(spec, &settings).unwrap()
    }

    fn connect_to(from: &str, to: (&str, u16)) -> Connection {
        let entry = ConnectTo {
            from_host: Some(from.to_owned()),
            from_port: None,
            to_host: Some(to.0.to_owned()),
            to_port: Some(to.1),
        };
        Connection { connect_to: vec![entry], ..Connection::default() }
    }

    /// The URL that a request goes to, its `Host`, and the address that it knows.
    fn way(
        endpoint: &Endpoint,
        url: &str,
        wanted: &Connection,
    ) -> (String, Option<String>, Option<&'static str>) {
        let route = endpoint.route(&Url::parse(url).unwrap(), wanted, false).unwrap();
        (route.url.to_string(), route.host, route.ip)
    }

    #[test]
    fn an_engines_own_address_is_where_it_was_published() {
        let endpoint = endpoint(Address::Tcp("127.0.0.9:32770".parse().unwrap()));
        let published =
            ("http://127.0.0.9:32770/x".to_owned(), Some("localhost:4567".to_owned()), Some("127.0.0.1"));
        let elsewhere =
            Connection { proxy: Some("localhost:9".to_owned()), ..connect_to("localhost", ("a.example", 9)) };
        for wanted in [Connection::default(), elsewhere] {
            assert_eq!(way(&endpoint, "http://localhost:4567/x", &wanted), published);
        }
        // It says nothing about other hosts, and for them an entry's words count.
        let other =
            way(&endpoint, "http://other.example/x", &connect_to("other.example", ("127.0.0.1", 8080)));
        assert_eq!(other, ("http://127.0.0.1:8080/x".to_owned(), Some("other.example".to_owned()), None));
    }

    #[test]
    fn an_address_by_url_is_as_the_entry_says() {
        let endpoint = endpoint(Address::Url);
        let plain = way(&endpoint, "http://localhost:4567/x", &connect_to("localhost", ("::1", 80)));
        assert_eq!(plain, ("http://[::1]/x".to_owned(), Some("localhost:4567".to_owned()), None));
        // Over TLS the name must stay that of the certificate.
        let secure =
            way(&endpoint, "https://named.example:8443/x", &connect_to("named.example", ("127.0.0.1", 9)));
        assert_eq!(
            secure,
            ("https://named.example/x".to_owned(), Some("named.example:8443".to_owned()), None)
        );
        let unconcerned = way(&endpoint, "http://c.example/", &connect_to("a.example", ("127.0.0.1", 9)));
        assert_eq!(unconcerned, ("http://c.example/".to_owned(), None, None));
    }

    #[test]
    fn an_address_is_for_its_name_and_port() {
        let entry = |host: Option<&str>, port| Resolve {
            host: host.map(str::to_owned),
            port,
            addresses: vec!["127.0.0.1".parse().unwrap()],
        };
        let wanted = Connection {
            resolve: vec![entry(Some("a.example"), 80), entry(None, 81)],
            ..Connection::default()
        };
        let resolved = |url: &str| {
            let connection = for_url(&wanted, &Url::parse(url).unwrap());
            connection.resolve.into_iter().map(|entry| entry.host.unwrap_or_default()).collect::<Vec<_>>()
        };
        assert_eq!(resolved("http://a.example/"), ["a.example"]);
        assert_eq!(resolved("http://b.example:81/"), ["b.example"]);
        assert!(resolved("http://a.example:8080/").is_empty());
    }

    #[test]
    fn files_that_are_none_say_which() {
        let endpoint = endpoint(Address::Url);
        let url = Url::parse("https://localhost/").unwrap();
        let wanted = Connection { identity: Some(b"no PEM".to_vec()), ..Connection::default() };
        let problem = endpoint.route(&url, &wanted, false).unwrap_err();
        assert!(problem.to_string().contains("`cert` and `key` cannot be read"), "{problem}");
    }
}
