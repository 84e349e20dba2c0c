//! Filters.

use crate::support::Reply;

fn reply() -> Reply {
    Reply::new(
        r#"{"b64": "aGVsbG8=", "b64u": "_-8", "csv": "a,b,,c", "html": "<a href='x'>&amp;", "entity": "&eacute;&#233;&notit;",
            "num": "42", "fl": "1.5", "neg": -1.7, "i": 3, "big": 12345678901234567890, "url": "a%20b%2Fc", "t": true,
            "l": [1, 2, 3], "le": [], "json": "{\"a\": [1, 2]}", "s": "héllo", "d": "24/11/2026", "o": {},
            "link": "http://x.example/p?a=b+c&d=%41#e=f", "past": "2026-11-20T12:00:00Z", "next": "2026-12-04T09:58:00Z"}"#,
    )
    .header("content-type", "application/json")
}

/// `member filters predicate`.
#[track_caller]
fn hold(asserts: &[&str]) {
    for assert in asserts {
        let (name, rest) = assert.split_once(' ').expect("name filters predicate");
        reply().holds(&format!("jsonpath \"$.{name}\" {rest}"));
    }
}

/// `member filters`, with the reason why they fail.
#[track_caller]
fn fail(filters: &[(&str, &str)]) {
    for (filters, reason) in filters {
        let (name, rest) = filters.split_once(' ').expect("name filters");
        assert_eq!(reply().fails(&format!("jsonpath \"$.{name}\" {rest} exists")), *reason, "{filters}");
    }
}

#[test]
fn encodings() {
    hold(&[
        "b64 base64Decode == hex,68656c6c6f;",
        "b64 base64Decode base64Encode == \"aGVsbG8=\"",
        "b64u base64UrlSafeDecode == hex,ffef;",
        "b64u base64UrlSafeDecode base64UrlSafeEncode == \"_-8\"",
        "s utf8Encode toHex == \"68c3a96c6c6f\"",
        "s utf8Encode utf8Decode == \"héllo\"",
        "s utf8Encode decode \"utf-8\" == \"héllo\"",
        "s utf8Encode charsetDecode \"iso-8859-1\" == \"hÃ©llo\"",
        "url urlDecode == \"a b/c\"",
        "url urlEncode == \"a%2520b%252Fc\"",
        "s urlEncode == \"h%C3%A9llo\"",
        "html htmlEscape == \"&lt;a href=&#x27;x&#x27;&gt;&amp;amp;\"",
        "html htmlUnescape == \"<a href='x'>&\"",
        "entity htmlUnescape == \"éé¬it;\"",
        "link urlQueryParam \"a\" == \"b c\"",
        "link urlQueryParam \"d\" == \"A\"",
        "link urlQueryParam \"e\" not exists",
    ]);
    fail(&[
        ("b64u base64Decode", "no base64: invalid symbol 95, offset 0."),
        ("b64 base64UrlSafeDecode", "no URL-safe base64: invalid padding"),
        ("b64 base64Encode", "the filter needs bytes, not string <aGVsbG8=>"),
        ("s utf8Encode decode \"nope\"", "unknown charset `nope`"),
        ("s urlQueryParam \"a\"", "`héllo` is no URL"),
        ("i urlEncode", "the filter needs a string, not integer <3>"),
    ]);
}

#[test]
fn lists() {
    hold(&[
        "l count == 3",
        "le count == 0",
        "b64 base64Decode count == 5",
        "l first == 1",
        "l last == 3",
        "l nth 1 == 2",
        "l nth -1 == 3",
        "csv split \",\" count == 4",
        "csv split \",\" nth 2 == \"\"",
    ]);
    fail(&[
        ("l nth 3", "no element 3 in a list of 3"),
        ("l nth -4", "no element -4 in a list of 3"),
        ("l nth -9223372036854775807", "no element -9223372036854775807 in a list of 3"),
        ("l nth {{id}}", "no element 7 in a list of 3"),
        ("l nth {{name}}", "`{{name}}` is string <a \"b\" é>, not an integer"),
        ("le first", "no element 0 in a list of 0"),
        ("s first", "the filter needs a list, not string <héllo>"),
        ("s count", "the filter needs a list, bytes or nodes, not string <héllo>"),
    ]);
}

#[test]
fn numbers_and_texts() {
    hold(&[
        "num toInt == 42",
        "neg toInt == -1",
        "fl toFloat == 1.5",
        "i toFloat isFloat",
        "big toString == \"12345678901234567890\"",
        "t toString == \"true\"",
        "csv replace \",\" \";\" == \"a;b;;c\"",
        "csv replaceRegex /([a-z]),/ \"$1.\" == \"a.b.,c\"",
        "csv replaceRegex \"[abc]\" \"{{id}}\" == \"7,7,,7\"",
        "csv regex /(b)/ == \"b\"",
        "csv regex \"({{id}}|c)\" == \"c\"",
        "csv regex /b/ not exists",
        "json jsonpath \"$.a[1]\" == 2",
        "csv split \",\" first == \"a\"",
    ]);
    fail(&[
        ("fl toInt", "the filter needs a number, or the text of an integer, not string <1.5>"),
        (
            "big toInt",
            "the filter needs a number, or the text of an integer, not integer <12345678901234567890>",
        ),
        ("s toFloat", "the filter needs a number, or the text of one, not string <héllo>"),
        ("l toString", "the filter needs a value with a text, not list <[1,2,3]>"),
        ("l jsonpath \"$[0]\"", "the filter needs a string, not list <[1,2,3]>"),
        ("csv jsonpath \"$[0]\"", "the value is no JSON: expected value at line 1 column 1"),
    ]);
}

#[test]
fn dates_use_the_start_of_the_run_as_now() {
    hold(&[
        "d toDate \"%d/%m/%Y\" format \"%Y-%m-%dT%H:%M\" == \"2026-11-24T00:00\"",
        "past toDate \"%Y-%m-%dT%H:%M:%SZ\" dateFormat \"%a %H:%M\" == \"Fri 12:00\"",
        "past toDate \"%+\" daysBeforeNow == 3",
        "next toDate \"%+\" daysAfterNow == 10",
        "past toDate \"%+\" daysAfterNow == -3",
    ]);
    fail(&[
        ("d toDate \"%Y\"", "`24/11/2026` is no date in the format `%Y`"),
        ("d toDate \"%d/%m/%Y\" dateFormat \"%!\"", "`%!` is no format of a date"),
        ("d dateFormat \"%Y\"", "the filter needs a date, not string <24/11/2026>"),
    ]);
}
