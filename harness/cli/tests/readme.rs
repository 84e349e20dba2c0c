//! The README is true: its configuration resolves, its suite parses, its commands exist, its exit codes are those of
//! `--help`.

#![expect(clippy::unwrap_used, reason = "a test says what it needs by failing")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// The contents of all fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let text = readme();
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find(&format!("```{language}\n")) {
        let body = &rest[start + language.len() + 4..];
        let end = body.find("\n```").unwrap();
        found.push(body[..end].to_owned() + "\n");
        rest = &body[end..];
    }
    assert!(!found.is_empty(), "no block of `{language}`");
    found
}

fn parity(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parity"));
    command.args(arguments).current_dir(folder).env("API_TOKEN", "a-token").output().unwrap()
}

/// Adds what a person would: keys of a table that is there already go into it, new tables to the end.
fn merge(all: &str, more: &str) -> String {
    let mut merged = all.to_owned();
    let mut rest = more;
    while let Some(start) = rest.find('[') {
        let end = rest[start..].find("\n\n").map_or(rest.len(), |end| start + end + 2);
        let (header, keys) = rest[start..end].split_once('\n').unwrap();
        let name = header.split('#').next().unwrap().trim();
        match merged.find(&format!("{name}\n")).filter(|_| !name.starts_with("[[")) {
            Some(at) => merged.insert_str(at + name.len() + 1, &format!("{}\n", keys.trim_end())),
            None => merged = format!("{merged}\n{}\n", rest[start..end].trim_end()),
        }
        rest = &rest[end..];
    }
    merged
}

/// A folder with what the README says to write.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let configuration = blocks("toml").into_iter().reduce(|all, more| merge(&all, &more)).unwrap();
    fs::write(folder.path().join("parity.toml"), configuration).unwrap();
    fs::create_dir(folder.path().join("suites")).unwrap();
    for name in ["setup", "teardown"] {
        fs::write(folder.path().join(format!("suites/{name}.hurl")), "GET {{base}}/health\n").unwrap();
    }
    fs::write(folder.path().join("suites/activity.hurl"), blocks("hurl").join("\n")).unwrap();
    folder
}

#[test]
fn its_configuration_and_suite_are_accepted() {
    let folder = project();
    let output = parity(folder.path(), &["check"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("suites/activity POST /activity"), "{text}");
    assert!(text.contains("local against qa"), "{text}");
}

#[test]
fn its_commands_exist() {
    let folder = project();
    let mut seen = 0;
    for line in blocks("sh").iter().flat_map(|block| block.lines()) {
        let command = line.split('#').next().unwrap_or_default();
        let mut words: Vec<&str> = command.split_whitespace().collect();
        match words.first() {
            Some(&"parity") => {
                words.push("--help");
                let output = parity(folder.path(), &words[1..]);
                assert!(output.status.success(), "`{line}`: {}", String::from_utf8_lossy(&output.stderr));
            }
            Some(script) if script.starts_with("ci/") => {
                assert!(root().join(script).is_file(), "`{script}` is missing");
            }
            Some(&"cargo") => assert!(root().join("harness/cli/Cargo.toml").is_file()),
            _ => continue,
        }
        seen += 1;
    }
    assert!(seen >= 6, "only {seen} commands were found");
}

#[test]
fn what_it_says_of_the_configuration_can_be_printed() {
    let folder = project();
    for what in ["default", "show", "schema"] {
        let output = parity(folder.path(), &["config", what]);
        assert!(output.status.success() && !output.stdout.is_empty(), "config {what}");
    }
}

#[test]
fn its_exit_codes_are_those_of_the_help() {
    let folder = tempfile::tempdir().unwrap();
    let help = parity(folder.path(), &["--help"]);
    let help = String::from_utf8_lossy(&help.stdout).replace('\n', " ");
    let text = readme();
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit()));
    for row in rows {
        let codes = row.trim_start_matches("| ").split(" |").next().unwrap();
        for code in codes.split(", ") {
            assert!(help.contains(code), "exit code {code} is not in --help: {help}");
        }
    }
}
