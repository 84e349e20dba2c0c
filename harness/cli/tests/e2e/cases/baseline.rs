//! Approved exchanges: written, compared with, left to a review, pruned.

use std::fs;

use crate::support::{Image, Project};

tests!("baseline":
    what_was_approved_is_parity_until_the_service_changes,
    a_review_decides_about_pending_snapshots,
    only_snapshots_of_cases_that_are_gone_are_pruned,
    what_the_set_up_captured_stands_by_its_name,
    commands_are_approved_too,
    what_breaks_its_contract_is_not_approved,
);

const ITEMS: &str = "POST {{base}}/items\n{\"name\": \"seven\"}\nHTTP 201\n[Captures]\nid: jsonpath \"$.id\"\n\n\
    GET {{base}}/items/{{id}}\nHTTP 200\n\nGET {{base}}/noise\nHTTP 200\n\nGET {{base}}/value\n";

const ITEM: &str = "snapshots/suites_items_GET__items_id.snap";
const VALUE: &str = "snapshots/suites_items_GET__value.snap";

/// The reference alone, with what is approved as its only candidate.
const ALONE: &[&str] = &["run", "--env", "baseline"];

fn with_baseline(project: Project) -> Project {
    project.with_control().compare("baseline", "\"snapshots\"")
}

fn items() -> Project {
    with_baseline(Project::local()).suite("items", ITEMS)
}

/// The folder's files whose names end so.
fn files(project: &Project, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(project.path("snapshots")).expect("a folder").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(ending));
    names.sort();
    names
}

