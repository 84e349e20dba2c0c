//! One HTTP/1.1 GET over a socket, read to its end: the smallest question that a service can answer.
//!
//! A connection proves nothing: port proxies and ssh forwards accept with nobody behind them.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use super::Address;

/// More header bytes than this are no answer.
const HEAD_CAP: usize = 64 << 10;
/// A body of this size is as good as complete.
const BODY_CAP: u64 = 8 << 20;

/// The status of a complete response to `GET path`.
pub(crate) async fn get(address: &Address, host: &str, path: &str) -> io::Result<u16> {
    match address {
        Address::Tcp(address) => ask(TcpStream::connect(address).await?, host, path).await,
        Address::Unix(socket) => ask(UnixStream::connect(socket).await?, host, path).await,
    }
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, host: &str, path: &str) -> io::Result<u16> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: envparity\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    // A server may answer and close before it has read everything: what it said counts.
    stream.write_all(request.as_bytes()).await.ok();
    let mut reader = Reader { stream, buffer: Vec::new(), at: 0 };
    loop {
        let head = reader.head().await?;
        if head.status == 101 || !(100..200).contains(&head.status) {
            reader.body(&head).await?;
            return Ok(head.status);
        }
    }
}

struct Head {
    status: u16,
    length: Option<u64>,
    chunked: bool,
}

struct Reader<S> {
    stream: S,
    buffer: Vec<u8>,
    at: usize,
}

impl<S: AsyncRead + Unpin> Reader<S> {
    async fn head(&mut self) -> io::Result<Head> {
        let mut status = None;
        let mut head = Head { status: 0, length: None, chunked: false };
        loop {
            let line = self.line().await?;
            if status.is_none() {
                status = Some(status_of(&line).ok_or_else(|| broken("not an HTTP response"))?);
            } else if line.is_empty() {
                head.status = status.unwrap_or_default();
                return Ok(head);
            } else if let Some((name, value)) = line.split_once(':') {
                let value = value.trim();
                if name.eq_ignore_ascii_case("content-length") {
                    head.length = value.parse().ok();
                } else if name.eq_ignore_ascii_case("transfer-encoding") {
                    head.chunked = value.to_ascii_lowercase().ends_with("chunked");
                }
            }
            if self.at > HEAD_CAP {
                return Err(broken("endless headers"));
            }
        }
    }

    async fn body(&mut self, head: &Head) -> io::Result<()> {
        if matches!(head.status, 101 | 204 | 304) {
            return Ok(());
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        if head.chunked {
            return self.chunks().await;
        }
        if let Some(length) = head.length {
            return self.skip(length.min(BODY_CAP)).await;
        }
        let mut rest = (&mut self.stream).take(BODY_CAP);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await.map(drop)
    }

    async fn chunks(&mut self) -> io::Result<()> {
        let mut total = 0;
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| broken("malformed chunk"))?;
            total += size.min(BODY_CAP);
            if size == 0 || total >= BODY_CAP {
                return Ok(());
            }
            self.skip(size).await?;
            self.line().await?;
            self.buffer.drain(..self.at);
            self.at = 0;
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffer[self.at..].iter().position(|byte| *byte == b'\n') {
                let line = String::from_utf8_lossy(&self.buffer[self.at..self.at + end]).into_owned();
                self.at += end + 1;
                return Ok(line.trim_end_matches('\r').to_owned());
            }
            if self.buffer.len() - self.at > HEAD_CAP {
                return Err(broken("endless line"));
            }
            self.fill().await?;
        }
    }

    async fn skip(&mut self, length: u64) -> io::Result<()> {
        let mut left = length;
        loop {
            let held = self.buffer.len() - self.at;
            let taken = usize::try_from(left).unwrap_or(usize::MAX).min(held);
            self.at += taken;
            left -= taken as u64;
            if left == 0 {
                return Ok(());
            }
            self.buffer.clear();
            self.at = 0;
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed before the response was complete")),
            _ => Ok(()),
        }
    }
}

fn status_of(line: &str) -> Option<u16> {
    let status = line.strip_prefix("HTTP/1.")?.split_ascii_whitespace().nth(1)?;
    status.parse().ok().filter(|status| (100..1000).contains(status))
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer(bytes: &[u8]) -> io::Result<u16> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (ours, mut theirs) = tokio::io::duplex(1 << 10);
            let bytes = bytes.to_vec();
            let server = async move {
                let mut request = [0; 1024];
                let _ = theirs.read(&mut request).await;
                let _ = theirs.write_all(&bytes).await;
            };
            let (status, ()) = tokio::join!(ask(ours, "localhost:1", "/"), server);
            status
        })
    }

    #[test]
    fn only_a_complete_response_counts() {
        let complete: &[&[u8]] = &[
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n3\r\nabc\r\n0\r\n\r\n",
            b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\nContent-Length: 0\n\n",
        ];
        for bytes in complete {
            assert_eq!(answer(bytes).ok(), Some(200), "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(answer(b"HTTP/1.1 204 No Content\r\n\r\n").ok(), Some(204));
        let incomplete: &[&[u8]] = &[
            b"",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
            b"HTTP/1.1 200 OK\r\nContent-Le",
            b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        ];
        for bytes in incomplete {
            assert!(answer(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = answer(&bytes);
            let _ = answer(&[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", bytes.as_slice()].concat());
        }
    }
}
