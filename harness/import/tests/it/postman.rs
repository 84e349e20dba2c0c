use envparity_import::{Loss, postman};

use crate::support::{omitted, parsed, shown};

const PETS: &str = include_str!("../data/pets.postman.json");
const QA: &str = include_str!("../data/pets.env.json");

#[test]
fn a_collection_becomes_a_file_for_each_folder() {
    let imported = postman("pets.postman.json", PETS, Some(("qa.json", QA))).expect("a collection");
    assert_eq!(parsed(&imported) + omitted(&imported), 9);
    insta::assert_snapshot!(shown(&imported));
}

#[test]
fn no_secret_reaches_a_file() {
    let all = shown(&postman("pets.postman.json", PETS, Some(("qa.json", QA))).expect("a collection"));
    for secret in ["s3cr3tvalue", "literal-key-123", "hunter2222", "pa55word", "t0ps3cret"] {
        assert!(!all.contains(secret), "{secret} in\n{all}");
    }
}

#[test]
fn an_older_form_is_read_where_it_is_alike() {
    let text = r#"{"info": {"name": "Old", "schema": "https://schema.getpostman.com/json/collection/v2.0.0/collection.json"},
        "item": [{"name": "a", "request": {"url": "http://h.example/a", "method": "GET", "header": "A: b",
        "auth": {"type": "bearer", "bearer": {"token": "{{t}}"}}}}, {"name": "b", "request": "http://h.example/b"}]}"#;
    let imported = postman("old.json", text, None).expect("a collection");
    assert_eq!(parsed(&imported), 2);
    let text = &imported.files[0].text;
    assert!(text.contains("Authorization: Bearer {{t}}\nA: b\n"), "{text}");
    assert!(text.contains("GET {{base}}/b\n"), "{text}");
}

#[test]
fn what_is_no_collection_is_refused() {
    let error = postman("x.json", "{}", None).expect_err("nothing");
    assert_eq!(error.message, "`x.json` is no Postman collection");
    let error = postman("x.json", PETS, Some(("e.json", "[]"))).expect_err("no environment");
    assert_eq!(error.message, "`e.json` is no Postman environment");
    let whole = postman("pets.postman.json", PETS, None).expect("a collection");
    assert!(whole.left_out.iter().any(|left_out| left_out.loss == Loss::Request));
}
