//! Hurl files: parsed, rendered into requests, evaluated against responses.
//!
//! Pure: text and bytes in, requests and results out. The language is that of Hurl 8 (its grammar is part of
//! <https://hurl.dev/docs/grammar.html>) without what needs a C library or the connection itself (`xpath`,
//! `certificate`, `ip`, AWS signatures, …). Whatever is not supported is an error with file, line and column: it
//! is never skipped. A file that is accepted here also runs in stock Hurl; some files that Hurl accepts by
//! accident (text after a variable's name in `{{…}}`, numbers without exponent digits) are refused here.
//!
//! Two rules differ from Hurl on purpose: generated values are functions of the run's seed (see [`Generator`]),
//! and captures are tried even when the status line did not hold, so that one drift does not hide the next.

mod ast;
mod case;
mod context;
mod decimal;
mod entry;
mod error;
mod evaluate;
mod generator;
mod instant;
mod number;
mod percent;
mod render;
mod syntax;
mod value;

pub use context::{Context, Files, Vars};
pub use entry::{Entry, Options, Retry, SuiteFile};
pub use error::{RenderError, SyntaxError};
pub use evaluate::{Evaluation, Observed};
pub use generator::Generator;
pub use instant::Instant;
pub use number::Number;
pub use render::Request;
pub use syntax::parse;
pub use value::Value;
