//! Bodies of several pieces, as one JSON text that says what they hold: events, sequences, forms, parts.

use sha2::{Digest, Sha256};

use super::binary::magic;
use crate::json::Document;

/// Server-sent events: comments, the order of fields and the kind of line end say nothing.
/// `[{"event": …, "id": …, "retry": …, "data": …}]`, data as JSON where it is some.
pub(super) fn events(text: &str) -> String {
    let mut out = Vec::new();
    let mut event = Event::default();
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    for line in unix.split('\n') {
        if line.is_empty() {
            out.extend(std::mem::take(&mut event).written());
        } else {
            event.read(line);
        }
    }
    out.extend(event.written());
    format!("[{}]", out.join(","))
}

#[derive(Default)]
struct Event {
    name: Option<String>,
    id: Option<String>,
    retry: Option<String>,
    data: Option<String>,
}

impl Event {
    fn read(&mut self, line: &str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "event" => self.name = Some(value).filter(|name| name != "message"),
            "id" => self.id = Some(value),
            "retry" => self.retry = Some(value),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(&value);
                }
                None => self.data = Some(value),
            },
            // A comment, or a field that clients ignore.
            _ => {}
        }
    }

    fn written(self) -> Option<String> {
        let text =
            |name: &str, value: Option<String>| value.map(|value| format!("\"{name}\":{}", string(&value)));
        let data = self.data.map(|data| format!("\"data\":{}", value(&data)));
        let fields = [text("event", self.name), text("id", self.id), text("retry", self.retry), data];
        let fields: Vec<String> = fields.into_iter().flatten().collect();
        (!fields.is_empty()).then(|| format!("{{{}}}", fields.join(",")))
    }
}

/// One JSON value a line.
pub(super) fn lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    format!("[{}]", lines.join(","))
}

/// JSON text sequences (RFC 7464): what cannot be read is a string.
pub(super) fn sequence(text: &str) -> String {
    let texts = text.split('\u{1e}').map(str::trim).filter(|text| !text.is_empty());
    format!("[{}]", texts.map(value).collect::<Vec<_>>().join(","))
}

/// Values of a form by their names, those of one name as a list.
pub(super) fn form(text: &str) -> String {
    let mut fields: Vec<(String, Vec<String>)> = Vec::new();
    for pair in text.trim().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (unescape(name), unescape(value));
        match fields.iter_mut().find(|(held, _)| *held == name) {
            Some((_, values)) => values.push(value),
            None => fields.push((name, vec![value])),
        }
    }
    let field = |(name, values): &(String, Vec<String>)| {
        let written: Vec<String> = values.iter().map(|value| string(value)).collect();
        match written.as_slice() {
            [only] => format!("{}:{only}", string(name)),
            _ => format!("{}:[{}]", string(name), written.join(",")),
        }
    };
    format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = hex.filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        at += if escaped.is_some() { 3 } else { 1 };
        out.push(escaped.unwrap_or(if *byte == b'+' { b' ' } else { *byte }));
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The parts of a multipart body (RFC 2046): `[{"headers": {…}, "body": …}]`, bodies as JSON, text, or what tells
/// bytes apart. None where the boundary does not stand in it.
pub(super) fn parts(bytes: &[u8], boundary: &str) -> Option<String> {
    if boundary.is_empty() {
        return None;
    }
    let mark = format!("--{boundary}");
    let mut pieces = split(bytes, mark.as_bytes());
    // What stands before the first boundary is no part.
    pieces.next()?;
    let mut out = Vec::new();
    let mut is_closed = false;
    for piece in pieces {
        if piece.starts_with(b"--") {
            is_closed = true;
            break;
        }
        out.push(part(piece));
    }
    (is_closed || !out.is_empty()).then(|| format!("[{}]", out.join(",")))
}

fn split<'b>(bytes: &'b [u8], mark: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let here = rest?;
        let at = find(here, mark);
        rest = at.map(|at| &here[at + mark.len()..]);
        Some(at.map_or(here, |at| &here[..at]))
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len().max(1)).position(|window| window == wanted)
}

fn part(piece: &[u8]) -> String {
    let piece = piece.strip_prefix(b"\r\n").or_else(|| piece.strip_prefix(b"\n")).unwrap_or(piece);
    // The line end before a boundary belongs to it.
    let piece = piece.strip_suffix(b"\r\n").or_else(|| piece.strip_suffix(b"\n")).unwrap_or(piece);
    let (head, body) = halves(piece);
    let head = String::from_utf8_lossy(head);
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some(format!("{}:{}", string(&name.trim().to_ascii_lowercase()), string(value.trim())))
    };
    let headers: Vec<String> = head.lines().filter_map(header).collect();
    let body = match std::str::from_utf8(body) {
        Ok(text) => value(text),
        Err(_) => string(&described(body)),
    };
    format!("{{\"headers\":{{{}}},\"body\":{body}}}", headers.join(","))
}

/// Headers and body, with an empty line in between; there may be no headers.
fn halves(piece: &[u8]) -> (&[u8], &[u8]) {
    if let Some(body) = piece.strip_prefix(b"\r\n").or_else(|| piece.strip_prefix(b"\n")) {
        return (&[], body);
    }
    let ends = [&b"\r\n\r\n"[..], &b"\n\n"[..]];
    let found = ends.iter().filter_map(|end| Some((find(piece, end)?, end.len()))).min();
    found.map_or((piece, &[]), |(at, length)| (&piece[..at], &piece[at + length..]))
}

fn described(bytes: &[u8]) -> String {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}, {} bytes, sha256 {digest}", magic(bytes), bytes.len())
}

/// A text as the JSON that it is, else as a string.
fn value(text: &str) -> String {
    if Document::parse(text).is_ok() { text.to_owned() } else { string(text) }
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_clients_read_them() {
        let stream = ": hello\r\nevent: price\r\ndata: {\"a\":1}\r\nid: 7\r\n\r\ndata:one\ndata: two\n\n:\n\nretry: 9\n";
        assert_eq!(
            events(stream),
            r#"[{"event":"price","id":"7","data":{"a":1}},{"data":"one\ntwo"},{"retry":"9"}]"#
        );
        assert_eq!(events("event: message\ndata: 5"), r#"[{"data":5}]"#);
    }

    #[test]
    fn forms_and_sequences_are_read() {
        assert_eq!(form("a=1&b=x+y%21&a=%C3%A9&c"), r#"{"a":["1","é"],"b":"x y!","c":""}"#);
        assert_eq!(sequence("\u{1e}{\"a\":1}\n\u{1e}[2]\n\u{1e}{\"a\""), r#"[{"a":1},[2],"{\"a\""]"#);
        assert_eq!(lines("{}\n\n[1]\r\n"), "[{},[1]]");
    }

    #[test]
    fn parts_have_headers_and_bodies() {
        let body =
            b"x\r\n--B\r\nContent-Type: application/json\r\n\r\n{\"a\": 1}\r\n--B\r\n\r\n\xff\0\r\n--B--\r\n";
        let read = parts(body, "B").expect("two parts");
        assert!(
            read.starts_with(r#"[{"headers":{"content-type":"application/json"},"body":{"a": 1}},"#),
            "{read}"
        );
        assert!(read.contains("bytes, 2 bytes, sha256 "), "{read}");
        assert_eq!(parts(b"nothing", "B"), None);
        assert_eq!(parts(b"--B--", "B").as_deref(), Some("[]"));
    }
}
