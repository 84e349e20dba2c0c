//! The approved exchange of a case: written as a person reviews it, read back to be compared with.
//!
//! ```text
//! 302 location: /login            one line for each redirect that was followed
//! 200
//! content-type: application/json
//!
//! { "id": "[uuid]", "made": "[time 9999-99-99T99:99:99Z]", "user": "{{created}}" }
//! ```
//!
//! What differs by nature stands as its shape. To compare, each shape that today's answer is of is filled in with
//! today's value; what does not fit stays as it was approved. The usual comparison then finds exactly that.

mod fit;
mod general;
mod json;
mod judge;
mod lines;
mod mirror;
mod placeholder;
mod read;
mod write;

pub use judge::{Approver, BASELINE, BaselineComparator};
pub use read::Approved;

use mirror::mirrored;
use write::{Normal, Sampled, normalise};

/// The first item of a list whose order differs by nature.
const ANY_ORDER: &str = "[any order]";
/// The first item of a list whose items differ by nature in number; the second is what each of them looks like.
const ANY_NUMBER: &str = "[any number]";
/// A member that is there or is not.
const OPTIONAL: &str = "[optional]";
/// Lines of a text that differ by nature as a whole.
const ANY_LINES: &str = "[any lines]";
/// Bytes that are no text and differ by nature.
const BINARY: &str = "[binary]";
/// A body of white space.
const BLANK: &str = "[blank]";

/// Deepest level that is looked into; below it a document is compared as it is.
const MAX_DEPTH: usize = 128;
