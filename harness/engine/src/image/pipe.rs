//! From a thread that writes to a stream that is sent, and from a stream that arrives to a thread that reads.

use std::io::{self, Read, Write};

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Chunks under way; each is at most [`CHUNK`].
const DEPTH: usize = 8;
const CHUNK: usize = 128 << 10;

/// The writing end, for a blocking thread.
pub(crate) struct PipeWriter {
    sender: Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

/// Whatever is written to the one comes out of the other.
pub(crate) fn pipe() -> (PipeWriter, impl Stream<Item = io::Result<Bytes>> + Send + 'static) {
    let (sender, receiver) = channel(DEPTH);
    (PipeWriter { sender, buffer: Vec::with_capacity(CHUNK) }, received(receiver))
}

fn received(receiver: Receiver<io::Result<Bytes>>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) })
}

impl PipeWriter {
    /// Sends what is left. An error instead ends the stream with that error, never as if it were complete.
    pub(crate) fn finish(mut self, result: io::Result<()>) -> io::Result<()> {
        let result = result.and_then(|()| self.flush());
        if let Err(e) = &result {
            let copy = io::Error::new(e.kind(), e.to_string());
            self.sender.blocking_send(Err(copy)).ok();
        }
        result
    }

    fn send(&mut self) -> io::Result<()> {
        let chunk = Bytes::from(std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK)));
        self.sender.blocking_send(Ok(chunk)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() == CHUNK {
            self.send()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() { Ok(()) } else { self.send() }
    }
}

/// The reading end, for a blocking thread.
pub(crate) struct PipeReader {
    receiver: Receiver<io::Result<Bytes>>,
    current: Bytes,
}

/// Whatever is sent to the one is read from the other.
pub(crate) fn reverse_pipe() -> (Sender<io::Result<Bytes>>, PipeReader) {
    let (sender, receiver) = channel(DEPTH);
    (sender, PipeReader { receiver, current: Bytes::new() })
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.receiver.blocking_recv() {
                Some(chunk) => self.current = chunk?,
                None => return Ok(0),
            }
        }
        let count = self.current.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.current.split_to(count));
        Ok(count)
    }
}