fn what_was_approved_is_parity_until_the_service_changes() {
    let project = items();
    project.write();
    project.parity(&["check"]).exits(0).prints("4 cases in 1 files, local against other, baseline");
    let first = project.parity(ALONE);
    // Nothing was approved, so nothing was compared.
    first.exits(5).verdict("inconclusive").coverage(4, 0).prints("0 snapshots").prints("4 not approved yet");
    assert!(!first.stdout.contains("as intended"), "{}", first.words());
    project.parity(&["approve"]).exits(0).prints("4 approved (4 new)   snapshots");
    project.parity(&["approve"]).exits(0).prints("4 approved (4 unchanged)   snapshots");
    assert!(project.read(ITEM).contains("\"id\": \"{{id}}\""), "{}", project.read(ITEM));

    // Ids and times are others on every run; with candidates beside it, and alone.
    project.parity(ALONE).exits(0).verdict("parity").coverage(4, 4).has_all_reports();
    let both = project.run();
    both.exits(0).verdict("parity").coverage(4, 4).prints("4 snapshots, 4 cases compared");

    let project = project
        .reference_env("VALUE_BODY", r#"{"id":7,"name":"eight","new":1}"#)
        .reference_env("VALUE_HEADER", "X-Extra: yes");
    let outcome = project.parity(ALONE);
    outcome.exits(1).verdict("drift").has_all_reports();
    for (code, at, approved, now) in [
        ("response-value", "$.name", "seven", "eight"),
        ("response-field-removed", "$.done", "false", "absent"),
        ("response-field-added", "$.new", "absent", "1"),
    ] {
        let finding = outcome.finding(code, Some(at));
        assert_eq!(finding["environment"], "baseline", "{finding:#}");
        assert_eq!(finding["case"]["id"], "suites/items GET /value", "{finding:#}");
        let sides = (finding["reference"].as_str(), finding["candidate"].as_str());
        assert_eq!(sides, (Some(approved), Some(now)), "{finding:#}");
    }
    outcome.finds("response-header", "header.x-extra");
    assert_eq!(outcome.report()["findings"].as_array().map(Vec::len), Some(4), "{}", outcome.codes());
    outcome.prints("approved  seven").prints("local     eight").prints("next      parity approve");
    // The candidate beside it is as it was: both are told, each for itself.
    let both = project.run();
    both.exits(1);
    let names: Vec<_> = both.all("response-value").iter().map(|f| f["environment"].clone()).collect();
    assert_eq!(names, ["baseline", "other"], "{}", both.codes());

    project.parity(&["approve", "--only", "** GET /items/*"]).exits(0).prints("1 approved (1 unchanged)");
    project.parity(ALONE).exits(1);
    project.parity(&["approve"]).exits(0).prints("changed     suites/items GET /value").prints("1 changed");
    project.parity(ALONE).exits(0).verdict("parity");
}

fn a_review_decides_about_pending_snapshots() {
    let project = items();
    project.parity(ALONE).exits(5);
    let pending = project.parity(&["approve", "--pending"]);
    pending.exits(0).prints("4 pending (4 new)   snapshots   next: cargo insta review");
    assert_eq!((files(&project, ".snap").len(), files(&project, ".snap.new").len()), (0, 4));
    // What waits for a decision approves nothing.
    project.parity(ALONE).exits(5).prints("4 not approved yet");
    // Accepting is renaming, but for the line that a review shows.
    let text = project.read(&format!("{VALUE}.new"));
    assert!(
        text.starts_with(
            "---\nsource: suites/items.hurl\nassertion_line: 13\nexpression: suites/items GET /value\n---\n200\n"
        ),
        "{text}"
    );
    project.parity(&["approve"]).exits(0).prints("4 approved (4 new)");
    assert_eq!(files(&project, ".snap.new"), [""; 0]);

    let project = project.reference_env("VALUE_BODY", "{\"id\":8}");
    project.parity(ALONE).exits(1);
    let before = project.read(VALUE);
    let pending = project.parity(&["approve", "--pending"]);
    pending
        .exits(0)
        .prints("changed     suites/items GET /value")
        .prints("1 pending (1 changed), 3 unchanged");
    assert_eq!(files(&project, ".snap.new"), ["suites_items_GET__value.snap.new"]);
    assert_eq!(project.read(VALUE), before);
    project.parity(ALONE).exits(1).verdict("drift");
    // The service is as it was: there is nothing left to decide.
    let project = project.reference_env("VALUE_BODY", "");
    project.parity(ALONE).exits(0).verdict("parity");
    project.parity(&["approve", "--pending"]).exits(0).prints("0 pending, 4 unchanged   snapshots\n");
    assert_eq!(files(&project, ".snap.new"), [""; 0]);
}

fn only_snapshots_of_cases_that_are_gone_are_pruned() {
    let project = with_baseline(Project::local()).gets(&["/value", "/list", "/number"]);
    project.parity(ALONE).exits(5);
    project.parity(&["approve"]).exits(0).prints("3 approved (3 new)");
    let all = ["suites_api_GET__list.snap", "suites_api_GET__number.snap", "suites_api_GET__value.snap"];
    assert_eq!(files(&project, ".snap"), all);

    // A part of the cases says nothing of the others.
    project.parity(&["run", "--env", "baseline", "--only", "** GET /list"]).exits(0);
    let partial = project.parity(&["approve", "--prune"]);
    partial.exits(0).prints("1 approved (1 unchanged)").prints("nothing is pruned");
    assert_eq!(files(&project, ".snap"), all);

    let project = project.gets(&["/value", "/list"]);
    let outcome = project.parity(ALONE);
    outcome.exits(0).verdict("parity");
    let stale = outcome.all("snapshot-stale");
    assert_eq!(stale.len(), 1, "{}", outcome.codes());
    assert_eq!(stale[0]["subject"], "suites_api_GET__number.snap");
    // Snapshots of other tests, and what cannot be read, are left alone.
    let project = project
        .file(
            "snapshots/tests__render.snap",
            "---\nsource: src/lib.rs\nexpression: page\n---\n<p>hello</p>\n",
        )
        .file("snapshots/notes.snap", "no snapshot at all\n");
    project
        .parity(&["approve"])
        .exits(0)
        .prints("stale       suites_api_GET__number.snap\n")
        .prints("1 stale");
    assert_eq!(files(&project, ".snap").len(), 5);
    let pruned = project.parity(&["approve", "--prune"]);
    pruned.exits(0).prints("deleted     suites_api_GET__number.snap\n").prints("1 deleted");
    assert_eq!(
        files(&project, ".snap"),
        ["notes.snap", "suites_api_GET__list.snap", "suites_api_GET__value.snap", "tests__render.snap"]
    );
    // A run does not guess what they approve.
    project.parity(ALONE).exits(5).verdict("inconclusive").prints("`notes.snap` cannot be read");
}

fn what_the_set_up_captured_stands_by_its_name() {
    let set_up = "POST {{base}}/items\n{\"content\": 7}\nHTTP 201\n[Captures]\nitem: jsonpath \"$.id\"\n";
    let project = with_baseline(Project::local())
        .compare("setup", "[\"suites/setup.hurl\"]")
        .suite("setup", set_up)
        .suite("read", "GET {{base}}/items/{{item}}\nHTTP 200\n\nGET {{base}}/echo?of={{item}}\nHTTP 200\n");
    project.parity(ALONE).exits(5);
    project.parity(&["approve"]).exits(0).prints("2 approved (2 new)");
    let text = project.read("snapshots/suites_read_GET__items_item.snap");
    assert!(text.contains("\"id\": \"{{item}}\""), "{text}");
    let text = project.read("snapshots/suites_read_GET__echo_of_item.snap");
    assert!(text.contains("\"target\": \"/echo?of={{item}}\""), "{text}");
    project.parity(ALONE).exits(0).verdict("parity").coverage(2, 2);
    project.parity(&["approve"]).exits(0).prints("2 approved (2 unchanged)");
    // A name stands for its own value only.
    let project = project.file(
        "snapshots/suites_read_GET__echo_of_item.snap",
        &text.replace("\"/echo?of={{item}}", "\"/echo?of=00000000-0000-4000-a000-000000000000"),
    );
    project.parity(ALONE).exits(1).finds("response-value", "$.target");
}

fn commands_are_approved_too() {
    let project = with_baseline(Project::local())
        .without_port()
        .no_suites()
        .reference_env("WHO", "ruby 3.1.2")
        .section(
            "[[command]]\nname = \"who\"\nrun = [\"/service\", \"env\", \"WHO\"]\n\
         [[command]]\nname = \"noise\"\nrun = [\"/service\", \"noise\"]\n",
        );
    project.parity(ALONE).exits(5);
    project.parity(&["approve"]).exits(0).prints("2 approved (2 new)");
    project.parity(ALONE).exits(0).verdict("parity").coverage(2, 2);
    let project = project.reference_env("WHO", "ruby 2.7.0");
    let outcome = project.parity(ALONE);
    outcome.exits(1).finds("command-output", "stdout").prints("approved  WHO is ruby 3.1.2");
    assert_eq!(outcome.all("command-output").len(), 1, "{}", outcome.codes());
}

fn what_breaks_its_contract_is_not_approved() {
    let project = with_baseline(Project::local().image(Image::Plain))
        .suite("api", "GET {{base}}/value\nHTTP 200\n\nGET {{base}}/list\nHTTP 201\n");
    project.parity(ALONE);
    let approval = project.parity(&["approve"]);
    approval.exits(3).prints("refused     suites/api GET /list   ").prints("1 approved (1 new), 1 refused");
    assert_eq!(files(&project, ".snap"), ["suites_api_GET__value.snap"]);
    project.parity(&["approve", "--only", "nothing"]).exits(4).complains("no case of this run is selected");
    Project::empty().parity(&["approve"]).exits(2).complains("no run `latest`");
}
