//! Suites through the public interface: text in, requests and results out.

mod support;

mod cases;
