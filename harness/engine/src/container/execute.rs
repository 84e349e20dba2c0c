//! A command in a running container.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures_util::{Stream, StreamExt};

use super::Service;
use crate::error::{EngineError, ErrorKind, describe, status};

/// What is to be executed, and within what bounds.
#[derive(Debug, Clone, Copy)]
pub struct ExecuteSpec<'a> {
    /// The words, the program first.
    pub command: &'a [String],
    /// Working directory; none: the container's.
    pub workdir: Option<&'a str>,
    /// `user[:group]`; none: the container's.
    pub user: Option<&'a str>,
    /// Environment variables beside the container's.
    pub env: &'a BTreeMap<String, String>,
    /// The longest that it may take. What takes longer is left to its container: an engine cannot end it.
    pub timeout: Duration,
    /// Bytes kept of each stream.
    pub cap: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Executed {
    /// It ran to its end.
    Finished {
        /// Exit code.
        exit: i64,
        /// Standard output.
        stdout: Written,
        /// Standard error.
        stderr: Written,
    },
    /// It could not be started: there is no such program, user or folder.
    NotRun {
        /// The engine's words.
        reason: String,
    },
    /// It had not ended within its time.
    TimedOut,
}

/// One stream as far as it was kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The bytes kept.
    pub bytes: Vec<u8>,
    /// There were more.
    pub truncated: bool,
}

impl Written {
    fn push(&mut self, bytes: &[u8], cap: usize) {
        let room = cap.saturating_sub(self.bytes.len()).min(bytes.len());
        self.bytes.extend_from_slice(&bytes[..room]);
        self.truncated |= room < bytes.len();
    }
}

/// What the runtime says of a command that it cannot start, in the command's own output.
const RUNTIME_WORDS: &str = "OCI runtime exec failed";
/// How often the engine is asked for an exit code that it does not know yet.
const ENDINGS: u32 = 50;

impl Service {
    /// Executes a command in the container and waits for its end.
    ///
    /// # Errors
    /// When the engine cannot be asked, or the container does not run.
    pub async fn execute(&self, spec: &ExecuteSpec<'_>) -> Result<Executed, EngineError> {
        match tokio::time::timeout(spec.timeout, self.execute_to_end(spec)).await {
            Ok(executed) => executed,
            Err(_) => Ok(Executed::TimedOut),
        }
    }

    async fn execute_to_end(&self, spec: &ExecuteSpec<'_>) -> Result<Executed, EngineError> {
        let docker = self.engine.docker();
        let id = self.container_id();
        let failed = |error: &bollard::errors::Error| {
            EngineError::api(format_args!("could not execute a command in container `{id}`"), error)
        };
        let options = CreateExecOptions {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(spec.command.to_vec()),
            working_dir: spec.workdir.map(str::to_owned),
            user: spec.user.map(str::to_owned),
            env: Some(spec.env.iter().map(|(name, value)| format!("{name}={value}")).collect()),
            ..CreateExecOptions::default()
        };
        let exec = docker.create_exec(id, options).await.map_err(|e| failed(&e))?.id;
        let output = match docker.start_exec(&exec, None::<StartExecOptions>).await {
            Ok(StartExecResults::Attached { output, .. }) => output,
            Ok(StartExecResults::Detached) => {
                let what = format!("the engine did not attach to a command in container `{id}`");
                return Err(EngineError::new(ErrorKind::Other, what));
            }
            Err(error) if status(&error).is_some_and(|status| status == 400 || status >= 500) => {
                return Ok(Executed::NotRun { reason: describe(&error) });
            }
            Err(error) => return Err(failed(&error)),
        };
        let (stdout, stderr) = read(output, spec.cap).await.map_err(|e| failed(&e))?;
        for _ in 0..ENDINGS {
            let inspected = docker.inspect_exec(&exec).await.map_err(|e| failed(&e))?;
            if let (Some(exit), false) = (inspected.exit_code, inspected.running.unwrap_or_default()) {
                return Ok(ending(exit, stdout, stderr));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let what = format!("the engine does not say how a command in container `{id}` ended");
        Err(EngineError::new(ErrorKind::Other, what))
    }
}

fn ending(exit: i64, stdout: Written, stderr: Written) -> Executed {
    let said = [&stdout, &stderr].into_iter().find(|said| said.bytes.starts_with(RUNTIME_WORDS.as_bytes()));
    match said.filter(|_| matches!(exit, 126..=128)) {
        Some(said) => {
            let reason = String::from_utf8_lossy(&said.bytes).trim().to_owned();
            Executed::NotRun { reason }
        }
        None => Executed::Finished { exit, stdout, stderr },
    }
}

async fn read(
    mut output: impl Stream<Item = Result<LogOutput, bollard::errors::Error>> + Unpin,
    cap: usize,
) -> Result<(Written, Written), bollard::errors::Error> {
    let (mut stdout, mut stderr) = (Written::default(), Written::default());
    while let Some(part) = output.next().await {
        match part? {
            LogOutput::StdErr { message } => stderr.push(&message, cap),
            LogOutput::StdOut { message } | LogOutput::Console { message } => stdout.push(&message, cap),
            LogOutput::StdIn { .. } => {}
        }
    }
    Ok((stdout, stderr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_cut_and_say_so() {
        let mut written = Written::default();
        written.push(b"abc", 4);
        assert_eq!(written, Written { bytes: b"abc".to_vec(), truncated: false });
        written.push(b"def", 4);
        assert_eq!(written, Written { bytes: b"abcd".to_vec(), truncated: true });
    }

    #[test]
    fn what_the_runtime_says_is_no_output() {
        let words =
            || Written { bytes: b"OCI runtime exec failed: no such file\r\n".to_vec(), truncated: false };
        assert!(matches!(ending(126, words(), Written::default()), Executed::NotRun { .. }));
        assert!(matches!(ending(0, words(), Written::default()), Executed::Finished { exit: 0, .. }));
    }
}
