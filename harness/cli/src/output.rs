//! Results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstream::ColorChoice;
use envparity_model::Report;
use envparity_report::TextStyle;

use crate::args::Color;

/// Colour for the whole process.
pub(crate) fn choose_color(color: Color) {
    match color {
        Color::Auto => {}
        Color::Always => ColorChoice::Always.write_global(),
        Color::Never => ColorChoice::Never.write_global(),
    }
}

/// A result.
pub(crate) fn result(text: &str) {
    write_to(&mut anstream::stdout().lock(), text);
}

/// A result that must stay byte for byte as it is.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    // A reader that has gone away (`| head`) is no error of ours.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// What is worth knowing beside a result.
pub(crate) fn note(text: &str) {
    write_to(&mut anstream::stderr().lock(), text);
}

/// An error, with its label.
pub(crate) fn error(text: &str) {
    write_to(&mut anstream::stderr().lock(), &format!("\u{1b}[1;31merror\u{1b}[0m: {text}\n"));
}

/// A warning, with its label.
pub(crate) fn warning(text: &str) {
    write_to(&mut anstream::stderr().lock(), &format!("\u{1b}[1;33mwarning\u{1b}[0m: {text}\n"));
}

fn write_to(out: &mut dyn Write, text: &str) {
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// A report for people, with the way to its files from here.
pub(crate) fn report_text(report: &Report, folder: &Path, verbose: bool) -> String {
    let here = std::env::current_dir().ok();
    let near = here.as_deref().and_then(|here| folder.strip_prefix(here).ok()).unwrap_or(folder);
    let near = near.strip_prefix(".").unwrap_or(near);
    envparity_report::text_with_folder(report, &text_style(verbose), &near.display().to_string())
}

/// How text reports are laid out here. Colour codes are stripped on the way out where they are not wanted.
pub(crate) fn text_style(verbose: bool) -> TextStyle {
    let width = if io::stdout().is_terminal() { terminal_width() } else { 110 };
    TextStyle { color: true, width, context: verbose }
}

fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(110).clamp(60, 200)
}
