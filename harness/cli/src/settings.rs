//! What was typed, the environment and the files, resolved into what is meant.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use envparity_config::{Config, EngineSpec, EnvironmentSpec, Resolved, Sources, Target};
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
    let shown = path.to_string_lossy().into_owned();
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::usage(Problem::new(format!("failed to read configuration `{shown}`: {error}")))
    })?;
    let profile = common.profile.as_deref();
    let variables: Vec<(String, String)> = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    refuse_strays(variables.iter().map(|(name, _)| name.as_str()))?;
    let pairs = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut settings = envparity_config::variable_settings(pairs);
    settings.extend(overrides);
    let sources = Sources { file: Some((&shown, &text)), profile, overrides: &settings };
    let mut resolved = envparity_config::resolve(&sources)
        .map_err(|errors| Failure::Listed(errors.iter().map(ToString::to_string).collect()))?;
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for environment in &mut resolved.config.environments {
        place_files(&mut environment.target, parent);
    }
    let given = ConfigText {
        path: Some(shown.clone()),
        text: Some(text.clone()),
        profile: common.profile.clone(),
        digest: resolved.digest.clone(),
        overrides: settings,
    };
    Ok(Settings { base: parent.to_owned(), given, resolved, supplier: None })
}

/// A `PARITY_*` variable that sets nothing and was surely meant to is an error, any other is told.
fn refuse_strays<'v>(names: impl Iterator<Item = &'v str>) -> Result<(), Failure> {
    let (meant, others): (Vec<_>, Vec<_>) =
        envparity_config::stray_variables(names).into_iter().partition(|stray| stray.meant);
    if !meant.is_empty() {
        return Err(Failure::Listed(meant.iter().map(|stray| stray.problem.to_string()).collect()));
    }
    for stray in others {
        crate::output::warning(&stray.problem.to_string());
    }
    Ok(())
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

/// Where envparity keeps what outlives a run, by the conventions of the platform.
///
/// # Errors
/// When no folder can be made.
pub(crate) fn places() -> Result<Places, Failure> {
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
    let places = Places {
        cache_dir: cache,
        runtime_dir: runtime.join(format!("parity-{}", std::process::id())),
        lab_dir: state.join("labs"),
    };
    envparity_orchestrator::sweep_runtime_dirs(&places.runtime_dir);
    for folder in [&places.cache_dir, &places.runtime_dir, &places.lab_dir] {
        make_private(folder).map_err(|error| {
            Failure::usage(Problem::new(format!("failed to create `{}`: {error}", folder.display())))
        })?;
    }
    Ok(places)
}

/// Removes this process's socket folder.
pub(crate) fn leave() {
    for parent in
        [env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from), Some(env::temp_dir())].into_iter().flatten()
    {
        let _ = fs::remove_dir_all(parent.join(format!("parity-{}", std::process::id())));
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
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
