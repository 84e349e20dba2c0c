//! Which address requests go to and which one they name.

use crate::support::Project;

tests!("addressing":
    proxies_of_the_process_are_left_alone,
    a_proxy_by_consent_is_used,
    a_suite_against_a_fixed_address_runs_as_it_is,
    another_host_by_consent,
    another_address_in_a_suite_is_asked_as_it_is,
    a_header_line_of_a_suite_wins,
    the_way_to_an_engine_is_not_the_suites,
);

fn proxied() -> Project {
    // Nobody listens there.
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"];
    names.iter().fold(Project::local(), |project, name| project.variable(name, "http://127.0.0.1:9"))
}

fn proxies_of_the_process_are_left_alone() {
    proxied().run().exits(0).verdict("parity").coverage(1, 1);
}

fn a_proxy_by_consent_is_used() {
    let outcome = proxied().compare("proxy", "true").run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert!(matches!(outcome.code, Some(3 | 5)), "{}", outcome.words());
}

fn a_suite_against_a_fixed_address_runs_as_it_is() {
    let suite = "GET http://localhost:4567/echo\nHTTP 200\n[Asserts]\njsonpath \"$.headers.host\" == \"localhost:4567\"\n";
    let project = Project::new().compare("authority", "\"localhost:4567\"").suite("fixed", suite);
    project.run().exits(0).verdict("parity").coverage(1, 1);
}

fn another_host_by_consent() {
    let suite = "GET {{base}}/echo\nHTTP 200\n[Asserts]\njsonpath \"$.headers.host\" == \"app.example\"\n";
    Project::new().compare("host", "\"app.example\"").suite("host", suite).run().exits(0).verdict("parity");
}

/// It is one address for all, which says nothing about the environments.
fn another_address_in_a_suite_is_asked_as_it_is() {
    let outcome = Project::local().suite("foreign", "GET http://127.0.0.1:9/elsewhere\nHTTP 200\n").run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert_ne!(outcome.code, Some(0), "{}", outcome.words());
}

fn a_header_line_of_a_suite_wins() {
    let suite = "GET {{base}}/echo\nHost: own.example\nHTTP 200\n[Asserts]\njsonpath \"$.headers.host\" == \"own.example\"\n";
    Project::local().suite("own", suite).run().exits(0).verdict("parity");
}

/// Where a container is reached is the environment's matter; the entry's words about it are for other hosts.
fn the_way_to_an_engine_is_not_the_suites() {
    let suite = "GET {{base}}/redirect?to=/echo\n[Options]\nlocation: true\nproxy: localhost:9\n\
                 connect-to: ::localhost:9\nunix-socket: /nowhere\nipv6: true\nhttp1.0: true\nHTTP 200\n[Asserts]\n\
                 ip == \"127.0.0.1\"\nredirects count == 1\nredirects nth 0 location == \"{{base}}/echo\"\n";
    Project::local().suite("way", suite).run().exits(0).verdict("parity").coverage(1, 1);
}
