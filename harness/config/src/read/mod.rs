//! The merged tree as a [`Config`]: what only shows when sections are seen together is checked here. A value
//! that is malformed in itself was reported by the check of its layer and reads as absent.

mod command;
mod compare;
mod container;
mod environment;
mod image;
mod rule;
mod secret;
mod target;
mod waiver;

use std::collections::BTreeMap;

use envparity_model::{Code, Problem, Severity};

use crate::element::{duration, size};
use crate::model::{Config, ExplainSpec, PackagePolicy, Policy, Variable};
use crate::problem::Problems;
use crate::tree::{Node, Place, Table, Value};

pub(crate) use rule::rules;

/// Reads a whole configuration; it only counts if no problem was reported.
pub(crate) fn config(root: &Table, problems: &mut Problems<'_>) -> Config {
    let none = Table::default();
    let section = |name| root.table(name).unwrap_or(&none);
    let image = root.entry("image").and_then(|entry| image::read(entry.node.table()?, problems));
    let container = container::read(section("container"), problems);
    let environments = environment::read(root, problems);
    let compare = compare::read(root, &environments, container.port, problems);
    Config {
        image,
        container,
        compare,
        rules: root.list("rule").map(|list| rules(list, problems)).unwrap_or_default(),
        variables: variables(section("variables")),
        secrets: secret::read(root, problems),
        commands: command::read(root, &environments, problems),
        explain: explain(section("explain")),
        policy: policy(section("policy")),
        waivers: waiver::read(root, &environments, problems),
        environments,
    }
}

fn explain(table: &Table) -> ExplainSpec {
    let default = ExplainSpec::default();
    let count = |key: &str| table.whole(key).and_then(|count| usize::try_from(count).ok());
    ExplainSpec {
        trials: count("trials").unwrap_or(default.trials),
        time: time(table, "time", default.time),
        at_once: count("at-once").unwrap_or(default.at_once),
    }
}

fn policy(table: &Table) -> Policy {
    let default = Policy::default();
    let count = |key: &str| table.whole(key).and_then(|count| u64::try_from(count).ok());
    let levels = table.table("levels").map(|levels| levels.entries.as_slice()).unwrap_or_default();
    Policy {
        gate: table.text("gate").and_then(Severity::from_name).unwrap_or(default.gate),
        levels: levels
            .iter()
            .filter_map(|e| Some((Code::from_name(&e.key)?, Severity::from_name(e.node.text()?)?)))
            .collect(),
        packages: match table.text("packages") {
            Some("loaded") => PackagePolicy::Loaded,
            Some("proven") => PackagePolicy::Proven,
            _ => default.packages,
        },
        required: table.texts("required").unwrap_or_default(),
        min_cases: count("min-cases").unwrap_or(default.min_cases),
        max_noise: count("max-noise"),
        max_flaky: count("max-flaky"),
        max_waiver_days: count("max-waiver-days").and_then(|days| u32::try_from(days).ok()),
    }
}

fn variables(table: &Table) -> BTreeMap<String, Variable> {
    let read = |node: &Node| match &node.value {
        Value::Text(text) => Some(Variable::String(text.clone())),
        Value::Whole(whole) => Some(Variable::Integer(*whole)),
        Value::Number(number) => Some(Variable::Float(*number)),
        Value::Flag(flag) => Some(Variable::Bool(*flag)),
        _ => None,
    };
    table.entries.iter().filter_map(|entry| Some((entry.key.clone(), read(&entry.node)?))).collect()
}

/// A duration, or what stands for it.
fn time(table: &Table, key: &str, otherwise: std::time::Duration) -> std::time::Duration {
    table.text(key).and_then(|text| duration::parse(text).ok()).unwrap_or(otherwise)
}

/// A size, as text or in bytes.
fn bytes(table: &Table, key: &str) -> Option<i64> {
    table.whole(key).or_else(|| size::parse(table.text(key)?).ok())
}

/// A text that must be there; its absence is reported at `place`.
fn required(table: &Table, key: &str, of: &str, place: Place, problems: &mut Problems<'_>) -> String {
    if !table.has(key) {
        problems.report_absent(&[key], Some(place), Problem::new(format!("{of} has no `{key}`")));
    }
    table.string(key).unwrap_or_default()
}
