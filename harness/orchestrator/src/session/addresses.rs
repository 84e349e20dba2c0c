//! Environments that are addresses must be different ones.

use std::net::SocketAddr;
use std::time::Duration;

use envparity_config::Target;
use envparity_model::Problem;
use futures_util::future::join_all;

use super::Site;

/// Longest wait for a name to be resolved. One that is not says so when the first request fails.
const RESOLUTION: Duration = Duration::from_secs(5);

/// Refuses two `url` environments of which a name leads to one address and port: they would always agree.
pub(crate) async fn prove_addresses(sites: &[Site<'_>]) -> Result<(), Problem> {
    let resolved = join_all(sites.iter().map(|site| async move {
        match &site.spec.target {
            Target::Url { base, .. } => resolve(base).await,
            Target::Engine(_) | Target::Attach { .. } => Vec::new(),
        }
    }))
    .await;
    for (index, (site, addresses)) in sites.iter().zip(&resolved).enumerate() {
        for (other, others) in sites.iter().zip(&resolved).take(index) {
            if let Some(address) = addresses.iter().find(|address| others.contains(address)) {
                let (one, two) = (other.name(), site.name());
                return Err(Problem::new(format!("`{one}` and `{two}` are one address: {address}")).hint(
                    "compared with itself it always agrees; if that is meant, set `allow-same-engine = true` in `[compare]`",
                ));
            }
        }
    }
    Ok(())
}

async fn resolve(base: &str) -> Vec<SocketAddr> {
    match tokio::time::timeout(RESOLUTION, tokio::net::lookup_host(authority(base))).await {
        Ok(Ok(found)) => found.collect(),
        _ => Vec::new(),
    }
}

/// `HOST:PORT` of an address, with the port of its scheme where it names none.
fn authority(base: &str) -> String {
    let (scheme, rest) = base.split_once("://").unwrap_or(("http", base));
    let host = rest.split('/').next().unwrap_or(rest);
    let port = if scheme == "https" { 443 } else { 80 };
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port { host.to_owned() } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_always_has_a_port() {
        for (base, expected) in [
            ("http://a.example", "a.example:80"),
            ("https://a.example/v1", "a.example:443"),
            ("https://a.example:8443/v1", "a.example:8443"),
            ("http://[::1]", "[::1]:80"),
            ("http://[::1]:8080/x", "[::1]:8080"),
        ] {
            assert_eq!(authority(base), expected);
        }
    }

    #[tokio::test]
    async fn names_of_this_machine_are_one_address() {
        let (name, number) = (resolve("http://localhost:8080").await, resolve("http://127.0.0.1:8080").await);
        assert!(name.iter().any(|address| number.contains(address)), "{name:?} {number:?}");
        assert!(resolve("http://name.invalid").await.is_empty());
    }
}
