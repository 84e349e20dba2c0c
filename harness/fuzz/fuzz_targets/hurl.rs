#![no_main]

#[path = "../checks/hurl.rs"]
mod hurl;

libfuzzer_sys::fuzz_target!(|data: &[u8]| hurl::check(data));
