//! The `cargo test` front, as a crate outside of this house uses it.

use std::time::{Duration, Instant};

use crate::support::crates::{Crate, Tested};
use crate::support::{Docker, Project, Running};

tests!("cargo_test":
    a_crate_of_ones_own,
    what_was_approved_stands_for_a_candidate_that_is_missing,
    nextest_compares_once_for_all_processes,
    nextest_goes_on_where_a_process_was_killed,
);

const ITEMS: &str = "POST {{base}}/items\n{\"name\": \"seven\"}\nHTTP 201\n[Captures]\nid: jsonpath \"$.id\"\n\n\
    GET {{base}}/items/{{id}}\nHTTP 200\n\nGET {{base}}/value\n\nGET {{base}}/list\n";

const NOWHERE: (&str, &str) = ("DOCKER_HOST", "unix:///nonexistent/docker.sock");

fn project() -> Project {
    Project::local().with_control().suite("items", ITEMS)
}

fn a_crate_of_ones_own() {
    let made = Crate::new("envparity-outside", project());
    made.build();
    // Listing touches no engine, even where there is none.
    let listed = made.test(&["--list", "--format", "terse"], &[NOWHERE]);
    listed.exits(0).says("suites/items POST /items: test\n").says("environments: test\n");
    assert!(made.runs().is_empty(), "{:?}", made.runs());

    made.test(&[], &[]).exits(0).says("5 passed; 0 failed; 0 ignored");
    let before = made.runs();
    // What one case needs before it is asked too, and is no test.
    let exact = made.test(&["--exact", "suites/items GET /items/{{id}}"], &[]);
    exact.exits(0).says("1 passed").says("4 filtered out");
    made.test(&["--exact", "suites/items GET"], &[]).exits(0).says("0 passed").says("5 filtered out");
    assert_eq!(made.runs().len(), before.len() + 1, "what selects nothing starts nothing");

    let nowhere = made.test(&[], &[NOWHERE]);
    nowhere.exits(0).says("0 passed; 0 failed; 5 ignored").says("`local` and `other` were not reached: ");
    let pipeline = made.test(&[], &[NOWHERE, ("CI", "true")]);
    pipeline.exits(101).says("0 passed; 5 failed; 0 ignored").says("nonexistent");

    let made = made.with(|project| project.candidate_env("VALUE_STATUS", "500"));
    let drift = made.test(&[], &[]);
    drift.exits(101).says("4 passed; 1 failed").says("response-status at status: local 200, other 500");
    drift.says("suites/items GET /value (suites/items.hurl:10)");
    made.test(&["--skip", "/value"], &[]).exits(0).says("4 passed");

    let made = made.with(|project| project.candidate_env("START", "exit"));
    made.test(&[], &[]).exits(101).says("0 passed; 5 failed").says("service-not-started");

    let made = made.with(|project| project.suite("items", "GET {{base}}/value\nHTTP 200\n[Nonsense]\n"));
    made.test(&["--list"], &[]).exits(2).says("suites/items.hurl:3:1").lacks(": test\n");
    made.has_left_nothing();
}

fn what_was_approved_stands_for_a_candidate_that_is_missing() {
    let project = project();
    project.run().exits(0);
    project.parity(&["approve", "--baseline", "snapshots"]).exits(0);
    let project = project.candidate_is("other", "engine = \"unix:///nonexistent/docker.sock\"\n");
    let made = Crate::new("envparity-outside-approved", project);
    made.build();
    let approved = made.test(&[], &[]);
    approved.exits(0).says("4 passed; 0 failed; 1 ignored").says("`other` was not reached: ");
    approved.says("the reference was compared with `snapshots` instead");
    made.test(&[], &[("CI", "true")]).exits(101).says("0 passed; 5 failed").says("`other` was not reached: ");

    let made = made.with(|project| project.reference_env("VALUE_BODY", r#"{"id":7,"name":"eight"}"#));
    let changed = made.test(&[], &[]);
    changed.exits(101).says("3 passed; 1 failed; 1 ignored").says("response-value at $.name");
    made.has_left_nothing();
}

fn has_nextest(made: &Crate) -> bool {
    made.cargo(&["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

const EIGHT: &[&str] = &["nextest", "run", "--test", "parity", "--test-threads", "8", "--no-fail-fast"];

fn ended(running: Running) -> Tested {
    let ended = running.end();
    Tested { code: ended.status.code(), text: ended.stderr }
}

fn nextest_compares_once_for_all_processes() {
    let made = Crate::new("envparity-outside-once", project().candidate_env("VALUE_STATUS", "500"));
    if !has_nextest(&made) {
        return;
    }
    made.build();
    let drift = ended(made.start(EIGHT));
    drift.exits(100).says("5 tests run: 4 passed, 1 failed").says("local 200, other 500");
    assert_eq!(made.runs().len(), 1, "{}", drift.text);
    made.has_left_nothing();

    // nextest takes what is ignored at run time for passed: cases are ignored beforehand, and one test says why.
    let mut command = made.cargo(EIGHT);
    command.env(NOWHERE.0, NOWHERE.1);
    let nowhere = ended(Running::start(&mut command));
    nowhere.exits(100).says("1 test run: 0 passed, 1 failed, 4 skipped").says("nonexistent");
    command.env("CI", "true");
    ended(Running::start(&mut command)).exits(100).says("5 failed").says("nonexistent");
}

fn nextest_goes_on_where_a_process_was_killed() {
    let made = Crate::new("envparity-outside-killed", project().env("DELAY_MS", "300"));
    if !has_nextest(&made) {
        return;
    }
    made.build();
    let running = made.start(EIGHT);
    let begun = Instant::now();
    let has_started = |run: &String| Docker::local().objects_of(run).iter().any(|o| o.contains("Up "));
    while !made.runs().iter().any(has_started) {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never started:\n{}", running.said());
        std::thread::sleep(Duration::from_millis(20));
    }
    let holder = made.comparing().pop().expect("a process");
    let killed = std::process::Command::new("sh").args(["-c", &format!("kill -KILL {holder}")]).status();
    assert!(killed.expect("a shell").success());
    let ended = ended(running);
    ended.exits(100).says("5 tests run: 4 passed, 1 failed").says("SIGKILL");
    assert_eq!((made.runs().len(), made.comparing().len()), (2, 2), "{}", ended.text);
    made.has_left_nothing();
}
