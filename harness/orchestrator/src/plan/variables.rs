//! Variables that suites see.

use std::collections::BTreeMap;

use envparity_config::{Config, EnvironmentSpec, Variable};
use envparity_suite::{Number, Value, Vars};

use super::Selection;

/// Secrets with their values, the weakest first.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Seen in every environment.
    pub shared: BTreeMap<String, String>,
    /// Seen in one environment, by its name.
    pub own: BTreeMap<String, BTreeMap<String, String>>,
    /// Of the command line.
    pub typed: BTreeMap<String, String>,
}

impl Secrets {
    /// Every value.
    pub(crate) fn values(&self) -> impl Iterator<Item = &String> {
        self.shared.values().chain(self.own.values().flat_map(BTreeMap::values)).chain(self.typed.values())
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({} values)", self.values().count())
    }
}

/// Variables that every environment sees, without secrets: what a plan can know.
pub(super) fn shared(config: &Config, selection: &Selection) -> Vars {
    let mut vars = Vars::default();
    for (name, value) in config.variables.iter().chain(&selection.variables) {
        vars.set(name, value_of(value));
    }
    vars
}

/// Variables of one environment: what was typed beats what is the environment's own, which beats what is shared.
pub(crate) fn vars_of(config: &Config, selection: &Selection, environment: &EnvironmentSpec) -> Vars {
    let mut vars = Vars::default();
    let secrets = &selection.secrets;
    for (name, value) in &config.variables {
        vars.set(name, value_of(value));
    }
    for (name, value) in &secrets.shared {
        vars.set(name, Value::from(value.clone()));
    }
    for (name, value) in &environment.variables {
        vars.set(name, value_of(value));
    }
    for (name, value) in secrets.own.get(&environment.name).into_iter().flatten() {
        vars.set(name, Value::from(value.clone()));
    }
    for (name, value) in &selection.variables {
        vars.set(name, value_of(value));
    }
    for (name, value) in &secrets.typed {
        vars.set(name, Value::from(value.clone()));
    }
    vars
}

/// A configured value as Hurl types it.
fn value_of(variable: &Variable) -> Value {
    match variable {
        Variable::String(text) => Value::from(text.clone()),
        Variable::Integer(number) => Value::from(*number),
        Variable::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Variable::Bool(truth) => Value::from(*truth),
    }
}
