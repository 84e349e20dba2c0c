//! A server on loopback that says exactly the bytes it is told to.

use std::io::{BufRead, BufReader, Read, Result};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ends with the test; a thread for each connection.
pub(crate) struct Wire {
    address: SocketAddr,
    over: Arc<AtomicBool>,
}

impl Wire {
    /// Asks `answer` to write what follows on a request for a path. Each connection serves one request.
    pub(crate) fn start(answer: impl Fn(&str, &mut TcpStream) -> Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let over = Arc::new(AtomicBool::new(false));
        let (answer, end) = (Arc::new(answer), over.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let answer = answer.clone();
                std::thread::spawn(move || serve(&mut stream, &*answer));
            }
        });
        Self { address, over }
    }

    /// As an environment.
    pub(crate) fn lines(&self) -> String {
        format!("url = \"http://{}\"\nwrites = true\n", self.address)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        TcpStream::connect(self.address).ok();
    }
}

/// Reads one request and has it answered. Whoever asked may have gone away in between: that is no failure.
fn serve(stream: &mut TcpStream, answer: &dyn Fn(&str, &mut TcpStream) -> Result<()>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
    let (mut line, mut length) = (String::new(), 0);
    if reader.read_line(&mut line).is_err() {
        return;
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    loop {
        let mut field = String::new();
        match reader.read_line(&mut field) {
            Ok(read) if read > 2 => {}
            _ => break,
        }
        if let Some(value) = field.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    reader.take(length).read_to_end(&mut Vec::new()).ok();
    answer(&path, stream).ok();
}

/// A response: its status line and headers, one a line, then the body.
pub(crate) fn response(head: &str, body: &[u8]) -> Vec<u8> {
    let head: String = head.lines().map(|line| format!("{}\r\n", line.trim())).collect();
    [format!("{head}Connection: close\r\n\r\n").as_bytes(), body].concat()
}

/// A response with a body of a media type and its length.
pub(crate) fn ok(media: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    response(&format!("HTTP/1.1 200 OK\nContent-Type: {media}\nContent-Length: {}", body.len()), body)
}
