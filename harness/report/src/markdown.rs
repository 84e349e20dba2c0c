//! A summary in GitHub-flavoured Markdown, for the page of a pipeline's run or the comment on a change.

use std::fmt::Write;

use envparity_model::{Environment, Report, Role};

use crate::sentence::{culprit, sentence};
use crate::view::{Group, View};
use crate::visible::{cut, visible};
use crate::{summary, words};

/// Groups in the table; the rest is counted.
const GROUPS: usize = 20;
/// Packages of one candidate.
const PACKAGES: usize = 10;
/// Lines of a list.
const LINES: usize = 10;
/// Columns of one text.
const TEXT: usize = 300;

/// Verdict, environments, what differs, what was not compared. Text from elsewhere stands in `<code>` with every
/// character that Markdown or HTML could read written as a reference: it opens nothing, ends no cell, calls nobody.
pub fn markdown(report: &Report) -> Vec<u8> {
    let view = View::new(report);
    let mut out = Vec::new();
    out.push(format!("## parity: {}", words::verdict(report.verdict)));
    out.push(String::new());
    let claims = summary::claims(report).into_iter().chain([summary::verdict(&view)]);
    let claims: Vec<String> = claims.map(|claim| text(&claim)).collect();
    out.push(format!("{}, exit {}", claims.join(", "), report.exit_code));
    out.extend(summary::blamed(report).map(|blamed| format!("\n**{}**", text(&blamed))));
    out.push(format!(
        "\n{}",
        summary::run(report).iter().map(|cell| code(cell)).collect::<Vec<_>>().join(" · ")
    ));
    list(
        &mut out,
        "Could not be compared",
        report.causes.iter().map(|cause| {
            let hint = cause.hint.as_ref().map(|hint| format!("<br>{}", text(hint))).unwrap_or_default();
            format!("{}{hint}", text(&cause.message))
        }),
    );
    environments(&mut out, report);
    findings(&mut out, &view);
    packages(&mut out, &view);
    let not_compared = report.coverage.not_compared.iter().map(|not| {
        let environment =
            not.environment.as_ref().map(|name| format!(" in {}", code(name))).unwrap_or_default();
        format!("{}{environment}: {}", code(not.case.as_str()), text(&not.reason))
    });
    list(&mut out, "Cases that were not compared", not_compared);
    list(&mut out, "Waivers", report.waivers.iter().map(|waiver| text(waiver)));
    out.push(String::new());
    out.join("\n").into_bytes()
}

