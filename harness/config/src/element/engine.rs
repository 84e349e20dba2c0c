//! Where an engine listens.

use envparity_model::Problem;

use super::Element;
use super::address::{HostPort, refuse_password};

/// `local`, `lab`, `ssh://…`, `tcp://…`, `unix://…`.
pub(crate) static ENGINE: Element = Element {
    what: "an engine, as \"local\" or \"ssh://host\"",
    check: |text| Endpoint::parse(text).map(drop),
    pattern: Some(r"^(local|lab|ssh://[^\s/]+|tcp://[^\s/@]+|unix:///\S+)$"),
};

/// The longest path of a Unix socket on Linux.
const LONGEST_SOCKET: usize = 107;

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Local,
    Lab,
    /// Path of a socket.
    Unix(String),
    /// `[user@]host[:port]`.
    Ssh(String),
    /// `host:port`, and whether it is this machine.
    Tcp {
        address: String,
        loopback: bool,
    },
}

impl Endpoint {
    /// Reads what `engine = …` takes.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "local" => return Ok(Self::Local),
            "lab" => return Ok(Self::Lab),
            _ => {}
        }
        match text.split_once("://") {
            Some(("unix", path)) => parse_socket(text, path),
            Some(("ssh", destination)) => parse_ssh(text, destination),
            Some(("tcp", address)) => parse_tcp(text, address),
            Some(("http" | "https", rest)) => {
                refuse_password(rest)?;
                Err(Problem::new(format!("`{text}` is not an engine"))
                    .hint("the address of a service is `url = …`; an engine over TLS is `tcp://host:2376` with `tls`"))
            }
            Some((_, rest)) => {
                refuse_password(rest)?;
                Err(unknown(text))
            }
            None => match text.split_once('@') {
                Some((user, _)) if user.contains(':') => refuse_password(text).map(|()| Self::Local),
                Some(_) => Err(unknown(text).hint(format!("did you mean `ssh://{text}`?"))),
                None => Err(unknown(text)),
            },
        }
    }
}

fn unknown(text: &str) -> Problem {
    let hint = match crate::nearest::nearest(text, ["local", "lab"]) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "one of `local`, `lab`, `ssh://[user@]host[:port]`, `tcp://host:port`, `unix:///path`".to_owned()
        }
    };
    Problem::new(format!("`{text}` is not an engine")).hint(hint)
}

fn parse_socket(text: &str, path: &str) -> Result<Endpoint, Problem> {
    if !path.starts_with('/') || path.contains('\0') {
        return Err(
            Problem::new(format!("`{text}` names no absolute path")).hint("as `unix:///run/docker.sock`")
        );
    }
    if path.len() > LONGEST_SOCKET {
        return Err(Problem::new(format!("the path of the socket `{text}` is too long"))
            .hint(format!("the system takes {LONGEST_SOCKET} bytes")));
    }
    Ok(Endpoint::Unix(path.to_owned()))
}

fn parse_ssh(text: &str, destination: &str) -> Result<Endpoint, Problem> {
    let (user, host) = match destination.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, destination),
    };
    if user.is_some_and(|user| user.contains(':')) {
        return Err(Problem::new("the ssh address holds a password")
            .hint("use a key: the agent's, `identity = …` or the ssh configuration's"));
    }
    if let Some((host, path)) = host.split_once('/') {
        return Err(Problem::new(format!("`{text}` has a path")).hint(if path.is_empty() {
            format!("write `ssh://{host}`")
        } else {
            format!("write `socket = \"/{path}\"`")
        }));
    }
    let named = |user: &str| {
        !user.is_empty() && !user.starts_with('-') && user.chars().all(|c| c.is_ascii_graphic() && c != '/')
    };
    if !user.is_none_or(named) {
        return Err(
            Problem::new(format!("`{text}` has a malformed user")).hint("as `ssh://ec2-user@qa.example`")
        );
    }
    HostPort::parse(host).map_err(|problem| problem.hint("as `ssh://ec2-user@qa.example:22`"))?;
    Ok(Endpoint::Ssh(destination.to_owned()))
}

fn parse_tcp(text: &str, address: &str) -> Result<Endpoint, Problem> {
    refuse_password(address)?;
    let host = HostPort::parse(address.trim_end_matches('/'))
        .map_err(|problem| problem.hint("as `tcp://qa.example:2376`"))?;
    if host.port.is_none() {
        return Err(Problem::new(format!("`{text}` has no port")).hint(format!(
            "engines listen on 2376 with TLS: `tcp://{}:2376`",
            address.trim_end_matches('/')
        )));
    }
    Ok(Endpoint::Tcp { address: address.trim_end_matches('/').to_owned(), loopback: host.is_loopback() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        let ssh = |to: &str| Endpoint::Ssh(to.to_owned());
        assert_eq!(Endpoint::parse("local"), Ok(Endpoint::Local));
        assert_eq!(Endpoint::parse("ssh://ec2-user@qa.example:2222"), Ok(ssh("ec2-user@qa.example:2222")));
        assert_eq!(Endpoint::parse("ssh://alias"), Ok(ssh("alias")));
        assert_eq!(Endpoint::parse("unix:///run/d.sock"), Ok(Endpoint::Unix("/run/d.sock".to_owned())));
        let tcp = |address: &str, loopback| Endpoint::Tcp { address: address.to_owned(), loopback };
        assert_eq!(Endpoint::parse("tcp://127.0.0.1:2375"), Ok(tcp("127.0.0.1:2375", true)));
        assert_eq!(Endpoint::parse("tcp://qa:2376/"), Ok(tcp("qa:2376", false)));
        for bad in [
            "",
            "loca",
            "ssh://",
            "ssh://u:p@h",
            "ssh://-oProxyCommand=x",
            "ssh://-u@h",
            "ssh://h/p",
            "ssh://h:0",
            "tcp://h",
            "tcp://h:1/x",
            "tcp://u:p@h:1",
            "unix://run",
            "https://h",
            "http://u:p@h",
            "npipe:////./pipe/x",
        ] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }
}
