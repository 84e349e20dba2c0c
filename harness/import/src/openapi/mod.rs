//! An OpenAPI document as one Hurl file for each tag.

mod body;
mod parameter;
mod pattern;
mod request;
mod resource;
mod sample;
mod security;

use std::collections::BTreeMap;

use envparity_model::Problem;
use envparity_openapi::{Document, Node, Operation};

use crate::hurl::File;
use crate::imported::{Imported, Loss, NamedFile, Variable};
use crate::name::{Names, slug};
use request::Writer;
use resource::Resources;
use security::Security;

/// The most operations of one document.
const MOST_OPERATIONS: usize = 20_000;

/// Converts a document.
///
/// # Errors
/// A document without operations, or with too many.
pub fn openapi(document: &Document) -> Result<Imported, Problem> {
    let operations = document.operations();
    let path = document.path();
    if operations.is_empty() {
        return Err(
            Problem::new(format!("`{path}` describes no operation")).hint("it has no method under `paths`")
        );
    }
    if operations.len() > MOST_OPERATIONS {
        return Err(Problem::new(format!("`{path}` describes more than {MOST_OPERATIONS} operations")));
    }
    let mut imported = Imported::default();
    for (path, reason) in document.unread() {
        imported.omit(format!("file {path}"), reason, Loss::Part);
    }
    for (path, reference) in document.lost_paths() {
        imported.omit(format!("path {path}"), format!("`{reference}` leads nowhere"), Loss::Part);
    }
    for (name, _) in document.top().get("webhooks").into_iter().flat_map(Node::entries) {
        imported.omit(format!("webhook {name}"), "the service sends it", Loss::Meant);
    }
    let security = Security::new(document);
    let prefix = document.prefixes().into_iter().next().unwrap_or_default();
    let mut names = Names::default();
    for (group, operations) in grouped(operations) {
        let mut part = group_of(document, &group, operations, &prefix, &security);
        let name = format!("{}.hurl", names.unique(&slug(&group), '-'));
        imported.left_out.append(&mut part.imported.left_out);
        part.imported.variables.into_iter().for_each(|variable| imported.want(variable));
        if part.file.entries.is_empty() {
            continue;
        }
        let entries = part.file.entries.len();
        imported.files.push(NamedFile { name, text: part.file.render(), entries });
    }
    Ok(imported)
}

/// Operations by tag, or else by the first segment of their path; in the order of the document.
fn grouped(operations: Vec<Operation<'_>>) -> Vec<(String, Vec<Operation<'_>>)> {
    let mut groups: Vec<(String, Vec<Operation<'_>>)> = Vec::new();
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    for operation in operations {
        let tag = operation
            .node
            .get("tags")
            .and_then(|tags| tags.items().next())
            .and_then(|tag| tag.value().as_str());
        let segment =
            operation.path.split('/').find(|segment| !segment.is_empty() && !segment.starts_with('{'));
        let group = tag.filter(|tag| !tag.is_empty()).or(segment).unwrap_or("root");
        // Tags that differ in spelling only are one file.
        let at = *index.entry(slug(group)).or_insert_with(|| {
            groups.push((group.to_owned(), Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(operation);
    }
    groups
}

struct Group {
    file: File,
    imported: Imported,
}

fn group_of(
    document: &Document,
    name: &str,
    mut operations: Vec<Operation<'_>>,
    prefix: &str,
    security: &Security,
) -> Group {
    resource::sort(&mut operations);
    let resources = Resources::new(&operations);
    let mut writer = Writer { prefix, security, resources: &resources, imported: Imported::default() };
    let mut file = File::default();
    for operation in &operations {
        file.entries.extend(writer.entry(operation));
    }
    let imported = writer.imported;
    file.head = head(document, name, &imported.variables);
    if !imported.left_out.is_empty() {
        file.tail.push("Not converted:".to_owned());
        file.tail.extend(imported.left_out.iter().map(|l| format!("  {}: {}", l.subject, l.reason)));
    }
    Group { file, imported }
}

fn head(document: &Document, name: &str, variables: &[Variable]) -> Vec<String> {
    let tags = document.top().get("tags").into_iter().flat_map(Node::items);
    let about = tags.filter(|tag| tag.text("name") == Some(name)).find_map(|tag| tag.text("description"));
    let mut head = vec![match about.and_then(|about| about.lines().next()) {
        Some(about) => format!("{name}: {about}"),
        None => name.to_owned(),
    }];
    let path = document.path().rsplit('/').next().unwrap_or_default();
    head.push(format!("Begun by `parity import openapi` from {path}; yours to edit."));
    head.extend(variable_lines(variables));
    head
}

/// What a person must give before a file can run.
pub(crate) fn variable_lines(variables: &[Variable]) -> Vec<String> {
    if variables.is_empty() {
        return Vec::new();
    }
    let width = variables.iter().map(|variable| variable.name.len()).max().unwrap_or(0);
    let mut lines =
        vec!["Give these values, in [variables] of parity.toml or as --variable NAME=VALUE:".to_owned()];
    lines.extend(variables.iter().map(|variable| {
        let secret = if variable.secret { " (secret)" } else { "" };
        format!("  {:width$}  {}{secret}", variable.name, variable.about)
    }));
    lines
}
