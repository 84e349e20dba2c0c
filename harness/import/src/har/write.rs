//! A record as an entry.

use serde_json::Value;

use super::record::{Record, Sent, leaf_text};
use super::trace::Trace;
use crate::hurl::{Body, Entry, Field, Json, has_media_type};
use crate::imported::{Imported, Loss};
use crate::name::slug;
use crate::secret::Secrets;
use crate::text::{Text, decoded};

/// Headers that say something of the browser, the connection or its caches, and nothing of the request.
const NOISE: [&str; 26] = [
    "host",
    "connection",
    "keep-alive",
    "proxy-connection",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "accept-language",
    "user-agent",
    "referer",
    "origin",
    "pragma",
    "cache-control",
    "upgrade-insecure-requests",
    "upgrade",
    "dnt",
    "te",
    "priority",
    "purpose",
    "x-client-data",
    "if-none-match",
    "if-modified-since",
    "expect",
    "save-data",
    "trailer",
    "alt-used",
];

/// The entry of a record, captures aside.
pub(crate) fn entry(
    record: &Record,
    at: usize,
    trace: &Trace,
    secrets: &Secrets,
    imported: &mut Imported,
) -> Entry {
    let known = Known { at, trace, secrets };
    let mut entry = Entry { method: record.method.clone(), ..Entry::default() };
    entry.url = Text::variable("base").then(known.path(&record.address.path));
    if let Some(pairs) = record.address.pairs() {
        entry.query = known.pairs(&pairs);
    } else {
        let query = record.address.query.as_deref().unwrap_or_default();
        entry.url = entry.url.then(format!("?{query}"));
    }
    entry.headers = headers(record, &known);
    let set = known.cookies_set(record);
    let cookies: Vec<_> = record.cookies.iter().filter(|(name, _)| !set.contains(name)).cloned().collect();
    let secret = |name: &str, value: &str| known.text(&format!("cookie {name}"), value);
    entry.cookies =
        cookies.iter().map(|(name, value)| (Text::from(name.as_str()), secret(name, value))).collect();
    entry.body = body(record, &known, imported);
    // Caches were left out above: what they answered for the service is what it answers itself.
    entry.status = if record.status == 304 { "200".to_owned() } else { record.status.to_string() };
    if !record.media_type.is_empty()
        && record.media_type != "x-unknown"
        && ![204, 304].contains(&record.status)
    {
        entry.asserts.push(has_media_type(&record.media_type));
    }
    entry
}

/// What is known of values when an entry is written.
struct Known<'a> {
    at: usize,
    trace: &'a Trace,
    secrets: &'a Secrets,
}

impl Known<'_> {
    /// The value of a name, as a variable where it is one.
    fn text(&self, name: &str, value: &str) -> Text {
        if let Some(name) = self.variable(name, value) {
            return Text::variable(name);
        }
        if let Some((word, rest)) = value.split_once(' ')
            && let Some(name) = self.variable(name, rest)
        {
            return Text::from(format!("{word} ")).then(Text::variable(name));
        }
        Text::from(value)
    }

    fn variable(&self, name: &str, value: &str) -> Option<&str> {
        self.trace.variable(value, self.at).or_else(|| self.secrets.variable(name, value))
    }

    fn pairs(&self, pairs: &[(String, String)]) -> Vec<(Text, Text)> {
        pairs.iter().map(|(key, value)| (Text::from(key.as_str()), self.text(key, value))).collect()
    }

    fn path(&self, path: &str) -> Text {
        let mut out = Text::default();
        for (at, segment) in path.split('/').enumerate() {
            out = out.then(if at > 0 { "/" } else { "" });
            out = match self.variable("", &decoded(segment)) {
                Some(name) => out.then(Text::variable(name)),
                None => out.then(segment),
            };
        }
        out
    }

    fn json(&self, key: &str, value: &Value) -> Json {
        match value {
            Value::String(text) => Json::Text(self.text(key, text)),
            Value::Number(_) => {
                let text = leaf_text(value);
                let captured = self.trace.number(&text, self.at);
                captured
                    .or_else(|| self.secrets.variable(key, &text))
                    .map_or(Json::Scalar(text.clone()), |name| Json::Variable(name.to_owned()))
            }
            Value::Array(items) => Json::List(items.iter().map(|item| self.json(key, item)).collect()),
            Value::Object(members) => Json::Object(
                members.iter().map(|(key, value)| (key.clone(), self.json(key, value))).collect(),
            ),
            scalar => Json::from(scalar),
        }
    }

    /// The cookies that answers before this entry have set: they are sent by themselves.
    fn cookies_set(&self, record: &Record) -> Vec<String> {
        record
            .cookies
            .iter()
            .map(|(name, _)| name.clone())
            .filter(|name| self.trace.sets_cookie(name, self.at))
            .collect()
    }
}

fn headers(record: &Record, known: &Known<'_>) -> Vec<(Text, Text)> {
    let is_json = matches!(record.sent, Sent::Json(_));
    let has_own_type =
        matches!(record.sent, Sent::Form(_) | Sent::Multipart(_) | Sent::Nothing | Sent::Lost(_));
    let kept = record.headers.iter().filter(|(name, value)| {
        let noise = NOISE.contains(&name.as_str()) || name.starts_with(':') || name.starts_with("sec-");
        let implied = name == "content-type" && (has_own_type || is_json && value == "application/json");
        // What every browser accepts says nothing; what a program asks for does.
        let anything = name == "accept" && value.contains("*/*");
        !noise && !implied && !anything
    });
    kept.map(|(name, value)| (Text::from(titled(name)), known.text(name, value))).collect()
}

/// `content-type` as `Content-Type`.
fn titled(name: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

fn body(record: &Record, known: &Known<'_>, imported: &mut Imported) -> Body {
    match &record.sent {
        Sent::Nothing => Body::None,
        Sent::Lost(reason) => {
            imported.omit(record.subject(), reason, Loss::Part);
            Body::None
        }
        Sent::Json(value) => Body::Json(known.json("", value)),
        Sent::Form(fields) => Body::Form(known.pairs(fields)),
        Sent::Text { media_type, text } => {
            let language = if media_type.contains("xml") { "xml" } else { "" };
            Body::Text(language, known.text("", text))
        }
        Sent::Multipart(parts) => {
            let mut fields = Vec::new();
            for part in parts {
                let field = match &part.file {
                    Some((file, media_type)) => {
                        let name = file_name(file);
                        let reason = format!("put the file of `{}` beside this file, as `{name}`", part.name);
                        imported.omit(record.subject(), reason, Loss::Part);
                        Field::File { name: Text::from(name), media_type: media_type.clone() }
                    }
                    None => Field::Text(known.text(&part.name, &part.value)),
                };
                fields.push((Text::from(part.name.as_str()), field));
            }
            Body::Multipart(fields)
        }
    }
}

/// The name of a file without its folders, as one that can be beside a suite.
pub(crate) fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, end)) if !end.is_empty() => format!("{}.{}", slug(stem), slug(end)),
        _ => slug(name),
    }
}
