//! `[image]`, and the image of an environment.

use envparity_model::Problem;

use crate::model::{ImageSource, ImageSpec, Sync, Transfer};
use crate::problem::Problems;
use crate::tree::Table;

const SOURCES: [&str; 3] = ["build", "ref", "archive"];

/// Reads an image; none if it names no source.
pub(super) fn read(table: &Table, problems: &mut Problems<'_>) -> Option<ImageSpec> {
    let given: Vec<_> = table.entries.iter().filter(|e| SOURCES.contains(&e.key.as_str())).collect();
    if let [first, second, ..] = given.as_slice() {
        let message = format!("an image has both `{}` and `{}`", first.key, second.key);
        problems.report(second.key_place, Problem::new(message).hint("one of `build`, `ref` and `archive`"));
    }
    let source = given.first()?;
    for key in ["dockerfile", "build-args", "target"] {
        if let Some(entry) = table.entry(key).filter(|_| source.key != "build") {
            let message = format!("`{key}` has no effect on an image that is not built");
            problems.report(entry.key_place, Problem::new(message).hint("it goes with `build`"));
        }
    }
    if let Some(entry) = table.entry("tag").filter(|_| source.key == "ref") {
        let problem = Problem::new("`tag` has no effect beside `ref`");
        problems.report(entry.key_place, problem.hint("the reference holds the tag, as `team/app:1.4`"));
    }
    let text = source.node.text().unwrap_or_default().to_owned();
    Some(ImageSpec {
        source: match source.key.as_str() {
            "build" => ImageSource::Build {
                context: text,
                dockerfile: table.string("dockerfile"),
                args: table.text_map("build-args"),
                target: table.string("target"),
            },
            "ref" => ImageSource::Ref(text),
            _ => ImageSource::Archive(text),
        },
        tag: table.string("tag"),
        platform: table.string("platform"),
        sync: match table.text("sync") {
            Some("always") => Sync::Always,
            Some("never") => Sync::Never,
            _ => Sync::Missing,
        },
        transfer: match table.text("transfer") {
            Some("layers") => Transfer::Layers,
            Some("registry") => Transfer::Registry,
            Some("load") => Transfer::Load,
            _ => Transfer::Auto,
        },
    })
}
