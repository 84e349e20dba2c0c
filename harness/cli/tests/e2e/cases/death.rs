//! Services and hosts that go away while the suite runs.

use std::time::Duration;

use crate::support::keeper::{self, LabPlace};
use crate::support::{Outcome, Project};

tests!("death":
    a_candidate_that_dies_half_way,
    a_reference_that_dies_half_way,
    both_die_of_one_request,
    a_host_that_is_lost_half_way,
    a_drift_before_the_loss_is_still_reported,
    a_host_that_is_lost_while_it_prepares,
);

const FOUR: &[&str] = &["/value", "/list", "/number", "/value?again"];

fn a_candidate_that_dies_half_way() {
    let outcome = Project::new().with_manifests().candidate_env("DIE_AT", "3").gets(FOUR).run();
    outcome.exits(1).has_all_reports();
    let found = outcome.all("service-died");
    assert_eq!(found.len(), 1, "{}", outcome.codes());
    assert_eq!(
        (found[0]["severity"].as_str(), found[0]["environment"].as_str()),
        (Some("critical"), Some("lab"))
    );
    // One finding, at the case that killed it.
    assert_eq!(found[0]["case"]["id"], "suites/api GET /number", "{:#}", found[0]);
    outcome.lacks("response-outcome");
    // It was on the way to the third answer, and nobody is left for the fourth.
    outcome.coverage(4, 3).prints("symbol lookup error in libexample.so.2");
    assert_ne!(outcome.report()["verdict"], "parity");
}

fn a_reference_that_dies_half_way() {
    let outcome = Project::new().reference_env("DIE_AT", "3").gets(FOUR).run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    // There is nothing to hold the candidate against.
    outcome
        .exits(3)
        .verdict("inconclusive")
        .lacks("service-died")
        .prints("symbol lookup error in libexample.so.2");
}

fn both_die_of_one_request() {
    let outcome = Project::new().gets(&["/value", "/die", "/list"]).run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert!(matches!(outcome.code, Some(3 | 5)), "{}", outcome.words());
    outcome.coverage(3, 1);
}

/// A lab of this test's own, taken down by it.
struct OwnLab {
    runtime: tokio::runtime::Runtime,
    lab: Option<envparity_lab::Lab>,
    _state: tempfile::TempDir,
}

impl OwnLab {
    fn start(name: &str) -> Self {
        keeper::lab();
        let state = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let options = keeper::lab_options(name, state.path(), std::process::id());
        let lab = runtime.block_on(envparity_lab::Lab::start(options, &|_| ())).expect("a lab");
        Self { runtime, lab: Some(lab), _state: state }
    }

    fn place(&self) -> LabPlace {
        LabPlace::of(self.lab.as_ref().expect("up"))
    }

    fn stop(&mut self) {
        if let Some(lab) = self.lab.take() {
            self.runtime.block_on(lab.stop()).expect("it stops");
        }
    }
}

impl Drop for OwnLab {
    fn drop(&mut self) {
        self.stop();
    }
}

fn lost(name: &str, project: Project, at: &str) -> Outcome {
    let mut lab = OwnLab::start(name);
    let project = project.candidate_lab(&lab.place());
    let mut running = project.start(&["run"]);
    running.wait_for(at);
    std::thread::sleep(Duration::from_millis(500));
    lab.stop();
    Outcome::of(&project, &["run"], running.end())
}

fn a_host_that_is_lost_half_way() {
    let outcome = lost("half-way", Project::new().gets(&["/value", "/slow?ms=4000", "/list"]), "sample:");
    outcome.exits(3).verdict("inconclusive").has_all_reports().cause(Some("lab"), "lost");
    outcome.lacks("response-outcome").lacks("service-died").lacks("service-not-started");
}

fn a_drift_before_the_loss_is_still_reported() {
    let project =
        Project::new().candidate_env("VALUE_STATUS", "500").gets(&["/value", "/slow?ms=4000", "/list"]);
    let outcome = lost("after-drift", project, "sample:");
    outcome.exits(3).finds("response-status", "status").cause(Some("lab"), "lost").lacks("response-outcome");
}

fn a_host_that_is_lost_while_it_prepares() {
    let project = Project::new().candidate_env("START", "hang").gets(&["/value"]);
    let outcome = lost("preparing", project, "lab: starting");
    outcome.exits(3).verdict("inconclusive").lacks("service-not-started");
    assert!(outcome.report()["causes"].to_string().contains("\"lab\""), "{}", outcome.words());
}
