//! Exporters: a [`Report`](envparity_model::Report) in, text or bytes out.
//!
//! Pure and deterministic: the same report gives the same bytes. What comes from a service or a container is
//! untrusted and reaches the output only through [`visible`], which shows control characters instead of
//! letting them act.

mod annotations;
#[cfg(test)]
mod fixtures;
mod html;
mod json;
mod judge;
mod junit;
mod learned;
mod manifest;
mod markdown;
mod sarif;
mod sentence;
mod suggested;
mod summary;
mod test_results;
mod text;
mod view;
mod visible;
mod words;

pub use annotations::annotations;
pub use html::html;
pub use json::{json, schema};
pub use junit::junit;
pub use learned::{noise_json, noise_text};
pub use manifest::{manifest_json, manifest_text};
pub use markdown::markdown;
pub use sarif::sarif;
pub use suggested::{Suggested, suggested_json, suggested_text};
pub use test_results::{TestOutcome, TestResults, test_results};
pub use text::{TextStyle, text, text_with_folder};
pub use visible::visible;
