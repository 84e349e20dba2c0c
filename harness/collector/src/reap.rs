//! The dead-man: when the run that holds stdin open is gone, everything that carries its label goes too.

use std::io::BufRead;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::http;

/// Every object of a run carries this label.
const RUN_LABEL: &str = "parity.run";
/// The reaper's own mark; its value is when it was started, in milliseconds.
const REAPER_LABEL: &str = "parity.reaper";
/// This line on stdin before its end: the run has cleaned up by itself.
const DISARM: &str = "disarm";

/// No object may outlive the run by more than this.
const PATIENCE: Duration = Duration::from_secs(25);
const PAUSE: Duration = Duration::from_millis(250);
/// What a busy engine was asked to create when the run died may appear this much later.
const LATE: Duration = Duration::from_secs(4);
/// Removals at once.
const WORKERS: usize = 8;

/// What to reap, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    /// The engine's socket.
    pub(crate) socket: String,
    /// The run.
    pub(crate) run: String,
    /// How long a lost connection may take to come back with a new reaper.
    pub(crate) grace: Duration,
    /// The reaper's own container: its name, or the start of its id.
    pub(crate) own: Option<String>,
}

/// Waits for the end of stdin, then removes containers, networks, volumes and images of the run.
pub(crate) fn reap(order: &Order, stdin: impl BufRead, armed: impl FnOnce()) -> Result<Vec<u8>, Failure> {
    // An engine that cannot be reached now will not be reachable then: say so while someone listens.
    list(order, "/containers/json?all=1&")?;
    armed();
    if wait_for_the_end(stdin) {
        return Ok(b"{\"reaped\":false,\"reason\":\"disarmed\"}\n".to_vec());
    }
    let died = Instant::now();
    thread::sleep(order.grace);
    if with_patience(|| has_successor(order))? {
        return Ok(b"{\"reaped\":false,\"reason\":\"a newer reaper has taken over\"}\n".to_vec());
    }
    let removed = remove_all(order, died)?;
    let answer = json!({ "reaped": true, "removed": removed }).to_string();
    // With `auto_remove` the engine does this anyway; it may end this process before it answers.
    if let Some(own) = own_id(order) {
        let _ = http::send(&order.socket, "DELETE", &format!("/containers/{own}?force=1&v=1"));
    }
    Ok(format!("{answer}\n").into_bytes())
}

/// Tries again while the engine is busy or restarting.
fn with_patience<T>(mut look: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let start = Instant::now();
    loop {
        match look() {
            Err(_) if start.elapsed() < PATIENCE => thread::sleep(PAUSE),
            result => return result,
        }
    }
}

/// Whether the run said that nothing is left to do. An error on stdin is its end.
fn wait_for_the_end(stdin: impl BufRead) -> bool {
    stdin.lines().map_while(Result::ok).any(|line| line.trim() == DISARM)
}

/// A reaper of the same run that started later: the connection broke and came back.
fn has_successor(order: &Order) -> Result<bool, Failure> {
    let containers = list(order, "/containers/json?")?;
    let started = |container: &Value| {
        let label = container.pointer("/Labels")?.get(REAPER_LABEL)?.as_str()?;
        label.parse::<u64>().ok().or_else(|| container.get("Created")?.as_u64().map(|s| s * 1000))
    };
    let own = containers.iter().find(|container| is_own(order, container));
    let Some(own_start) = own.and_then(started) else { return Ok(false) };
    let others = containers.iter().filter(|container| !is_own(order, container));
    Ok(others.filter_map(started).any(|start| start > own_start))
}

fn is_own(order: &Order, container: &Value) -> bool {
    let Some(own) = own_name(order) else { return false };
    let names = container.get("Names").and_then(Value::as_array).into_iter().flatten();
    let named = names.filter_map(Value::as_str).any(|name| name.trim_start_matches('/') == own);
    named || id_of(container).is_some_and(|id| own.len() >= 12 && id.starts_with(&own))
}

/// An engine names a container's host after the container, unless told otherwise.
fn own_name(order: &Order) -> Option<String> {
    order.own.clone().or_else(|| std::env::var("HOSTNAME").ok()).filter(|name| !name.is_empty())
}

fn own_id(order: &Order) -> Option<String> {
    let containers = list(order, "/containers/json?all=1&").ok()?;
    containers.iter().find(|container| is_own(order, container)).and_then(id_of)
}

