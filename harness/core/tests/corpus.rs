//! Seeds and finds of the fuzz target `comparison`, through the same checks.

#[path = "../../fuzz/checks/comparison.rs"]
mod comparison;

#[test]
fn what_holds_of_any_bytes_holds_of_the_corpus() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/comparison");
    let mut seeds = 0;
    for seed in std::fs::read_dir(folder).expect("a corpus") {
        let path = seed.expect("readable").path();
        let bytes = std::fs::read(&path).expect("readable");
        // Cut short, each is one more.
        for end in [bytes.len(), bytes.len() / 2, bytes.len().saturating_sub(1)] {
            comparison::check(&bytes[..end]);
        }
        seeds += 1;
    }
    assert!(seeds > 10, "{seeds} seeds");
}
