//! `[Asserts]`: queries and predicates.

use crate::support::Reply;

fn reply() -> Reply {
    Reply::new(
        r#"{"s": "hello", "empty": "", "i": 1, "f": 1.0, "e": 1e2, "big": 12345678901234567890, "t": true, "n": null,
            "l": [1, 2, 3], "le": [], "o": {"k": 1}, "oe": {}, "at": "2026-11-24T09:58:00Z", "day": "2026-11-24",
            "uuid": "2F1C7E6A-7B1B-4C3B-9A1B-0123456789AB", "v4": "10.0.0.1", "v6": "::1",
            "items": [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}, {"id": 3, "name": "x"}]}"#,
    )
    .header("content-type", "application/json")
    .header("x-b", "1")
    .header("x-b", "2")
    .header("set-cookie", "sid=a=b; Path=/; HttpOnly; SameSite=Lax; Expires=Wed, 13-Jan-2021 22:23:01 GMT")
    .header("set-cookie", "odd=; Expires=soon; Secure=yes")
}

#[track_caller]
fn hold(asserts: &[&str]) {
    for assert in asserts {
        reply().holds(assert);
    }
}

/// Asserts on JSON members that hold: `name predicate`.
#[track_caller]
fn members_hold(asserts: &[&str]) {
    for assert in asserts {
        reply().holds(&member(assert));
    }
}

#[track_caller]
fn members_fail(asserts: &[&str]) {
    for assert in asserts {
        reply().fails(&member(assert));
    }
}

fn member(assert: &str) -> String {
    let (name, predicate) = assert.split_once(' ').expect("name predicate");
    format!("jsonpath \"$.{name}\" {predicate}")
}

#[test]
fn queries_look_at_every_part_of_a_response() {
    hold(&[
        "status == 200",
        "version == \"1.1\"",
        "url endsWith \"/final\"",
        "header \"Content-Type\" contains \"json\"",
        "header \"X-B\" count == 2",
        "header \"nope\" not exists",
        "cookie \"sid\" == \"a=b\"",
        "cookie \"sid[Path]\" == \"/\"",
        "cookie \"sid[ httponly ]\" exists",
        "cookie \"sid[SameSite]\" == \"Lax\"",
        "cookie \"sid[Domain]\" not exists",
        "cookie \"sid[Expires]\" dateFormat \"%Y-%m-%d\" == \"2021-01-13\"",
        "cookie \"odd\" == \"\"",
        "cookie \"odd[Secure]\" not exists",
        "body startsWith \"{\"",
        "bytes startsWith hex,7b22;",
        "regex /\"s\": \"(\\w+)\"/ == \"hello\"",
        "variable \"id\" == 7",
        "variable \"nope\" not exists",
        "duration < 1000",
        "sha256 toHex matches /^[0-9a-f]{64}$/",
        "md5 count == 16",
    ]);
    Reply::new("").holds("sha256 == hex,e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;");
    Reply::new("").holds("md5 == hex,d41d8cd98f00b204e9800998ecf8427e;");
    assert_eq!(reply().fails("cookie \"odd[Expires]\" exists"), "`soon` is no date");
}

#[test]
fn only_duration_is_timed() {
    assert!(reply().assert("duration < 1").timed);
    assert!(!reply().assert("status == 200").timed);
}

#[test]
fn paths_select_as_rfc_9535_says() {
    members_hold(&[
        "items[?(@.name=='x')].id count == 2",
        "items[?@.name=='y'].id == 2",
        "items[?(@.id>1&&@.name=='x')].id == 3",
        "items[?(@.id==1.0)].name == \"x\"",
        "items[?match(@.name,'y|z')].id == 2",
        "items[-1].id == 3",
        "items[0:2] count == 2",
        "items[*].id count == 3",
        ".id count == 3",
        "items[{{id}}] not exists",
    ]);
    hold(&["jsonpath \"$['s']\" == \"hello\"", "jsonpath \"$\" isObject"]);
}

#[test]
fn numbers_compare_by_value() {
    members_hold(&[
        "i == 1",
        "i == 1.0",
        "f == 1",
        "e == 100",
        "big == 12345678901234567890",
        "i > 0.5",
        "i <= 1",
        "e >= 99",
        "i != 2",
        "i < 2",
        "big > 1",
        "i != {{id}}",
    ]);
    members_fail(&[
        "big == 12345678901234567891",
        "i == \"1\"",
        "i > 1",
        "i < \"2\"",
        "i not < \"2\"",
        "s > 1",
    ]);
}

