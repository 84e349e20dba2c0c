//! The importers, on documents as people have them.

mod har;
mod laws;
mod openapi;
mod postman;
mod support;
