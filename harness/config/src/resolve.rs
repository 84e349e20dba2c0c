//! Sources to configuration.

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use crate::keys::{ROOT, RULES_FILE};
use crate::layer::{Spot, merge, profiles, relabel, unknown_profile};
use crate::model::Config;
use crate::problem::{ConfigError, Problems, Source};
use crate::rule::Rule;
use crate::shape::{Shape, check, join};
use crate::tree::{Entry, Node, Place, Table, Value};
use crate::{default_text, read, setting, syntax, write};

/// What a configuration is made from, the weakest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sources<'a> {
    /// Path for messages, and text.
    pub file: Option<(&'a str, &'a str)>,
    /// The profile that was asked for.
    pub profile: Option<&'a str>,
    /// Single values, the strongest last.
    pub overrides: &'a [Setting],
}

/// A single value: dotted key (`compare.control`), TOML value or bare text, and what set it (`--control`,
/// `PARITY_CONTROL`).
pub type Setting = (String, String, String);

/// A value and where it is from: dotted key, value as TOML with secrets hidden, and `default`, `parity.toml:12`,
/// `profile ci` or what set it.
pub type Origin = (String, String, String);

/// A valid configuration and where it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The configuration.
    pub config: Config,
    /// Every value, in the order of the documentation, names in the order of the file.
    pub origins: Vec<Origin>,
    /// SHA-256 in hex over the resolved values as canonical JSON, secrets hidden.
    pub digest: String,
}

/// Index of the default among sources and layers.
const DEFAULT: usize = 0;
/// Index of the file among sources and layers.
const FILE: usize = 1;

/// Resolves a configuration, or reports every problem at once.
pub fn resolve(sources: &Sources<'_>) -> Result<Resolved, Vec<ConfigError>> {
    let mut texts = vec![Source { name: "default.toml", text: Some(default_text()) }];
    let (name, text) = sources.file.unwrap_or(("parity.toml", ""));
    texts.push(Source { name, text: sources.file.map(|_| text) });
    texts.extend(sources.overrides.iter().map(|(_, _, origin)| Source { name: origin, text: None }));
    let profile = Source { name: "--profile", text: None };
    texts.push(profile);
    let mut problems = Problems::new(&texts);

    let mut root = parse_default(&mut problems);
    let at = Place { source: FILE, layer: FILE, start: 0, end: 0 };
    let file = syntax::parse(text, at, &mut problems);
    if !file.whole {
        return Err(problems.into_errors());
    }
    let whole = Node { value: Value::Table(file.table.clone()), place: at };
    check(&whole, &ROOT, "", &mut problems);
    let mut names = vec![None, None];
    let mut own = file.table.clone();
    own.remove("profiles");
    merge(&mut root, &own, Spot::Root);
    if let Some(problem) = sources.profile.and_then(|profile| unknown_profile(&file.table, profile)) {
        problems.report(Place { source: texts.len() - 1, ..at }, problem);
    }
    for (name, mut table) in profiles(&file.table, sources.profile, &mut problems) {
        relabel(&mut table, names.len());
        merge(&mut root, &table, Spot::Root);
        names.push(Some(name));
    }
    for (index, (key, text, _)) in sources.overrides.iter().enumerate() {
        let place = Place { source: index + 2, layer: names.len(), start: 0, end: 0 };
        match setting::tree(key, text, place) {
            Ok(table) => {
                check(&Node { value: Value::Table(table.clone()), place }, &ROOT, "", &mut problems);
                merge(&mut root, &table, Spot::Root);
            }
            Err(problem) => problems.report(place, problem),
        }
    }
    let config = read::config(&root, &mut problems);
    if !problems.is_empty() {
        return Err(problems.into_errors());
    }
    fill_in(&mut root, &config);
    let origin = |place: Place| match names.get(place.layer) {
        _ if place.layer == DEFAULT => "default".to_owned(),
        Some(Some(profile)) => format!("profile {profile}"),
        _ => problems.origin(place),
    };
    let mut origins = Vec::new();
    list(&root, Some(&ROOT), "", &origin, &mut origins);
    Ok(Resolved { config, origins, digest: digest(&root) })
}

