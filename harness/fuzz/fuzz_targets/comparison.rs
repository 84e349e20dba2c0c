#![no_main]

#[path = "../checks/comparison.rs"]
mod comparison;

libfuzzer_sys::fuzz_target!(|data: &[u8]| comparison::check(data));
