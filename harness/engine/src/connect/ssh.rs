//! One ssh master per host. The engine's socket and every published port are forwarded to local sockets, so
//! port 22 is all that the host must open and the engine's client need not be installed there.

use std::io;
use std::num::NonZeroUsize;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use openssh::{
    Child, ChildStdin, ChildStdout, ControlPersist, ForwardType, KnownHosts, Session, SessionBuilder, Socket,
    Stdio,
};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::error::{EngineError, ErrorKind};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the master outlives the last open channel, so also this process.
const IDLE_SECONDS: NonZeroUsize = NonZeroUsize::new(2).expect("not zero");
/// Bytes of the folder's path; ssh adds names of its own, and some systems end at 104.
const LONGEST: usize = if cfg!(target_os = "linux") { 61 } else { 57 };
/// How often the channel that keeps the master is used; engines close idle ones after minutes.
const BEAT: Duration = Duration::from_secs(30);

/// Options of a connection beyond its destination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options<'a> {
    /// `[user@]host[:port]` or an alias of the ssh configuration.
    pub(crate) destination: &'a str,
    pub(crate) identity: Option<&'a str>,
    pub(crate) known_hosts: Option<&'a str>,
    pub(crate) config: Option<&'a str>,
}

/// A master and what is forwarded through it.
pub(crate) struct SshRoute {
    destination: String,
    session: Mutex<Option<Arc<Session>>>,
    keeper: std::sync::Mutex<Option<JoinHandle<()>>>,
    sockets: TempDir,
    forwards: AtomicU64,
}

impl SshRoute {
    /// Connects, with strict host keys and without asking anybody anything.
    pub(crate) async fn open(
        environment: &str,
        options: Options<'_>,
        runtime_dir: &Path,
    ) -> Result<Self, EngineError> {
        let destination = options.destination;
        if destination.split('@').any(|part| part.starts_with('-') || part.is_empty()) {
            return Err(EngineError::new(
                ErrorKind::Unreachable,
                format!("`ssh://{destination}` is not USER@HOST"),
            ));
        }
        check_key(environment, options.identity)?;
        prepare(runtime_dir)?;
        let mut builder = SessionBuilder::default();
        builder
            .known_hosts_check(KnownHosts::Strict)
            .connect_timeout(CONNECT_TIMEOUT)
            .server_alive_interval(Duration::from_secs(5))
            .control_directory(runtime_dir)
            .control_persist(ControlPersist::IdleFor(IDLE_SECONDS));
        if let Some(identity) = options.identity {
            builder.keyfile(identity);
        }
        if let Some(known_hosts) = options.known_hosts {
            builder.user_known_hosts_file(known_hosts);
        }
        if let Some(config) = options.config {
            builder.config_file(config);
        }
        let sockets = tempfile::Builder::new().prefix("s").rand_bytes(4).tempdir_in(runtime_dir);
        let sockets = sockets.map_err(|e| {
            EngineError::io(format_args!("could not make a folder in `{}`", runtime_dir.display()), &e)
        })?;
        let session = builder
            .connect_mux(format!("ssh://{destination}"))
            .await
            .map_err(|e| refusal(environment, destination, &e))?;
        Ok(Self {
            destination: destination.to_owned(),
            session: Mutex::new(Some(Arc::new(session))),
            keeper: std::sync::Mutex::new(None),
            sockets,
            forwards: AtomicU64::new(0),
        })
    }

    /// Forwards the engine's socket, and from now on keeps the master alive as long as this process lives.
    pub(crate) async fn forward_socket(&self, name: &str, remote: &str) -> Result<PathBuf, EngineError> {
        let local = self.sockets.path().join(name);
        let connect = Socket::UnixSocket { path: Path::new(remote).into() };
        self.request(&local, connect, remote).await?;
        let keeper = tokio::spawn(keep_alive(local.clone()));
        let mut slot = self.keeper.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *slot = Some(keeper);
        Ok(local)
    }

    /// Forwards an address as the host sees it to a local socket.
    pub(crate) async fn forward_port(&self, host: &str, port: u16) -> Result<PathBuf, EngineError> {
        let number = self.forwards.fetch_add(1, Ordering::Relaxed);
        let local = self.sockets.path().join(number.to_string());
        let target = format!("{host}:{port}");
        self.request(&local, Socket::TcpSocket { host: host.into(), port }, &target).await?;
        Ok(local)
    }

