//! What a whole test run shares: the fixture's images and a lab, held by a process of their own that ends when
//! the test run does. So it works alike for one process with all tests and for a process per test.

use std::fs;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use envparity_lab::{Lab, LabOptions};
use serde::{Deserialize, Serialize};

use crate::support::{Docker, Image, fixture};

const JOB: &str = "ENVPARITY_E2E_KEEPER";
const REPOSITORY: &str = "envparity-e2e-";
/// The lab's image is built once per machine, from a package mirror.
const PATIENCE: Duration = Duration::from_secs(240);

/// A lab as tests see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LabPlace {
    /// `USER@HOST:PORT`.
    pub(crate) destination: String,
    pub(crate) identity: PathBuf,
    pub(crate) known_hosts: PathBuf,
    /// `HOST:PORT` of the engine over TLS.
    pub(crate) tls: String,
    /// `ca.pem`, `cert.pem`, `key.pem`.
    pub(crate) certificates: PathBuf,
}

impl LabPlace {
    pub(crate) fn of(lab: &Lab) -> Self {
        let (tls, authority, _, _) = lab.tls().expect("a port");
        Self {
            destination: lab.destination(),
            identity: lab.identity().to_owned(),
            known_hosts: lab.known_hosts().to_owned(),
            tls,
            certificates: authority.parent().expect("a folder").to_owned(),
        }
    }

    /// Its engine, past envparity.
    pub(crate) fn docker(&self) -> Docker {
        Docker::tls(&self.tls, self.certificates.clone())
    }

    /// The lines of an environment in parity.toml.
    pub(crate) fn lines(&self) -> String {
        format!(
            "engine = \"ssh://{}\"\nidentity = \"{}\"\nknown-hosts = \"{}\"\nssh-config = \"/dev/null\"\n",
            self.destination,
            self.identity.display(),
            self.known_hosts.display()
        )
    }
}

/// The reference of an image of this test run.
pub(crate) fn image(image: Image) -> String {
    keep("images");
    format!("{REPOSITORY}{}:{}", watched(), image.tag())
}

/// An image as an archive, under another reference.
pub(crate) fn archive(image: Image, reference: &str) -> Vec<u8> {
    keep("images");
    let architecture = Docker::local().run(&["version", "--format", "{{.Server.Arch}}"]);
    let service = fixture::compile(Path::new(env!("CARGO_TARGET_TMPDIR")), &architecture);
    image.archive(reference, &architecture, &service)
}

/// The lab that tests share; nothing may change it but through runs.
pub(crate) fn lab() -> &'static LabPlace {
    static LAB: OnceLock<LabPlace> = OnceLock::new();
    LAB.get_or_init(|| serde_json::from_str(&keep("lab")).expect("what the keeper wrote"))
}

/// A folder for what runs cache, shared as on a real machine.
pub(crate) fn cache() -> PathBuf {
    keep("images");
    folder_of(watched()).join("cache")
}

/// Ends with the process of this id: the test runner's, where each test is a process of its own.
fn watched() -> u32 {
    if std::env::var_os("NEXTEST").is_some() { parent_id() } else { std::process::id() }
}

fn folder_of(id: u32) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("e2e-{id}"))
}

/// Starts the keeper if nobody has, and waits until it has written `name`.
#[expect(clippy::zombie_processes, reason = "it outlives the process that starts it")]
fn keep(name: &str) -> String {
    let folder = folder_of(watched());
    fs::create_dir_all(&folder).expect("a folder");
    if fs::File::create_new(folder.join("started")).is_ok() {
        let log = fs::File::create(folder.join("keeper.log")).expect("a log");
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.env(JOB, watched().to_string()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        // Apart from the tests, so that what ends them does not end it before it has tidied up.
        command.process_group(0).spawn().expect("the keeper");
    }
    let begun = Instant::now();
    loop {
        if let Ok(text) = fs::read_to_string(folder.join(name)) {
            return text;
        }
        let log = || fs::read_to_string(folder.join("keeper.log")).unwrap_or_default();
        assert!(!folder.join("failed").exists() && begun.elapsed() < PATIENCE, "no {name}: {}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The process to watch, if this process is the keeper.
pub(crate) fn job() -> Option<u32> {
    std::env::var(JOB).ok()?.parse().ok()
}

/// The keeper itself.
pub(crate) fn run(watched: u32) -> ExitCode {
    let folder = folder_of(watched);
    let failed = Failed(folder.clone());
    remove_remains();
    fixture::load_all(Path::new(env!("CARGO_TARGET_TMPDIR")), &format!("{REPOSITORY}{watched}"));
    publish(&folder, "images", "");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let lab =
            Lab::start(lab_options("shared", &folder.join("labs"), watched), &|_| ()).await.expect("a lab");
        publish(&folder, "lab", &serde_json::to_string(&LabPlace::of(&lab)).expect("plain data"));
        while is_alive(watched) {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        lab.stop().await.expect("the lab stops");
    });
    std::mem::forget(failed);
    remove_images(watched);
    fs::remove_dir_all(&folder).ok();
    ExitCode::SUCCESS
}

/// Tells the tests that wait, whatever went wrong.
struct Failed(PathBuf);

impl Drop for Failed {
    fn drop(&mut self) {
        fs::write(self.0.join("failed"), "").ok();
    }
}

/// A lab that ends with this process.
pub(crate) fn lab_options(name: &str, state_dir: &Path, run: u32) -> LabOptions {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    LabOptions {
        name: format!("e2e-{name}-{run}"),
        state_dir: state_dir.to_owned(),
        run: format!("e2e-{run}"),
        expires_unix: now.as_secs() as i64 + 3600,
        keep: false,
    }
}

fn publish(folder: &Path, name: &str, text: &str) {
    let fresh = folder.join(format!(".{name}"));
    fs::write(&fresh, text).expect("written");
    fs::rename(&fresh, folder.join(name)).expect("renamed");
}

pub(crate) fn is_alive(process: u32) -> bool {
    let status =
        Command::new("sh").args(["-c", &format!("kill -0 {process}")]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn remove_images(id: u32) {
    let docker = Docker::local();
    for image in Image::ALL {
        docker.try_run(&["rmi", &format!("{REPOSITORY}{id}:{}", image.tag())], None).ok();
    }
}

/// What keepers that were killed have left.
fn remove_remains() {
    let images = Docker::local().run(&["images", "--format", "{{.Repository}}"]);
    let ids = images.lines().filter_map(|name| name.strip_prefix(REPOSITORY)?.parse().ok());
    let mut dead: Vec<u32> = ids.filter(|id| !is_alive(*id)).collect();
    dead.dedup();
    for id in dead {
        remove_images(id);
        fs::remove_dir_all(folder_of(id)).ok();
    }
}
