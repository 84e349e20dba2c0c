//! Runs that are ended from outside: nothing stays, what was seen is reported, nothing is called parity.

use std::time::{Duration, Instant};

use super::culprit::variables;
use crate::support::keeper;
use crate::support::{Docker, Outcome, Project, Running};

tests!("interruption":
    kill_in_the_middle_leaves_nothing,
    kill_while_starting_leaves_nothing,
    kill_in_a_search_here_leaves_nothing,
    kill_in_a_search_there_leaves_nothing,
    interrupt_in_a_search,
    interrupt_in_the_middle,
    interrupt_while_starting,
    terminate_in_the_middle,
    a_killed_run_takes_nothing_of_another,
    interrupt_while_a_host_does_not_answer,
);

/// Bars of the product.
const HERE: Duration = Duration::from_secs(10);
const THERE: Duration = Duration::from_secs(30);

fn project() -> Project {
    Project::new().with_control().with_manifests().gets(&["/value", "/slow?ms=20000", "/list"])
}

fn in_the_middle(project: &Project) -> Running {
    let mut running = project.start(&["run"]);
    running.wait_for("sample:");
    std::thread::sleep(Duration::from_millis(300));
    running
}

/// Processes that have the run's own socket folder on their command line: ssh masters.
fn masters(project: &Project) -> Vec<String> {
    let folder = project.runtime_folder().display().to_string();
    let processes = std::process::Command::new("ps").args(["-eo", "pid,args"]).output().expect("ps");
    let lines = String::from_utf8_lossy(&processes.stdout).into_owned();
    lines.lines().filter(|line| line.contains(&folder)).map(str::to_owned).collect()
}

fn leaves_nothing(project: &Project, run: &str) {
    let begun = Instant::now();
    Docker::local().holds_nothing_of(run, HERE);
    while !masters(project).is_empty() {
        assert!(begun.elapsed() < HERE, "left: {:?}", masters(project));
        std::thread::sleep(Duration::from_millis(100));
    }
    keeper::lab().docker().holds_nothing_of(run, THERE.saturating_sub(begun.elapsed()));
}

fn kill(project: &Project, mut running: Running) {
    let run = running.run();
    running.signal("KILL");
    let ended = running.end();
    assert_eq!(ended.status.code(), None);
    leaves_nothing(project, &run);
    let again = project.parity(&["report", &run]);
    assert!(matches!(again.code, Some(3 | 5)), "{}", again.words());
    assert!(!again.stdout.contains("PARITY") && !again.stdout.is_empty(), "{}", again.words());
}

fn kill_in_the_middle_leaves_nothing() {
    let project = project();
    let running = in_the_middle(&project);
    assert!(!masters(&project).is_empty(), "the test looks for what is not there");
    kill(&project, running);
}

fn kill_while_starting_leaves_nothing() {
    let project = project();
    let mut running = project.start(&["run"]);
    running.wait_for("starting primary");
    kill(&project, running);
}

/// A search whose trials take a while.
fn search(project: Project) -> Project {
    variables(project).env("DELAY_MS", "500")
}

/// Waits until trials run.
fn in_a_search(project: &Project, docker: &Docker) -> Running {
    let mut running = project.start(&["run", "--explain"]);
    let run = running.run();
    running.wait_for("trial 2:");
    let begun = Instant::now();
    while !docker.objects_of(&run).iter().any(|line| line.contains("container") && line.contains("-trial-")) {
        assert!(begun.elapsed() < HERE, "no trial: {:?}", docker.objects_of(&run));
        std::thread::sleep(Duration::from_millis(20));
    }
    running
}

fn kill_in_a_search_here_leaves_nothing() {
    let project = search(Project::new());
    let running = in_a_search(&project, &Docker::local());
    kill(&project, running);
}

/// The reference is there, and trials with it.
fn kill_in_a_search_there_leaves_nothing() {
    let project = Project::local().reference_is("lab", &keeper::lab().lines());
    let project = search(project.candidate_is("local", "engine = \"local\"\n"));
    let running = in_a_search(&project, &keeper::lab().docker());
    kill(&project, running);
}

fn interrupt_in_a_search() {
    let project = search(Project::new());
    let running = in_a_search(&project, &Docker::local());
    // What drifts was known before the search began.
    let outcome = ended_by(&project, running, "INT", 130);
    outcome.verdict("drift").finds("response-unparsable", "body");
    assert!(!outcome.stdout.contains("culprit "), "{}", outcome.words());
}

fn interrupted(project: &Project, running: Running, signal: &str, code: i32) -> Outcome {
    let outcome = ended_by(project, running, signal, code);
    outcome.verdict("inconclusive");
    outcome
}

fn ended_by(project: &Project, running: Running, signal: &str, code: i32) -> Outcome {
    let begun = Instant::now();
    running.signal(signal);
    let outcome = Outcome::of(project, &["run"], running.end());
    let spent = begun.elapsed();
    outcome.exits(code).has_all_reports();
    assert!(spent < Duration::from_secs(10), "{spent:?} to end and tidy up");
    assert!(masters(project).is_empty(), "{:?}", masters(project));
    outcome
}

fn interrupt_in_the_middle() {
    let project = project();
    let running = in_the_middle(&project);
    let outcome = interrupted(&project, running, "INT", 130);
    outcome.coverage(3, 1);
    let again = project.parity(&["report", "latest"]);
    assert_eq!(again.code, Some(130), "{}", again.words());
    assert!(!again.stdout.contains("PARITY"), "{}", again.words());
}

fn interrupt_while_starting() {
    let project = project().candidate_env("START", "hang");
    let mut running = project.start(&["run"]);
    running.wait_for("lab: starting primary");
    std::thread::sleep(Duration::from_millis(400));
    interrupted(&project, running, "INT", 130);
}

fn terminate_in_the_middle() {
    let project = project();
    let running = in_the_middle(&project);
    interrupted(&project, running, "TERM", 143);
}

fn a_killed_run_takes_nothing_of_another() {
    let (victim, survivor) =
        (project(), Project::new().with_manifests().gets(&["/value", "/slow?ms=6000", "/list"]));
    let dying = in_the_middle(&victim);
    let living = in_the_middle(&survivor);
    kill(&victim, dying);
    let outcome = Outcome::of(&survivor, &["run"], living.end());
    outcome.exits(0).verdict("parity").coverage(3, 3);
}

/// An address of no host: connections there neither succeed nor fail.
fn interrupt_while_a_host_does_not_answer() {
    let project =
        project().candidate_is("lab", "engine = \"ssh://nobody@192.0.2.1\"\nssh-config = \"/dev/null\"\n");
    let mut running = project.start(&["run"]);
    running.wait_for("lab: connecting");
    std::thread::sleep(Duration::from_millis(500));
    interrupted(&project, running, "INT", 130);
}
