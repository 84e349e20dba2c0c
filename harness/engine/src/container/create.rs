//! From the specification to the create request: one pure function for every environment, so that what differs
//! between them is never our own making.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    ContainerCreateBody, EndpointSettings, HostConfig, Mount as ApiMount, MountTmpfsOptions, MountType,
    NetworkingConfig, PortBinding, ResourcesUlimits,
};
use envparity_config::{ContainerSpec, Limits, Mount, ServiceSpec};

/// A container to start.
#[derive(Debug, Clone)]
pub struct StartSpec<'a> {
    /// What the configuration says about it.
    pub container: &'a ContainerSpec,
    /// The environment's intended variables; they win over the container's.
    pub env: &'a BTreeMap<String, String>,
    /// Reference or id, present on the engine.
    pub image: &'a str,
    /// `os/arch[/variant]`.
    pub platform: Option<&'a str>,
    /// The environment's name.
    pub environment: &'a str,
    /// Why it runs: `primary`, `control`, `resample`, `trial-7`; part of its name, unique in the environment.
    pub purpose: &'a str,
    /// Further labels.
    pub labels: &'a BTreeMap<String, String>,
}

/// What the engine decides about a create request, not the specification.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placement {
    /// The address of the host that ports are published on.
    pub(crate) publish_on: String,
    /// The network that it shares with its services.
    pub(crate) network: Option<String>,
    /// Labels of ownership.
    pub(crate) labels: HashMap<String, String>,
}

