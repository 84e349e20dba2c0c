//! What stays up when asked, and how it goes again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::{Docker, Image, Project, keeper};

tests!("kept":
    a_lab_that_is_kept_between_runs,
    a_lab_that_a_run_starts_ends_with_it,
    an_environment_that_is_no_lab_is_not_taken_up,
    containers_are_kept_when_asked,
    containers_are_kept_on_failure_only,
    what_proves_a_culprit_is_kept_when_asked,
    what_proves_a_culprit_is_kept_on_failure,
    prune_removes_what_has_expired,
    doctor_says_what_works,
    doctor_says_what_does_not_work,
);

/// Labs have names on the engine: one of this process.
fn lab_project(name: &'static str) -> Project {
    Project::new().candidate_is(name, "engine = \"lab\"\n")
}

fn labs_of(name: &str) -> String {
    Docker::local().run(&[
        "ps",
        "-a",
        "--filter",
        &format!("label=parity.lab={name}"),
        "--format",
        "{{.Names}}",
    ])
}

fn name_of(test: &str) -> &'static str {
    Box::leak(format!("e2e-{test}-{}", std::process::id()).into_boxed_str())
}

fn a_lab_that_is_kept_between_runs() {
    let name = name_of("kept");
    let project = lab_project(name);
    let up = project.parity(&["env", "up", name, "--for", "10m"]);
    let checks = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        up.exits(0).prints(name).prints("up");
        project.parity(&["env", "list"]).exits(0).prints(name).prints("until");
        let outcome = project.run();
        outcome.exits(0).verdict("parity");
        assert!(!outcome.stderr.contains("starting the lab"), "{}", outcome.words());
        project.parity(&["env", "up", name]).exits(0);
    }));
    let down = project.parity(&["env", "down", name]);
    checks.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    down.exits(0).prints("down");
    assert_eq!(labs_of(name), "");
    project.parity(&["env", "list"]).exits(0).prints("nothing is up");
    project.parity(&["env", "down", name]).exits(3).complains(name);
}

fn a_lab_that_a_run_starts_ends_with_it() {
    let name = name_of("own");
    let outcome = lab_project(name).run();
    outcome.exits(0).verdict("parity").coverage(1, 1);
    let left = Docker::local().run(&["ps", "-a", "--format", "{{.Names}}"]);
    assert!(!left.contains(name), "{left}");
}

fn an_environment_that_is_no_lab_is_not_taken_up() {
    let project = Project::new();
    project.parity(&["env", "up", "lab"]).exits(2).complains("`lab`").complains("hint:");
    project.parity(&["env", "up", "nowhere"]).exits(2).complains("`nowhere`").complains("hint:");
    lab_project("soon-lab").parity(&["env", "up", "soon-lab", "--for", "soon"]).exits(2).complains("`soon`");
}

/// What is kept of a run, beside what is on its way out.
fn kept(docker: &Docker, run: &str) -> Vec<String> {
    docker.objects_of(run).into_iter().filter(|line| !line.contains("-reaper-")).collect()
}

fn remove_kept(run: &str) {
    for docker in [Docker::local(), keeper::lab().docker()] {
        let ids = docker.run(&["ps", "-aq", "--filter", &format!("label=parity.run={run}")]);
        for id in ids.lines() {
            // One that goes by itself may be gone first.
            docker.try_run(&["rm", "-f", id], None).ok();
        }
        let images = docker.run(&["images", "-q", "--filter", &format!("label=parity.run={run}")]);
        for id in images.lines() {
            docker.try_run(&["rmi", "-f", id], None).ok();
        }
    }
}

fn containers_are_kept_when_asked() {
    let project = Project::new();
    let outcome = project.parity(&["run", "--keep", "always"]);
    let run = outcome.run.clone().expect("a run");
    let (here, there) = (kept(&Docker::local(), &run), kept(&keeper::lab().docker(), &run));
    remove_kept(&run);
    outcome.exits(0);
    assert_eq!((here.len(), there.len()), (1, 1), "{here:?} {there:?}");
    assert!(here[0].contains("Up"), "{here:?}");
}

fn containers_are_kept_on_failure_only() {
    let outcome = Project::new().parity(&["run", "--keep", "on-failure"]);
    let run = outcome.run.clone().expect("a run");
    assert_eq!(kept(&Docker::local(), &run), Vec::<String>::new());
    outcome.exits(0);
    let outcome =
        Project::new().candidate_env("VALUE_STATUS", "500").parity(&["run", "--keep", "on-failure"]);
    let run = outcome.run.clone().expect("a run");
    let there = kept(&keeper::lab().docker(), &run);
    remove_kept(&run);
    outcome.exits(1);
    assert_eq!(there.len(), 1, "{there:?}");
}

