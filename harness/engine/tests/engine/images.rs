//! Images are built, found, read from archives and sent whole; what cannot be had says why.

use std::collections::BTreeMap;
use std::path::Path;

use envparity_config::{ImageSource, ImageSpec, Sync, Transfer};
use envparity_engine::{Engine, EngineError, ErrorKind, ImageEvent, LocalImage, SentBy, build_or_find, send};

use crate::remote::{lab, over_ssh};
use crate::support::{image_spec, local, run};

async fn build(
    engine: &Engine,
    folder: &Path,
    dockerfile: &str,
    tag: &str,
) -> Result<LocalImage, EngineError> {
    std::fs::write(folder.join("Dockerfile"), dockerfile).expect("written");
    let source = ImageSource::Build {
        context: ".".into(),
        dockerfile: None,
        args: BTreeMap::from([("WHO".into(), "the test".into())]),
        target: Some("last".into()),
    };
    let spec = ImageSpec { source, tag: Some(tag.into()), ..image_spec() };
    build_or_find(engine, &spec, folder, &|_| ()).await
}

pub(crate) async fn an_image_is_built_saved_read_again_and_sent_whole() {
    let run = run("images");
    let here = local(&run).await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("note"), run.context.run.as_bytes()).expect("written");
    let tag = format!("envparity-test/small-{}:1", std::process::id());
    let dockerfile =
        "FROM scratch AS last\nARG WHO\nENV WHO=$WHO\nCOPY note /note\nCMD [\"/note\"]\nFROM last\nUSER 5\n";
    let built = build(&here, folder.path(), dockerfile, &tag).await.expect("builds");
    assert_eq!(built.layers.len(), 1);

    let archive = folder.path().join("small.tar");
    let saved = std::process::Command::new("docker").args(["save", "-o"]).arg(&archive).arg(&tag).output();
    assert!(saved.expect("docker runs").status.success());
    here.remove_image(&tag).await.expect("removed");
    assert_eq!(here.find_image(&tag, None).await.expect("asked"), None);
    let spec = ImageSpec { source: ImageSource::Archive("small.tar".into()), tag: None, ..image_spec() };
    let read = build_or_find(&here, &spec, folder.path(), &|_| ()).await.expect("loads");
    assert_eq!((&read.reference, &read.identity), (&tag, &built.identity));
    let other = format!("{tag}-again");
    let spec = ImageSpec { source: ImageSource::Ref(tag.clone()), tag: Some(other.clone()), ..image_spec() };
    let again = build_or_find(&here, &spec, folder.path(), &|_| ()).await.expect("found");
    assert_eq!((&again.reference, &again.id), (&other, &read.id));

    let lab = lab(&run).await;
    let there = Engine::connect("qa", &over_ssh(&lab), &run.context).await.expect("connects");
    let sent = std::sync::atomic::AtomicBool::new(false);
    let progress = |event| {
        if matches!(event, ImageEvent::Sent(_)) {
            sent.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let (arrived, stats) =
        send(&here, &there, &read, Sync::Missing, Transfer::Load, &progress).await.expect("sent");
    assert_eq!((arrived.identity, stats.way), (built.identity, SentBy::Load));
    assert!(sent.into_inner());
    for tag in [&tag, &other] {
        here.remove_image(tag).await.expect("removed");
    }
    there.close().await;
    here.close().await;
    lab.stop().await.expect("stops");
}

pub(crate) async fn what_cannot_be_had_says_why() {
    let run = run("unhad");
    let here = local(&run).await;
    let folder = tempfile::tempdir().expect("a folder");
    let dockerfile = "FROM debian:bookworm-slim AS last\nRUN echo working && exit 3\n";
    let failed = build(&here, folder.path(), dockerfile, "envparity-test/none:1").await.expect_err("fails");
    assert_eq!(failed.kind, ErrorKind::Build);
    assert!(failed.to_string().contains("working") && failed.to_string().contains("code: 3"), "{failed}");

    let get = |source: ImageSource| {
        let spec = ImageSpec { source, tag: None, ..image_spec() };
        let (here, folder) = (here.clone(), folder.path().to_owned());
        async move { build_or_find(&here, &spec, &folder, &|_| ()).await.expect_err("not there") }
    };
    let context = |context: &str| ImageSource::Build {
        context: context.into(),
        dockerfile: Some("Other".into()),
        args: BTreeMap::new(),
        target: None,
    };
    assert!(get(context("nowhere")).await.to_string().contains("nowhere"));
    assert!(get(context(".")).await.to_string().contains("no `Other`"));
    let absent = get(ImageSource::Ref("127.0.0.1:1/none:1".into())).await;
    assert!(absent.kind == ErrorKind::ImageNotFound && absent.problem.hint.is_some(), "{absent}");
    let absent = get(ImageSource::Archive("none.tar".into())).await;
    assert!(absent.kind == ErrorKind::ImageNotFound && absent.to_string().contains("none.tar"), "{absent}");
    std::fs::write(folder.path().join("bad.tar"), b"not a tar").expect("written");
    let bad = get(ImageSource::Archive("bad.tar".into())).await;
    assert!(bad.to_string().contains("bad.tar"), "{bad}");
    here.close().await;
}
