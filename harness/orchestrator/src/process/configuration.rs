//! A configuration file, with what the process's environment changes in it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use envparity_config::{EngineSpec, Resolved, Sources, Target};
use envparity_model::Problem;

use crate::run::ConfigText;

/// A configuration that was read and resolved.
pub struct Given {
    /// Its folder.
    pub base: PathBuf,
    /// As given.
    pub text: ConfigText,
    /// As resolved.
    pub resolved: Resolved,
    /// `PARITY_*` variables that set nothing, and are near to none that does.
    pub strays: Vec<Problem>,
}

/// Reads a file and resolves it under `PARITY_*` variables and further settings (key, value, origin).
///
/// # Errors
/// Every problem at once, in words.
pub fn read_configuration(
    path: &Path,
    profile: Option<&str>,
    overrides: Vec<(String, String, String)>,
) -> Result<Given, Vec<String>> {
    let shown = path.to_string_lossy().into_owned();
    let text = fs::read_to_string(path)
        .map_err(|error| vec![format!("failed to read configuration `{shown}`: {error}")])?;
    let variables: Vec<(String, String)> = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let strays = strays(variables.iter().map(|(name, _)| name.as_str()))?;
    let pairs = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut settings = envparity_config::variable_settings(pairs);
    settings.extend(overrides);
    let sources = Sources { file: Some((&shown, &text)), profile, overrides: &settings };
    let mut resolved = envparity_config::resolve(&sources)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let base = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for environment in &mut resolved.config.environments {
        place_files(&mut environment.target, base);
    }
    let text = ConfigText {
        path: Some(shown.clone()),
        text: Some(text.clone()),
        profile: profile.map(str::to_owned),
        digest: resolved.digest.clone(),
        overrides: settings,
    };
    Ok(Given { base: base.to_owned(), text, resolved, strays })
}

/// A `PARITY_*` variable that sets nothing and was surely meant to is an error, any other is told.
fn strays<'v>(names: impl Iterator<Item = &'v str>) -> Result<Vec<Problem>, Vec<String>> {
    let (meant, others): (Vec<_>, Vec<_>) =
        envparity_config::stray_variables(names).into_iter().partition(|stray| stray.meant);
    if meant.is_empty() {
        Ok(others.into_iter().map(|stray| stray.problem).collect())
    } else {
        Err(meant.iter().map(|stray| stray.problem.to_string()).collect())
    }
}

/// Keys and certificates are named relative to the configuration, and opened from wherever this process is.
fn place_files(target: &mut Target, folder: &Path) {
    let (Target::Engine(engine) | Target::Attach { engine, .. }) = target else { return };
    match engine {
        EngineSpec::Ssh { identity, known_hosts, config, .. } => {
            for file in [identity, known_hosts, config].into_iter().flatten() {
                place_file(file, folder);
            }
        }
        EngineSpec::Tcp { tls: Some(tls), .. } => {
            for file in [&mut tls.ca, &mut tls.cert, &mut tls.key] {
                place_file(file, folder);
            }
        }
        EngineSpec::Tcp { tls: None, .. } | EngineSpec::Local | EngineSpec::Unix(_) | EngineSpec::Lab => {}
    }
}

fn place_file(file: &mut String, folder: &Path) {
    // What ssh would expand is left to it.
    if folder != Path::new(".") && !file.starts_with('~') && !file.starts_with('%') {
        *file = folder.join(&*file).to_string_lossy().into_owned();
    }
}
