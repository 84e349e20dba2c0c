//! A run, an engine, the test service's image.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use envparity_config::{ContainerSpec, EngineSpec, ImageSource, ImageSpec, Ready, Sync, Transfer};
use envparity_engine::{Engine, LocalImage, RunContext, StartSpec, build_or_find};
use envparity_model::Masker;

/// A run of its own, in a folder of its own.
pub(crate) struct Run {
    pub(crate) context: RunContext,
    _folder: tempfile::TempDir,
}

pub(crate) fn run(name: &str) -> Run {
    let folder = tempfile::Builder::new().prefix("pt").tempdir_in("/tmp").expect("a folder");
    let dir = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).expect("created");
        path
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let context = RunContext {
        run: format!("test-{name}-{}-{}", std::process::id(), now.subsec_nanos()),
        owner: "a test".into(),
        runtime_dir: dir("r"),
        cache_dir: dir("c"),
        expires_unix: i64::try_from(now.as_secs()).expect("fits") + 600,
        masker: Masker::new(b"a key".to_vec()),
    };
    Run { context, _folder: folder }
}

pub(crate) async fn local(run: &Run) -> Engine {
    Engine::connect("local", &EngineSpec::Local, &run.context).await.expect("a local engine answers")
}

pub(crate) fn image_spec() -> ImageSpec {
    ImageSpec {
        source: ImageSource::Build {
            context: "tests/service".into(),
            dockerfile: None,
            args: BTreeMap::new(),
            target: None,
        },
        tag: Some("envparity-test/service:1".into()),
        platform: None,
        sync: Sync::Missing,
        transfer: Transfer::Auto,
    }
}

pub(crate) async fn service_image(engine: &Engine) -> LocalImage {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    build_or_find(engine, &image_spec(), here, &|_| ()).await.expect("the test service builds")
}

/// The test service, ready when it answers.
pub(crate) fn container(env: &[(&str, &str)]) -> ContainerSpec {
    ContainerSpec {
        port: Some(8080),
        env: env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ready: Ready { http: Some("/".into()), timeout: Duration::from_secs(20), ..Ready::default() },
        ..ContainerSpec::default()
    }
}

/// A start with nothing special about it.
pub(crate) fn plain<'a>(
    container: &'a ContainerSpec,
    none: &'a BTreeMap<String, String>,
    purpose: &'a str,
) -> StartSpec<'a> {
    StartSpec {
        container,
        env: none,
        image: "envparity-test/service:1",
        platform: None,
        environment: "local",
        purpose,
        labels: none,
    }
}

/// The same service with one more small layer.
pub(crate) async fn changed_image(engine: &Engine, tag: &str) -> LocalImage {
    let folder = tempfile::tempdir().expect("a folder");
    let dockerfile = "FROM envparity-test/service:1\nCOPY note /note\n";
    std::fs::write(folder.path().join("Dockerfile"), dockerfile).expect("written");
    std::fs::write(folder.path().join("note"), format!("{tag} {}", std::process::id())).expect("written");
    let mut spec = image_spec();
    spec.source =
        ImageSource::Build { context: ".".into(), dockerfile: None, args: BTreeMap::new(), target: None };
    spec.tag = Some(format!("envparity-test/changed-{}:{tag}", std::process::id()));
    build_or_find(engine, &spec, folder.path(), &|_| ()).await.expect("builds")
}

/// The reference of an image that travels in no time.
pub(crate) const TINY: &str = "envparity-test/tiny:1";

/// It waits, and does nothing else.
pub(crate) async fn tiny_image(engine: &Engine) -> LocalImage {
    let folder = tempfile::tempdir().expect("a folder");
    let dockerfile = "FROM scratch\nCOPY waits /waits\nCMD [\"/waits\", \"wait\", \"--port\", \"1\", \"--timeout\", \"600000\"]\n";
    std::fs::write(folder.path().join("Dockerfile"), dockerfile).expect("written");
    let program = folder.path().join("waits");
    std::fs::write(&program, envparity_engine::embedded::COLLECTOR).expect("written");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
    let mut spec = image_spec();
    spec.source =
        ImageSource::Build { context: ".".into(), dockerfile: None, args: BTreeMap::new(), target: None };
    spec.tag = Some(TINY.into());
    build_or_find(engine, &spec, folder.path(), &|_| ()).await.expect("builds")
}
