//! Engines that cannot be reached or must not be used: exit 3, naming the environment and what to do.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Image, Outcome, Project, Running, keeper};

tests!("engines":
    a_socket_that_is_not_there,
    a_local_engine_that_does_not_answer,
    ssh_with_nobody_at_the_port,
    an_unknown_host_key,
    a_changed_host_key,
    a_key_that_is_not_accepted,
    a_key_file_that_is_not_there,
    a_socket_that_is_not_there_on_the_host,
    tls_with_the_right_files,
    tls_where_the_service_cannot_be_reached,
    tls_without_the_files,
    tls_with_files_that_are_none,
    tls_with_another_authority,
    tls_with_another_client,
    tls_at_a_port_that_is_plain,
    plain_at_a_port_that_is_tls,
    one_engine_twice_is_refused,
    one_engine_by_two_ways_is_refused,
    one_engine_twice_by_consent,
    one_lab_twice_is_refused,
    the_rest_is_said_when_one_is_unreachable,
    files_are_relative_to_the_configuration,
);

fn fails(project: Project, words: &str) -> Outcome {
    let outcome = project.run();
    outcome.exits(3).verdict("inconclusive").cause(Some("lab"), words).has_all_reports();
    // The text says it too, not only the file.
    outcome.prints("lab").prints(words);
    outcome
}

fn a_socket_that_is_not_there() {
    fails(
        Project::new().candidate_is("lab", "engine = \"unix:///nowhere/docker.sock\"\n"),
        "/nowhere/docker.sock",
    );
}

fn a_local_engine_that_does_not_answer() {
    let outcome = Project::new().variable("DOCKER_HOST", "unix:///nowhere/docker.sock").run();
    outcome.exits(3).verdict("inconclusive").cause(Some("local"), "/nowhere/docker.sock");
}

fn ssh(edit: impl Fn(String) -> String) -> Project {
    Project::new().candidate_is("lab", &edit(keeper::lab().lines()))
}

fn ssh_with_nobody_at_the_port() {
    let port = keeper::lab().destination.rsplit_once(':').expect("a port").1.to_owned();
    fails(ssh(|lines| lines.replace(&format!(":{port}\""), ":1\"")), "refused");
}

fn with_known_hosts(text: &str) -> Project {
    let project = ssh(|lines| lines.replace(&keeper::lab().known_hosts.display().to_string(), "known_hosts"));
    project.file("known_hosts", text)
}

fn an_unknown_host_key() {
    let outcome = fails(with_known_hosts("elsewhere ssh-ed25519 AAAA\n"), "host key");
    assert!(
        outcome.stdout.contains("not known") && outcome.stdout.contains("known-hosts"),
        "{}",
        outcome.words()
    );
}

/// A key pair: its private file, and the public line beside it.
fn key_pair(kind: &str) -> (tempfile::TempDir, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", kind, "-N", "", "-f"]).arg(&key).status();
    assert!(made.expect("ssh-keygen").success());
    let public = fs::read_to_string(key.with_extension("pub")).expect("a public key");
    (folder, key.display().to_string(), public)
}

fn a_changed_host_key() {
    let known = fs::read_to_string(&keeper::lab().known_hosts).expect("known hosts");
    let (host, key) = known.split_once(' ').expect("host and key");
    let kind = if key.starts_with("ecdsa") { "ecdsa" } else { "ed25519" };
    let (_folder, _, other) = key_pair(kind);
    let outcome = fails(with_known_hosts(&format!("{host} {other}")), "host key");
    assert!(outcome.stdout.contains("the host key has changed"), "{}", outcome.words());
}

fn a_key_that_is_not_accepted() {
    let (_folder, key, _) = key_pair("ed25519");
    let identity = keeper::lab().identity.display().to_string();
    fails(ssh(|lines| lines.replace(&identity, &key)), "key");
}

fn a_key_file_that_is_not_there() {
    let identity = keeper::lab().identity.display().to_string();
    let outcome = ssh(|lines| lines.replace(&identity, "keys/nowhere")).run();
    assert!(matches!(outcome.code, Some(2 | 3)), "{}", outcome.words());
    assert!(
        outcome.words().contains("keys/nowhere") && outcome.words().contains("hint"),
        "{}",
        outcome.words()
    );
}

fn a_socket_that_is_not_there_on_the_host() {
    fails(ssh(|lines| format!("{lines}socket = \"/nowhere/docker.sock\"\n")), "/nowhere/docker.sock");
}

/// The lab's engine over TLS, with files that a test changes.
fn tls(ca: &str, cert: &str, key: &str) -> Project {
    let files = format!("tls = {{ ca = {ca:?}, cert = {cert:?}, key = {key:?} }}\n");
    Project::new().candidate_is("lab", &format!("engine = \"tcp://{}\"\n{files}", keeper::lab().tls))
}

fn genuine() -> [String; 3] {
    ["ca.pem", "cert.pem", "key.pem"].map(|name| keeper::lab().certificates.join(name).display().to_string())
}

fn tls_with_the_right_files() {
    let [ca, cert, key] = genuine();
    let project = tls(&ca, &cert, &key).image(Image::Packages).with_manifests().no_suites().without_port();
    let outcome = project.run();
    outcome.exits(0).verdict("parity");
    assert_eq!(outcome.report()["coverage"]["packages_equal"], 3);
    let engine = outcome.report()["environments"][1]["engine"].clone();
    assert!(engine["endpoint"].as_str().is_some_and(|endpoint| endpoint.starts_with("tcp://")), "{engine:#}");
    assert_eq!(engine["insecure"], false);
}

