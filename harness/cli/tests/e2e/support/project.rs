//! A folder with a `parity.toml` and suites, and the binary run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use crate::support::keeper::{self, LabPlace};
use crate::support::{Image, Outcome, Running};

/// A project that is put together, then run. Everything has a default: the same plain image on the local engine
/// and in the lab, one case, no control sample, no manifests.
pub(crate) struct Project {
    folder: Rc<tempfile::TempDir>,
    /// A short path: sockets are in it.
    runtime: tempfile::TempDir,
    image: String,
    container: Vec<String>,
    reference: Side,
    candidate: Side,
    compare: Vec<(String, String)>,
    sections: String,
    suites: bool,
    variables: Vec<(String, String)>,
    /// Where a run must leave nothing, beside the local engine.
    lab: Option<LabPlace>,
    /// Written as it is, instead of all this.
    literal: Option<String>,
}

/// An environment's lines in parity.toml.
struct Side {
    name: &'static str,
    target: String,
    env: Vec<(String, String)>,
    lines: Vec<String>,
}

impl Side {
    /// One of the same name is replaced.
    fn set(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.into(), value.into()));
    }

    fn text(&self) -> String {
        let env: Vec<String> =
            self.env.iter().map(|(name, value)| format!("{name} = {}", quoted(value))).collect();
        let env = if env.is_empty() { String::new() } else { format!("env = {{ {} }}\n", env.join(", ")) };
        let lines: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        format!("[environments.{}]\n{}{env}{lines}", self.name, self.target)
    }
}

impl Project {
    /// `local` against the shared `lab`.
    pub(crate) fn new() -> Self {
        let lab = keeper::lab();
        let mut project = Self::bare();
        project.candidate = side("lab", &lab.lines());
        project.lab = Some(lab.clone());
        project
    }

    /// Both on the local engine, by consent: where the way to a remote host is not the matter.
    pub(crate) fn local() -> Self {
        Self::bare().compare("allow-same-engine", "true")
    }

    fn bare() -> Self {
        let project = Self {
            folder: Rc::new(tempfile::tempdir().expect("a folder")),
            runtime: tempfile::Builder::new().prefix("pe").tempdir_in("/tmp").expect("a folder"),
            image: format!("ref = {:?}\n", keeper::image(Image::Plain)),
            container: vec!["port = 8080".into(), "ready = { http = \"/health\", timeout = \"20s\" }".into()],
            reference: side("local", "engine = \"local\"\n"),
            candidate: side("other", "engine = \"local\"\n"),
            compare: Vec::new(),
            sections: String::new(),
            suites: false,
            variables: vec![("NO_COLOR".into(), "1".into())],
            lab: None,
            literal: None,
        };
        project.compare("control", "\"never\"").compare("manifests", "false")
    }

    /// A folder for commands that touch no engine.
    pub(crate) fn empty() -> Self {
        Self {
            folder: Rc::new(tempfile::tempdir().expect("a folder")),
            runtime: tempfile::Builder::new().prefix("pe").tempdir_in("/tmp").expect("a folder"),
            image: String::new(),
            container: Vec::new(),
            reference: side("local", ""),
            candidate: side("lab", ""),
            compare: Vec::new(),
            sections: String::new(),
            suites: true,
            variables: vec![("NO_COLOR".into(), "1".into())],
            lab: None,
            literal: Some(String::new()),
        }
    }

    /// The image of both sides.
    pub(crate) fn image(mut self, image: Image) -> Self {
        self.image = format!("ref = {:?}\n", keeper::image(image));
        self
    }

    /// Lines of `[image]`.
    pub(crate) fn image_lines(mut self, lines: &str) -> Self {
        self.image = format!("{lines}\n");
        self
    }

    /// One more line of `[container]`; one of the same key is replaced.
    pub(crate) fn container(mut self, key: &str, value: &str) -> Self {
        let prefix = format!("{key} =");
        self.container.retain(|line| !line.starts_with(&prefix));
        self.container.push(format!("{key} = {value}"));
        self
    }

    /// Nothing is asked over HTTP.
    pub(crate) fn without_port(mut self) -> Self {
        self.container.retain(|line| !line.starts_with("port =") && !line.starts_with("ready ="));
        self
    }

    /// A key of `[compare]`.
    pub(crate) fn compare(mut self, key: &str, value: &str) -> Self {
        self.compare.retain(|(known, _)| known != key);
        self.compare.push((key.into(), value.into()));
        self
    }

    /// The reference is sampled twice, as it is by default.
    pub(crate) fn with_control(self) -> Self {
        self.compare("control", "\"auto\"")
    }

    /// Manifests are compared, as they are by default.
    pub(crate) fn with_manifests(self) -> Self {
        self.compare("manifests", "true")
    }

    /// An environment variable of the reference.
    pub(crate) fn reference_env(mut self, name: &str, value: &str) -> Self {
        self.reference.set(name, value);
        self
    }

    /// An environment variable of the candidate.
    pub(crate) fn candidate_env(mut self, name: &str, value: &str) -> Self {
        self.candidate.set(name, value);
        self
    }

    /// An environment variable of both.
    pub(crate) fn env(self, name: &str, value: &str) -> Self {
        self.reference_env(name, value).candidate_env(name, value)
    }

