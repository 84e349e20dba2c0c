use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixListener;
use std::sync::{Arc, Mutex};

use super::*;

/// An engine that knows some objects, fails the first removal of each, and notes what it was asked.
struct Engine {
    order: Order,
    asked: Arc<Mutex<Vec<String>>>,
    _dir: tempfile::TempDir,
}

const OWN: &str = "0123456789abcdef";

fn labels(reaper: &str) -> Value {
    if reaper.is_empty() { json!({}) } else { json!({ "parity.reaper": reaper }) }
}

fn engine(others: &[(&str, &str)]) -> Engine {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("s").to_string_lossy().into_owned();
    let listener = UnixListener::bind(&socket).unwrap();
    let mut containers = vec![(OWN.to_owned(), "100".to_owned())];
    containers.extend(others.iter().map(|(id, reaper)| ((*id).to_owned(), (*reaper).to_owned())));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    thread::spawn(move || {
        let mut refused: Vec<String> = Vec::new();
        let mut images = vec!["sha256:feed"];
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            let mut words = line.split_whitespace();
            let (method, path) = (words.next().unwrap(), words.next().unwrap().to_owned());
            let (status, body) = match (method, path.split('?').next().unwrap()) {
                ("GET", "/containers/json") => {
                    assert!(path.contains("parity%2Erun%3Dr1"), "{path}");
                    let list: Vec<Value> = containers
                        .iter()
                        .map(|(id, reaper)| json!({"Id": id, "Names": [format!("/n-{id}")], "Created": 1, "Labels": labels(reaper)}))
                        .collect();
                    (200, Value::from(list).to_string())
                }
                ("GET", "/networks") => (200, "[]".to_owned()),
                ("GET", "/volumes") => (200, r#"{"Volumes":null,"Warnings":null}"#.to_owned()),
                ("GET", "/images/json") => (
                    200,
                    Value::from(images.iter().map(|id| json!({"Id": id})).collect::<Vec<_>>()).to_string(),
                ),
                ("DELETE", target) => {
                    noted.lock().unwrap().push(path.clone());
                    if refused.contains(&path) {
                        containers.retain(|(id, _)| !target.ends_with(id.as_str()));
                        images.retain(|id| !target.ends_with(id));
                        (204, String::new())
                    } else {
                        refused.push(path.clone());
                        (500, "{\"message\":\"busy\"}".to_owned())
                    }
                }
                _ => (404, "{}".to_owned()),
            };
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
            (&stream).write_all((head + &body).as_bytes()).unwrap();
        }
    });
    let order = Order { socket, run: "r1".to_owned(), grace: Duration::ZERO, own: Some(format!("n-{OWN}")) };
    Engine { order, asked, _dir: dir }
}

#[test]
fn the_end_of_stdin_removes_everything_of_the_run_and_the_reaper_last() {
    let engine = engine(&[("aaaaaaaaaaaaaaaa", ""), ("bbbbbbbbbbbbbbbb", "50")]);
    let answer = reap(&engine.order, b"still here\n".as_slice(), || {}).unwrap();
    assert_eq!(String::from_utf8(answer).unwrap(), "{\"reaped\":true,\"removed\":3}\n");
    let asked = engine.asked.lock().unwrap();
    assert_eq!(asked.last().unwrap(), &format!("/containers/{OWN}?force=1&v=1"));
    assert_eq!(asked.iter().filter(|path| path.contains(OWN)).count(), 1);
    assert!(asked.iter().any(|path| path == "/images/sha256:feed?force=1&noprune=1"), "{asked:?}");
}

#[test]
fn a_disarmed_reaper_and_one_with_a_successor_remove_nothing() {
    let engine = engine(&[("aaaaaaaaaaaaaaaa", "101")]);
    for stdin in [b"disarm\n".as_slice(), b"".as_slice()] {
        let answer = reap(&engine.order, stdin, || {}).unwrap();
        assert!(String::from_utf8(answer).unwrap().contains("false"));
    }
    assert!(engine.asked.lock().unwrap().is_empty());
}

#[test]
fn an_engine_that_is_not_there_is_said_at_once() {
    let order = Order { socket: "/none".to_owned(), run: "r1".to_owned(), grace: Duration::ZERO, own: None };
    assert!(matches!(reap(&order, b"".as_slice(), || panic!("armed")), Err(Failure::Gone(_))));
}
