//! Variables and secrets that a process's environment and a configuration's references hold.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use envparity_config::{Config, SecretSource, Variable};
use envparity_model::Problem;

use crate::plan::Secrets;

/// `HURL_VARIABLE_NAME` of the process, by NAME.
pub fn process_variables() -> BTreeMap<String, Variable> {
    of_process("HURL_VARIABLE_").map(|(name, value)| (name, typed_value(&value))).collect()
}

/// `HURL_SECRET_NAME` of the process, by NAME.
pub fn process_secrets() -> BTreeMap<String, String> {
    of_process("HURL_SECRET_").collect()
}

/// The secrets of a configuration that the compared environments need, with `typed` ones beside them.
///
/// # Errors
/// Every reference that leads to nothing, or to an empty value.
pub fn configured_secrets(
    config: &Config,
    base: &Path,
    typed: BTreeMap<String, String>,
) -> Result<Secrets, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut read = |sources: &BTreeMap<String, SecretSource>| {
        let mut values = BTreeMap::new();
        for (name, source) in sources {
            match value_of(name, source, base) {
                Ok(value) => drop(values.insert(name.clone(), value)),
                Err(problem) => problems.push(problem),
            }
        }
        values
    };
    let shared = read(&config.secrets);
    let compared = config.environments.iter().filter(|environment| {
        environment.name == config.compare.reference || config.compare.candidates.contains(&environment.name)
    });
    let own = compared.map(|environment| (environment.name.clone(), read(&environment.secrets))).collect();
    if problems.is_empty() { Ok(Secrets { shared, own, typed }) } else { Err(problems) }
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
    if value.is_empty() { Err(empty_secret(name)) } else { Ok(value) }
}

/// The problem that a secret is empty.
pub fn empty_secret(name: &str) -> Problem {
    Problem::new(format!("the secret `{name}` is empty")).hint("an empty text cannot be kept secret")
}

/// Variables of the process that begin with a prefix, by the rest of their names.
fn of_process(prefix: &'static str) -> impl Iterator<Item = (String, String)> {
    env::vars_os().filter_map(move |(name, value)| {
        let name = name.to_str()?.strip_prefix(prefix)?.to_owned();
        Some((name, value.into_string().ok()?)).filter(|(name, _)| !name.is_empty())
    })
}

/// A value as Hurl guesses: a text in quotes, integer, decimal, true or false, else text.
pub fn typed_value(value: &str) -> Variable {
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
            assert_eq!(typed_value(text), variable, "{text}");
        }
    }
}