    /// A line of the candidate.
    pub(crate) fn candidate_line(mut self, line: &str) -> Self {
        self.candidate.lines.push(line.into());
        self
    }

    /// A line of the reference.
    pub(crate) fn reference_line(mut self, line: &str) -> Self {
        self.reference.lines.push(line.into());
        self
    }

    /// An image of the candidate's own.
    pub(crate) fn candidate_image(self, image: Image) -> Self {
        let line = format!("image = {{ ref = {:?} }}", keeper::image(image));
        self.candidate_line(&line)
    }

    /// The reference, as name and lines.
    pub(crate) fn reference_is(mut self, name: &'static str, target: &str) -> Self {
        self.reference = side(name, target);
        self.compare("reference", &quoted(name))
    }

    /// The candidate, as name and lines.
    pub(crate) fn candidate_is(mut self, name: &'static str, target: &str) -> Self {
        self.candidate = side(name, target);
        self
    }

    /// The candidate is another lab than the shared one.
    pub(crate) fn candidate_lab(mut self, lab: &LabPlace) -> Self {
        self.candidate.target = lab.lines();
        self.lab = None;
        self
    }

    /// Whole sections at the end of parity.toml.
    pub(crate) fn section(mut self, text: &str) -> Self {
        self.sections.push_str(text);
        self.sections.push('\n');
        self
    }

    /// parity.toml as it is.
    pub(crate) fn literally(mut self, text: &str) -> Self {
        self.literal = Some(text.into());
        self
    }

    /// A suite below `suites/`.
    pub(crate) fn suite(mut self, name: &str, text: &str) -> Self {
        self.suites = true;
        self.file(&format!("suites/{name}.hurl"), text)
    }

    /// One suite, `api`, with a `GET` of each path.
    pub(crate) fn gets(self, paths: &[&str]) -> Self {
        let text: String = paths.iter().map(|path| format!("GET {{{{base}}}}{path}\n\n")).collect();
        self.suite("api", &text)
    }

    /// Manifests and facts alone.
    pub(crate) fn no_suites(mut self) -> Self {
        self.compare.retain(|(key, _)| key != "suites");
        self.suites = false;
        self.compare.push(("suites".into(), "[]".into()));
        self
    }

    /// A file of the project.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        fs::write(path, text).expect("written");
        self
    }

    /// An environment variable of the process.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Shared with outcomes, which look into it when the project is gone.
    pub(crate) fn folder(&self) -> Rc<tempfile::TempDir> {
        self.folder.clone()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn runtime_folder(&self) -> &Path {
        self.runtime.path()
    }

    pub(crate) fn lab(&self) -> Option<&LabPlace> {
        self.lab.as_ref()
    }

    /// parity.toml.
    fn text(&self) -> String {
        if let Some(literal) = &self.literal {
            return literal.clone();
        }
        let container: String = self.container.iter().map(|line| format!("{line}\n")).collect();
        let mut compare = self.compare.clone();
        if self.suites {
            compare.push(("suites".into(), "[\"suites/**/*.hurl\"]".into()));
        } else if !compare.iter().any(|(key, _)| key == "suites") {
            compare.push(("suites".into(), "[\"suites/value.hurl\"]".into()));
        }
        let compare: String = compare.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        format!(
            "[image]\n{}\n[container]\n{container}\n{}\n{}\n[compare]\n{compare}\n{}",
            self.image,
            self.reference.text(),
            self.candidate.text(),
            self.sections
        )
    }

    /// Writes what was put together.
    pub(crate) fn write(&self) {
        let text = self.text();
        if !text.is_empty() {
            fs::write(self.path("parity.toml"), text).expect("written");
        }
        let value = self.path("suites/value.hurl");
        if !self.suites {
            fs::create_dir_all(self.path("suites")).expect("a folder");
            fs::write(value, "GET {{base}}/value\n").expect("written");
        }
    }

    /// The binary in the folder, apart from this machine's settings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parity"));
        self.dress(&mut command);
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// The environment of a process that is to know nothing of this machine's settings.
    pub(crate) fn dress(&self, command: &mut Command) {
        let foreign = std::env::vars_os()
            .map(|(name, _)| name)
            .filter(|name| name.to_string_lossy().starts_with("PARITY_"));
        for name in foreign.collect::<Vec<_>>() {
            command.env_remove(name);
        }
        let home = self.runtime.path().join("home");
        fs::create_dir_all(&home).expect("a folder");
        command.env("XDG_RUNTIME_DIR", self.runtime.path()).env("XDG_STATE_HOME", home.join("state"));
        command.env("XDG_CACHE_HOME", home.join("cache")).env_remove("CI");
        if self.literal.is_none() {
            command.env("PARITY_CACHE_DIR", keeper::cache());
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }

    /// Starts `parity …` and does not wait.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        self.write();
        Running::start(&mut self.command(arguments))
    }

    /// `parity …` to its end. Whatever it was, it leaves nothing on the engines.
    pub(crate) fn parity(&self, arguments: &[&str]) -> Outcome {
        let ended = self.start(arguments).end();
        Outcome::of(self, arguments, ended)
    }

    /// `parity run`.
    pub(crate) fn run(&self) -> Outcome {
        self.parity(&["run"])
    }
}

fn side(name: &'static str, target: &str) -> Side {
    Side { name, target: target.into(), env: Vec::new(), lines: Vec::new() }
}

/// A TOML string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