    /// Forwards an address as the host sees it to a free port of this machine, for a person's `curl`.
    pub(crate) async fn forward_to_port(&self, host: &str, port: u16) -> Result<u16, EngineError> {
        let target = format!("{host}:{port}");
        let mut last = None;
        // The master never tells which port it took for 0, so one is found first; another process may be
        // quicker.
        for _ in 0..3 {
            let free = async { TcpListener::bind(("127.0.0.1", 0)).await?.local_addr() }.await;
            let local = free.map_err(|e| EngineError::io("no free local port", &e))?.port();
            let guard = self.session.lock().await;
            let session = guard.as_ref().ok_or_else(|| self.gone())?;
            let listen = Socket::TcpSocket { host: "127.0.0.1".into(), port: local };
            let connect = Socket::TcpSocket { host: host.into(), port };
            match session.request_port_forward(ForwardType::Local, listen, connect).await {
                Ok(()) => return Ok(local),
                Err(e) => last = Some(e),
            }
        }
        Err(last.map_or_else(|| self.gone(), |e| self.forward_failed(&target, &e)))
    }

    /// `USER@HOST[:PORT]`, as it was given.
    pub(crate) fn destination(&self) -> &str {
        &self.destination
    }

    /// Runs a command of the host's shell.
    pub(crate) async fn run(&self, command: &str) -> Result<RemoteCommand, String> {
        let session = self.session.lock().await.clone().ok_or("ssh is closed")?;
        let mut order = session.arc_raw_command(command);
        order.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = order.spawn().await.map_err(|e| chain(&e))?;
        let input = child.stdin().take().ok_or("no input")?;
        let output = child.stdout().take().ok_or("no output")?;
        Ok(RemoteCommand { input, output: BufReader::new(output).lines(), _child: child })
    }

    /// Stops forwarding to that local socket.
    pub(crate) async fn close_port(&self, local: &Path, host: &str, port: u16) {
        if let Some(session) = self.session.lock().await.as_ref() {
            let listen = Socket::UnixSocket { path: local.into() };
            let connect = Socket::TcpSocket { host: host.into(), port };
            // The master may be gone already; the socket file is what must not stay.
            session.close_port_forward(ForwardType::Local, listen, connect).await.ok();
        }
        std::fs::remove_file(local).ok();
    }

    /// Ends the master.
    pub(crate) async fn close(&self) {
        let keeper = self.keeper.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(keeper) = keeper {
            keeper.abort();
        }
        if let Some(session) = self.session.lock().await.take() {
            // A command that still holds it ends it when it is dropped. An error means that the master is gone.
            if let Ok(session) = Arc::try_unwrap(session) {
                session.close().await.ok();
            }
        }
        if let Ok(entries) = std::fs::read_dir(self.sockets.path()) {
            for entry in entries.flatten() {
                std::fs::remove_file(entry.path()).ok();
            }
        }
    }

    async fn request(&self, local: &Path, connect: Socket<'_>, target: &str) -> Result<(), EngineError> {
        // A stale socket makes the forward fail without saying why.
        match std::fs::remove_file(local) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(EngineError::io(format_args!("could not remove `{}`", local.display()), &e));
            }
            _ => {}
        }
        let guard = self.session.lock().await;
        let session = guard.as_ref().ok_or_else(|| self.gone())?;
        let listen = Socket::UnixSocket { path: local.into() };
        let asked = session.request_port_forward(ForwardType::Local, listen, connect).await;
        asked.map_err(|e| self.forward_failed(target, &e))
    }

    fn forward_failed(&self, target: &str, error: &openssh::Error) -> EngineError {
        let destination = &self.destination;
        EngineError::new(
            ErrorKind::Port,
            format!("ssh to `{destination}` does not forward `{target}`: {}", chain(error)),
        )
        .hint("the server needs `AllowTcpForwarding` and `AllowStreamLocalForwarding`")
    }

    fn gone(&self) -> EngineError {
        EngineError::new(ErrorKind::Unreachable, format!("ssh to `{}` is closed", self.destination))
    }
}

/// ssh passes over a key file that is not there, and then says that no key is accepted.
fn check_key(environment: &str, identity: Option<&str>) -> Result<(), EngineError> {
    // What ssh would expand is left to it.
    let Some(file) = identity.filter(|file| !file.starts_with('~') && !file.contains('%')) else {
        return Ok(());
    };
    match std::fs::metadata(file) {
        Ok(_) => Ok(()),
        Err(e) => {
            let message = format!("could not read `{file}`, the key of `{environment}`: {e}");
            Err(EngineError::new(ErrorKind::Refused, message).hint("`identity` names a private key file"))
        }
    }
}

