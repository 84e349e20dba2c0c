use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use envparity_config::*;
use envparity_engine::*;
use envparity_lab::{Lab, LabOptions};
#[tokio::main]
async fn main() {
    let folder = tempfile::Builder::new().prefix("pm").tempdir_in("/tmp").unwrap();
    for d in ["r", "c", "l"] { std::fs::create_dir(folder.path().join(d)).unwrap(); }
    let run = RunContext { run: format!("m{}", std::process::id()), owner: "me".into(), runtime_dir: folder.path().join("r"), cache_dir: folder.path().join("c"), expires_unix: 1999999999, masker: envparity_model::Masker::new(vec![1]) };
    let image_ref = std::env::args().nth(1).unwrap_or("envparity/activity:demo".into());
    let port: u16 = std::env::args().nth(2).and_then(|p| p.parse().ok()).unwrap_or(4567);
    let t = Instant::now();
    let here = Engine::connect("local", &EngineSpec::Local, &run).await.unwrap();
    println!("local connect {:?}", t.elapsed());
    let lab = Lab::start(LabOptions { name: run.run.clone(), state_dir: folder.path().join("l"), run: format!("{}-lab", run.run), expires_unix: 1999999999, keep: false }, &|_| ()).await.unwrap();
    println!("lab up {:?}", t.elapsed());
    let t = Instant::now();
    let there = Engine::connect("qa", &EngineSpec::Ssh { destination: lab.destination(), identity: Some(lab.identity().to_string_lossy().into()), known_hosts: Some(lab.known_hosts().to_string_lossy().into()), config: Some("/dev/null".into()), socket: "/var/run/docker.sock".into() }, &run).await.unwrap();
    println!("ssh connect {:?}", t.elapsed());
    let t = Instant::now();
    prove_routes(&[&here, &there], false).await.unwrap();
    println!("prove {:?}", t.elapsed());
    let spec = ImageSpec { source: ImageSource::Ref(image_ref.clone()), tag: None, platform: None, sync: Sync::Missing, transfer: Transfer::Auto };
    let image = build_or_find(&here, &spec, std::path::Path::new("."), &|_| ()).await.unwrap();
    let (r, s) = send(&here, &there, &image, Sync::Missing, Transfer::Auto, &|_| ()).await.unwrap();
    println!("first send {s:?} size {}", r.size);
    let base = &image_ref;
    let ctx = tempfile::tempdir().unwrap();
    std::fs::write(ctx.path().join("Dockerfile"), format!("FROM {base}\nCOPY note /note\n")).unwrap();
    std::fs::write(ctx.path().join("note"), format!("{:?}", Instant::now())).unwrap();
    let spec2 = ImageSpec { source: ImageSource::Build { context: ".".into(), dockerfile: None, args: BTreeMap::new(), target: None }, tag: Some("envparity-test/m:1".into()), ..spec.clone() };
    let changed = build_or_find(&here, &spec2, ctx.path(), &|_| ()).await.unwrap();
    let t = Instant::now();
    let save = std::process::Command::new("sh").args(["-c", "docker save envparity-test/m:1 > /dev/null"]).status().unwrap();
    println!("docker save > /dev/null {:?} {save}", t.elapsed());
    let (_, s) = send(&here, &there, &changed, Sync::Missing, Transfer::Auto, &|_| ()).await.unwrap();
    println!("changed layer {s:?}");
    there.remove_image("envparity-test/m:1").await.unwrap();
    let (_, s) = send(&here, &there, &changed, Sync::Missing, Transfer::Auto, &|_| ()).await.unwrap();
    println!("changed layer, cached {s:?}");
    for e in [&here, &there] {
        let t = Instant::now();
        e.arm_reaper().await.unwrap();
        println!("{} armed {:?}", e.name(), t.elapsed());
        let none = BTreeMap::new();
        let c = ContainerSpec { port: Some(port), ready: Ready { http: Some(if port == 4567 { "/health".into() } else { "/".into() }), ..Ready::default() }, ..ContainerSpec::default() };
        let t = Instant::now();
        let sp = StartSpec { container: &c, env: &none, image: &image_ref, platform: None, environment: e.name(), purpose: "primary", labels: &none };
        let svc = match e.start(&sp).await { Ok(s) => s, Err(x) => { println!("{x}"); continue } };
        println!("{} start {:?}", e.name(), t.elapsed());
        for cache in [false, true, true] {
            let line = svc.collect(cache).await;
            let state = match &line.state { envparity_model::ManifestState::Present { way, cached, manifest } => format!("{way:?} cached={cached} packages={} unread={:?} files={} mapped={}", manifest.packages.len(), manifest.unread, manifest.files.len(), manifest.mapped.len()), o => format!("{o:?}") };
            println!("{} collect wire={} wall={} {state}", e.name(), line.wire_bytes, line.wall_ms);
        }
        let t = Instant::now();
        println!("rx {:?} in {:?}", svc.received_bytes().await, t.elapsed());
        let t = Instant::now();
        println!("state {:?} in {:?}", svc.state().await, t.elapsed());
        let c2 = ContainerSpec { ready: Ready::default(), ..c.clone() };
        let t = Instant::now();
        let sp2 = StartSpec { container: &c2, purpose: "plain", ..sp.clone() };
        e.start(&sp2).await.unwrap();
        println!("{} start by listen {:?}", e.name(), t.elapsed());
    }
    let _ = Duration::from_secs(1);
    let t = Instant::now();
    there.close().await;
    println!("close there {:?}", t.elapsed());
    let t = Instant::now();
    here.remove_image("envparity-test/m:1").await.unwrap();
    here.close().await;
    println!("close here {:?}", t.elapsed());
    lab.stop().await.unwrap();
}
