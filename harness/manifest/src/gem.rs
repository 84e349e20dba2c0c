//! Ruby gems: every `specifications` directory, wherever a Ruby, a bundle or a distribution keeps one.

use std::collections::HashSet;

use envparity_model::Ecosystem::Gem;

use crate::found::{Found, Scan};
use crate::root::Kind;
use crate::tree::{Tree, join, split};

/// What building a native extension leaves behind; it names folders of the machine that built it.
const BUILD_LEFTOVERS: &[&str] = &["Makefile", "gem.build_complete", "gem_make.out", "mkmf.log"];

/// Every installed gem, default gems and git checkouts of bundler included.
pub(crate) fn read(scan: &mut Scan<'_>) -> Vec<Found> {
    let (mut specs, mut checkouts) = (Vec::new(), Vec::new());
    for (dir, entries) in scan.tree.dirs() {
        if dir.split('/').any(|part| part == "specifications") {
            let named = entries.iter().filter(|entry| entry.name.ends_with(".gemspec"));
            let files = named.filter(|entry| matches!(entry.kind, Kind::File | Kind::Symlink));
            specs.extend(files.map(|entry| join(dir, &entry.name)));
        } else if dir.ends_with("/bundler/gems") {
            let dirs = entries.iter().filter(|entry| entry.kind == Kind::Dir);
            checkouts.extend(dirs.map(|entry| join(dir, &entry.name)));
        }
    }
    let mut all: Vec<Found> = specs.iter().filter_map(|path| read_spec(scan, path)).collect();
    all.extend(checkouts.iter().filter_map(|path| read_checkout(scan, path)));
    all
}

fn read_spec(scan: &mut Scan<'_>, path: &str) -> Option<Found> {
    let text = scan.text(Gem, path)?;
    let (dir, file) = split(path);
    let stem = file.trim_end_matches(".gemspec");
    let Some(stub) = parse_stub(&text).or_else(|| parse_literals(&text)).or_else(|| parse_stem(stem)) else {
        scan.note(Gem, path, "neither a stub line nor a file name that holds a version");
        return None;
    };
    let mut found = Found::new(Gem, &stub.name, &stub.version, path);
    found.package.arch = stub.platform.filter(|platform| platform != "ruby");
    found.require(parse_requires(&text));

    let home = dir.trim_end_matches("/default").trim_end_matches("/specifications");
    let own = own_dirs(&scan.tree, home, stem);
    home.clone_into(&mut found.base);
    if own.iter().any(|dir| scan.tree.list(dir).is_some_and(|entries| !entries.is_empty())) {
        let files = own.iter().flat_map(|dir| scan.tree.below(dir, &|_| true));
        let files: Vec<String> = files.filter(|path| !BUILD_LEFTOVERS.contains(&split(path).1)).collect();
        found.set_files(&scan.tree, files);
    }
    if found.files.is_none() {
        found.base = library_dir(home);
        found.set_files(&scan.tree, listed_files(&scan.tree, home, &text));
    }
    Some(found)
}

/// `bundler/gems/NAME-SHA`: a gem from a git repository, known by its commit.
fn read_checkout(scan: &mut Scan<'_>, path: &str) -> Option<Found> {
    let (name, commit) = split(path).1.rsplit_once('-')?;
    if commit.len() < 7 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut found = Found::new(Gem, name, &format!("git-{commit}"), path);
    path.clone_into(&mut found.base);
    let files = scan.tree.below(path, &|dir| !dir.ends_with("/.git"));
    found.set_files(&scan.tree, files);
    Some(found)
}

struct Stub {
    name: String,
    version: String,
    platform: Option<String>,
}

