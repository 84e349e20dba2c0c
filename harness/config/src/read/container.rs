//! `[container]`: limits, mounts, readiness, sidecar services.

use envparity_model::Problem;

use super::{bytes, required, time};
use crate::element::mount;
use crate::model::{ContainerSpec, Limits, Mount, Ready, ServiceSpec};
use crate::problem::Problems;
use crate::tree::{Entry, Node, Table, Value};

/// Docker refuses less.
const LEAST_MEMORY: i64 = 6 << 20;

/// Reads `[container]`.
pub(super) fn read(table: &Table, problems: &mut Problems<'_>) -> ContainerSpec {
    let port = port(table, "port");
    ContainerSpec {
        port,
        publish: ports(table.list("publish").unwrap_or_default()),
        command: table.texts("command"),
        entrypoint: table.texts("entrypoint"),
        workdir: table.string("workdir"),
        user: table.string("user"),
        env: table.text_map("env"),
        mounts: mounts(table.list("mounts").unwrap_or_default(), problems),
        read_only: table.flag("read-only").unwrap_or_default(),
        limits: table.table("limits").map(|limits| read_limits(limits, problems)).unwrap_or_default(),
        init: table.flag("init").unwrap_or_default(),
        extra_hosts: table.texts("extra-hosts").unwrap_or_default(),
        cap_add: table.texts("cap-add").unwrap_or_default(),
        cap_drop: table.texts("cap-drop").unwrap_or_default(),
        shm_size: bytes(table, "shm-size"),
        ready: ready(table, "container", problems),
        services: services(table, problems),
    }
}

fn port(table: &Table, key: &str) -> Option<u16> {
    table.whole(key).and_then(|port| u16::try_from(port).ok())
}

fn ports(items: &[Node]) -> Vec<u16> {
    let whole = |node: &Node| match node.value {
        Value::Whole(port) => u16::try_from(port).ok(),
        _ => None,
    };
    items.iter().filter_map(whole).collect()
}

fn read_limits(table: &Table, problems: &mut Problems<'_>) -> Limits {
    let memory = bytes(table, "memory");
    if let Some(node) = table.get("memory").filter(|_| memory.is_some_and(|memory| memory < LEAST_MEMORY)) {
        let problem = Problem::new("`container.limits.memory` is less than the engine takes");
        problems.report(node.place, problem.hint("`6m` or more"));
    }
    let cpus = table.number("cpus");
    if let Some(node) = table.get("cpus").filter(|_| cpus == Some(0.0)) {
        problems.report(
            node.place,
            Problem::new("`container.limits.cpus` is 0").hint("leave it out for no limit"),
        );
    }
    Limits { memory, cpus, pids: table.whole("pids"), nofile: table.whole("nofile") }
}

fn ready(table: &Table, of: &str, problems: &mut Problems<'_>) -> Ready {
    let default = Ready::default();
    let Some(ready) = table.table("ready") else { return default };
    if let Some(entry) = ready.entry("http").filter(|_| !table.has("port")) {
        let problem = Problem::new(format!("`{of}.ready.http` needs a port"));
        problems.report(entry.key_place, problem.hint(format!("add `port` to `[{of}]`")));
    }
    if let Some(entry) = ready.entry("status").filter(|_| !ready.has("http")) {
        let problem = Problem::new(format!("`{of}.ready.status` needs `http`"));
        problems.report(entry.key_place, problem.hint("a path to ask, as `http = \"/health\"`"));
    }
    Ready {
        http: ready.string("http"),
        status: ready.whole("status").and_then(|status| u16::try_from(status).ok()),
        log: ready.string("log"),
        healthy: ready.flag("healthy").unwrap_or_default(),
        timeout: time(ready, "timeout", default.timeout),
    }
}

fn services(table: &Table, problems: &mut Problems<'_>) -> Vec<ServiceSpec> {
    let mut services = Vec::new();
    for Entry { key, key_place, node } in
        table.table("services").map(|t| t.entries.as_slice()).unwrap_or_default()
    {
        let Some(service) = node.table() else { continue };
        services.push(ServiceSpec {
            name: key.clone(),
            image: required(service, "image", &format!("the service `{key}`"), *key_place, problems),
            command: service.texts("command"),
            env: service.text_map("env"),
            port: port(service, "port"),
            ready: ready(service, &format!("container.services.{key}"), problems),
        });
    }
    services
}

fn mounts(items: &[Node], problems: &mut Problems<'_>) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = Vec::new();
    for node in items {
        let read = match &node.value {
            // A malformed text was reported by the check.
            Value::Text(text) => mount::parse(text).map_err(|_| None),
            Value::Table(table) => table_mount(table).map_err(Some),
            _ => Err(None),
        };
        match read {
            Ok(read) if mounts.iter().any(|other| mount::target(other) == mount::target(&read)) => {
                let message = format!("two mounts stand at `{}`", mount::target(&read));
                problems.report(node.place, Problem::new(message).hint("keep one of them"));
            }
            Ok(read) => mounts.push(read),
            Err(Some(problem)) => problems.report(node.place, problem),
            Err(None) => {}
        }
    }
    mounts
}

fn table_mount(table: &Table) -> Result<Mount, Problem> {
    let target = table.text("target").ok_or_else(|| Problem::new("a mount has no `target`"))?;
    let read_only = table.flag("read-only").unwrap_or_default();
    mount::check_target(target)?;
    if table.text("type") == Some("tmpfs") {
        if table.has("source") || table.has("read-only") {
            return Err(Problem::new("a tmpfs has neither `source` nor `read-only`"));
        }
        return Ok(Mount::Tmpfs { target: target.to_owned(), size: bytes(table, "size") });
    }
    if table.has("size") {
        return Err(Problem::new("only a tmpfs has a `size`").hint("add `type = \"tmpfs\"`"));
    }
    let source = table.text("source").ok_or_else(|| {
        Problem::new("a mount has no `source`").hint("memory is `{ type = \"tmpfs\", target = \"/tmp\" }`")
    })?;
    let mount = mount::build(source, target, read_only)?;
    match (table.text("type"), &mount) {
        (Some("bind"), Mount::Volume { .. }) => {
            Err(Problem::new(format!("the bind mount's source `{source}` is not an absolute path")))
        }
        (Some("volume"), Mount::Bind { .. }) => {
            Err(Problem::new(format!("`{source}` is not a name for a volume"))
                .hint("a path is `type = \"bind\"`"))
        }
        _ => Ok(mount),
    }
}