/// The status of a GET, asked past envparity.
fn status_at(url: &str, path: &str) -> String {
    let address = url.strip_prefix("http://").expect("plain HTTP");
    let mut stream = TcpStream::connect(address).unwrap_or_else(|error| panic!("{url}: {error}"));
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time");
    BufReader::new(stream).read_line(&mut answer).expect("an answer");
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// Runs with the proving containers kept, asks both of them, and has them taken down.
fn keeps_the_proof(keep: &str, down: impl Fn(&str) -> Vec<String>) {
    let project = Project::local()
        .image(Image::Packages)
        .candidate_image(Image::OldPython)
        .with_manifests()
        .gets(&["/package/foo"]);
    let outcome = project.parity(&["run", "--explain", "--keep", keep]);
    let run = outcome.run.clone().expect("a run");
    let docker = Docker::local();
    let checks = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let finding = outcome.exits(1).finding("response-status", Some("status"));
        let kept = finding["culprits"][0]["kept"].as_array().cloned().unwrap_or_default();
        let at = |shows: &str| {
            let one = kept.iter().find(|one| one["shows"] == shows).unwrap_or_else(|| panic!("{finding:#}"));
            (one["environment"].clone(), one["url"].as_str().expect("an address").to_owned())
        };
        let (broken, mended) = (at("broken"), at("mended"));
        assert_eq!((&broken.0, &mended.0), (&"local".into(), &"other".into()));
        outcome.prints(&broken.1).prints(&mended.1);
        let status = |side: &str| {
            finding[side].as_str().and_then(|text| text.split(' ').next()).expect("a status").to_owned()
        };
        assert_eq!(status_at(&broken.1, "/package/foo"), status("candidate"));
        assert_eq!(status_at(&mended.1, "/package/foo"), status("reference"));
        // Nothing else of the search stays.
        assert!(!kept_names(&docker, &run).contains("-trial-"), "{}", kept_names(&docker, &run));
        project
            .parity(&["env", "list"])
            .exits(0)
            .prints(&run)
            .prints("local/broken-1")
            .prints("other/mended-");
        let down: Vec<String> = down(&run);
        let words: Vec<&str> = down.iter().map(String::as_str).collect();
        project.parity(&words).exits(0).prints(&format!("{run}   down"));
        assert_eq!(kept_names(&docker, &run), "");
        project.parity(&["env", "list"]).exits(0).prints("nothing is up");
    }));
    remove_kept(&run);
    checks.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

fn kept_names(docker: &Docker, run: &str) -> String {
    kept(docker, run).join("\n")
}

fn what_proves_a_culprit_is_kept_when_asked() {
    keeps_the_proof("always", |run| ["env", "down", run].map(str::to_owned).to_vec());
}

fn what_proves_a_culprit_is_kept_on_failure() {
    keeps_the_proof("on-failure", |_| ["env", "down"].map(str::to_owned).to_vec());
}

fn prune_removes_what_has_expired() {
    let docker = Docker::local();
    let names = ["expired", "fresh", "foreign"].map(|kind| format!("e2e-{kind}-{}", std::process::id()));
    let image = keeper::image(Image::Plain);
    let labels = |expires: &str| {
        ["--label", "parity.run=e2e-prune", "--label"]
            .map(str::to_owned)
            .into_iter()
            .chain([format!("parity.expires={expires}")])
            .collect::<Vec<_>>()
    };
    for (name, labels) in names.iter().zip([labels("1000"), labels("4102444800"), Vec::new()]) {
        let mut arguments = vec!["create", "--name", name];
        arguments.extend(labels.iter().map(String::as_str));
        arguments.push(&image);
        docker.run(&arguments);
    }
    let project = Project::empty();
    let dry = project.parity(&["prune", "--dry-run"]);
    let there = |name: &str| docker.try_run(&["inspect", "-f", "{{.Name}}", name], None).is_ok();
    let before = names.clone().map(|name| there(&name));
    let pruned = project.parity(&["prune"]);
    let after = names.clone().map(|name| there(&name));
    for name in &names {
        docker.try_run(&["rm", "-f", name], None).ok();
    }
    // Runs beside this test sweep too: what has expired may be gone already.
    dry.exits(0);
    assert!(before[1] && before[2]);
    pruned.exits(0);
    assert_eq!(after, [false, true, true], "{}", pruned.words());
}

fn doctor_says_what_works() {
    let outcome = Project::new().parity(&["doctor"]);
    outcome.exits(0).prints("ok").prints("local").prints("lab");
    assert!(!outcome.stdout.contains("FAIL"), "{}", outcome.words());
}

fn doctor_says_what_does_not_work() {
    let outcome =
        Project::new().candidate_is("gone", "engine = \"unix:///nowhere/docker.sock\"\n").parity(&["doctor"]);
    outcome.exits(3).prints("FAIL").prints("gone").prints("hint:");
}
