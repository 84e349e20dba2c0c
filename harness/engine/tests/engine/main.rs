//! The engine against real ones: that of this machine, and a lab as the remote host.
//!
//! Under `CI` a missing engine fails every test; elsewhere they are ignored, with the reason shown.

mod images;
mod kill;
mod manifest;
mod remote;
mod start;
mod support;

use std::future::Future;

use envparity_engine::Engine;
use libtest_mimic::{Arguments, Trial};

fn main() -> std::process::ExitCode {
    if let Some(job) = kill::job() {
        return runtime().block_on(kill::do_job(job));
    }
    let arguments = Arguments::from_args();
    let missing = runtime().block_on(missing());
    let required = std::env::var_os("CI").is_some();
    let mut trials = Vec::new();
    macro_rules! trial {
        ($($module:ident::$name:ident),* $(,)?) => {
            $(trials.push(trial(concat!(stringify!($module), "::", stringify!($name)), missing.as_deref(), required, $module::$name));)*
        };
    }
    trial!(
        start::a_service_comes_up_is_asked_and_goes,
        start::each_condition_of_readiness_is_waited_for,
        start::a_service_that_does_not_start_says_why,
        start::services_start_first_and_go_with_it,
        start::one_engine_twice_is_not_two,
        start::what_has_expired_is_swept_and_nothing_else,
        manifest::a_manifest_is_seen_from_beside_and_kept_while_nothing_changes,
        manifest::all_ways_see_the_same,
        manifest::a_locked_down_container_is_seen_as_well,
        images::an_image_is_built_saved_read_again_and_sent_whole,
        images::what_cannot_be_had_says_why,
        kill::a_killed_process_leaves_nothing_here,
        kill::a_killed_process_leaves_nothing_afar,
        kill::where_no_collector_runs_a_shell_cleans_up,
        kill::a_run_that_closes_disarms_its_reaper,
        remote::an_image_travels_by_layer_and_runs_there,
        remote::refusals_of_ssh_say_what_to_do,
        remote::an_expired_certificate_is_named,
        remote::a_lost_host_is_noticed,
        remote::mutual_tls_is_needed_and_enough,
    );
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial<F>(name: &str, missing: Option<&str>, required: bool, test: fn() -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    let missing = missing.map(str::to_owned);
    match missing {
        Some(reason) if required => Trial::test(name, move || Err(reason.into())),
        Some(reason) => Trial::test(name, || Ok(())).with_kind(reason).with_ignored_flag(true),
        None => Trial::test(name, move || {
            runtime().block_on(test());
            Ok(())
        }),
    }
}

/// Several threads, as in the binary.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Why there is no engine to test with.
async fn missing() -> Option<String> {
    let run = support::run("missing");
    let connected = Engine::connect("local", &envparity_config::EngineSpec::Local, &run.context).await;
    connected.err().map(|error| error.problem.message)
}
