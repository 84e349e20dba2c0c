//! Node packages: the `package.json` of what lies directly in a `node_modules`.

use envparity_model::Ecosystem::Npm;
use serde_json::Value;

use crate::found::{Found, Scan};
use crate::tree::{join, split};

/// Debian's own places for Node packages.
const SYSTEM: &[&str] = &["/usr/share/nodejs", "/usr/lib/nodejs"];

/// A `node_modules` below one of these is input for somebody's tests.
const FIXTURES: &[&str] =
    &["__fixtures__", "__tests__", "example", "examples", "fixture", "fixtures", "spec", "test", "tests"];

/// Every package that a program could require.
pub(crate) fn read(scan: &mut Scan<'_>) -> Vec<Found> {
    let named = scan.tree.dirs().filter(|(dir, entries)| {
        entries.iter().any(|entry| entry.name == "package.json") && is_package_dir(dir)
    });
    let dirs: Vec<String> = named.map(|(dir, _)| dir.to_owned()).collect();
    dirs.iter().filter_map(|dir| read_package(scan, dir)).collect()
}

/// `…/node_modules/NAME`, `…/node_modules/@SCOPE/NAME`, and the same in Debian's places.
fn is_package_dir(dir: &str) -> bool {
    let (parent, name) = split(dir);
    if name.starts_with('@') || name.starts_with('.') {
        return false;
    }
    let modules = match split(parent) {
        (above, scope) if scope.starts_with('@') => above,
        _ => parent,
    };
    if SYSTEM.contains(&modules) {
        return true;
    }
    if split(modules).1 != "node_modules" {
        return false;
    }
    // Only folders inside another package count: an application may well live in `/test`.
    let Some((_, inner)) = dir.split_once("/node_modules/") else { return true };
    inner.split("/node_modules/").all(|package| {
        let named = if package.starts_with('@') { 2 } else { 1 };
        !package.split('/').skip(named).any(|part| FIXTURES.contains(&part))
    })
}

fn read_package(scan: &mut Scan<'_>, dir: &str) -> Option<Found> {
    let location = join(dir, "package.json");
    let text = scan.text(Npm, &location)?;
    let json: Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(json) => json,
        Err(error) => {
            scan.note(Npm, &location, &format!("not JSON: {error}"));
            return None;
        }
    };
    let field = |name: &str| json.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut found = Found::new(Npm, field("name")?, field("version")?, &location);
    if let Some(Value::Object(depends)) = json.get("dependencies") {
        found.require(depends.keys().map(String::as_str));
    }
    dir.clone_into(&mut found.base);
    let mut files = scan.tree.below(dir, &|inner| split(inner).1 != "node_modules");
    // npm 6 and older write where they installed it into the file itself.
    if field("_where").is_some() || field("_resolved").is_some() {
        files.retain(|file| *file != location);
    }
    found.set_files(&scan.tree, files);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryRoot;

    #[test]
    fn packages_are_told_from_fixtures() {
        for dir in [
            "/app/node_modules/express",
            "/app/node_modules/@babel/core",
            "/app/node_modules/express/node_modules/debug",
            "/app/node_modules/.pnpm/a@1/node_modules/a",
            "/test/node_modules/tests",
            "/app/node_modules/test/node_modules/inner",
            "/usr/share/nodejs/semver",
            "/usr/local/lib/node_modules/npm",
        ] {
            assert!(is_package_dir(dir), "{dir}");
        }
        for dir in [
            "/app",
            "/app/node_modules/@babel",
            "/app/node_modules/express/lib",
            "/app/node_modules/resolve/test/resolver/node_modules/x",
            "/app/node_modules/.bin",
        ] {
            assert!(!is_package_dir(dir), "{dir}");
        }
    }

    #[test]
    fn a_package_holds_its_files_and_not_those_of_nested_packages() {
        let mut root = MemoryRoot::new();
        root.file(
            "/app/node_modules/a/package.json",
            r#"{"name":"a","version":"1.0.0","dependencies":{"b":"^2"}}"#,
        )
        .file("/app/node_modules/a/index.js", "")
        .file("/app/node_modules/a/node_modules/b/package.json", r#"{"name":"b","version":"2.0.0"}"#)
        .file("/app/node_modules/esm/package.json", r#"{"type":"module"}"#)
        .file("/app/node_modules/bad/package.json", "{");
        let mut scan = Scan::new(&root);
        let all = read(&mut scan);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].files.as_ref().unwrap().len(), 2);
        assert_eq!(all[0].package.requires, ["b"]);
        assert_eq!(scan.unread.len(), 1);
    }
}
