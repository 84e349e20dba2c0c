//! What is installed: compared, ordered, named as a suspect.

use serde_json::Value;

use crate::support::{Docker, Image, Outcome, Project, keeper};

tests!("manifests":
    manifests_alone_without_suites,
    an_outdated_package_is_named,
    an_outdated_package_is_the_suspect,
    an_outdated_system_package_is_minor,
    a_newer_package_is_minor,
    an_altered_package_is_major,
    packages_that_no_process_has_loaded_do_not_count_when_asked,
    a_database_that_cannot_be_read_is_never_parity,
    an_older_build_of_the_same_tag_is_used_as_it_is,
    sync_always_sends_the_reference_s_image,
    sync_never_takes_only_what_is_there,
    a_read_only_container_is_looked_into_all_the_same,
    the_manifest_of_an_image_as_text,
    the_manifest_of_an_environment_as_json,
    the_manifest_of_a_missing_image,
);

fn against(image: Image) -> Project {
    Project::new().image(Image::Packages).candidate_image(image).with_manifests().no_suites()
}

fn package(outcome: &Outcome, code: &str, subject: &str) -> Value {
    let found = outcome.all(code).into_iter().find(|finding| finding["subject"] == subject);
    found.unwrap_or_else(|| panic!("no {code} of {subject}\n{}\n{}", outcome.codes(), outcome.words()))
}

fn manifests_alone_without_suites() {
    let outcome = Project::new().image(Image::Packages).with_manifests().no_suites().run();
    outcome.exits(0).verdict("parity").coverage(0, 0).has_all_reports().prints("PARITY").prints("3 packages");
    outcome.prints("no responses were compared");
}

fn an_outdated_package_is_named() {
    let outcome = against(Image::OldPython).run();
    outcome.exits(1).verdict("drift").has_all_reports();
    let finding = package(&outcome, "package-outdated", "pkg:pypi/foo");
    assert_eq!((finding["severity"].as_str(), finding["environment"].as_str()), (Some("major"), Some("lab")));
    assert_eq!(
        (finding["reference"].as_str(), finding["candidate"].as_str()),
        (Some("2.1.0"), Some("1.4.0"))
    );
    let report = outcome.report();
    assert_eq!(report["packages"]["summary"]["lab"]["outdated"], 1, "{:#}", report["packages"]);
    assert_eq!(report["packages"]["summary"]["lab"]["equal"], 2);
    assert_eq!(outcome.all("package-outdated").len(), 1, "{}", outcome.codes());
    outcome.prints("foo").prints("2.1.0 → 1.4.0");
}

fn an_outdated_package_is_the_suspect() {
    let project = Project::new().image(Image::Packages).candidate_image(Image::OldPython).with_manifests();
    let outcome = project.gets(&["/value", "/package/foo"]).run();
    outcome.exits(1).verdict("drift").coverage(2, 2);
    let finding = outcome.finding("response-status", Some("status"));
    assert_eq!(
        (finding["severity"].as_str(), finding["case"]["id"].as_str()),
        (Some("critical"), Some("suites/api GET /package/foo"))
    );
    let suspect = &finding["suspects"][0];
    assert_eq!(suspect["subject"], "pkg:pypi/foo", "{finding:#}");
    assert_eq!(
        (suspect["reference"].as_str(), suspect["candidate"].as_str()),
        (Some("2.1.0"), Some("1.4.0"))
    );
    // The body of the candidate names it.
    assert!(
        suspect["reasons"].as_array().is_some_and(|reasons| reasons.contains(&"named".into())),
        "{suspect:#}"
    );
    outcome.prints("suspect").prints("foo 2.1.0 → 1.4.0");
}

fn an_outdated_system_package_is_minor() {
    let outcome = against(Image::OldDebian).run();
    let finding = package(outcome.exits(0).verdict("drift"), "package-outdated", "pkg:deb/libexample2");
    assert_eq!(
        (finding["severity"].as_str(), finding["disposition"].as_str()),
        (Some("minor"), Some("below-gate"))
    );
}

fn a_newer_package_is_minor() {
    let outcome = Project::new()
        .image(Image::OldPython)
        .candidate_image(Image::Packages)
        .with_manifests()
        .no_suites()
        .run();
    assert_eq!(package(outcome.exits(0), "package-newer", "pkg:pypi/foo")["severity"], "minor");
}