/// The lab publishes its engine and nothing else: what answers at that port here is somebody else's service.
fn tls_where_the_service_cannot_be_reached() {
    let [ca, cert, key] = genuine();
    let ready = "{ http = \"/health\", timeout = \"3s\" }";
    let outcome = tls(&ca, &cert, &key).container("ready", ready).run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    outcome.exits(3).lacks("service-not-started").cause(Some("lab"), "cannot be reached from here");
}

fn tls_without_the_files() {
    let [ca, cert, _] = genuine();
    let outcome = tls(&ca, &cert, "nowhere/key.pem").run();
    assert!(matches!(outcome.code, Some(2 | 3)), "{}", outcome.words());
    assert!(
        outcome.words().contains("nowhere/key.pem") && outcome.words().contains("hint"),
        "{}",
        outcome.words()
    );
}

fn tls_with_files_that_are_none() {
    let [_, cert, key] = genuine();
    fails(tls("ca.pem", &cert, &key).file("ca.pem", "no certificate\n"), "ca.pem");
}

fn other_authority(project: Project) -> Project {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut parameters = rcgen::CertificateParams::new(vec!["other".to_owned()]).expect("a name");
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let certificate = parameters.self_signed(&key).expect("signed");
    project
        .file("other.pem", &pem("CERTIFICATE", certificate.der()))
        .file("other-key.pem", &pem("PRIVATE KEY", key.serialized_der()))
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<String> =
        text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn tls_with_another_authority() {
    let [_, cert, key] = genuine();
    fails(other_authority(tls("other.pem", &cert, &key)), "certificate is not signed by the given authority");
}

fn tls_with_another_client() {
    let [ca, ..] = genuine();
    fails(other_authority(tls(&ca, "other.pem", "other-key.pem")), "does not accept the client certificate");
}

fn tls_at_a_port_that_is_plain() {
    let [ca, cert, key] = genuine();
    let port = keeper::lab().destination.rsplit_once(':').expect("a port").1.to_owned();
    let lines = format!(
        "engine = \"tcp://127.0.0.1:{port}\"\ntls = {{ ca = {ca:?}, cert = {cert:?}, key = {key:?} }}\n"
    );
    fails(Project::new().candidate_is("lab", &lines), "TLS");
}

fn plain_at_a_port_that_is_tls() {
    fails(
        Project::new().candidate_is("lab", &format!("engine = \"tcp://{}\"\n", keeper::lab().tls)),
        "HTTPS server",
    )
    .prints("the port speaks TLS");
}

fn same_engine(project: Project) {
    let outcome = project.run();
    outcome.exits(3).verdict("inconclusive").cause(None, "one engine");
    assert!(outcome.report()["causes"].to_string().contains("allow-same-engine"), "{}", outcome.words());
}

/// What the configuration says outright needs no engine to be asked.
fn plainly_same(project: Project) {
    project
        .run()
        .exits(2)
        .complains("parity.toml:")
        .complains("are the same engine")
        .complains("allow-same-engine");
}

fn one_engine_twice_is_refused() {
    plainly_same(Project::new().candidate_is("other", "engine = \"local\"\n"));
}

fn one_engine_by_two_ways_is_refused() {
    same_engine(Project::new().candidate_is("other", "engine = \"unix:///var/run/docker.sock\"\n"));
}

fn one_engine_twice_by_consent() {
    let outcome = Project::local().run();
    outcome.exits(0).verdict("parity").coverage(1, 1);
}

fn one_lab_twice_is_refused() {
    plainly_same(Project::new().reference_is("first", &keeper::lab().lines()));
    // By another name of the host it takes the proof of the route.
    let lines = keeper::lab().lines().replace("@127.0.0.1:", "@localhost:");
    let known = fs::read_to_string(&keeper::lab().known_hosts)
        .expect("known hosts")
        .replace("[127.0.0.1]", "[localhost]");
    let lines = lines.replace(&keeper::lab().known_hosts.display().to_string(), "known_hosts");
    same_engine(Project::new().reference_is("first", &lines).file("known_hosts", &known));
}

fn files_are_relative_to_the_configuration() {
    let (identity, known) = (&keeper::lab().identity, &keeper::lab().known_hosts);
    let lines = |lines: String| {
        let lines = lines.replace(&identity.display().to_string(), "keys/identity");
        lines.replace(&known.display().to_string(), "keys/known_hosts").replace("/dev/null", "keys/config")
    };
    let project = ssh(lines).file("keys/config", "").file("elsewhere/empty", "");
    let copy = |from: &Path, to: &str| fs::copy(from, project.path(to)).map(drop).expect("copied");
    copy(identity, "keys/identity");
    copy(known, "keys/known_hosts");
    project.write();
    let mut command = project.command(&["run"]);
    command.current_dir(project.path("elsewhere"));
    Outcome::of(&project, &["run"], Running::start(&mut command).end()).exits(0).verdict("parity");
}

fn the_rest_is_said_when_one_is_unreachable() {
    let lines = "[environments.gone]\nengine = \"unix:///nowhere/docker.sock\"\n";
    let outcome = Project::new().candidate_env("VALUE_STATUS", "500").section(lines).run();
    outcome.exits(3).cause(Some("gone"), "/nowhere/docker.sock");
    assert_eq!(outcome.finding("response-status", Some("status"))["environment"], "lab");
}
