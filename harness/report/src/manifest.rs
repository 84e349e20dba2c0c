//! What is installed in one environment, for people and for machines.

use std::collections::BTreeMap;

use envparity_model::{Ecosystem, Fact, Manifest, ManifestLine, ManifestState, Package, Unread, Way};
use serde::Serialize;

use crate::{
    TextStyle,
    json::pretty,
    text::page::{Cell, Line, Page, SENTENCE, Tone, table},
    visible::cut,
    words,
};

/// A manifest as a table: what could not be read first, then packages by ecosystem, then facts.
pub fn manifest_text(line: &ManifestLine, style: &TextStyle) -> String {
    let mut page = Page::for_style(style);
    match &line.state {
        ManifestState::Present { way, cached, manifest } => {
            let (wire, wall) = (words::bytes(line.wire_bytes), words::seconds(line.wall_ms));
            let cached = if *cached { ", unchanged since the last time" } else { "" };
            let collected = format!("by {}{cached}, {wire} over the wire, {wall}", way.name());
            present(&mut page, manifest, &collected);
        }
        ManifestState::Failed { reason } => {
            let start = Line::default().put(Tone::Bad, "manifest: could not be read").gap();
            page.line(start.put(Tone::Plain, &cut(reason, SENTENCE)));
        }
        ManifestState::NotApplicable => {
            let none = "manifest: none, the environment is reached by its address alone";
            page.line(Line::default().put(Tone::Plain, none));
        }
    }
    page.finish()
}

fn present(page: &mut Page, manifest: &Manifest, collected: &str) {
    let packages = words::count(manifest.packages.len() as u64, "package");
    let facts = words::count(manifest.facts.len() as u64, "fact");
    let line = Line::default().put(Tone::Strong, &format!("manifest: {packages}, {facts}")).gap();
    page.line(line.put(Tone::Plain, collected));
    unread(page, &manifest.unread);
    let mut families: BTreeMap<Ecosystem, Vec<&Package>> = BTreeMap::new();
    for package in &manifest.packages {
        families.entry(package.ecosystem).or_default().push(package);
    }
    for (ecosystem, packages) in families {
        page.blank();
        let count = words::count(packages.len() as u64, "package");
        page.line(Line::labelled(ecosystem.name()).put(Tone::Quiet, &count));
        table(page, packages.into_iter().map(row).collect(), |_| Line::below());
    }
    if !manifest.facts.is_empty() {
        page.blank();
        let fact =
            |fact: &Fact| vec![(Tone::Plain, fact.name.clone()), (Tone::Plain, fact.value.to_string())];
        let start = |at: usize| if at == 0 { Line::labelled("facts") } else { Line::below() };
        table(page, manifest.facts.iter().map(fact).collect(), start);
    }
}

fn unread(page: &mut Page, unread: &[Unread]) {
    if unread.is_empty() {
        return;
    }
    page.blank();
    let count = unread.len();
    page.line(
        Line::labelled("unread")
            .put(Tone::Bad, &format!("{count} could not be read: this list is incomplete")),
    );
    let row = |unread: &Unread| {
        let family = unread.ecosystem.map_or("any", Ecosystem::name);
        vec![
            (Tone::Plain, family.to_owned()),
            (Tone::Plain, unread.path.clone()),
            (Tone::Plain, unread.reason.clone()),
        ]
    };
    table(page, unread.iter().map(row).collect(), |_| Line::below());
}

fn row(package: &Package) -> Vec<Cell> {
    let mut notes = Vec::new();
    notes.extend(package.loaded.then(|| "loaded".to_owned()));
    notes.extend(package.owner.as_ref().map(|owner| format!("from {}", owner.replacen('/', " ", 1))));
    // All packages of an operating system stand in one database.
    let location = package.ecosystem.is_application().then(|| package.location.clone());
    vec![
        (Tone::Strong, package.name.clone()),
        (Tone::Plain, package.version.clone()),
        (Tone::Quiet, package.arch.clone().unwrap_or_default()),
        (Tone::Plain, notes.join(", ")),
        (Tone::Quiet, location.unwrap_or_default()),
    ]
}

