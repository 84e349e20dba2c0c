//! What the collector answers: the one thing that travels back.

use std::io::{self, Read as _, Write as _};

use envparity_model::Manifest;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

/// The form of [`Answer`]; another number is another form.
pub const ANSWER_SCHEMA: u32 = 1;

/// The most that an answer may unpack to: a container's files are untrusted, and so is what they become.
pub const ANSWER_CAP: u64 = 256 << 20;

/// One look into a container: gzipped JSON on the collector's stdout.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// [`ANSWER_SCHEMA`].
    pub schema: u32,
    /// The collector's version.
    pub version: String,
    /// The file system was scanned; else `manifest` holds only facts and mapped paths.
    pub scanned: bool,
    /// What was found.
    pub manifest: Manifest,
    /// TCP ports with a LISTEN row that other hosts can reach, sorted.
    pub listening: Vec<u16>,
    /// TCP ports that only the container itself can reach, sorted.
    #[serde(default)]
    pub listening_on_loopback: Vec<u16>,
    /// Bytes received since start, all interfaces but loopback.
    pub received_bytes: u64,
    /// The container's clock, milliseconds since 1970.
    pub clock_ms: u64,
}

impl Answer {
    /// Gzipped JSON.
    pub fn pack(&self) -> io::Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        serde_json::to_writer(&mut encoder, self)?;
        encoder.flush()?;
        encoder.finish()
    }

    /// Reads what [`Answer::pack`] wrote.
    ///
    /// # Errors
    /// Not gzip, more than [`ANSWER_CAP`], not this JSON, or another schema: nothing of it may be used.
    pub fn unpack(bytes: &[u8]) -> Result<Self, String> {
        let mut json = Vec::new();
        let mut decoder = GzDecoder::new(bytes).take(ANSWER_CAP + 1);
        decoder.read_to_end(&mut json).map_err(|error| format!("the answer is not gzip: {error}"))?;
        if json.len() as u64 > ANSWER_CAP {
            return Err(format!("the answer is larger than {ANSWER_CAP} bytes"));
        }
        let answer: Self =
            serde_json::from_slice(&json).map_err(|error| format!("the answer cannot be read: {error}"))?;
        if answer.schema == ANSWER_SCHEMA {
            Ok(answer)
        } else {
            Err(format!("the answer has schema {}, expected {ANSWER_SCHEMA}", answer.schema))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_survives_the_way_and_nothing_else_is_taken_for_one() {
        let answer = Answer { schema: ANSWER_SCHEMA, listening: vec![4567], ..Answer::default() };
        let packed = answer.pack().unwrap();
        assert_eq!(Answer::unpack(&packed).unwrap(), answer);
        assert!(Answer::unpack(&packed[..packed.len() / 2]).is_err(), "torn");
        assert!(Answer::unpack(b"").is_err());
        let newer = Answer { schema: ANSWER_SCHEMA + 1, ..answer };
        assert!(Answer::unpack(&newer.pack().unwrap()).unwrap_err().contains("schema"));
    }
}
