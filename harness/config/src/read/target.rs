//! What an environment is: an engine, a container there, or an address.

use envparity_model::Problem;

use super::required;
use crate::element::address::parse_url;
use crate::element::engine::Endpoint;
use crate::model::{EngineSpec, Target, Tls};
use crate::problem::Problems;
use crate::tree::{Entry, Table};

const SSH_ONLY: [&str; 4] = ["identity", "known-hosts", "ssh-config", "socket"];
const TCP_ONLY: [&str; 2] = ["tls", "allow-insecure"];
const URL_ONLY: [&str; 2] = ["writes", "insecure"];
/// The engine's socket on a host that says nothing else.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// Reads the target; none if it was reported as missing or malformed.
pub(super) fn read(entry: &Entry, table: &Table, problems: &mut Problems<'_>) -> Option<Target> {
    let name = &entry.key;
    match (table.entry("engine"), table.entry("url")) {
        (Some(engine), Some(url)) => {
            let later = if engine.key_place.start > url.key_place.start { engine } else { url };
            let problem = Problem::new(format!("the environment `{name}` has both `engine` and `url`"));
            problems.report(
                later.key_place,
                problem.hint("an engine to start containers on, or the address of what runs"),
            );
            None
        }
        (None, None) => {
            let problem = Problem::new(format!("the environment `{name}` has neither `engine` nor `url`"));
            let hint = if table.has("attach") {
                "`attach` needs the engine that the container runs on, as `engine = \"local\"`"
            } else {
                "`engine = \"local\"` is this machine's; `url = \"https://…\"` is what already runs"
            };
            problems.report_absent(&["engine", "url"], Some(entry.key_place), problem.hint(hint));
            None
        }
        (Some(engine), None) => {
            only_with(table, &URL_ONLY, "goes with `url`", problems);
            let endpoint = engine.node.text().and_then(|text| Endpoint::parse(text).ok());
            let spec = engine_spec(endpoint?, engine, table, problems);
            attach(name, spec, table, problems)
        }
        (None, Some(url)) => {
            only_with(table, &SSH_ONLY, "goes with an ssh:// engine", problems);
            only_with(table, &TCP_ONLY, "goes with a tcp:// engine", problems);
            only_with(table, &["attach"], "goes with `engine`", problems);
            let (base, _) = parse_url(url.node.text()?).ok()?;
            let flag = |key| table.flag(key).unwrap_or_default();
            Some(Target::Url { base, writes: flag("writes"), insecure: flag("insecure") })
        }
    }
}

fn attach(name: &str, engine: EngineSpec, table: &Table, problems: &mut Problems<'_>) -> Option<Target> {
    let Some(entry) = table.entry("attach") else { return Some(Target::Engine(engine)) };
    if engine == EngineSpec::Lab {
        let problem = Problem::new(format!("nothing runs on the lab that `{name}` could attach to"));
        problems.report(entry.key_place, problem.hint("the lab is started for the run; remove `attach`"));
    }
    let of = format!("`attach` of the environment `{name}`");
    let container = required(entry.node.table()?, "container", &of, entry.key_place, problems);
    Some(Target::Attach { engine, container })
}

fn engine_spec(endpoint: Endpoint, engine: &Entry, table: &Table, problems: &mut Problems<'_>) -> EngineSpec {
    if !matches!(endpoint, Endpoint::Ssh(_)) {
        only_with(table, &SSH_ONLY, "goes with an ssh:// engine", problems);
    }
    if !matches!(endpoint, Endpoint::Tcp { .. }) {
        only_with(table, &TCP_ONLY, "goes with a tcp:// engine", problems);
    }
    match endpoint {
        Endpoint::Local => EngineSpec::Local,
        Endpoint::Lab => EngineSpec::Lab,
        Endpoint::Unix(path) => EngineSpec::Unix(path),
        Endpoint::Ssh(destination) => EngineSpec::Ssh {
            destination,
            identity: table.string("identity"),
            known_hosts: table.string("known-hosts"),
            config: table.string("ssh-config"),
            socket: table.string("socket").unwrap_or_else(|| DEFAULT_SOCKET.to_owned()),
        },
        Endpoint::Tcp { address, loopback } => {
            let allow_insecure = table.flag("allow-insecure").unwrap_or_default();
            if !table.has("tls") && !loopback && !allow_insecure {
                let problem = Problem::new(format!("the engine at `{address}` is reached without TLS"));
                let hint = "whoever reaches such a port owns the host: add `tls = { ca = …, cert = …, key = … }`, use ssh://, \
                            or accept it with `allow-insecure = true`";
                problems.report(engine.node.place, problem.hint(hint));
            }
            EngineSpec::Tcp { address, tls: tls(table, problems), allow_insecure }
        }
    }
}

fn tls(table: &Table, problems: &mut Problems<'_>) -> Option<Tls> {
    let entry = table.entry("tls")?;
    let files = entry.node.table()?;
    let missing: Vec<String> =
        ["ca", "cert", "key"].iter().filter(|key| !files.has(key)).map(|key| format!("`{key}`")).collect();
    if !missing.is_empty() {
        let problem = Problem::new(format!("`tls` has no {}", missing.join(" and no ")));
        problems.report(entry.key_place, problem.hint("three PEM files: `ca`, `cert` and `key`"));
    }
    let file = |key| files.string(key).unwrap_or_default();
    Some(Tls { ca: file("ca"), cert: file("cert"), key: file("key") })
}

fn only_with(table: &Table, keys: &[&str], with: &str, problems: &mut Problems<'_>) {
    for entry in keys.iter().filter_map(|key| table.entry(key)) {
        problems.report(entry.key_place, Problem::new(format!("`{}` {with}", entry.key)).hint("remove it"));
    }
}
