//! AWS signatures. The expected ones were made by botocore, with the key of AWS's own examples.

use envparity_suite::{Signed, signing_time_ms};

use crate::support::World;

const NOW_MS: i64 = 1_795_514_280_000;
const USER: &str = "user: AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The headers that sign a request.
fn signed(scheme: &str, request: Signed<'_>) -> Vec<(String, String)> {
    let options = World::new().options(&format!("aws-sigv4: {scheme}\n{USER}")).expect("options");
    options.signing.expect("a signing").sign(&request)
}

fn request<'a>(method: &'a str, host: &'a str, path: &'a str) -> Signed<'a> {
    Signed { method, host, path, query: "", headers: &[], body: b"", now_ms: NOW_MS }
}

fn last(headers: &[(String, String)]) -> &str {
    headers.last().map(|(_, value)| value.as_str()).unwrap_or_default()
}

#[test]
fn the_time_is_the_runs_start_while_receivers_accept_it() {
    let after = |seconds: i64| signing_time_ms(NOW_MS, NOW_MS + seconds * 1000) - NOW_MS;
    assert_eq!([after(0), after(1), after(119)], [0; 3]);
    assert_eq!([after(120), after(239), after(3600)], [120_000, 120_000, 3_600_000]);
    // A clock that was set back signs with the run's start.
    assert_eq!(after(-90), 0);
    for seconds in 0..1000 {
        let lag = seconds * 1000 - after(seconds);
        assert!((0..300_000 / 2).contains(&lag), "{seconds}: {lag}");
    }
}

#[test]
fn a_query_is_signed_in_order() {
    let headers = signed(
        "aws:amz:eu-west-1:execute-api",
        Signed { query: "z=1&a=2&a=1", ..request("GET", "x.example", "/a/b%20c") },
    );
    assert_eq!(headers[0], ("X-Amz-Date".to_owned(), "20261124T095800Z".to_owned()));
    assert_eq!(
        last(&headers),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-west-1/execute-api/aws4_request, \
         SignedHeaders=host;x-amz-date, \
         Signature=3070976c92f4aebd810d500623c2c237713774caa08b9ff09e496cfdb723ab6a"
    );
}

#[test]
fn a_body_and_the_providers_headers_are_signed() {
    let given = [
        ("Content-Type".to_owned(), "application/json".to_owned()),
        ("X-Amz-Meta".to_owned(), "  a   b ".to_owned()),
        ("Accept".to_owned(), "*/*".to_owned()),
    ];
    let headers = signed(
        "aws:amz:eu-west-1:execute-api",
        Signed { headers: &given, body: b"{\"a\": 1}", ..request("POST", "x.example:8443", "/items") },
    );
    assert!(last(&headers).contains("SignedHeaders=content-type;host;x-amz-date;x-amz-meta, "));
    assert!(last(&headers).ends_with("=dbfc24cf0579d1481c35c94ff9d49faf7ffe30c06438406cfea3e45bc83bbcb0"));
}

#[test]
fn s3_signs_the_path_as_it_is_and_the_digest_of_the_body() {
    let given = [("Content-Type".to_owned(), "text/plain".to_owned())];
    let put = Signed {
        headers: &given,
        body: b"hello",
        ..request("PUT", "bucket.s3.amazonaws.com", "/a%20b/c%2Bd")
    };
    let headers = signed("aws:amz:us-east-1:s3", put);
    assert_eq!(headers[1].1, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert!(last(&headers).ends_with("=2501e0661b13fb694cbf3fce9091c051e38fd5fe98dff11034ee6f6af73e9a6a"));
}

#[test]
fn what_is_left_out_is_taken_from_the_host() {
    let headers = signed("osc", request("GET", "api.eu-west-2.outscale.example", ""));
    assert_eq!(headers[0].0, "X-Osc-Date");
    assert!(
        last(&headers)
            .starts_with("OSC4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-west-2/api/osc4_request")
    );
}

#[test]
fn a_secret_is_not_shown() {
    let options = World::new().options(&format!("aws-sigv4: aws\n{USER}")).expect("options");
    assert!(!format!("{options:?}").contains("wJalr"));
    let request = World::new().render(&format!("GET {{{{base}}}}/\n[Options]\naws-sigv4: aws\n{USER}"));
    assert!(request.headers.is_empty(), "no basic authentication: {:?}", request.headers);
}
