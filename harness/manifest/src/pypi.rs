//! Python distributions: `*.dist-info`, `*.egg-info` and eggs, in any folder.

use envparity_model::Ecosystem::Pypi;

use crate::fields::Fields;
use crate::found::{Found, Scan};
use crate::root::Kind;
use crate::tree::{join, split};

/// Says how a distribution came here, not what it is.
const INSTALLER_NOTES: &[&str] =
    &["INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "installed-files.txt"];

/// Every distribution that has left a record.
pub(crate) fn read(scan: &mut Scan<'_>) -> Vec<Found> {
    let mut records = Vec::new();
    for (dir, entries) in scan.tree.dirs() {
        for entry in entries {
            let path = join(dir, &entry.name);
            let is_dir = entry.kind == Kind::Dir
                || (entry.kind == Kind::Symlink
                    && scan.tree.real(&path).is_some_and(|real| scan.tree.list(&real).is_some()));
            match entry.name.rsplit_once('.') {
                Some((stem, "dist-info")) if is_dir => records.push((path, "METADATA", stem.to_owned())),
                Some((stem, "egg-info")) if is_dir => records.push((path, "PKG-INFO", stem.to_owned())),
                Some((stem, "egg-info")) => records.push((path, "", stem.to_owned())),
                Some((stem, "egg")) if is_dir => {
                    records.push((join(&path, "EGG-INFO"), "PKG-INFO", stem.to_owned()));
                }
                Some((stem, "egg")) if is_packages_dir(dir) => records.push((path, "zip", stem.to_owned())),
                _ => {}
            }
        }
    }
    records.iter().filter_map(|(path, file, stem)| read_record(scan, path, file, stem)).collect()
}

fn is_packages_dir(dir: &str) -> bool {
    dir.ends_with("/site-packages") || dir.ends_with("/dist-packages")
}

fn read_record(scan: &mut Scan<'_>, path: &str, file: &str, stem: &str) -> Option<Found> {
    let location = if matches!(file, "" | "zip") { path.to_owned() } else { join(path, file) };
    let before = scan.unread.len();
    // A zipped egg says its version in its name only, short of unpacking it.
    let text = if file == "zip" { None } else { scan.text(Pypi, &location) };
    if scan.unread.len() > before {
        return None;
    }
    let text = text.unwrap_or_default();
    let fields = Fields::parse(&text);
    let mut from_stem = stem.splitn(3, '-');
    let (stem_name, stem_version) = (from_stem.next(), from_stem.next());
    let (Some(name), Some(version)) =
        (fields.get("Name").or(stem_name), fields.get("Version").or(stem_version))
    else {
        // A folder that was left behind empty is no distribution.
        if !text.is_empty() {
            scan.note(Pypi, &location, "no name or no version");
        }
        return None;
    };
    let mut found = Found::new(Pypi, name, version, &location);
    let egg_requires = scan.text(Pypi, &join(path, "requires.txt")).unwrap_or_default();
    let unconditional = egg_requires.lines().take_while(|line| !line.trim_start().starts_with('['));
    found.require(fields.all("Requires-Dist").chain(unconditional).filter_map(parse_requirement));

    let site = split(path).0.to_owned();
    let files = files_of(scan, path, file, &site, stem, name);
    found.base = site;
    found.set_files(&scan.tree, files);
    Some(found)
}

/// The paths that the installer recorded; else, where no system package owns the record, what is named
/// like the distribution.
fn files_of(scan: &mut Scan<'_>, path: &str, file: &str, site: &str, stem: &str, name: &str) -> Vec<String> {
    if file == "zip" {
        return vec![path.to_owned()];
    }
    if path.ends_with("/EGG-INFO") {
        return scan.tree.below(site, &|_| true);
    }
    let recorded =
        match (scan.text(Pypi, &join(path, "RECORD")), scan.text(Pypi, &join(path, "installed-files.txt"))) {
            (Some(record), _) => Some((site, record)),
            (None, Some(list)) => Some((path, list)),
            (None, None) => None,
        };
    if let Some((base, list)) = recorded {
        let lines = list.lines().map(parse_record_path);
        let lines = lines.filter(|line| !line.is_empty() && !is_script(line));
        let paths = lines.map(|line| if line.starts_with('/') { line } else { join(base, &line) });
        return paths.filter(|path| !INSTALLER_NOTES.contains(&split(path).1)).collect();
    }
    if scan.owners.contains_key(path) || scan.owners.contains_key(&join(path, file)) {
        return Vec::new();
    }
    let listed = scan.text(Pypi, &join(path, "top_level.txt")).unwrap_or_default();
    let mut modules: Vec<String> = listed.lines().map(|line| line.trim().to_owned()).collect();
    if modules.iter().all(String::is_empty) {
        let guess = name.replace(['-', '.'], "_");
        modules = vec![guess.to_ascii_lowercase(), guess, stem.split('-').next().unwrap_or(stem).to_owned()];
    }
    let modules = modules.into_iter().filter(|m| !m.is_empty() && !m.split('/').any(|part| part == ".."));
    let paths = modules.flat_map(|module| {
        let place = join(site, &module);
        let mut paths = scan.tree.below(&place, &|_| true);
        paths.push(format!("{place}.py"));
        paths
    });
    paths.collect()
}

/// Scripts are made by the installer and name the interpreter's folder; what they call is in
/// `entry_points.txt`.
fn is_script(recorded: &str) -> bool {
    recorded.trim_start_matches("../").starts_with("bin/")
}

/// The first column of a CSV line.
fn parse_record_path(line: &str) -> String {
    match line.strip_prefix('"') {
        Some(quoted) => {
            let end = quoted.find("\",").or_else(|| quoted.rfind('"')).unwrap_or(quoted.len());
            quoted[..end].replace("\"\"", "\"")
        }
        None => line.split(',').next().unwrap_or_default().trim().to_owned(),
    }
}

/// The name in a requirement without a marker: `jinja2 (>=3)`, `requests[socks]>=2`; none under a marker.
fn parse_requirement(text: &str) -> Option<&str> {
    let text = text.trim();
    if text.contains(';') || text.is_empty() {
        return None;
    }
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = text.find(|c| !name(c)).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryRoot;

    #[test]
    fn every_form_of_record_is_a_distribution() {
        let mut root = MemoryRoot::new();
        root.file(
            "/opt/venv/lib/python3.11/site-packages/Flask_Login-0.6.3.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: Flask-Login\nVersion: 0.6.3\nRequires-Dist: Flask (>=1.0.4)\n\
             Requires-Dist: tomli; python_version < \"3.11\"\n\nName: not-this\n",
        )
        .file(
            "/opt/venv/lib/python3.11/site-packages/Flask_Login-0.6.3.dist-info/RECORD",
            "flask_login/__init__.py,sha256=x,1\nflask_login/__pycache__/a.pyc,,\n../../../bin/login,,\n\"a,b.py\",,\nFlask_Login-0.6.3.dist-info/RECORD,,\n",
        )
        .file("/opt/venv/lib/python3.11/site-packages/flask_login/__init__.py", "")
        .file("/opt/venv/lib/python3.11/site-packages/flask_login/__pycache__/a.pyc", "")
        .file("/opt/venv/lib/python3.11/site-packages/a,b.py", "")
        .file("/opt/venv/bin/login", "#!/opt/venv/bin/python3")
        .file("/usr/lib/python3/dist-packages/six-1.16.0.egg-info", "Name: six\nVersion: 1.16.0\n")
        .file("/usr/lib/python3/dist-packages/six.py", "")
        .file("/usr/lib/python3/dist-packages/old-1.0-py2.7.egg/EGG-INFO/PKG-INFO", "Name: old\nVersion: 1.0\n")
        .file("/usr/lib/python3/dist-packages/zipped-2.0-py3.11.egg", "PK")
        .file("/function/broken-1.2.dist-info/top_level.txt", "broken\n")
        .file("/function/broken/__init__.py", "");
        let mut scan = Scan::new(&root);
        let all = read(&mut scan);
        let mut seen: Vec<(String, String, usize)> = all
            .iter()
            .map(|f| {
                (f.package.name.clone(), f.package.version.clone(), f.files.as_ref().map_or(0, Vec::len))
            })
            .collect();
        seen.sort();
        let expected = [
            ("broken", "1.2", 1),
            ("flask-login", "0.6.3", 2),
            ("old", "1.0", 1),
            ("six", "1.16.0", 1),
            ("zipped", "2.0", 1),
        ];
        assert_eq!(seen, expected.map(|(n, v, f)| (n.to_owned(), v.to_owned(), f)));
        let login = all.iter().find(|f| f.package.name == "flask-login").unwrap();
        assert_eq!(login.package.requires, ["flask"]);
        assert!(scan.unread.is_empty());
    }

    #[test]
    fn a_record_that_is_denied_is_unread() {
        let mut root = MemoryRoot::new();
        root.denied("/site/secret-1.0.dist-info/METADATA", "permission denied");
        let mut scan = Scan::new(&root);
        assert!(read(&mut scan).is_empty());
        assert_eq!(scan.unread.len(), 1);
    }
}
