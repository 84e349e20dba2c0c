//! A request as a curl command.

use envparity_model::{Repeat, SentRequest};

/// The command that sends a request again, towards another address if one is known. Masked values stay masked.
pub(super) fn curl(request: &SentRequest, url: Option<&str>, folder: Option<&str>) -> Repeat {
    let mut words: Vec<String> = vec!["curl".to_owned(), "-i".to_owned()];
    if request.method == "HEAD" {
        words.push("-I".to_owned());
    } else if request.method != "GET" || request.body.is_some() {
        words.push(format!("-X {}", quote(&request.method)));
    }
    for (name, value) in &request.headers {
        let lower = name.to_ascii_lowercase();
        let is_default = matches!(lower.as_str(), "host" | "content-length" | "user-agent")
            || (lower == "accept" && value == "*/*");
        if !is_default {
            words.push(format!("-H {}", quote(&format!("{name}: {value}"))));
        }
    }
    let mut before = String::new();
    if let Some(body) = &request.body {
        let folder = folder.unwrap_or(".parity/latest");
        before = format!("zstd -dc {} | ", quote(&format!("{folder}/bodies/{}.zst", body.sha256)));
        words.push("--data-binary @-".to_owned());
    }
    words.push(quote(&redirect(&request.url, url)));
    Repeat { curl: format!("{before}{}", words.join(" ")) }
}

/// The same path and query at another base.
fn redirect(url: &str, base: Option<&str>) -> String {
    let Some(base) = base else {
        return url.to_owned();
    };
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find(['/', '?']).map_or("/", |at| &rest[at..]);
    format!("{}{path}", base.trim_end_matches('/'))
}

fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use envparity_model::BodyRef;

    use super::*;

    #[test]
    fn requests_repeat_at_the_published_address() {
        let mut request = SentRequest {
            method: "GET".into(),
            url: "http://localhost:4567/render?x=1&y='2".into(),
            headers: vec![("host".into(), "localhost:4567".into()), ("accept".into(), "*/*".into())],
            body: None,
        };
        assert_eq!(
            curl(&request, Some("http://127.0.0.1:32770"), None).curl,
            r"curl -i 'http://127.0.0.1:32770/render?x=1&y='\''2'"
        );
        request.method = "POST".into();
        request.headers.push(("content-type".into(), "application/json".into()));
        request.body = Some(BodyRef { sha256: "ab".into(), size: 2, truncated: false, undecoded: None });
        assert_eq!(
            curl(&request, None, Some("target/parity/r")).curl,
            r"zstd -dc target/parity/r/bodies/ab.zst | curl -i -X POST -H 'content-type: application/json' --data-binary @- 'http://localhost:4567/render?x=1&y='\''2'"
        );
    }
}