/// `# stub: NAME VERSION PLATFORM PATHS`. Only the first one: gems with extensions carry a second, which
/// lists files.
fn parse_stub(text: &str) -> Option<Stub> {
    let line = text.lines().take(5).find_map(|line| line.strip_prefix("# stub: "))?;
    let mut words = line.split_whitespace();
    let (name, version) = (words.next()?.to_owned(), words.next()?.to_owned());
    let version = version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)?;
    Some(Stub { name, version, platform: words.next().map(str::to_owned) })
}

/// `s.name = "x"` and `s.version = "1.0"`, as literals.
fn parse_literals(text: &str) -> Option<Stub> {
    let value = |field: &str| {
        text.lines().find_map(|line| {
            let (_, rest) = line.trim().split_once(field)?;
            let rest = rest.trim_start().strip_prefix('=')?;
            let quoted = rest.split(['"', '\'']).nth(1)?;
            (!quoted.is_empty()).then(|| quoted.to_owned())
        })
    };
    Some(Stub { name: value(".name")?, version: value(".version")?, platform: value(".platform") })
}

/// `http-2-1.0.0-x86_64-linux`: the version starts at the first `-` after which a version and then a
/// platform, or nothing, follow.
fn parse_stem(stem: &str) -> Option<Stub> {
    stem.match_indices('-').find_map(|(at, _)| {
        let (name, rest) = (stem.get(..at)?, stem.get(at + 1..)?);
        let (version, platform) = match rest.split_once('-') {
            Some((version, platform)) => (version, Some(platform)),
            None => (rest, None),
        };
        let numbered = version.split('.').all(|part| !part.is_empty())
            && version.starts_with(|c: char| c.is_ascii_digit());
        let plausible = platform.is_none_or(|p| p.starts_with(|c: char| c.is_ascii_alphabetic()));
        (numbered && plausible).then(|| Stub {
            name: name.to_owned(),
            version: version.to_owned(),
            platform: platform.map(str::to_owned),
        })
    })
}

/// Names of runtime dependencies. Older RubyGems writes `add_runtime_dependency`, and repeats all kinds as
/// `add_dependency` for versions older still.
fn parse_requires(text: &str) -> Vec<&str> {
    let names = |call: &str| -> Vec<&str> {
        text.lines()
            .filter_map(|line| line.split_once(call)?.1.split_once("%q<")?.1.split_once('>'))
            .map(|(name, _)| name)
            .collect()
    };
    let runtime = names(".add_runtime_dependency(");
    if runtime.is_empty() && !text.contains(".add_development_dependency(") {
        return names(".add_dependency(");
    }
    runtime
}

/// The gem's own directory and those of its compiled extensions.
fn own_dirs(tree: &Tree<'_>, home: &str, full_name: &str) -> Vec<String> {
    let mut dirs = vec![format!("{home}/gems/{full_name}")];
    let extensions = format!("{home}/extensions");
    for platform in tree.list(&extensions).unwrap_or_default() {
        let platform = join(&extensions, &platform.name);
        for abi in tree.list(&platform).unwrap_or_default() {
            dirs.push(join(&join(&platform, &abi.name), full_name));
        }
    }
    dirs
}

/// `/usr/lib/ruby/gems/3.1.0` keeps the files of default gems in `/usr/lib/ruby/3.1.0`.
fn library_dir(home: &str) -> String {
    let (gems, abi) = split(home);
    join(gems.strip_suffix("/gems").unwrap_or(gems), abi)
}