#[test]
fn equality_is_by_type_and_value() {
    members_hold(&[
        "s == \"hello\"",
        "s == `hello`",
        "s == ```\nhello```",
        "s != \"x\"",
        "s not == \"x\"",
        "t == true",
        "n == null",
        "t != \"true\"",
        "s != /hello/",
        "empty == \"\"",
    ]);
    members_fail(&["s == /hello/", "t == \"true\"", "n == \"null\"", "le == null", "s == {{id}}"]);
    Reply::new(vec![0, 1, 255]).holds("bytes == file,data.bin;");
    Reply::new("hello").holds("bytes == base64,aGVsbG8=;");
}

#[test]
fn text_predicates_need_text() {
    members_hold(&[
        "s startsWith \"he\"",
        "s endsWith \"lo\"",
        "s contains \"ell\"",
        "s matches /^h.*o$/",
        "s matches \"^h\"",
        "s matches `o$`",
        "s not matches /x/",
        "s not contains \"x\"",
        "l contains 2",
        "l contains 2.0",
        "l includes 3",
        "l not contains \"2\"",
    ]);
    members_fail(&[
        "i startsWith \"1\"",
        "i not startsWith \"2\"",
        "i matches /1/",
        "i not matches /2/",
        "i contains \"1\"",
        "s includes \"h\"",
        "s contains 1",
        "l startsWith \"1\"",
    ]);
    Reply::new("abc").holds("bytes endsWith hex,6263;");
    Reply::new("abc").holds("bytes contains hex,62;");
    Reply::new("abc").holds("bytes contains hex,;");
    Reply::new("abc").holds("bytes not contains hex,63626163;");
}

#[test]
fn type_predicates_look_at_the_type() {
    members_hold(&[
        "t isBoolean",
        "i isInteger",
        "big isInteger",
        "f isFloat",
        "e isFloat",
        "i isNumber",
        "f isNumber",
        "s isString",
        "l isCollection",
        "o isCollection",
        "l isList",
        "o isObject",
        "at isIsoDate",
        "at toDate \"%+\" isDate",
        "uuid isUuid",
        "v4 isIpv4",
        "v6 isIpv6",
        "n exists",
        "empty isEmpty",
        "le isEmpty",
        "oe isEmpty",
        "s not isEmpty",
        "i not isString",
        "at not isDate",
        "day not isIsoDate",
        "s not isUuid",
        "v4 not isIpv6",
        "o not isList",
        "f not isInteger",
        "i not isFloat",
    ]);
    members_fail(&["i isEmpty", "i not isEmpty", "i isUuid", "i not isUuid", "i not isIsoDate", "n isEmpty"]);
    for uuid in [
        "{2f1c7e6a-7b1b-4c3b-9a1b-0123456789ab}",
        "urn:uuid:2f1c7e6a-7b1b-4c3b-9a1b-0123456789ab",
        "2f1c7e6a7b1b4c3b9a1b0123456789ab",
    ] {
        Reply::new(uuid).holds("body isUuid");
    }
    Reply::new("2f1c7e6a-7b1b-4c3b-9a1b-0123456789a").fails("body isUuid");
}

#[test]
fn where_nothing_is_found_only_not_holds() {
    members_hold(&["nope not exists", "nope not == 1", "nope not isEmpty"]);
    members_fail(&[
        "nope exists",
        "nope == null",
        "nope isEmpty",
        "nope count == 0",
        "nope count not exists",
    ]);
    assert_eq!(reply().fails("jsonpath \"$.nope\" == 1"), "none");
    assert_eq!(
        reply().fails("jsonpath \"$.nope\" count == 0"),
        "nothing was found for the filters to work on"
    );
}

#[test]
fn a_failed_assert_shows_what_was_found() {
    for (assert, found) in [
        ("status == 201", "integer <200>"),
        ("jsonpath \"$.f\" == 2", "float <1.0>"),
        ("jsonpath \"$.l\" == 1", "list <[1,2,3]>"),
        ("jsonpath \"$.o\" == 1", "object <{\"k\":1}>"),
        ("jsonpath \"$.n\" == 1", "null"),
        ("jsonpath \"$.at\" toDate \"%+\" == 1", "date <2026-11-24 09:58:00 UTC>"),
        ("variable \"id\" == {{nope}}", "variable `nope` has no value"),
    ] {
        assert_eq!(reply().fails(assert), found, "{assert}");
    }
    let long = Reply::new("é".repeat(500)).fails("body == \"\"");
    assert_eq!(long.chars().count(), "string <>".len() + 201);
    assert!(long.ends_with("é…>"), "{long}");
}
