//! JSON compared as JSON: exact number lexemes, duplicate keys, escapes, and no recursion that bytes could drive.

mod align;
mod around;
mod array;
mod canon;
mod document;
mod key;
mod number;
mod object;
mod parse;
mod scalar;
mod walk;

pub(crate) use around::Around;
pub(crate) use document::{Document, Kind};
pub(crate) use number::{Decimal, within};
pub(crate) use parse::Unreadable;
pub(crate) use walk::{Purpose, Sink, Walk, What};
