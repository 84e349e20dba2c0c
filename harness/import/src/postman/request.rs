//! A request of a collection as an entry.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::auth::Auth;
use super::origin::Origin;
use super::variables::Variables;
use super::{script, template};
use crate::har::file_name;
use crate::hurl::{Body, Entry, Field, File, Json};
use crate::imported::{Imported, Loss, Variable};
use crate::secret::{Secrets, is_secret_key, texts};
use crate::text::{Part, Text};

/// Writes the entries of all files.
pub(crate) struct Writer<'a> {
    origin: &'a Origin,
    variables: &'a Variables,
    pub(crate) secrets: Secrets,
    /// Variables that a response has given so far, in any file.
    captured: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(origin: &'a Origin, variables: &'a Variables) -> Self {
        let mut secrets = Secrets::default();
        for (name, value) in variables.secrets() {
            secrets.alias(&template::variable(name), &format!("variable `{name}`"), value);
        }
        Self { origin, variables, secrets, captured: BTreeSet::new() }
    }

    /// The entry of an item; none where it cannot be one, which is listed.
    pub(crate) fn entry(&mut self, item: &Value, auth: &Auth, imported: &mut Imported) -> Option<Entry> {
        let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
        let request = &item["request"];
        let method = request.get("method").and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase();
        let subject = format!("{method} {name}");
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) || method == "HTTP" {
            imported.omit(subject, "its method cannot be written", Loss::Request);
            return None;
        }
        let url = url_of(item);
        let Some(path) = self.origin.path(&url) else {
            imported.omit(
                subject,
                format!("it asks another host, `{}`", super::origin::split(&url).0),
                Loss::Request,
            );
            return None;
        };
        let mut entry = Entry { method, ..Entry::default() };
        if !name.is_empty() {
            entry.comments.push(name.to_owned());
        }
        entry.url = Text::variable("base").then(self.origin.prefix.as_str()).then(path_text(request, path));
        self.query(request, path, &mut entry, &subject, imported);
        Auth::of(request, Some(auth)).apply(&subject, &mut entry, &mut self.secrets, imported);
        for (key, value) in list(request.get("header")) {
            let value = self.value(&key, &value);
            entry.headers.push((template::text(&key), value));
        }
        entry.body = self.body(request.get("body").unwrap_or(&Value::Null), &subject, imported);
        drop_implied_type(&mut entry);
        "*".clone_into(&mut entry.status);
        for (listen, text) in script::events(item) {
            if listen == "test" {
                script::convert(&text, &subject, &mut entry, imported);
            } else if !text.trim().is_empty() {
                imported.omit(&subject, format!("its {listen} script"), Loss::Part);
            }
        }
        Some(entry)
    }

    /// The query: by its list where there is one, which says what is switched off.
    fn query(
        &mut self,
        request: &Value,
        path: &str,
        entry: &mut Entry,
        subject: &str,
        imported: &mut Imported,
    ) {
        let listed = request.pointer("/url/query").filter(|query| query.is_array());
        let pairs = match listed {
            Some(query) => list(Some(query)),
            None => path.split_once('?').map(|(_, query)| raw_pairs(query)).unwrap_or_default(),
        };
        for (key, value) in pairs {
            if key.is_empty() {
                imported.omit(subject, "a query parameter without a name", Loss::Part);
                continue;
            }
            let value = self.value(&key, &value);
            entry.query.push((template::text(&key), value));
        }
    }

    /// A value under a name: a secret that stands there itself becomes a variable.
    fn value(&mut self, name: &str, value: &str) -> Text {
        if !value.contains("{{") {
            let (word, rest) = value.split_once(' ').unwrap_or(("", value));
            let is_scheme = name.eq_ignore_ascii_case("authorization") && !word.is_empty();
            let secret = if is_scheme { rest } else { value };
            self.secrets.add_named(name, secret);
            if let Some(variable) = self.secrets.variable(name, secret) {
                let word = if is_scheme { format!("{word} ") } else { String::new() };
                return Text::from(word).then(Text::variable(variable));
            }
        }
        template::text(value)
    }

    fn body(&mut self, body: &Value, subject: &str, imported: &mut Imported) -> Body {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
        if body.get("disabled") == Some(&Value::Bool(true)) {
            return Body::None;
        }
        match text("mode") {
            "" | "none" => Body::None,
            "raw" => self.raw(text("raw"), body.pointer("/options/raw/language").and_then(Value::as_str)),
            "urlencoded" => {
                let fields = list(body.get("urlencoded")).into_iter().filter(|(key, _)| !key.is_empty());
                Body::Form(
                    fields.map(|(key, value)| (template::text(&key), self.value(&key, &value))).collect(),
                )
            }
            "formdata" => Body::Multipart(self.parts(body.get("formdata"), subject, imported)),
            "graphql" => self.graphql(&body["graphql"]),
            "file" => {
                let name = file_name(body.pointer("/file/src").and_then(Value::as_str).unwrap_or("body.bin"));
                imported.omit(subject, format!("put its body beside this file, as `{name}`"), Loss::Part);
                Body::File(Text::from(name))
            }
            other => {
                imported.omit(subject, format!("its body has the mode `{other}`"), Loss::Part);
                Body::None
            }
        }
    }

    fn raw(&mut self, text: &str, language: Option<&str>) -> Body {
        if text.is_empty() {
            return Body::None;
        }
        let trimmed = text.trim_start();
        match serde_json::from_str::<Value>(text) {
            Ok(value) if trimmed.starts_with(['{', '[']) => Body::Json(self.json("", &value)),
            _ => {
                let is_json =
                    language == Some("json") || trimmed.starts_with(['{', '[']) && language.is_none();
                let is_xml = language == Some("xml");
                Body::Text(
                    if is_json {
                        "json"
                    } else if is_xml {
                        "xml"
                    } else {
                        ""
                    },
                    template::text(text),
                )
            }
        }
    }

    fn json(&mut self, key: &str, value: &Value) -> Json {
        match value {
            Value::String(text) => Json::Text(self.value(key, text)),
            Value::Array(items) => Json::List(items.iter().map(|item| self.json(key, item)).collect()),
            Value::Object(members) => Json::Object(
                members.iter().map(|(key, value)| (key.clone(), self.json(key, value))).collect(),
            ),
            Value::Number(number) if is_secret_key(key) => {
                let text = number.to_string();
                self.secrets.add_named(key, &text);
                let variable = self.secrets.variable(key, &text);
                variable.map_or_else(|| Json::Scalar(text.clone()), |name| Json::Variable(name.to_owned()))
            }
            scalar => Json::from(scalar),
        }
    }

    fn graphql(&mut self, graphql: &Value) -> Body {
        let variables = match graphql.get("variables") {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
            Some(value) => value.clone(),
            None => Value::Null,
        };
        let mut whole = json!({ "query": graphql.get("query").cloned().unwrap_or_default() });
        if !variables.is_null() {
            whole["variables"] = variables;
        }
        if let Some(name) = graphql.get("operationName").filter(|name| name.is_string()) {
            whole["operationName"] = name.clone();
        }
        Body::Json(self.json("", &whole))
    }

    fn parts(&mut self, parts: Option<&Value>, subject: &str, imported: &mut Imported) -> Vec<(Text, Field)> {
        let mut fields = Vec::new();
        for part in parts.and_then(Value::as_array).into_iter().flatten().filter(|part| !is_off(part)) {
            let text = |key: &str| part.get(key).and_then(Value::as_str);
            let Some(key) = text("key").filter(|key| !key.is_empty()) else { continue };
            let source = match part.get("src") {
                Some(Value::Array(paths)) => paths.first().and_then(Value::as_str),
                other => other.and_then(Value::as_str),
            };
            let field = if text("type") == Some("file") {
                let name = file_name(source.unwrap_or(key));
                imported.omit(
                    subject,
                    format!("put the file of `{key}` beside this file, as `{name}`"),
                    Loss::Part,
                );
                let media_type = text("contentType").unwrap_or("application/octet-stream").to_owned();
                Field::File { name: Text::from(name), media_type }
            } else {
                Field::Text(self.value(key, text("value").unwrap_or_default()))
            };
            fields.push((template::text(key), field));
        }
        fields
    }

    /// Variables of a file that nothing gives: neither a file of variables nor a response before.
    pub(crate) fn wanted(&mut self, file: &File, secrets: &Secrets) -> Vec<Variable> {
        let mut wanted: Vec<Variable> = Vec::new();
        for entry in &file.entries {
            let mut entry = entry.clone();
            texts(&mut entry, &mut |text| {
                for part in &text.0 {
                    let Part::Variable(name) = part else { continue };
                    let given = ["base", "newUuid", "newDate"].contains(&name.as_str())
                        || self.captured.contains(name)
                        || self.variables.gives(name)
                        || wanted.iter().any(|known| known.name == *name);
                    if !given {
                        let about = secrets.about(name);
                        let secret = about.is_some() || is_secret_key(name);
                        let about = about.unwrap_or("a variable of the collection").to_owned();
                        wanted.push(Variable { name: name.clone(), about, secret });
                    }
                }
            });
            self.captured.extend(entry.captures.iter().map(|(name, _)| name.clone()));
        }
        wanted
    }
}

