//! One operation as one entry.

use envparity_openapi::{Node, Operation};

use super::resource::Resources;
use super::security::Security;
use super::{body, parameter, sample};
use crate::hurl::{Entry, has_media_type};
use crate::imported::{Imported, Loss, Variable};
use crate::name;
use crate::text::{Text, encoded};

/// Writes the entries of one file.
pub(crate) struct Writer<'a> {
    /// What stands before every path: `/v1`.
    pub(crate) prefix: &'a str,
    pub(crate) security: &'a Security,
    pub(crate) resources: &'a Resources,
    pub(crate) imported: Imported,
}

impl Writer<'_> {
    /// The entry of an operation; none where it cannot be one, which is listed.
    pub(crate) fn entry(&mut self, operation: &Operation<'_>) -> Option<Entry> {
        if !operation.path.starts_with('/') {
            self.imported.omit(operation.name(), "its path does not begin with `/`", Loss::Request);
            return None;
        }
        let mut entry = Entry { method: operation.method.to_owned(), ..Entry::default() };
        entry.comments = comments(operation);
        let parameters = operation.parameters();
        entry.url = Text::variable("base").then(self.prefix).then(self.path(operation, &parameters));
        self.parameters(operation, &parameters, &mut entry);
        self.security.apply(operation, &mut entry, &mut self.imported);
        body::apply(operation, &mut entry, &mut self.imported);
        self.response(operation, &mut entry);
        if operation.node.member("callbacks").is_some() {
            self.imported.omit(operation.name(), "callbacks: the service sends them", Loss::Part);
        }
        for lost in operation.lost_parameters() {
            self.imported.omit(operation.name(), format!("the parameter `{lost}` leads nowhere"), Loss::Part);
        }
        Some(entry)
    }

    /// The path with its parameters filled.
    fn path(&mut self, operation: &Operation<'_>, parameters: &[Node<'_>]) -> Text {
        let mut out = Text::default();
        let mut rest = operation.path;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            out = out.then(before).then(self.path_value(operation, name, parameters));
            rest = after;
        }
        out.then(rest)
    }

    fn path_value(&mut self, operation: &Operation<'_>, name: &str, parameters: &[Node<'_>]) -> Text {
        if let Some(made) = self.resources.variable(operation.path, name) {
            return Text::variable(made);
        }
        let is_it = |node: &&Node<'_>| node.text("in") == Some("path") && node.text("name") == Some(name);
        let described = parameters.iter().find(is_it).copied();
        if let Some(value) = described.and_then(parameter::written) {
            return Text::from(encoded(&parameter::joined(&value, ",")));
        }
        let kind = described.and_then(parameter::schema).and_then(sample::kind);
        if kind.as_deref() == Some("boolean") {
            return Text::from("true");
        }
        // Something that only the service knows.
        let variable = name::variable(name);
        let about = format!("`{name}` of {}", operation.name());
        self.imported.want(Variable { name: variable.clone(), about, secret: false });
        Text::variable(variable)
    }

    /// Query, headers and cookies: what is required, and what somebody wrote an example for.
    fn parameters(&mut self, operation: &Operation<'_>, parameters: &[Node<'_>], entry: &mut Entry) {
        let mut optional = Vec::new();
        for node in parameters.iter().copied() {
            let (Some(name), Some(place)) =
                (node.text("name").filter(|name| !name.is_empty()), node.text("in"))
            else {
                self.imported.omit(operation.name(), "a parameter without name or place", Loss::Part);
                continue;
            };
            let ignored = place == "header"
                && ["accept", "content-type", "authorization"].contains(&name.to_ascii_lowercase().as_str());
            if place == "path" || ignored {
                continue;
            }
            if !node.flag("required") && parameter::written(node).is_none() {
                optional.push(name);
                continue;
            }
            let value = parameter::value(node);
            match place {
                "query" => {
                    let pairs = parameter::pairs(node, name, &value).into_iter();
                    entry.query.extend(pairs.map(|(key, value)| (Text::from(key), Text::from(value))));
                }
                "header" => {
                    entry.headers.push((Text::from(name), Text::from(parameter::joined(&value, ","))));
                }
                "cookie" => {
                    entry.cookies.push((Text::from(name), Text::from(parameter::joined(&value, ","))));
                }
                _ => self.imported.omit(
                    operation.name(),
                    format!("parameter `{name}` is in `{place}`"),
                    Loss::Part,
                ),
            }
        }
        entry.query.retain(|(key, _)| !key.is_empty());
        if !optional.is_empty() {
            entry.comments.push(format!("optional: {}", optional.join(", ")));
        }
    }

    fn response(&mut self, operation: &Operation<'_>, entry: &mut Entry) {
        "*".clone_into(&mut entry.status);
        let responses = operation.node.get("responses");
        let all: Vec<(&str, Node<'_>)> = responses.into_iter().flat_map(Node::entries).collect();
        let begins = |digit: char| all.iter().filter(move |(status, _)| status.starts_with(digit));
        let success = begins('2').min_by_key(|(status, _)| *status);
        let Some((status, response)) = success.or_else(|| begins('3').next()).or(all.first()) else { return };
        if status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit()) {
            (*status).clone_into(&mut entry.status);
        } else if let Some(class) = status.strip_suffix("XX").or(status.strip_suffix("xx"))
            && class.len() == 1
            && class.starts_with(|c: char| c.is_ascii_digit())
        {
            entry.asserts.push(format!("status >= {class}00"));
            entry.asserts.push(format!("status <= {class}99"));
        }
        let content = response.follow().and_then(|response| response.get("content"));
        let media: Vec<&str> = content.into_iter().flat_map(Node::entries).map(|(name, _)| name).collect();
        if let [only] = media[..]
            && !only.contains('*')
            && operation.method != "HEAD"
        {
            entry.asserts.push(has_media_type(only.split(';').next().unwrap_or_default().trim()));
        }
        if let Some(made) = self.resources.made_by(operation) {
            entry.captures.push((made.variable.clone(), made.at.query()));
        }
    }
}

fn comments(operation: &Operation<'_>) -> Vec<String> {
    let node = operation.node;
    let said = [node.text("summary"), node.text("description"), node.text("operationId")];
    let first = said
        .into_iter()
        .flatten()
        .filter_map(|text| text.lines().next())
        .find(|line| !line.trim().is_empty());
    let mut comments: Vec<String> = first.map(str::to_owned).into_iter().collect();
    if node.flag("deprecated") {
        comments.push("deprecated".to_owned());
    }
    comments
}
