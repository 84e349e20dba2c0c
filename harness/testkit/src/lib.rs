//! Environments compared under `cargo test`: one test per case.
//!
//! `tests/parity.rs`, with `harness = false` for it in `Cargo.toml`:
//!
//! ```no_run
//! envparity_test::main!("parity.toml");
//! ```
//!
//! The path is relative to the package. Further arguments: `profile = "ci"`, and `require = true`, which says that
//! what cannot be reached fails the tests; so does a variable `CI` in the environment. Elsewhere those tests are
//! ignored, with the reason.

mod comparison;
mod lease;
mod outcome;
mod project;
mod trials;

pub use project::Tests;

/// The `main` of a test target: a configuration's cases as tests.
#[macro_export]
macro_rules! main {
    ($configuration:expr $(, $setting:ident = $value:expr)* $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::Tests::of(::std::env!("CARGO_MANIFEST_DIR"), $configuration)$(.$setting($value))*.run()
        }
    };
}
