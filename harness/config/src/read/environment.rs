//! `[environments.NAME]`.

use envparity_model::Problem;

use super::{image, secret, target, variables};
use crate::layer::{Spot, merge};
use crate::model::{EnvironmentSpec, ImageSpec, Target};
use crate::problem::Problems;
use crate::tree::{Entry, Table};

/// Reads every environment, in the order of the file.
pub(super) fn read(root: &Table, problems: &mut Problems<'_>) -> Vec<EnvironmentSpec> {
    let entries = root.table("environments").map(|table| table.entries.as_slice()).unwrap_or_default();
    for (index, entry) in entries.iter().enumerate() {
        let same = |other: &&Entry| other.key.eq_ignore_ascii_case(&entry.key);
        if let Some(other) = entries[..index].iter().find(same) {
            let message = format!("the environments `{}` and `{}` differ in case only", other.key, entry.key);
            problems.report(entry.key_place, Problem::new(message).hint("they name files: rename one"));
        }
    }
    entries.iter().filter_map(|entry| read_one(root, entry, problems)).collect()
}

fn read_one(root: &Table, entry: &Entry, problems: &mut Problems<'_>) -> Option<EnvironmentSpec> {
    let table = entry.node.table()?;
    let target = target::read(entry, table, problems);
    let own = own_image(root, table, problems);
    let shared =
        root.table("image").is_some_and(|image| ["build", "ref", "archive"].iter().any(|s| image.has(s)));
    if let Some(target) = &target {
        refuse_useless(table, target, &entry.key, problems);
        if matches!(target, Target::Engine(_)) && own.is_none() && !shared {
            let problem = Problem::new(format!("the environment `{}` has no image to run", entry.key));
            problems.report_absent(
                &["image", "build", "ref", "archive"],
                Some(entry.key_place),
                problem.hint(
                    "add `[image]` with `build`, `ref` or `archive`, or `attach` to a running container",
                ),
            );
        }
    }
    Some(EnvironmentSpec {
        name: entry.key.clone(),
        // Where it is missing, that was reported, and the whole does not count.
        target: target.unwrap_or(Target::Url { base: String::new(), writes: false, insecure: false }),
        env: table.text_map("env"),
        image: own,
        variables: table.table("variables").map(variables).unwrap_or_default(),
        secrets: secret::read(table, problems),
    })
}

/// An environment's own image: over the shared one, so that platform and transfer stay the same.
fn own_image(root: &Table, table: &Table, problems: &mut Problems<'_>) -> Option<ImageSpec> {
    let own = table.table("image")?;
    let mut whole = root.table("image").cloned().unwrap_or_default();
    merge(&mut whole, own, Spot::Image);
    image::read(&whole, problems)
}

/// What is never applied must not look as if it were.
fn refuse_useless(table: &Table, target: &Target, name: &str, problems: &mut Problems<'_>) {
    let what = match target {
        Target::Engine(_) => return,
        Target::Attach { .. } => "a container that already runs",
        Target::Url { .. } => "an address",
    };
    for key in ["image", "env"] {
        if let Some(entry) = table.entry(key) {
            let message = format!("`{key}` has no effect: the environment `{name}` is {what}");
            problems.report(entry.key_place, Problem::new(message).hint("remove it"));
        }
    }
}
