//! What an entry's options say about the connection that it is sent over.

use std::net::IpAddr;
use std::num::ParseIntError;
use std::time::Duration;

/// How an entry wants to be connected; the default leaves everything to the environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Connection {
    /// Accept any TLS certificate.
    pub insecure: bool,
    /// The only authorities whose certificates are accepted, in PEM (`cacert`).
    pub authorities: Option<Vec<u8>>,
    /// The client's certificate and its key, one after the other, in PEM (`cert`, `key`).
    pub identity: Option<Vec<u8>>,
    /// Names with their addresses (`resolve`).
    pub resolve: Vec<Resolve>,
    /// Authorities that are reached at others (`connect-to`).
    pub connect_to: Vec<ConnectTo>,
    /// `[scheme://]host[:port]` of a proxy.
    pub proxy: Option<String>,
    /// The path of a unix socket.
    pub unix_socket: Option<String>,
    /// The version of HTTP.
    pub version: HttpVersion,
    /// The version of IP.
    pub ip: Option<IpVersion>,
    /// The longest that connecting may take.
    pub connect_timeout: Option<Duration>,
}

/// Which version of HTTP is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HttpVersion {
    /// HTTP/2 where TLS negotiates it, else HTTP/1.1.
    #[default]
    Any,
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
}

/// Which version of IP is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// A name, the port it is meant for, and its addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resolve {
    /// `None` for any name.
    pub host: Option<String>,
    /// The port.
    pub port: u16,
    /// Where it is, at least one.
    pub addresses: Vec<IpAddr>,
}

/// An authority, and the one that it is reached at. `None` means any, and the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConnectTo {
    /// The host of the URL.
    pub from_host: Option<String>,
    /// Its port.
    pub from_port: Option<u16>,
    /// The host to connect to.
    pub to_host: Option<String>,
    /// The port to connect to.
    pub to_port: Option<u16>,
}

impl Resolve {
    /// Reads `HOST:PORT:ADDRESS[,ADDRESS]…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('+').unwrap_or(text);
        let (host, rest) = host(text)?;
        let (port, addresses) = rest.split_once(':')?;
        let address = |text: &str| text.trim_matches(['[', ']']).parse().ok();
        let addresses: Option<Vec<IpAddr>> = addresses.split(',').map(address).collect();
        Some(Self { host: host.filter(|host| host != "*"), port: port.parse().ok()?, addresses: addresses? })
    }
}

impl ConnectTo {
    /// Reads `HOST:PORT:HOST:PORT`, each of them possibly empty.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (from_host, rest) = host(text)?;
        let (from_port, rest) = rest.split_once(':')?;
        let (to_host, to_port) = host(rest)?;
        Some(Self { from_host, from_port: port(from_port).ok()?, to_host, to_port: port(to_port).ok()? })
    }
}

/// The host before a `:`, which may stand in brackets, and what follows.
fn host(text: &str) -> Option<(Option<String>, &str)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(inner) => inner.split_once("]:")?,
        None => text.split_once(':')?,
    };
    Some(((!host.is_empty()).then(|| host.to_ascii_lowercase()), rest))
}

/// A port, or nothing.
fn port(text: &str) -> Result<Option<u16>, ParseIntError> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}
