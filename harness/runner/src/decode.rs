//! Content encodings, undone within bounds.

use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// Decoded bytes may be at most this many times the received ones: more is a bomb.
const MAX_RATIO: usize = 100;
/// Below this size the ratio says nothing.
const RATIO_FLOOR: usize = 1 << 20;

/// The largest window that a body may ask for, as a power of two: 8 MiB (RFC 9659).
const ZSTD_WINDOW: u32 = 23;

/// A body after decoding.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) truncated: bool,
    /// The encoding that could not be undone; `bytes` are then as received.
    pub(crate) undecoded: Option<String>,
}

/// Undoes the content encodings (RFC 9110, 8.4) of a body, last applied first.
pub(crate) fn decode(bytes: Vec<u8>, truncated: bool, encodings: Option<&str>, cap: usize) -> Decoded {
    let mut decoded = Decoded { bytes, truncated, undecoded: None };
    let codings = encodings.unwrap_or_default().split(',').map(|c| c.trim().to_ascii_lowercase());
    let codings: Vec<String> = codings.filter(|c| !c.is_empty() && c != "identity").collect();
    for coding in codings.iter().rev() {
        if decoded.bytes.is_empty() {
            break;
        }
        let Some((bytes, cut)) = undo(&decoded.bytes, coding, cap) else {
            decoded.undecoded = Some(coding.clone());
            break;
        };
        decoded.bytes = bytes;
        decoded.truncated |= cut;
    }
    decoded
}

fn undo(bytes: &[u8], coding: &str, cap: usize) -> Option<(Vec<u8>, bool)> {
    let limit = cap.min((bytes.len() * MAX_RATIO).max(RATIO_FLOOR));
    match coding {
        "gzip" | "x-gzip" => read_capped(MultiGzDecoder::new(bytes), limit),
        // Some servers send raw deflate under this name; zlib is what the standard says.
        "deflate" => read_capped(ZlibDecoder::new(bytes), limit)
            .or_else(|| read_capped(flate2::read::DeflateDecoder::new(bytes), limit)),
        "zstd" => {
            let mut decoder = zstd::stream::read::Decoder::new(bytes).ok()?;
            decoder.window_log_max(ZSTD_WINDOW).ok()?;
            read_capped(decoder, limit)
        }
        "br" => read_capped(brotli_decompressor::Decompressor::new(bytes, 4096), limit),
        _ => None,
    }
}

fn read_capped(reader: impl Read, limit: usize) -> Option<(Vec<u8>, bool)> {
    let mut out = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut out).ok()?;
    let cut = out.len() > limit;
    out.truncate(limit);
    Some((out, cut))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn codings_come_off_in_reverse_order() {
        let twice = gzip(&gzip(b"hello"));
        let decoded = decode(twice, false, Some("gzip, gzip"), 1000);
        assert_eq!(decoded.bytes, b"hello");
        assert!(!decoded.truncated && decoded.undecoded.is_none());
    }

    #[test]
    fn a_bomb_is_cut_at_the_ratio() {
        let bomb = gzip(&vec![0; 64 << 20]);
        let decoded = decode(bomb.clone(), false, Some("gzip"), usize::MAX);
        assert!(decoded.truncated);
        assert!(decoded.bytes.len() <= (bomb.len() * MAX_RATIO).max(RATIO_FLOOR));
    }

    #[test]
    fn what_cannot_be_undone_stays_as_received_and_says_so() {
        let decoded = decode(b"plain".to_vec(), false, Some("gzip"), 1000);
        assert_eq!((decoded.bytes.as_slice(), decoded.undecoded.as_deref()), (&b"plain"[..], Some("gzip")));
        let unknown = decode(b"x".to_vec(), false, Some("compress"), 1000);
        assert_eq!(unknown.undecoded.as_deref(), Some("compress"));
        let broken = decode(b"x".to_vec(), false, Some("zstd"), 1000);
        assert_eq!(broken.undecoded.as_deref(), Some("zstd"));
    }

    #[test]
    fn every_usual_coding_comes_off() {
        let zstd = zstd::encode_all(&b"hello"[..], 1).unwrap();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(b"hello").unwrap();
        // `hello` as a stored meta-block.
        let brotli = b"\x0b\x02\x80hello\x03".to_vec();
        for (coding, bytes) in
            [("zstd", zstd), ("deflate", zlib.finish().unwrap()), ("x-gzip", gzip(b"hello")), ("br", brotli)]
        {
            let decoded = decode(bytes, false, Some(coding), 1000);
            assert_eq!((decoded.bytes.as_slice(), decoded.undecoded), (&b"hello"[..], None), "{coding}");
        }
    }
}
