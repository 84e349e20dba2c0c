//! `[secrets]` and `[environments.NAME.secrets]`.

use std::collections::BTreeMap;

use envparity_model::Problem;

use crate::model::SecretSource;
use crate::problem::Problems;
use crate::tree::{Entry, Table};

/// Reads the secrets of the top level or of an environment. A name that is also a variable's beside them would show
/// the value that is meant to be hidden, or hide which one is meant.
pub(super) fn read(table: &Table, problems: &mut Problems<'_>) -> BTreeMap<String, SecretSource> {
    let entries = table.table("secrets").map(|table| table.entries.as_slice()).unwrap_or_default();
    let variables = table.table("variables");
    for entry in entries.iter().filter(|entry| variables.is_some_and(|table| table.has(&entry.key))) {
        let problem = Problem::new(format!("`{}` is a variable and a secret", entry.key));
        problems.report(entry.key_place, problem.hint("remove it from the variables"));
    }
    entries.iter().filter_map(|entry| Some((entry.key.clone(), read_one(entry, problems)?))).collect()
}

fn read_one(entry: &Entry, problems: &mut Problems<'_>) -> Option<SecretSource> {
    let table = entry.node.table()?;
    match (table.string("env"), table.string("file")) {
        (Some(name), None) => Some(SecretSource::Env(name)),
        (None, Some(path)) => Some(SecretSource::File(path)),
        (both, _) => {
            let what =
                if both.is_some() { "has both `env` and `file`" } else { "has neither `env` nor `file`" };
            let problem = Problem::new(format!("the secret `{}` {what}", entry.key));
            let hint = "one of them says where its value is, as `{ env = \"API_TOKEN\" }`";
            problems.report(entry.key_place, problem.hint(hint));
            None
        }
    }
}
