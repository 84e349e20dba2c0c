//! The sample services live beside this file, each with its Dockerfile, its Hurl suites and its `parity.toml`. What
//! they are approved to answer stands under `snapshots/`.
