//! From an entry to the request that is sent, and to the options it is sent with.

mod connection;
mod multipart;
mod options;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::ast::{Body, Content, GraphQl, JsonPart, KeyValue, OptionAst, RequestAst, Template};
use crate::context::Scope;
use crate::generator::hex;
use crate::{Context, Entry, RenderError, netrc, number, percent};

/// A request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, as written.
    pub method: String,
    /// The absolute URL with its query, encoded.
    pub url: String,
    /// Headers as written and in that order, then those that the entry implies (`Authorization`, `Cookie`,
    /// `Content-Type`). Values may be empty.
    pub headers: Vec<(String, String)>,
    /// The body; `None` if it is empty.
    pub body: Option<Vec<u8>>,
}

impl Entry {
    /// Renders the request. Variables that the entry's own options set must be in `cx.vars` already.
    pub fn render(&self, cx: &Context<'_>) -> Result<Request, RenderError> {
        let scope = Scope::new(cx);
        let request = &self.request;
        let (body, implied) = body(request, &scope)?;
        let url = url(request, &scope)?;
        Ok(Request {
            method: request.method.clone(),
            headers: headers(request, &url, &scope, implied)?,
            url,
            body: body.filter(|body| !body.is_empty()),
        })
    }

    /// The variables that the request and its options mention, without those that its options set before.
    pub fn needs(&self) -> Vec<&str> {
        let mut found = Vec::new();
        let mut own = Vec::new();
        self.request.each_variable(&mut |name, set| {
            if set {
                own.push(name);
            } else if !own.contains(&name) && !found.contains(&name) {
                found.push(name);
            }
        });
        found
    }

    /// The variables that the entry sets: by its options, and by captures whose name has no placeholder.
    pub fn sets(&self) -> Vec<&str> {
        let options = self.request.options.iter().filter_map(|option| match option {
            OptionAst::Variable(name, _) => Some(name.as_str()),
            _ => None,
        });
        let captures = self.response.iter().flat_map(|response| &response.captures);
        options.chain(captures.filter_map(|capture| capture.name.constant())).collect()
    }

    /// The captures that the suite marks as secrets (`redact`).
    pub fn redacted(&self) -> Vec<&str> {
        let captures = self.response.iter().flat_map(|response| &response.captures);
        captures.filter(|capture| capture.redact).filter_map(|capture| capture.name.constant()).collect()
    }
}

fn url(request: &RequestAst, scope: &Scope<'_>) -> Result<String, RenderError> {
    let mut url = scope.render(&request.url)?;
    let pos = request.url.pos;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        let message = format!("`{url}` begins with neither `http://` nor `https://`");
        return Err(RenderError::malformed(pos, message));
    }
    if !request.query.is_empty() {
        match url.contains('?') {
            false => url.push('?'),
            true if url.ends_with('?') => {}
            true => url.push('&'),
        }
        url.push_str(&pairs(&request.query, scope)?);
    }
    if let Some(c) = url.chars().find(|c| c.is_ascii_whitespace() || c.is_control()) {
        return Err(RenderError::malformed(pos, format!("`{url}` has {c:?} in it, which no URL may have")));
    }
    Ok(encode_non_ascii(url))
}

/// Encodes what is no ASCII after the authority, and nothing else: the URL is sent as it was written.
fn encode_non_ascii(url: String) -> String {
    if url.is_ascii() {
        return url;
    }
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let path = url[start..].find(['/', '?']).map_or(url.len(), |end| start + end);
    let mut out = url[..path].to_owned();
    let mut buffer = [0; 4];
    for c in url[path..].chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.push_str(&percent::encode(c.encode_utf8(&mut buffer), b""));
        }
    }
    out
}

/// `name=value&…`: values encoded, names as they are.
fn pairs(fields: &[KeyValue], scope: &Scope<'_>) -> Result<String, RenderError> {
    let mut out = String::new();
    for field in fields {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&scope.render(&field.key)?);
        out.push('=');
        out.push_str(&percent::encode(&scope.render(&field.value)?, b""));
    }
    Ok(out)
}

fn headers(
    request: &RequestAst,
    url: &str,
    scope: &Scope<'_>,
    implied_type: Option<String>,
) -> Result<Vec<(String, String)>, RenderError> {
    let mut headers = Vec::with_capacity(request.headers.len() + 2);
    for header in &request.headers {
        headers.push((scope.render(&header.key)?, scope.render(&header.value)?));
    }
    if let Some(auth) = &request.basic_auth {
        let credentials = format!("{}:{}", scope.render(&auth.key)?, scope.render(&auth.value)?);
        headers.push(("Authorization".to_owned(), basic(&credentials)));
    }
    for option in &request.options {
        match option {
            OptionAst::Header(header) => headers.push(header_option(header, scope)?),
            OptionAst::User(user) if !has(&headers, "authorization") && !request.is_signed() => {
                headers.push(("Authorization".to_owned(), basic(&scope.render(user)?)));
            }
            OptionAst::NetrcFile(path) if !has(&headers, "authorization") => {
                let file = scope.file(path)?;
                let found = netrc::credentials(&String::from_utf8_lossy(&file), host(url));
                headers.extend(found.map(|user| ("Authorization".to_owned(), basic(&user))));
            }
            _ => {}
        }
    }
    let mut cookies = Vec::new();
    for cookie in &request.cookies {
        cookies.push(format!("{}={}", scope.render(&cookie.key)?, scope.render(&cookie.value)?));
    }
    // As in Hurl, a header of that name replaces all other cookies.
    if !cookies.is_empty() && !has(&headers, "cookie") {
        headers.push(("Cookie".to_owned(), cookies.join("; ")));
    }
    if let Some(implied) = implied_type {
        content_type(&mut headers, implied);
    }
    Ok(headers)
}

