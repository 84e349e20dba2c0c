//! Every kind of change to a response is found, under its code, at its place, and nowhere else; what changes no
//! meaning is not found at minor or above.

#[path = "../kit/mod.rs"]
mod kit;

mod around;
mod json;
mod markup;
mod neutral;
mod streams;
mod texts;

use kit::Made;

const BODY: &str = r#"{
  "activity_id": "run-17", "user": {"id": 7, "name": "Zoë", "tags": ["a", "b", "c"]},
  "calories": 320, "distance": 5.25, "big": 9007199254740993, "active": true, "note": null,
  "date": "2026-01-05T10:00:00Z", "day": "2026-01-05", "total": "1,234.50", "time": "9:58 AM",
  "url": "http://localhost:4567/activity/run-17",
  "items": [
    {"id": 1, "kind": "walk", "steps": [1, 2, 3]},
    {"id": 2, "kind": "run", "steps": [4, 5, 6]},
    {"id": 3, "kind": "swim", "steps": []}
  ],
  "matrix": [[1, 2], [3, 4]]
}"#;

/// A response with a header of each kind.
fn reference() -> Made {
    Made::json(BODY)
        .header("server", "thin")
        .header("etag", "\"abc\"")
        .header("cache-control", "max-age=60, private")
        .header("vary", "Accept, Origin")
        .header("allow", "GET, POST")
        .header("x-total", "12")
        .header("set-cookie", "theme=dark; Path=/; HttpOnly; SameSite=Lax")
        .header("link", "<http://localhost:4567/activities?page=2>; rel=\"next\"")
        .header("access-control-allow-origin", "*")
}
