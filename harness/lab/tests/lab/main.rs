//! Labs on the real engine of this machine.
//!
//! Under `CI` a missing engine fails every test; elsewhere they are ignored, with the reason shown.

mod child;
mod engine;
mod life;
mod reach;

use libtest_mimic::{Arguments, Failed, Trial};

type Outcome = Result<(), Failed>;
type Test = (&'static str, fn() -> Outcome);

fn main() -> std::process::ExitCode {
    if let Some(job) = child::job() {
        return child::run(job);
    }
    let arguments = Arguments::from_args();
    let runtime = runtime();
    let missing = runtime.block_on(engine::missing());
    let tests: [Test; 8] = [
        ("answers_over_ssh_and_goes_with_its_volume", reach::answers_over_ssh_and_goes_with_its_volume),
        ("serves_only_those_with_its_certificate", reach::serves_only_those_with_its_certificate),
        ("two_labs_are_two_engines", reach::two_labs_are_two_engines),
        ("a_killed_process_leaves_nothing", life::a_killed_process_leaves_nothing),
        ("a_dropped_lab_ends", life::a_dropped_lab_ends),
        ("a_kept_lab_outlives_its_process", life::a_kept_lab_outlives_its_process),
        ("a_deadline_ends_a_kept_lab", life::a_deadline_ends_a_kept_lab),
        ("another_host_key_is_refused", life::another_host_key_is_refused),
    ];
    let required = std::env::var_os("CI").is_some();
    let trials = tests.map(|(name, test)| match missing.clone() {
        Some(reason) if required => Trial::test(name, move || Err(reason.into())),
        Some(reason) => Trial::test(name, || Ok(())).with_kind(reason).with_ignored_flag(true),
        None => Trial::test(name, test),
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

/// Several threads, as in the binary.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Seconds since 1970, and some.
fn in_seconds(seconds: i64) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    now.as_secs() as i64 + seconds
}

fn options(name: &str, state_dir: &std::path::Path) -> envparity_lab::LabOptions {
    envparity_lab::LabOptions {
        // Unique per test run: names belong to the engine, which others use too.
        name: format!("test-{name}-{}", std::process::id()),
        state_dir: state_dir.to_owned(),
        run: format!("test-{}", std::process::id()),
        expires_unix: in_seconds(300),
        keep: false,
    }
}

fn quiet(_: &str) {}
