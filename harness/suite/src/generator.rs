//! Values that Hurl makes up: here they are functions of the run, so that every environment gets the same ones.

use envparity_model::CaseId;
use sha2::{Digest, Sha256};

use crate::Instant;

/// Makes up values. The same seed, case and name give the same value, in any environment, sample or retry.
#[derive(Debug, Clone)]
pub struct Generator {
    seed: String,
    now: Instant,
}

impl Generator {
    /// `seed` is the run's, from the journal's header; `now_ms` its start, in milliseconds since the epoch.
    pub fn new(seed: &str, now_ms: i64) -> Self {
        Self { seed: seed.to_owned(), now: Instant::from_epoch_ms(now_ms) }
    }

    /// The run's start: what `newDate` gives, and the clock of `daysAfterNow` and `daysBeforeNow`.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// A UUID of version 4.
    pub fn uuid(&self, case: &CaseId, name: &str) -> String {
        let mut bytes = self.bytes(case, name);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = hex(&bytes);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// The boundary of a multipart body.
    pub(crate) fn boundary(&self, case: &CaseId) -> String {
        format!("------------------------{}", &hex(&self.bytes(case, "multipart boundary"))[..22])
    }

    fn bytes(&self, case: &CaseId, name: &str) -> [u8; 16] {
        let mut hash = Sha256::new();
        for part in [&self.seed, case.as_str(), name] {
            // Lengths first: no two lists of parts give the same bytes.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        bytes
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_depend_on_seed_case_and_name_alone() {
        let (case, other) = (CaseId::new("a GET /x"), CaseId::new("a GET /y"));
        let generator = Generator::new("seed", 0);
        let uuid = generator.uuid(&case, "1");
        assert_eq!(uuid, Generator::new("seed", 99).uuid(&case, "1"));
        for different in [
            generator.uuid(&case, "2"),
            generator.uuid(&other, "1"),
            Generator::new("tree", 0).uuid(&case, "1"),
        ] {
            assert_ne!(uuid, different);
        }
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!("89ab".contains(&uuid[19..20]), "{uuid}");
    }

    #[test]
    fn now_is_the_start_of_the_run() {
        assert_eq!(Generator::new("", 1_764_000_000_123).now().to_iso(), "2025-11-24T16:00:00.123000Z");
    }
}
