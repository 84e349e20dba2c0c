//! The rights that an engine inside a container needs, in the two ways that are tried.

use std::collections::HashMap;

use testcontainers::bollard::models::{
    HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, PortBinding,
};

/// sshd in the lab.
pub(crate) const SSH_PORT: u16 = 22;
/// dockerd with mutual TLS in the lab.
pub(crate) const TLS_PORT: u16 = 2376;

/// How the container gets its rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recipe {
    /// All of them, and a cgroup view of its own.
    Privileged,
    /// Named ones: for engines that may not give all, because they are themselves confined.
    Capabilities,
}

impl Recipe {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Capabilities => "capabilities",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Privileged, Self::Capabilities].into_iter().find(|recipe| recipe.name() == name)
    }

    fn other(self) -> Self {
        match self {
            Self::Privileged => Self::Capabilities,
            Self::Capabilities => Self::Privileged,
        }
    }

    /// Both, the one that worked last first.
    pub(crate) fn order(hint: Option<&str>) -> [Self; 2] {
        let first = hint.and_then(|hint| Self::from_name(hint.trim())).unwrap_or(Self::Privileged);
        [first, first.other()]
    }

    /// Adds this recipe and what both need to a create request.
    pub(crate) fn apply(self, old_cgroups: bool, host: &mut HostConfig) {
        host.auto_remove = Some(true);
        host.publish_all_ports = Some(false);
        host.port_bindings = Some(HashMap::from([loopback(SSH_PORT), loopback(TLS_PORT)]));
        host.tmpfs = Some(HashMap::from([("/run".to_owned(), "exec,mode=755".to_owned())]));
        // The start is read from the log, so its driver must be one that can be read.
        host.log_config = Some(HostConfigLogConfig {
            typ: Some("json-file".to_owned()),
            config: Some(HashMap::from([
                ("max-size".to_owned(), "5m".to_owned()),
                ("max-file".to_owned(), "1".to_owned()),
            ])),
        });
        match self {
            Self::Privileged => {
                host.privileged = Some(true);
                host.cgroupns_mode = Some(HostConfigCgroupnsModeEnum::PRIVATE);
            }
            Self::Capabilities => {
                host.cap_add =
                    Some(["SYS_ADMIN", "NET_ADMIN", "MKNOD", "SYS_PTRACE"].map(str::to_owned).to_vec());
                host.security_opt =
                    Some(["seccomp=unconfined", "apparmor=unconfined"].map(str::to_owned).to_vec());
                host.masked_paths = Some(Vec::new());
                host.readonly_paths = Some(Vec::new());
                if old_cgroups {
                    host.binds = Some(vec!["/sys/fs/cgroup:/sys/fs/cgroup:rw".to_owned()]);
                } else {
                    host.cgroupns_mode = Some(HostConfigCgroupnsModeEnum::PRIVATE);
                }
            }
        }
    }
}

fn loopback(port: u16) -> (String, Option<Vec<PortBinding>>) {
    let binding = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some("0".to_owned()) };
    (format!("{port}/tcp"), Some(vec![binding]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_worked_last_is_tried_first() {
        assert_eq!(Recipe::order(None), [Recipe::Privileged, Recipe::Capabilities]);
        assert_eq!(Recipe::order(Some("nonsense")), [Recipe::Privileged, Recipe::Capabilities]);
        assert_eq!(Recipe::order(Some("capabilities\n")), [Recipe::Capabilities, Recipe::Privileged]);
    }

    #[test]
    fn ports_are_published_on_loopback_only() {
        for recipe in Recipe::order(None) {
            let mut host = HostConfig::default();
            recipe.apply(true, &mut host);
            assert_eq!(host.publish_all_ports, Some(false));
            let bindings = host.port_bindings.expect("bindings");
            assert_eq!(bindings.len(), 2);
            for binding in bindings.into_values().flatten().flatten() {
                assert_eq!(binding.host_ip.as_deref(), Some("127.0.0.1"));
            }
        }
    }
}
