//! A Postman collection (v2.1, and v2.0 where it is alike, <https://schema.postman.com/>) as one Hurl file for each
//! folder.

mod auth;
mod origin;
mod request;
mod script;
mod template;
mod variables;

use envparity_model::Problem;
use envparity_openapi::read_json;
use serde_json::Value;

use crate::hurl::File;
use crate::imported::{Imported, Loss, NamedFile};
use crate::name::{Names, slug};
use crate::openapi::variable_lines;
use crate::secret::Secrets;
use auth::Auth;
use origin::Origin;
use request::Writer;
use variables::Variables;

/// The most requests of one collection, and how deep its folders nest.
const MOST_REQUESTS: usize = 20_000;

/// Converts a collection. `path` is its name; `environment` the name and text of an exported environment, whose
/// values become a file of variables together with the collection's own.
///
/// # Errors
/// Text that is no collection or environment, with file, line and column where it is no JSON.
pub fn postman(path: &str, text: &str, environment: Option<(&str, &str)>) -> Result<Imported, Problem> {
    let mut value = read_json(path, text)?;
    if let Some(inner) = value.get_mut("collection") {
        value = inner.take();
    }
    let Some(items) = value.get("item").and_then(Value::as_array) else {
        return Err(Problem::new(format!("`{path}` is no Postman collection"))
            .hint("export it from Postman as Collection v2.1"));
    };
    let mut imported = Imported::default();
    let variables = Variables::read(&value, environment, &mut imported)?;
    let mut folders = Vec::new();
    let name = value.pointer("/info/name").and_then(Value::as_str).unwrap_or("collection");
    let root = Folder { name: name.to_owned(), auth: Auth::of(&value, None), requests: Vec::new() };
    gather(items, root, &mut folders);
    scripts_of("collection", &value, &mut imported);
    listed_folder_scripts(items, &mut imported);
    if folders.iter().map(|folder| folder.requests.len()).sum::<usize>() > MOST_REQUESTS {
        return Err(Problem::new(format!("`{path}` holds more than {MOST_REQUESTS} requests")));
    }
    let all = || folders.iter().flat_map(|folder| &folder.requests);
    let Some(origin) = Origin::find(all().map(|item| request::url_of(item)), &variables) else {
        return Err(Problem::new(format!("`{path}` holds no request")));
    };
    let mut files = Vec::new();
    let mut writer = Writer::new(&origin, &variables);
    for folder in &folders {
        files.push((folder.name.clone(), convert(folder, &mut writer, &mut imported)));
    }
    finish(path, &origin, &variables, writer, files, &mut imported);
    Ok(imported)
}

/// Requests that stand together in one folder.
struct Folder<'v> {
    name: String,
    auth: Auth,
    requests: Vec<&'v Value>,
}

/// Folders with requests of their own, depth first. The reader of JSON bounds the depth.
fn gather<'v>(items: &'v [Value], mut folder: Folder<'v>, folders: &mut Vec<Folder<'v>>) {
    let mut inner = Vec::new();
    for item in items {
        if let Some(items) = item.get("item").and_then(Value::as_array) {
            let own = item.get("name").and_then(Value::as_str).unwrap_or("folder");
            let name = format!("{} {own}", if folder.auth.is_root { "" } else { &folder.name });
            inner.push((
                items,
                Folder { name, auth: Auth::of(item, Some(&folder.auth)), requests: Vec::new() },
            ));
        } else if item.get("request").is_some() {
            folder.requests.push(item);
        }
    }
    if !folder.requests.is_empty() {
        folders.push(folder);
    }
    for (items, folder) in inner {
        gather(items, folder, folders);
    }
}

fn convert(folder: &Folder<'_>, writer: &mut Writer<'_>, imported: &mut Imported) -> File {
    let before = imported.left_out.len();
    let mut file = File::default();
    for item in &folder.requests {
        file.entries.extend(writer.entry(item, &folder.auth, imported));
    }
    let lost = &imported.left_out[before..];
    if !lost.is_empty() {
        file.tail.push("Not converted:".to_owned());
        file.tail.extend(lost.iter().map(|l| format!("  {}: {}", l.subject, l.reason)));
    }
    file
}

fn finish(
    path: &str,
    origin: &Origin,
    variables: &Variables,
    mut writer: Writer<'_>,
    files: Vec<(String, File)>,
    imported: &mut Imported,
) {
    let secrets: Secrets = std::mem::take(&mut writer.secrets);
    let mut names = Names::default();
    for (name, mut file) in files.into_iter().filter(|(_, file)| !file.entries.is_empty()) {
        secrets.hide(&mut file);
        let wanted = writer.wanted(&file, &secrets);
        file.head = vec![
            name.trim().to_owned(),
            format!(
                "Begun by `parity import postman` from {}; yours to edit.",
                path.rsplit('/').next().unwrap_or(path)
            ),
        ];
        file.head.extend(origin.comment());
        file.head.extend(variable_lines(&wanted));
        for variable in wanted {
            imported.want(variable);
        }
        let name = format!("{}.hurl", names.unique(&slug(&name), '-'));
        imported.files.push(NamedFile { name, text: file.render(), entries: file.entries.len() });
    }
    imported.files.extend(variables.file(imported.files.iter().map(|file| file.text.as_str())));
}

/// Scripts of folders run before or after every request in them.
fn listed_folder_scripts(items: &[Value], imported: &mut Imported) {
    for item in items {
        if let Some(inner) = item.get("item").and_then(Value::as_array) {
            let name = item.get("name").and_then(Value::as_str).unwrap_or("folder");
            scripts_of(&format!("folder {name}"), item, imported);
            listed_folder_scripts(inner, imported);
        }
    }
}

fn scripts_of(subject: &str, owner: &Value, imported: &mut Imported) {
    for (listen, script) in script::events(owner) {
        if !script.trim().is_empty() {
            imported.omit(subject, format!("its {listen} script runs with every request"), Loss::Part);
        }
    }
}
