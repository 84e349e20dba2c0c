//! Which package or fact may be to blame for a response: ranked guesses, never an exclusion.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use envparity_model::{ChangeKind, Ecosystem, FactChange, PackageChange, Suspect, SuspectReason};

use super::facts::one_sided;
use crate::excerpt::cut;

/// Suspects kept for a finding.
const SHOWN: usize = 5;
/// Bytes of texts kept for a whole run: beyond, drifts are ranked without theirs.
const BUDGET: usize = 8 << 20;
/// Bytes of one text.
const ONE_TEXT: usize = 8192;

/// Texts that may name a suspect, each once.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    texts: HashMap<u64, Text>,
    spent: usize,
}

/// A text in lower case, and with separators of names made one.
#[derive(Debug)]
struct Text {
    words: String,
}

impl Evidence {
    /// Keeps texts; returns their keys.
    pub(super) fn add(&mut self, texts: &[String]) -> Vec<u64> {
        let mut keys = Vec::with_capacity(texts.len());
        for text in texts.iter().filter(|text| !text.is_empty()) {
            let text = cut(text, ONE_TEXT);
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            let key = hasher.finish();
            if !self.texts.contains_key(&key) {
                if self.spent + text.len() > BUDGET {
                    continue;
                }
                self.spent += text.len();
                self.texts.insert(key, Text { words: fold(text) });
            }
            keys.push(key);
        }
        keys
    }

    /// How strongly a name is mentioned in the texts of these keys.
    fn mention(&self, keys: &[u64], names: &[String]) -> f64 {
        let texts = keys.iter().filter_map(|key| self.texts.get(key));
        texts
            .map(|text| names.iter().map(|name| mention(&text.words, name)).fold(0.0, f64::max))
            .fold(0.0, f64::max)
    }
}

/// Lower case; `-` is `_` in names.
fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == '-' { '_' } else { c }).collect()
}

/// 5 where the name stands as a module or path, 3 as a word, 1 as a word so short that it may be another.
fn mention(text: &str, name: &str) -> f64 {
    let mut best: f64 = 0.0;
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(name)).map(|at| at + from) {
        let end = at + name.len();
        let before = text[..at].chars().next_back();
        let after = text[end..].chars().next();
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        // A version may follow a name in a path: `gems/rack_2.2.4/`.
        let versioned =
            text[end..].strip_prefix('_').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if !word(before) && (!word(after) || versioned) {
            let quoted = matches!(before, Some('\'' | '"' | '`')) && matches!(after, Some('\'' | '"' | '`'));
            let module = matches!(before, Some('/'))
                || matches!(after, Some('/' | '.' | ':')) && followed_by_name(text, end);
            let score = if quoted || module || versioned {
                5.0
            } else if name.len() < 4 {
                1.0
            } else {
                3.0
            };
            best = best.max(score);
        }
        from = end;
    }
    best
}

/// After `name.` or `name::` comes another name: it is a module, not the end of a sentence.
fn followed_by_name(text: &str, end: usize) -> bool {
    text[end..].trim_start_matches(['.', ':', '/']).starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Ranks what differs for one finding. The order does not depend on the order of anything given.
pub(super) fn rank(
    evidence: &Evidence,
    keys: &[u64],
    environment: &str,
    packages: &[PackageChange],
    facts: &[FactChange],
) -> Vec<Suspect> {
    let packages = packages.iter().filter(|change| change.environment == environment);
    let mut out: Vec<Suspect> = packages.filter_map(|change| package(evidence, keys, change)).collect();
    let facts = facts.iter().filter(|change| change.environment == environment);
    out.extend(facts.filter_map(|change| fact(evidence, keys, change)));
    out.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.subject.cmp(&b.subject)));
    out.truncate(SHOWN);
    out
}

