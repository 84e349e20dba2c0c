//! The sample service and its suites, inside the binary: the demo needs no checkout.

use std::fs;
use std::path::Path;

use envparity_model::Problem;

macro_rules! sample {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../../suites/activity/", $path)))),+]
    };
}

const FILES: &[(&str, &str)] = sample![
    "activities.hurl",
    "activity.hurl",
    "app/.dockerignore",
    "app/Dockerfile",
    "app/config.ru",
    "app/data/activities.json",
    "app/install_packages.sh",
    "app/lib/activity.rb",
    "app/lib/listing.rb",
    "app/lib/service.rb",
    "app/lib/storage.rb",
    "app/lib/totals.rb",
    "app/run_app.sh",
    "parity.older.toml",
    "parity.toml",
    "plans.hurl",
];

/// Writes the sample below a folder; files that are the same already are left alone.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn unpack(folder: &Path) -> Result<(), Problem> {
    for (path, text) in FILES {
        let target = folder.join(path);
        if fs::read_to_string(&target).is_ok_and(|there| there == *text) {
            continue;
        }
        envparity_orchestrator::write_atomically(&target, text.as_bytes())?;
        #[cfg(unix)]
        if Path::new(path).extension().is_some_and(|extension| extension == "sh") {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).map_err(|error| {
                Problem::new(format!("failed to make `{}` executable: {error}", target.display()))
            })?;
        }
    }
    Ok(())
}