/// The host of an absolute URL.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    match place.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => place.split(':').next().unwrap_or_default(),
    }
}

fn has(headers: &[(String, String)], name: &str) -> bool {
    headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name))
}

fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

fn header_option(header: &Template, scope: &Scope<'_>) -> Result<(String, String), RenderError> {
    let text = scope.render(header)?;
    let missing = || RenderError::malformed(header.pos, format!("header `{text}` has no `:`"));
    let (name, value) = text.split_once(':').ok_or_else(missing)?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Adds the implied type, unless the entry names one. A multipart type that the entry names gets the boundary.
fn content_type(headers: &mut Vec<(String, String)>, implied: String) {
    let named = headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    match (named, implied.split_once("; boundary=")) {
        (Some((_, value)), Some((_, boundary))) => {
            value.push_str("; boundary=");
            value.push_str(boundary);
        }
        (Some(_), None) => {}
        (None, _) => headers.push(("Content-Type".to_owned(), implied)),
    }
}

/// The body and the media type that it implies.
fn body(request: &RequestAst, scope: &Scope<'_>) -> Result<(Option<Vec<u8>>, Option<String>), RenderError> {
    if let Some(body) = &request.body {
        return Ok((Some(body.bytes(scope)?), body.content.media_type().map(str::to_owned)));
    }
    if !request.form.is_empty() {
        let form = pairs(&request.form, scope)?.into_bytes();
        return Ok((Some(form), Some("application/x-www-form-urlencoded".to_owned())));
    }
    if request.multipart.is_empty() {
        return Ok((None, None));
    }
    let boundary = scope.cx.generator.boundary(scope.cx.case);
    let parts = multipart::encode(request, scope, &boundary)?;
    Ok((Some(parts), Some(format!("multipart/form-data; boundary={boundary}"))))
}

impl Content {
    fn media_type(&self) -> Option<&'static str> {
        match self {
            Self::Json(_) | Self::JsonText(_) | Self::GraphQl(_) => Some("application/json"),
            Self::Xml(_) | Self::XmlText(_) => Some("application/xml"),
            Self::Text(_) | Self::RawText(_) | Self::File(_) | Self::Bytes(_) => None,
        }
    }
}

impl Body {
    pub(crate) fn bytes(&self, scope: &Scope<'_>) -> Result<Vec<u8>, RenderError> {
        Ok(match &self.content {
            Content::Text(text) | Content::JsonText(text) | Content::XmlText(text) => {
                scope.render(text)?.into_bytes()
            }
            Content::RawText(text) | Content::Xml(text) => text.clone().into_bytes(),
            Content::GraphQl(graphql) => graphql_body(graphql, scope)?.into_bytes(),
            Content::Json(parts) => json(parts, scope)?.into_bytes(),
            Content::File(path) => scope.file(path)?,
            Content::Bytes(bytes) => bytes.clone(),
        })
    }
}

fn json(parts: &[JsonPart], scope: &Scope<'_>) -> Result<String, RenderError> {
    let mut out = String::new();
    for part in parts {
        match part {
            JsonPart::Text(text) => out.push_str(text),
            JsonPart::InString(expr) => push_escaped(&mut out, &scope.text(expr)?),
            JsonPart::Bare(expr) => {
                let text = scope.text(expr)?;
                if !["null", "true", "false"].contains(&text.as_str()) && !number::is_json_number(&text) {
                    let message = format!(
                        "`{{{{{expr}}}}}` is `{text}`: without quotes it must be a number, a boolean or null"
                    );
                    return Err(RenderError::malformed(expr.pos, message));
                }
                out.push_str(&text);
            }
        }
    }
    Ok(out)
}

/// As GraphQL is asked over HTTP: `{"query":"…","variables":{…}}`.
fn graphql_body(graphql: &GraphQl, scope: &Scope<'_>) -> Result<String, RenderError> {
    let query = scope.render(&graphql.query)?;
    let mut out = format!("{{\"query\":{}", serde_json::Value::from(query.trim()));
    if let Some(variables) = &graphql.variables {
        out.push_str(",\"variables\":");
        push_compact(&mut out, &json(variables, scope)?);
    }
    out.push('}');
    Ok(out)
}

/// JSON without the white space between its tokens.
fn push_compact(out: &mut String, json: &str) {
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted || !matches!(c, ' ' | '\t' | '\n' | '\r') {
            out.push(c);
        }
        quoted = if c == '"' && !escaped { !quoted } else { quoted };
        escaped = quoted && c == '\\' && !escaped;
    }
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.extend(["\\u00", &hex(&[c as u8])]),
            c => out.push(c),
        }
    }
}
