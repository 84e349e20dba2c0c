//! What of a recording is no part of a contract.

use std::collections::BTreeMap;

use super::record::Record;
use crate::imported::Loss;

/// What a page loads to be shown.
const ASSETS: [&str; 9] = [
    "image",
    "font",
    "stylesheet",
    "script",
    "media",
    "manifest",
    "texttrack",
    "ping",
    "csp-violation-report",
];
const ASSET_ENDS: [&str; 18] = [
    ".css", ".js", ".mjs", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".avif",
    ".woff", ".woff2", ".ttf", ".otf", ".mp4", ".webm",
];

/// The host that is asked most, assets aside; the first of them where several are.
pub(crate) fn main_host(records: &[Record]) -> Option<String> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        let host = record.address.authority.as_str();
        if is_http(record) && !host.is_empty() && asset(record).is_none() {
            counts.entry(host).or_insert((0, at)).0 += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first)));
    most.map(|(host, _)| host.to_owned())
}

/// Why a request is left out, if it is.
pub(crate) fn reason(record: &Record, host: &str) -> Option<(&'static str, Loss)> {
    if !is_http(record) {
        return Some(("it is no HTTP request", Loss::Meant));
    }
    if record.address.authority != host {
        return Some(("another host", Loss::Meant));
    }
    if let Some(why) = asset(record) {
        return Some((why, Loss::Meant));
    }
    let has = |name: &str| record.headers.iter().any(|(header, _)| header == name);
    if record.resource == "preflight" || record.method == "OPTIONS" && has("access-control-request-method") {
        return Some(("the browser asked for permission", Loss::Meant));
    }
    if record.resource == "websocket" || has("sec-websocket-key") {
        return Some(("a WebSocket", Loss::Request));
    }
    if record.status == 0 {
        return Some(("it was never answered", Loss::Meant));
    }
    if record.method.is_empty()
        || !record.method.bytes().all(|byte| byte.is_ascii_uppercase())
        || record.method == "HTTP"
    {
        return Some(("its method cannot be written", Loss::Request));
    }
    None
}

fn is_http(record: &Record) -> bool {
    matches!(record.address.scheme.as_str(), "http" | "https")
}

fn asset(record: &Record) -> Option<&'static str> {
    if record.method != "GET" {
        return None;
    }
    let kind = record.media_type.as_str();
    let by_kind = ["image/", "font/", "video/", "audio/"].iter().any(|begin| kind.starts_with(begin))
        || ["text/css", "text/javascript", "application/javascript", "application/x-javascript"]
            .contains(&kind);
    let path = record.address.path.to_ascii_lowercase();
    let by_name = ASSET_ENDS.iter().any(|end| path.ends_with(end)) && !kind.ends_with("json");
    (by_kind || by_name || ASSETS.contains(&record.resource.as_str())).then_some("a static file")
}
