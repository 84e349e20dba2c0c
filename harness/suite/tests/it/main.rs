//! Suites through the public interface: text in, requests and results out.

mod support;

mod asserts;
mod bodies;
mod captures;
mod cases;
mod errors;
mod filters;
mod laws;
mod options;
mod requests;
mod responses;
mod signing;
mod xpath;
