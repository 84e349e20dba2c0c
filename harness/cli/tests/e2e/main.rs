//! The real binary against the real local engine and a real lab over SSH.
//!
//! Under `CI` a missing engine fails every test that needs one; elsewhere those are ignored, with the reason shown.

mod cases;
mod support;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use support::{Docker, keeper};

/// A test panics where something is not as it should be.
type Test = (&'static str, fn());

fn main() -> ExitCode {
    if let Some(watched) = keeper::job() {
        return keeper::run(watched);
    }
    let arguments = Arguments::from_args();
    let missing = Docker::local().missing();
    let required = std::env::var_os("CI").is_some();
    let mut trials: Vec<Trial> = cases::WITHOUT_ENGINE.iter().flat_map(|group| trials_of(group)).collect();
    for (name, test) in cases::WITH_ENGINE.iter().flat_map(|group| group.iter()) {
        trials.push(match missing.clone() {
            Some(reason) if required => Trial::test(*name, move || Err(reason.into())),
            Some(reason) => Trial::test(*name, || Ok(())).with_kind(reason).with_ignored_flag(true),
            None => trial(name, *test),
        });
    }
    let (no_mount, tests) = cases::WITH_MOUNT;
    let unable = missing.or_else(no_mount);
    trials.extend(tests.iter().map(|(name, test)| match unable.clone() {
        Some(reason) => Trial::test(*name, || Ok(())).with_kind(reason).with_ignored_flag(true),
        None => trial(name, *test),
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials_of(group: &'static [Test]) -> impl Iterator<Item = Trial> {
    group.iter().map(|(name, test)| trial(name, *test))
}

fn trial(name: &'static str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}