/// A default gem lies in the standard library; its specification lists the files.
fn listed_files(tree: &Tree<'_>, home: &str, text: &str) -> Vec<String> {
    let Some(list) = text.lines().find_map(|line| line.trim().strip_prefix("s.files = [")) else {
        return Vec::new();
    };
    let library = library_dir(home);
    let (ruby, abi) = split(&library);
    let mut dirs: HashSet<String> = HashSet::from([library.clone()]);
    let native = |entry: &&crate::DirEntry| entry.kind == Kind::Dir && entry.name.contains("-linux");
    dirs.extend(
        tree.list(&library).unwrap_or_default().iter().filter(native).map(|e| join(&library, &e.name)),
    );
    // Debian: `/usr/lib/x86_64-linux-gnu/ruby/3.1.0`.
    let lib = split(ruby).0;
    dirs.extend(tree.list(lib).unwrap_or_default().iter().filter(native).map(|e| {
        let place = join(lib, &e.name);
        format!("{place}/ruby/{abi}")
    }));
    let names = list.split('"').skip(1).step_by(2);
    let names = names.map(|name| name.strip_prefix("lib/").unwrap_or(name));
    names.flat_map(|name| dirs.iter().map(move |dir| join(dir, name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryRoot;

    const JSON: &str = "# -*- encoding: utf-8 -*-\n# stub: json 2.6.1 ruby lib\n\
        # stub: ext/json/ext/generator/extconf.rb ext/json/extconf.rb\n\nGem::Specification.new do |s|\n  \
        s.files = [\"README.md\".freeze, \"json.rb\".freeze, \"json/ext/parser.so\".freeze]\n";

    #[test]
    fn file_names_are_split_at_the_version() {
        let parse = |stem| parse_stem(stem).map(|s| (s.name, s.version, s.platform.unwrap_or_default()));
        let of = |a: &str, b: &str, c: &str| Some((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(parse("http-2-1.0.0"), of("http-2", "1.0.0", ""));
        assert_eq!(parse("nokogiri-1.15.4-x86_64-linux"), of("nokogiri", "1.15.4", "x86_64-linux"));
        assert_eq!(parse("eventmachine-1.3.0.dev.1"), of("eventmachine", "1.3.0.dev.1", ""));
        assert_eq!(parse("none"), None);
    }

    #[test]
    fn default_gems_own_the_files_that_their_specification_lists() {
        let mut root = MemoryRoot::new();
        root.file("/usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec", JSON)
            .file("/usr/lib/ruby/3.1.0/json.rb", "")
            .file("/usr/lib/x86_64-linux-gnu/ruby/3.1.0/json/ext/parser.so", "");
        let all = read(&mut Scan::new(&root));
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].package.name.as_str(), all[0].package.version.as_str()), ("json", "2.6.1"));
        let files = all[0].files.as_deref().unwrap();
        assert_eq!(
            files,
            ["/usr/lib/ruby/3.1.0/json.rb", "/usr/lib/x86_64-linux-gnu/ruby/3.1.0/json/ext/parser.so"]
        );
    }

    #[test]
    fn a_gem_without_a_stub_line_is_known_by_its_literals_or_its_file() {
        let mut root = MemoryRoot::new();
        let spec = "Gem::Specification.new do |s|\n  s.name = \"rack\"\n  s.version = \"2.2.4\"\n  \
                    s.add_runtime_dependency(%q<a>.freeze, [\"> 1\"])\n  s.add_dependency(%q<dev>.freeze)\nend\n";
        root.file("/app/vendor/bundle/ruby/3.1.0/specifications/rack-2.2.4.gemspec", spec)
            .file("/app/vendor/bundle/ruby/3.1.0/gems/rack-2.2.4/lib/rack.rb", "")
            .file("/app/vendor/bundle/ruby/3.1.0/specifications/odd-1.0.gemspec", "eval 'x'")
            .file("/app/vendor/bundle/ruby/3.1.0/bundler/gems/own-0123456789ab/lib/own.rb", "")
            .file("/app/spec/x.gemspec", "not installed");
        let all = read(&mut Scan::new(&root));
        let seen: Vec<(&str, &str)> =
            all.iter().map(|f| (f.package.name.as_str(), f.package.version.as_str())).collect();
        assert_eq!(seen, [("odd", "1.0"), ("rack", "2.2.4"), ("own", "git-0123456789ab")]);
        assert_eq!(all[1].package.requires, ["a"]);
        assert_eq!(all[1].files.as_ref().unwrap().len(), 1);
    }
}
