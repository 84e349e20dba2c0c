//! Builds the collector as a static binary and hands it to `src/embedded.rs`.
//!
//! The collector runs inside other people's containers, from an empty image: it must not need a loader.
//! Where it cannot be built (another operating system, no static libc) the crate still builds, with a
//! warning and an empty collector; the engine then takes its next way, and the tests fail.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

/// What the binary is made of, from the workspace's root.
const SOURCES: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "harness/collector/Cargo.toml",
    "harness/collector/src",
    "harness/manifest/Cargo.toml",
    "harness/manifest/src",
    "harness/model/Cargo.toml",
    "harness/model/src",
];

/// Settings of cargo that say where crates come from; every other `CARGO_*` belongs to the outer build.
const KEPT: &[&str] =
    &["CARGO_HOME", "CARGO_NET_", "CARGO_HTTP_", "CARGO_REGISTRIES_", "CARGO_REGISTRY_", "CARGO_SOURCE_"];

fn main() -> Result<(), Box<dyn Error>> {
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    println!("cargo::rerun-if-changed=build.rs");

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let bytes = match build(&workspace, &out) {
        Ok(bytes) => bytes,
        Err(error) => {
            println!("cargo::warning=no embedded collector: {error}");
            Vec::new()
        }
    };
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let arch = match env::var("CARGO_CFG_TARGET_ARCH")?.as_str() {
        "x86_64" => "amd64".to_owned(),
        "aarch64" => "arm64".to_owned(),
        other => other.to_owned(),
    };
    fs::write(out.join("collector"), bytes)?;
    println!("cargo::rustc-env=PARITY_COLLECTOR_DIGEST={digest}");
    println!("cargo::rustc-env=PARITY_COLLECTOR_ARCH={arch}");
    Ok(())
}

/// One inner build, in one folder for all configurations of the outer build.
fn build(workspace: &Path, out: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let target = env::var("TARGET")?;
    if env::var("CARGO_CFG_TARGET_OS")? != "linux" {
        return Err(format!("containers run on linux, this build is for `{target}`").into());
    }
    let folder = out.ancestors().nth(4).ok_or("`OUT_DIR` is too short")?.join("collector");

    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.current_dir(workspace).args(["build", "--package", "envparity-collector"]);
    cargo.args(["--profile", "collector", "--locked", "--target", &target, "--target-dir"]).arg(&folder);
    if let Ok(jobs) = env::var("NUM_JOBS") {
        cargo.args(["--jobs", &jobs]);
    }
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(belongs_to_the_outer_build) {
            cargo.env_remove(&name);
        }
    }
    // CARGO_ENCODED_RUSTFLAGS outranks this and is always set: it is removed above.
    cargo.env("RUSTFLAGS", "-C target-feature=+crt-static");

    let output = cargo.output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("error")).collect();
        return Err(format!("`cargo build` ended with {}: {}", output.status, lines.join("; ")).into());
    }
    let path = folder.join(&target).join("collector/envparity-collector");
    fs::read(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()).into())
}

fn belongs_to_the_outer_build(name: &str) -> bool {
    let cargo = name.starts_with("CARGO") && !KEPT.iter().any(|kept| name.starts_with(kept));
    let compiler = name.starts_with("RUSTC") || name.starts_with("RUSTDOC") || name == "RUSTFLAGS";
    cargo || compiler || name.starts_with("CLIPPY_") || matches!(name, "MAKEFLAGS" | "MFLAGS")
}
