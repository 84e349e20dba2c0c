//! Readiness without a client: a LISTEN row, not a proxy that answers for a service that is not there.

use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::processes;

const PAUSE: Duration = Duration::from_millis(20);

/// Returns `listening\n` as soon as the target listens on the port where others can reach it.
pub(crate) fn until_listening(pid: u32, port: u16, timeout: Duration) -> Result<Vec<u8>, Failure> {
    let start = Instant::now();
    loop {
        let ports = processes::read_listening(pid)?;
        if ports.open.contains(&port) {
            return Ok(b"listening\n".to_vec());
        }
        if start.elapsed() >= timeout {
            let loopback = ports.loopback.contains(&port);
            let place = if loopback { " but on loopback, where nobody outside reaches it" } else { "" };
            return Err(Failure::Timeout(format!("nothing listens on port {port}{place}")));
        }
        thread::sleep(PAUSE);
    }
}
