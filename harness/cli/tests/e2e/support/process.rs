//! The binary while it runs.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longer than any healthy run: a hang fails with what was said until then.
const PATIENCE: Duration = Duration::from_secs(90);

/// A process, its output read as it comes.
pub(crate) struct Running {
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// A process that has ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut pipe = child.stdout.take().expect("piped");
        let stdout = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).ok();
            bytes
        });
        let (stderr, pipe) = (Arc::new(Mutex::new(String::new())), child.stderr.take().expect("piped"));
        let text = stderr.clone();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                text.lock().expect("no panic").extend([&line, "\n"]);
            }
        });
        Self { child, stdout: Some(stdout), stderr, reader: Some(reader) }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has said on standard error.
    pub(crate) fn said(&self) -> String {
        self.stderr.lock().expect("no panic").clone()
    }

    /// Waits until it says something.
    pub(crate) fn wait_for(&mut self, words: &str) {
        let begun = Instant::now();
        while !self.said().contains(words) {
            let ended = self.child.try_wait().expect("ours").is_some();
            assert!(!ended && begun.elapsed() < PATIENCE, "it never said `{words}`:\n{}", self.said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The id of its run, once it has said it.
    pub(crate) fn run(&mut self) -> String {
        self.wait_for("run ");
        let said = self.said();
        let line = said.lines().find_map(|line| line.strip_prefix("run "));
        line.expect("the run's id").trim().to_owned()
    }

    /// `INT`, `TERM`, `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        let words = format!("kill -{name} {}", self.id());
        assert!(Command::new("sh").args(["-c", &words]).status().expect("a shell").success());
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("ours") {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                self.child.kill().ok();
                panic!("it still ran after {PATIENCE:?}:\n{}", self.said());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let stdout = self.stdout.take().expect("once").join().expect("no panic");
        self.reader.take().expect("once").join().expect("no panic");
        let stderr = self.said();
        Ended { status, stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed leaves no process behind.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
