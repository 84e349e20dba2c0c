//! OpenAPI documents: read with everything they refer to, and responses held to them.
//!
//! Pure: text in, a [`Document`] out; other files come through a closure. OpenAPI 3.0 and 3.1 are read as they are,
//! Swagger 2.0 in its simple parts (<https://spec.openapis.org/oas/v3.1.1.html>). [`Contract`] says what a response
//! breaks; the importer reads the same document.

mod contract;
mod document;
mod operation;
mod place;
mod route;
mod schema;
mod swagger;
mod syntax;
mod yaml;

pub use contract::{Answer, Contract};
pub use document::{Document, Node};
pub use operation::Operation;
pub use syntax::{read_json, read_value};
