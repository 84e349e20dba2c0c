//! `[compare]`, and what reference and candidates are where it does not say.

use envparity_model::{Ecosystem, Problem};

use super::{bytes, time};
use crate::element::address::parse_url;
use crate::model::{CompareSpec, Control, EngineSpec, EnvironmentSpec, Target};
use crate::nearest::suggest;
use crate::problem::Problems;
use crate::tree::{Node, Place, Table};

/// Reads `[compare]`.
pub(super) fn read(
    root: &Table,
    environments: &[EnvironmentSpec],
    port: Option<u16>,
    problems: &mut Problems<'_>,
) -> CompareSpec {
    let none = Table::default();
    let table = root.table("compare").unwrap_or(&none);
    let default = CompareSpec::default();
    let reference = reference(root, table, environments, problems);
    let candidates = candidates(table, &reference, environments, problems);
    let spec = CompareSpec {
        suites: table.texts("suites").unwrap_or_default(),
        setup: table.texts("setup").unwrap_or_default(),
        teardown: table.texts("teardown").unwrap_or_default(),
        tags: table.texts("tags").unwrap_or_default(),
        not_tags: table.texts("not-tags").unwrap_or_default(),
        control: if table.text("control") == Some("never") { Control::Never } else { Control::Auto },
        control_gap: time(table, "control-gap", default.control_gap),
        jobs: table.whole("jobs").and_then(|jobs| usize::try_from(jobs).ok()).unwrap_or(default.jobs),
        host: table.string("host"),
        authority: table.string("authority"),
        timeout: time(table, "timeout", default.timeout),
        body_cap: bytes(table, "body-cap")
            .and_then(|cap| u64::try_from(cap).ok())
            .unwrap_or(default.body_cap),
        allow_same_engine: table.flag("allow-same-engine").unwrap_or_default(),
        use_proxy: table.flag("proxy").unwrap_or_default(),
        ecosystems: ecosystems(table),
        manifests: table.flag("manifests").unwrap_or(default.manifests),
        baseline: table.string("baseline"),
        openapi: table.string("openapi"),
        reference,
        candidates,
    };
    if let Some(node) = table.get("suites").filter(|_| !spec.suites.is_empty() && port.is_none()) {
        let starts =
            |e: &&EnvironmentSpec| compared(&spec, &e.name) && !matches!(e.target, Target::Url { .. });
        if let Some(environment) = environments.iter().find(starts) {
            let message = format!("the suites cannot be sent to `{}`: no port is given", environment.name);
            problems.report_absent(
                &["port"],
                Some(node.place),
                Problem::new(message).hint("add `port` to `[container]`"),
            );
        }
    }
    if !spec.allow_same_engine {
        check_same(&spec, root, environments, problems);
    }
    spec
}

fn compared(spec: &CompareSpec, name: &str) -> bool {
    spec.reference == name || spec.candidates.iter().any(|candidate| candidate == name)
}

fn reference(
    root: &Table,
    table: &Table,
    environments: &[EnvironmentSpec],
    problems: &mut Problems<'_>,
) -> String {
    if let Some(node) = table.get("reference") {
        let name = node.text().unwrap_or_default();
        if node.text().is_some() {
            known(name, node.place, environments, problems);
        }
        return name.to_owned();
    }
    match environments {
        [only] => return only.name.clone(),
        several if several.iter().any(|environment| environment.name == "local") => {
            return "local".to_owned();
        }
        [] if root.table("environments").is_none_or(|table| table.entries.is_empty()) => {
            let problem = Problem::new("no environment is configured");
            let hint = "add `[environments.local]` with `engine = \"local\"`; `parity compare IMAGE IMAGE` needs no configuration";
            problems.report_absent(&["environments"], None, problem.hint(hint));
        }
        [] => {}
        several => {
            let names: Vec<String> =
                several.iter().map(|environment| format!("`{}`", environment.name)).collect();
            let problem = Problem::new(format!("which environment is the reference: {}?", names.join(", ")));
            let place = root.entry("compare").map(|entry| entry.key_place).filter(|place| place.layer > 0);
            problems.report_absent(
                &["reference"],
                place,
                problem.hint("add `reference = \"NAME\"` to `[compare]`"),
            );
        }
    }
    String::new()
}

