//! A remote host, as the lab simulates it: over ssh and over TLS.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;

use envparity_config::{EngineSpec, Sync, Tls, Transfer};
use envparity_engine::{Address, Engine, ErrorKind, SentBy, StartSpec, prove_routes, send};
use envparity_lab::{Lab, LabOptions};
use envparity_model::{ManifestState, Way};

use crate::support::{Run, changed_image, container, local, plain, run, service_image};

/// A lab for one test.
pub(crate) async fn lab(run: &Run) -> Lab {
    let options = LabOptions {
        name: run.context.run.clone(),
        state_dir: run.context.cache_dir.join("labs"),
        run: format!("{}-lab", run.context.run),
        expires_unix: run.context.expires_unix,
        keep: false,
    };
    Lab::start(options, &|_| ()).await.expect("a lab starts")
}

pub(crate) fn over_ssh(lab: &Lab) -> EngineSpec {
    EngineSpec::Ssh {
        destination: lab.destination(),
        identity: Some(lab.identity().to_string_lossy().into()),
        known_hosts: Some(lab.known_hosts().to_string_lossy().into()),
        config: Some("/dev/null".into()),
        socket: "/var/run/docker.sock".into(),
    }
}

fn over_tls(lab: &Lab) -> (String, Tls) {
    let (address, ca, cert, key) = lab.tls().expect("serves TLS");
    let text = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
    (address, Tls { ca: text(ca), cert: text(cert), key: text(key) })
}

fn ask(mut stream: impl Read + Write) -> String {
    write!(stream, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

pub(crate) async fn an_image_travels_by_layer_and_runs_there() {
    let run = run("remote");
    let here = local(&run).await;
    let lab = lab(&run).await;
    let there = Engine::connect("qa", &over_ssh(&lab), &run.context).await.expect("connects");
    assert!(there.alive().await);
    prove_routes(&[&here, &there], false).await.expect("two engines");

    // Nothing is there yet: all layers go. Then one small layer changes: only that one goes.
    let image = service_image(&here).await;
    let absent = send(&here, &there, &image, Sync::Never, Transfer::Auto, &|_| ()).await.expect_err("absent");
    assert_eq!(absent.kind, ErrorKind::ImageNotFound);
    let (first, stats) =
        send(&here, &there, &image, Sync::Missing, Transfer::Auto, &|_| ()).await.expect("sent");
    assert!(matches!(stats.way, SentBy::Layers { kept: false, .. }), "{stats:?}");
    assert_eq!(first.identity, image.identity);
    let changed = changed_image(&here, "one").await;
    assert_ne!(changed.identity, image.identity);
    let (arrived, stats) =
        send(&here, &there, &changed, Sync::Missing, Transfer::Layers, &|_| ()).await.expect("sent");
    assert_eq!(stats.way, SentBy::Layers { sent: 1, kept: false });
    assert!(stats.bytes < 100_000, "{stats:?}");
    assert_eq!(arrived.identity, changed.identity);
    let again = send(&here, &there, &changed, Sync::Always, Transfer::Auto, &|_| ()).await.expect("there");
    assert_eq!(again.1.way, SentBy::Present);

    let none = BTreeMap::new();
    let spec = container(&[("NAME_HERE", "afar")]);
    let start = StartSpec { environment: "qa", image: &arrived.reference, ..plain(&spec, &none, "primary") };
    let service = there.start(&start).await.expect("starts there");
    let Some(Address::Unix(socket)) = service.address().cloned() else { panic!("a forwarded socket") };
    assert!(ask(UnixStream::connect(&socket).expect("connects")).contains("hello from afar"));
    let url = service.url().await.expect("a port of this machine");
    let port = url.strip_prefix("http://").expect("an address");
    assert!(ask(TcpStream::connect(port).expect("connects")).contains("hello from afar"));
    assert!(service.received_bytes().await.expect("counted") > 0);

    let line = service.collect(true).await;
    let ManifestState::Present { way: Way::Sidecar, cached: false, manifest } = &line.state else {
        panic!("{line:?}")
    };
    assert!(manifest.packages.iter().any(|package| package.name == "perl-base"));
    assert!(line.wire_bytes < 1_000_000, "{} bytes", line.wire_bytes);
    let line = service.collect(true).await;
    assert!(matches!(line.state, ManifestState::Present { cached: true, .. }));
    assert!(line.wire_bytes < 10_000, "{} bytes", line.wire_bytes);

    service.remove().await;
    assert!(!socket.exists());
    here.remove_image(&changed.reference).await.expect("removed");
    there.close().await;
    assert!(!there.alive().await, "the master is gone");
    let left: Vec<_> = std::fs::read_dir(&run.context.runtime_dir).expect("read").flatten().collect();
    assert!(left.iter().all(|entry| !entry.path().join("master").exists()), "{left:?}");
    here.close().await;
    lab.stop().await.expect("stops");
}

/// Of destination, identity and known hosts.
type Change<'a> = &'a dyn Fn(&mut String, &mut Option<String>, &mut Option<String>);

pub(crate) async fn refusals_of_ssh_say_what_to_do() {
    let run = run("refused");
    let lab = lab(&run).await;
    let spec = |change: Change<'_>| {
        let EngineSpec::Ssh { mut destination, mut identity, mut known_hosts, config, socket } =
            over_ssh(&lab)
        else {
            unreachable!("made above")
        };
        change(&mut destination, &mut identity, &mut known_hosts);
        EngineSpec::Ssh { destination, identity, known_hosts, config, socket }
    };
    let folder = run.context.cache_dir.clone();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .expect("narrowed");
        Some(path.to_string_lossy().into_owned())
    };
    let known = std::fs::read_to_string(lab.known_hosts()).expect("read");
    let other_key = "AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let host = known.split_whitespace().next().expect("a host");
    let cases = [
        (spec(&|_, _, known| *known = write("empty", "")), ErrorKind::HostKey, "not known"),
        (
            spec(&|_, _, known| *known = write("other", &format!("{host} ssh-ed25519 {other_key}\n"))),
            ErrorKind::HostKey,
            "has changed",
        ),
        (spec(&|_, key, _| *key = write("no-key", "")), ErrorKind::Refused, "not accepted"),
        (spec(&|to, _, _| *to = "ec2-user@127.0.0.1:1".into()), ErrorKind::Unreachable, "refused"),
        (spec(&|to, _, _| *to = "ec2-user@no-such-host.invalid".into()), ErrorKind::Unreachable, "resolve"),
    ];
    for (spec, kind, words) in cases {
        let refused = Engine::connect("qa", &spec, &run.context).await.expect_err(words);
        assert_eq!(refused.kind, kind, "{refused}");
        assert!(refused.to_string().contains(words) && refused.problem.hint.is_some(), "{refused}");
    }
    // The host answers, its engine does not.
    let EngineSpec::Ssh { destination, identity, known_hosts, config, .. } = over_ssh(&lab) else {
        unreachable!("made above")
    };
    let socket = "/nowhere.sock".into();
    let spec = EngineSpec::Ssh { destination, identity, known_hosts, config, socket };
    let refused = Engine::connect("qa", &spec, &run.context).await.expect_err("no engine there");
    assert_eq!(refused.kind, ErrorKind::Unreachable, "{refused}");
    lab.stop().await.expect("stops");
}