/// Reads a file of rules beside a suite, `NAME.parity.toml`.
pub fn rules_file(path: &str, text: &str) -> Result<Vec<Rule>, Vec<ConfigError>> {
    let texts = [Source { name: path, text: Some(text) }];
    let mut problems = Problems::new(&texts);
    let at = Place { source: 0, layer: FILE, start: 0, end: 0 };
    let file = syntax::parse(text, at, &mut problems);
    let mut rules = Vec::new();
    if file.whole {
        let whole = Node { value: Value::Table(file.table.clone()), place: at };
        check(&whole, &RULES_FILE, "", &mut problems);
        rules = file.table.list("rule").map(|list| read::rules(list, &mut problems)).unwrap_or_default();
    }
    if problems.is_empty() { Ok(rules) } else { Err(problems.into_errors()) }
}

fn parse_default(problems: &mut Problems<'_>) -> Table {
    let at = Place { source: DEFAULT, layer: DEFAULT, start: 0, end: 0 };
    syntax::parse(default_text(), at, problems).table
}

/// Writes out what was chosen because nobody said otherwise.
fn fill_in(root: &mut Table, config: &Config) {
    let place = Place { source: DEFAULT, layer: DEFAULT, start: 0, end: 0 };
    let text = |text: &String| Node { value: Value::Text(text.clone()), place };
    let reference = text(&config.compare.reference);
    let candidates = Value::List(config.compare.candidates.iter().map(text).collect());
    let Some(Value::Table(compare)) = root.entry_mut("compare").map(|entry| &mut entry.node.value) else {
        return;
    };
    for (key, node) in [("reference", reference), ("candidates", Node { value: candidates, place })] {
        let empty = node.list().is_some_and(<[Node]>::is_empty);
        if !compare.has(key) && !empty {
            compare.entries.push(Entry { key: key.to_owned(), key_place: place, node });
        }
    }
}

fn list(
    table: &Table,
    shape: Option<&Shape>,
    path: &str,
    origin: &dyn Fn(Place) -> String,
    out: &mut Vec<Origin>,
) {
    let mut entries: Vec<&Entry> = table.entries.iter().collect();
    entries.sort_by_key(|entry| shape.and_then(|shape| shape.position(&entry.key)));
    for entry in entries {
        let path = join(path, &entry.key);
        let shape = shape.and_then(|shape| shape.child(&entry.key));
        match (&entry.node.value, shape) {
            (Value::Table(table), _) => list(table, shape, &path, origin, out),
            // `[[rule]]` and `[[waiver]]` stand on lines of their own.
            (Value::List(items), Some(Shape::List(Shape::Table(_)))) => {
                for (index, item) in items.iter().enumerate() {
                    let value = write::value(item, &entry.key);
                    out.push((format!("{path}[{index}]"), value, origin(item.place)));
                }
            }
            _ => out.push((path, write::value(&entry.node, &entry.key), origin(entry.node.place))),
        }
    }
}

/// The digest shows that two runs had one configuration. Secrets are hidden first: a digest of a short one could be
/// searched for. How far a search for culprits goes changes nothing of what is compared.
fn digest(root: &Table) -> String {
    let mut compared = root.clone();
    compared.remove("explain");
    let canonical = canonical(&compared).to_string();
    Sha256::digest(canonical.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn canonical(table: &Table) -> Json {
    let mut entries: Vec<&Entry> = table.entries.iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let value = |entry: &Entry| match &entry.node.value {
        Value::Table(table) => canonical(table),
        Value::List(items) => {
            let item = |item: &Node| {
                item.table().map_or_else(|| Json::String(write::value(item, &entry.key)), canonical)
            };
            Json::Array(items.iter().map(item).collect())
        }
        _ => Json::String(write::value(&entry.node, &entry.key)),
    };
    Json::Object(entries.into_iter().map(|entry| (entry.key.clone(), value(entry))).collect::<Map<_, _>>())
}
