//! The request line, headers and the sections of a request.

use envparity_suite::RenderError;

use crate::support::{World, body};

fn url(text: &str) -> String {
    World::new().render(text).url
}

fn header(text: &str, name: &str) -> Option<String> {
    let request = World::new().render(text);
    request.headers.into_iter().find(|(header, _)| header == name).map(|(_, value)| value)
}

#[test]
fn any_method_in_capitals_is_sent_as_written() {
    for method in ["GET", "PATCH", "PURGE"] {
        assert_eq!(World::new().render(&format!("{method} {{{{base}}}}/")).method, method);
    }
}

#[test]
fn a_url_is_sent_as_written() {
    assert_eq!(
        url("GET {{base}}/a%20b/{{id}}?x=[1]&y=a;b # comment"),
        "http://localhost:4567/a%20b/7?x=[1]&y=a;b"
    );
    assert_eq!(url("GET {{base}}/a\\#b\\u{7e}"), "http://localhost:4567/a#b~");
    assert_eq!(url("GET {{base}}/a\r\n"), "http://localhost:4567/a");
}

#[test]
fn what_is_no_ascii_in_a_url_is_encoded() {
    assert_eq!(url("GET {{base}}/é?ü=1"), "http://localhost:4567/%C3%A9?%C3%BC=1");
    assert_eq!(url("GET http://é.example/é"), "http://é.example/%C3%A9");
}

#[test]
fn a_url_with_a_space_is_refused() {
    let error = World::new().try_render("GET {{base}}/{{name}}").expect_err("a space");
    assert_eq!(
        error.to_string(),
        "1:5: `http://localhost:4567/a \"b\" é` has ' ' in it, which no URL may have"
    );
}

#[test]
fn a_url_without_a_scheme_is_refused() {
    let mut world = World::new();
    world.vars.set("base", "localhost:4567");
    let error = world.try_render("GET {{base}}/x").expect_err("no scheme");
    assert_eq!(error.to_string(), "1:5: `localhost:4567/x` begins with neither `http://` nor `https://`");
}

#[test]
fn query_values_are_encoded_and_names_are_not() {
    assert_eq!(
        url("GET {{base}}/x\n[Query]\na: b c/&=+~\nb:\n"),
        "http://localhost:4567/x?a=b%20c%2F%26%3D%2B~&b="
    );
    assert_eq!(
        url("GET {{base}}/x?q=1\n[QueryStringParams]\na: {{id}}\na: 2"),
        "http://localhost:4567/x?q=1&a=7&a=2"
    );
    assert_eq!(url("GET {{base}}/x?\n[Query]\na: 1"), "http://localhost:4567/x?a=1");
}

#[test]
fn headers_keep_order_repeats_and_empty_values() {
    let request =
        World::new().render("GET {{base}}/\nX-B: 1\nx-a : a  b   # comment\n\n# more\nX-B: {{id}}\nX-E:\n");
    let headers: Vec<_> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(headers, [("X-B", "1"), ("x-a", "a  b"), ("X-B", "7"), ("X-E", "")]);
}

#[test]
fn a_form_is_encoded_with_its_type() {
    let request = World::new().render("POST {{base}}/\n[Form]\na: b c\nd: {{name}}\n");
    assert_eq!(body(&request), "a=b%20c&d=a%20%22b%22%20%C3%A9");
    assert_eq!(
        request.headers,
        [("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())]
    );
    let request = World::new().render("POST {{base}}/\ncontent-type: x/y\n[FormParams]\na: b");
    assert_eq!(request.headers, [("content-type".to_owned(), "x/y".to_owned())]);
}

#[test]
fn a_multipart_body_has_parts_as_curl_writes_them() {
    let text = "POST {{base}}/\n[Multipart]\na: b {{id}}\nb: file,data.bin;\nc: file,dir/my\\ file.txt;\n\
                d: file,page.html; text/x; charset=utf-8\n";
    let request = World::new().render(text);
    let (_, media_type) = &request.headers[0];
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
    let sent =
        String::from_utf8_lossy(request.body.as_deref().expect("a body")).replace(boundary, "BOUNDARY");
    insta::assert_snapshot!(sent.replace('\r', "").replace('\0', "\\0").replace('\u{1}', "\\1"));
    assert_eq!(request, World::new().render(text), "every environment gets the same bytes");
}

#[test]
fn a_multipart_type_of_its_own_gets_the_boundary() {
    let request = World::new()
        .render("POST {{base}}/\nContent-Type: multipart/mixed\n[MultipartFormData]\na\\u{22}: b");
    let (_, media_type) = &request.headers[0];
    assert!(media_type.starts_with("multipart/mixed; boundary=---"), "{media_type}");
    assert!(body(&request).contains("Content-Disposition: attachment; name=\"a%22\"\r\n\r\nb\r\n"));
}

#[test]
fn cookies_become_one_header_unless_there_is_one() {
    assert_eq!(header("GET {{base}}/\n[Cookies]\na: 1\nb: x y", "Cookie").as_deref(), Some("a=1; b=x y"));
    assert_eq!(header("GET {{base}}/\nCookie: z=1\n[Cookies]\na: 1", "Cookie").as_deref(), Some("z=1"));
}

#[test]
fn credentials_become_a_header() {
    assert_eq!(
        header("GET {{base}}/\n[BasicAuth]\nbob: s3:cret", "Authorization").as_deref(),
        Some("Basic Ym9iOnMzOmNyZXQ=")
    );
    assert_eq!(header("GET {{base}}/\n[Options]\nuser: a:b", "Authorization").as_deref(), Some("Basic YTpi"));
    assert_eq!(
        header("GET {{base}}/\nAuthorization: x\n[Options]\nuser: a:b", "Authorization").as_deref(),
        Some("x")
    );
    assert_eq!(header("GET {{base}}/\n[Options]\nheader: X-A:  {{id}}", "X-A").as_deref(), Some("7"));
}

#[test]
fn a_missing_variable_is_named_with_its_place() {
    let error = World::new().try_render("GET {{base}}/x\nA: é{{ nope }}").expect_err("missing");
    assert_eq!(error, RenderError::Missing { variable: "nope".to_owned(), line: 2, column: 8 });
}

#[test]
fn a_list_has_no_text() {
    let mut world = World::new();
    world.vars.set("list", serde_json::json!([1, 2]));
    let error = world.try_render("GET {{base}}/{{list}}").expect_err("a list");
    assert_eq!(error.to_string(), "1:16: `{{list}}` is list and has no text");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let error = World::new().try_render("POST {{base}}/\nfile,gone.txt;").expect_err("no file");
    assert_eq!(error.to_string(), "2:6: cannot read file `gone.txt`: no such file");
}
