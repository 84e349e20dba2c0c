//! Facts that the engine knows about a container, beside those that were seen from inside.

use std::collections::BTreeMap;

use bollard::models::{ContainerInspectResponse, HostConfig};
use envparity_model::{Fact, FactValue, Manifest, Masker, is_secret_name};

use super::Collection;
use crate::engine::Host;
use crate::image::LocalImage;

/// Adds them; what was seen from inside wins. Variables with secret names are masked, wherever they came from.
pub(super) fn add(manifest: &mut Manifest, collection: &Collection<'_>, image: &LocalImage) {
    let mut facts: BTreeMap<String, String> = BTreeMap::new();
    about_engine(&mut facts, &collection.engine.inner.host, &collection.engine.info().version);
    facts.insert("image.identity".into(), image.identity.clone());
    facts.insert("architecture".into(), image.architecture.clone());
    about_container(&mut facts, collection.inspected);

    let seen: Vec<String> = manifest.facts.iter().map(|fact| fact.name.clone()).collect();
    let outside = facts.into_iter().filter(|(name, value)| !value.is_empty() && !seen.contains(name));
    manifest.facts.extend(outside.map(|(name, value)| Fact::plain(name, value)));
    for fact in &mut manifest.facts {
        mask(fact, &collection.engine.inner.run.masker);
    }
    manifest.facts.sort_by(|a, b| a.name.cmp(&b.name));
}

fn mask(fact: &mut Fact, masker: &Masker) {
    let FactValue::Plain(value) = &fact.value else { return };
    let secret = fact.name.strip_prefix("env.").is_some_and(is_secret_name);
    fact.value = if secret {
        FactValue::Masked(masker.mask(value))
    } else {
        FactValue::Plain(masker.redact(value).into_owned())
    };
}

fn about_engine(facts: &mut BTreeMap<String, String>, host: &Host, version: &str) {
    let clock = match host.clock_ahead {
        None => "in step".to_owned(),
        Some(seconds) if seconds > 0 => format!("{seconds} s ahead"),
        Some(seconds) => format!("{} s behind", seconds.abs()),
    };
    for (name, value) in [
        ("engine.version", version),
        ("engine.os", &host.os),
        ("engine.architecture", &host.image_architecture()),
        ("engine.storage", &host.storage),
        ("engine.cgroup", &host.cgroup),
        ("kernel", &host.kernel),
        ("clock.offset", &clock),
    ] {
        facts.insert(name.to_owned(), value.to_owned());
    }
}

fn about_container(facts: &mut BTreeMap<String, String>, inspected: &ContainerInspectResponse) {
    if let Some(config) = &inspected.config {
        for pair in config.env.iter().flatten() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            facts.insert(format!("env.{name}"), value.to_owned());
        }
        let words = |words: &Option<Vec<String>>| words.as_ref().map(|words| words.join(" "));
        let workdir = config.working_dir.clone().filter(|dir| !dir.is_empty()).unwrap_or_else(|| "/".into());
        facts.insert("workdir".into(), workdir);
        facts.insert("command".into(), words(&config.cmd).unwrap_or_default());
        facts.insert("entrypoint".into(), words(&config.entrypoint).unwrap_or_default());
        let user = config.user.clone().filter(|user| !user.is_empty()).unwrap_or_else(|| "root".into());
        facts.insert("user".into(), user);
    }
    for mount in inspected.mounts.iter().flatten() {
        // Where it comes from is the host's affair, and differs by nature.
        let kind = mount.typ.clone().unwrap_or_default();
        let access = if mount.rw == Some(false) { "read-only" } else { "read-write" };
        let at = mount.destination.clone().unwrap_or_default();
        facts.insert(format!("mounts.{at}"), format!("{kind}, {access}"));
    }
    if let Some(host) = &inspected.host_config {
        about_limits(facts, host);
    }
}

fn about_limits(facts: &mut BTreeMap<String, String>, host: &HostConfig) {
    for at in host.tmpfs.iter().flat_map(|tmpfs| tmpfs.keys()) {
        facts.insert(format!("mounts.{at}"), "tmpfs, read-write".into());
    }
    let bytes = |value: Option<i64>| value.filter(|bytes| *bytes > 0).map(|bytes| bytes.to_string());
    let none = || "none".to_owned();
    facts.insert("limits.memory".into(), bytes(host.memory).unwrap_or_else(none));
    let cpus = host.nano_cpus.filter(|cpus| *cpus > 0).map(|cpus| format!("{}", cpus as f64 / 1e9));
    let quota = match (host.cpu_quota, host.cpu_period) {
        (Some(quota), Some(period)) if quota > 0 && period > 0 => {
            Some(format!("{}", quota as f64 / period as f64))
        }
        _ => None,
    };
    facts.insert("limits.cpus".into(), cpus.or(quota).unwrap_or_else(none));
    facts.insert("limits.pids".into(), bytes(host.pids_limit).unwrap_or_else(none));
    facts.insert("limits.shm".into(), bytes(host.shm_size).unwrap_or_else(none));
    let read_only = if host.readonly_rootfs == Some(true) { "yes" } else { "no" };
    facts.insert("read-only".into(), read_only.into());
}
