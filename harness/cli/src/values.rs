//! Variables and secrets from wherever they may be: the command line, files, the process's environment.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use envparity_config::Variable;
use envparity_model::Problem;
use envparity_orchestrator::{Secrets, empty_secret, process_secrets, process_variables, typed_value};

use crate::args::ValueArgs;
use crate::failure::Failure;
use crate::settings::{Settings, split_pair};

/// What was typed beats files, which beat the process's environment.
///
/// # Errors
/// When a pair has no `=`, or a file cannot be read.
pub(crate) fn variables(args: &ValueArgs) -> Result<BTreeMap<String, Variable>, Failure> {
    let mut variables = process_variables();
    for path in &args.variables_file {
        variables.extend(
            pairs_of(path, "variables")?.into_iter().map(|(name, value)| (name, typed_value(&value))),
        );
    }
    for pair in &args.variable {
        let (name, value) = split_pair("variable", pair)?;
        variables.insert(name.to_owned(), typed_value(value));
    }
    Ok(variables)
}

/// The same for secrets, and those of the configuration that the compared environments need.
///
/// # Errors
/// As [`variables`]; when a reference leads to nothing, or to an empty value.
pub(crate) fn secrets(args: &ValueArgs, settings: &Settings) -> Result<Secrets, Failure> {
    let typed = typed_secrets(args)?;
    envparity_orchestrator::configured_secrets(&settings.resolved.config, &settings.base, typed)
        .map_err(|problems| Failure::Listed(problems.iter().map(ToString::to_string).collect()))
}

fn typed_secrets(args: &ValueArgs) -> Result<BTreeMap<String, String>, Failure> {
    let mut secrets = process_secrets();
    for path in &args.secrets_file {
        secrets.extend(pairs_of(path, "secrets")?);
    }
    for pair in &args.secret {
        // Not even a malformed one is repeated.
        let (name, value) = pair.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
            let problem = Problem::new("malformed `--secret`");
            Failure::usage(problem.hint("write it as --secret name=value"))
        })?;
        secrets.insert(name.to_owned(), value.to_owned());
    }
    match secrets.iter().find(|(_, value)| value.is_empty()) {
        Some((name, _)) => Err(Failure::usage(empty_secret(name))),
        None => Ok(secrets),
    }
}

/// `NAME=VALUE` lines; empty ones and those that begin with `#` do not count.
fn pairs_of(path: &Path, what: &str) -> Result<Vec<(String, String)>, Failure> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        Failure::usage(Problem::new(format!("failed to read {what} file `{shown}`: {error}")))
    };
    let text = fs::read_to_string(path).map_err(failed)?;
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| match line.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
            _ => Err(Failure::usage(
                Problem::new(format!("{shown}:{number}: no `NAME=VALUE`"))
                    .hint(format!("a {what} file holds one pair a line")),
            )),
        })
        .collect()
}
