//! The command line, by hand: the binary travels.

use std::time::Duration;

use crate::failure::Failure;
use crate::reap::Order;

/// What `--help` says.
pub(crate) const USAGE: &str = "\
envparity-collector collect [--pid N | --container ID] [--root PATH] [--workdir DIR] [--exclude DIR]...
envparity-collector files   [--pid N | --container ID] [--root PATH] [--exclude DIR]...
envparity-collector pack    [--pid N | --container ID] [--root PATH]
envparity-collector probe   [--pid N | --container ID]
envparity-collector wait    [--pid N | --container ID] --port N [--timeout MS]
envparity-collector reap    --run ID [--socket PATH] [--grace SECONDS] [--own NAME]
envparity-collector --version

collect, files and probe write gzipped JSON; pack reads absolute paths from stdin, each ended by NUL, the last one empty,
and writes a tar of them. The target is process 1, its root /proc/1/root; with --container the first process of that container,
where process numbers are shared with the host or with another container.
reap writes `armed`, waits for the end of stdin, and removes everything that carries the label
parity.run=ID, itself last; a line `disarm` ends it before. A newer reaper of the run ends it too.
Exit codes: 0 done, 1 failed, 2 usage, 3 denied, 4 the target is gone, 5 timeout.
";

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Version,
    Collect(Target),
    Files(Target),
    Pack(Target),
    Probe(Target),
    Wait { target: Target, port: u16, timeout: Duration },
    Reap(Order),
}

/// The container to look into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Its first process, as numbered here, unless `container` is given.
    pub(crate) pid: u32,
    /// The whole id of the container, to find its first process.
    pub(crate) container: Option<String>,
    /// Its root file system, as seen from here; else that of its first process.
    pub(crate) root: Option<String>,
    /// The service's working directory, as the container names it.
    pub(crate) workdir: Option<String>,
    /// Directories not to hash.
    pub(crate) excluded: Vec<String>,
}

/// Reads the words after the program's name.
pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> Result<Command, Failure> {
    let mut words = words.into_iter();
    let command = words.next().unwrap_or_default();
    let mut options = Options::default();
    while let Some(name) = words.next() {
        let mut value = || words.next().ok_or_else(|| Failure::Usage(format!("`{name}` needs a value")));
        match name.as_str() {
            "--pid" => options.pid = number(&name, &value()?)?,
            "--container" => options.container = Some(value()?),
            "--root" => options.root = Some(value()?),
            "--workdir" => options.workdir = Some(value()?),
            "--exclude" => options.excluded.push(value()?),
            "--port" => options.port = Some(number(&name, &value()?)?),
            "--run" => options.run = Some(value()?),
            "--socket" => options.socket = value()?,
            "--grace" => options.grace_seconds = number(&name, &value()?)?,
            "--own" => options.own = Some(value()?),
            "--timeout" => options.timeout_ms = number(&name, &value()?)?,
            _ => return Err(Failure::Usage(format!("unknown option `{name}`"))),
        }
    }
    match command.as_str() {
        "--help" | "-h" => Ok(Command::Help),
        "--version" | "-V" => Ok(Command::Version),
        "collect" => Ok(Command::Collect(options.into_target())),
        "files" => Ok(Command::Files(options.into_target())),
        "pack" => Ok(Command::Pack(options.into_target())),
        "probe" => Ok(Command::Probe(options.into_target())),
        "reap" => {
            let run = options.run.filter(|run| !run.is_empty());
            let run = run.ok_or_else(|| Failure::Usage("`reap` needs `--run`".to_owned()))?;
            let grace = Duration::from_secs(options.grace_seconds);
            Ok(Command::Reap(Order { socket: options.socket, run, grace, own: options.own }))
        }
        "wait" => {
            let port = options.port.ok_or_else(|| Failure::Usage("`wait` needs `--port`".to_owned()))?;
            let timeout = Duration::from_millis(options.timeout_ms);
            Ok(Command::Wait { target: options.into_target(), port, timeout })
        }
        other => Err(Failure::Usage(format!("unknown command `{other}`"))),
    }
}

struct Options {
    pid: u32,
    container: Option<String>,
    root: Option<String>,
    workdir: Option<String>,
    excluded: Vec<String>,
    port: Option<u16>,
    timeout_ms: u64,
    run: Option<String>,
    socket: String,
    grace_seconds: u64,
    own: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pid: 1,
            container: None,
            root: None,
            workdir: None,
            excluded: Vec::new(),
            port: None,
            timeout_ms: 30_000,
            run: None,
            socket: "/var/run/docker.sock".to_owned(),
            grace_seconds: 0,
            own: None,
        }
    }
}

impl Options {
    fn into_target(self) -> Target {
        let Self { pid, container, root, workdir, excluded, .. } = self;
        Target { pid, container, root, workdir, excluded }
    }
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Failure::Usage(format!("`{name} {text}` is not a number in range")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, Failure> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_target_is_process_one_unless_said_otherwise() {
        let Ok(Command::Collect(target)) = read("collect --workdir /app --exclude /data --exclude /tmp")
        else {
            panic!("not collect");
        };
        assert_eq!((target.pid, target.container, target.root), (1, None, None));
        assert_eq!(target.excluded, ["/data", "/tmp"]);
        let Ok(Command::Probe(target)) = read("probe --pid 7 --root /") else { panic!("not probe") };
        assert_eq!((target.pid, target.root.as_deref()), (7, Some("/")));
    }

    #[test]
    fn what_is_not_understood_is_a_usage_error() {
        for line in [
            "",
            "scan",
            "collect --pid x",
            "collect --pid",
            "wait",
            "wait --port 70000",
            "reap",
            "reap --grace 5",
            "probe -x",
        ] {
            assert!(matches!(read(line), Err(Failure::Usage(_))), "{line}");
        }
    }
}
