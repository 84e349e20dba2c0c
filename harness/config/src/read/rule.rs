//! `[[rule]]`.

use envparity_model::{CaseGlob, Problem};

use super::required;
use crate::element::place::At;
use crate::nearest::nearest;
use crate::problem::Problems;
use crate::rule::{Rule, Verb};
use crate::tree::{Node, Table, Value};

/// Reads rules, in the order of the file.
pub(crate) fn rules(items: &[Node], problems: &mut Problems<'_>) -> Vec<Rule> {
    items.iter().filter_map(|node| Some(read(node, node.table()?, problems))).collect()
}

fn read(node: &Node, table: &Table, problems: &mut Problems<'_>) -> Rule {
    let at = required(table, "at", "a rule", node.place, problems);
    let verb = required(table, "do", "a rule", node.place, problems);
    if let Ok(place) = At::parse(&at) {
        check_place(node, table, (place, &at), &verb, problems);
    }
    check_parameters(node, table, &verb, problems);
    Rule {
        case: table.text("case").map(CaseGlob::new),
        at,
        verb: verb_of(&verb, table),
        reason: table.string("reason"),
        origin: problems.origin(node.place),
    }
}

fn verb_of(name: &str, table: &Table) -> Verb {
    let text = |key: &str| table.string(key).unwrap_or_default();
    match name {
        "only" => Verb::Only,
        "shape" => Verb::Shape,
        "type" => Verb::Type,
        "format" => Verb::Format,
        "regex" => Verb::Regex { pattern: text("pattern") },
        "tolerance" => Verb::Tolerance {
            abs: table.number("abs").unwrap_or_default(),
            rel: table.number("rel").unwrap_or_default(),
        },
        "round" => Verb::Round {
            digits: table.whole("digits").and_then(|digits| u32::try_from(digits).ok()).unwrap_or_default(),
        },
        "unordered" => Verb::Unordered,
        "set" => Verb::Set,
        "key" => Verb::Key {
            by: table.texts("by").or_else(|| table.string("by").map(|name| vec![name])).unwrap_or_default(),
        },
        "map-keys" => Verb::MapKeys,
        "replace" => Verb::Replace { pattern: text("pattern"), with: text("with") },
        "redact" => Verb::Redact,
        "same-as-capture" => Verb::SameAsCapture { capture: text("capture") },
        _ => Verb::Ignore,
    }
}

/// The keys beside `do`, the verbs that they go with, and whether these need them.
const PARAMETERS: &[(&str, &[&str], bool)] = &[
    ("abs", &["tolerance"], false),
    ("rel", &["tolerance"], false),
    ("digits", &["round"], true),
    ("pattern", &["regex", "replace"], true),
    ("with", &["replace"], true),
    ("by", &["key"], true),
    ("capture", &["same-as-capture"], true),
];

fn check_parameters(node: &Node, table: &Table, verb: &str, problems: &mut Problems<'_>) {
    if !Verb::NAMES.contains(&verb) {
        return;
    }
    for (key, verbs, needed) in PARAMETERS {
        match table.entry(key) {
            Some(entry) if !verbs.contains(&verb) => {
                let problem = Problem::new(format!("`{key}` has no effect on `do = \"{verb}\"`"));
                let with: Vec<String> = verbs.iter().map(|verb| format!("`do = \"{verb}\"`")).collect();
                problems.report(entry.key_place, problem.hint(format!("it goes with {}", with.join(" or "))));
            }
            None if *needed && verbs.contains(&verb) && !is_misspelt(table, key) => {
                let problem = Problem::new(format!("`do = \"{verb}\"` has no `{key}`"));
                problems.report(node.place, problem.hint(example(key)));
            }
            _ => {}
        }
    }
    if verb == "tolerance" && !table.has("abs") && !table.has("rel") {
        let problem = Problem::new("`do = \"tolerance\"` has neither `abs` nor `rel`");
        problems.report(node.place, problem.hint("as `abs = 0.01` or `rel = 0.001`"));
    }
    if let Some(entry) =
        table.entry("by").filter(|entry| matches!(&entry.node.value, Value::List(items) if items.is_empty()))
    {
        let problem = Problem::new("`by` names no field");
        problems.report(entry.node.place, problem.hint(example("by")));
    }
}