/// The address of an item, as one text.
pub(crate) fn url_of(item: &Value) -> String {
    let request = &item["request"];
    let url = request.get("url").unwrap_or(request);
    if let Some(text) = url.as_str().or_else(|| url.get("raw").and_then(Value::as_str)) {
        return text.trim().to_owned();
    }
    let joined = |key: &str, separator: &str| match url.get(key) {
        Some(Value::Array(parts)) => {
            let part =
                |part: &Value| part.as_str().or_else(|| part.get("value")?.as_str()).map(str::to_owned);
            parts.iter().filter_map(part).collect::<Vec<_>>().join(separator)
        }
        other => other.and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    let protocol = url.get("protocol").and_then(Value::as_str).map(|scheme| format!("{scheme}://"));
    let port = url.get("port").and_then(Value::as_str).map(|port| format!(":{port}"));
    let path = joined("path", "/");
    let host = joined("host", ".");
    format!(
        "{}{host}{}/{}",
        protocol.unwrap_or_default(),
        port.unwrap_or_default(),
        path.trim_start_matches('/')
    )
}

/// The path with its `:name` segments filled.
fn path_text(request: &Value, path: &str) -> Text {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let given = request.pointer("/url/variable").and_then(Value::as_array);
    let mut out = Text::default();
    for (at, segment) in path.split('/').enumerate() {
        out = out.then(if at > 0 { "/" } else { "" });
        let Some(name) = segment.strip_prefix(':').filter(|name| !name.is_empty()) else {
            out = out.then(template::text(segment));
            continue;
        };
        let named = |item: &&Value| {
            ["key", "id"].iter().any(|key| item.get(key).and_then(Value::as_str) == Some(name))
        };
        let value = given.into_iter().flatten().find(named).and_then(|item| item.get("value"));
        let value = value.map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        out = match value.filter(|value| !value.is_empty() && value != "null") {
            Some(value) => out.then(template::text(&value)),
            None => out.then(Text::variable(template::variable(name))),
        };
    }
    out
}

fn raw_pairs(query: &str) -> Vec<(String, String)> {
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let decoded = crate::address::decoded_form;
    pairs
        .map(|pair| {
            pair.split_once('=').map_or((decoded(pair), String::new()), |(k, v)| (decoded(k), decoded(v)))
        })
        .collect()
}

/// Pairs of a list that are not switched off. Headers of v2.0 may be one text.
fn list(value: Option<&Value>) -> Vec<(String, String)> {
    if let Some(Value::String(lines)) = value {
        let pairs = lines.lines().filter_map(|line| line.split_once(':'));
        return pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect();
    }
    let items = value.and_then(Value::as_array).into_iter().flatten().filter(|item| !is_off(item));
    let text = |item: &Value, key: &str| match item.get(key) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    };
    let pairs = items.map(|item| (text(item, "key"), text(item, "value")));
    pairs.filter(|(key, value)| !key.is_empty() || !value.is_empty()).collect()
}

fn is_off(item: &Value) -> bool {
    item.get("disabled") == Some(&Value::Bool(true))
}

/// Headers without a name, and a type that the body implies.
fn drop_implied_type(entry: &mut Entry) {
    let has_own = matches!(entry.body, Body::Form(_) | Body::Multipart(_));
    let is_json = matches!(entry.body, Body::Json(_));
    entry.headers.retain(|(key, value)| {
        let is_type = key.literal().is_some_and(|key| key.eq_ignore_ascii_case("content-type"));
        let implied = has_own || is_json && value.literal().as_deref() == Some("application/json");
        !(key.is_empty() || is_type && implied)
    });
    let typed = entry
        .headers
        .iter()
        .any(|(key, _)| key.literal().is_some_and(|k| k.eq_ignore_ascii_case("content-type")));
    if let (Body::Text("json", _), false) = (&entry.body, typed) {
        entry.headers.push((Text::from("Content-Type"), Text::from("application/json")));
    }
}
