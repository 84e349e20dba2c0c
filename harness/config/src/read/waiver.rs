//! `[[waiver]]`.

use envparity_model::{CaseGlob, Code, Problem};

use super::{compare, required};
use crate::model::{Day, EnvironmentSpec, Waiver};
use crate::problem::Problems;
use crate::tree::{Node, Table, Value};

/// Reads waivers, in the order of the file.
pub(super) fn read(
    root: &Table,
    environments: &[EnvironmentSpec],
    problems: &mut Problems<'_>,
) -> Vec<Waiver> {
    let items = root.list("waiver").unwrap_or_default();
    items.iter().filter_map(|node| Some(read_one(node, node.table()?, environments, problems))).collect()
}

fn read_one(
    node: &Node,
    table: &Table,
    environments: &[EnvironmentSpec],
    problems: &mut Problems<'_>,
) -> Waiver {
    if !["code", "subject", "case", "group"].iter().any(|key| table.has(key)) {
        let problem = Problem::new("a waiver names no finding");
        problems.report(node.place, problem.hint("at least one of `code`, `subject`, `case` and `group`"));
    }
    if let Some(place) = table.get("environment")
        && let Some(name) = place.text()
    {
        compare::known(name, place.place, environments, problems);
    }
    let expires = match table.get("expires").map(|node| &node.value) {
        Some(Value::Date(day)) => Some(*day),
        Some(_) => None,
        None => {
            let problem = Problem::new("a waiver has no `expires`");
            problems.report_absent(
                &["expires"],
                Some(node.place),
                problem.hint("the last day it holds, as `expires = 2026-12-31`"),
            );
            None
        }
    };
    let versions = table.table("versions");
    Waiver {
        code: table.text("code").and_then(Code::from_name),
        subject: table.string("subject"),
        group: table.string("group"),
        pairs: Vec::new(),
        case: table.text("case").map(CaseGlob::new),
        at: table.string("at"),
        environment: table.string("environment"),
        reference_version: versions.and_then(|versions| versions.string("reference")),
        candidate_version: versions.and_then(|versions| versions.string("candidate")),
        reason: required(table, "reason", "a waiver", node.place, problems),
        owner: required(table, "owner", "a waiver", node.place, problems),
        expires: expires.unwrap_or(Day { year: 0, month: 1, day: 1 }),
        origin: problems.origin(node.place),
    }
}
