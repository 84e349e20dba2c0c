//! OpenAPI documents, HAR recordings and Postman collections as Hurl files that people go on editing.
//!
//! Pure: text in, [`Imported`] out. What is written parses as a suite; what cannot be converted is listed, at the
//! end of the file that it belongs to and in [`Imported::left_out`], never lost. Values that look like secrets never
//! reach a file: they become variables that [`Imported::variables`] names.

mod address;
mod har;
mod hurl;
mod imported;
mod name;
mod openapi;
mod postman;
mod secret;
mod text;

pub use har::{HarOptions, har};
pub use imported::{Imported, LeftOut, Loss, NamedFile, Variable};
pub use openapi::openapi;
pub use postman::postman;
