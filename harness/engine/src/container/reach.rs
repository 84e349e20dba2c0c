//! How this machine reaches a container's port.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use bollard::models::ContainerInspectResponse;

use super::Address;
use super::service::Parts;
use crate::connect::tcp;
use crate::engine::{Engine, Route};
use crate::error::{EngineError, ErrorKind};

impl Engine {
    /// The address of a container that was just started; `None` if it exited before it could be asked, which
    /// the wait that follows reports.
    pub(super) async fn reach_started(
        &self,
        inspected: &ContainerInspectResponse,
        port: u16,
        parts: &mut Parts,
    ) -> Result<Option<Address>, EngineError> {
        let running = inspected.state.as_ref().and_then(|state| state.running).unwrap_or_default();
        if !running {
            return Ok(None);
        }
        self.reach(inspected, port, parts).await.map(Some)
    }

    /// How this machine reaches the container's port.
    pub(super) async fn reach(
        &self,
        inspected: &ContainerInspectResponse,
        port: u16,
        parts: &mut Parts,
    ) -> Result<Address, EngineError> {
        let seen = seen_by_host(inspected, port).ok_or_else(|| {
            EngineError::new(ErrorKind::Port, format!("port {port} of the container is not published"))
        })?;
        match &self.inner.route {
            // From inside a container the host's ports are out of reach; its neighbours are not.
            Route::Local if is_inside_container() => {
                Ok(Address::Tcp(own_address(inspected, port).unwrap_or(seen.address)))
            }
            Route::Local if seen.published || cfg!(target_os = "linux") => Ok(Address::Tcp(seen.address)),
            Route::Local => Err(unpublished(port, "this machine")),
            Route::Ssh(route) => {
                let host = seen.address.ip().to_string();
                let socket = route.forward_port(&host, seen.address.port()).await?;
                parts.forwards.push((socket.clone(), seen.address));
                Ok(Address::Unix(socket))
            }
            Route::Tcp { host } if seen.published => {
                let port = seen.address.port();
                let mut found = tokio::net::lookup_host((host.as_str(), port))
                    .await
                    .map_err(|e| EngineError::io(format_args!("could not resolve `{host}`"), &e))?;
                found.next().map(Address::Tcp).ok_or_else(|| {
                    EngineError::new(ErrorKind::Unreachable, format!("`{host}` has no address"))
                })
            }
            Route::Tcp { host } => Err(unpublished(port, host)),
        }
    }

    pub(super) fn publish_on(&self) -> String {
        match &self.inner.route {
            Route::Tcp { host } if !tcp::is_loopback(host) => "0.0.0.0".to_owned(),
            _ => "127.0.0.1".to_owned(),
        }
    }
}

/// A container's port as its host sees it.
struct Seen {
    address: SocketAddr,
    published: bool,
}

/// The published port, else the container's own address, which its host reaches as well.
fn seen_by_host(inspected: &ContainerInspectResponse, port: u16) -> Option<Seen> {
    let settings = inspected.network_settings.as_ref()?;
    let bindings = settings.ports.as_ref().and_then(|ports| ports.get(&format!("{port}/tcp")));
    for binding in bindings.into_iter().flatten().flatten() {
        let Some(host_port) = binding.host_port.as_deref().and_then(|p| p.parse().ok()) else { continue };
        let ip = binding.host_ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok());
        let ip = ip.filter(|ip| !ip.is_unspecified()).unwrap_or(IpAddr::from([127, 0, 0, 1]));
        return Some(Seen { address: SocketAddr::new(ip, host_port), published: true });
    }
    if settings.networks.as_ref().is_some_and(|networks| networks.contains_key("host")) {
        return Some(Seen { address: SocketAddr::from(([127, 0, 0, 1], port)), published: true });
    }
    own_address(inspected, port).map(|address| Seen { address, published: false })
}

/// The container's own address in its first network.
fn own_address(inspected: &ContainerInspectResponse, port: u16) -> Option<SocketAddr> {
    let networks = inspected.network_settings.as_ref()?.networks.as_ref()?;
    let ip = networks.values().find_map(|network| network.ip_address.as_ref()?.parse::<IpAddr>().ok())?;
    Some(SocketAddr::new(ip, port))
}

/// Whether this process runs in a container that was lent the engine's socket.
fn is_inside_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"].iter().any(|mark| Path::new(mark).exists())
}

fn unpublished(port: u16, host: &str) -> EngineError {
    EngineError::new(ErrorKind::Port, format!("port {port} of the container is not published on {host}"))
        .hint("publish it, or reach that engine by ssh://")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use bollard::models::{EndpointSettings, NetworkSettings, PortBinding};

    fn inspected(host: Option<(&str, &str)>, own: &str) -> ContainerInspectResponse {
        let binding =
            |(ip, port): (&str, &str)| PortBinding { host_ip: Some(ip.into()), host_port: Some(port.into()) };
        ContainerInspectResponse {
            network_settings: Some(NetworkSettings {
                ports: Some(HashMap::from([("80/tcp".into(), host.map(|host| vec![binding(host)]))])),
                networks: Some(HashMap::from([(
                    "bridge".into(),
                    EndpointSettings { ip_address: Some(own.into()), ..EndpointSettings::default() },
                )])),
                ..NetworkSettings::default()
            }),
            ..ContainerInspectResponse::default()
        }
    }

    #[test]
    fn a_port_is_found_where_its_host_sees_it() {
        let at = |container: &ContainerInspectResponse| {
            seen_by_host(container, 80).map(|seen| (seen.address.to_string(), seen.published))
        };
        assert_eq!(at(&inspected(Some(("127.0.0.1", "32768")), "")), Some(("127.0.0.1:32768".into(), true)));
        assert_eq!(at(&inspected(Some(("0.0.0.0", "1")), "")), Some(("127.0.0.1:1".into(), true)));
        assert_eq!(at(&inspected(Some(("::", "1")), "")), Some(("127.0.0.1:1".into(), true)));
        assert_eq!(at(&inspected(None, "172.17.0.2")), Some(("172.17.0.2:80".into(), false)));
        assert_eq!(at(&inspected(None, "")), None);
        assert_eq!(at(&inspected(Some(("127.0.0.1", "no port")), "")), None);
    }
}
