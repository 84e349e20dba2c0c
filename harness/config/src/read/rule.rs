//! `[[rule]]`.

use envparity_model::{CaseGlob, Problem};

use super::required;
use crate::element::place::At;
use crate::model::{Rule, Verb};
use crate::problem::Problems;
use crate::tree::{Node, Table};

/// Reads rules, in the order of the file.
pub(crate) fn rules(items: &[Node], problems: &mut Problems<'_>) -> Vec<Rule> {
    items.iter().filter_map(|node| Some(read(node, node.table()?, problems))).collect()
}

fn read(node: &Node, table: &Table, problems: &mut Problems<'_>) -> Rule {
    let at = required(table, "at", "a rule", node.place, problems);
    let verb = required(table, "do", "a rule", node.place, problems);
    if let Ok(place) = At::parse(&at) {
        check_verb(node, table, place, &verb, problems);
    }
    for key in ["abs", "rel"] {
        if let Some(entry) = table.entry(key).filter(|_| verb != "tolerance" && table.text("do").is_some()) {
            let problem = Problem::new(format!("`{key}` has no effect on `do = \"{verb}\"`"));
            problems.report(entry.key_place, problem.hint("it goes with `do = \"tolerance\"`"));
        }
    }
    if verb == "tolerance" && !table.has("abs") && !table.has("rel") {
        let problem = Problem::new("`do = \"tolerance\"` has neither `abs` nor `rel`");
        problems.report(node.place, problem.hint("as `abs = 0.01` or `rel = 0.001`"));
    }
    Rule {
        case: table.text("case").map(CaseGlob::new),
        at,
        verb: match verb.as_str() {
            "type" => Verb::Type,
            "format" => Verb::Format,
            "unordered" => Verb::Unordered,
            "tolerance" => Verb::Tolerance {
                abs: table.number("abs").unwrap_or_default(),
                rel: table.number("rel").unwrap_or_default(),
            },
            _ => Verb::Ignore,
        },
        reason: table.string("reason"),
        origin: problems.origin(node.place),
    }
}

/// Outcome and status are never noise: only `ignore` with a reason silences them. A header is a text.
fn check_verb(node: &Node, table: &Table, at: At, verb: &str, problems: &mut Problems<'_>) {
    let Some(entry) = table.entry("do").filter(|entry| entry.node.text().is_some()) else { return };
    let place = entry.node.place;
    match (at, verb) {
        (At::Outcome | At::Status, "ignore") if !table.has("reason") => {
            let what = if at == At::Outcome { "outcome" } else { "status" };
            let problem = Problem::new(format!("a rule ignores `{what}` without a reason"));
            problems
                .report(node.place, problem.hint("add `reason = \"…\"`: every failure there goes unseen"));
        }
        (At::Outcome | At::Status, "type" | "format" | "unordered" | "tolerance") => {
            let problem = Problem::new(format!("`{verb}` makes no sense on outcome or status"));
            problems.report(place, problem.hint("only `ignore`, with a reason"));
        }
        (At::Header, "type" | "unordered") => {
            let problem = Problem::new(format!("`{verb}` makes no sense on a header, which is a text"));
            problems.report(place, problem.hint("`ignore`, `format` or `tolerance`"));
        }
        _ => {}
    }
}
