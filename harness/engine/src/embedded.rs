//! The collector, built as a static binary by `build.rs`.

/// The ELF file, to be placed in an empty image or put into a container; empty where it could not be built.
pub const COLLECTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/collector"));

/// The architecture that it runs on, in the words of container images: `amd64`, `arm64`.
pub const COLLECTOR_ARCH: &str = env!("PARITY_COLLECTOR_ARCH");

/// SHA-256 of the file, in hex: names its image, and is part of every manifest's cache key.
pub const COLLECTOR_DIGEST: &str = env!("PARITY_COLLECTOR_DIGEST");

#[cfg(test)]
mod tests {
    use super::*;

    const PT_INTERP: u32 = 3;

    fn number(at: usize, width: usize) -> u64 {
        COLLECTOR[at..at + width].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    #[test]
    fn the_collector_is_there_and_needs_no_loader() {
        assert_eq!(COLLECTOR.get(..4), Some(b"\x7fELF".as_slice()), "no embedded collector");
        assert_eq!(COLLECTOR[4], 2, "a 64-bit file");
        let (table, size, count) = (number(32, 8) as usize, number(54, 2) as usize, number(56, 2) as usize);
        let kinds: Vec<u32> = (0..count).map(|n| number(table + n * size, 4) as u32).collect();
        assert!(!kinds.is_empty() && !kinds.contains(&PT_INTERP), "{kinds:?}");
        assert_eq!(COLLECTOR_DIGEST.len(), 64);
        assert!(COLLECTOR.len() < 2_000_000, "{} bytes", COLLECTOR.len());
    }
}
