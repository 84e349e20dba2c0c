//! The sample answers as approved: every exchange against its snapshot under `snapshots/`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use envparity_config::Sources;
use envparity_orchestrator::{
    ConfigText, Keep, Places, RunRequest, Selection, examine, normal_exchanges, run,
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
    let scratch = tempfile::tempdir()?;
    let (_sender, stop) = tokio::sync::watch::channel(None);
    let request = RunRequest {
        base: folder,
        config,
        given: ConfigText { path: Some("parity.toml".to_owned()), text: Some(text), ..ConfigText::default() },
        selection: Selection::default(),
        command: "cargo test".to_owned(),
        keep: Keep::Never,
        places: places(scratch.path()),
        digest_key: Some(b"the same on every run".to_vec()),
        reports: Vec::new(),
        stop,
        alone: true,
        supplier: None,
        held: Vec::new(),
    };
    let finished = tokio::runtime::Runtime::new()?.block_on(run(request, &|_| {}));
    let finished = finished.map_err(|error| format!("{error:?}"))?;
    let exchanges = normal_exchanges(&finished.folder, "local").map_err(|problem| problem.to_string())?;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots/activity"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (place, text) in exchanges {
        settings.set_description(format!("{}   {}:{}", place.id, place.file, place.line));
        settings.bind(|| insta::assert_snapshot!(file_name(place.id.as_str()), text));
    }
    Ok(())
}

/// Case ids as file names: letters, digits and a few signs stay.
fn file_name(id: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._~-".contains(c) { c } else { '_' };
    id.replace("{{", "").replace("}}", "").chars().map(safe).collect()
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
