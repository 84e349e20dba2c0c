//! This binary again, as the process that starts a lab and is then killed, or ends.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use envparity_lab::{Lab, LabOptions};

const JOB: &str = "ENVPARITY_LAB_TEST_JOB";

/// `keep|watched`, name and state folder.
pub(crate) fn job() -> Option<String> {
    std::env::var(JOB).ok()
}

/// Starts a lab and says its container; a kept one is left, the other is held until this process dies.
pub(crate) fn run(job: String) -> ExitCode {
    let parts: Vec<&str> = job.splitn(3, '|').collect();
    let &[keep, name, state_dir] = parts.as_slice() else { return ExitCode::FAILURE };
    let options = LabOptions {
        name: name.to_owned(),
        state_dir: PathBuf::from(state_dir),
        run: "test-child".to_owned(),
        expires_unix: crate::in_seconds(300),
        keep: keep == "keep",
    };
    let keep = options.keep;
    crate::runtime().block_on(async {
        let lab = Lab::start(options, &crate::quiet).await.expect("a lab");
        writeln!(std::io::stdout(), "{}", lab.state().container).expect("a reader");
        if !keep {
            tokio::time::sleep(std::time::Duration::from_secs(120)).await;
        }
    });
    ExitCode::SUCCESS
}

/// Runs that; returns the process and the container that it named.
pub(crate) fn spawn(keep: bool, name: &str, state_dir: &Path) -> (Child, String) {
    let kind = if keep { "keep" } else { "watched" };
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .env(JOB, format!("{kind}|{name}|{}", state_dir.display()))
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a line");
    (child, line.trim().to_owned())
}