/// Whether another key was taken for this one, which was reported.
fn is_misspelt(table: &Table, key: &'static str) -> bool {
    let known = |name: &str| PARAMETERS.iter().any(|(known, ..)| *known == name);
    table.entries.iter().any(|entry| !known(&entry.key) && nearest(&entry.key, [key]).is_some())
}

fn example(key: &str) -> &'static str {
    match key {
        "digits" => "as `digits = 2`: how many decimals count",
        "pattern" => "as `pattern = \"v[0-9]+\"`, a regular expression",
        "with" => "as `with = \"\"`: what stands for a match",
        "by" => "as `by = \"id\"`: the field that tells the items apart",
        _ => "as `capture = \"token\"`: the variable that a suite captured",
    }
}

/// Headers that hold no number.
const WORDED: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "link",
    "location",
    "server",
    "set-cookie",
    "vary",
    "www-authenticate",
    "x-powered-by",
];

/// Outcome and status are never noise: only `ignore` with a reason silences them. A header is a text.
fn check_place(node: &Node, table: &Table, (place, at): (At, &str), verb: &str, problems: &mut Problems<'_>) {
    let known = Verb::NAMES.contains(&verb);
    let Some(entry) = table.entry("do").filter(|_| known) else { return };
    let header = at.strip_prefix("header.").map(str::to_ascii_lowercase).unwrap_or_default();
    let (problem, hint) = match (place, verb) {
        (At::Outcome | At::Status | At::Exit, "ignore") if !table.has("reason") => {
            let problem = Problem::new(format!("a rule ignores `{at}` without a reason"));
            let hint = "add `reason = \"…\"`: every failure there goes unseen";
            return problems.report(node.place, problem.hint(hint));
        }
        (At::Outcome | At::Status | At::Exit, "ignore")
        | (
            At::Stream,
            "ignore" | "format" | "regex" | "tolerance" | "round" | "unordered" | "set" | "replace"
            | "same-as-capture",
        ) => return,
        (At::Outcome | At::Status, _) => {
            (format!("`{verb}` makes no sense on outcome or status"), "only `ignore`, with a reason")
        }
        (At::Exit, _) => (format!("`{verb}` makes no sense on an exit code"), "only `ignore`, with a reason"),
        (At::Stream, _) => (
            format!("`{verb}` makes no sense on the output of a command, which is a text"),
            "`ignore`, `format`, `regex`, `tolerance`, `round`, `unordered`, `set`, `replace` or `same-as-capture`",
        ),
        (At::Header, "type" | "shape" | "unordered" | "set" | "key" | "map-keys") => (
            format!("`{verb}` makes no sense on a header, which is a text"),
            "`ignore`, `format`, `regex`, `tolerance`, `round`, `replace`, `redact`, `same-as-capture` or `only`",
        ),
        (At::Header, "tolerance" | "round") if WORDED.contains(&header.as_str()) => (
            format!("`{verb}` makes no sense on `{at}`, which holds no number"),
            "`format` compares its form, `replace` takes out what differs",
        ),
        (At::Body | At::Json, "only") if matches!(at, "body" | "$") => (
            format!("`only` at `{at}` says nothing: the whole body is compared anyway"),
            "name what is to be compared, as `$.items[*].id`",
        ),
        (At::Element | At::Attribute, "redact") => (
            "`redact` does not reach into markup: a page is recorded as a whole, or not at all".to_owned(),
            "`redact` at `body` keeps the whole page out of the recording",
        ),
        (At::Attribute, "unordered") => (
            "`unordered` makes no sense on an attribute, which has no children".to_owned(),
            "name the element whose children may stand in any order",
        ),
        (At::Element | At::Attribute, verb) if !Verb::IN_MARKUP.contains(&verb) => (
            format!("`{verb}` makes no sense at a place in markup, which holds texts"),
            "`ignore`, `type`, `format`, `regex`, `tolerance`, `round`, `replace`, or `unordered` for children",
        ),
        _ => return,
    };
    problems.report(entry.node.place, Problem::new(problem).hint(hint));
}