fn package(evidence: &Evidence, keys: &[u64], change: &PackageChange) -> Option<Suspect> {
    let mut score = 0.0;
    let mut reasons = Vec::new();
    let mut add = |points: f64, reason: SuspectReason| {
        score += points;
        reasons.push((points, reason));
    };
    let mentioned = evidence.mention(keys, &names(change));
    if mentioned > 0.0 {
        add(mentioned, SuspectReason::Named);
    }
    if change.loaded {
        // Every process maps libraries of its system: that says less than one that an application brings.
        add(if change.ecosystem.is_application() { 2.0 } else { 0.75 }, SuspectReason::Loaded);
    }
    if change.ecosystem.is_application() {
        add(2.0, SuspectReason::Application);
    }
    if change.change == ChangeKind::Altered {
        add(1.5, SuspectReason::Altered);
    }
    if let (Some(mine), Some(theirs)) = (&change.reference, &change.candidate)
        && major(mine) != major(theirs)
        && !(is_year(major(mine)) && is_year(major(theirs)))
    {
        add(1.0, SuspectReason::MajorVersion);
    }
    if matches!(change.change, ChangeKind::Missing | ChangeKind::Extra) {
        add(0.5, SuspectReason::OneSided);
    }
    // A package of the operating system that nobody names or maps is no suspect for being one-sided.
    if !change.ecosystem.is_application()
        && !change.loaded
        && mentioned == 0.0
        && change.change != ChangeKind::Altered
    {
        return None;
    }
    reasons.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Some(Suspect {
        subject: change.subject(),
        reference: change.reference.clone(),
        candidate: change.candidate.clone(),
        score,
        reasons: reasons.into_iter().map(|(_, reason)| reason).collect(),
    })
}

fn fact(evidence: &Evidence, keys: &[u64], change: &FactChange) -> Option<Suspect> {
    let head = change.name.split('.').next().unwrap_or_default();
    let weight = match head {
        "locale" | "timezone" | "architecture" => 2.5,
        // Another interpreter changes everything that runs in it.
        "runtime" => 5.5,
        "os" => 2.0,
        "env" | "user" | "limits" | "mounts" | "command" | "entrypoint" | "workdir" => 1.0,
        _ => return None,
    };
    let bare = fold(change.name.rsplit('.').next().unwrap_or_default());
    let mentioned = if bare.len() >= 4 { evidence.mention(keys, &[bare]) } else { 0.0 };
    let mut reasons = Vec::new();
    if mentioned > 0.0 {
        reasons.push(SuspectReason::Named);
    }
    if one_sided(change).is_some() {
        reasons.push(SuspectReason::OneSided);
    }
    let show = |value: &Option<envparity_model::FactValue>| value.as_ref().map(ToString::to_string);
    Some(Suspect {
        subject: change.name.clone(),
        reference: show(&change.reference),
        candidate: show(&change.candidate),
        score: weight + mentioned,
        reasons,
    })
}

/// The first number of a version, after an epoch.
fn major(version: &str) -> &str {
    let bare = version.split_once(':').map_or(version, |(_, rest)| rest);
    let end = bare.find(|c: char| !c.is_ascii_digit()).unwrap_or(bare.len());
    &bare[..end]
}

/// Versions that count years say nothing by a new one.
fn is_year(major: &str) -> bool {
    major.parse::<u32>().is_ok_and(|number| (18..=50).contains(&number) || (2000..=2100).contains(&number))
}

