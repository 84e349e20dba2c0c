//! What the reference shows against itself is noise, and noise has bounds.

use crate::support::{Docker, Project, keeper};

tests!("control":
    the_control_learns_noise,
    without_a_control_nothing_is_noise,
    noise_keeps_its_type,
    noise_keeps_its_form,
    a_status_that_changes_on_the_reference_is_inconclusive,
    a_candidate_that_differs_from_itself_is_unstable,
);

fn noisy() -> Project {
    Project::new().with_control().gets(&["/noise"])
}

fn the_control_learns_noise() {
    let outcome = noisy().run();
    outcome.exits(0).verdict("parity").coverage(1, 1);
    let coverage = &outcome.report()["coverage"];
    for at in ["$.id", "$.at"] {
        let learned =
            |list: &str| coverage[list].as_array().expect("a list").iter().any(|place| place["at"] == at);
        assert!(learned("noise") || learned("shape_only"), "{at}: {coverage:#}");
    }
    assert!(
        coverage["noise"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|p| p["kind"] == "order" || p["at"].as_str().is_some_and(|at| at.starts_with("$.tags"))),
        "{coverage:#}"
    );
    outcome.prints("noise");
}

fn without_a_control_nothing_is_noise() {
    let outcome = Project::new().gets(&["/noise"]).run();
    outcome.exits(1).verdict("drift").finds("response-value", "$.id");
    // The flag says the same as the configuration.
    noisy().parity(&["run", "--control", "never"]).exits(1).finds("response-value", "$.id");
}

fn noise_keeps_its_type() {
    noisy().candidate_env("NOISE_ID", "17").run().exits(1).finds("response-type", "$.id");
}

fn noise_keeps_its_form() {
    let outcome = noisy().candidate_env("NOISE_ID", "\"#<Identifier:0x7f>\"").run();
    outcome.verdict("drift");
    let report = outcome.report();
    assert!(
        report["findings"].as_array().expect("a list").iter().any(|f| f["at"] == "$.id"),
        "{}",
        outcome.codes()
    );
}

/// `/once` answers otherwise in a second container over the same state.
fn a_status_that_changes_on_the_reference_is_inconclusive() {
    let volume = format!("e2e-state-{}", std::process::id());
    let mount = format!("[\"{volume}:/state\"]");
    let project = Project::new().with_control().container("mounts", &mount).gets(&["/once", "/value"]);
    // The control container starts beside the primary one, and is asked later.
    let outcome = project.run();
    for docker in [Docker::local(), keeper::lab().docker()] {
        docker.run(&["volume", "rm", &volume]);
    }
    outcome.exits(5).verdict("inconclusive");
}

fn a_candidate_that_differs_from_itself_is_unstable() {
    let outcome = Project::new().with_control().candidate_env("FLAKY", "1").gets(&["/flaky"]).run();
    outcome.exits(1).verdict("drift");
    let report = outcome.report();
    let found =
        report["findings"].as_array().expect("a list").iter().find(|finding| finding["at"] == "$.value");
    let found = found.unwrap_or_else(|| panic!("{}", outcome.codes()));
    assert_eq!(found["unstable"], true, "{found:#}");
}
