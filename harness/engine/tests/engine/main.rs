//! The engine against a real one. Ignored where nobody asks for it: `ci/test` does, and there a missing engine
//! fails.

mod manifest;
mod start;
mod support;
