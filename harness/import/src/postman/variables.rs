//! Variables of a collection and of an environment.

use std::fmt::Write as _;

use envparity_model::Problem;
use envparity_openapi::read_json;
use serde_json::Value;

use super::template;
use crate::imported::{Imported, Loss, NamedFile};
use crate::name::slug;
use crate::secret::is_secret_key;

/// Values by name; the environment's win.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    /// The name of the file that they become.
    name: String,
    values: Vec<Given>,
}

#[derive(Debug)]
struct Given {
    name: String,
    value: String,
    secret: bool,
}

impl Variables {
    /// Reads those of a collection, and of an environment.
    pub(crate) fn read(
        collection: &Value,
        environment: Option<(&str, &str)>,
        imported: &mut Imported,
    ) -> Result<Self, Problem> {
        let name =
            collection.pointer("/info/name").and_then(Value::as_str).unwrap_or("collection").to_owned();
        let mut variables = Self { name, values: Vec::new() };
        variables.add(collection.get("variable"), imported);
        if let Some((path, text)) = environment {
            let value = read_json(path, text)?;
            if !value.get("values").is_some_and(Value::is_array) {
                return Err(
                    Problem::new(format!("`{path}` is no Postman environment")).hint("it holds `values`")
                );
            }
            if let Some(name) = value.get("name").and_then(Value::as_str) {
                name.clone_into(&mut variables.name);
            }
            variables.add(value.get("values"), imported);
        }
        Ok(variables)
    }

    fn add(&mut self, list: Option<&Value>, imported: &mut Imported) {
        for item in list.and_then(Value::as_array).into_iter().flatten() {
            let text = |key: &str| item.get(key).and_then(Value::as_str);
            let Some(name) = text("key").or_else(|| text("id")).filter(|name| !name.is_empty()) else {
                continue;
            };
            let off = item.get("enabled") == Some(&Value::Bool(false))
                || item.get("disabled") == Some(&Value::Bool(true));
            let value =
                item.get("value").map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
            let value = value.unwrap_or_default();
            if off {
                continue;
            }
            if value.contains(['\n', '\r']) || value.contains("{{") {
                let reason = "its value has lines or variables of its own: give it by hand";
                imported.omit(format!("variable {name}"), reason, Loss::Part);
                continue;
            }
            let secret = text("type") == Some("secret") || is_secret_key(name);
            self.values.retain(|known| known.name != name);
            self.values.push(Given { name: name.to_owned(), value, secret });
        }
    }

    /// The value of a variable by its name in Postman.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|known| known.name == name).map(|known| known.value.as_str())
    }

    /// Secrets among them, as (name, value).
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .filter(|known| known.secret)
            .map(|known| (known.name.as_str(), known.value.as_str()))
    }

    /// Whether the file of variables gives one, by its name in Hurl.
    pub(crate) fn gives(&self, name: &str) -> bool {
        let has_value = |known: &&Given| !known.secret && !known.value.is_empty();
        self.values.iter().filter(has_value).any(|known| template::variable(&known.name) == name)
    }

    /// The file of variables that these files use, as Hurl reads it with `--variables-file`; none without any.
    pub(crate) fn file<'t>(&self, texts: impl Iterator<Item = &'t str> + Clone) -> Option<NamedFile> {
        let uses = |text: &str, wanted: &str| {
            text.lines().any(|line| !line.starts_with('#') && line.contains(wanted))
        };
        let is_used = |name: &str| texts.clone().any(|text| uses(text, &format!("{{{{{name}}}}}")));
        let mut lines = String::new();
        for known in &self.values {
            let name = template::variable(&known.name);
            if !is_used(&name) {
                continue;
            }
            if known.secret || known.value.is_empty() {
                let _ = writeln!(lines, "# {name}=");
            } else {
                let _ = writeln!(lines, "{name}={}", known.value);
            }
        }
        let text = format!(
            "# Variables of {}. Secrets are left out: give them by other ways.\n{lines}",
            self.name.replace(char::is_control, " ")
        );
        (!lines.is_empty()).then(|| NamedFile { name: format!("{}.env", slug(&self.name)), text, entries: 0 })
    }
}
