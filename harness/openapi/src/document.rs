//! A document with the files that it refers to.

use std::collections::BTreeMap;

use envparity_model::Problem;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::{read_value, swagger};

/// The most files that one document may be made of.
const MOST_FILES: usize = 200;

/// The most references that lead from one to the next.
const MOST_STEPS: usize = 32;

/// An OpenAPI document: the file that was named, and every file it refers to.
#[derive(Debug, Clone)]
pub struct Document {
    root: String,
    files: BTreeMap<String, Value>,
    texts: Vec<(String, String)>,
    unread: Vec<(String, String)>,
    /// OpenAPI 3.0 writes `nullable` and ignores what stands beside `$ref`.
    is_3_0: bool,
}

impl Document {
    /// Reads a document. `path` is its name, with `/` between folders; `files` reads another file by its path
    /// relative to where `path` is relative to, and says why it cannot.
    ///
    /// # Errors
    /// Text that is no OpenAPI document. A file that cannot be read is no error: see [`Document::unread`].
    pub fn read(
        path: &str,
        text: &str,
        files: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<Self, Problem> {
        let value = read_value(path, text)?;
        let (value, is_3_0) = recognise(path, value)?;
        let mut document = Self {
            root: path.to_owned(),
            files: BTreeMap::new(),
            texts: vec![(path.to_owned(), text.to_owned())],
            unread: Vec::new(),
            is_3_0,
        };
        let mut wanted = document.adopt(path, value);
        while let Some(next) = wanted.pop() {
            if document.knows(&next) {
                continue;
            }
            if document.files.len() >= MOST_FILES {
                return Err(Problem::new(format!("`{path}` refers to more than {MOST_FILES} files")));
            }
            match fetch(&next, files) {
                Ok((text, value)) => {
                    document.texts.push((next.clone(), text));
                    wanted.extend(document.adopt(&next, value));
                }
                Err(reason) => document.unread.push((next, reason)),
            }
        }
        document.unread.sort();
        Ok(document)
    }

    /// The file that was named.
    pub fn path(&self) -> &str {
        &self.root
    }

    /// Every file that was read as (path, text), the named one first: enough to read the document again.
    pub fn texts(&self) -> &[(String, String)] {
        &self.texts
    }

    /// Files that are referred to and could not be read, as (path, reason).
    pub fn unread(&self) -> &[(String, String)] {
        &self.unread
    }

    /// The top of the document.
    pub fn top(&self) -> Node<'_> {
        let value = self.files.get(&self.root).unwrap_or(&Value::Null);
        let file = self.files.get_key_value(&self.root).map_or("", |(file, _)| file.as_str());
        Node { document: self, file, value }
    }

    pub(crate) const fn is_3_0(&self) -> bool {
        self.is_3_0
    }

    fn knows(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.unread.iter().any(|(unread, _)| unread == path)
    }

    /// Keeps a file; the files that it refers to.
    fn adopt(&mut self, path: &str, value: Value) -> Vec<String> {
        let mut wanted = Vec::new();
        references(&value, &mut |reference| {
            let (file, _) = split(reference);
            if !file.is_empty() {
                wanted.push(joined(path, file));
            }
        });
        self.files.insert(path.to_owned(), value);
        wanted.sort();
        wanted.dedup();
        wanted
    }

    /// What a reference in a file leads to, with the name that it has everywhere.
    fn target(&self, file: &str, reference: &str) -> Option<(Node<'_>, String)> {
        let (other, fragment) = split(reference);
        let path = if other.is_empty() { file.to_owned() } else { joined(file, other) };
        let (file, whole) = self.files.get_key_value(&path)?;
        let value = whole.pointer(&percent_decode_str(fragment).decode_utf8_lossy())?;
        Some((Node { document: self, file, value }, format!("{path}#{fragment}")))
    }
}

/// The document as OpenAPI 3, and whether it is 3.0.
fn recognise(path: &str, value: Value) -> Result<(Value, bool), Problem> {
    let version = |key: &str| match value.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    match (version("openapi"), version("swagger")) {
        (Some(v), _) if v == "3.0" || v.starts_with("3.0.") => Ok((value, true)),
        (Some(v), _) if v.starts_with("3.") => Ok((value, false)),
        (None, Some(v)) if v.starts_with("2.") => Ok((swagger::upgraded(value), true)),
        (Some(v), _) | (None, Some(v)) => Err(Problem::new(format!("`{path}` is OpenAPI {v}"))
            .hint("versions 3.0 and 3.1 are read, and Swagger 2.0")),
        (None, None) => Err(Problem::new(format!("`{path}` is no OpenAPI document"))
            .hint("it begins with `openapi: 3.1.0`, or `swagger: \"2.0\"`")),
    }
}

fn fetch(path: &str, files: &dyn Fn(&str) -> Result<String, String>) -> Result<(String, Value), String> {
    if path.contains("://") {
        return Err("only files by relative paths are read".to_owned());
    }
    let text = files(path)?;
    let value = read_value(path, &text).map_err(|problem| problem.message)?;
    Ok((text, value))
}

