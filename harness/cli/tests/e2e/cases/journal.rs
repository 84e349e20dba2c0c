//! What is recorded is enough to say it all again, and what is not recorded is never parity.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Image, Outcome, Project, Running};

tests!("journal":
    reports_made_again_are_the_same_bytes,
    a_run_is_found_by_id_path_and_latest,
    a_torn_last_line_is_dropped,
    a_journal_without_an_end_is_never_parity,
    a_missing_body_is_an_error,
    a_journal_that_cannot_grow_is_never_parity,
    a_folder_that_cannot_be_written,
    lines_have_schema_and_type,
    without_a_report_asked_for_a_clean_run_fails,
);

fn recorded() -> (Project, Outcome) {
    let project = Project::new()
        .image(Image::Packages)
        .candidate_image(Image::OldPython)
        .with_manifests()
        .with_control();
    let project = project.candidate_env("VALUE_STATUS", "500").gets(&["/value", "/noise", "/package/foo"]);
    let outcome = project.run();
    outcome.exits(1);
    (project, outcome)
}

fn reports_made_again_are_the_same_bytes() {
    let (project, first) = recorded();
    let names = ["report.json", "report.txt", "report.xml", "report.html"];
    let read = || names.map(|name| fs::read_to_string(first.folder().join(name)).expect("a report"));
    let before = read();
    for name in names {
        fs::remove_file(first.folder().join(name)).expect("removed");
    }
    // Neither an engine nor the configuration's file nor the suites are needed.
    fs::remove_dir_all(project.path("suites")).expect("removed");
    let project = project.variable("DOCKER_HOST", "unix:///nowhere.sock");
    let again = project.parity(&["report", "latest"]);
    again.exits(1);
    assert_eq!(again.stdout, first.stdout);
    for (name, (before, after)) in names.iter().zip(before.into_iter().zip(read())) {
        assert!(before == after, "{name} differs:\n{}", first_difference(&before, &after));
    }
}

fn first_difference(one: &str, other: &str) -> String {
    let pair = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    format!("{pair:?}, {} and {} bytes", one.len(), other.len())
}

fn a_run_is_found_by_id_path_and_latest() {
    let (project, first) = recorded();
    let (id, path) = (first.run.clone().expect("a run"), first.folder().display().to_string());
    for name in ["latest", &id, &path] {
        let again = project.parity(&["report", name, "-o", "json"]);
        let report: Value =
            serde_json::from_str(&again.stdout).unwrap_or_else(|e| panic!("{e}\n{}", again.words()));
        assert_eq!(report["run"], id.as_str());
    }
}

fn journal(outcome: &Outcome) -> std::path::PathBuf {
    outcome.folder().join("lab.ndjson")
}

fn a_torn_last_line_is_dropped() {
    let (project, first) = recorded();
    let text = fs::read_to_string(journal(&first)).expect("a journal");
    fs::write(journal(&first), format!("{text}{{\"type\":\"exch")).expect("written");
    project.parity(&["report", "latest"]).exits(1).prints("response-status");
}

fn a_journal_without_an_end_is_never_parity() {
    let project = Project::new();
    let first = project.run();
    first.exits(0);
    let text = fs::read_to_string(journal(&first)).expect("a journal");
    let lines: Vec<&str> = text.lines().collect();
    fs::write(journal(&first), format!("{}\n", lines[..lines.len() - 1].join("\n"))).expect("written");
    let again = project.parity(&["report", "latest"]);
    assert!(matches!(again.code, Some(3 | 5)), "{}", again.words());
    assert!(!again.stdout.contains("PARITY"), "{}", again.words());
}

fn a_missing_body_is_an_error() {
    let (project, first) = recorded();
    fs::remove_dir_all(first.folder().join("bodies")).expect("removed");
    let again = project.parity(&["report", "latest"]);
    assert!(again.code.is_some_and(|code| code != 0), "{}", again.words());
    assert!(!again.stdout.contains("PARITY"), "{}", again.words());
}

/// A limit on the size of files stands for a full disk: both make a write fail half way.
fn a_journal_that_cannot_grow_is_never_parity() {
    let paths: Vec<String> = (0..400).map(|number| format!("/value?number={number}")).collect();
    let project = Project::new().gets(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    project.write();
    let plain = project.command(&["run"]);
    // In the limit's unit of 512 bytes: more than any report, less than the journal. The signal is ignored, as
    // programs on a full disk see none.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 300; exec \"$0\" run"]).arg(plain.get_program());
    command.current_dir(plain.get_current_dir().expect("set"));
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let outcome = Outcome::of(&project, &["run"], Running::start(&mut command).end());
    outcome.exits(3).verdict("inconclusive").cause(None, "failed to write");
}

/// Tests that need a file system of a certain size.
pub(crate) const WITH_MOUNT: &[crate::Test] = &[
    ("journal::a_full_disk_is_never_parity", a_full_disk_is_never_parity),
    ("journal::a_disk_that_is_full_at_once_is_never_parity", a_disk_that_is_full_at_once_is_never_parity),
];

/// Why no file system can be mounted here; none if one can.
pub(crate) fn no_mount() -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    SmallDisk::mount(folder.path(), "64k").err()
}

/// Memory that is soon full, mounted over a folder.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path, size: &str) -> Result<Self, String> {
        if fs::metadata("/proc/self").map_or(1, |meta| meta.uid()) != 0 {
            return Err("only an administrator may mount".to_owned());
        }
        let options = format!("size={size}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder);
        let output = mount.output().map_err(|error| format!("mount: {error}"))?;
        if output.status.success() {
            Ok(Self(folder.to_owned()))
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(&self.0).status().ok();
    }
}

fn on_a_full_disk(size: &str, cases: usize) {
    let paths: Vec<String> = (0..cases).map(|number| format!("/value?number={number}")).collect();
    let project = Project::local().gets(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    fs::create_dir(project.path(".parity")).expect("a folder");
    let disk = SmallDisk::mount(&project.path(".parity"), size).expect("root may mount");
    let outcome = project.run();
    assert_eq!(outcome.code, Some(3), "{}", outcome.words());
    assert!(outcome.words().contains("No space left on device"), "{}", outcome.words());
    assert!(
        outcome.words().contains("is the disk full?") && !outcome.stdout.contains("PARITY"),
        "{}",
        outcome.words()
    );
    drop(disk);
}

fn a_full_disk_is_never_parity() {
    on_a_full_disk("64k", 100);
}

fn a_disk_that_is_full_at_once_is_never_parity() {
    // Not even the first line of the second journal has room.
    on_a_full_disk("128k", 600);
}

fn a_folder_that_cannot_be_written() {
    // A file where the folder should be: even an administrator cannot write below it.
    let outcome = Project::new().file(".parity", "in the way").run();
    outcome.exits(3).complains(".parity").complains("hint:");
}

fn lines_have_schema_and_type() {
    let (_project, first) = recorded();
    let text = fs::read_to_string(journal(&first)).expect("a journal");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().expect("a type")).collect();
    assert_eq!((types.first(), types.last()), (Some(&"header"), Some(&"footer")));
    for kind in ["environment", "exchange", "manifest", "log"] {
        assert!(types.contains(&kind), "{kind}: {types:?}");
    }
    assert!(lines.iter().all(|line| line["schema"].is_u64()), "a line without `schema`");
}

fn without_a_report_asked_for_a_clean_run_fails() {
    let project = Project::new().file("taken", "a file");
    let outcome = project.parity(&["run", "--report", "junit=taken/junit.xml"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.words());
    outcome.complains("taken/junit.xml");
}
