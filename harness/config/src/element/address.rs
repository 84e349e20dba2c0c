//! Hosts, ports, addresses and URLs.

use std::net::IpAddr;

use envparity_model::Problem;

use super::{Element, ensure};

/// `http://` or `https://`, a host, perhaps a port and a path.
pub(crate) static URL: Element = Element {
    what: "a URL, as \"https://legacy.example\"",
    check: |text| parse_url(text).map(drop),
    pattern: Some(r"^https?://[^\s@?#]+$"),
};

/// `host[:port]`, as a Host header has it.
pub(crate) static AUTHORITY: Element = Element {
    what: "a host with an optional port, as \"localhost:4567\"",
    check: |text| HostPort::parse(text).map(drop),
    pattern: Some(r"^[^\s/@?#]+$"),
};

/// `name:address`.
pub(crate) static EXTRA_HOST: Element = Element {
    what: "a host and its address, as \"db:10.0.0.5\"",
    check: |text| {
        let known = text.split_once(':').is_some_and(|(name, address)| {
            is_host_name(name) && (address == "host-gateway" || address.parse::<IpAddr>().is_ok())
        });
        ensure(known, || {
            Problem::new(format!("`{text}` is not a host and its address"))
                .hint("as `db:10.0.0.5` or `db:host-gateway`")
        })
    },
    pattern: Some("^[^:]+:.+$"),
};

/// A path of a URL, with an optional query.
pub(crate) static PATH: Element = Element {
    what: "a path, as \"/health\"",
    check: |text| {
        if text.starts_with('/') && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#')
        {
            return Ok(());
        }
        Err(Problem::new(format!("`{text}` is not a path")).hint("as `/health`, after the port"))
    },
    pattern: Some(r"^/[^\s#]*$"),
};

/// A host and an optional port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPort {
    /// Lower-case; an IPv6 address without brackets.
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

impl HostPort {
    /// Reads `host`, `host:port`, `[::1]`, `[::1]:port`.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        refuse_password(text)?;
        let bad = || {
            Problem::new(format!("`{text}` is not a host with an optional port")).hint("as `localhost:4567`")
        };
        if text.contains('/') {
            return Err(bad());
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, tail) = rest.split_once(']').ok_or_else(bad)?;
                host.parse::<std::net::Ipv6Addr>().map_err(|_| bad())?;
                let port = if tail.is_empty() { None } else { Some(tail.strip_prefix(':').ok_or_else(bad)?) };
                (host, port)
            }
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        if !text.starts_with('[') && !is_host_name(host) {
            return Err(bad());
        }
        let port = match port {
            None => None,
            Some(port) => Some(parse_port(port).ok_or_else(|| {
                Problem::new(format!("`{port}` in `{text}` is not a port")).hint("a number from 1 to 65535")
            })?),
        };
        Ok(Self { host: host.to_ascii_lowercase(), port })
    }

    /// Whether the host is this machine by its name.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

/// Letters, digits, `-`, `_` and `.`; never a `-` first, which a program would take for an option.
fn is_host_name(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    plain && (1..=253).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Reads a URL: what to send to, without a trailing `/`, and its host and port.
pub(crate) fn parse_url(text: &str) -> Result<(String, HostPort), Problem> {
    let bad = |why: &str| {
        Problem::new(format!("`{text}` is not a URL: {why}")).hint("as `https://legacy.example/api`")
    };
    refuse_password(text)?;
    let (scheme, rest) = text.split_once("://").ok_or_else(|| bad("it has no scheme"))?;
    let default_port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return Err(bad("the scheme is neither `http` nor `https`")),
    };
    if rest.contains(['?', '#']) {
        return Err(Problem::new("the URL has a query or a fragment")
            .hint("a URL is what stands before the paths of the suites; write queries in the suites"));
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(bad("it has white space"));
    }
    let mut host = HostPort::parse(authority)?;
    host.port = Some(host.port.unwrap_or(default_port));
    Ok((format!("{scheme}://{authority}{}", path.trim_end_matches('/')), host))
}

/// Refuses `user@` and `user:password@` without repeating them: whatever stands before an `@` may be a password.
pub(crate) fn refuse_password(text: &str) -> Result<(), Problem> {
    ensure(!text.contains('@'), || {
        Problem::new("the address holds a user or a password")
            .hint("secrets do not belong in this file: use `[BasicAuth]` in the suite and `--variable`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let url = |text| parse_url(text).map(|(base, host)| format!("{base} {}:{:?}", host.host, host.port));
        assert_eq!(url("https://a.example/").unwrap(), "https://a.example a.example:Some(443)");
        assert_eq!(url("http://A:8080/v1/").unwrap(), "http://A:8080/v1 a:Some(8080)");
        assert_eq!(url("http://[::1]:1").unwrap(), "http://[::1]:1 ::1:Some(1)");
        for bad in [
            "",
            "a",
            "ftp://a",
            "http://",
            "http:///x",
            "http://a:0",
            "http://a:x",
            "http://a b",
            "http://a?x",
            "http://[::1",
            "http://[x]",
            "http://a:99999",
        ] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        for text in
            ["https://u:hunter2@h/x", "https://u:hun/ter2@h", "https://hunter2@h", "https//u:hunter2@h"]
        {
            let problem = parse_url(text).unwrap_err();
            assert!(!problem.to_string().contains("ter2"), "{problem}");
        }
    }

    #[test]
    fn loopback() {
        let is = |text| HostPort::parse(text).is_ok_and(|host| host.is_loopback());
        assert!(is("localhost:1") && is("127.9.9.9") && is("[::1]:5"));
        assert!(!is("localhost.example") && !is("10.0.0.1") && !is("0.0.0.0"));
    }

    #[test]
    fn extra_hosts() {
        assert!((EXTRA_HOST.check)("db:10.0.0.5").is_ok());
        assert!((EXTRA_HOST.check)("db:::1").is_ok());
        assert!((EXTRA_HOST.check)("db").is_err());
    }
}