fn environments(out: &mut Vec<String>, report: &Report) {
    let row = |environment: &Environment| {
        let role = match environment.role {
            Role::Reference => "reference",
            Role::Candidate => "candidate",
            Role::Baseline => "approved",
        };
        let engine = environment.engine.as_ref();
        let engine = engine.map(|engine| code(&format!("{} {}", engine.endpoint, engine.version)));
        let image = environment.image.as_ref();
        let image = image.map(|image| code(&format!("{} {}", image.r#ref, words::short(&image.id))));
        let packages =
            environment.packages.map_or_else(|| "none collected".to_owned(), |count| count.to_string());
        [
            code(&environment.name),
            role.to_owned(),
            engine.unwrap_or_default(),
            image.unwrap_or_default(),
            packages,
        ]
    };
    let rows = report.environments.iter().map(row);
    table(out, "Environments", ["environment", "role", "engine", "image", "packages"], rows);
}

fn findings(out: &mut Vec<String>, view: &View<'_>) {
    let groups = view.groups(false);
    let row = |group: &Group<'_>| {
        let (said, first) = (group.said, group.first());
        let what = match (&first.case, &said.endpoint) {
            (Some(case), _) if said.cases < 2 => code(case.id.as_str()),
            (Some(_), Some(endpoint)) => {
                format!("{}<br>{}", code(endpoint), words::count(said.findings.len() as u64, "finding"))
            }
            _ => code(&first.subject.as_deref().map(words::subject).unwrap_or_default()),
        };
        let culprits: Vec<String> =
            first.culprits.iter().map(|one| format!("<br>culprit {}", code(&culprit(one)))).collect();
        let shows = format!("{}{}", code(&sentence(view, first)), culprits.concat());
        let environments: Vec<String> = said.environments.iter().map(|name| code(name)).collect();
        [said.severity.name().to_owned(), said.code.name().to_owned(), what, environments.join(", "), shows]
    };
    table(out, "Findings", ["severity", "what", "where", "in", "shows"], groups.iter().take(GROUPS).map(row));
    more(out, groups.len(), GROUPS);
}

fn packages(out: &mut Vec<String>, view: &View<'_>) {
    for candidate in view.candidates() {
        let Some(summary) = view.report.packages.summary.get(&candidate.name) else { continue };
        let changes = view.packages(&candidate.name);
        out.push(format!("\n### Packages\n\n{}", text(&words::packages(&candidate.name, summary))));
        let row =
            |(change, finding): &(&envparity_model::PackageChange, Option<&envparity_model::Finding>)| {
                [
                    finding.map(|finding| finding.severity.name()).unwrap_or_default().to_owned(),
                    words::direction(change.change).to_owned(),
                    code(&format!("{} {}", change.ecosystem.name(), change.name)),
                    code(&words::change(change.reference.as_deref(), change.candidate.as_deref())),
                    change
                        .proven
                        .as_ref()
                        .map(|proven| format!("proven {}", text(proven)))
                        .unwrap_or_default(),
                ]
            };
        let rows = changes.iter().take(PACKAGES).map(row);
        table(out, "", ["severity", "direction", "package", "versions", "proof"], rows);
        more(out, changes.len(), PACKAGES);
    }
}

fn table<const N: usize>(
    out: &mut Vec<String>,
    title: &str,
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) {
    let rows: Vec<String> = rows.map(|row| format!("| {} |", row.join(" | "))).collect();
    if rows.is_empty() {
        return;
    }
    if !title.is_empty() {
        out.push(format!("\n### {title}"));
    }
    out.push(format!("\n| {} |", columns.join(" | ")));
    out.push(format!("|{}", " --- |".repeat(N)));
    out.extend(rows);
}

fn list(out: &mut Vec<String>, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    let total = lines.len();
    if total == 0 {
        return;
    }
    out.push(format!("\n### {title}\n"));
    out.extend(lines.take(LINES).map(|line| format!("- {line}")));
    more(out, total, LINES);
}

fn more(out: &mut Vec<String>, total: usize, shown: usize) {
    if total > shown {
        out.push(format!("\nand {} more in the report", total - shown));
    }
}

/// Text from elsewhere, as code.
fn code(value: &str) -> String {
    let value = text(value);
    if value.trim().is_empty() { String::new() } else { format!("<code>{value}</code>") }
}

/// Text in which nothing is markup: ASCII punctuation that Markdown, HTML or a host reads is a character reference.
fn text(value: &str) -> String {
    let mut out = String::new();
    for c in visible(&cut(value, TEXT)).chars() {
        match c {
            '-' | ',' | ';' | '%' | '=' | '?' => out.push(c),
            c if c.is_ascii_punctuation() => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser};

    use super::*;
    use crate::fixtures;

    fn written(report: &Report) -> String {
        String::from_utf8(markdown(report)).expect("UTF-8")
    }

    /// What an independent parser takes for structure: tags and our own HTML, without text.
    fn structure(markdown: &str) -> Vec<String> {
        Parser::new_ext(markdown, Options::all())
            .filter_map(|event| match event {
                Event::Start(tag) => Some(format!("{tag:?}")),
                Event::End(tag) => Some(format!("/{tag:?}")),
                Event::InlineHtml(html) | Event::Html(html) => Some(html.into_string()),
                Event::Text(_) => None,
                other => Some(format!("{other:?}")),
            })
            .collect()
    }

    #[test]
    fn fixtures_read_as_they_did() {
        for (name, report) in fixtures::all().into_iter().filter(|(name, _)| *name != "hostile") {
            insta::assert_snapshot!(name, written(&report));
        }
    }

    #[test]
    fn only_our_own_html_is_there() {
        for (name, report) in fixtures::all() {
            for html in structure(&written(&report)).iter().filter(|html| html.starts_with('<')) {
                assert!(["<code>", "</code>", "<br>"].contains(&html.as_str()), "{name}: {html}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_is_markup(
            text in prop_oneof![
                any::<String>(),
                "[\\\\|`*_<>&#@!\\[\\]()~$:/. a\n-]{1,30}",
                Just("</code>|<img src=x onerror=a>\\| @team #1 https://x.example [a](b)\n\n# x".to_owned()),
            ]
        ) {
            prop_assume!(!text.trim().is_empty() && !crate::visible(&text).trim().is_empty());
            let plain = structure(&written(&fixtures::poisoned("x")));
            prop_assert_eq!(structure(&written(&fixtures::poisoned(&text))), plain);
        }
    }
}
