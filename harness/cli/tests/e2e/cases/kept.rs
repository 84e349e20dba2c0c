//! What stays up when asked, and how it goes again.

use crate::support::{Docker, Image, Project, keeper};

tests!("kept":
    a_lab_that_is_kept_between_runs,
    a_lab_that_a_run_starts_ends_with_it,
    an_environment_that_is_no_lab_is_not_taken_up,
    containers_are_kept_when_asked,
    containers_are_kept_on_failure_only,
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