fn references(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, visit)),
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                visit(reference);
            }
            members.values().for_each(|member| references(member, visit));
        }
        _ => {}
    }
}

/// File and fragment of a reference.
fn split(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

/// A path relative to the file that names it.
fn joined(from: &str, path: &str) -> String {
    if path.contains("://") {
        return path.to_owned();
    }
    if path.starts_with('/') {
        return format!("file://{path}");
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let absolute = from.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

/// A value of a document, with the file that its references are relative to.
#[derive(Debug, Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    file: &'d str,
    value: &'d Value,
}

impl<'d> Node<'d> {
    /// The value as it stands.
    pub const fn value(self) -> &'d Value {
        self.value
    }

    pub(crate) const fn document(self) -> &'d Document {
        self.document
    }

    /// Another value of the same file.
    pub(crate) const fn beside(self, value: &'d Value) -> Self {
        Self { document: self.document, file: self.file, value }
    }

    /// The reference that stands here, as written.
    pub fn reference(self) -> Option<&'d str> {
        self.value.get("$ref").and_then(Value::as_str)
    }

    /// One step along the reference here: what it leads to, and the name of that place in the document. None where
    /// there is no reference, or nothing at its end.
    pub fn step(self) -> Option<(Self, String)> {
        let document: &'d Document = self.document;
        document.target(self.file, self.reference()?)
    }

    /// What this is when references are followed; none where one leads nowhere, or round.
    pub fn follow(self) -> Option<Self> {
        let mut node = self;
        for _ in 0..MOST_STEPS {
            if node.reference().is_none() {
                return Some(node);
            }
            node = node.step()?.0;
        }
        None
    }

    /// A member, references followed.
    pub fn get(self, key: &str) -> Option<Self> {
        self.member(key)?.follow()
    }

    /// A member as it stands.
    pub fn member(self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.beside(value))
    }

    /// A member that is text.
    pub fn text(self, key: &str) -> Option<&'d str> {
        self.value.get(key).and_then(Value::as_str)
    }

    /// A member that is `true`.
    pub fn flag(self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// Members as they stand, in order; none where this is no object.
    pub fn entries(self) -> impl Iterator<Item = (&'d str, Self)> {
        let members: Option<&'d Map<String, Value>> = self.value.as_object();
        members.into_iter().flatten().map(move |(key, value)| (key.as_str(), self.beside(value)))
    }

    /// Items as they stand; none where this is no list.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let items: Option<&'d Vec<Value>> = self.value.as_array();
        items.into_iter().flatten().map(move |value| self.beside(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_file(_: &str) -> Result<String, String> {
        Err("no such file".to_owned())
    }

    #[test]
    fn references_lead_through_files() {
        let files = |path: &str| match path {
            "api/parts/pet.yaml" => Ok("Pet: {$ref: '../common.yaml#/a~1b'}".to_owned()),
            "api/common.yaml" => Ok("a/b: {type: string}".to_owned()),
            other => Err(format!("`{other}` is not there")),
        };
        let text = "openapi: 3.1.0\nx: {$ref: 'parts/pet.yaml#/Pet'}\ny: {$ref: gone.yaml}\n";
        let document = Document::read("api/openapi.yaml", text, &files).expect("a document");
        assert_eq!(document.top().get("x").and_then(|node| node.text("type")), Some("string"));
        assert!(document.top().get("y").is_none());
        assert_eq!(
            document.unread(),
            [("api/gone.yaml".to_owned(), "`api/gone.yaml` is not there".to_owned())]
        );
        assert_eq!(document.texts().len(), 3);
    }

    #[test]
    fn a_reference_that_leads_round_is_nothing() {
        let text = "openapi: 3.0.3\na: {$ref: '#/b'}\nb: {$ref: '#/a'}\n";
        let document = Document::read("o.yaml", text, &no_file).expect("a document");
        assert!(document.top().get("a").is_none());
    }

    #[test]
    fn what_is_no_openapi_is_refused() {
        for (text, words) in [
            ("{}", "no OpenAPI document"),
            ("openapi: 4.0.0", "is OpenAPI 4.0.0"),
            ("- a", "no OpenAPI document"),
            ("swagger: '1.2'", "is OpenAPI 1.2"),
        ] {
            let error = Document::read("o.yaml", text, &no_file).expect_err("refused");
            assert!(error.message.contains(words), "{}", error.message);
        }
    }

    #[test]
    fn nothing_beyond_files_is_read() {
        let text = "openapi: 3.1.0\nx: {$ref: 'https://e.example/a.yaml'}\ny: {$ref: /etc/passwd}\n";
        let read = |path: &str| panic!("asked for {path}");
        let document = Document::read("o.yaml", text, &read).expect("a document");
        assert_eq!(document.unread().len(), 2);
    }
}
