//! Who asks, by request, folder or collection.

use serde_json::Value;

use super::template;
use crate::hurl::Entry;
use crate::imported::{Imported, Loss};
use crate::secret::Secrets;
use crate::text::Text;

/// An `auth` as it was given, inherited where none was.
#[derive(Debug, Clone, Default)]
pub(crate) struct Auth {
    value: Value,
    /// It is the collection's own.
    pub(crate) is_root: bool,
}

impl Auth {
    /// The auth of something within something else.
    pub(crate) fn of(owner: &Value, outer: Option<&Self>) -> Self {
        let own = owner.get("auth").filter(|auth| !auth.is_null());
        let inherited = outer.map(|outer| outer.value.clone()).unwrap_or_default();
        let is_inherit = own.and_then(|auth| auth.get("type")).and_then(Value::as_str) == Some("inherit");
        Self { value: own.filter(|_| !is_inherit).cloned().unwrap_or(inherited), is_root: outer.is_none() }
    }

    /// Writes it.
    pub(crate) fn apply(
        &self,
        subject: &str,
        entry: &mut Entry,
        secrets: &mut Secrets,
        imported: &mut Imported,
    ) {
        let kind = self.value.get("type").and_then(Value::as_str).unwrap_or("noauth");
        let get = |key: &str| self.parameter(kind, key);
        // A secret that stands in the collection itself must not stand in a file.
        let mut secret = |name: &str, value: String| {
            if !value.contains("{{") {
                secrets.add(name, &format!("{name} of {subject}"), &value);
            }
            match secrets.variable(name, &value) {
                Some(variable) => Text::variable(variable),
                None => template::text(&value),
            }
        };
        match kind {
            "noauth" => {}
            "bearer" => {
                let token = secret("token", get("token").unwrap_or_default());
                entry.headers.push((Text::from("Authorization"), Text::from("Bearer ").then(token)));
            }
            "basic" => {
                let user = template::text(&get("username").unwrap_or_default());
                let password = secret("password", get("password").unwrap_or_default());
                if user.is_empty() {
                    return imported.omit(subject, "its basic auth has no user", Loss::Part);
                }
                entry.basic_auth = Some((user, password));
            }
            "apikey" => {
                let key = template::text(&get("key").unwrap_or_default());
                if key.is_empty() {
                    return imported.omit(subject, "its API key has no name", Loss::Part);
                }
                let value = secret("api_key", get("value").unwrap_or_default());
                let in_query = get("in").as_deref() == Some("query");
                let list = if in_query { &mut entry.query } else { &mut entry.headers };
                list.push((key, value));
            }
            "oauth2" => match get("accessToken") {
                Some(token) => {
                    let token = secret("token", token);
                    entry.headers.push((Text::from("Authorization"), Text::from("Bearer ").then(token)));
                }
                None => imported.omit(subject, "auth `oauth2` without a token", Loss::Part),
            },
            other => imported.omit(subject, format!("auth `{other}`"), Loss::Part),
        }
    }

    /// A parameter of it: in a list of pairs (v2.1), or a member (v2.0).
    fn parameter(&self, kind: &str, key: &str) -> Option<String> {
        let part = self.value.get(kind)?;
        let value = match part {
            Value::Array(pairs) => pairs
                .iter()
                .find(|pair| pair.get("key").and_then(Value::as_str) == Some(key))?
                .get("value")?,
            part => part.get(key)?,
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (!value.is_null() && !text.is_empty()).then_some(text)
    }
}