/// The manifest for machines, pretty, with a trailing newline:
/// `{schema, state, way, cached, wire_bytes, wall_ms, reason, packages, facts, unread, mapped, files}`. `state` is
/// `present`, `failed` (with `reason`) or `not-applicable`; the lists are null unless it is `present`.
pub fn manifest_json(line: &ManifestLine) -> Vec<u8> {
    let mut document = Document { schema: 1, ..Document::default() };
    document.wire_bytes = line.wire_bytes;
    document.wall_ms = line.wall_ms;
    match &line.state {
        ManifestState::Present { way, cached, manifest } => {
            document.state = "present";
            document.way = Some(*way);
            document.cached = Some(*cached);
            document.packages = Some(&manifest.packages);
            document.facts = Some(&manifest.facts);
            document.unread = Some(&manifest.unread);
            document.mapped = Some(&manifest.mapped);
            document.files = Some(&manifest.files);
        }
        ManifestState::Failed { reason } => {
            document.state = "failed";
            document.reason = Some(reason);
        }
        ManifestState::NotApplicable => document.state = "not-applicable",
    }
    pretty(&document)
}

#[derive(Default, Serialize)]
struct Document<'a> {
    schema: u32,
    state: &'static str,
    way: Option<Way>,
    cached: Option<bool>,
    wire_bytes: u64,
    wall_ms: u64,
    reason: Option<&'a str>,
    packages: Option<&'a [Package]>,
    facts: Option<&'a [Fact]>,
    unread: Option<&'a [Unread]>,
    mapped: Option<&'a [String]>,
    files: Option<&'a [(String, String)]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(state: ManifestState) -> ManifestLine {
        ManifestLine { state, wire_bytes: 8_200, wall_ms: 340 }
    }

    fn package(ecosystem: Ecosystem, name: &str, version: &str) -> Package {
        Package {
            ecosystem,
            name: name.into(),
            version: version.into(),
            location: "/var/lib/gems/specifications/x.gemspec".into(),
            arch: (ecosystem == Ecosystem::Deb).then(|| "amd64".into()),
            owner: (name == "rack").then(|| "deb/ruby-rack".into()),
            digest: None,
            loaded: name == "libc6",
            requires: vec![],
        }
    }

    fn manifest() -> ManifestLine {
        let manifest = Manifest {
            packages: vec![
                package(Ecosystem::Deb, "libc6", "2.36-9+deb12u9"),
                package(Ecosystem::Deb, "ruby-rack", "2.2.6.4-1"),
                package(Ecosystem::Gem, "rack", "2.2.6.4"),
                package(Ecosystem::Gem, "evil\u{1b}[2J", "1.0\n"),
            ],
            facts: vec![Fact::plain("env.RACK_ENV", "test"), Fact::plain("timezone", "Etc/UTC")],
            unread: vec![Unread {
                ecosystem: Some(Ecosystem::Npm),
                path: "/srv/node_modules".into(),
                reason: "permission denied".into(),
            }],
            mapped: vec!["/lib/libc.so.6".into()],
            files: vec![("/home/app/run.rb".into(), "00ff".into())],
        };
        line(ManifestState::Present { way: Way::Sidecar, cached: true, manifest })
    }

    #[test]
    fn a_manifest_reads_as_it_did() {
        insta::assert_snapshot!(manifest_text(&manifest(), &TextStyle::default()));
    }

    #[test]
    fn a_manifest_for_machines_is_as_it_was() {
        insta::assert_snapshot!(String::from_utf8_lossy(&manifest_json(&manifest())));
    }

    #[test]
    fn what_was_not_read_is_never_an_empty_list() {
        let failed = line(ManifestState::Failed { reason: "sidecar: denied; exec: denied".into() });
        let text = manifest_text(&failed, &TextStyle::default());
        assert_eq!(text, "manifest: could not be read   sidecar: denied; exec: denied\n");
        let value: serde_json::Value = serde_json::from_slice(&manifest_json(&failed)).expect("JSON");
        assert_eq!((value["state"].as_str(), value["packages"].is_null()), (Some("failed"), true));
    }
}
