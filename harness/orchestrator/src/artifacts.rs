//! Reports as files.

use std::path::{Path, PathBuf};

use envparity_model::{Problem, Report};

use crate::run_folder::write_atomically;

/// A report's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For pipelines.
    Junit,
    /// For browsers.
    Html,
    /// For code scanning.
    Sarif,
    /// For the page of a pipeline's run.
    Markdown,
    /// For a step of GitHub Actions, on its output.
    Github,
}

impl Format {
    /// Every form with the name that people give it.
    pub const NAMES: [(&str, Self); 7] = [
        ("text", Self::Text),
        ("json", Self::Json),
        ("junit", Self::Junit),
        ("html", Self::Html),
        ("sarif", Self::Sarif),
        ("md", Self::Markdown),
        ("github", Self::Github),
    ];

    /// Reads a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// The report in this form.
    pub fn render(self, report: &Report) -> Vec<u8> {
        match self {
            Self::Text => {
                let style = envparity_report::TextStyle { width: 120, ..Default::default() };
                envparity_report::text(report, &style).into_bytes()
            }
            Self::Json => envparity_report::json(report),
            Self::Junit => envparity_report::junit(report),
            Self::Html => envparity_report::html(report),
            Self::Sarif => envparity_report::sarif(report),
            Self::Markdown => envparity_report::markdown(report),
            Self::Github => envparity_report::annotations(report),
        }
    }
}

/// Reports that every run leaves in its folder.
pub(crate) const STANDARD: &[(Format, &str)] = &[
    (Format::Json, "report.json"),
    (Format::Text, "report.txt"),
    (Format::Junit, "report.xml"),
    (Format::Html, "report.html"),
];

/// Writes the standard reports and those asked for: all of them, even if one fails.
///
/// # Errors
/// Every failure.
pub fn write(report: &Report, run: &Path, asked: &[(Format, PathBuf)]) -> Result<(), Vec<Problem>> {
    let standard = STANDARD.iter().map(|(format, name)| (*format, run.join(name)));
    let problems: Vec<Problem> = standard
        .chain(asked.iter().cloned())
        .filter_map(|(format, path)| write_atomically(&path, &format.render(report)).err())
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
