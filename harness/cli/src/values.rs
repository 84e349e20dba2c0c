//! Variables and secrets from wherever they may be: the command line, files, the process's environment.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use envparity_config::{SecretSource, Variable};
use envparity_model::Problem;
use envparity_orchestrator::Secrets;

use crate::args::ValueArgs;
use crate::failure::Failure;
use crate::settings::{Settings, split_pair};

/// What was typed beats files, which beat the process's environment.
///
/// # Errors
/// When a pair has no `=`, or a file cannot be read.
pub(crate) fn variables(args: &ValueArgs) -> Result<BTreeMap<String, Variable>, Failure> {
    let mut variables: BTreeMap<String, Variable> =
        of_process("HURL_VARIABLE_").map(|(name, value)| (name, typed(&value))).collect();
    for path in &args.variables_file {
        variables.extend(pairs_of(path, "variables")?.into_iter().map(|(name, value)| (name, typed(&value))));
    }
    for pair in &args.variable {
        let (name, value) = split_pair("variable", pair)?;
        variables.insert(name.to_owned(), typed(value));
    }
    Ok(variables)
}

/// The same for secrets, and those of the configuration that the compared environments need.
///
/// # Errors
/// As [`variables`]; when a reference leads to nothing, or to an empty value.
pub(crate) fn secrets(args: &ValueArgs, settings: &Settings) -> Result<Secrets, Failure> {
    let config = &settings.resolved.config;
    let mut problems = Vec::new();
    let mut read = |sources: &BTreeMap<String, SecretSource>| {
        let mut values = BTreeMap::new();
        for (name, source) in sources {
            match value_of(name, source, &settings.base) {
                Ok(value) => drop(values.insert(name.clone(), value)),
                Err(problem) => problems.push(problem.to_string()),
            }
        }
        values
    };
    let shared = read(&config.secrets);
    let compared = config.environments.iter().filter(|environment| {
        environment.name == config.compare.reference || config.compare.candidates.contains(&environment.name)
    });
    let own = compared.map(|environment| (environment.name.clone(), read(&environment.secrets))).collect();
    if !problems.is_empty() {
        return Err(Failure::Listed(problems));
    }
    Ok(Secrets { shared, own, typed: typed_secrets(args)? })
}

fn typed_secrets(args: &ValueArgs) -> Result<BTreeMap<String, String>, Failure> {
    let mut secrets: BTreeMap<String, String> = of_process("HURL_SECRET_").collect();
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
        Some((name, _)) => Err(Failure::usage(empty(name))),
        None => Ok(secrets),
    }
}

fn value_of(name: &str, source: &SecretSource, base: &Path) -> Result<String, Problem> {
    let value = match source {
        SecretSource::Env(variable) => env::var(variable).map_err(|error| {
            let why = match error {
                env::VarError::NotPresent => "is not set",
                env::VarError::NotUnicode(_) => "is no text",
            };
            let problem =
                Problem::new(format!("the secret `{name}` is missing: the variable `{variable}` {why}"));
            problem.hint("set it for this process, or give the secret with `--secrets-file`")
        })?,
        SecretSource::File(path) => {
            let text = fs::read_to_string(base.join(path)).map_err(|error| {
                Problem::new(format!("the secret `{name}` is missing: failed to read `{path}`: {error}"))
                    .hint("the path is relative to parity.toml")
            })?;
            let text = text.strip_suffix('\n').unwrap_or(&text);
            text.strip_suffix('\r').unwrap_or(text).to_owned()
        }
    };
    if value.is_empty() { Err(empty(name)) } else { Ok(value) }
}

fn empty(name: &str) -> Problem {
    Problem::new(format!("the secret `{name}` is empty")).hint("an empty text cannot be kept secret")
}

/// Variables of the process that begin with a prefix, by the rest of their names.
fn of_process(prefix: &'static str) -> impl Iterator<Item = (String, String)> {
    env::vars_os().filter_map(move |(name, value)| {
        let name = name.to_str()?.strip_prefix(prefix)?.to_owned();
        Some((name, value.into_string().ok()?)).filter(|(name, _)| !name.is_empty())
    })
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

/// A value as Hurl guesses: a text in quotes, integer, decimal, true or false, else text.
fn typed(value: &str) -> Variable {
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(text) = quoted {
        return Variable::String(text.to_owned());
    }
    value
        .parse::<i64>()
        .map(Variable::Integer)
        .or_else(|_| value.parse::<bool>().map(Variable::Bool))
        .or_else(|_| value.parse::<f64>().map(Variable::Float))
        .unwrap_or_else(|_| Variable::String(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_typed_as_hurl_types_them() {
        for (text, variable) in [
            ("7", Variable::Integer(7)),
            ("\"7\"", Variable::String("7".into())),
            ("1.5", Variable::Float(1.5)),
            ("true", Variable::Bool(true)),
            ("a=b", Variable::String("a=b".into())),
            ("\"", Variable::String("\"".into())),
        ] {
            assert_eq!(typed(text), variable, "{text}");
        }
    }
}
