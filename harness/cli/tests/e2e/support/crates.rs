//! A crate of somebody who tests their service: what the README says to write, built as cargo builds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{Docker, Project, Running};

/// A crate in a folder that stays between test runs, so that only what changed is built.
pub(crate) struct Crate {
    folder: PathBuf,
    project: Project,
}

/// How a run of its tests ended.
pub(crate) struct Tested {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Tested {
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.text);
        self
    }

    pub(crate) fn says(&self, words: &str) -> &Self {
        assert!(self.text.contains(words), "no `{words}` in\n{}", self.text);
        self
    }

    pub(crate) fn lacks(&self, words: &str) -> &Self {
        assert!(!self.text.contains(words), "`{words}` in\n{}", self.text);
        self
    }
}

impl Crate {
    /// A crate around a project.
    pub(crate) fn new(name: &str, project: Project) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crates").join(name);
        for old in ["suites", "snapshots", "target"] {
            fs::remove_dir_all(folder.join(old)).ok();
        }
        fs::create_dir_all(folder.join("tests")).expect("a folder");
        fs::create_dir_all(folder.join("src")).expect("a folder");
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let readme = fs::read_to_string(house.join("README.md")).expect("a README");
        let testkit = fs::canonicalize(house.join("harness/testkit")).expect("the front");
        let dependency = block(&readme, "toml Cargo.toml")
            .replace("../envparity/harness/testkit", &testkit.to_string_lossy());
        let workspace = fs::read_to_string(house.join("Cargo.toml")).expect("a manifest");
        // The same profile, so that what is built already is not built again.
        let profile = workspace.split_once("[profile.dev]").expect("a profile").1;
        let profile = profile.split_once("[profile.release]").expect("another").0;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n{dependency}\n\
             [profile.dev]{profile}"
        );
        write(&folder.join("Cargo.toml"), &manifest);
        write(&folder.join("src/lib.rs"), "");
        write(&folder.join("tests/parity.rs"), &block(&readme, "rust"));
        fs::copy(house.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
        let created = Self { folder, project };
        created.update();
        created
    }

    /// The same crate around another project.
    #[must_use]
    pub(crate) fn with(self, change: impl FnOnce(Project) -> Project) -> Self {
        let changed = Self { project: change(self.project), ..self };
        changed.update();
        changed
    }

    fn update(&self) {
        self.project.write();
        write(&self.folder.join("parity.toml"), &self.project.read("parity.toml"));
        for folder in ["suites", "snapshots"] {
            copy(&self.project.path(folder), &self.folder.join(folder));
        }
    }

    /// `cargo` in its folder; nothing of the cargo and the test runner around it.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if (text.starts_with("CARGO") && !matches!(&*text, "CARGO_HOME" | "CARGO_INCREMENTAL"))
                || text.starts_with("NEXTEST")
            {
                command.env_remove(&name);
            }
        }
        self.project.dress(&mut command);
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target folder");
        command
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TERM_COLOR", "never");
        command.current_dir(&self.folder).args(arguments);
        command
    }

    /// `cargo test --test parity -- ARGUMENTS`, in an environment with more variables.
    pub(crate) fn test(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Tested {
        let mut command = self.cargo(&["test", "--quiet", "--test", "parity", "--"]);
        command.args(arguments).envs(variables.iter().copied());
        tested(&command.output().expect("cargo"))
    }

    /// Builds it, so that what is started next runs at once.
    pub(crate) fn build(&self) {
        let built = self.cargo(&["test", "--test", "parity", "--no-run"]).output().expect("cargo");
        tested(&built).exits(0);
    }

    /// Starts `cargo` and does not wait.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        Running::start(&mut self.cargo(arguments))
    }

    /// The ids of its runs.
    pub(crate) fn runs(&self) -> Vec<String> {
        let folders = fs::read_dir(self.folder.join("target/parity")).into_iter().flatten().flatten();
        let runs =
            folders.filter(|entry| entry.path().join("run.json").is_file() && !entry.path().is_symlink());
        runs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// The processes that have compared under a lease, in order.
    pub(crate) fn comparing(&self) -> Vec<String> {
        let leases = fs::read_dir(self.folder.join("target/parity/leases")).into_iter().flatten().flatten();
        let attempts = leases.filter_map(|lease| fs::read_to_string(lease.path().join("attempts")).ok());
        attempts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Asserts that its runs have left nothing.
    pub(crate) fn has_left_nothing(&self) {
        for run in self.runs() {
            Docker::local().holds_nothing_of(&run, std::time::Duration::from_secs(10));
        }
    }
}

pub(crate) fn tested(output: &Output) -> Tested {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Tested { code: output.status.code(), text: format!("{stdout}\n{stderr}") }
}

/// The first fenced block of a language.
fn block(text: &str, language: &str) -> String {
    let (_, rest) = text.split_once(&format!("```{language}\n")).expect("a block");
    rest.split_once("```").expect("its end").0.to_owned()
}

/// Untouched where nothing changes: cargo looks at times.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).expect("written");
    }
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        return;
    }
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}
