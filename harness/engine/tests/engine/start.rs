//! Containers come up, or say why not, and are gone afterwards.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use envparity_config::{Ready, ServiceSpec};
use envparity_engine::{Address, OwnedKind, PruneScope, ServiceState, StartError, prove_routes};

use crate::support::{container, local, plain, run, service_image};

fn ask(address: &Address, path: &str) -> String {
    let Address::Tcp(address) = address else { panic!("a local service has a port") };
    let mut stream = TcpStream::connect(address).expect("connects");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

pub(crate) async fn a_service_comes_up_is_asked_and_goes() {
    let run = run("up");
    let engine = local(&run).await;
    assert!(engine.alive().await);
    let image = service_image(&engine).await;
    assert!(image.size > 0 && image.layers.len() > 1 && image.identity.len() == 64);

    let spec = container(&[("NAME_HERE", "overridden"), ("OTHER", "1")]);
    let intended = BTreeMap::from([("NAME_HERE".to_owned(), "the test".to_owned())]);
    let none = BTreeMap::new();
    let start = envparity_engine::StartSpec { env: &intended, ..plain(&spec, &none, "primary") };
    let service = engine.start(&start).await.expect("starts");
    let before = service.received_bytes().await.expect("counted");
    let answer = ask(service.address().expect("has a port"), "/");
    assert!(answer.contains("hello from the test"), "{answer}");
    assert!(service.received_bytes().await.expect("counted") > before);
    assert!(service.log_tail(10).await.contains("listening on 8080"));
    assert_eq!(
        service.state().await.expect("known"),
        ServiceState { running: true, exit_code: None, oom: false }
    );
    let owned = engine.list_owned().await.expect("listed");
    let ours: Vec<_> = owned.iter().filter(|owned| owned.run == run.context.run).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert_eq!((ours[0].kind, ours[0].environment.as_deref()), (OwnedKind::Container, Some("local")));

    // Attached to, it is found by name and outlives the guest.
    let guest = engine.attach(&ours[0].name, Some(8080)).await.expect("found");
    assert!(ask(guest.address().expect("has a port"), "/").contains("hello"));
    guest.remove().await;
    assert!(service.state().await.expect("known").running);

    let mut dying = ask_in_vain(service.address().expect("has a port"));
    dying.read_to_end(&mut Vec::new()).ok();
    let exited = async {
        loop {
            let state = service.state().await.expect("known");
            if !state.running {
                return state;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let state = tokio::time::timeout(Duration::from_secs(10), exited).await.expect("it exits");
    assert_eq!(state.exit_code, Some(3));
    service.remove().await;
    assert!(!service.state().await.expect("known").running);
    engine.close().await;
    assert!(left(&engine, &run.context.run).await.is_empty());
}

fn ask_in_vain(address: &Address) -> TcpStream {
    let Address::Tcp(address) = address else { panic!("a local service has a port") };
    let mut stream = TcpStream::connect(address).expect("connects");
    write!(stream, "GET /die HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    stream
}

async fn left(engine: &envparity_engine::Engine, run: &str) -> Vec<envparity_engine::Owned> {
    let owned = engine.list_owned().await.expect("listed");
    owned.into_iter().filter(|owned| owned.run == run).collect()
}

pub(crate) async fn each_condition_of_readiness_is_waited_for() {
    let run = run("ready");
    let engine = local(&run).await;
    service_image(&engine).await;
    let none = BTreeMap::new();
    let conditions: [(&str, Ready); 3] = [
        ("listens", Ready::default()),
        ("says", Ready { log: Some("listening on".into()), ..Ready::default() }),
        ("status", Ready { http: Some("/bad".into()), status: Some(503), ..Ready::default() }),
    ];
    for (purpose, ready) in conditions {
        let mut spec = container(&[("DELAY", "1")]);
        spec.ready = ready;
        let service = engine.start(&plain(&spec, &none, purpose)).await.expect(purpose);
        assert!(service.ready_ms() >= 1000, "{purpose}: ready after {} ms", service.ready_ms());
        assert!(ask(service.address().expect("has a port"), "/").contains("200 OK"), "{purpose}");
        service.remove().await;
    }
    engine.close().await;
}

pub(crate) async fn a_service_that_does_not_start_says_why() {
    let run = run("fails");
    let engine = local(&run).await;
    service_image(&engine).await;
    let none = BTreeMap::new();

    let spec = container(&[("EXIT", "7")]);
    let failed = engine.start(&plain(&spec, &none, "exits")).await.expect_err("it exits");
    let StartError::NotStarted { reason, log_tail, exit_code } = failed else { panic!("{failed}") };
    assert_eq!(exit_code, Some(7), "{reason}");
    assert!(log_tail.contains("giving up"), "{log_tail}");

    let mut spec = container(&[]);
    spec.command = Some(vec!["/no/such/program".into()]);
    let failed = engine.start(&plain(&spec, &none, "missing")).await.expect_err("no program");
    assert!(matches!(&failed, StartError::NotStarted { exit_code: Some(127), .. }), "{failed}");

    let mut spec = container(&[]);
    spec.ready = Ready { http: Some("/bad".into()), timeout: Duration::from_secs(1), ..Ready::default() };
    let failed = engine.start(&plain(&spec, &none, "late")).await.expect_err("never ready");
    let StartError::NotStarted { reason, exit_code: None, .. } = &failed else { panic!("{failed}") };
    assert!(reason.contains("GET /bad"), "{reason}");

    let spec = container(&[]);
    let start = envparity_engine::StartSpec { image: "envparity-test/none:0", ..plain(&spec, &none, "x") };
    let failed = engine.start(&start).await.expect_err("no image");
    assert!(failed.to_string().contains("envparity-test/none:0"), "{failed}");
    assert!(left(&engine, &run.context.run).await.is_empty(), "what failed is gone");
    engine.close().await;
}

pub(crate) async fn services_start_first_and_go_with_it() {
    let run = run("beside");
    let engine = local(&run).await;
    service_image(&engine).await;
    let none = BTreeMap::new();
    let mut spec = container(&[]);
    spec.services = vec![ServiceSpec {
        name: "backing".into(),
        image: "envparity-test/service:1".into(),
        command: None,
        env: BTreeMap::from([("NAME_HERE".into(), "behind".into())]),
        port: Some(8080),
        ready: Ready::default(),
    }];
    // It only starts when the other one answers under its name.
    let script = "use IO::Socket::INET; my $s = IO::Socket::INET->new('backing:8080') or die 'no backing'; \
                  print $s \"GET / HTTP/1.0\\r\\n\\r\\n\"; die 'silent' unless join('', <$s>) =~ /behind/; exec 'perl', 'server.pl'";
    spec.command = Some(vec!["perl".into(), "-e".into(), script.into()]);
    let service = engine.start(&plain(&spec, &none, "primary")).await.expect("both start");
    let kinds: Vec<_> = left(&engine, &run.context.run).await.iter().map(|owned| owned.kind).collect();
    assert_eq!(kinds, [OwnedKind::Container, OwnedKind::Container, OwnedKind::Network]);
    service.remove().await;
    assert!(left(&engine, &run.context.run).await.is_empty());
    engine.close().await;
}

pub(crate) async fn one_engine_twice_is_not_two() {
    let run = run("route");
    let (first, second) = (local(&run).await, local(&run).await);
    let refused = prove_routes(&[&first, &second], false).await.expect_err("one engine");
    assert!(refused.to_string().contains("are one engine"), "{refused}");
    prove_routes(&[&first, &second], true).await.expect("allowed");
    prove_routes(&[&first], false).await.expect("nothing to compare it with");
    assert!(left(&first, &run.context.run).await.is_empty(), "the mark is gone");
}

pub(crate) async fn what_has_expired_is_swept_and_nothing_else() {
    let (mut dead, alive) = (run("dead"), run("alive"));
    // Not yet: any other run on this engine sweeps what has expired.
    let moment = Duration::from_secs(9);
    dead.context.expires_unix = alive.context.expires_unix - 600 + 8;
    let expired = tokio::time::Instant::now() + moment;
    let (engine, other) = (local(&dead).await, local(&alive).await);
    service_image(&engine).await;
    let none = BTreeMap::new();
    let spec = container(&[]);
    let forgotten = engine.start(&plain(&spec, &none, "primary")).await.expect("starts");
    let kept = other.start(&plain(&spec, &none, "primary")).await.expect("starts");
    let swept = other.sweep_expired().await.expect("swept");
    assert!(swept.iter().all(|owned| owned.run != dead.context.run), "too early: {swept:?}");
    tokio::time::sleep_until(expired).await;
    let swept = other.sweep_expired().await.expect("swept");
    assert!(swept.iter().all(|owned| owned.run != alive.context.run));
    assert!(!forgotten.state().await.expect("known").running);
    assert!(kept.state().await.expect("known").running);
    let pruned = other.prune(&PruneScope::Run(alive.context.run.clone())).await.expect("pruned");
    assert_eq!(pruned.len(), 1);
    engine.close().await;
    other.close().await;
}
