//! Layers over each other: default, file, profiles, what the command line and the environment set.

use envparity_model::Problem;

use crate::nearest::suggest;
use crate::problem::Problems;
use crate::tree::{Entry, Node, Place, Table, Value};

/// Where a table stands, as far as it decides how it is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    Root,
    Environments,
    Environment,
    Image,
    Elsewhere,
}

impl Spot {
    fn child(self, key: &str) -> Self {
        match (self, key) {
            (Self::Root | Self::Environment, "image") => Self::Image,
            (Self::Root, "environments") => Self::Environments,
            (Self::Environments, _) => Self::Environment,
            _ => Self::Elsewhere,
        }
    }

    /// Alternatives: the first key of each names it, the others only make sense with it.
    fn alternatives(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Image => {
                &[&["build", "tag", "dockerfile", "build-args", "target"], &["ref"], &["archive", "tag"]]
            }
            Self::Environment => &[
                &[
                    "engine",
                    "identity",
                    "known-hosts",
                    "ssh-config",
                    "socket",
                    "tls",
                    "allow-insecure",
                    "attach",
                ],
                &["url", "writes", "insecure"],
            ],
            _ => &[],
        }
    }
}

/// Puts a layer over another: tables merge, everything else is replaced. A layer that chooses another
/// alternative (`url` over `engine`, `ref` over `build`) takes the lower one's away.
pub(crate) fn merge(base: &mut Table, over: &Table, spot: Spot) {
    for group in spot.alternatives().iter().filter(|group| !over.has(group[0])) {
        if spot.alternatives().iter().any(|other| over.has(other[0])) && base.has(group[0]) {
            group.iter().for_each(|key| base.remove(key));
        }
    }
    for entry in &over.entries {
        merge_entry(base, entry, spot.child(&entry.key));
    }
}

fn merge_entry(base: &mut Table, over: &Entry, spot: Spot) {
    let node = match spot {
        Spot::Image => image_table(&over.node),
        _ => over.node.clone(),
    };
    let Some(below) = base.entry_mut(&over.key) else {
        // Merged into an empty table, so that shorthands below it are written out too.
        let node = match &node.value {
            Value::Table(table) => {
                let mut whole = Table::default();
                merge(&mut whole, table, spot);
                Node { value: Value::Table(whole), place: node.place }
            }
            _ => node,
        };
        base.entries.push(Entry { key: over.key.clone(), key_place: over.key_place, node });
        return;
    };
    match (&mut below.node.value, &node.value) {
        (Value::Table(table), Value::Table(over)) => {
            merge(table, over, spot);
            // A table of the default stands nowhere that a person wrote.
            if below.node.place.layer == 0 {
                below.node.place = node.place;
            }
        }
        _ => below.node = node,
    }
    if below.key_place.layer == 0 {
        below.key_place = over.key_place;
    }
}

/// `image = "team/app"` as the table it stands for.
fn image_table(node: &Node) -> Node {
    match &node.value {
        Value::Text(_) => {
            let entry = Entry { key: "ref".to_owned(), key_place: node.place, node: node.clone() };
            Node { value: Value::Table(Table { entries: vec![entry] }), place: node.place }
        }
        _ => node.clone(),
    }
}

/// The chosen profile and those it inherits from, the most basic first. Problems of every profile's `inherits`
/// are reported, chosen or not.
pub(crate) fn profiles(
    file: &Table,
    chosen: Option<&str>,
    problems: &mut Problems<'_>,
) -> Vec<(String, Table)> {
    let none = Table::default();
    let all = file.table("profiles").unwrap_or(&none);
    let names: Vec<&str> = all.entries.iter().map(|entry| entry.key.as_str()).collect();
    for entry in &all.entries {
        check_inherits(entry, all, &names, problems);
    }
    let mut chain: Vec<(String, Table)> = Vec::new();
    let mut next = chosen.filter(|name| *name != "default");
    while let Some(entry) = next.and_then(|name| all.entry(name)) {
        let Some(table) = entry.node.table().filter(|_| chain.iter().all(|(name, _)| *name != entry.key))
        else {
            break;
        };
        let mut own = table.clone();
        own.remove("inherits");
        chain.push((entry.key.clone(), own));
        next = table.text("inherits").filter(|name| *name != "default");
    }
    chain.reverse();
    chain
}

/// The problem of a profile that was asked for and does not exist.
pub(crate) fn unknown_profile(file: &Table, chosen: &str) -> Option<Problem> {
    let names: Vec<&str> = file
        .table("profiles")
        .map(|all| all.entries.iter().map(|entry| entry.key.as_str()).collect())
        .unwrap_or_default();
    let known = chosen == "default" || names.contains(&chosen);
    (!known).then(|| {
        let hint = if names.is_empty() {
            format!("add `[profiles.{chosen}]` with the sections that it changes")
        } else {
            suggest(chosen, names.iter().copied(), "profiles:")
        };
        Problem::new(format!("unknown profile `{chosen}`")).hint(hint)
    })
}

fn check_inherits(entry: &Entry, all: &Table, names: &[&str], problems: &mut Problems<'_>) {
    let Some(node) = entry.node.table().and_then(|table| table.get("inherits")) else { return };
    let Some(parent) = node.text().filter(|parent| *parent != "default") else { return };
    if !names.contains(&parent) {
        let hint = suggest(parent, names.iter().copied().filter(|name| *name != entry.key), "profiles:");
        let message = format!("profile `{}` inherits from the unknown profile `{parent}`", entry.key);
        problems.report(node.place, Problem::new(message).hint(hint));
        return;
    }
    let mut path = vec![entry.key.as_str()];
    let mut next = Some(parent);
    while let Some(name) = next {
        if name == entry.key {
            path.push(name);
            let message = format!("profiles inherit in a circle: `{}`", path.join("` → `"));
            problems.report(node.place, Problem::new(message).hint("remove one `inherits`"));
            return;
        }
        if path.contains(&name) {
            return;
        }
        path.push(name);
        next = all.table(name).and_then(|table| table.text("inherits"));
    }
}

/// Says that a table was read as part of another layer.
pub(crate) fn relabel(table: &mut Table, layer: usize) {
    for entry in &mut table.entries {
        entry.key_place.layer = layer;
        relabel_node(&mut entry.node, layer);
    }
}

fn relabel_node(node: &mut Node, layer: usize) {
    node.place = Place { layer, ..node.place };
    match &mut node.value {
        Value::Table(table) => relabel(table, layer),
        Value::List(items) => items.iter_mut().for_each(|item| relabel_node(item, layer)),
        _ => {}
    }
}
