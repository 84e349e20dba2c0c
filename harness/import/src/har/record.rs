//! One recorded request with its response.

use base64::Engine as _;
use serde_json::Value;

use crate::address::{Address, decoded_form};
use crate::secret::{Secrets, is_secret_key};

/// What was sent and what came back.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) method: String,
    pub(crate) address: Address,
    /// Names lower-case; cookies are not among them.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) sent: Sent,
    /// 0 where nothing came.
    pub(crate) status: u16,
    /// Names lower-case.
    pub(crate) answer_headers: Vec<(String, String)>,
    /// The media type of the answer, without parameters.
    pub(crate) media_type: String,
    /// The answer, where it is JSON.
    pub(crate) answer: Option<Value>,
    /// What Chrome says that it was for.
    pub(crate) resource: String,
}

/// The body of a request.
#[derive(Debug)]
pub(crate) enum Sent {
    Nothing,
    Json(Value),
    Form(Vec<(String, String)>),
    Multipart(Vec<Part>),
    Text {
        media_type: String,
        text: String,
    },
    /// The recording does not hold it.
    Lost(String),
}

/// A part of a multipart body.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) value: String,
    /// The name of the file and its media type.
    pub(crate) file: Option<(String, String)>,
}

impl Record {
    /// Reads an entry; the error is a reason for people.
    pub(crate) fn read(entry: &Value) -> Result<Self, String> {
        let request = entry.get("request").ok_or("it has no request")?;
        let method = text(request, "method").ok_or("its request has no method")?.to_ascii_uppercase();
        let url = text(request, "url").ok_or("its request has no url")?;
        let response = entry.get("response").unwrap_or(&Value::Null);
        let content = response.get("content").unwrap_or(&Value::Null);
        let media_type = essence(text(content, "mimeType").unwrap_or_default());
        let status = response.get("status").and_then(Value::as_u64).unwrap_or(0);
        Ok(Self {
            method,
            address: Address::read(url),
            headers: pairs(request, "headers")
                .into_iter()
                .map(lower)
                .filter(|(name, _)| name != "cookie")
                .collect(),
            cookies: cookies(request),
            sent: sent(request.get("postData").unwrap_or(&Value::Null)),
            status: u16::try_from(status).unwrap_or(0),
            answer_headers: pairs(response, "headers").into_iter().map(lower).collect(),
            answer: answer(content, &media_type),
            media_type,
            resource: text(entry, "_resourceType").unwrap_or_default().to_owned(),
        })
    }

    /// `GET host/path`, without what may be a secret.
    pub(crate) fn subject(&self) -> String {
        let long = |segment: &str| segment.chars().count() > 24;
        let segments = self.address.path.split('/').map(|segment| if long(segment) { "…" } else { segment });
        format!("{} {}{}", self.method, self.address.authority, segments.collect::<Vec<_>>().join("/"))
    }

    /// The cookies that the answer sets, by name.
    pub(crate) fn sets_cookies(&self) -> impl Iterator<Item = &str> {
        let lines = self.answer_headers.iter().filter(|(name, _)| name == "set-cookie");
        lines
            .flat_map(|(_, value)| value.lines())
            .filter_map(|line| line.split_once('='))
            .map(|(name, _)| name.trim())
    }

    /// Every value that was sent, whole.
    pub(crate) fn values(&self) -> Vec<String> {
        let mut out: Vec<String> = self.address.path.split('/').map(crate::text::decoded).collect();
        out.extend(self.address.pairs().unwrap_or_default().into_iter().map(|(_, value)| value));
        for (_, value) in &self.headers {
            out.push(value.clone());
            out.extend(value.split_once(' ').map(|(_, rest)| rest.to_owned()));
        }
        out.extend(self.cookies.iter().map(|(_, value)| value.clone()));
        match &self.sent {
            Sent::Json(value) => leaves(value, &mut |_, leaf| out.push(leaf_text(leaf))),
            Sent::Form(fields) => out.extend(fields.iter().map(|(_, value)| value.clone())),
            Sent::Multipart(parts) => out.extend(parts.iter().map(|part| part.value.clone())),
            Sent::Text { text, .. } => out.push(text.clone()),
            Sent::Nothing | Sent::Lost(_) => {}
        }
        out.retain(|value| !value.is_empty());
        out
    }

