use proptest::prelude::*;

use super::*;

fn package(ecosystem: Ecosystem, name: &str, version: &str) -> Package {
    let location = match ecosystem {
        Ecosystem::Deb => "/var/lib/dpkg/status".to_owned(),
        Ecosystem::Gem => format!("/var/lib/gems/3.1.0/specifications/{name}-{version}.gemspec"),
        _ => format!("/usr/lib/python3/dist-packages/{name}-{version}.dist-info/METADATA"),
    };
    Package {
        ecosystem,
        name: name.into(),
        version: version.into(),
        location,
        arch: None,
        owner: None,
        digest: None,
        loaded: false,
        requires: Vec::new(),
    }
}

fn gem(name: &str, version: &str) -> Package {
    package(Ecosystem::Gem, name, version)
}

fn deb(name: &str, version: &str) -> Package {
    package(Ecosystem::Deb, name, version)
}

fn owned(mut package: Package, owner: &str) -> Package {
    package.owner = Some(owner.into());
    package
}

fn digest(mut package: Package, digest: &str) -> Package {
    package.digest = Some(digest.into());
    package
}

fn loaded(mut package: Package) -> Package {
    package.loaded = true;
    package
}

fn manifest(packages: Vec<Package>) -> Manifest {
    Manifest { packages, ..Manifest::default() }
}

fn run(l: &Manifest, r: &Manifest) -> Outcome {
    compare(
        "qa",
        Collected { way: Way::Sidecar, manifest: l },
        Collected { way: Way::Sidecar, manifest: r },
        &[],
    )
}

fn lines(outcome: &Outcome) -> Vec<String> {
    let side = |version: &Option<String>| version.clone().unwrap_or_else(|| "-".into());
    outcome
        .changes
        .iter()
        .map(|c| {
            format!("{:?} {}/{} {} {}", c.change, c.ecosystem, c.name, side(&c.reference), side(&c.candidate))
        })
        .collect()
}

fn check(l: Vec<Package>, r: Vec<Package>, expected: &[&str]) {
    assert_eq!(lines(&run(&manifest(l), &manifest(r))), expected);
}

#[test]
fn versions_have_a_direction() {
    check(vec![gem("rack", "2.2.22")], vec![gem("rack", "2.1.4")], &["Outdated gem/rack 2.2.22 2.1.4"]);
    check(vec![gem("rack", "2.2.4")], vec![gem("rack", "2.2.10")], &["Newer gem/rack 2.2.4 2.2.10"]);
    check(
        vec![deb("libc6", "2.36-9+deb12u4")],
        vec![deb("libc6", "2.36-9+deb12u3")],
        &["Outdated deb/libc6 2.36-9+deb12u4 2.36-9+deb12u3"],
    );
    check(vec![gem("rack", "2.2.4")], vec![], &["Missing gem/rack 2.2.4 -"]);
    check(vec![], vec![gem("rack", "2.2.4")], &["Extra gem/rack - 2.2.4"]);
    check(
        vec![package(Ecosystem::Pypi, "x", "not a version")],
        vec![package(Ecosystem::Pypi, "x", "1.0")],
        &["Unordered pypi/x not a version 1.0"],
    );
    check(vec![gem("rack", "2.2.4")], vec![gem("rack", "2.2.4")], &[]);
}

#[test]
fn several_versions_are_sets() {
    let both = || vec![gem("rack", "2.2.4"), gem("rack", "3.0.0")];
    check(both(), both(), &[]);
    check(both(), vec![gem("rack", "3.0.0")], &["Missing gem/rack 3.0.0, 2.2.4 3.0.0"]);
    check(vec![gem("rack", "3.0.0")], both(), &["Extra gem/rack 3.0.0 3.0.0, 2.2.4"]);
    check(both(), vec![gem("rack", "2.2.4")], &["Outdated gem/rack 3.0.0, 2.2.4 2.2.4"]);
    // What is mapped decides.
    check(
        vec![gem("rack", "2.2.4"), loaded(gem("rack", "3.0.0"))],
        vec![loaded(gem("rack", "2.2.4")), gem("rack", "3.0.0"), gem("rack", "3.1.0")],
        &["Outdated gem/rack 3.0.0, 2.2.4 3.1.0, 3.0.0, 2.2.4"],
    );
    // Two places, swapped.
    let at = |place: &str, version: &str| {
        let mut package = gem("rack", version);
        package.location = format!("/{place}/rack-{version}.gemspec");
        package
    };
    check(
        vec![at("a", "1.0"), at("b", "2.0")],
        vec![at("a", "2.0"), at("b", "1.0")],
        &["Outdated gem/rack 2.0 1.0", "Newer gem/rack 1.0 2.0"],
    );
}