fn an_altered_package_is_major() {
    let outcome = against(Image::Altered).run();
    assert_eq!(package(outcome.exits(1), "package-altered", "pkg:pypi/foo")["severity"], "major");
}

fn packages_that_no_process_has_loaded_do_not_count_when_asked() {
    let outcome = against(Image::OldPython).section("[policy]\npackages = \"loaded\"\n").run();
    let finding = package(outcome.exits(0).verdict("drift"), "package-outdated", "pkg:pypi/foo");
    assert_eq!(finding["disposition"], "below-gate");
}

fn a_database_that_cannot_be_read_is_never_parity() {
    let outcome = Project::new().image(Image::Unreadable).with_manifests().no_suites().run();
    assert_ne!(outcome.report()["verdict"], "parity", "{}", outcome.words());
    assert!(matches!(outcome.code, Some(3 | 5)), "{}", outcome.words());
    outcome.prints("rpm");
}

/// A tag that is one image here and an older one there, as after a forgotten deployment.
struct Tag {
    name: String,
}

impl Tag {
    fn new(test: &str) -> Self {
        let name = format!("envparity-e2e-tag/{test}:{}", std::process::id());
        keeper::lab();
        Docker::local().run(&["tag", &keeper::image(Image::Packages), &name]);
        Self { name }
    }

    fn with_older_in_lab(test: &str) -> Self {
        let tag = Self::new(test);
        keeper::lab().docker().load(&keeper::archive(Image::OldPython, &tag.name));
        tag
    }

    fn project(&self, sync: &str) -> Project {
        let lines = format!("ref = {:?}\nsync = {sync:?}", self.name);
        Project::new().image_lines(&lines).with_manifests().no_suites()
    }
}

impl Drop for Tag {
    fn drop(&mut self) {
        Docker::local().try_run(&["rmi", &self.name], None).ok();
        keeper::lab().docker().try_run(&["rmi", &self.name], None).ok();
    }
}

fn an_older_build_of_the_same_tag_is_used_as_it_is() {
    let tag = Tag::with_older_in_lab("missing");
    let outcome = tag.project("missing").run();
    package(outcome.exits(1), "package-outdated", "pkg:pypi/foo");
    assert_eq!(outcome.all("image-differs").len(), 1, "{}", outcome.codes());
}

fn sync_always_sends_the_reference_s_image() {
    let tag = Tag::with_older_in_lab("always");
    tag.project("always").run().exits(0).verdict("parity").lacks("image-differs");
}

fn sync_never_takes_only_what_is_there() {
    let tag = Tag::new("never");
    let outcome = tag.project("never").run();
    outcome.exits(3).verdict("inconclusive").cause(Some("lab"), &tag.name);
}

fn a_read_only_container_is_looked_into_all_the_same() {
    let project = Project::new().image(Image::Packages).with_manifests().container("read-only", "true");
    let outcome = project.container("user", "\"65534:65534\"").run();
    outcome.exits(0).verdict("parity").coverage(1, 1);
    assert_eq!(outcome.report()["coverage"]["packages_equal"], 3);
}

fn the_manifest_of_an_image_as_text() {
    let project = Project::empty();
    let outcome = project.parity(&["manifest", &keeper::image(Image::Packages)]);
    outcome.exits(0).prints("foo").prints("2.1.0").prints("libexample2").prints("1.2-3");
}

fn the_manifest_of_an_environment_as_json() {
    let project = Project::new().image(Image::OldPython);
    let outcome = project.parity(&["manifest", "lab", "-o", "json"]);
    let manifest: Value =
        serde_json::from_str(&outcome.exits(0).stdout).unwrap_or_else(|e| panic!("{e}\n{}", outcome.words()));
    let text = manifest.to_string();
    assert!(
        text.contains("\"foo\"") && text.contains("1.4.0") && text.contains("base-files"),
        "{manifest:#}"
    );
}

fn the_manifest_of_a_missing_image() {
    let outcome = Project::empty().parity(&["manifest", "envparity-e2e-no/such:image"]);
    outcome.exits(3).complains("envparity-e2e-no/such:image").complains("hint:");
}