    /// Remembers what is secret in what was sent.
    pub(crate) fn secrets(&self, secrets: &mut Secrets) {
        for (name, value) in &self.headers {
            if is_secret_key(name) {
                let rest = value.split_once(' ').filter(|(word, _)| word.chars().all(char::is_alphabetic));
                secrets.add(name, &format!("header `{name}`"), rest.map_or(value.as_str(), |(_, rest)| rest));
            } else {
                secrets.consider(name, value);
            }
        }
        for (name, value) in &self.cookies {
            secrets.add(&format!("cookie_{name}"), &format!("cookie `{name}`"), value);
        }
        for segment in self.address.path.split('/') {
            secrets.consider("path", &crate::text::decoded(segment));
        }
        let fields: &[(String, String)] = if let Sent::Form(fields) = &self.sent { fields } else { &[] };
        for (name, value) in self.address.pairs().unwrap_or_default().iter().chain(fields) {
            secrets.add_named(name, value);
        }
        match &self.sent {
            Sent::Json(value) => leaves(value, &mut |key, leaf| secrets.add_named(key, &leaf_text(leaf))),
            Sent::Multipart(parts) => {
                for part in parts {
                    secrets.add_named(&part.name, &part.value);
                }
            }
            _ => {}
        }
    }
}

/// Visits every text and number of a value, with the name of the member that it is or is in.
pub(crate) fn leaves(value: &Value, visit: &mut dyn FnMut(&str, &Value)) {
    fn walk(key: &str, value: &Value, visit: &mut dyn FnMut(&str, &Value)) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(key, item, visit)),
            Value::Object(members) => members.iter().for_each(|(key, value)| walk(key, value, visit)),
            Value::String(_) | Value::Number(_) => visit(key, value),
            Value::Null | Value::Bool(_) => {}
        }
    }
    walk("", value, visit);
}

/// A text or number as text.
pub(crate) fn leaf_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

fn pairs(value: &Value, key: &str) -> Vec<(String, String)> {
    let items = value.get(key).and_then(Value::as_array).into_iter().flatten();
    let pair = |item: &Value| {
        Some((text(item, "name")?.to_owned(), text(item, "value").unwrap_or_default().to_owned()))
    };
    items.filter_map(pair).filter(|(name, _)| !name.is_empty()).collect()
}

fn lower((name, value): (String, String)) -> (String, String) {
    (name.to_ascii_lowercase(), value)
}

fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn cookies(request: &Value) -> Vec<(String, String)> {
    let listed = pairs(request, "cookies");
    if !listed.is_empty() {
        return listed;
    }
    let header = pairs(request, "headers").into_iter().find(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let header = header.map(|(_, value)| value).unwrap_or_default();
    let pairs = header.split(';').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

fn sent(post: &Value) -> Sent {
    let media_type = text(post, "mimeType").unwrap_or_default().to_owned();
    let body = text(post, "text").unwrap_or_default();
    let params = post.get("params").and_then(Value::as_array).filter(|params| !params.is_empty());
    match (essence(&media_type).as_str(), params) {
        ("multipart/form-data", Some(params)) => Sent::Multipart(params.iter().filter_map(part).collect()),
        ("multipart/form-data", None) => Sent::Lost("the parts of its body were not recorded".to_owned()),
        (_, Some(_)) if body.is_empty() => Sent::Form(pairs(post, "params")),
        (_, _) if body.is_empty() => Sent::Nothing,
        ("application/x-www-form-urlencoded", _) => form(body)
            .map_or_else(|| Sent::Text { media_type: media_type.clone(), text: body.to_owned() }, Sent::Form),
        (kind, _) if kind.ends_with("json") => match serde_json::from_str(body) {
            Ok(value) => Sent::Json(value),
            Err(_) => Sent::Text { media_type, text: body.to_owned() },
        },
        _ => Sent::Text { media_type, text: body.to_owned() },
    }
}

fn part(item: &Value) -> Option<Part> {
    let name = text(item, "name").filter(|name| !name.is_empty())?.to_owned();
    let media_type = text(item, "contentType").unwrap_or("application/octet-stream").to_owned();
    let file = text(item, "fileName").map(|file| (file.to_owned(), media_type));
    Some(Part { name, value: text(item, "value").unwrap_or_default().to_owned(), file })
}

fn form(body: &str) -> Option<Vec<(String, String)>> {
    let pair = |text: &str| {
        let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty())?;
        Some((decoded_form(key), decoded_form(value)))
    };
    body.split('&').map(pair).collect()
}

fn answer(content: &Value, media_type: &str) -> Option<Value> {
    let body = text(content, "text").filter(|_| media_type.ends_with("json"))?;
    if text(content, "encoding") == Some("base64") {
        let bytes = base64::engine::general_purpose::STANDARD.decode(body).ok()?;
        return serde_json::from_slice(&bytes).ok();
    }
    serde_json::from_str(body).ok()
}
