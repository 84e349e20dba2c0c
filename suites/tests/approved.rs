//! The sample answers as approved: every exchange against its snapshot under `snapshots/`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use envparity_config::Sources;
use envparity_orchestrator::{
    ApproveRequest, Approving, BASELINE, ConfigText, Keep, Places, RunRequest, Selection, approve, examine,
    normal_exchanges, run, snapshot_name,
};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let missing = if arguments.list { None } else { engine_missing() };
    let trial = match missing {
        // A pipeline without an engine has tested nothing.
        Some(reason) if env::var_os("CI").is_none() => {
            Trial::test(format!("activity (ignored: {reason})"), || Ok(())).with_ignored_flag(true)
        }
        _ => Trial::test("activity", activity),
    };
    libtest_mimic::run(&arguments, vec![trial]).exit();
}

fn activity() -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("activity");
    let text = fs::read_to_string(folder.join("parity.toml"))?;
    let sources = Sources { file: Some(("parity.toml", &text)), profile: None, overrides: &[] };
    let mut config = envparity_config::resolve(&sources).map_err(|errors| format!("{errors:?}"))?.config;
    "local".clone_into(&mut config.compare.reference);
    config.compare.candidates.clear();
    config.compare.baseline = Some(SNAPSHOTS.to_owned());
    let scratch = tempfile::tempdir()?;
    let (_sender, stop) = tokio::sync::watch::channel(None);
    let request = RunRequest {
        base: folder.clone(),
        config,
        given: ConfigText { path: Some("parity.toml".to_owned()), text: Some(text), ..ConfigText::default() },
        selection: Selection::default(),
        command: "cargo test".to_owned(),
        keep: Keep::Never,
        places: places(scratch.path()),
        digest_key: Some(b"the same on every run".to_vec()),
        reports: Vec::new(),
        stop,
        explain: false,
        alone: false,
        supplier: None,
        held: Vec::new(),
    };
    let finished = tokio::runtime::Runtime::new()?.block_on(run(request, &|_| {}));
    let finished = finished.map_err(|error| format!("{error:?}"))?;
    let exchanges = normal_exchanges(&finished.folder, "local").map_err(|problem| problem.to_string())?;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder.join(SNAPSHOTS));
    settings.set_prepend_module_to_snapshot(false);
    for (place, text) in exchanges {
        // What insta calls the expression is what the baseline knows a case by.
        settings.bind(|| insta::assert_snapshot!(snapshot_name(place.id.as_str()), text, place.id.as_str()));
    }
    // The same comparison that `parity run` makes finds nothing, and approving changes nothing.
    let found: Vec<_> = finished.report.findings.iter().filter(|f| f.environment == BASELINE).collect();
    ensure(found.is_empty(), || format!("{found:#?}"))?;
    let approval = |baseline: PathBuf| {
        let (run, base) = (finished.folder.clone(), folder.clone());
        approve(&ApproveRequest {
            run,
            baseline: Some(baseline),
            base,
            only: vec![],
            pending: false,
            prune: false,
        })
        .map_err(|problem| problem.to_string())
    };
    let known = approval(folder.join(SNAPSHOTS))?;
    ensure(known.cases.iter().all(|(_, done)| *done == Approving::Unchanged), || format!("{known:?}"))?;
    ensure(known.stale.is_empty(), || format!("{:?}", known.stale))?;
    // insta and envparity agree on what an exchange looks like, whichever has written it.
    let written = approval(scratch.path().join("snapshots"))?;
    for (place, done) in &written.cases {
        ensure(*done == Approving::New, || format!("{done:?}"))?;
        let name = format!("{}.snap", snapshot_name(place.id.as_str()));
        let (mine, committed) = (written.folder.join(&name), folder.join(SNAPSHOTS).join(&name));
        let (mine, committed) = (contents(&mine)?, contents(&committed)?);
        ensure(mine == committed, || format!("{name}\n{mine}\n{committed}"))?;
    }
    settings.set_snapshot_path(written.folder);
    for (place, text) in normal_exchanges(&finished.folder, "local").map_err(|problem| problem.to_string())? {
        settings.bind(|| insta::assert_snapshot!(snapshot_name(place.id.as_str()), text, place.id.as_str()));
    }
    Ok(())
}

/// From the sample's folder.
const SNAPSHOTS: &str = "../../snapshots/activity";

/// A snapshot without its `source`: insta names the test that has written it, `parity approve` the suite.
fn contents(path: &Path) -> Result<String, Failed> {
    let text = fs::read_to_string(path)?;
    Ok(text.lines().filter(|line| !line.starts_with("source: ")).collect::<Vec<_>>().join("\n"))
}

fn ensure(holds: bool, words: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(words().into()) }
}

fn places(scratch: &Path) -> Places {
    let cache = env::var_os("CARGO_TARGET_TMPDIR").map_or_else(|| scratch.join("cache"), PathBuf::from);
    Places { cache_dir: cache, runtime_dir: scratch.to_owned(), lab_dir: scratch.join("labs") }
}

fn engine_missing() -> Option<String> {
    let scratch = tempfile::tempdir().ok()?;
    let runtime = tokio::runtime::Runtime::new().ok()?;
    let seen = runtime.block_on(examine(None, &places(scratch.path())));
    seen.into_iter().find(|seen| seen.subject.starts_with("engine") && !seen.works).map(|seen| seen.words)
}
