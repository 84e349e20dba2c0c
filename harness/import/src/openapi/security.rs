//! Security schemes as variables.

use std::collections::BTreeMap;

use envparity_model::is_secret_name;
use envparity_openapi::{Document, Node, Operation};
use serde_json::Value;

use crate::hurl::Entry;
use crate::imported::{Imported, Loss, Variable};
use crate::name::{Names, variable};
use crate::text::Text;

/// How one scheme is written.
#[derive(Debug)]
enum Way {
    /// `Authorization: Bearer {{token}}`, with the word before the variable.
    Authorization(String),
    Basic,
    Header(String),
    Query(String),
    Cookie(String),
    /// Why it cannot be.
    Unknown(String),
}

#[derive(Debug)]
struct Scheme {
    way: Way,
    variable: String,
    about: String,
}

/// The schemes of a document.
pub(crate) struct Security {
    schemes: BTreeMap<String, Scheme>,
    /// What an operation needs that does not say: names of schemes.
    default: Vec<String>,
}

impl Security {
    pub(crate) fn new(document: &Document) -> Self {
        let components = document.top().get("components");
        let described = components.and_then(|components| components.get("securitySchemes"));
        let mut names = Names::default();
        let mut schemes = BTreeMap::new();
        for (name, node) in described.into_iter().flat_map(Node::entries) {
            let Some(node) = node.follow() else { continue };
            let way = way_of(node);
            let wanted = match &way {
                Way::Authorization(_) => "token".to_owned(),
                Way::Basic => "password".to_owned(),
                _ => "api_key".to_owned(),
            };
            // The plain name for the first; others by their own.
            let own = variable(name);
            let own = if is_secret_name(&own) { own } else { format!("{own}_{wanted}") };
            let free = names.unique(&wanted, '_');
            let variable = if free == wanted { free } else { names.unique(&own, '_') };
            let about = format!("security scheme `{name}`{}", about(node));
            schemes.insert(name.to_owned(), Scheme { way, variable, about });
        }
        let default = needed(document.top()).unwrap_or_default();
        Self { schemes, default }
    }

    /// Writes what an operation needs.
    pub(crate) fn apply(&self, operation: &Operation<'_>, entry: &mut Entry, imported: &mut Imported) {
        for name in needed(operation.node).as_ref().unwrap_or(&self.default) {
            let Some(scheme) = self.schemes.get(name) else {
                imported.omit(
                    operation.name(),
                    format!("the security scheme `{name}` is not described"),
                    Loss::Part,
                );
                continue;
            };
            let secret = Text::variable(&scheme.variable);
            match &scheme.way {
                Way::Authorization(word) => {
                    let value = Text::from(format!("{word} ")).then(secret);
                    entry.headers.push((Text::from("Authorization"), value));
                }
                Way::Basic => {
                    let user = if scheme.variable == "password" {
                        "username".to_owned()
                    } else {
                        format!("{}_username", variable(name))
                    };
                    entry.basic_auth = Some((Text::variable(&user), secret));
                    let about = format!("user of security scheme `{name}`");
                    imported.want(Variable { name: user, about, secret: false });
                }
                Way::Header(header) => entry.headers.push((Text::from(header.as_str()), secret)),
                Way::Query(key) => entry.query.push((Text::from(key.as_str()), secret)),
                Way::Cookie(cookie) => entry.cookies.push((Text::from(cookie.as_str()), secret)),
                Way::Unknown(reason) => {
                    let reason = format!("security scheme `{name}`: {reason}");
                    imported.omit(operation.name(), reason, Loss::Part);
                    continue;
                }
            }
            let (name, about) = (scheme.variable.clone(), scheme.about.clone());
            imported.want(Variable { name, about, secret: true });
        }
    }
}

/// The names of the first alternative; none where nothing is said.
fn needed(node: Node<'_>) -> Option<Vec<String>> {
    let alternatives = node.value().get("security")?.as_array()?;
    let first = alternatives.first().and_then(Value::as_object);
    Some(first.into_iter().flat_map(|names| names.keys().cloned()).collect())
}

fn way_of(node: Node<'_>) -> Way {
    let name = node.text("name").unwrap_or_default();
    match (node.text("type"), node.text("scheme").map(str::to_ascii_lowercase).as_deref()) {
        (Some("http"), Some("basic")) => Way::Basic,
        (Some("http"), Some("bearer")) | (Some("oauth2" | "openIdConnect"), _) => {
            Way::Authorization("Bearer".to_owned())
        }
        (Some("http"), Some("digest")) => Way::Unknown("digest needs two requests".to_owned()),
        (Some("http"), Some(_)) => Way::Authorization(node.text("scheme").unwrap_or_default().to_owned()),
        (Some("apiKey"), _) if name.is_empty() => Way::Unknown("it has no name".to_owned()),
        (Some("apiKey"), _) => match node.text("in") {
            Some("header") => Way::Header(name.to_owned()),
            Some("query") => Way::Query(name.to_owned()),
            Some("cookie") => Way::Cookie(name.to_owned()),
            _ => Way::Unknown("it is in no place that is known".to_owned()),
        },
        (kind, _) => Way::Unknown(format!("`{}` is not supported", kind.unwrap_or_default())),
    }
}

fn about(node: Node<'_>) -> String {
    match (node.text("type"), node.text("scheme")) {
        (Some("oauth2"), _) => ", an OAuth 2 access token".to_owned(),
        (Some("openIdConnect"), _) => ", an OpenID Connect token".to_owned(),
        (Some("http"), Some(scheme)) => format!(", {scheme}"),
        _ => String::new(),
    }
}
