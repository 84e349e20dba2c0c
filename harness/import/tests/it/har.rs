use envparity_import::{HarOptions, Imported, har};

use crate::support::{omitted, parsed, shown};

const SHOP: &str = include_str!("../data/shop.har");

fn import(text: &str) -> Imported {
    har("shop.har", text, &HarOptions::default()).expect("a recording")
}

#[test]
fn a_recording_becomes_one_file() {
    let imported = import(SHOP);
    assert_eq!(parsed(&imported) + omitted(&imported), 12);
    insta::assert_snapshot!(shown(&imported));
}

#[test]
fn no_secret_reaches_a_file() {
    let all = shown(&import(SHOP));
    for secret in ["hunter22", "eyJ", "S3ss10nV4lue", "csrf-8812ab", "K3Y0000001", "abcdef123456", "dark"] {
        assert!(!all.contains(secret), "{secret} in\n{all}");
    }
}

#[test]
fn another_host_can_be_named() {
    let options = HarOptions { host: Some("CDN.example".to_owned()) };
    let error = har("shop.har", SHOP, &options).expect_err("an image only");
    assert_eq!(error.message, "`shop.har` holds no request to `cdn.example`");
}

#[test]
fn what_is_no_recording_is_refused() {
    let error = har("x.har", "{\"log\": [}", &HarOptions::default()).expect_err("malformed");
    assert!(error.message.starts_with("x.har:1:10: malformed JSON"), "{}", error.message);
    let error = har("x.har", "{}", &HarOptions::default()).expect_err("nothing");
    assert_eq!(error.message, "`x.har` is no HAR recording");
}
