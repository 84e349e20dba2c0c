//! The least of HTTP/1.1 that an engine's socket needs: one request, one connection.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::failure::Failure;

/// Removing a container waits for its processes.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Lists of thousands of objects fit.
const MAX_BODY: u64 = 32 << 20;
const MAX_HEADERS: usize = 200;
const MAX_LINE: u64 = 64 << 10;

/// An engine's answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Sends `METHOD PATH` without a body.
pub(crate) fn send(socket: &str, method: &str, path: &str) -> Result<Reply, Failure> {
    let failed = |error: &io::Error| Failure::io(socket, error);
    let stream = UnixStream::connect(socket).map_err(|error| failed(&error))?;
    stream.set_read_timeout(Some(TIMEOUT)).map_err(|error| failed(&error))?;
    stream.set_write_timeout(Some(TIMEOUT)).map_err(|error| failed(&error))?;
    let request = format!("{method} {path} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n");
    (&stream).write_all(request.as_bytes()).map_err(|error| failed(&error))?;
    read_reply(BufReader::new(&stream)).map_err(|error| failed(&error))
}

fn read_reply(mut from: impl io::BufRead) -> io::Result<Reply> {
    let start = read_line(&mut from)?;
    let status = start.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or_else(|| broken("no status line"))?;
    let (mut length, mut chunked) = (None, false);
    for _ in 0..MAX_HEADERS {
        let line = read_line(&mut from)?;
        if line.is_empty() {
            let body = match (status, chunked, length) {
                (204 | 304, _, _) => Vec::new(),
                (_, true, _) => read_chunks(&mut from)?,
                (_, false, Some(length)) => read_exactly(&mut from, length)?,
                (_, false, None) => read_rest(&mut from)?,
            };
            return Ok(Reply { status, body });
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.trim().eq_ignore_ascii_case("chunked");
        }
    }
    Err(broken("too many headers"))
}

fn read_line(from: &mut impl io::BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    from.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
    if line.last() != Some(&b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
}

fn read_exactly(from: &mut impl io::BufRead, length: u64) -> io::Result<Vec<u8>> {
    if length > MAX_BODY {
        return Err(broken("the body is over the cap"));
    }
    let mut body = Vec::new();
    from.take(length).read_to_end(&mut body)?;
    if body.len() as u64 == length { Ok(body) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn read_rest(from: &mut impl io::BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    from.take(MAX_BODY).read_to_end(&mut body)?;
    Ok(body)
}

fn read_chunks(from: &mut impl io::BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(from)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| broken("a chunk has no size"))?;
        if size == 0 {
            return Ok(body);
        }
        let room = MAX_BODY.saturating_sub(body.len() as u64);
        if size > room {
            return Err(broken("the body is over the cap"));
        }
        body.extend(read_exactly(from, size)?);
        read_line(from)?;
    }
}

fn broken(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_owned())
}

/// A query value with everything but letters and digits escaped.
pub(crate) fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Reply> {
        read_reply(text.as_bytes())
    }

    #[test]
    fn bodies_end_as_the_headers_say() {
        let body = |text| String::from_utf8(read(text).unwrap().body).unwrap();
        assert_eq!(body("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]rest"), "[]");
        assert_eq!(
            body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x\r\nd\r\n0\r\n\r\n"),
            "abcd"
        );
        assert_eq!(body("HTTP/1.1 200 OK\r\n\r\nto the end"), "to the end");
        assert_eq!(read("HTTP/1.1 204 No Content\r\n\r\n").unwrap().status, 204);
    }

    #[test]
    fn what_is_torn_is_no_answer() {
        for text in [
            "",
            "HTTP/1.1",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn filters_survive_as_query_values() {
        assert_eq!(escape(r#"{"a":1}"#), "%7B%22a%22%3A1%7D");
    }
}