#[test]
fn other_files_under_one_version_are_told() {
    check(
        vec![digest(gem("rack", "2.2.4"), "aa")],
        vec![digest(gem("rack", "2.2.4"), "bb")],
        &["Altered gem/rack 2.2.4 2.2.4"],
    );
    check(vec![digest(gem("rack", "2.2.4"), "aa")], vec![gem("rack", "2.2.4")], &[]);
}

#[test]
fn a_package_seen_twice_is_reported_once() {
    // The deb owns the gem: the gem is told.
    check(
        vec![deb("ruby-rack", "2.2.22-0"), owned(gem("rack", "2.2.22"), "deb/ruby-rack")],
        vec![deb("ruby-rack", "2.1.4-3"), owned(gem("rack", "2.1.4"), "deb/ruby-rack")],
        &["Outdated gem/rack 2.2.22 2.1.4"],
    );
    check(
        vec![deb("ruby-rack", "2.2.22-0"), owned(gem("rack", "2.2.22"), "deb/ruby-rack")],
        vec![],
        &["Missing gem/rack 2.2.22 -"],
    );
    // A new revision of the deb alone: the deb is told.
    check(
        vec![deb("ruby-rack", "2.2.22-1"), digest(owned(gem("rack", "2.2.22"), "deb/ruby-rack"), "aa")],
        vec![deb("ruby-rack", "2.2.22-0"), digest(owned(gem("rack", "2.2.22"), "deb/ruby-rack"), "bb")],
        &["Outdated deb/ruby-rack 2.2.22-1 2.2.22-0"],
    );
    // A deb of many gems is more than one of them.
    check(
        vec![
            deb("libruby", "3.1-2"),
            owned(gem("json", "2.6.1"), "deb/libruby"),
            owned(gem("psych", "4.0"), "deb/libruby"),
        ],
        vec![
            deb("libruby", "3.1-1"),
            owned(gem("json", "2.6.0"), "deb/libruby"),
            owned(gem("psych", "4.0"), "deb/libruby"),
        ],
        &["Outdated deb/libruby 3.1-2 3.1-1", "Outdated gem/json 2.6.1 2.6.0"],
    );
}

#[test]
fn what_could_not_be_read_is_no_absence() {
    let full = manifest(vec![gem("rack", "2.2.4"), gem("json", "2.6.1"), deb("libc6", "2.36")]);
    let mut part = manifest(vec![gem("json", "2.6.0"), deb("libc6", "2.36")]);
    part.unread.push(Unread { ecosystem: Some(Ecosystem::Gem), path: "/x".into(), reason: "denied".into() });
    let outcome = run(&full, &part);
    assert_eq!(lines(&outcome), ["Outdated gem/json 2.6.1 2.6.0"]);
    assert_eq!(outcome.summary.failed, 1);
    assert_eq!(outcome.failed.keys().copied().collect::<Vec<_>>(), [Ecosystem::Gem]);
    // Any ecosystem may be incomplete.
    part.unread[0].ecosystem = None;
    assert_eq!(run(&full, &part).failed.len(), 2);
    // Nothing at all could be read.
    let mut nothing = manifest(vec![]);
    nothing.unread = part.unread.clone();
    assert!(!run(&nothing, &nothing).failed.is_empty());
}

#[test]
fn what_the_system_hides_is_no_package() {
    let full = manifest(vec![gem("rack", "2.2.4"), gem("json", "2.6.1")]);
    let mut part = manifest(vec![gem("json", "2.6.1")]);
    part.unread.push(Unread { ecosystem: None, path: "/proc/1/environ".into(), reason: "denied".into() });
    let outcome = run(&full, &part);
    assert_eq!(lines(&outcome), ["Missing gem/rack 2.2.4 -"]);
    assert!(outcome.failed.is_empty());
}

#[test]
fn ways_with_unlike_coverage_share_a_common_part() {
    let mut odd = gem("odd", "1.0");
    odd.location = "/opt/app/vendor/specifications/odd-1.0.gemspec".into();
    let full = manifest(vec![gem("rack", "2.2.4"), gem("gone", "1.0"), odd, deb("a", "1"), deb("b", "1")]);
    let part = manifest(vec![gem("rack", "2.2.4"), deb("a", "1")]);
    let sides = |way: Way| {
        compare(
            "qa",
            Collected { way: Way::Sidecar, manifest: &full },
            Collected { way, manifest: &part },
            &[],
        )
    };
    let outcome = sides(Way::Archive);
    assert_eq!(lines(&outcome), ["Missing deb/b 1 -", "Missing gem/gone 1.0 -"]);
    assert_eq!((outcome.summary.failed, outcome.failed.len()), (1, 1));
    assert_eq!(sides(Way::Exec).summary.missing, 3);
}

