//! Environments that are addresses: responses only, and nothing changed there unless asked for.

use crate::support::{Docker, Image, Project, keeper};

tests!("url":
    two_addresses_agree,
    two_addresses_differ,
    an_address_against_an_engine,
    unsafe_methods_are_skipped_and_counted,
    unsafe_methods_alone_are_never_parity,
    writes_by_consent,
    one_address_twice_is_refused,
    one_address_by_two_names_is_refused,
    an_address_where_nobody_answers,
    a_base_path_of_an_address,
);

/// The fixture at an address of this machine.
struct Served {
    name: String,
    address: String,
}

impl Served {
    fn start(test: &str, env: &[&str]) -> Self {
        let docker = Docker::local();
        let name = format!("e2e-{test}-{}", std::process::id());
        let image = keeper::image(Image::Plain);
        let mut arguments = vec!["run", "-d", "--name", &name, "-p", "127.0.0.1::8080"];
        arguments.extend(env.iter().flat_map(|pair| ["-e", pair]));
        arguments.push(&image);
        docker.run(&arguments);
        let address = docker.run(&["port", &name, "8080/tcp"]);
        let served = Self { name, address };
        served.wait();
        served
    }

    fn wait(&self) {
        use std::io::{Read, Write};
        for _ in 0..200 {
            let answer = std::net::TcpStream::connect(&self.address).and_then(|mut stream| {
                stream.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")?;
                let mut bytes = [0; 12];
                stream.read_exact(&mut bytes).map(|()| bytes)
            });
            if answer.is_ok_and(|bytes| bytes.ends_with(b"200")) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("{} does not answer", self.name);
    }

    fn lines(&self) -> String {
        format!("url = \"http://{}\"\n", self.address)
    }

    /// Requests that its log shows, without those of readiness.
    fn requests(&self) -> String {
        Docker::local().logs(&self.name)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        Docker::local().try_run(&["rm", "-f", &self.name], None).ok();
    }
}

fn between(reference: &Served, candidate: &str) -> Project {
    Project::local()
        .reference_is("here", &reference.lines())
        .candidate_is("there", candidate)
        .compare("allow-same-engine", "false")
}

fn two_addresses_agree() {
    let (one, other) = (Served::start("agree-1", &[]), Served::start("agree-2", &[]));
    let outcome = between(&one, &other.lines()).with_manifests().with_control().run();
    outcome.exits(0).verdict("parity").coverage(1, 1);
    for environment in outcome.report()["environments"].as_array().expect("a list") {
        assert!(environment["engine"].is_null() && environment["packages"].is_null(), "{environment:#}");
    }
}

fn two_addresses_differ() {
    let (one, other) = (Served::start("differ-1", &[]), Served::start("differ-2", &["VALUE_STATUS=503"]));
    between(&one, &other.lines()).run().exits(1).finds("response-status", "status");
}

fn an_address_against_an_engine() {
    let other = Served::start("engine", &[]);
    let outcome = Project::local().candidate_is("there", &other.lines()).run();
    outcome.exits(0).verdict("parity").coverage(1, 1);
}

const WRITES: &str =
    "GET {{base}}/value\nHTTP 200\n\nPOST {{base}}/echo\n{}\nHTTP 200\n\nDELETE {{base}}/echo\nHTTP 200\n";

fn unsafe_methods_are_skipped_and_counted() {
    let (one, other) = (Served::start("unsafe-1", &[]), Served::start("unsafe-2", &[]));
    let outcome = between(&one, &other.lines()).suite("writes", WRITES).run();
    outcome.exits(0).verdict("parity").coverage(3, 1);
    let gaps = outcome.report()["coverage"]["not_compared"].clone();
    let gaps = gaps.as_array().expect("a list");
    assert_eq!(gaps.len(), 2, "{gaps:#?}");
    assert!(gaps.iter().all(|gap| gap["intended"] == true), "{gaps:#?}");
    for served in [&one, &other] {
        assert!(
            !served.requests().contains("POST") && !served.requests().contains("DELETE"),
            "{}",
            served.requests()
        );
    }
}

fn unsafe_methods_alone_are_never_parity() {
    let (one, other) = (Served::start("alone-1", &[]), Served::start("alone-2", &[]));
    let outcome = between(&one, &other.lines()).suite("writes", "POST {{base}}/echo\n{}\nHTTP 200\n").run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert!(matches!(outcome.code, Some(3 | 5)), "{}", outcome.words());
}

fn writes_by_consent() {
    let (one, other) = (Served::start("consent-1", &[]), Served::start("consent-2", &[]));
    let lines = |served: &Served| format!("{}writes = true\n", served.lines());
    let project = between(&one, &lines(&other)).reference_is("here", &lines(&one)).with_control();
    project.suite("writes", WRITES).run().exits(0).verdict("parity").coverage(3, 3);
    // The control sample changes nothing a second time.
    assert_eq!(one.requests().matches("POST").count(), 1, "{}", one.requests());
}

fn refused(project: Project) {
    let outcome = project.run();
    assert!(matches!(outcome.code, Some(2 | 3)), "{}", outcome.words());
    assert!(
        outcome.words().contains("one address") || outcome.words().contains("same address"),
        "{}",
        outcome.words()
    );
}

fn one_address_twice_is_refused() {
    let one = Served::start("twice", &[]);
    refused(between(&one, &one.lines()));
}

fn one_address_by_two_names_is_refused() {
    let one = Served::start("names", &[]);
    let port = one.address.rsplit_once(':').expect("a port").1.to_owned();
    refused(between(&one, &format!("url = \"http://localhost:{port}\"\n")));
}

fn an_address_where_nobody_answers() {
    let one = Served::start("nobody", &[]);
    let outcome = between(&one, "url = \"http://127.0.0.1:1\"\n").run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert!(matches!(outcome.code, Some(1 | 3 | 5)), "{}", outcome.words());
    assert!(outcome.words().contains("there"), "{}", outcome.words());
}

fn a_base_path_of_an_address() {
    let (one, other) = (Served::start("path-1", &[]), Served::start("path-2", &[]));
    let base = |served: &Served| format!("url = \"http://{}/package/\"\n", served.address);
    let project = between(&one, &base(&other)).reference_is("here", &base(&one));
    let outcome = project.suite("base", "GET {{base}}/foo\nHTTP 500\n").run();
    outcome.exits(0).verdict("parity").coverage(1, 1);
    assert!(one.requests().contains("GET /package/foo"), "{}", one.requests());
}
