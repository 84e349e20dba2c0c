//! AWS Signature Version 4
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>), and those made
//! after it by other providers.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::generator::hex;
use crate::{Instant, percent};

/// Who signs requests, and for what.
#[derive(Clone, PartialEq, Eq)]
pub struct Signing {
    /// `aws`: begins the names of keys and algorithms.
    provider: String,
    /// `amz`: stands in the names of headers.
    headers: String,
    /// By default the second label of the host.
    region: Option<String>,
    /// By default the first label of the host.
    service: Option<String>,
    key_id: String,
    secret: String,
}

/// Without the secret.
impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signing").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// A request as far as it is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The method.
    pub method: &'a str,
    /// The value of `Host`.
    pub host: &'a str,
    /// The path as it is sent, encoded.
    pub path: &'a str,
    /// The query as it is sent, encoded.
    pub query: &'a str,
    /// Headers that are sent; `Content-Type` and those of the provider are signed.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
    /// The time that is signed, in milliseconds since the epoch: see [`signing_time_ms`].
    pub now_ms: i64,
}

/// How far the time of signatures lags behind at most, in milliseconds: receivers refuse what is older than five
/// minutes, and clocks differ.
const STEP_MS: i64 = 2 * 60_000;

/// The time that a request of a run is signed with: the run's start, as of every generated value, so that all sides
/// and samples are sent the same; moved on by whole steps in longer runs, since receivers refuse old signatures.
pub fn signing_time_ms(started_ms: i64, now_ms: i64) -> i64 {
    let elapsed = now_ms.saturating_sub(started_ms).max(0);
    started_ms.saturating_add(elapsed - elapsed % STEP_MS)
}

impl Signing {
    /// Reads `provider1[:provider2[:region[:service]]]`.
    pub(crate) fn parse(text: &str, key_id: &str, secret: &str) -> Option<Self> {
        let mut parts = text.split(':').map(str::to_owned);
        let provider = parts.next().filter(|part| !part.is_empty())?;
        let headers = parts.next().filter(|part| !part.is_empty()).unwrap_or_else(|| match &*provider {
            "aws" => "amz".to_owned(),
            other => other.to_owned(),
        });
        let (region, service) = (parts.next(), parts.next());
        parts.next().is_none().then(|| Self {
            provider,
            headers,
            region,
            service,
            key_id: key_id.to_owned(),
            secret: secret.to_owned(),
        })
    }

    /// The headers that sign a request: the time, `Authorization`, and for S3 the digest of the body.
    pub fn sign(&self, request: &Signed<'_>) -> Vec<(String, String)> {
        let time = Instant::from_epoch_ms(request.now_ms).format("%Y%m%dT%H%M%SZ").unwrap_or_default();
        let mut labels = request.host.split('.');
        let service = self.service.clone().or(labels.next().map(str::to_owned)).unwrap_or_default();
        let region = self.region.clone().or(labels.next().map(str::to_owned)).unwrap_or_default();
        let digest = hex(&Sha256::digest(request.body));
        let mut added = vec![(format!("X-{}-Date", capitalised(&self.headers)), time.clone())];
        if service == "s3" {
            added.push((format!("x-{}-content-sha256", self.headers), digest.clone()));
        }
        let (canonical_headers, names) = self.canonical_headers(request, &added);
        let canonical = [
            request.method,
            &canonical_path(request.path, &service),
            &canonical_query(request.query),
            &canonical_headers,
            &names,
            &digest,
        ]
        .join("\n");
        let provider = self.provider.to_ascii_lowercase();
        let upper = self.provider.to_ascii_uppercase();
        let scope = format!("{}/{region}/{service}/{provider}4_request", &time[..8.min(time.len())]);
        let algorithm = format!("{upper}4-HMAC-SHA256");
        let digest = hex(&Sha256::digest(canonical.as_bytes()));
        let to_sign = format!("{algorithm}\n{time}\n{scope}\n{digest}");
        let first = format!("{upper}4{}", self.secret).into_bytes();
        let key = scope.split('/').fold(first, |key, part| keyed(&key, part));
        let signature = hex(&keyed(&key, &to_sign));
        let authorization = format!(
            "{algorithm} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.key_id
        );
        added.push(("Authorization".to_owned(), authorization));
        added
    }

    /// Lines of `name:value`, each with its newline, and the names.
    fn canonical_headers(&self, request: &Signed<'_>, added: &[(String, String)]) -> (String, String) {
        let own = format!("x-{}-", self.headers.to_ascii_lowercase());
        let is_signed = |name: &str| name == "content-type" || name.starts_with(&own);
        let given = request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()));
        let added = added.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()));
        let host = std::iter::once(("host".to_owned(), request.host));
        let mut signed: Vec<_> = given.filter(|(name, _)| is_signed(name)).chain(added).chain(host).collect();
        signed.sort_by(|(left, _), (right, _)| left.cmp(right));
        // Values of one name stand in one line.
        let mut lines: Vec<(&str, String)> = Vec::new();
        for (name, value) in &signed {
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            match lines.last_mut().filter(|(last, _)| last == name) {
                Some((_, values)) => *values = [values, value.as_str()].join(","),
                None => lines.push((name, value)),
            }
        }
        let names: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
        (lines.iter().map(|(name, values)| format!("{name}:{values}\n")).collect(), names.join(";"))
    }
}

/// For S3 the path as it is sent; for all others encoded once more.
fn canonical_path(path: &str, service: &str) -> String {
    let path = if path.is_empty() { "/" } else { path };
    if service == "s3" { path.to_owned() } else { percent::encode(path, b"/") }
}

/// Parameters by name and value.
fn canonical_query(query: &str) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(&str, &str)> = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    pairs.sort_unstable();
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters.map(|c| c.to_ascii_lowercase())).collect()
}