#[test]
fn severities_follow_use() {
    let severity = |change: &PackageChange| drift_of(change).severity;
    let outcome = run(
        &manifest(vec![deb("a", "2"), loaded(deb("b", "2")), gem("c", "2.0")]),
        &manifest(vec![deb("a", "1"), loaded(deb("b", "1")), gem("c", "1.0")]),
    );
    assert_eq!(
        outcome.changes.iter().map(severity).collect::<Vec<_>>(),
        [Severity::Minor, Severity::Major, Severity::Major]
    );
    assert_eq!(drift_of(&outcome.changes[2]).remedy.as_deref(), Some("gem install c -v 2.0"));
}

#[test]
fn what_is_proven_to_be_to_blame_weighs_more() {
    let outcome = run(
        &manifest(vec![deb("libc6", "2.36"), deb("zlib1g", "1.2")]),
        &manifest(vec![deb("libc6", "2.41")]),
    );
    let mut changes = outcome.changes;
    assert_eq!(
        changes.iter().map(|change| drift_of(change).severity).collect::<Vec<_>>(),
        [Severity::Minor; 2]
    );
    let factor = envparity_model::Factor {
        kind: "package".into(),
        reference: Some("pkg:deb/libc6@2.36".into()),
        candidate: Some("pkg:deb/libc6@2.41".into()),
    };
    let culprit = envparity_model::Culprit {
        factors: vec![factor],
        companions: Vec::new(),
        proof: envparity_model::Proof::OneWay,
        reason: None,
        trials: 7,
        wall_ms: 1,
        kept: Vec::new(),
    };
    let finding = envparity_model::ExplainedFinding { culprits: vec![culprit], remark: None };
    let mut explained = envparity_model::Explained::default();
    explained.environments.entry("qa".into()).or_default().findings.insert("f".into(), finding);
    explained::mark(&explained, &mut changes);
    assert_eq!(drift_of(&changes[0]).severity, Severity::Major, "newer, minor otherwise");
    assert_eq!(drift_of(&changes[1]).severity, Severity::Minor);
}

#[test]
fn only_wanted_ecosystems_count() {
    let (l, r) = (manifest(vec![gem("a", "1.0"), deb("b", "1")]), manifest(vec![]));
    let side = |manifest| Collected { way: Way::Sidecar, manifest };
    let outcome = compare("qa", side(&l), side(&r), &[Ecosystem::Deb]);
    assert_eq!(lines(&outcome), ["Missing deb/b 1 -"]);
}

fn some_packages() -> impl Strategy<Value = Manifest> {
    let one = (0..3usize, "[ab]", 1..4u32, any::<bool>()).prop_map(|(ecosystem, name, version, loaded)| {
        let ecosystem = [Ecosystem::Deb, Ecosystem::Gem, Ecosystem::Pypi][ecosystem];
        let mut package = package(ecosystem, &name, &format!("{version}.0"));
        package.loaded = loaded;
        package
    });
    proptest::collection::vec(one, 0..8).prop_map(manifest)
}

proptest! {
    #[test]
    fn a_manifest_agrees_with_itself(one in some_packages()) {
        prop_assert_eq!(run(&one, &one).changes, vec![]);
    }

    #[test]
    fn swapping_sides_swaps_directions(l in some_packages(), r in some_packages()) {
        let (there, back) = (run(&l, &r), run(&r, &l));
        let turned = |kind: ChangeKind| match kind {
            ChangeKind::Outdated => ChangeKind::Newer,
            ChangeKind::Newer => ChangeKind::Outdated,
            ChangeKind::Missing => ChangeKind::Extra,
            ChangeKind::Extra => ChangeKind::Missing,
            same => same,
        };
        let mut forth: Vec<_> = there.changes.iter().map(|c| (c.ecosystem, c.name.clone(), c.change, c.reference.clone())).collect();
        let mut turned: Vec<_> = back.changes.iter().map(|c| (c.ecosystem, c.name.clone(), turned(c.change), c.candidate.clone())).collect();
        forth.sort();
        turned.sort();
        prop_assert_eq!(forth, turned);
        prop_assert_eq!(there.summary.equal, back.summary.equal);
    }
}
