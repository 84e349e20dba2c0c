//! What was typed, the environment and the files, resolved into what is meant.

use std::env;
use std::path::{Path, PathBuf};

use envparity_config::{Config, EnvironmentSpec, Resolved};
use envparity_model::Problem;
use envparity_orchestrator::{ConfigText, Format, Places};

use crate::args::Common;
use crate::failure::Failure;

/// A configuration that was found, read and resolved.
pub(crate) struct Settings {
    /// Its folder.
    pub(crate) base: PathBuf,
    /// As given.
    pub(crate) given: ConfigText,
    /// As resolved.
    pub(crate) resolved: Resolved,
    /// Where images come from, if not from the reference's engine.
    pub(crate) supplier: Option<EnvironmentSpec>,
}

/// Finds and resolves the configuration.
///
/// # Errors
/// Every problem of the file at once; exit 2.
pub(crate) fn load(common: &Common, overrides: Vec<(String, String, String)>) -> Result<Settings, Failure> {
    let path = match &common.config {
        Some(path) => path.clone(),
        None => find_upwards().ok_or_else(|| {
            Failure::usage(
                Problem::new("no `parity.toml` here or in a folder above")
                    .hint("`parity config default` prints one to begin with; `parity compare` needs none"),
            )
        })?,
    };
    load_file(&path, common, overrides)
}

/// Resolves a configuration file.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_file(
    path: &Path,
    common: &Common,
    overrides: Vec<(String, String, String)>,
) -> Result<Settings, Failure> {
    let given = envparity_orchestrator::read_configuration(path, common.profile.as_deref(), overrides)
        .map_err(Failure::Listed)?;
    for stray in &given.strays {
        crate::output::warning(&stray.to_string());
    }
    Ok(Settings { base: given.base, given: given.text, resolved: given.resolved, supplier: None })
}

/// A configuration without a file.
pub(crate) fn without_file(config: Config) -> Settings {
    let resolved = Resolved { config, origins: Vec::new(), digest: String::new() };
    Settings { base: PathBuf::from("."), given: ConfigText::default(), resolved, supplier: None }
}

/// The configuration file that applies here: in this folder or the nearest one above.
pub(crate) fn find_upwards() -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    let found = here.ancestors().map(|folder| folder.join("parity.toml")).find(|path| path.is_file())?;
    Some(if found.parent() == Some(&here) { PathBuf::from("parity.toml") } else { found })
}

/// Where envparity keeps what outlives a run.
///
/// # Errors
/// When no folder can be made.
pub(crate) fn places() -> Result<Places, Failure> {
    envparity_orchestrator::places().map_err(Failure::usage)
}

/// `FORMAT=PATH` pairs.
///
/// # Errors
/// When the format is unknown or there is no path.
pub(crate) fn reports(pairs: &[String]) -> Result<Vec<(Format, PathBuf)>, Failure> {
    pairs
        .iter()
        .map(|pair| {
            let (name, path) = split_pair("report", pair)?;
            let format = Format::from_name(name).ok_or_else(|| {
                Failure::usage(
                    Problem::new(format!("unknown report format `{name}`"))
                        .hint(format!("one of {}", Format::NAMES.map(|(name, _)| name).join(", "))),
                )
            })?;
            Ok((format, PathBuf::from(path)))
        })
        .collect()
}

pub(crate) fn split_pair<'p>(what: &str, pair: &'p str) -> Result<(&'p str, &'p str), Failure> {
    let parts = pair
        .split_once('=')
        .filter(|(name, value)| !name.is_empty() && (what != "report" || !value.is_empty()));
    parts.ok_or_else(|| {
        Failure::usage(
            Problem::new(format!("malformed {what} `{pair}`")).hint(format!("write it as {}", example(what))),
        )
    })
}

fn example(what: &str) -> &'static str {
    match what {
        "report" => "--report json=report.json",
        "setting" => "--set compare.timeout=5s",
        _ => "--variable name=value",
    }
}

/// The folder that paths of the configuration are relative to, whether or not there is a configuration.
pub(crate) fn base(common: &Common) -> PathBuf {
    let path = common.config.clone().or_else(find_upwards).unwrap_or_default();
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A path as typed, so that it is the same from any folder.
///
/// # Errors
/// When this folder has no name.
pub(crate) fn from_here(common: &Common, path: &Path) -> Result<String, Failure> {
    let whole = std::path::absolute(path).map_err(|error| {
        Failure::usage(Problem::new(format!("failed to find `{}`: {error}", path.display())))
    })?;
    // Short where it can be: it stands in reports.
    let here = env::current_dir().unwrap_or_default();
    let configured_here = base(common) == Path::new(".");
    let shown = whole.strip_prefix(&here).ok().filter(|_| configured_here).unwrap_or(&whole);
    Ok(shown.to_string_lossy().into_owned())
}

/// `KEY=VALUE` pairs of `--set`, and the flags that are keys of the configuration.
///
/// # Errors
/// When there is no `=`.
pub(crate) fn overrides(
    set: &[String],
    flags: &[(&str, &str, Option<String>)],
) -> Result<Vec<(String, String, String)>, Failure> {
    let mut all = Vec::new();
    for (key, flag, value) in flags {
        if let Some(value) = value {
            all.push(((*key).to_owned(), value.clone(), (*flag).to_owned()));
        }
    }
    for pair in set {
        let (key, value) = split_pair("setting", pair)?;
        all.push((key.to_owned(), value.to_owned(), "--set".to_owned()));
    }
    Ok(all)
}