pub(crate) async fn mutual_tls_is_needed_and_enough() {
    let run = run("tls");
    let lab = lab(&run).await;
    let (address, tls) = over_tls(&lab);
    let spec = |tls: Option<Tls>| EngineSpec::Tcp { address: address.clone(), tls, allow_insecure: false };
    let engine = Engine::connect("qa", &spec(Some(tls.clone())), &run.context).await.expect("connects");
    assert!(engine.alive().await && !engine.info().insecure);
    let here = local(&run).await;
    prove_routes(&[&here, &engine], false).await.expect("two engines");

    // The client's own certificate signs no server.
    let wrong = Tls { ca: tls.cert.clone(), ..tls.clone() };
    let refused =
        Engine::connect("qa", &spec(Some(wrong)), &run.context).await.expect_err("unknown authority");
    assert_eq!(refused.kind, ErrorKind::Tls, "{refused}");
    let missing = Tls { key: Path::new("/nowhere/key.pem").to_string_lossy().into(), ..tls };
    let refused = Engine::connect("qa", &spec(Some(missing)), &run.context).await.expect_err("no key");
    assert!(refused.kind == ErrorKind::Tls && refused.to_string().contains("/nowhere/key.pem"), "{refused}");
    let refused = Engine::connect("qa", &spec(None), &run.context).await.expect_err("plain");
    assert!(refused.to_string().contains("no Docker engine answers"), "{refused}");
    engine.close().await;
    here.close().await;
    lab.stop().await.expect("stops");
}

fn pem(what: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {what}-----\n{text}\n-----END {what}-----\n")
}

/// A server that shows an expired certificate, and what connecting to it says.
pub(crate) async fn an_expired_certificate_is_named() {
    let run = run("expired");
    let signed = || {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("params");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let issuer = rcgen::Issuer::from_params(&params, &key);
        let mut leaf = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("params");
        leaf.not_before = rcgen::date_time_ymd(2020, 1, 1);
        leaf.not_after = rcgen::date_time_ymd(2021, 1, 1);
        let leaf_key = rcgen::KeyPair::generate().expect("a key");
        let leaf = leaf.signed_by(&leaf_key, &issuer).expect("signed");
        let authority = params.self_signed(&key).expect("signed");
        (pem("CERTIFICATE", authority.der()), pem("CERTIFICATE", leaf.der()), leaf.der().to_vec(), leaf_key)
    };
    let (authority, certificate, der, key) = signed();
    let write = |name: &str, text: String| {
        let path = run.context.cache_dir.join(name);
        std::fs::write(&path, text).expect("written");
        path.to_string_lossy().into_owned()
    };
    let tls = Tls {
        ca: write("ca.pem", authority),
        cert: write("cert.pem", certificate),
        key: write("key.pem", pem("PRIVATE KEY", &key.serialize_der())),
    };
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![der.into()], key)
        .expect("a configuration");
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("bound");
    let address = listener.local_addr().expect("bound").to_string();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            acceptor.accept(stream).await.ok();
        }
    });
    let spec = EngineSpec::Tcp { address, tls: Some(tls), allow_insecure: false };
    let refused = Engine::connect("qa", &spec, &run.context).await.expect_err("expired");
    assert!(refused.kind == ErrorKind::Tls && refused.to_string().contains("has expired"), "{refused}");
}

pub(crate) async fn a_lost_host_is_noticed() {
    let run = run("lost");
    let lab = lab(&run).await;
    let there = Engine::connect("qa", &over_ssh(&lab), &run.context).await.expect("connects");
    assert!(there.alive().await);
    // Silence, as of a host that has lost its network.
    let docker = |word: &str| {
        let status = std::process::Command::new("docker").args([word, &lab.state().container]).output();
        assert!(status.expect("docker runs").status.success());
    };
    docker("pause");
    let noticed = tokio::time::timeout(std::time::Duration::from_secs(10), there.alive()).await;
    docker("unpause");
    assert_eq!(noticed, Ok(false));
    assert!(there.alive().await, "back again");
    lab.stop().await.expect("stops");
    let noticed = tokio::time::timeout(std::time::Duration::from_secs(10), there.alive()).await;
    assert_eq!(noticed, Ok(false));
    there.close().await;
}
