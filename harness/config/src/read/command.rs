//! `[[command]]`.

use envparity_model::{Conditions, Problem};

use super::{compare, required};
use crate::element::duration;
use crate::model::{CommandSpec, EnvironmentSpec};
use crate::problem::Problems;
use crate::tree::{Node, Table, Value};

/// Reads commands, in the order of the file.
pub(super) fn read(
    root: &Table,
    environments: &[EnvironmentSpec],
    problems: &mut Problems<'_>,
) -> Vec<CommandSpec> {
    let mut commands: Vec<CommandSpec> = Vec::new();
    for node in root.list("command").unwrap_or_default() {
        let Some(table) = node.table() else { continue };
        let command = read_one(node, table, environments, problems);
        if !command.name.is_empty() && commands.iter().any(|other| other.name == command.name) {
            let problem = Problem::new(format!("the command `{}` is named twice", command.name));
            let place = table.get("name").map_or(node.place, |name| name.place);
            problems.report(place, problem.hint("each is a case of its own: give each its own name"));
        }
        commands.push(command);
    }
    commands
}

fn read_one(
    node: &Node,
    table: &Table,
    environments: &[EnvironmentSpec],
    problems: &mut Problems<'_>,
) -> CommandSpec {
    let name = required(table, "name", "a command", node.place, problems);
    let (run, written) = words(node, table, problems);
    CommandSpec {
        name,
        run,
        written,
        workdir: table.string("workdir"),
        user: table.string("user"),
        env: table.text_map("env"),
        timeout: table.text("timeout").and_then(|text| duration::parse(text).ok()),
        expect_exit: match table.text("expect-exit") {
            Some(_) => None,
            None => Some(table.whole("expect-exit").unwrap_or(0)),
        },
        conditions: conditions(table, environments, problems),
        origin: problems.origin(node.place),
    }
}

/// What is executed, and the same as it was written.
fn words(node: &Node, table: &Table, problems: &mut Problems<'_>) -> (Vec<String>, String) {
    let Some(run) = table.get("run") else {
        let problem = Problem::new("a command has no `run`");
        let hint = "as `run = [\"ruby\", \"-v\"]`, or a text for `sh -c`";
        problems.report_absent(&["run"], Some(node.place), problem.hint(hint));
        return (Vec::new(), String::new());
    };
    if let Value::Text(text) = &run.value {
        return (vec!["sh".to_owned(), "-c".to_owned(), text.clone()], text.clone());
    }
    let words = table.texts("run").unwrap_or_default();
    if words.first().is_none_or(String::is_empty) {
        let problem = Problem::new("a command runs nothing");
        problems.report(run.place, problem.hint("the first word is the program, as `[\"ruby\", \"-v\"]`"));
    }
    let written = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    (words, written)
}

/// A word as a shell would take it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn conditions(table: &Table, environments: &[EnvironmentSpec], problems: &mut Problems<'_>) -> Conditions {
    let mut named = |key: &str| {
        for node in table.list(key).unwrap_or_default() {
            if let Some(name) = node.text() {
                compare::known(name, node.place, environments, problems);
            }
        }
        table.texts(key).unwrap_or_default()
    };
    let (skip_on, only_on) = (named("skip-on"), named("only-on"));
    Conditions { tags: table.texts("tags").unwrap_or_default(), skip_on, only_on }
}
