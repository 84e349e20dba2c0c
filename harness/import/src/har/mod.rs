//! What a browser or a proxy has recorded (HAR 1.2, <http://www.softwareishard.com/blog/har-12-spec/>) as one Hurl
//! file: requests in their order, secrets as variables, values of earlier responses as captures.

mod exclusion;
mod record;
mod trace;
mod write;

use envparity_model::Problem;
use envparity_openapi::read_json;
use serde_json::Value;

use crate::hurl::File;
use crate::imported::{Imported, Loss, NamedFile, Variable};
use crate::name::slug;
use crate::openapi::variable_lines;
use crate::secret::Secrets;
use record::Record;
use trace::Trace;
pub(crate) use write::file_name;

/// The most requests of one recording.
const MOST_ENTRIES: usize = 20_000;

/// How a recording is read.
#[derive(Debug, Clone, Default)]
pub struct HarOptions {
    /// The host (and port) of the service; none: the one that is asked most.
    pub host: Option<String>,
}

/// Converts a recording. `path` is its name.
///
/// # Errors
/// Text that is no HAR, with file, line and column where it is no JSON; a recording that never asks the host.
pub fn har(path: &str, text: &str, options: &HarOptions) -> Result<Imported, Problem> {
    let value = read_json(path, text)?;
    let Some(entries) = value.pointer("/log/entries").and_then(Value::as_array) else {
        return Err(Problem::new(format!("`{path}` is no HAR recording")).hint("it holds `log.entries`"));
    };
    if entries.len() > MOST_ENTRIES {
        return Err(Problem::new(format!("`{path}` holds more than {MOST_ENTRIES} requests")));
    }
    let mut imported = Imported::default();
    let mut records = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        match Record::read(entry) {
            Ok(record) => records.push(record),
            Err(reason) => imported.omit(format!("entry {}", at + 1), reason, Loss::Request),
        }
    }
    let host = options.host.clone().map(|host| host.to_ascii_lowercase());
    let Some(host) = host.or_else(|| exclusion::main_host(&records)) else {
        return Err(Problem::new(format!("`{path}` holds no request to a service"))
            .hint("name its host with `--host`, if it serves files only"));
    };
    let mut kept = Vec::new();
    for record in records {
        match exclusion::reason(&record, &host) {
            Some((reason, loss)) => imported.omit(record.subject(), reason, loss),
            None => kept.push(record),
        }
    }
    if kept.is_empty() {
        return Err(Problem::new(format!("`{path}` holds no request to `{host}`")));
    }
    let file = convert(path, &host, &kept, &mut imported);
    let text = file.render();
    imported.files.push(NamedFile {
        name: format!("{}.hurl", slug(&host)),
        text,
        entries: file.entries.len(),
    });
    Ok(imported)
}

fn convert(path: &str, host: &str, kept: &[Record], imported: &mut Imported) -> File {
    let mut secrets = Secrets::default();
    for record in kept {
        record.secrets(&mut secrets);
    }
    let trace = Trace::new(kept, &secrets);
    let mut file = File::default();
    for (at, record) in kept.iter().enumerate() {
        let mut entry = write::entry(record, at, &trace, &secrets, imported);
        entry.captures = trace.captures(at);
        file.entries.push(entry);
    }
    secrets.hide(&mut file);
    for (name, about) in secrets.used(&file) {
        imported.want(Variable { name, about, secret: true });
    }
    file.head = vec![
        host.to_owned(),
        format!(
            "Begun by `parity import har` from {}; yours to edit.",
            path.rsplit('/').next().unwrap_or(path)
        ),
    ];
    file.head.extend(variable_lines(&imported.variables));
    file.tail = tail(imported);
    file
}

fn tail(imported: &Imported) -> Vec<String> {
    let mut tail = Vec::new();
    for (heading, meant) in [("Not converted:", false), ("Left out, as no part of the contract:", true)] {
        let mut those = imported.left_out.iter().filter(|l| (l.loss == Loss::Meant) == meant).peekable();
        if those.peek().is_some() {
            tail.push(heading.to_owned());
            tail.extend(those.map(|l| format!("  {}: {}", l.subject, l.reason)));
        }
    }
    tail
}
