//! One suite from end to end, and the ids of its cases.

use std::time::Duration;

use envparity_model::CaseId;
use envparity_suite::{Observed, Value};

use crate::support::{World, body, suite};

const ACTIVITY: &str = r#"# The whole life of an activity.

# parity: id=create
POST {{base}}/activity
X-Request: {{newUuid}}
{
  "user_id": {{id}},
  "type": "ru\u006e {{name}}",
  "calories": 1.50
}
HTTP/1.1 201
Content-Type: application/json
[Captures]
activity: jsonpath "$.activity_id"
where: header "Location"
[Asserts]
jsonpath "$.calories" == 1.5
variable "activity" == 42   # captured above

GET {{base}}/activities?user={{id}}
[Query]
page: 1 & 2
HTTP *

GET {{base}}/activities?user={{id}}
HTTP 200
"#;

#[test]
fn entries_have_stable_ids_and_lines() {
    let suite = suite(ACTIVITY);
    let places: Vec<_> =
        suite.entries.iter().map(|entry| (entry.place.id.as_str(), entry.place.line)).collect();
    assert_eq!(
        places,
        [
            ("suites/x create", 4),
            ("suites/x GET /activities?user={{id}}", 20),
            ("suites/x GET /activities?user={{id}}~2", 25),
        ]
    );
    assert_eq!(suite.entries[0].place.path, "/activity");
    assert_eq!(suite.entries[0].place.method, "POST");
    assert_eq!(suite.entries[0].place.file, "suites/x.hurl");
}

#[test]
fn comments_at_the_top_count_for_all_entries() {
    let suite = suite(
        "# About them all.\n#parity: tags=smoke skip-on=qa\tonly-on=local,qa\n# Only said.\n\n\
         # parity: id=first tags=slow,smoke\n# parity: only-on=dev\nGET {{base}}/1\n\nGET {{base}}/2\n",
    );
    let [first, second] = &suite.entries[..] else { panic!("two entries") };
    assert_eq!(first.place.id.as_str(), "suites/x first");
    assert_eq!(first.conditions.tags, ["smoke", "slow"]);
    assert_eq!(first.conditions.skip_on, ["qa"]);
    assert_eq!(first.conditions.only_on, ["dev"]);
    assert_eq!(second.conditions.tags, ["smoke"]);
    assert_eq!(second.conditions.only_on, ["local", "qa"]);
    let mentions: Vec<_> =
        suite.mentions.iter().map(|n| format!("{} {}:{}", n.name, n.line, n.column)).collect();
    assert_eq!(mentions, ["qa 2:29", "local 2:40", "qa 2:46", "dev 6:19"]);
}

#[test]
fn a_request_is_rendered_as_written() {
    let world = World::new();
    let suite = suite(ACTIVITY);
    let request = suite.entries[0].render(&world.context()).expect("a request");
    assert_eq!(request.method, "POST");
    assert_eq!(request.url, "http://localhost:4567/activity");
    assert_eq!(request.headers[0].0, "X-Request");
    assert_eq!(request.headers[0].1.len(), 36);
    assert_eq!(request.headers[1], ("Content-Type".to_owned(), "application/json".to_owned()));
    assert_eq!(
        body(&request),
        "{\n  \"user_id\": 7,\n  \"type\": \"ru\\u006e a \\\"b\\\" é\",\n  \"calories\": 1.50\n}"
    );
    let listed = suite.entries[1].render(&world.context()).expect("a request");
    assert_eq!(listed.url, "http://localhost:4567/activities?user=7&page=1%20%26%202");
    assert_eq!(listed.body, None);
}

#[test]
fn a_response_gives_captures_and_asserts() {
    let world = World::new();
    let suite = suite(ACTIVITY);
    let headers = [
        ("content-type".to_owned(), "application/json".to_owned()),
        ("location".to_owned(), "/activity/42".to_owned()),
    ];
    let observed = Observed {
        version: "HTTP/1.1",
        status: 201,
        headers: &headers,
        body: br#"{"activity_id": 42, "calories": 1.50}"#,
        url: "http://localhost:4567/activity",
        duration: Duration::ZERO,
        ..Observed::default()
    };
    let evaluation = suite.entries[0].evaluate(&observed, &world.context());
    assert_eq!(
        evaluation.captures,
        [("activity".to_owned(), Value::from(42)), ("where".to_owned(), Value::from("/activity/42"))]
    );
    let asserts: Vec<_> =
        evaluation.asserts.iter().map(|assert| (assert.line, assert.text.as_str(), assert.passed)).collect();
    assert_eq!(
        asserts,
        [
            (11, "HTTP/1.1 201", true),
            (12, "Content-Type: application/json", true),
            (17, "jsonpath \"$.calories\" == 1.5", true),
            (18, "variable \"activity\" == 42", true),
        ]
    );
    assert!(evaluation.failed_captures.is_empty());
}

#[test]
fn an_entry_knows_what_it_needs_and_sets() {
    let suite = suite(
        "POST {{base}}/x\n[Options]\nvariable: own=1\ndelay: {{wait}}\n[Form]\na: {{own}}{{id}}{{id}}\nHTTP 200\n\
         [Captures]\nb: status\nc: body redact\n",
    );
    assert_eq!(suite.entries[0].needs(), ["wait", "base", "id"]);
    assert_eq!(suite.entries[0].sets(), ["own", "b", "c"]);
    assert_eq!(suite.entries[0].redacted(), ["c"]);
}

#[test]
fn generated_values_differ_by_place_and_case_and_repeat_otherwise() {
    let world = World::new();
    let entry = &suite("GET {{base}}/{{newUuid}}/{{newUuid}}\nX: {{newDate}}\n").entries[0];
    let first = entry.render(&world.context()).expect("a request");
    assert_eq!(first, entry.render(&world.context()).expect("a request"));
    let segments: Vec<&str> = first.url.rsplit('/').take(2).collect();
    assert_ne!(segments[0], segments[1]);
    assert_eq!(first.headers[0].1, "2026-11-24T09:58:00.000000Z");
    let round = CaseId::new("suites/x GET / round 2");
    let mut context = world.context();
    context.case = &round;
    assert_ne!(first.url, entry.render(&context).expect("a request").url);
}
