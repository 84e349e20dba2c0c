//! Bodies that are no text: by digest, size and the kind that their first bytes tell.

use envparity_model::Code;

use super::{Part, Shapes};
use crate::drift::{Drift, Drifts};

/// First bytes of well-known formats.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"RIFF", "riff"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x7fELF", "elf"),
    (b"\0asm", "wasm"),
    (b"SQLite format 3\0", "sqlite"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"wOFF", "woff"),
    (b"wOF2", "woff2"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
];

/// The format that the first bytes tell.
pub(super) fn magic(bytes: &[u8]) -> &'static str {
    MAGIC.iter().find(|(head, _)| bytes.starts_with(head)).map_or("bytes", |(_, name)| name)
}

/// A body for people.
pub(super) fn describe(part: &Part<'_>) -> String {
    let body = &part.response.body;
    let digest: String = body.sha256.chars().take(12).collect();
    format!("{}, {} bytes, sha256 {digest}…", magic(part.bytes), part.bytes.len())
}

/// Compares two bodies that are no text.
pub(super) fn judge(
    left: &Part<'_>,
    right: &Part<'_>,
    noisy: bool,
    drifts: &mut Drifts,
    shapes: &mut Shapes,
) {
    let same_kind = magic(left.bytes) == magic(right.bytes);
    if noisy && same_kind {
        return shapes.push((
            "body".to_owned(),
            "value",
            "its bytes differ between two samples of the reference".to_owned(),
        ));
    }
    let kind = if same_kind { "binary" } else { "magic" };
    drifts.push(Drift::at(Code::ResponseValue, "body").kind(kind).sides(describe(left), describe(right)));
}
