//! GitHub annotations: workflow commands, one a line, as
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions> has them.

use envparity_model::{Disposition, Report, Severity};

use crate::sentence::{place, sentence};
use crate::view::{Group, View};
use crate::{summary, visible::visible};

/// Annotations of one kind that a step shows; more are dropped there, so the rest is counted in one of ours.
const SHOWN: usize = 10;

/// Errors for what fails the gate and for what could not be compared, warnings and notices for the rest. Nothing that
/// the report holds can start a command of its own: each value is escaped for its place.
pub fn annotations(report: &Report) -> Vec<u8> {
    let view = View::new(report);
    let mut lines = Vec::new();
    for cause in report.causes.iter().take(SHOWN) {
        let hint = cause.hint.as_ref().map(|hint| format!(". {hint}")).unwrap_or_default();
        lines.push(command(
            "error",
            &[("title", "could not be compared")],
            &format!("{}{hint}", cause.message),
        ));
    }
    let groups = view.groups(false);
    for level in ["error", "warning", "notice"] {
        let of_level: Vec<&Group<'_>> = groups.iter().filter(|group| level_of(group) == level).collect();
        let room = if level == "error" { SHOWN.saturating_sub(lines.len()) } else { SHOWN };
        lines.extend(of_level.iter().take(room).map(|group| annotation(&view, level, group)));
        if of_level.len() > room {
            let rest = format!("{} more of this kind are in the report", of_level.len() - room);
            lines.push(command("notice", &[("title", "envparity")], &rest));
        }
    }
    let verdict = [vec![summary::verdict(&view)], summary::claims(report)].concat().join(", ");
    lines.push(command("notice", &[("title", "envparity")], &verdict));
    lines.push(String::new());
    lines.join("\n").into_bytes()
}

fn level_of(group: &Group<'_>) -> &'static str {
    match (group.said.disposition, group.said.severity) {
        (Disposition::Active, _) => "error",
        (_, Severity::Info) => "notice",
        _ => "warning",
    }
}

fn annotation(view: &View<'_>, level: &'static str, group: &Group<'_>) -> String {
    let (said, first) = (group.said, group.first());
    let environments = said.environments.join(", ");
    let what = if group.size > 1 { format!("{} times", group.size) } else { "once".to_owned() };
    let subject = match (&said.endpoint, &first.case) {
        (Some(endpoint), _) if said.cases > 1 => format!(" {endpoint}, {what}"),
        (_, Some(case)) => format!(" {}", case.id),
        _ => String::new(),
    };
    let title = format!("{} in {environments}{subject}", said.code);
    let place = place(view, first);
    let line = place.as_ref().and_then(|(_, line)| *line).map(|line| line.to_string());
    let mut properties = vec![("title", title.as_str())];
    if let Some((file, _)) = &place {
        properties.insert(0, ("file", file));
    }
    if let Some(line) = &line {
        properties.insert(1, ("line", line));
    }
    command(level, &properties, &sentence(view, first))
}

/// `::error file=a,line=1::message`.
fn command(level: &'static str, properties: &[(&'static str, &str)], message: &str) -> String {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", escaped(value, true))).collect();
    format!("::{level} {}::{}", properties.join(","), escaped(message, false))
}

fn escaped(text: &str, is_property: bool) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '%' => out.push_str("%25"),
            ':' if is_property => out.push_str("%3A"),
            ',' if is_property => out.push_str("%2C"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures;

    fn text(report: &Report) -> String {
        String::from_utf8(annotations(report)).expect("UTF-8")
    }

    #[test]
    fn fixtures_read_as_they_did() {
        for (name, report) in fixtures::all() {
            insta::assert_snapshot!(name, text(&report));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_adds_a_command_or_a_property(hostile in "(?s).{0,40}(::|%0A|\r\n|,file=x|::error ::)?.{0,20}") {
            let (plain, poisoned) = (text(&fixtures::poisoned("x")), text(&fixtures::poisoned(&hostile)));
            // Values decide what is told as one, never what a line is.
            prop_assert_eq!(plain.lines().count(), poisoned.lines().count());
            for line in poisoned.lines() {
                let (properties, _) = line.strip_prefix("::").and_then(|l| l.split_once("::")).expect("a command");
                let (level, properties) = properties.split_once(' ').expect("properties");
                prop_assert!(["error", "warning", "notice"].contains(&level));
                let names: Vec<_> = properties.split(',').filter_map(|p| p.split_once('=')).map(|(n, _)| n).collect();
                prop_assert!(names == ["title"] || names == ["file", "title"] || names == ["file", "line", "title"]);
            }
        }
    }
}
