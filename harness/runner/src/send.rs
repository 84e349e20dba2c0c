//! One request over the wire, redirects followed where the suite asks for it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use envparity_model::{FailureKind, Hop, Problem};
use envparity_suite::{HttpVersion, Options, Request, Signed, signing_time_ms};
use reqwest::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION,
    USER_AGENT,
};
use reqwest::tls::TlsInfo;
use reqwest::{Method, Url, Version};

use crate::cookies::Jar;
use crate::decode::{Decoded, decode};
use crate::endpoint::{Endpoint, authority_of, written_authority};
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
    /// The body as received, where decoding has changed it.
    pub(crate) raw: Option<Vec<u8>>,
    pub(crate) hops: Vec<Hop>,
    /// The hops with the absolute URLs that they led to.
    pub(crate) redirects: Vec<(u16, String)>,
    /// The URL that answered.
    pub(crate) url: String,
    /// The address that answered.
    pub(crate) ip: Option<String>,
    /// The server's certificate, in DER.
    pub(crate) certificate: Option<Vec<u8>>,
    pub(crate) head: Duration,
    pub(crate) total: Duration,
}

/// How a request is to be sent.
pub(crate) struct Sending<'a> {
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) options: &'a Options,
    pub(crate) timeout: Duration,
    pub(crate) body_cap: usize,
    /// Start of the run, in milliseconds since the epoch.
    pub(crate) started_ms: i64,
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
        let mut redirects = Vec::new();
        let mut body_dropped = false;
        let mut trusted = true;
        loop {
            let mut headers = self.headers(request, &url, jar, trusted)?;
            if body_dropped {
                headers.remove(CONTENT_TYPE);
                headers.remove(CONTENT_LENGTH);
            }
            if trusted {
                self.sign(&method, &url, &mut headers, body.as_deref().unwrap_or_default())?;
            }
            let mut received = self.once(method.clone(), &url, headers, body.clone(), started).await?;
            jar.keep(
                &url,
                received.headers.iter().filter(|(n, _)| n == "set-cookie").map(|(_, v)| v.as_str()),
            );
            let location = self.options.location.then(|| redirect_target(&received, &url)).flatten();
            let Some(location) = location else {
                received.hops = hops;
                received.redirects = redirects;
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
            redirects.push((received.status, location.to_string()));
            let same = location.scheme() == url.scheme() && authority_of(&location) == authority_of(&url);
            trusted = self.options.location_trusted || (trusted && same);
            url = location;
            if changes_to_get(received.status, &method) {
                method = Method::GET;
                body = None;
                body_dropped = true;
            }
        }
    }

    fn headers(&self, request: &Request, url: &Url, jar: &Jar, trusted: bool) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::new();
        let mut given_cookie = None;
        for (name, value) in &request.headers {
            let lower = name.to_ascii_lowercase();
            let secret = lower == "authorization" || lower == "cookie";
            if secret && !trusted {
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

    /// Adds the headers of an AWS signature.
    fn sign(&self, method: &Method, url: &Url, headers: &mut HeaderMap, body: &[u8]) -> Result<(), Failure> {
        let Some(signing) = &self.options.signing else { return Ok(()) };
        let given = collect_headers(headers)?;
        let host = header(&given, HOST.as_str()).map(str::to_owned).or_else(|| written_authority(url));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let signed = Signed {
            method: method.as_str(),
            host: host.as_deref().unwrap_or_default(),
            path: url.path(),
            query: url.query().unwrap_or_default(),
            headers: &given,
            body,
            now_ms: signing_time_ms(self.started_ms, i64::try_from(now.as_millis()).unwrap_or(i64::MAX)),
        };
        for (name, value) in signing.sign(&signed) {
            headers.insert(header_name(&name)?, header_value(&name, &value)?);
        }
        Ok(())
    }

    async fn once(
        &self,
        method: Method,
        url: &Url,
        mut headers: HeaderMap,
        body: Option<Vec<u8>>,
        started: Instant,
    ) -> Result<Received, Failure> {
        let connection = &self.options.connection;
        let route = self.endpoint.route(url, connection, self.fresh).map_err(unsendable)?;
        if let Some(host) = route.host
            && !headers.contains_key(HOST)
        {
            headers.insert(HOST, header_value("host", &host)?);
        }
        let mut builder = route.client.request(method, route.url).headers(headers);
        if connection.version == HttpVersion::Http10 {
            builder = builder.version(Version::HTTP_10);
        }
        if let Some(body) = body {
            builder = builder.body(body);
        }
        let mut response = builder.send().await?;
        let head = started.elapsed();
        let headers = collect_headers(response.headers())?;
        let answered = response.remote_addr().map(|address| address.ip().to_string());
        let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        let certificate = certificate.map(<[u8]>::to_vec);
        let (bytes, truncated) = read_body(&mut response, self.body_cap, self.options.limit_rate).await?;
        let encodings = joined(&headers, "content-encoding");
        let raw = encodings.is_some().then(|| bytes.clone());
        Ok(Received {
            version: version_name(response.version()),
            status: response.status().as_u16(),
            body: decode(bytes, truncated, encodings.as_deref(), self.body_cap),
            raw,
            headers,
            hops: Vec::new(),
            redirects: Vec::new(),
            url: String::new(),
            ip: route.ip.map(str::to_owned).or(answered),
            certificate,
            head,
            total: started.elapsed(),
        })
    }
}

/// The body up to the cap, at most so many bytes in a second.
async fn read_body(
    response: &mut reqwest::Response,
    cap: usize,
    rate: Option<u64>,
) -> Result<(Vec<u8>, bool), Failure> {
    let mut bytes = Vec::new();
    let started = Instant::now();
    while let Some(chunk) = response.chunk().await? {
        let room = cap - bytes.len();
        if chunk.len() > room {
            bytes.extend_from_slice(&chunk[..room]);
            return Ok((bytes, true));
        }
        bytes.extend_from_slice(&chunk);
        if let Some(rate) = rate.filter(|rate| *rate > 0) {
            let due = Duration::from_secs_f64(bytes.len() as f64 / rate as f64);
            tokio::time::sleep(due.saturating_sub(started.elapsed())).await;
        }
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
    if !(300..400).contains(&received.status) {
        return None;
    }
    from.join(header(&received.headers, LOCATION.as_str())?).ok()
}

/// As Hurl does: whatever the method was.
fn changes_to_get(status: u16, method: &Method) -> bool {
    matches!(status, 301..=303) && *method != Method::GET
}

/// What the entry says about its connection cannot be done.
fn unsendable(problem: Problem) -> Failure {
    Failure::unsendable(problem.to_string())
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
