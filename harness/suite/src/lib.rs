//! Hurl files: parsed, rendered into requests, evaluated against responses.
//!
//! Pure: text and bytes in, requests and results out. The language is that of Hurl 8 (its grammar is part of
//! <https://hurl.dev/docs/grammar.html>). What is not supported is an error with file, line and column, never
//! skipped:
//!
//! - the options `digest`, `ntlm`, `negotiate`, `http3`, `path-as-is` and `pinnedpubkey`, `netrc` without
//!   `netrc-file`, a password in `cert`, `repeat: -1`;
//! - comments that speak to Hurl's cookie store (`@cookie_storage_…`);
//! - in XPath variables and the namespace axis, and expressions that are none, which Hurl accepts until they are
//!   evaluated; likewise JSONPath that is not RFC 9535;
//! - what Hurl accepts by accident: text after a variable's name in `{{…}}`, numbers without exponent digits.
//!
//! A file that is accepted here also runs in stock Hurl; `ci/conformance` holds the two against each other. What
//! differs on purpose: generated values are functions of the run's seed (see [`Generator`]); captures are tried
//! even when the status line did not hold, so that one drift does not hide the next; numbers beyond 64 bits
//! compare exactly; NaN equals no number; what is not ASCII in a URL is percent-encoded. Options about Hurl's own output (`verbose`, `very-verbose`,
//! `verbosity`, `output`) have no effect: every response is kept beside the journal.

mod ast;
mod case;
mod certificate;
mod condition;
mod connection;
mod context;
mod decimal;
mod entry;
mod error;
mod evaluate;
mod generator;
mod instant;
mod netrc;
mod number;
mod percent;
mod render;
mod signing;
mod syntax;
mod tree;
mod value;
mod xpath;

pub use condition::Named;
pub use connection::{ConnectTo, Connection, HttpVersion, IpVersion, Resolve};
pub use context::{Context, Files, Vars};
pub use entry::{Entry, Options, Retry, SuiteFile};
pub use error::{RenderError, SyntaxError};
pub use evaluate::{Evaluation, Observed};
pub use generator::Generator;
pub use instant::Instant;
pub use number::Number;
pub use render::Request;
pub use signing::{Signed, Signing, signing_time_ms};
pub use syntax::parse;
pub use value::Value;
