//! Where envparity keeps what outlives a run, by the conventions of the platform.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use envparity_model::Problem;

use crate::session::Places;

/// The folders of this user and process, made where they are missing.
///
/// # Errors
/// When one cannot be made.
pub fn places() -> Result<Places, Problem> {
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = variable("HOME");
    let under_home = |path: &str| home.as_ref().map(|home| home.join(path));
    let cache = variable("PARITY_CACHE_DIR")
        .or_else(|| variable("XDG_CACHE_HOME").map(|path| path.join("envparity")))
        .or_else(|| under_home(".cache/envparity"))
        .unwrap_or_else(|| env::temp_dir().join("envparity-cache"));
    let state = variable("XDG_STATE_HOME")
        .map(|path| path.join("envparity"))
        .or_else(|| under_home(".local/state/envparity"))
        .unwrap_or_else(|| cache.clone());
    // Socket paths are limited to about a hundred bytes, so this one is short.
    let runtime =
        variable("XDG_RUNTIME_DIR").filter(|path| path.as_os_str().len() < 30).unwrap_or_else(env::temp_dir);
    let places =
        Places { cache_dir: cache, runtime_dir: runtime.join(own_folder()), lab_dir: state.join("labs") };
    envparity_engine::sweep_runtime_dirs(&places.runtime_dir);
    for folder in [&places.cache_dir, &places.runtime_dir, &places.lab_dir] {
        make_private(folder)
            .map_err(|error| Problem::new(format!("failed to create `{}`: {error}", folder.display())))?;
    }
    Ok(places)
}

/// Removes this process's socket folder.
pub fn leave() {
    for parent in
        [env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from), Some(env::temp_dir())].into_iter().flatten()
    {
        let _ = fs::remove_dir_all(parent.join(own_folder()));
    }
}

fn own_folder() -> String {
    format!("parity-{}", std::process::id())
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
