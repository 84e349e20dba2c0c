//! `parity import`: suites begun from what there is already.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use envparity_import::{HarOptions, Imported, Loss, har, openapi, postman};
use envparity_model::Problem;
use envparity_openapi::Document;
use envparity_orchestrator::write_atomically;

use crate::args::{ImportArgs, ImportCommand};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// Imports.
pub(crate) fn execute(command: &ImportCommand) -> Result<Exit, Failure> {
    let (ImportCommand::Openapi { args }
    | ImportCommand::Har { args, .. }
    | ImportCommand::Postman { args, .. }) = command;
    let imported = convert(command, args).map_err(Failure::usage)?;
    let paths: Vec<PathBuf> = imported.files.iter().map(|file| args.output.join(&file.name)).collect();
    if !args.force {
        check_free(&paths).map_err(Failure::usage)?;
    }
    for (path, file) in paths.iter().zip(&imported.files) {
        write_atomically(path, file.text.as_bytes()).map_err(Failure::usage)?;
    }
    output::result(&written(&imported, &paths));
    output::note(&left_out(&imported));
    Ok(if args.strict && imported.is_partial() { Exit::Partial } else { Exit::Done })
}

fn convert(command: &ImportCommand, args: &ImportArgs) -> Result<Imported, Problem> {
    let text = read(&args.file)?;
    let name = args.file.display().to_string();
    match command {
        ImportCommand::Openapi { .. } => openapi(&document(&args.file, &text)?),
        ImportCommand::Har { host, .. } => har(&name, &text, &HarOptions { host: host.clone() }),
        ImportCommand::Postman { environment: None, .. } => postman(&name, &text, None),
        ImportCommand::Postman { environment: Some(path), .. } => {
            let environment = read(path)?;
            postman(&name, &text, Some((&path.display().to_string(), &environment)))
        }
    }
}

/// A document with the files that it refers to, which are looked for beside it.
fn document(path: &Path, text: &str) -> Result<Document, Problem> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = |path: &str| fs::read_to_string(folder.join(path)).map_err(|error| error.to_string());
    Document::read(&name, text, &beside)
}

fn read(path: &Path) -> Result<String, Problem> {
    let failed = |reason: String| Problem::new(format!("failed to read `{}`: {reason}", path.display()));
    let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| failed("it is no UTF-8 text".to_owned()))
}

/// Nothing is written where anything would be lost.
fn check_free(paths: &[PathBuf]) -> Result<(), Problem> {
    let taken: Vec<String> = paths
        .iter()
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| format!("`{}`", path.display()))
        .collect();
    if taken.is_empty() {
        return Ok(());
    }
    let (verb, them) = if taken.len() == 1 { ("is", "it") } else { ("are", "them") };
    Err(Problem::new(format!("{} {verb} there already", taken.join(", ")))
        .hint(format!("write elsewhere with `-o FOLDER`, or over {them} with `--force`")))
}

fn written(imported: &Imported, paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for (name, file) in names.iter().zip(&imported.files) {
        let what = match file.entries {
            0 => "variables".to_owned(),
            1 => "1 entry".to_owned(),
            many => format!("{many} entries"),
        };
        let _ = writeln!(text, "{name:width$}   {what}");
    }
    for variable in &imported.variables {
        let secret = if variable.secret { " (secret)" } else { "" };
        let line = format!("give   {}: {}{secret}", variable.name, variable.about);
        let _ = writeln!(text, "{}", envparity_report::visible(&line));
    }
    text
}

fn left_out(imported: &Imported) -> String {
    let mut text = String::new();
    for left_out in &imported.left_out {
        let label = match left_out.loss {
            Loss::Request => "not converted",
            Loss::Part => "in part",
            Loss::Meant => "left out",
        };
        // What stands in a document is somebody else's text.
        let line = format!("{label:13}   {}: {}", left_out.subject, left_out.reason);
        let _ = writeln!(text, "{}", envparity_report::visible(&line));
    }
    text
}