/// The names under which a package appears in messages and stack traces, folded.
fn names(change: &PackageChange) -> Vec<String> {
    let name = fold(&change.name);
    let mut out = vec![name.clone()];
    let mut push = |name: &str| {
        if name.len() > 2 && !out.iter().any(|known| known == name) {
            out.push(name.to_owned());
        }
    };
    match change.ecosystem {
        Ecosystem::Pypi => {
            let imported = IMPORTS.iter().find(|(package, _)| fold(package) == name);
            if let Some((_, module)) = imported {
                push(module);
            }
            push(&name.replace('_', "."));
            if let Some(bare) = name.strip_prefix("python_").or_else(|| name.strip_suffix("_python")) {
                push(bare);
            }
        }
        Ecosystem::Gem => {
            // `active_support` is `ActiveSupport`, `rack_protection` is `Rack::Protection`.
            push(&name.replace('_', ""));
            push(&name.replace('_', "::"));
            push(&name.replace('_', "/"));
        }
        Ecosystem::Npm => push(name.trim_start_matches('@')),
        Ecosystem::Deb | Ecosystem::Apk | Ecosystem::Rpm => {
            for head in ["ruby_", "python3_", "node_", "lib"] {
                if let Some(bare) = name.strip_prefix(head) {
                    push(bare.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'));
                }
            }
        }
    }
    out
}

/// Python packages whose modules have other names.
const IMPORTS: &[(&str, &str)] = &[
    ("attrs", "attr"),
    ("beautifulsoup4", "bs4"),
    ("opencv-python", "cv2"),
    ("pillow", "pil"),
    ("protobuf", "google.protobuf"),
    ("psycopg2-binary", "psycopg2"),
    ("pycryptodome", "crypto"),
    ("pyjwt", "jwt"),
    ("pymysql", "pymysql"),
    ("pyopenssl", "openssl"),
    ("python-dateutil", "dateutil"),
    ("python-jose", "jose"),
    ("pyyaml", "yaml"),
    ("scikit-learn", "sklearn"),
    ("setuptools", "pkg_resources"),
    ("typing-extensions", "typing_extensions"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn change(ecosystem: Ecosystem, name: &str, from: &str, to: &str) -> PackageChange {
        PackageChange {
            environment: "qa".into(),
            change: ChangeKind::Outdated,
            ecosystem,
            name: name.into(),
            reference: Some(from.into()),
            candidate: Some(to.into()),
            location: String::new(),
            loaded: false,
            owner: None,
            proven: None,
        }
    }

    fn first(text: &str, changes: &[PackageChange]) -> String {
        let mut evidence = Evidence::default();
        let keys = evidence.add(&[text.to_owned()]);
        rank(&evidence, &keys, "qa", changes, &[])[0].subject.clone()
    }

    #[test]
    fn what_the_application_brings_comes_before_what_every_process_maps() {
        let mut system = change(Ecosystem::Deb, "libc6", "3.36", "2.31");
        system.loaded = true;
        let changes = [system, change(Ecosystem::Pypi, "pytz", "2024.1", "2021.3")];
        assert_eq!(first("2023-05-05T00:00:00Z", &changes), "pkg:pypi/pytz");
        assert_eq!(first("libc6: symbol lookup error", &changes), "pkg:deb/libc6");
    }

    #[test]
    fn the_one_that_is_named_comes_first() {
        let changes = [
            change(Ecosystem::Pypi, "jinja2", "3.1.4", "3.0.3"),
            change(Ecosystem::Pypi, "markupsafe", "2.1.5", "2.0.1"),
            change(Ecosystem::Pypi, "pyyaml", "6.0", "5.4"),
            change(Ecosystem::Gem, "rack-protection", "3.0.5", "2.0.8"),
            change(Ecosystem::Gem, "json", "2.6.1", "2.3.0"),
            change(Ecosystem::Deb, "libc6", "2.36", "2.31"),
        ];
        for (text, subject) in [
            (
                "cannot import name 'soft_str' from 'markupsafe' (/usr/lib/x/markupsafe/__init__.py)",
                "pkg:pypi/markupsafe",
            ),
            ("File \"/usr/lib/python3/yaml/constructor.py\", line 3", "pkg:pypi/pyyaml"),
            ("NoMethodError in Rack::Protection::Base", "pkg:gem/rack-protection"),
            ("/var/lib/gems/3.1.0/gems/json-2.6.1/lib/json.rb:3", "pkg:gem/json"),
        ] {
            assert_eq!(first(text, &changes), subject, "{text}");
        }
    }

    #[test]
    fn the_order_is_that_of_the_score_then_of_the_name() {
        let mut changes = vec![
            change(Ecosystem::Pypi, "b", "1.0", "1.1"),
            change(Ecosystem::Pypi, "a", "1.0", "1.1"),
            change(Ecosystem::Pypi, "c", "1.0", "2.1"),
        ];
        let order = |changes: &[PackageChange]| -> Vec<String> {
            rank(&Evidence::default(), &[], "qa", changes, &[]).into_iter().map(|s| s.subject).collect()
        };
        let expected = ["pkg:pypi/c", "pkg:pypi/a", "pkg:pypi/b"];
        assert_eq!(order(&changes), expected);
        changes.reverse();
        assert_eq!(order(&changes), expected);
    }

    #[test]
    fn words_within_words_are_no_mention() {
        assert!(mention(&fold("a jsonish thing"), "json") < 1.0);
        assert!(mention(&fold("about six apples"), "six") < 2.0);
        assert!(mention(&fold("rack-2.2.4/lib/rack.rb"), "rack") > 4.0);
    }
}