fn candidates(
    table: &Table,
    reference: &str,
    environments: &[EnvironmentSpec],
    problems: &mut Problems<'_>,
) -> Vec<String> {
    let Some(node) = table.get("candidates") else {
        return environments.iter().map(|e| e.name.clone()).filter(|name| name != reference).collect();
    };
    let items: &[Node] = node.list().unwrap_or_default();
    if node.list().is_some_and(<[Node]>::is_empty) && !table.has("baseline") {
        let problem = Problem::new("`compare.candidates` is empty: there is nothing to compare");
        problems.report(node.place, problem.hint("leave it out for all environments but the reference; with `baseline`, approved snapshots alone may be compared"));
    }
    let mut names: Vec<String> = Vec::new();
    for item in items {
        let Some(name) = item.text() else { continue };
        known(name, item.place, environments, problems);
        if name == reference {
            let problem = Problem::new(format!("the reference `{name}` is among the candidates"));
            problems.report(item.place, problem.hint("remove it: compared with itself it always agrees"));
        } else if names.iter().any(|other| other == name) {
            problems.report(item.place, Problem::new(format!("the candidate `{name}` is named twice")));
        } else {
            names.push(name.to_owned());
        }
    }
    names
}

/// Reports a name that is no environment.
pub(super) fn known(name: &str, place: Place, environments: &[EnvironmentSpec], problems: &mut Problems<'_>) {
    if !environments.iter().any(|environment| environment.name == name) {
        let hint = suggest(name, environments.iter().map(|e| e.name.as_str()), "environments:");
        problems.report(place, Problem::new(format!("unknown environment `{name}`")).hint(hint));
    }
}

fn ecosystems(table: &Table) -> Vec<Ecosystem> {
    let names = table.texts("ecosystems").unwrap_or_default();
    Ecosystem::ALL.iter().copied().filter(|e| names.iter().any(|name| name == e.name())).collect()
}

/// Two compared environments that are plainly one engine or one address would always agree.
fn check_same(
    spec: &CompareSpec,
    root: &Table,
    environments: &[EnvironmentSpec],
    problems: &mut Problems<'_>,
) {
    let members: Vec<_> = environments.iter().filter(|e| compared(spec, &e.name)).collect();
    for (index, environment) in members.iter().enumerate() {
        let Some(other) = members[..index].iter().find(|other| is_same(&other.target, &environment.target))
        else {
            continue;
        };
        let Some(entry) = root.table("environments").and_then(|table| table.entry(&environment.name)) else {
            continue;
        };
        let table = entry.node.table();
        let key = table.and_then(|table| table.get("engine").or_else(|| table.get("url")));
        let what = if matches!(environment.target, Target::Url { .. }) { "address" } else { "engine" };
        let message = format!("`{}` and `{}` are the same {what}", other.name, environment.name);
        let hint = "compared with itself it always agrees; if that is meant, set `allow-same-engine = true` in `[compare]`";
        problems.report(key.map_or(entry.key_place, |node| node.place), Problem::new(message).hint(hint));
    }
}

fn is_same(a: &Target, b: &Target) -> bool {
    match (engine_of(a), engine_of(b), a, b) {
        (Some(a), Some(b), ..) => is_same_engine(a, b),
        (None, None, Target::Url { base: a, .. }, Target::Url { base: b, .. }) => {
            match (parse_url(a), parse_url(b)) {
                (Ok((_, a)), Ok((_, b))) => a == b,
                _ => false,
            }
        }
        _ => false,
    }
}

const fn engine_of(target: &Target) -> Option<&EngineSpec> {
    match target {
        Target::Engine(engine) | Target::Attach { engine, .. } => Some(engine),
        Target::Url { .. } => None,
    }
}

/// Whether two engines are plainly one. Every lab is a host of its own; names that lead to one host are left to the
/// proof of the route.
fn is_same_engine(a: &EngineSpec, b: &EngineSpec) -> bool {
    match (a, b) {
        (EngineSpec::Local, EngineSpec::Local) => true,
        (EngineSpec::Unix(a), EngineSpec::Unix(b)) => a == b,
        (EngineSpec::Tcp { address: a, .. }, EngineSpec::Tcp { address: b, .. }) => a.eq_ignore_ascii_case(b),
        (
            EngineSpec::Ssh { destination: a, socket: s, .. },
            EngineSpec::Ssh { destination: b, socket: t, .. },
        ) => a == b && s == t,
        _ => false,
    }
}