/// The folder of the control socket: short enough for one, and for nobody else.
fn prepare(runtime_dir: &Path) -> Result<(), EngineError> {
    let shown = runtime_dir.display();
    if runtime_dir.as_os_str().len() > LONGEST {
        let message = format!("`{shown}` is too long: a socket's path has {LONGEST} bytes for its folder");
        return Err(
            EngineError::new(ErrorKind::Other, message).hint("set XDG_RUNTIME_DIR or TMPDIR to a short path")
        );
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(runtime_dir);
    made.map_err(|e| EngineError::io(format_args!("could not make `{shown}`"), &e))
}

/// A command that runs on the host. It ends, at the latest, when its input does.
pub(crate) struct RemoteCommand {
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    _child: Child<Arc<Session>>,
}

impl RemoteCommand {
    /// Its next line; none once it has ended.
    pub(crate) async fn line(&mut self) -> Option<String> {
        self.output.next_line().await.ok().flatten()
    }

    /// Gives it a line.
    pub(crate) async fn say(&mut self, line: &str) -> io::Result<()> {
        self.input.write_all(format!("{line}\n").as_bytes()).await?;
        self.input.flush().await
    }
}

/// Holds one channel open: it tells the master that somebody is there. When this process dies the channel
/// closes, and the master ends [`IDLE_SECONDS`] later. Needs no command on the host.
async fn keep_alive(socket: PathBuf) {
    loop {
        // Once the master is gone there is nothing to keep; requests report that, not this task.
        let Ok(mut stream) = UnixStream::connect(&socket).await else { return };
        let mut answer = [0; 4096];
        while stream.write_all(b"GET /_ping HTTP/1.1\r\nHost: engine\r\n\r\n").await.is_ok() {
            if !matches!(stream.read(&mut answer).await, Ok(1..)) {
                break;
            }
            tokio::time::sleep(BEAT).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// What ssh said, sorted.
fn refusal(environment: &str, destination: &str, error: &openssh::Error) -> EngineError {
    if let openssh::Error::Connect(e) = error
        && e.kind() == io::ErrorKind::NotFound
    {
        return EngineError::new(ErrorKind::Unreachable, "there is no `ssh` on this machine")
            .hint("install the OpenSSH client");
    }
    let said = chain(error);
    let said = said.trim();
    let (kind, what, hint) = sort_refusal(said, destination);
    EngineError::new(kind, format!("`{environment}` at `ssh://{destination}`: {what}: {}", last_line(said)))
        .hint(hint)
}

fn sort_refusal(said: &str, destination: &str) -> (ErrorKind, &'static str, String) {
    let (user_host, port) = destination.rsplit_once(':').unwrap_or((destination, ""));
    let host = user_host.rsplit('@').next().unwrap_or(user_host);
    let key_name = if port.is_empty() { host.to_owned() } else { format!("[{host}]:{port}") };
    let by_hand =
        if port.is_empty() { format!("ssh {user_host}") } else { format!("ssh -p {port} {user_host}") };
    if said.contains("IDENTIFICATION HAS CHANGED") {
        let hint = format!(
            "if the host was rebuilt: ssh-keygen -R '{key_name}', then `{by_hand}` once to accept its new key"
        );
        (ErrorKind::HostKey, "the host key has changed", hint)
    } else if said.contains("Host key verification failed") || said.contains("host key is known for") {
        let hint = format!("`{by_hand}` once to accept its key, or name a file with `known-hosts`");
        (ErrorKind::HostKey, "the host key is not known", hint)
    } else if said.contains("Permission denied") || said.contains("Too many authentication failures") {
        let hint = format!(
            "`{by_hand}` must work without a password: load a key with ssh-add, or name it with `identity`"
        );
        (ErrorKind::Refused, "this user and key are not accepted", hint)
    } else if said.contains("too long for Unix domain socket") {
        (
            ErrorKind::Other,
            "the socket's path is too long",
            "set XDG_RUNTIME_DIR or TMPDIR to a short path".into(),
        )
    } else {
        (ErrorKind::Unreachable, "cannot be reached", format!("is the host up, and does `{by_hand}` work?"))
    }
}

/// The last line that is not decoration: what ssh gave up on.
fn last_line(said: &str) -> &str {
    said.lines().rev().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('@')).unwrap_or(said)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_sorted_by_what_to_do() {
        let cases = [
            (
                "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nHost key verification failed.",
                ErrorKind::HostKey,
            ),
            (
                "No ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.",
                ErrorKind::HostKey,
            ),
            ("u@h: Permission denied (publickey).", ErrorKind::Refused),
            ("connect to host h port 22: Connection refused", ErrorKind::Unreachable),
            ("Could not resolve hostname h: Name or service not known", ErrorKind::Unreachable),
        ];
        for (said, kind) in cases {
            assert_eq!(sort_refusal(said, "u@h").0, kind, "{said}");
        }
        let (_, what, hint) = sort_refusal(cases[0].0, "u@h:2222");
        assert!(what.contains("changed") && hint.contains("'[h]:2222'"), "{hint}");
    }

    #[tokio::test]
    async fn a_destination_is_never_an_option() {
        for destination in ["-oProxyCommand=x", "u@-oProxyCommand=x", "", "u@"] {
            let options = Options { destination, identity: None, known_hosts: None, config: None };
            let opened = SshRoute::open("qa", options, Path::new("/nonexistent")).await;
            assert!(opened.is_err_and(|e| e.to_string().contains("is not USER@HOST")), "{destination}");
        }
    }
}
