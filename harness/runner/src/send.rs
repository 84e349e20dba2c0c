//! One request over the wire, redirects followed where the suite asks for it.

use std::time::{Duration, Instant};

use envparity_model::{FailureKind, Hop};
use envparity_suite::{Options, Request};
use reqwest::header::{ACCEPT, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use reqwest::{Method, Url, Version};

use crate::cookies::Jar;
use crate::decode::{Decoded, decode};
use crate::endpoint::{Endpoint, authority_of};
use crate::failure::Failure;

/// Header bytes kept from one response.
const HEADER_CAP: usize = 64 << 10;

/// What was received.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) version: &'static str,
    pub(crate) status: u16,
    /// Names lower-case, in the order received.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Decoded,
    pub(crate) hops: Vec<Hop>,
    /// The URL that answered.
    pub(crate) url: String,
    pub(crate) head: Duration,
    pub(crate) total: Duration,
}

/// How a request is to be sent.
pub(crate) struct Sending<'a> {
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) options: &'a Options,
    pub(crate) timeout: Duration,
    pub(crate) body_cap: usize,
    /// On a new connection, not one of the pool.
    pub(crate) fresh: bool,
}

impl Sending<'_> {
    /// Sends a request and follows redirects; cookies are kept on the way.
    pub(crate) async fn send(&self, request: &Request, jar: &mut Jar) -> Result<Received, Failure> {
        let timeout = self.options.max_time.unwrap_or(self.timeout);
        match tokio::time::timeout(timeout, self.follow(request, jar)).await {
            Ok(result) => result,
            Err(_) => {
                Err(Failure::new(FailureKind::Timeout, format!("no complete response within {timeout:?}")))
            }
        }
    }

    async fn follow(&self, request: &Request, jar: &mut Jar) -> Result<Received, Failure> {
        let started = Instant::now();
        let mut url = parse_url(&request.url)?;
        let mut method = parse_method(&request.method)?;
        let mut body = request.body.clone();
        let mut hops: Vec<Hop> = Vec::new();
        let mut trusted = true;
        loop {
            let headers = self.headers(request, &url, jar, trusted, body.is_some())?;
            let mut received = self.once(method.clone(), &url, headers, body.clone(), started).await?;
            jar.keep(
                &url,
                received.headers.iter().filter(|(n, _)| n == "set-cookie").map(|(_, v)| v.as_str()),
            );
            let location = self.options.location.then(|| redirect_target(&received, &url)).flatten();
            let Some(location) = location else {
                received.hops = hops;
                received.url = url.to_string();
                return Ok(received);
            };
            if self.options.max_redirs.is_some_and(|most| hops.len() >= most as usize) {
                let message = format!("more than {} redirects", hops.len());
                return Err(Failure::new(FailureKind::Redirects, message));
            }
            let shown = header(&received.headers, LOCATION.as_str()).unwrap_or_default().to_owned();
            let set = received.headers.iter().filter(|(name, _)| name == "set-cookie");
            let cookies = set.map(|(_, value)| value.clone()).collect();
            hops.push(Hop { status: received.status, location: shown, cookies });
            let same = location.scheme() == url.scheme() && authority_of(&location) == authority_of(&url);
            trusted = self.options.location_trusted || (trusted && same);
            url = location;
            if changes_to_get(received.status, &method) {
                method = Method::GET;
                body = None;
            }
        }
    }

    fn headers(
        &self,
        request: &Request,
        url: &Url,
        jar: &Jar,
        trusted: bool,
        with_body: bool,
    ) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::new();
        let mut given_cookie = None;
        for (name, value) in &request.headers {
            let lower = name.to_ascii_lowercase();
            let about_body = lower.starts_with("content-") && !with_body;
            let secret = lower == "authorization" || lower == "cookie";
            if (secret && !trusted) || about_body {
                continue;
            }
            if lower == "cookie" {
                given_cookie = Some(value.as_str());
                continue;
            }
            headers.append(header_name(name)?, header_value(name, value)?);
        }
        if let Some(cookie) = jar.header(url, given_cookie) {
            headers.insert(COOKIE, header_value("cookie", &cookie)?);
        }
        if self.options.compressed && !headers.contains_key("accept-encoding") {
            headers.insert("accept-encoding", HeaderValue::from_static("gzip, deflate, br"));
        }
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers
            .entry(USER_AGENT)
            .or_insert(HeaderValue::from_static(concat!("envparity/", env!("CARGO_PKG_VERSION"))));
        Ok(headers)
    }

    async fn once(
        &self,
        method: Method,
        url: &Url,
        mut headers: HeaderMap,
        body: Option<Vec<u8>>,
        started: Instant,
    ) -> Result<Received, Failure> {
        let (to, host) = self.endpoint.route(url);
        if let Some(host) = host
            && !headers.contains_key(HOST)
        {
            headers.insert(HOST, header_value("host", &host)?);
        }
        let insecure = self.options.insecure || self.endpoint.spec.insecure;
        let client = self
            .endpoint
            .client_for(url, self.fresh, insecure)
            .map_err(|problem| Failure::new(FailureKind::Other, problem.message))?;
        let mut builder = client.request(method, to).headers(headers);
        if let Some(body) = body {
            builder = builder.body(body);
        }
        let mut response = builder.send().await?;
        let head = started.elapsed();
        let headers = collect_headers(response.headers())?;
        let (bytes, truncated) = read_body(&mut response, self.body_cap).await?;
        let encodings = joined(&headers, "content-encoding");
        Ok(Received {
            version: version_name(response.version()),
            status: response.status().as_u16(),
            body: decode(bytes, truncated, encodings.as_deref(), self.body_cap),
            headers,
            hops: Vec::new(),
            url: String::new(),
            head,
            total: started.elapsed(),
        })
    }
}

async fn read_body(response: &mut reqwest::Response, cap: usize) -> Result<(Vec<u8>, bool), Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = cap - bytes.len();
        if chunk.len() > room {
            bytes.extend_from_slice(&chunk[..room]);
            return Ok((bytes, true));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, false))
}

fn collect_headers(map: &HeaderMap) -> Result<Vec<(String, String)>, Failure> {
    let size: usize = map.iter().map(|(n, v)| n.as_str().len() + v.len()).sum();
    if size > HEADER_CAP {
        let message = format!("headers of {size} bytes are over the cap of {HEADER_CAP} bytes: too large");
        return Err(Failure::new(FailureKind::Malformed, message));
    }
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect())
}

fn redirect_target(received: &Received, from: &Url) -> Option<Url> {
    if !matches!(received.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(header(&received.headers, LOCATION.as_str())?).ok()
}

/// RFC 9110, 15.4: 303 always, 301 and 302 for POST as every browser does.
fn changes_to_get(status: u16, method: &Method) -> bool {
    (status == 303 && *method != Method::HEAD) || (matches!(status, 301 | 302) && *method == Method::POST)
}

pub(crate) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

fn joined(headers: &[(String, String)], name: &str) -> Option<String> {
    let values: Vec<&str> = headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn parse_url(url: &str) -> Result<Url, Failure> {
    Url::parse(url).map_err(|error| Failure::unsendable(format!("malformed URL `{url}`: {error}")))
}

fn parse_method(method: &str) -> Result<Method, Failure> {
    Method::from_bytes(method.as_bytes())
        .map_err(|_| Failure::unsendable(format!("malformed method `{method}`")))
}

fn header_name(name: &str) -> Result<HeaderName, Failure> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Failure::unsendable(format!("malformed header name `{name}`")))
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| Failure::unsendable(format!("malformed value of header `{name}`")))
}

fn version_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}
