//! What is installed comes back, by each way alike.

use std::collections::BTreeMap;

use envparity_config::{Mount, Ready};
use envparity_model::{Ecosystem, FactValue, Manifest, ManifestLine, ManifestState, Way};

use crate::support::{container, local, plain, run, service_image};

fn present(line: &ManifestLine) -> (Way, bool, &Manifest) {
    match &line.state {
        ManifestState::Present { way, cached, manifest } => (*way, *cached, manifest),
        other => panic!("{other:?}"),
    }
}

fn fact<'m>(manifest: &'m Manifest, name: &str) -> &'m FactValue {
    &manifest.facts.iter().find(|fact| fact.name == name).unwrap_or_else(|| panic!("no {name}")).value
}

pub(crate) async fn a_manifest_is_seen_from_beside_and_kept_while_nothing_changes() {
    let run = run("manifest");
    let engine = local(&run).await;
    service_image(&engine).await;
    let none = BTreeMap::new();
    let spec = container(&[("NAME_HERE", "x"), ("DB_PASSWORD", "hunter2-hunter2")]);
    let service = engine.start(&plain(&spec, &none, "primary")).await.expect("starts");

    let first = service.collect(true).await;
    let (way, cached, manifest) = present(&first);
    assert_eq!((way, cached), (Way::Sidecar, false));
    assert_eq!(manifest.unread, []);
    let perl = manifest.packages.iter().find(|package| package.name == "perl-base").expect("perl-base");
    assert!(perl.ecosystem == Ecosystem::Deb && perl.loaded && perl.digest.is_some(), "{perl:?}");
    assert_eq!(fact(manifest, "env.NAME_HERE"), &FactValue::Plain("x".into()));
    assert!(matches!(fact(manifest, "env.DB_PASSWORD"), FactValue::Masked(_)));
    assert!(!serde_json::to_string(&first).expect("serialises").contains("hunter2"));
    for name in [
        "engine.version",
        "kernel",
        "architecture",
        "image.identity",
        "limits.memory",
        "user",
        "workdir",
        "os",
    ] {
        assert!(matches!(fact(manifest, name), FactValue::Plain(value) if !value.is_empty()), "{name}");
    }
    assert!(first.wire_bytes < 1_000_000, "{} bytes", first.wire_bytes);

    let second = service.collect(true).await;
    let (_, cached, again) = present(&second);
    assert!(cached && again == manifest);
    assert!(second.wire_bytes < 10_000, "{} bytes", second.wire_bytes);
    assert!(!present(&service.collect(false).await).1);
    service.remove().await;

    // A file that is written where packages may be: the kept answer no longer counts.
    let mut spec = container(&[]);
    spec.command = Some(vec!["sh".into(), "-c".into(), "echo 1 > /usr/lib/new; exec perl server.pl".into()]);
    let changed = engine.start(&plain(&spec, &none, "changed")).await.expect("starts");
    for _ in 0..2 {
        assert!(!present(&changed.collect(true).await).1);
    }
    engine.close().await;
}

pub(crate) async fn a_locked_down_container_is_seen_as_well() {
    let run = run("locked");
    let engine = local(&run).await;
    service_image(&engine).await;
    let none = BTreeMap::new();
    let mut spec = container(&[]);
    spec.read_only = true;
    spec.user = Some("1000:1000".into());
    spec.cap_drop = vec!["ALL".into()];
    spec.mounts = vec![Mount::Tmpfs { target: "/scratch".into(), size: None }];
    spec.ready = Ready::default();
    let service = engine.start(&plain(&spec, &none, "primary")).await.expect("starts");
    let line = service.collect(true).await;
    let (way, _, manifest) = present(&line);
    assert_eq!(way, Way::Sidecar);
    assert_eq!(manifest.unread, []);
    assert!(manifest.packages.iter().any(|package| package.name == "perl-base" && package.loaded));
    assert_eq!(fact(manifest, "mounts./scratch"), &FactValue::Plain("tmpfs, read-write".into()));
    assert_eq!(fact(manifest, "read-only"), &FactValue::Plain("yes".into()));
    // A mount may hold anything: nothing is kept.
    assert!(!present(&service.collect(true).await).1);
    engine.close().await;
}

/// What must not depend on the way: names, versions, places, and where files were hashed, what is in them.
fn packages(manifest: &Manifest) -> Vec<(Ecosystem, String, String, String, Option<String>)> {
    let mut all: Vec<_> = manifest
        .packages
        .iter()
        .map(|p| (p.ecosystem, p.name.clone(), p.version.clone(), p.location.clone(), p.digest.clone()))
        .collect();
    all.sort();
    all
}

pub(crate) async fn all_ways_see_the_same() {
    let run = run("ways");
    let engine = local(&run).await;
    service_image(&engine).await;
    let none = BTreeMap::new();
    let mut spec = container(&[]);
    spec.mounts = vec![Mount::Tmpfs { target: "/scratch".into(), size: None }];
    let service = engine.start(&plain(&spec, &none, "primary")).await.expect("starts");
    let beside = service.collect_by(Way::Sidecar).await;
    let expected = present(&beside).2;
    assert!(packages(expected).len() > 50);

    let inside = service.collect_by(Way::Exec).await;
    assert_eq!(packages(present(&inside).2), packages(expected));
    assert_eq!(present(&inside).2.files, expected.files);
    let outside = service.collect_by(Way::Export).await;
    let exported = present(&outside).2;
    assert_eq!(packages(exported), packages(expected));
    assert_eq!(exported.files, expected.files);
    assert_eq!(fact(exported, "os"), fact(expected, "os"));
    // What it cannot see it does not call empty.
    assert!(exported.unread.iter().any(|unread| unread.path == "/scratch"), "{:?}", exported.unread);
    let known = service.collect_by(Way::Archive).await;
    let names = |manifest: &Manifest| -> Vec<String> {
        manifest.packages.iter().map(envparity_model::Package::purl).collect()
    };
    assert_eq!(names(present(&known).2), names(expected));

    // Nothing is put into a container that belongs to somebody else.
    let guest = engine.attach(service.container_id(), None).await.expect("runs");
    let refused = guest.collect_by(Way::Exec).await;
    assert!(
        matches!(&refused.state, ManifestState::Failed { reason } if reason.contains("not started here"))
    );
    assert_eq!(present(&guest.collect(false).await).0, Way::Sidecar);
    engine.close().await;
}
