//! What every test of an importer looks at.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use envparity_import::{Imported, Loss};

/// Everything that an import gives, as one text.
pub(crate) fn shown(imported: &Imported) -> String {
    let mut out = String::new();
    for file in &imported.files {
        let _ = writeln!(out, "=== {} ({} entries)\n{}", file.name, file.entries, file.text);
    }
    let _ = writeln!(out, "=== left out");
    for left_out in &imported.left_out {
        let _ = writeln!(out, "{:?}: {}: {}", left_out.loss, left_out.subject, left_out.reason);
    }
    out
}

/// Parses every file as a suite; the number of entries. Every name is one that a folder can hold, once.
pub(crate) fn parsed(imported: &Imported) -> usize {
    let mut entries = 0;
    let mut names = std::collections::HashSet::new();
    for file in &imported.files {
        assert!(names.insert(&file.name), "`{}` twice", file.name);
        assert!(!file.name.contains(['/', '\\']) && !file.name.starts_with('.'), "`{}`", file.name);
        if file.entries == 0 {
            continue;
        }
        let suite = envparity_suite::parse(&file.name, &file.text)
            .unwrap_or_else(|errors| panic!("{}\n{}", errors[0], file.text));
        assert_eq!(suite.entries.len(), file.entries, "{}", file.text);
        entries += suite.entries.len();
        if let Ok(hurlfmt) = std::env::var("HURLFMT") {
            read_by_stock_hurl(&hurlfmt, &file.text);
        }
    }
    entries
}

/// How many whole requests were left out.
pub(crate) fn omitted(imported: &Imported) -> usize {
    imported.left_out.iter().filter(|left_out| left_out.loss != Loss::Part).count()
}

/// Parses a file with stock Hurl too, where `HURLFMT` names it.
fn read_by_stock_hurl(hurlfmt: &str, text: &str) {
    let mut command = Command::new(hurlfmt);
    command.args(["--out", "json"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("hurlfmt");
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("a file that is read");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
}
