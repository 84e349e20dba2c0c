//! The report as a person reads it: calm, aligned, readable without colour, most important first, direction
//! in words, nothing twice.

mod cases;
mod findings;
mod head;
mod packages;
pub(crate) mod page;
mod verdict;

use envparity_model::{Report, Severity};

use crate::view::View;
use page::{Page, Tone};

/// How the text is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextStyle {
    /// Write SGR escape sequences.
    pub color: bool,
    /// Columns of the terminal; 0: as for a file, 100.
    pub width: usize,
    /// Show what stands around each difference.
    pub context: bool,
}

/// The report as text for a terminal or a log. Untrusted values cannot add lines or escape sequences.
pub fn text(report: &Report, style: &TextStyle) -> String {
    text_with_folder(report, style, "")
}

/// [`text`], with the run's folder as a person would type it (`target/parity/latest`): the HTML report is named
/// below it.
pub fn text_with_folder(report: &Report, style: &TextStyle, folder: &str) -> String {
    let view = View::new(report);
    let mut page = Page::for_style(style);
    head::headline(&mut page, &view);
    page.blank();
    head::run(&mut page, report);
    head::environments(&mut page, &view);
    cases::suites(&mut page, report);
    page.blank();
    verdict::causes(&mut page, report);
    findings::findings(&mut page, &view, style.context);
    packages::packages(&mut page, &view);
    packages::facts(&mut page, &view);
    cases::uncovered(&mut page, &view);
    page.blank();
    verdict::verdict(&mut page, &view, folder);
    page.finish()
}

/// Where what did not fit can be read.
fn elsewhere(report: &Report) -> &'static str {
    let html = report.artifacts.iter().any(|artifact| artifact.ends_with("report.html"));
    if html { "see report.html" } else { "see the JSON report" }
}

const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical => Tone::Bad,
        Severity::Major => Tone::Warning,
        Severity::Minor => Tone::Plain,
        Severity::Info => Tone::Quiet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixtures, visible::columns};

    fn plain(report: &Report) -> String {
        text_with_folder(report, &TextStyle { width: 100, ..TextStyle::default() }, "target/parity/latest")
    }

    #[test]
    fn fixtures_read_as_they_did() {
        for (name, report) in fixtures::all() {
            insta::assert_snapshot!(name, plain(&report));
        }
    }

    #[test]
    fn colour_adds_sequences_and_nothing_else() {
        for (name, report) in fixtures::all() {
            let style = TextStyle { color: true, width: 100, ..TextStyle::default() };
            let colored = text_with_folder(&report, &style, "target/parity/latest");
            let stripped: String = colored
                .split('\u{1b}')
                .enumerate()
                .map(
                    |(at, part)| {
                        if at == 0 { part } else { part.split_once('m').map_or(part, |(_, text)| text) }
                    },
                )
                .collect();
            assert_eq!(stripped, plain(&report), "{name}");
        }
    }

    #[test]
    fn untrusted_text_adds_no_line_and_no_control() {
        let report = fixtures::hostile();
        let shown = plain(&report);
        assert!(shown.lines().all(|line| crate::visible(line) == line));
        assert!(!shown.lines().any(|line| line.starts_with("::error")));
    }

    #[test]
    fn without_a_folder_the_run_is_named() {
        let shown = text(&fixtures::drift(), &TextStyle::default());
        assert!(shown.ends_with("report.html in the folder of run 20261124T095803Z-k3v9qa\n"));
    }

    #[test]
    fn a_narrow_terminal_gets_short_values() {
        let mut report = fixtures::drift();
        report.findings[0].candidate = Some("x".repeat(4000));
        let shown = text(&report, &TextStyle { width: 60, ..TextStyle::default() });
        let value = shown.lines().find(|line| line.contains("xxx"));
        assert!(value.is_some_and(|line| columns(line) <= 60 && line.contains('…')));
    }

    #[test]
    fn commands_are_never_cut() {
        let mut report = fixtures::drift();
        let curl = format!("curl -i {}", "x".repeat(400));
        report.findings[0].repeat = Some(envparity_model::Repeat { curl: curl.clone() });
        assert!(plain(&report).contains(&curl));
    }
}
