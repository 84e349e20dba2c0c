//! A process that is killed leaves nothing behind, here or afar.

use std::collections::BTreeMap;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use envparity_config::{ContainerSpec, EngineSpec, Sync, Transfer};
use envparity_engine::{Engine, Owned, RunContext, StartSpec, send};
use envparity_model::Masker;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::remote::{lab, over_ssh};
use crate::support::{TINY, local, plain, run, tiny_image};

const JOB: &str = "PARITY_ENGINE_TEST_JOB";

/// What a killed process was doing, if this is to be one.
pub(crate) fn job() -> Option<serde_json::Value> {
    serde_json::from_str(&std::env::var(JOB).ok()?).ok()
}

/// Starts a container, says so, and waits to be killed.
pub(crate) async fn do_job(job: serde_json::Value) -> ExitCode {
    let text = |name: &str| job[name].as_str().map(str::to_owned);
    let context = RunContext {
        run: text("run").expect("a run"),
        owner: "a test".into(),
        runtime_dir: text("runtime_dir").expect("a folder").into(),
        cache_dir: text("cache_dir").expect("a folder").into(),
        expires_unix: i64::MAX,
        masker: Masker::new(vec![1]),
    };
    let spec = text("destination").map_or(EngineSpec::Local, |destination| EngineSpec::Ssh {
        destination,
        identity: text("identity"),
        known_hosts: text("known_hosts"),
        config: Some("/dev/null".into()),
        socket: "/var/run/docker.sock".into(),
    });
    let engine = Engine::connect("there", &spec, &context).await.expect("connects");
    engine.arm_reaper().await.expect("armed");
    let none = BTreeMap::new();
    let spec = ContainerSpec::default();
    let start = StartSpec { environment: "there", image: TINY, ..plain(&spec, &none, "primary") };
    let service = engine.start(&start).await.expect("starts");
    std::io::Write::write_all(&mut std::io::stdout(), format!("up {}\n", service.container_id()).as_bytes())
        .expect("said");
    sleep(Duration::from_secs(120)).await;
    ExitCode::FAILURE
}

async fn child(job: &serde_json::Value) -> Child {
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .env(JOB, job.to_string())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("piped");
    let up = timeout(Duration::from_secs(60), BufReader::new(stdout).read_line(&mut line)).await;
    assert!(up.is_ok_and(|read| read.is_ok()) && line.starts_with("up "), "{line}");
    child
}

fn job_of(run: &RunContext) -> serde_json::Value {
    serde_json::json!({
        "run": format!("{}-doomed", run.run),
        "runtime_dir": run.runtime_dir,
        "cache_dir": run.cache_dir,
    })
}

async fn left(engine: &Engine, run: &str) -> Vec<Owned> {
    engine.list_owned().await.expect("listed").into_iter().filter(|owned| owned.run == run).collect()
}

/// Looks until nothing of the run is left; more than a few seconds is too long.
async fn is_cleared(engine: &Engine, run: &str, patience: u64) {
    let cleared = async {
        while !left(engine, run).await.is_empty() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    let cleared = timeout(Duration::from_secs(patience), cleared).await;
    assert!(cleared.is_ok(), "{:?}", left(engine, run).await);
}

pub(crate) async fn a_killed_process_leaves_nothing_here() {
    let run = run("killed");
    let engine = local(&run).await;
    tiny_image(&engine).await;
    let job = job_of(&run.context);
    let doomed = job["run"].as_str().expect("a run").to_owned();
    let mut child = child(&job).await;
    assert_eq!(left(&engine, &doomed).await.len(), 2, "the service and the reaper");
    child.kill().await.expect("killed");
    is_cleared(&engine, &doomed, 10).await;
    engine.close().await;
}

pub(crate) async fn a_killed_process_leaves_nothing_afar() {
    killed_afar("afar", false).await;
}

pub(crate) async fn where_no_collector_runs_a_shell_cleans_up() {
    killed_afar("shell", true).await;
}

/// With a `broken` collector its image on the remote engine is another one.
async fn killed_afar(name: &str, broken: bool) {
    let run = run(name);
    let here = local(&run).await;
    let lab = lab(&run).await;
    let there = Engine::connect("there", &over_ssh(&lab), &run.context).await.expect("connects");
    let image = tiny_image(&here).await;
    send(&here, &there, &image, Sync::Missing, Transfer::Auto, &|_| ()).await.expect("sent");
    if broken {
        let tag = format!("envparity/collector:{}", &envparity_engine::embedded::COLLECTOR_DIGEST[..12]);
        let docker = ["exec", &lab.state().container, "docker", "tag", &image.reference, &tag];
        let tagged = std::process::Command::new("docker").args(docker).output().expect("docker runs");
        assert!(tagged.status.success(), "{tagged:?}");
    }
    let mut job = job_of(&run.context);
    let own = run.context.runtime_dir.join("doomed");
    std::fs::create_dir(&own).expect("created");
    job["runtime_dir"] = own.to_string_lossy().into();
    job["destination"] = lab.destination().into();
    job["identity"] = lab.identity().to_string_lossy().into();
    job["known_hosts"] = lab.known_hosts().to_string_lossy().into();
    let doomed = job["run"].as_str().expect("a run").to_owned();
    let mut child = child(&job).await;
    let master = master_in(&own).expect("its master listens");
    // A shell is no container.
    assert_eq!(left(&there, &doomed).await.len(), if broken { 1 } else { 2 });
    child.kill().await.expect("killed");
    is_cleared(&there, &doomed, 30).await;
    let ended = async {
        // It removes its socket when it ends. Asking it would keep it alive.
        while master.exists() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(10), ended).await.expect("its ssh master has ended");
    there.close().await;
    here.close().await;
    lab.stop().await.expect("stops");
}

fn master_in(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("read").flatten();
    entries.map(|entry| entry.path().join("master")).find(|path| path.exists())
}

pub(crate) async fn a_run_that_closes_disarms_its_reaper() {
    let run = run("disarmed");
    let engine = local(&run).await;
    tiny_image(&engine).await;
    engine.arm_reaper().await.expect("armed");
    engine.arm_reaper().await.expect("armed already");
    let none = BTreeMap::new();
    let spec = ContainerSpec::default();
    let start = StartSpec { image: TINY, ..plain(&spec, &none, "primary") };
    engine.start(&start).await.expect("starts");
    engine.remove_run_objects().await.expect("removed");
    let owned = left(&engine, &run.context.run).await;
    assert!(owned.len() == 1 && owned[0].purpose == "reaper-0", "{owned:?}");
    engine.close().await;
    assert!(left(&engine, &run.context.run).await.is_empty());
}
