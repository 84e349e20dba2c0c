//! The ssh client of this machine, pointed at a lab and at nothing of the user's configuration.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use envparity_model::Problem;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// Blocks until its input ends, then ends a lab that is not kept. A lab without one ends after a minute.
pub const WATCH_COMMAND: &str = "lab-watch";

const USER: &str = "ec2-user";
/// sshd and the watch answer in tenths of a second.
const ANSWER: Duration = Duration::from_secs(15);

/// `USER@HOST:PORT` of a lab.
pub(crate) fn destination(port: u16) -> String {
    format!("{USER}@127.0.0.1:{port}")
}

/// A channel whose end, for whatever reason, is the end of the lab.
#[derive(Debug)]
pub(crate) struct Watch {
    _child: Child,
    _input: ChildStdin,
}

impl Watch {
    /// Opens the channel and returns when the lab has said that it watches.
    pub(crate) async fn open(identity: &Path, known_hosts: &Path, port: u16) -> Result<Self, Problem> {
        let mut child = client(identity, known_hosts, port)
            .arg(WATCH_COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(no_client)?;
        let input = child.stdin.take();
        let greeting = async {
            let mut line = String::new();
            if let Some(output) = child.stdout.take() {
                BufReader::new(output).read_line(&mut line).await.ok();
            }
            line
        };
        let line = tokio::time::timeout(ANSWER, greeting).await.unwrap_or_default();
        match input {
            Some(input) if line.trim() == "watching" => Ok(Self { _child: child, _input: input }),
            _ => Err(refused(port, &last_words(&mut child).await)),
        }
    }
}

/// Whether sshd lets us in.
pub(crate) async fn probe(identity: &Path, known_hosts: &Path, port: u16) -> Result<(), Problem> {
    let output = client(identity, known_hosts, port).arg("true").stdin(Stdio::null()).output();
    match tokio::time::timeout(ANSWER, output).await {
        Ok(Ok(output)) if output.status.success() => Ok(()),
        Ok(Ok(output)) => Err(refused(port, &String::from_utf8_lossy(&output.stderr))),
        Ok(Err(error)) => Err(no_client(error)),
        Err(_) => Err(refused(port, "no answer")),
    }
}

fn client(identity: &Path, known_hosts: &Path, port: u16) -> Command {
    let mut command = Command::new("ssh");
    command.args(["-F", "/dev/null", "-T", "-p", &port.to_string()]);
    command.args(["-o", &file_option("IdentityFile", identity)]);
    command.args(["-o", &file_option("UserKnownHostsFile", known_hosts)]);
    for option in [
        "BatchMode=yes",
        "ConnectTimeout=10",
        "ControlPath=none",
        "GlobalKnownHostsFile=/dev/null",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "LogLevel=ERROR",
        "StrictHostKeyChecking=yes",
    ] {
        command.args(["-o", option]);
    }
    command.arg(format!("{USER}@127.0.0.1"));
    // Ctrl-C is for the run to act on: it still needs the lab while it closes.
    command.process_group(0).kill_on_drop(true);
    command
}

/// ssh splits such values at blanks and expands `%`.
fn file_option(name: &str, path: &Path) -> String {
    format!("{name}=\"{}\"", path.display().to_string().replace('%', "%%"))
}

async fn last_words(child: &mut Child) -> String {
    child.start_kill().ok();
    let mut words = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        stderr.take(4096).read_to_end(&mut words).await.ok();
    }
    String::from_utf8_lossy(&words).into_owned()
}

fn refused(port: u16, reason: &str) -> Problem {
    Problem::new(format!("ssh to the lab at `{}` failed: {}", destination(port), reason.trim()))
        .hint("labs publish on 127.0.0.1 of the engine's machine: inside a container, share the network of that machine")
}

fn no_client(error: std::io::Error) -> Problem {
    Problem::new(format!("failed to run `ssh`: {error}")).hint("install an OpenSSH client")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one_word() {
        assert_eq!(
            file_option("IdentityFile", Path::new("/home/a b/50%/identity")),
            "IdentityFile=\"/home/a b/50%%/identity\""
        );
    }
}
