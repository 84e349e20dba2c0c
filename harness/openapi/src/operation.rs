//! What a document says can be asked.

use crate::{Document, Node};

/// The methods of a path item.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const CAPITALS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// One method of one path.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'d> {
    /// In capitals.
    pub method: &'static str,
    /// The template, as written: `/pets/{id}`.
    pub path: &'d str,
    /// The path item.
    item: Node<'d>,
    /// The operation itself.
    pub node: Node<'d>,
}

impl<'d> Operation<'d> {
    /// Parameters of operation and path, references followed; the operation's own win.
    pub fn parameters(&self) -> Vec<Node<'d>> {
        let own = self.node.get("parameters").into_iter().flat_map(Node::items);
        let shared = self.item.get("parameters").into_iter().flat_map(Node::items);
        let mut found: Vec<Node<'d>> = Vec::new();
        for parameter in own.chain(shared).filter_map(Node::follow) {
            let key = |node: Node<'d>| (node.text("in"), node.text("name"));
            if !found.iter().any(|other| key(*other) == key(parameter)) {
                found.push(parameter);
            }
        }
        found
    }

    /// References of its parameters that lead nowhere.
    pub fn lost_parameters(&self) -> Vec<&'d str> {
        let lists = [self.node.get("parameters"), self.item.get("parameters")];
        let all = lists.into_iter().flatten().flat_map(Node::items);
        all.filter(|node| node.follow().is_none()).filter_map(Node::reference).collect()
    }

    /// `GET /pets/{id}`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl Document {
    /// The operation of a method and a path as the document writes it.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let at = CAPITALS.iter().position(|capitals| *capitals == method)?;
        let (path, item) = self.top().get("paths")?.entries().find(|(key, _)| *key == path)?;
        let item = item.follow()?;
        let node = item.member(METHODS[at])?;
        Some(Operation { method: CAPITALS[at], path, item, node })
    }

    /// Every operation, in the order of the document.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        let mut found = Vec::new();
        for (path, item) in self.top().get("paths").into_iter().flat_map(Node::entries) {
            let Some(item) = item.follow().filter(|_| !path.starts_with("x-")) else { continue };
            for (key, node) in item.entries() {
                let Some(at) = METHODS.iter().position(|method| *method == key) else { continue };
                if node.value().is_object() {
                    found.push(Operation { method: CAPITALS[at], path, item, node });
                }
            }
        }
        found
    }

    /// Paths whose item cannot be read, as (path, reference).
    pub fn lost_paths(&self) -> Vec<(&str, &str)> {
        let paths = self.top().get("paths").into_iter().flat_map(Node::entries);
        let lost = paths.filter(|(path, item)| !path.starts_with("x-") && item.follow().is_none());
        lost.map(|(path, item)| (path, item.reference().unwrap_or_default())).collect()
    }

    /// The paths of the servers, without a `/` at the end, each once: `""`, `/v1`.
    pub fn prefixes(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for server in self.top().get("servers").into_iter().flat_map(Node::items) {
            let mut url = server.text("url").unwrap_or_default().to_owned();
            for (name, variable) in server.get("variables").into_iter().flat_map(Node::entries) {
                let default = variable.value().get("default");
                let text = default.map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
                url = url.replace(&format!("{{{name}}}"), &text.unwrap_or_default());
            }
            let path = path_of(&url).to_owned();
            if !found.contains(&path) {
                found.push(path);
            }
        }
        if found.is_empty() {
            found.push(String::new());
        }
        found
    }
}

/// The path of an address, without query, fragment and the `/` at its end.
pub(crate) fn path_of(url: &str) -> &str {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]),
        None => url.strip_prefix("//").map_or(url, |rest| rest.find('/').map_or("", |at| &rest[at..])),
    };
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let path = rest[..end].trim_end_matches('/');
    if path.starts_with('/') || path.is_empty() { path } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_give_paths() {
        let text = "openapi: 3.0.0\nservers:\n- url: https://{h}.example/{v}/\n  variables: {h: {default: a}, v: {default: v2}}\n- url: /v1\n- url: http://x.example\n";
        let document = Document::read("o.yaml", text, &|_| Err(String::new())).expect("a document");
        assert_eq!(document.prefixes(), ["/v2", "/v1", ""]);
    }

    #[test]
    fn operations_inherit_parameters() {
        let text = "openapi: 3.0.0\npaths:\n  /a/{id}:\n    parameters:\n    - {name: id, in: path, schema: {type: integer}}\n    - {name: q, in: query}\n    get:\n      parameters:\n      - {name: q, in: query, required: true}\n  x-more: {get: {}}\n";
        let document = Document::read("o.yaml", text, &|_| Err(String::new())).expect("a document");
        let operations = document.operations();
        assert_eq!(operations.len(), 1);
        let parameters = operations[0].parameters();
        assert_eq!(parameters.len(), 2);
        assert!(parameters[0].flag("required"));
    }
}