/// The create request of the service's container.
pub(crate) fn create_body(spec: &StartSpec<'_>, placement: &Placement) -> ContainerCreateBody {
    let container = spec.container;
    let ports: Vec<u16> = container.port.into_iter().chain(container.publish.iter().copied()).collect();
    let mut labels: HashMap<String, String> =
        spec.labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    labels.extend(placement.labels.clone());
    let mut env = container.env.clone();
    env.extend(spec.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    ContainerCreateBody {
        image: Some(spec.image.to_owned()),
        cmd: container.command.clone(),
        entrypoint: container.entrypoint.clone(),
        working_dir: container.workdir.clone(),
        user: container.user.clone(),
        env: (!env.is_empty()).then(|| pairs(&env)),
        exposed_ports: (!ports.is_empty()).then(|| ports.iter().map(|port| format!("{port}/tcp")).collect()),
        labels: Some(labels),
        host_config: Some(HostConfig {
            port_bindings: (!ports.is_empty()).then(|| bindings(&ports, &placement.publish_on)),
            mounts: (!container.mounts.is_empty()).then(|| container.mounts.iter().map(mount).collect()),
            readonly_rootfs: container.read_only.then_some(true),
            init: container.init.then_some(true),
            extra_hosts: some(&container.extra_hosts),
            cap_add: some(&container.cap_add),
            cap_drop: some(&container.cap_drop),
            shm_size: container.shm_size,
            network_mode: placement.network.clone(),
            ..limited(&container.limits)
        }),
        networking_config: placement.network.as_deref().map(|network| in_network(network, None)),
        ..ContainerCreateBody::default()
    }
}

/// The create request of a sidecar service, reachable by its name in the network.
pub(crate) fn service_body(spec: &ServiceSpec, network: &str, placement: &Placement) -> ContainerCreateBody {
    let ports: Vec<u16> = spec.port.into_iter().collect();
    ContainerCreateBody {
        image: Some(spec.image.clone()),
        cmd: spec.command.clone(),
        env: (!spec.env.is_empty()).then(|| pairs(&spec.env)),
        exposed_ports: (!ports.is_empty()).then(|| ports.iter().map(|port| format!("{port}/tcp")).collect()),
        labels: Some(placement.labels.clone()),
        host_config: Some(HostConfig {
            port_bindings: (!ports.is_empty()).then(|| bindings(&ports, &placement.publish_on)),
            network_mode: Some(network.to_owned()),
            ..HostConfig::default()
        }),
        networking_config: Some(in_network(network, Some(&spec.name))),
        ..ContainerCreateBody::default()
    }
}

fn limited(limits: &Limits) -> HostConfig {
    HostConfig {
        memory: limits.memory,
        nano_cpus: limits.cpus.map(|cpus| (cpus * 1e9).round() as i64),
        pids_limit: limits.pids,
        ulimits: limits.nofile.map(|files| {
            vec![ResourcesUlimits { name: Some("nofile".into()), soft: Some(files), hard: Some(files) }]
        }),
        ..HostConfig::default()
    }
}

/// Each port to one that the engine picks.
fn bindings(ports: &[u16], host: &str) -> HashMap<String, Option<Vec<PortBinding>>> {
    let binding = PortBinding { host_ip: Some(host.to_owned()), host_port: Some("0".to_owned()) };
    ports.iter().map(|port| (format!("{port}/tcp"), Some(vec![binding.clone()]))).collect()
}

fn in_network(network: &str, alias: Option<&str>) -> NetworkingConfig {
    let endpoint = EndpointSettings {
        aliases: alias.map(|alias| vec![alias.to_owned()]),
        ..EndpointSettings::default()
    };
    NetworkingConfig { endpoints_config: Some(HashMap::from([(network.to_owned(), endpoint)])) }
}

fn mount(mount: &Mount) -> ApiMount {
    match mount {
        Mount::Bind { source, target, read_only } => ApiMount {
            typ: Some(MountType::BIND),
            source: Some(source.clone()),
            target: Some(target.clone()),
            read_only: Some(*read_only),
            ..ApiMount::default()
        },
        Mount::Volume { source, target, read_only } => ApiMount {
            typ: Some(MountType::VOLUME),
            source: Some(source.clone()),
            target: Some(target.clone()),
            read_only: Some(*read_only),
            ..ApiMount::default()
        },
        Mount::Tmpfs { target, size } => ApiMount {
            typ: Some(MountType::TMPFS),
            target: Some(target.clone()),
            tmpfs_options: size
                .map(|size| MountTmpfsOptions { size_bytes: Some(size), ..MountTmpfsOptions::default() }),
            ..ApiMount::default()
        },
    }
}

fn pairs(env: &BTreeMap<String, String>) -> Vec<String> {
    env.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

fn some(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &ContainerCreateBody) -> String {
        fn sorted(value: serde_json::Value) -> serde_json::Value {
            use serde_json::Value;
            match value {
                Value::Object(map) => {
                    let sorted_map: BTreeMap<_, _> = map.into_iter().map(|(k, v)| (k, sorted(v))).collect();
                    Value::Object(sorted_map.into_iter().collect())
                }
                Value::Array(list) => Value::Array(list.into_iter().map(sorted).collect()),
                other => other,
            }
        }
        let value = sorted(serde_json::to_value(body).expect("serialises"));
        serde_json::to_string_pretty(&value).expect("serialises")
    }

    fn placement() -> Placement {
        Placement {
            publish_on: "127.0.0.1".into(),
            network: None,
            labels: HashMap::from([("parity.run".into(), "r1".into())]),
        }
    }

    #[test]
    fn the_least_that_can_be_said() {
        let container = ContainerSpec { port: Some(4567), ..ContainerSpec::default() };
        let none = BTreeMap::new();
        let spec = StartSpec {
            container: &container,
            env: &none,
            image: "app:1",
            platform: None,
            environment: "qa",
            purpose: "primary",
            labels: &none,
        };
        insta::assert_snapshot!("least", text(&create_body(&spec, &placement())));
    }

    #[test]
    fn everything_that_can_be_said() {
        let container = ContainerSpec {
            port: Some(4567),
            publish: vec![9090],
            command: Some(vec!["./run".into(), "--fast".into()]),
            entrypoint: Some(vec!["/bin/sh".into()]),
            workdir: Some("/srv".into()),
            user: Some("1000:1000".into()),
            env: BTreeMap::from([("A".into(), "1".into()), ("B".into(), "2".into())]),
            mounts: vec![
                Mount::Bind { source: "/data".into(), target: "/d".into(), read_only: true },
                Mount::Volume { source: "v".into(), target: "/v".into(), read_only: false },
                Mount::Tmpfs { target: "/tmp".into(), size: Some(1024) },
            ],
            read_only: true,
            limits: Limits { memory: Some(1 << 20), cpus: Some(1.5), pids: Some(64), nofile: Some(1024) },
            init: true,
            extra_hosts: vec!["db:10.0.0.1".into()],
            cap_add: vec!["NET_ADMIN".into()],
            cap_drop: vec!["ALL".into()],
            shm_size: Some(4096),
            ..ContainerSpec::default()
        };
        let env = BTreeMap::from([("B".into(), "here".into()), ("C".into(), "3".into())]);
        let labels = BTreeMap::from([("team".into(), "x".into()), ("parity.run".into(), "forged".into())]);
        let spec = StartSpec {
            container: &container,
            env: &env,
            image: "app:1",
            platform: Some("linux/amd64"),
            environment: "qa",
            purpose: "primary",
            labels: &labels,
        };
        let placement = Placement { network: Some("net".into()), ..placement() };
        insta::assert_snapshot!("everything", text(&create_body(&spec, &placement)));
    }
}
