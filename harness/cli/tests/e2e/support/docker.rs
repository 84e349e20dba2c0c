//! What an engine holds, asked past envparity: with the docker client.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// An engine as the docker client reaches it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Docker {
    /// None: the local one. Else address and folder of certificates.
    remote: Option<(String, PathBuf)>,
}

impl Docker {
    pub(crate) fn local() -> Self {
        Self::default()
    }

    pub(crate) fn tls(address: &str, certificates: PathBuf) -> Self {
        Self { remote: Some((format!("tcp://{address}"), certificates)) }
    }

    /// Why it does not answer; none if it does.
    pub(crate) fn missing(&self) -> Option<String> {
        self.try_run(&["version", "--format", "{{.Server.Arch}}"], None).err()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        if let Some((address, certificates)) = &self.remote {
            command.args(["-H", address]).env("DOCKER_TLS_VERIFY", "1").env("DOCKER_CERT_PATH", certificates);
        }
        command.args(arguments);
        command
    }

    /// Output of the client, without its last line end.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        self.try_run(arguments, None).unwrap_or_else(|error| panic!("docker {arguments:?}: {error}"))
    }

    /// The same, where failing is an answer too.
    pub(crate) fn try_run(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<String, String> {
        let mut command = self.command(arguments);
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("no docker client: {error}"))?;
        if let (Some(bytes), Some(mut pipe)) = (input, child.stdin.take()) {
            // A client that stops reading says why on its own.
            let _ = pipe.write_all(bytes);
        }
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }

    /// What a container has said on both streams.
    pub(crate) fn logs(&self, container: &str) -> String {
        let output = self.command(&["logs", container]).output().expect("a docker client");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    /// `docker load`.
    pub(crate) fn load(&self, archive: &[u8]) {
        self.try_run(&["load"], Some(archive)).expect("the image loads");
    }

    /// Containers and networks of a run, as lines.
    pub(crate) fn objects_of(&self, run: &str) -> Vec<String> {
        let filter = format!("label=parity.run={run}");
        let containers =
            self.run(&["ps", "-a", "--filter", &filter, "--format", "container {{.Names}} {{.Status}}"]);
        let networks = self.run(&["network", "ls", "--filter", &filter, "--format", "network {{.Name}}"]);
        let volumes = self.run(&["volume", "ls", "--filter", &filter, "--format", "volume {{.Name}}"]);
        let images = self.run(&["images", "--filter", &filter, "--format", "image {{.Repository}}:{{.Tag}}"]);
        [containers, networks, volumes, images]
            .iter()
            .flat_map(|text| text.lines())
            .map(str::to_owned)
            .collect()
    }

    /// Asserts that nothing of a run is left within that time.
    pub(crate) fn holds_nothing_of(&self, run: &str, within: Duration) {
        let begun = Instant::now();
        loop {
            let left = self.objects_of(run);
            if left.is_empty() {
                return;
            }
            assert!(begun.elapsed() < within, "left on {self:?} of run {run} after {within:?}: {left:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