/// Rounds until two in a row find nothing and nothing more can appear: what the engine was asked to create when
/// the run died may do so after the first look.
fn remove_all(order: &Order, died: Instant) -> Result<usize, Failure> {
    let start = Instant::now();
    let (mut removed, mut quiet) = (0, 0);
    loop {
        let round = remove_once(order);
        match &round {
            Ok(Round { found: 0, .. }) => quiet += 1,
            Ok(round) => {
                quiet = 0;
                removed += round.removed;
            }
            Err(_) => quiet = 0,
        }
        if quiet >= 2 && died.elapsed() >= LATE {
            return Ok(removed);
        }
        if start.elapsed() > PATIENCE {
            let left = round?;
            return Err(Failure::Timeout(format!(
                "{} of {} objects of run `{}` are still there: {}",
                left.found - left.removed,
                left.found,
                order.run,
                left.last_error
            )));
        }
        thread::sleep(PAUSE);
    }
}

#[derive(Debug, Default)]
struct Round {
    found: usize,
    removed: usize,
    last_error: String,
}

/// Containers first: they hold networks, volumes and images.
fn remove_once(order: &Order) -> Result<Round, Failure> {
    let mut round = Round::default();
    let containers = list(order, "/containers/json?all=1&")?;
    let others = containers.iter().filter(|container| !is_own(order, container)).filter_map(id_of);
    round.remove(order, others.map(|id| format!("/containers/{id}?force=1&v=1")).collect());
    let networks = list(order, "/networks?")?;
    round.remove(order, networks.iter().filter_map(id_of).map(|id| format!("/networks/{id}")).collect());
    let volumes = list(order, "/volumes?")?;
    let names = volumes.iter().filter_map(|volume| volume.get("Name")?.as_str());
    round.remove(order, names.map(|name| format!("/volumes/{}?force=1", http::escape(name))).collect());
    let images = list(order, "/images/json?")?;
    // `noprune`: parents without a label are somebody else's.
    let ids = images.iter().filter_map(id_of);
    round.remove(order, ids.map(|id| format!("/images/{id}?force=1&noprune=1")).collect());
    Ok(round)
}

impl Round {
    /// Removes several objects side by side.
    fn remove(&mut self, order: &Order, paths: Vec<String>) {
        let next = AtomicUsize::new(0);
        let errors = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..WORKERS.min(paths.len()) {
                scope.spawn(|| {
                    while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let (Err(error), Ok(mut errors)) = (remove_one(order, path), errors.lock()) {
                            errors.push(error);
                        }
                    }
                });
            }
        });
        let errors = errors.into_inner().unwrap_or_default();
        self.found += paths.len();
        self.removed += paths.len() - errors.len().min(paths.len());
        if let Some(error) = errors.into_iter().next_back() {
            self.last_error = error;
        }
    }
}

fn remove_one(order: &Order, path: &str) -> Result<(), String> {
    let reply = http::send(&order.socket, "DELETE", path).map_err(|failure| failure.message().to_owned())?;
    let message = || String::from_utf8_lossy(&reply.body).trim().to_owned();
    match reply.status {
        200..300 | 404 => Ok(()),
        409 if message().contains("already in progress") => Ok(()),
        status => Err(format!("{status} {}", message())),
    }
}

fn id_of(object: &Value) -> Option<String> {
    let id = object.get("Id")?.as_str()?;
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':').then(|| id.to_owned())
}

/// Objects that carry the run's label.
fn list(order: &Order, path: &str) -> Result<Vec<Value>, Failure> {
    let filters = json!({ "label": [format!("{RUN_LABEL}={}", order.run)] }).to_string();
    let path = format!("{path}filters={}", http::escape(&filters));
    let reply = http::send(&order.socket, "GET", &path)?;
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    if reply.status != 200 {
        return Err(Failure::Other(format!(
            "the engine answers {} to `{path}`: {}",
            reply.status,
            text.trim()
        )));
    }
    let json: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::Other(format!("the engine's answer to `{path}` is not JSON: {error}")))?;
    match json {
        Value::Array(objects) => Ok(objects),
        // Volumes come wrapped, and as null where there are none.
        Value::Object(mut wrapped) => match wrapped.remove("Volumes") {
            Some(Value::Array(objects)) => Ok(objects),
            Some(Value::Null) => Ok(Vec::new()),
            _ => Err(Failure::Other(format!("the engine's answer to `{path}` has an unknown form"))),
        },
        _ => Err(Failure::Other(format!("the engine's answer to `{path}` has an unknown form"))),
    }
}

#[cfg(test)]
mod tests;
